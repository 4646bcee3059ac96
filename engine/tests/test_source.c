/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "hp_cmocka.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"
#include "tree.h"

#define MODULE(name) HP_TEST_MODULES "/" name ".so"

/* ---- a back end whose hive is a script ----
 *
 * HKVDLX send that event, ? one of no kind; a digit ends the walk with that
 * result; the rest are misdeeds. */

static void send_raw(const void *bytes, size_t size)
{
    (void)!write(3, bytes, size); /* where a worker has its channel */
}

#define PREAMBLE "HPEV\1"
#define HIVE                                                                   \
    "\1\x20\0\0\0"                                                             \
    "aaaaaaaabbbbbbbbccccccccdddddddd"
#define NO_BYTES "\0\0\0\0\0"
#define NO_STRING "\2\0\0\0" NO_BYTES
#define KEY "\2\x27\0\0\0" NO_STRING "eeeeeeeeffffffff" NO_STRING NO_BYTES
#define VALUE "\3\x21\0\0\0" NO_STRING "gggggggghhhhhhhhiiiiiiii"
#define END(result, status) "\x41\x09\0\0\0" result "\0\0\0" status "\0\0\0\0"

/* Sends VALUEs past the sink, without reading the answers. */
static void flood_unread(void)
{
    send_raw(PREAMBLE HIVE KEY, sizeof(PREAMBLE HIVE KEY) - 1);
    for (int i = 0; i < 100000; i++)
        send_raw(VALUE, sizeof(VALUE) - 1);
}

static void hog(void)
{
    for (int i = 0; i < 4096; i++) {
        volatile char *block = malloc(1 << 20);
        for (size_t at = 0; block != NULL && at < 1 << 20; at += 4096)
            block[at] = 1;
    }
}

/* A process of its own session and without a parent, which outlives the
 * worker; its id goes to the test. */
static void daemonise(volatile pid_t *survivor)
{
    if (fork() != 0) {
        (void)wait(NULL);
        while (*survivor == 0)
            (void)usleep(1000);
        return;
    }
    (void)setsid();
    if (fork() == 0) {
        *survivor = getpid();
        for (;;)
            (void)pause();
    }
    _exit(0);
}

static void misbehave(char what, volatile pid_t *survivor)
{
    volatile uint64_t spin = 1;

    switch (what) {
    case 'S':
        (void)raise(SIGSEGV);
        break;
    case 'A':
        abort();
    case 'B':
        (void)raise(SIGBUS);
        break;
    case 'T':
        (void)raise(SIGKILL);
        break;
    case 'l': /* loop */
        while (spin != 0)
            spin++;
        break;
    case 'i': /* loop, deaf to SIGXCPU */
        (void)signal(SIGXCPU, SIG_IGN);
        while (spin != 0)
            spin++;
        break;
    case 'w':
        for (;;)
            (void)pause();
    case 'c':
        (void)close(3);
        for (;;)
            (void)pause();
    case 'm':
        hog();
        break;
    case 'e':
        _exit(0);
    case 'f':
        _exit(7);
    case 'g':
        _exit(3);
    case 'd':
        daemonise(survivor);
        break;
    case 'q': /* without its keeper nobody knows anything */
        (void)kill(getppid(), SIGKILL);
        for (;;)
            (void)pause();
    case 'u':
        flood_unread();
        break;
    default:
        fail();
    }
}

static struct hp_event event_of(char letter)
{
    struct hp_event event = {.size = sizeof(event)};

