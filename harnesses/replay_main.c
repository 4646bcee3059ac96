/* SPDX-License-Identifier: Apache-2.0
 *
 * replay_main - a harness without an engine: runs each named file, and each
 * file below each named folder, once.
 *
 *   fuzz_<what> [--at-least=N] PATH...
 *   fuzz_<what> --judge      many, as replay_judge.h says
 *
 * exit 0  every input was handled; their number is on standard output
 * exit 2  wrong use
 * exit 3  there were fewer than N inputs (1), or one could not be read
 *
 * An input that fails an oracle ends the process by SIGABRT (a sanitizer: by
 * its own exit code); its name stands on standard error before. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "replay_judge.h"

/* Nothing that a harness takes is larger: a file that is, is no input. */
#define INPUT_LIMIT ((size_t)64 << 20)

struct replay {
    size_t inputs;
    bool unreadable;
};

/* The input at work, for the handler of what kills us. */
static const char *current = "none";

static void name_offender(const char *path)
{
    static const char before[] = "replay: offender: ";
    bool named = write(STDERR_FILENO, before, sizeof before - 1) > 0 &&
                 write(STDERR_FILENO, path, strlen(path)) > 0 &&
                 write(STDERR_FILENO, "\n", 1) > 0;

    (void)named;
}

static void on_signal(int number)
{
    name_offender(current);
    (void)raise(number); /* SA_RESETHAND: as it would have ended */
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||     \
    __has_feature(undefined_behavior_sanitizer)
#define HAS_DEATH_CALLBACK 1
#endif
#endif

#ifdef HAS_DEATH_CALLBACK
void __sanitizer_set_death_callback(void (*callback)(void));

static void on_death(void)
{
    name_offender(current);
}
#endif

static void watch(void)
{
    static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE,
                                 SIGILL,  SIGALRM, SIGTERM};
    struct sigaction action = {.sa_handler = on_signal};

    action.sa_flags = (int)SA_RESETHAND;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        (void)sigaction(deadly[i], &action, NULL);
#ifdef HAS_DEATH_CALLBACK
    __sanitizer_set_death_callback(on_death);
#endif
}

static void complain(struct replay *replay, const char *path, const char *what)
{
    (void)fprintf(stderr, "replay: %s: %s\n", path, what);
    replay->unreadable = true;
}

static void run_file(struct replay *replay, const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    /* Exactly as large as the input: sanitizers see a read past its end. */
    uint8_t *bytes = malloc(size > 0 ? size : 1);

    if (file == NULL || bytes == NULL) {
        complain(replay, path, file == NULL ? strerror(errno) : "no memory");
    } else if (fread(bytes, 1, size, file) != size) {
        complain(replay, path, "could not be read");
    } else {
        current = path;
        (void)LLVMFuzzerTestOneInput(bytes, size);
        current = "none"; /* `path` ends before what is done at the exit */
        replay->inputs++;
    }
    free(bytes);
    if (file != NULL)
        (void)fclose(file);
}

static void run_path(struct replay *replay, const char *path);

/* Names are sorted, so that a replay is the same everywhere. */
static void run_folder(struct replay *replay, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);

    if (count < 0)
        complain(replay, path, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t room = strlen(path) + strlen(name) + 2;
        char *below = malloc(room);
        /* What begins with a dot is no input: ".", "..", ".gitignore". */
        if (below != NULL && name[0] != '.') {
            (void)snprintf(below, room, "%s/%s", path, name);
            run_path(replay, below);
        }
        free(below);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void run_path(struct replay *replay, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        complain(replay, path, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        run_folder(replay, path);
    else if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size > INPUT_LIMIT)
        complain(replay, path, "no regular file of at most 64 MiB");
    else
        run_file(replay, path, (size_t)status.st_size);
}

static bool run_one(const char *path)
{
    struct replay replay = {0, false};

    run_path(&replay, path);
    return !replay.unreadable;
}

static int complain_of_use(const char *program)
{
    (void)fprintf(stderr, "usage: %s [--at-least=N] PATH... | --judge\n",
                  program);
    return 2;
}

int main(int argc, char **argv)
{
    static const char option[] = "--at-least=";
    struct replay replay = {0, false};
    unsigned long least = 1;
    int at = 1;

    if (argc == 2 && strcmp(argv[1], "--judge") == 0)
        return replay_judge(run_one);
    if (at < argc && strncmp(argv[at], option, sizeof option - 1) == 0) {
        char *end;
        least = strtoul(argv[at++] + sizeof option - 1, &end, 10);
        if (*end != '\0' || least == 0)
            return complain_of_use(argv[0]);
    }
    if (at == argc || argv[at][0] == '-')
        return complain_of_use(argv[0]);
    watch();
    for (; at < argc; at++)
        run_path(&replay, argv[at]);
    (void)printf("%zu inputs\n", replay.inputs);
    if (replay.inputs < least)
        (void)fprintf(stderr, "replay: fewer than %lu inputs\n", least);
    return replay.unreadable || replay.inputs < least ? 3 : 0;
}
