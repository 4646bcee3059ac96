/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* realpath, setenv */
#include "conform_sandbox.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command_words.h"
#include "vector_folder.h"

#define PIPES_VARIABLE "HIVEPROOF_CONFORM_PIPES"

enum { PATH_ROOM = 4096, MOST_BINDS = 8, MOST_ARGUMENTS = 512 };

/* The command line of bwrap. */
struct line {
    const char *words[MOST_ARGUMENTS + 2];
    size_t count;
    char binds[MOST_BINDS][PATH_ROOM];
    size_t bind_count;
    char program[PATH_ROOM], folder[PATH_ROOM];
};

bool hp_sandbox_is_inside(struct hp_case_pipes *pipes)
{
    const char *said = getenv(PIPES_VARIABLE);

    return said != NULL &&
           sscanf(said, "%d,%d", &pipes->work, &pipes->results) == 2;
}

static void add(struct line *line, const char *word)
{
    if (line->count < MOST_ARGUMENTS)
        line->words[line->count++] = word;
}

static void add_all(struct line *line, const char *const *words)
{
    for (; *words != NULL; words++)
        add(line, *words);
}

/* What lies in a folder that is hidden is shown again, read-only, with what is
 * beside it: a module may need its neighbours. */
static void show(struct line *line, const char *path)
{
    static const char *const hidden[] = {"/tmp/", "/run/"};
    char real[PATH_ROOM];
    bool is_hidden = false;

    if (path == NULL || line->bind_count == MOST_BINDS ||
        strlen(path) >= PATH_ROOM || realpath(path, real) == NULL)
        return;
    for (size_t i = 0; i < 2; i++)
        is_hidden = is_hidden || strncmp(real, hidden[i], 5) == 0;
    if (!is_hidden)
        return;
    char *slash = strrchr(real, '/');
    struct stat status;
    if (slash > real + 4 && stat(real, &status) == 0 &&
        !S_ISDIR(status.st_mode))
        *slash = '\0';
    char *bind = line->binds[line->bind_count++];
    (void)memcpy(bind, real, sizeof real);
    add(line, "--ro-bind");
    add(line, bind);
    add(line, bind);
}

/* The files among the words of a command. */
static void show_words(struct line *line, const char *command)
{
    struct hp_command_words words;

    if (command == NULL ||
        hp_command_split(&words, command, "{}", NULL) != NULL)
        return;
    for (size_t i = 0; i < words.count; i++)
        show(line, words.words[i]);
}

static bool make_line(struct line *line, const struct hp_options *options)
{
    static const char *const fixed[] = {"bwrap",
                                        "--ro-bind",
                                        "/",
                                        "/",
                                        "--dev",
                                        "/dev",
                                        "--proc",
                                        "/proc",
                                        "--tmpfs",
                                        "/tmp",
                                        "--tmpfs",
                                        "/run",
                                        "--unshare-net",
                                        "--unshare-pid",
                                        "--unshare-ipc",
                                        "--unshare-uts",
                                        "--die-with-parent",
                                        "--setenv",
                                        "TMPDIR",
                                        "/tmp",
                                        NULL};

    if (!hp_program_path(line->program, PATH_ROOM))
        return false;
    add_all(line, fixed);
    show(line, line->program);
    show(line, options->conform.vectors);
    show(line, options->reader[0].module);
    show_words(line, options->reader[0].command);
    if (getcwd(line->folder, PATH_ROOM) != NULL &&
        strcmp(line->folder, "/tmp") != 0) {
        show(line, line->folder);
        add(line, "--chdir");
        add(line, line->folder);
    }
    add(line, "--");
    add(line, line->program);
    return true;
}

static void run_line(struct line *line)
{
    char **words = (char **)(uintptr_t)line->words;

    line->words[line->count] = NULL;
    (void)execvp("bwrap", words);
}

void hp_sandbox_enter(void *self, struct hp_case_pipes pipes)
{
    const struct hp_options *options = self;
    struct line *line = calloc(1, sizeof *line);
    char said[64];

    if (line == NULL || !make_line(line, options))
        return;
    for (int i = 0; i < options->argc; i++)
        add(line, options->argv[i]);
    (void)snprintf(said, sizeof said, "%d,%d", pipes.work, pipes.results);
    (void)setenv(PIPES_VARIABLE, said, 1);
    /* They were made to end with exec; here they go on. */
    (void)fcntl(pipes.work, F_SETFD, 0);
    (void)fcntl(pipes.results, F_SETFD, 0);
    run_line(line);
}

bool hp_sandbox_works(const struct hp_options *options)
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        struct line *line = calloc(1, sizeof *line);
        int null = open("/dev/null", O_RDWR);
        if (line == NULL || null < 0 || !make_line(line, options))
            _exit(EXIT_FAILURE);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        add(line, "--version");
        run_line(line);
        _exit(EXIT_FAILURE);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}