    switch (letter) {
    case 'H':
        event.kind = HP_EVENT_HIVE;
        event.u.hive = (struct hp_hive_event){5, 1, 2, UINT64_C(1) << 60};
        break;
    case 'K':
        event.kind = HP_EVENT_KEY_ENTER;
        event.u.key = (struct hp_key_event){{"k\0y", 3, HP_LATIN1}, 1,    2,
                                            {NULL, 0, 0},           "sd", 2};
        break;
    case 'V':
        event.kind = HP_EVENT_VALUE;
        event.u.value = (struct hp_value_event){{NULL, 0, HP_UTF8}, 3, 4, 5};
        break;
    case 'D':
        event.kind = HP_EVENT_DATA;
        event.u.data = (struct hp_data_event){"data", 4};
        break;
    case 'L':
        event.kind = HP_EVENT_KEY_LEAVE;
        break;
    case 'X':
        event.kind = HP_EVENT_DAMAGE;
        event.u.damage = (struct hp_damage_event){HP_E_CELL_FREE, 32, 33,
                                                  "nk.cell", HP_DAMAGE_DROPPED};
        break;
    default:
        event.kind = 77;
    }
    return event;
}

/* The KEY_LEAVE `depth` levels up. */
static const char *leave_of(const char *at, unsigned depth)
{
    for (;; at++) {
        if (*at == 'K')
            depth++;
        if (*at == 'L' && --depth == 0)
            return at;
    }
}

static volatile pid_t *survivor_of_test;

static uint32_t run_script(const struct hp_input *input,
                           const struct hp_sink *sink, bool obeys)
{
    const char *at = input->image;
    const char *end = at + input->image_size;
    bool values_only = false;

    while (at < end && (*at < '0' || *at > '9')) {
        char letter = *at++;
        struct hp_event event = event_of(letter);
        uint32_t answer;
        if (letter != '?' && strchr("HKVDLX", letter) == NULL) {
            misbehave(letter, survivor_of_test);
            continue;
        }
        if (letter == 'K' && values_only) {
            at = leave_of(at, 2);
            values_only = false;
            continue;
        }
        answer = sink->event(sink->self, &event);
        if (!obeys)
            continue;
        if (answer == HP_STOP)
            return HP_WALK_STOPPED;
        if (letter == 'K' && answer == HP_SKIP)
            at = leave_of(at, 1);
        if (letter == 'V' && answer == HP_SKIP)
            at += strspn(at, "D");
        if (letter == 'K' || letter == 'L')
            values_only = letter == 'K' && answer == HP_VALUES_ONLY;
    }
    return at < end ? (uint32_t)(*at - '0') : HP_WALK_DONE;
}

static uint32_t walk_obediently(const struct hp_input *input,
                                const struct hp_sink *sink)
{
    return run_script(input, sink, true);
}

static uint32_t walk_stubbornly(const struct hp_input *input,
                                const struct hp_sink *sink)
{
    return run_script(input, sink, false);
}

/* Writes the image to the channel as it is and waits. */
static uint32_t walk_raw(const struct hp_input *input,
                         const struct hp_sink *sink)
{
    (void)sink;
    send_raw(input->image, input->image_size);
    _exit(0);
}

/* Sends the whole image as DATA, again and again. */
static uint32_t walk_data(const struct hp_input *input,
                          const struct hp_sink *sink)
{
    struct hp_event event = event_of('H');

    (void)sink->event(sink->self, &event);
    event = event_of('K');
    event.u.key.name.bytes = input->image;
    event.u.key.name.size = (uint32_t)input->image_size;
    if (sink->event(sink->self, &event) == HP_STOP)
        return HP_WALK_STOPPED;
    event = event_of('V');
    (void)sink->event(sink->self, &event);
    event = event_of('D');
    event.u.data.bytes = input->image;
    event.u.data.size = input->image_size;
    (void)sink->event(sink->self, &event);
    event = event_of('L');
    (void)sink->event(sink->self, &event);
    return HP_WALK_DONE;
}

#define BACKEND(walk)                                                          \
    {                                                                          \
        sizeof(struct hp_backend), "script", "0.1", NULL, HP_CAN_FLAGS, walk   \
    }
static const struct hp_backend obedient = BACKEND(walk_obediently);
static const struct hp_backend stubborn = BACKEND(walk_stubbornly);
static const struct hp_backend raw = BACKEND(walk_raw);
static const struct hp_backend data = BACKEND(walk_data);

