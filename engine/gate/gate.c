/* SPDX-License-Identifier: Apache-2.0
 *
 * gate - replays every regression and seed of the tree, in process, and gives
 * one verdict. scripts/gate builds and runs it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accept.h"
#include "exit_codes.h"
#include "input.h"
#include "junit.h"
#include "output.h"
#include "pool.h"

enum { SECONDS = 20, SHOWN_MOST = 20 };

struct request {
    const char *only; /* pattern of names; NULL: all */
    const char *junit;
    unsigned jobs, seconds;
    bool list, accept, index;
    const char *tree;
};

static const char usage[] =
    "Usage: gate [OPTION]... [TREE]\n"
    "Replays every regression and seed of TREE (the current folder).\n\n"
    "  --only PATTERN   only cases whose names match (in a shell's way)\n"
    "  --junit FILE     the results as JUnit XML\n"
    "  --jobs N         processes; default: one for each processor\n"
    "  --seconds N      time limit for each case; default: 20\n"
    "  --list           names the cases and runs none\n"
    "  --accept         writes what the cases say now as what is expected, "
    "and\n"
    "                   corpus/INDEX: read the difference before you commit "
    "it\n"
    "  --help\n\n"
    "Exit status: 0 all passed, 1 some did not, 2 wrong use, 3 cases are\n"
    "missing, or nothing ran, or a result could not be written.\n";

static bool read_number(unsigned *number, const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || value == 0 ||
        value > 86400)
        return false;
    *number = (unsigned)value;
    return true;
}

static bool read_option(struct request *request, int option)
{
    switch (option) {
    case 'o':
        request->only = optarg;
        return true;
    case 'u':
        request->junit = optarg;
        return true;
    case 'j':
        return read_number(&request->jobs, optarg);
    case 's':
        return read_number(&request->seconds, optarg);
    case 'l':
        request->list = true;
        return true;
    case 'a':
        request->accept = true;
        return true;
    case 'i':
        request->index = true;
        return true;
    case 'h':
        (void)fputs(usage, stdout);
        exit(HP_EXIT_GOOD);
    default:
        return false;
    }
}

static bool read_request(struct request *request, int argc, char **argv)
{
    static const struct option known[] = {
        {"only", required_argument, NULL, 'o'},
        {"junit", required_argument, NULL, 'u'},
        {"jobs", required_argument, NULL, 'j'},
        {"seconds", required_argument, NULL, 's'},
        {"list", no_argument, NULL, 'l'},
        {"accept", no_argument, NULL, 'a'},
        {"index", no_argument, NULL, 'i'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int option;

    *request =
        (struct request){.jobs = processors > 0 ? (unsigned)processors : 1,
                         .seconds = SECONDS,
                         .tree = "."};
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (!read_option(request, option))
            return false;
    if (argc - optind > 1)
        return false;
    if (request->index && request->only != NULL)
        return false;
    if (optind < argc)
        request->tree = argv[optind];
    return true;
}

static void show_failures(const struct hp_cases *cases,
                          const struct hp_case_result *results, size_t failed)
{
    size_t shown = 0;

    for (size_t i = 0; i < cases->count && shown < SHOWN_MOST; i++) {
        if (results[i].state == HP_CASE_PASSED)
            continue;
        (void)fprintf(stderr, "gate: %s\n%s\n", cases->cases[i].name,
                      results[i].state == HP_CASE_NOT_RUN ? "it did not run"
                                                          : results[i].message);
        shown++;
    }
    if (failed > shown)
        (void)fprintf(stderr, "gate: and %zu more\n", failed - shown);
}

/* The report that --junit names is relative to where the gate was called. */
static char *whole_path(const char *path)
{
    char *folder = path == NULL || *path == '/' ? NULL : getcwd(NULL, 0);
    char *whole = NULL;
    size_t size = 0;
    FILE *text = path == NULL ? NULL : open_memstream(&whole, &size);

    if (text != NULL) {
        (void)fprintf(text, "%s%s%s", folder == NULL ? "" : folder,
                      folder == NULL ? "" : "/", path);
        (void)fclose(text);
    }
    free(folder);
    return whole;
}

static enum hp_exit judge(const struct request *request,
                          const struct hp_cases *cases, bool complete)
{
    struct hp_case_result *results =
        cases->count == 0 ? NULL
                          : hp_pool_run(cases, request->jobs, request->seconds);
    size_t passed = 0, run = 0;

    for (size_t i = 0; results != NULL && i < cases->count; i++) {
        passed += results[i].state == HP_CASE_PASSED;
        run += results[i].state != HP_CASE_NOT_RUN;
    }
    if (results != NULL && run > passed)
        show_failures(cases, results, run - passed);
    if (results != NULL && request->junit != NULL &&
        !hp_junit_write(request->junit, cases, results))
        complete = false;
    (void)printf("gate: %zu passed, %zu failed, %zu skipped%s\n", passed,
                 run - passed, cases->count - run,
                 complete && run == cases->count ? ""
                                                 : "; not all that is due");
    if (!complete || run == 0 || run < cases->count)
        return HP_EXIT_INPUT;
    return passed == run ? HP_EXIT_GOOD : HP_EXIT_BAD;
}

static enum hp_exit run(const struct request *request, struct hp_arena *arena)
{
    struct hp_cases cases;

    if (chdir(request->tree) != 0) {
        hp_complain(request->tree, "%s", strerror(errno));
        return HP_EXIT_INPUT;
    }
    bool complete = hp_cases_find(&cases, arena, request->only);
    if (request->list) {
        for (size_t i = 0; i < cases.count; i++)
            (void)puts(cases.cases[i].name);
        return complete && cases.count > 0 ? HP_EXIT_GOOD : HP_EXIT_INPUT;
    }
    if (request->accept && !(complete && hp_accept(&cases)))
        return HP_EXIT_INPUT;
    if (request->index && !(complete && hp_cases_write_index(&cases)))
        return HP_EXIT_INPUT;
    if (request->accept || request->index)
        return HP_EXIT_GOOD;
    complete = hp_cases_check_index(&cases, arena, request->only) && complete;
    return judge(request, &cases, complete);
}

int main(int argc, char **argv)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, SIZE_MAX / 2);
    struct request request;

    if (!read_request(&request, argc, argv)) {
        (void)fputs(usage, stderr);
        return HP_EXIT_USAGE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    hp_file_watch();
    char *junit = whole_path(request.junit);
    request.junit = junit;
    enum hp_exit exit = run(&request, &arena);
    free(junit);
    hp_arena_close(&arena);
    return (int)(fflush(stdout) == 0 ? exit : HP_EXIT_INPUT);
}
