/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create, prctl */
#include "replay_judge.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define SAMPLES 40
#define TICK_MS 5     /* how often memory is looked at */
#define GRACE_MS 3000 /* to say where it is, when the wall limit is over */
#define ANSWER_MOST 1048576
#define PRINTED_MOST ((rlim_t)256 << 20)
enum { LIMIT_EXIT = 99 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS 1
int __asan_report_present(void);
void __sanitizer_print_stack_trace(void);
void __lsan_do_leak_check(void);
#endif
#endif

struct request {
    unsigned long cpu_ms, rss_mib, wall_ms, leaks, goes_on;
    const char *path;
};

/* The request at work, and how often its clock ticked: for the handler. */
static struct request current;
static unsigned long ticks;
static off_t said; /* standard error, behind our own last words */

/* ---- in the input's process ------------------------------------------- */

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(LIMIT_EXIT);
}

/* Calls nothing that a signal may not interrupt. */
static unsigned long resident_mib(void)
{
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    unsigned long pages = 0;
    ssize_t at = 0;

    if (file >= 0)
        (void)close(file);
    while (at < size && text[at] != ' ')
        at++;
    for (at++; at < size && text[at] >= '0' && text[at] <= '9'; at++)
        pages = pages * 10 + (unsigned long)(text[at] - '0');
    return pages * (unsigned long)sysconf(_SC_PAGESIZE) >> 20;
}

static void sample(unsigned long mib)
{
    char line[] = "judge: sample 0000000 MiB\n";
    size_t at = strlen("judge: sample 0000000");

    for (; line[at - 1] == '0'; mib /= 10)
        line[--at] = (char)('0' + mib % 10);
    say(line);
#ifdef HAS_ADDRESS
    __sanitizer_print_stack_trace();
#endif
    said = lseek(STDERR_FILENO, 0, SEEK_CUR);
}

/* A sanitizer that is at its report must not be asked for a stack. */
static bool is_reporting(void)
{
    stack_t other;
    bool deadly =
        sigaltstack(NULL, &other) == 0 && (other.ss_flags & SS_ONSTACK) != 0;

#ifdef HAS_ADDRESS
    deadly = deadly || __asan_report_present() != 0;
#endif
    return deadly;
}

static const char *limit_reached(int number, unsigned long mib)
{
    if (number == SIGALRM)
        return "judge: wall limit\n";
    if (mib > current.rss_mib)
        return "judge: memory limit\n";
    return ++ticks >= current.cpu_ms / TICK_MS ? "judge: cpu limit\n" : NULL;
}

static void on_tick(int number)
{
    int error = errno;
    unsigned long every = current.cpu_ms / TICK_MS / SAMPLES + 1;

    if (!is_reporting()) {
        unsigned long mib = resident_mib();
        const char *limit = limit_reached(number, mib);
        /* Somebody else's words may be the first of a report. */
        bool quiet = lseek(STDERR_FILENO, 0, SEEK_CUR) == said;
        if (limit != NULL || (quiet && ticks % every == 0))
            sample(mib);
        if (limit != NULL) {
            say(limit);
            _exit(LIMIT_EXIT);
        }
    }
    errno = error;
}

static void set_clock(void)
{
    struct sigaction action = {.sa_handler = on_tick};
    struct itimerval each = {{0, TICK_MS * 1000}, {0, TICK_MS * 1000}};

    action.sa_flags = SA_RESTART;
    (void)sigaddset(&action.sa_mask, SIGPROF);
    (void)sigaddset(&action.sa_mask, SIGALRM);
    (void)sigaction(SIGPROF, &action, NULL);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_PROF, &each, NULL);
}

static _Noreturn void run_alone(bool (*run)(const char *path), int printed)
{
    struct rlimit no_core = {0, 0}, most = {PRINTED_MOST, PRINTED_MOST};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpgid(0, 0);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)setrlimit(RLIMIT_FSIZE, &most);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDOUT_FILENO) < 0 || dup2(printed, STDERR_FILENO) < 0)
        _exit(3);
    fuzz_goes_on = current.goes_on != 0;
    set_clock();
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    bool read = run(current.path);
    struct itimerval never = {{0, 0}, {0, 0}};
    (void)setitimer(ITIMER_PROF, &never, NULL);
#ifdef HAS_ADDRESS
    if (read && current.leaks != 0)
        __lsan_do_leak_check();
#endif
    _exit(read ? 0 : 3);
}

/* ---- beside it --------------------------------------------------------- */

/* Waits for its end, or for so long; SIGCHLD is blocked. */
static bool ended(pid_t child, unsigned long limit_ms, int *status)
{
    struct timespec now, end;
    sigset_t chld;

    (void)sigemptyset(&chld);
    (void)sigaddset(&chld, SIGCHLD);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += (time_t)(limit_ms / 1000) + 1;
    for (;;) {
        if (waitpid(child, status, WNOHANG) == child)
            return true;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= end.tv_sec)
            return false;
        struct timespec slice = {0, 200000000};
        (void)sigtimedwait(&chld, NULL, &slice);
    }
}

static bool answer(int status, int printed)
{
    off_t size = lseek(printed, 0, SEEK_END);
    size_t most = size > ANSWER_MOST ? ANSWER_MOST : (size_t)size;
    char *text = size < 0 ? NULL : malloc(most + 1);
    bool told = text != NULL && pread(printed, text, most, 0) == (ssize_t)most;

    if (told) {
        (void)printf("%s %d %zu\n", WIFEXITED(status) ? "exit" : "signal",
                     WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
                     most);
        told = fwrite(text, 1, most, stdout) == most && fflush(stdout) == 0;
    }
    free(text);
    return told;
}

static bool judge(bool (*run)(const char *path))
{
    int printed = memfd_create("printed", MFD_CLOEXEC), status = 0;
    pid_t child = printed < 0 ? -1 : fork();

    if (child == 0)
        run_alone(run, printed);
    if (child > 0 && !ended(child, current.wall_ms, &status)) {
        (void)kill(child, SIGALRM);
        if (!ended(child, GRACE_MS, &status)) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &status, 0);
        }
    }
    if (child > 0)
        (void)kill(-child, SIGKILL); /* what it may have started */
    bool told = child > 0 && answer(status, printed);
    if (printed >= 0)
        (void)close(printed);
    return told;
}

static bool parse(char *line)
{
    unsigned long *fields[] = {&current.cpu_ms, &current.rss_mib,
                               &current.wall_ms, &current.leaks,
                               &current.goes_on};
    char *at = line, *end;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++, at = end + 1) {
        *fields[i] = strtoul(at, &end, 10);
        if (end == at || *end != ' ')
            return false;
    }
    current.path = at;
    return *at != '\0';
}

int replay_judge(bool (*run)(const char *path))
{
    char *line = NULL;
    size_t room = 0;
    sigset_t chld;
    int code = 0;

    (void)sigemptyset(&chld);
    (void)sigaddset(&chld, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &chld, NULL);
    while (code == 0 && getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        code = !parse(line) ? 2 : !judge(run) ? 3 : 0;
    }
    free(line);
    return code;
}