/* ---- a sink that takes notes ---- */

struct notes {
    char events[64]; /* letters, as far as there is room */
    size_t count;
    const char *answers; /* to the events: s, v, x (stop); others continue */
};

static uint32_t note(void *self, const struct hp_event *event)
{
    struct notes *notes = self;
    char answer = '.';

    if (notes->answers != NULL && notes->count < strlen(notes->answers))
        answer = notes->answers[notes->count];
    if (notes->count < sizeof(notes->events) - 1)
        notes->events[notes->count] = " HKVDLX"[event->kind];
    notes->count++;
    switch (answer) {
    case 's':
        return HP_SKIP;
    case 'v':
        return HP_VALUES_ONLY;
    case 'x':
        return HP_STOP;
    default:
        return HP_CONTINUE;
    }
}

static struct hp_source source_of(const struct hp_backend *backend,
                                  const char *image, size_t size)
{
    return (struct hp_source){
        .input = {.size = sizeof(struct hp_input),
                  .mode = HP_MODE_FORENSIC,
                  .image = image,
                  .image_size = size},
        .backend = backend,
        .isolated = true,
        .limits = {2, 4, UINT64_C(100) << 20, 1 << 20},
    };
}

static struct hp_source script_of(const char *script)
{
    return source_of(&obedient, script, strlen(script));
}

static size_t open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    (void)closedir(dir);
    return count;
}

/* Walks, and checks that no descriptor and no process is left over. */
static uint32_t walk(const struct hp_source *source, bool prunes,
                     struct notes *notes, struct hp_error *err, char text[64])
{
    struct hp_sink sink = {sizeof(sink), note, notes};
    size_t before = open_descriptors();
    uint32_t result;

    *err = (struct hp_error){HP_OK, 0, "untouched", 0};
    result = hp_source_walk(source, prunes, &sink, err, text, 64);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return result;
}

/* ---- results ---- */

static const struct {
    const char *script;
    uint32_t result;
    enum hp_status status;
    const char *text, *events;
} endings[] = {
    /* sound ones */
    {"HKVDL0", HP_WALK_DONE, HP_OK, "", "HKVDL"},
    {"HKXL1", HP_WALK_PARTIAL, HP_OK, "", "HKXL"},
    {"X2", HP_WALK_REFUSED, HP_E_CELL_FREE, "nk.cell", "X"},
    {"HK2", HP_WALK_REFUSED, HP_E_READER, "it gave no reason", "HK"},
    {"HKX4", HP_WALK_FAILED, HP_E_NO_MEMORY, "nk.cell", "HKX"},
    {"4", HP_WALK_FAILED, HP_E_NO_MEMORY, "it gave no reason", ""},
    /* wrong order */
    {"K0", HP_WALK_FAILED, HP_E_PROTOCOL, "an event in the wrong place", ""},
    {"HKLL0", HP_WALK_FAILED, HP_E_PROTOCOL, "an event in the wrong place",
     "HKL"},
    {"HK0", HP_WALK_FAILED, HP_E_PROTOCOL, "the end in the wrong place", "HK"},
    {"HK1", HP_WALK_FAILED, HP_E_PROTOCOL, "the end in the wrong place", "HK"},
    {"0", HP_WALK_FAILED, HP_E_PROTOCOL, "the end in the wrong place", ""},
    {"H3", HP_WALK_FAILED, HP_E_PROTOCOL, "the end in the wrong place", "H"},
    {"H5", HP_WALK_FAILED, HP_E_PROTOCOL, "an unknown result", "H"},
    {"H?0", HP_WALK_FAILED, HP_E_PROTOCOL, "", "H"},
    /* deaths; what was not sent yet is lost */
    {"HS", HP_WALK_FAILED, HP_E_CRASH, "signal 11", ""},
    {"HA", HP_WALK_FAILED, HP_E_CRASH, "signal 6", ""},
    {"T", HP_WALK_FAILED, HP_E_CRASH, "signal 9", ""},
    {"e", HP_WALK_FAILED, HP_E_CRASH, "exit code 0", ""},
    {"f", HP_WALK_FAILED, HP_E_CRASH, "exit code 7", ""},
    {"g", HP_WALK_FAILED, HP_E_CHANGED, "", ""},
    {"q", HP_WALK_FAILED, HP_E_CRASH, "its keeper is lost", ""},
    {"c", HP_WALK_FAILED, HP_E_PROTOCOL, "it closed its channel", ""},
    /* limits */
    {"l", HP_WALK_FAILED, HP_E_CPU, "", ""},
    {"i", HP_WALK_FAILED, HP_E_CPU, "", ""},
    {"w", HP_WALK_FAILED, HP_E_WALL, "", ""},
    {"m", HP_WALK_FAILED, HP_E_MEMORY, "", ""},
};

