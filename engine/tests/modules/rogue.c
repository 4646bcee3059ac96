/* SPDX-License-Identifier: Apache-2.0
 *
 * A back end that reads a hive of one key, ROOT, right; HP_ROGUE in the
 * environment says what it does besides. */
#define _GNU_SOURCE /* usleep, setenv */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hp_backend.h"

static int is(const char *what)
{
    const char *said = getenv("HP_ROGUE");

    return said != NULL && strcmp(said, what) == 0;
}

static uint32_t report(const struct hp_sink *sink, struct hp_event *event,
                       uint32_t kind)
{
    event->size = sizeof *event;
    event->kind = kind;
    return sink->event(sink->self, event);
}

static void send_key(const struct hp_sink *sink, const char *name)
{
    struct hp_event event;

    memset(&event, 0, sizeof event);
    event.u.key.name.bytes = name;
    event.u.key.name.size = (uint32_t)strlen(name);
    event.u.key.name.encoding = HP_UTF8;
    event.u.key.filetime = event.u.key.flags = HP_UNKNOWN_U64;
    event.u.key.class_name.size = HP_UNKNOWN_SIZE;
    event.u.key.security_size = HP_UNKNOWN_SIZE;
    (void)report(sink, &event, HP_EVENT_KEY_ENTER);
}

static void answer(const struct hp_sink *sink, const char *name)
{
    struct hp_event event;

    memset(&event, 0xff, sizeof event);
    (void)report(sink, &event, HP_EVENT_HIVE);
    send_key(sink, name);
    (void)report(sink, &event, HP_EVENT_KEY_LEAVE);
}

/* Without an end, or up to ten times what may be sent. */
static void flood(const struct hp_sink *sink)
{
    static const char piece[1 << 20];
    struct hp_event event;

    memset(&event, 0, sizeof event);
    (void)report(sink, &event, HP_EVENT_HIVE);
    send_key(sink, "ROOT");
    (void)report(sink, &event, HP_EVENT_VALUE);
    event.u.data.bytes = piece;
    event.u.data.size = sizeof piece;
    for (int i = 0; i < 10240; i++)
        (void)report(sink, &event, HP_EVENT_DATA);
}

static void hog(void)
{
    for (int i = 0; i < 65536; i++) {
        volatile char *block = malloc(1 << 20);
        for (size_t at = 0; block != NULL && at < 1 << 20; at += 4096)
            block[at] = 1;
    }
}

static void daemonise(void)
{
    if (fork() == 0) {
        (void)setsid();
        if (fork() == 0)
            for (;;)
                (void)pause();
        _exit(0);
    }
    (void)usleep(50000);
}

/* True if something was written to the user's home. */
static int write_home(void)
{
    char path[4096];
    const char *home = getenv("HOME");

    (void)snprintf(path, sizeof path, "%s/rogue-was-here",
                   home != NULL ? home : "");
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    return fd >= 0 && write(fd, "x", 1) == 1;
}

/* True if somebody on this machine can be reached, at the port HP_PORT. */
static int call_out(void)
{
    struct sockaddr_in to;
    const char *port = getenv("HP_PORT");
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons((uint16_t)atoi(port != NULL ? port : "0"));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) == 0;
}

static void wait_for_ever(void)
{
    for (;;)
        (void)pause();
}

static void before(const struct hp_input *input, const struct hp_sink *sink)
{
    volatile unsigned char *image =
        (volatile unsigned char *)(uintptr_t)input->image;
    volatile unsigned char *log =
        (volatile unsigned char *)(uintptr_t)input->log[1].data;
    volatile unsigned spin = 1;

    if (is("crash"))
        (void)raise(SIGSEGV);
    if (is("overread"))
        spin = image[(input->image_size + 15) / 16 * 16];
    if (is("exit"))
        exit(0);
    if (is("loop"))
        while (spin != 0)
            spin |= 1;
    if (is("sleep"))
        wait_for_ever();
    if (is("stop"))
        (void)raise(SIGSTOP);
    if (is("deaf")) {
        (void)signal(SIGTERM, SIG_IGN);
        (void)signal(SIGXCPU, SIG_IGN);
        wait_for_ever();
    }
    if (is("flood"))
        flood(sink);
    if (is("hog"))
        hog();
    if (is("daemon"))
        daemonise();
    if (is("edit"))
        image[0] = 'x';
    if (is("edit_log") && log != NULL)
        log[input->log[1].size - 1] ^= 1;
    if (is("overread_log") && log != NULL)
        spin = log[(input->log[1].size + 15) / 16 * 16];
}

static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    struct hp_event event;

    memset(&event, 0, sizeof event);
    before(input, sink);
    if (is("unable") || (is("home") && !write_home()) ||
        (is("socket") && !call_out()))
        return HP_WALK_FAILED;
    if (is("reject"))
        return HP_WALK_REFUSED;
    if (is("disorder"))
        (void)report(sink, &event, HP_EVENT_KEY_LEAVE);
    if (is("only_log1") &&
        (input->log[0].data != NULL || input->log[1].data == NULL ||
         input->log[2].data != NULL))
        return HP_WALK_REFUSED;
    answer(sink, is("wrong") ? "R00T" : "ROOT");
    if (is("late_crash"))
        (void)raise(SIGSEGV);
    return is("partial") ? HP_WALK_PARTIAL : HP_WALK_DONE;
}

static const struct hp_backend backend = {
    sizeof(struct hp_backend),       "rogue", "1", "",
    HP_CAN_STRICT | HP_CAN_FORENSIC, walk};

static const struct hp_backend with_logs = {sizeof(struct hp_backend),
                                            "rogue",
                                            "1",
                                            "",
                                            HP_CAN_STRICT | HP_CAN_FORENSIC |
                                                HP_CAN_LOGS,
                                            walk};

const struct hp_backend *hp_backend_v1(void)
{
    return is("edit_log") || is("overread_log") || is("only_log1") ? &with_logs
                                                                   : &backend;
}