static void isolated__every_ending_has_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        struct hp_source source = script_of(endings[i].script);
        struct notes notes = {{0}, 0, NULL};
        struct hp_error err;
        char text[64] = "before";
        source.limits.cpu_seconds = 1;
        source.limits.wall_seconds = strchr(endings[i].script, 'w') ? 1 : 10;
        assert_int_equal(walk(&source, false, &notes, &err, text),
                         endings[i].result);
        assert_int_equal(err.status, endings[i].status);
        assert_string_equal(text, endings[i].text);
        assert_string_equal(notes.events, endings[i].events);
        assert_string_equal(err.field, endings[i].status == HP_OK ? "untouched"
                                                                  : "back end");
    }
}

static void isolated__refusal_names_the_record(void **state)
{
    struct hp_source source = script_of("X2");
    struct notes notes = {{0}, 0, NULL};
    struct hp_error err;
    char text[64];
    (void)state;

    assert_int_equal(walk(&source, false, &notes, &err, text), HP_WALK_REFUSED);
    assert_int_equal(err.offset, 32);
    assert_int_equal(err.found, 33);
    source.isolated = false;
    assert_int_equal(walk(&source, false, &notes, &err, text), HP_WALK_REFUSED);
    assert_string_equal(err.field, "nk.cell");
    assert_string_equal(text, "");
    assert_int_equal(
        hp_source_walk(&source, false,
                       &(struct hp_sink){sizeof(struct hp_sink), note, &notes},
                       NULL, NULL, 0),
        HP_WALK_REFUSED);
}

static void here__results_are_checked(void **state)
{
    static const struct {
        const char *script;
        uint32_t result;
        enum hp_status status;
    } cases[] = {
        {"HKVDL0", HP_WALK_DONE, HP_OK},
        {"HKL1", HP_WALK_PARTIAL, HP_OK},
        {"2", HP_WALK_REFUSED, HP_E_READER},
        {"H3", HP_WALK_FAILED, HP_E_PROTOCOL},
        {"4", HP_WALK_FAILED, HP_E_NO_MEMORY},
        {"5", HP_WALK_FAILED, HP_E_PROTOCOL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_source source = script_of(cases[i].script);
        struct notes notes = {{0}, 0, NULL};
        struct hp_error err;
        char text[64];
        source.isolated = false;
        assert_int_equal(walk(&source, false, &notes, &err, text),
                         cases[i].result);
        assert_int_equal(err.status, cases[i].status);
    }
}

static void on_sigbus(int number)
{
    (void)number;
    _exit(3);
}

static void isolated__program_s_sigbus_handler_is_kept(void **state)
{
    struct sigaction ours = {.sa_handler = on_sigbus}, before;
    struct hp_source source = script_of("B");
    struct notes notes = {{0}, 0, NULL};
    struct hp_error err;
    char text[64];
    (void)state;

    assert_int_equal(sigaction(SIGBUS, &ours, &before), 0);
    assert_int_equal(walk(&source, false, &notes, &err, text), HP_WALK_FAILED);
    assert_int_equal(sigaction(SIGBUS, &before, NULL), 0);
    assert_int_equal(err.status, HP_E_CHANGED);
}

/* ---- stopping and pruning ---- */

#define NESTED "HKVDVDKVDKVDLLKVDKLLL0"

static const struct {
    const char *answers, *events;
} answers[] = {
    {"", "HKVDVDKVDKVDLLKVDKLLL"},
    {".s", "HKL"},
    {".v", "HKVDVDL"},
    {"..ss", "HKVVKVDKVDLLKVDKLLL"},
    {"......s", "HKVDVDKLKVDKLLL"},
    {"......v...v", "HKVDVDKVDLKVDLL"},
    {"x", "H"},
    {".x", "HK"},
    {"...x", "HKVD"},
    {"......x", "HKVDVDK"},
    {"..............x", "HKVDVDKVDKVDLLK"},
    {"....................x", "HKVDVDKVDKVDLLKVDKLLL"},
};

/* Whoever skips, the reader or the program: the sink sees the same. */
static void answers__mean_the_same_everywhere(void **state)
{
    const struct hp_backend *backends[] = {&obedient, &stubborn};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers) * 5; i++) {
        struct hp_source source = script_of(NESTED);
        struct notes notes = {{0}, 0, answers[i / 5].answers};
        bool stops = strchr(notes.answers, 'x') != NULL;
        struct hp_error err;
        char text[64];
        source.backend = backends[i % 5 / 2 % 2]; /* and obedient, in process */
        source.isolated = i % 5 != 4;
        assert_int_equal(walk(&source, i % 2 == 0, &notes, &err, text),
                         stops ? HP_WALK_STOPPED : HP_WALK_DONE);
        assert_string_equal(notes.events, answers[i / 5].events);
        assert_string_equal(text, "");
    }
}

static void isolated__stop_ends_a_reader_that_does_not(void **state)
{
    struct hp_source source = source_of(&stubborn, "HKw", 3);
    struct notes notes = {{0}, 0, ".x"};
    struct hp_error err;
    char text[64];
    (void)state;

    source.limits.wall_seconds = 60; /* the test would time out */
    assert_int_equal(walk(&source, true, &notes, &err, text), HP_WALK_STOPPED);
    assert_string_equal(notes.events, "HK");
}

/* ---- processes ---- */

static void isolated__nothing_is_left_running(void **state)
{
    static const struct {
        const char *script;
        uint32_t result;
    } cases[] = {{"dHKL0", HP_WALK_DONE},
                 {"dS", HP_WALK_FAILED},
                 {"dm", HP_WALK_FAILED},
                 {"dHKw", HP_WALK_STOPPED}};
    volatile pid_t *shared = mmap(NULL, sizeof(pid_t), PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    (void)state;

    assert_true(shared != MAP_FAILED);
    survivor_of_test = shared;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_source source = script_of(cases[i].script);
        struct notes notes = {{0}, 0, "x"};
        struct hp_error err;
        char text[64];
        notes.answers = cases[i].result == HP_WALK_STOPPED ? ".x" : "";
        *shared = 0;
        assert_int_equal(walk(&source, true, &notes, &err, text),
                         cases[i].result);
        assert_true(*shared > 0);
        assert_int_equal(kill(*shared, 0), -1);
        assert_int_equal(errno, ESRCH);
    }
    (void)munmap((void *)(uintptr_t)shared, sizeof(pid_t));
}

/* A program that is killed cannot clean up: its keeper does. */
static void isolated__nothing_outlives_the_program(void **state)
{
    volatile pid_t *shared = mmap(NULL, sizeof(pid_t), PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct hp_source source = script_of("dHKw");
    struct notes notes = {{0}, 0, NULL};
    struct hp_sink sink = {sizeof(sink), note, &notes};
    pid_t program;
    (void)state;

    assert_true(shared != MAP_FAILED);
    survivor_of_test = shared;
    source.limits.wall_seconds = 60;
    program = fork();
    if (program == 0) {
        (void)hp_source_walk(&source, false, &sink, NULL, NULL, 0);
        _exit(0);
    }
    while (*shared == 0)
        (void)usleep(1000);
    assert_int_equal(kill(program, SIGKILL), 0);
    assert_int_equal(waitpid(program, NULL, 0), program);
    for (int turn = 0; turn < 5000 && kill(*shared, 0) == 0; turn++)
        (void)usleep(1000);
    assert_int_equal(kill(*shared, 0), -1);
    assert_int_equal(errno, ESRCH);
    (void)munmap((void *)(uintptr_t)shared, sizeof(pid_t));
}

/* Wherever descriptors run out, the walk fails and leaks none. */
static void isolated__needs_descriptors(void **state)
{
    struct hp_source source = script_of("HKL0");
    struct notes notes = {{0}, 0, NULL};
    struct hp_sink sink = {sizeof(sink), note, &notes};
    struct hp_error err = {HP_OK, 0, NULL, 0};
    struct rlimit before, low;
    size_t open = open_descriptors();
    uint32_t result = HP_WALK_FAILED;
    (void)state;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    low = before;
    for (low.rlim_cur = 3; result != HP_WALK_DONE; low.rlim_cur++) {
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
        result = hp_source_walk(&source, false, &sink, &err, NULL, 0);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(open_descriptors(), open);
        assert_true(result == HP_WALK_DONE || err.status == HP_E_SPAWN);
        assert_true(low.rlim_cur < 40);
    }
    assert_true(low.rlim_cur > 9); /* six were needed */
}

static void isolated__closed_standard_streams_do_no_harm(void **state)
{
    struct hp_source source = script_of("HKVDL0");
    struct notes notes = {{0}, 0, NULL};
    struct hp_error err;
    char text[64];
    int saved[3];
    uint32_t result;
    (void)state;

    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD, 100);
        (void)close(fd);
    }
    result = walk(&source, true, &notes, &err, text);
    for (int fd = 0; fd < 3; fd++) {
        if (saved[fd] < 0)
            continue;
        (void)dup2(saved[fd], fd);
        (void)close(saved[fd]);
    }
    assert_int_equal(result, HP_WALK_DONE);
    assert_string_equal(notes.events, "HKVDL");
}

/* ---- the stream ---- */

static const struct {
    struct hp_span bytes;
    enum hp_status status;
    const char *text;
} streams[] = {
    {SPAN_INIT(PREAMBLE HIVE END("\2", "\0")), HP_E_READER,
     "it gave no reason"},
    {SPAN_INIT("HPEV\2" HIVE END("\2", "\0")), HP_E_PROTOCOL,
     "not an event stream"},
    {SPAN_INIT("HPEV"), HP_E_CRASH, "exit code 0"},
    {SPAN_INIT(PREAMBLE HIVE), HP_E_CRASH, "exit code 0"},
    {SPAN_INIT(PREAMBLE "\x41\x09\0\0\0\2\0\0\0\0\0\0"), HP_E_CRASH,
     "exit code 0"},
    {SPAN_INIT(PREAMBLE END("\5", "\0")), HP_E_PROTOCOL, "an unknown result"},
    {SPAN_INIT(PREAMBLE "\x41\x09\0\0\0\2\0\0\0\x85\3\0\0\0"), HP_E_PROTOCOL,
     "an unknown result"}, /* 901 would be a bug of ours */
    {SPAN_INIT(PREAMBLE "\x41\x0a\0\0\0\2\0\0\0\x32\1\0\0\1a"), HP_E_MODULE,
     "a"},
    {SPAN_INIT(PREAMBLE "\x40\6\0\0\0\0\0\0\0\0\0"), HP_E_PROTOCOL,
     "an identity in the wrong place"},
    {SPAN_INIT(PREAMBLE "\0\0\0\0\0"), HP_E_PROTOCOL, "a broken frame"},
    {SPAN_INIT(PREAMBLE "\1\xff\xff\xff\xff"), HP_E_PROTOCOL, "a broken frame"},
};

static void stream__is_not_trusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct hp_source source = source_of(
            &raw, (const char *)streams[i].bytes.ptr, streams[i].bytes.len);
        struct notes notes = {{0}, 0, NULL};
        struct hp_error err;
        char text[64];
        (void)walk(&source, false, &notes, &err, text);
        assert_int_equal(err.status, streams[i].status);
        assert_string_equal(text, streams[i].text);
    }
}

static void stream__unread_answers_do_not_block(void **state)
{
    struct hp_source source = script_of("u");
    struct notes notes = {{0}, 0, NULL};
    struct hp_error err;
    char text[64];
    (void)state;

    source.limits.output = UINT64_C(1) << 30;
    assert_int_equal(walk(&source, true, &notes, &err, text), HP_WALK_FAILED);
    assert_int_equal(err.status, HP_E_PROTOCOL);
    assert_string_equal(text, "it does not read the answers");
}

/* Preamble, HIVE, KEY_ENTER, VALUE, DATA, KEY_LEAVE and END with `size` bytes
 * of name and data. */
#define OUTPUT_OF(size) (5 + 37 + 46 + (size) + 38 + 5 + (size) + 5 + 14)
#define LARGEST_NAME ((1 << 20) - 46)

static void stream__output_is_limited(void **state)
{
    static char image[2 << 20];
    static const struct {
        size_t size;
        uint64_t limit;
        enum hp_status status;
    } cases[] = {
        {1, OUTPUT_OF(1), HP_OK},
        {1, OUTPUT_OF(1) - 1, HP_E_OUTPUT},
        {LARGEST_NAME, 8 << 20, HP_OK},
        {LARGEST_NAME + 1, 8 << 20, HP_E_OUTPUT},
        {sizeof(image), 8 << 20, HP_E_OUTPUT},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_source source = source_of(&data, image, cases[i].size);
        struct notes notes = {{0}, 0, NULL};
        struct hp_error err;
        char text[64];
        source.limits.output = cases[i].limit;
        assert_int_equal(walk(&source, false, &notes, &err, text),
                         cases[i].status == HP_OK ? HP_WALK_DONE
                                                  : HP_WALK_FAILED);
        assert_int_equal(err.status, cases[i].status);
    }
}

/* What a child reports is what it would have reported here. */
static void stream__loses_nothing(void **state)
{
    static char image[200000];
    struct hp_source source = source_of(&data, image, sizeof(image));
    struct hp_arena arena = hp_arena_of(hp_allocator_libc, 64 << 20);
    struct hp_tree trees[3];
    (void)state;

    for (size_t i = 0; i < sizeof(image); i++)
        image[i] = (char)(i * 7 / 3);
    for (int i = 0; i < 3; i++) {
        struct hp_sink sink;
        source.isolated = i > 0;
        hp_tree_begin(&trees[i], &arena, &sink);
        assert_int_equal(hp_source_walk(&source, i == 2, &sink, NULL, NULL, 0),
                         HP_WALK_DONE);
        assert_int_equal(trees[i].status, HP_OK);
        assert_int_equal(trees[i].data_bytes, sizeof(image));
        assert_int_equal(hp_tree_compare(&trees[0], &trees[i], NULL, NULL), 0);
    }
    hp_arena_close(&arena);
}

/* ---- modules, identity, limits ---- */

static void module__runs_here_and_isolated_prints_nothing(void **state)
{
    struct hp_source source = script_of("");
    FILE *printed = tmpfile();
    int saved = dup(1);
    uint32_t result;
    struct notes notes = {{0}, 0, NULL};
    struct hp_error err;
    char text[64];
    (void)state;

    source.backend = NULL;
    source.module = MODULE("good");
    (void)fflush(stdout);
    assert_true(dup2(fileno(printed), 1) == 1);
    result = walk(&source, true, &notes, &err, text);
    assert_true(dup2(saved, 1) == 1);
    assert_int_equal(result, HP_WALK_DONE);
    assert_string_equal(notes.events, "HKL");
    assert_int_equal(lseek(fileno(printed), 0, SEEK_END), 0);
    (void)fclose(printed);
    (void)close(saved);

    source.isolated = false;
    assert_int_equal(walk(&source, true, &notes, &err, text), HP_WALK_DONE);
    assert_string_equal(notes.events, "HKLHKL");
}

static void module__that_cannot_be_loaded_fails(void **state)
{
    struct hp_source source = script_of("");
    struct hp_source_identity identity = {"x", "y", 1};
    struct notes notes = {{0}, 0, NULL};
    struct hp_error err;
    char text[64];
    (void)state;

    source.backend = NULL;
    source.module = MODULE("interface_2");
    for (int i = 0; i < 2; i++) {
        source.isolated = i == 0;
        assert_int_equal(walk(&source, false, &notes, &err, text),
                         HP_WALK_FAILED);
        assert_int_equal(err.status, HP_E_MODULE);
        assert_string_equal(text,
                            "needs back-end interface 2, this program has 1");
    }
    assert_false(hp_source_identify(&source, &identity, &err, text, 64));
    assert_int_equal(err.status, HP_E_MODULE);
    assert_string_equal(identity.name, "x");
}

static void identity__comes_from_the_struct_or_a_child(void **state)
{
    struct hp_source source = script_of("");
    struct hp_source_identity identity;
    struct hp_error err;
    char text[64];
    (void)state;

    assert_true(hp_source_identify(&source, &identity, &err, text, 64));
    assert_string_equal(identity.name, "script");
    assert_string_equal(identity.version, "0.1");
    assert_int_equal(identity.capabilities, HP_CAN_FLAGS);
    source.backend = NULL;
    source.module = MODULE("good");
    assert_true(hp_source_identify(&source, &identity, &err, text, 64));
    assert_string_equal(identity.name, "good");
    assert_string_equal(identity.version, "1.2.3");
    assert_int_equal(identity.capabilities, HP_CAN_CLASS | HP_CAN_FORENSIC);
}

static void limits__are_those_of_the_contract(void **state)
{
    static const struct {
        uint64_t image, memory;
    } cases[] = {
        {0, UINT64_C(256) << 20},
        {100, (UINT64_C(256) << 20) + 800},
        {(UINT64_MAX - (UINT64_C(256) << 20)) / 8, UINT64_MAX - 7},
        {(UINT64_MAX - (UINT64_C(256) << 20)) / 8 + 1, UINT64_MAX},
        {UINT64_MAX, UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct hp_isolate_limits limits = hp_isolate_limits_of(cases[i].image);
        assert_int_equal(limits.cpu_seconds, 5);
        assert_int_equal(limits.wall_seconds, 20);
        assert_int_equal(limits.output, 64 << 20);
        assert_true(limits.memory == cases[i].memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolated__every_ending_has_its_status),
        cmocka_unit_test(isolated__refusal_names_the_record),
        cmocka_unit_test(here__results_are_checked),
        cmocka_unit_test(isolated__program_s_sigbus_handler_is_kept),
        cmocka_unit_test(answers__mean_the_same_everywhere),
        cmocka_unit_test(isolated__stop_ends_a_reader_that_does_not),
        cmocka_unit_test(isolated__nothing_is_left_running),
        cmocka_unit_test(isolated__nothing_outlives_the_program),
        cmocka_unit_test(isolated__needs_descriptors),
        cmocka_unit_test(isolated__closed_standard_streams_do_no_harm),
        cmocka_unit_test(stream__is_not_trusted),
        cmocka_unit_test(stream__unread_answers_do_not_block),
        cmocka_unit_test(stream__output_is_limited),
        cmocka_unit_test(stream__loses_nothing),
        cmocka_unit_test(module__runs_here_and_isolated_prints_nothing),
        cmocka_unit_test(module__that_cannot_be_loaded_fails),
        cmocka_unit_test(identity__comes_from_the_struct_or_a_child),
        cmocka_unit_test(limits__are_those_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
