/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* pipe2, prctl */
#include "ask_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "output.h"

/* Longest line of a session: an answer, its end and a bit of room. */
enum { ANSWER_ROOM = 16, WORD_ROOM = 1 << 16 };

static enum hp_answer cannot(struct hp_ask *ask, const char *what)
{
    ask->error = errno;
    ask->what = what;
    return HP_ANSWER_IMPOSSIBLE;
}

/* ---- the command's process ----------------------------------------------- */

/* `word` with the file's name for each {}; *named says if there was one. NULL:
 * too long. */
static char *with_name(const char *word, const char *name, bool *named)
{
    char *text = malloc(WORD_ROOM);
    size_t used = 0, size = strlen(name);

    while (text != NULL && *word != '\0') {
        bool here = strncmp(word, "{}", 2) == 0;
        if (used + (here ? size : 1) >= WORD_ROOM)
            return NULL;
        memcpy(text + used, here ? name : word, here ? size : 1);
        used += here ? size : 1;
        word += here ? 2 : 1;
        *named = *named || here;
    }
    if (text != NULL)
        text[used] = '\0';
    return text;
}

static bool put_on(int fd, int target)
{
    return fd >= 0 && dup2(fd, target) == target;
}

/* In the child. `in` and `out` are a session's. Returns if it cannot. */
static void run(const struct hp_ask *ask, int in, int out)
{
    size_t count = 0;
    bool named = false;

    while (ask->words[count] != NULL)
        count++;
    char **words = calloc(count + 1, sizeof *words);
    for (size_t i = 0; words != NULL && i < count; i++) {
        words[i] = ask->in_session
                       ? ask->words[i]
                       : with_name(ask->words[i], ask->copy.file, &named);
        if (words[i] == NULL)
            return;
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (!ask->in_session) {
        in = named ? null : open(ask->copy.file, O_RDONLY | O_CLOEXEC);
        out = null;
    }
    if (words != NULL && put_on(in, STDIN_FILENO) &&
        put_on(out, STDOUT_FILENO) && put_on(null, STDERR_FILENO))
        (void)execvp(words[0], words);
}

static void be_child(const struct hp_ask *ask, int in, int out, int failed)
{
    const struct rlimit no_core = {0, 0};
    int error;

    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &ask->mask, NULL);
    errno = E2BIG;
    run(ask, in, out);
    error = errno;
    (void)!write(failed, &error, sizeof error);
    _exit(127);
}

static void close_two(const int *fds)
{
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

/* True if the child has become the command: `failed` was closed with nothing
 * said. */
static bool has_begun(struct hp_ask *ask, int failed)
{
    int error;
    ssize_t n;

    do
        n = read(failed, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    (void)close(failed);
    if (n <= 0)
        return true;
    errno = error;
    (void)cannot(ask, "the command");
    return false;
}

static bool start(struct hp_ask *ask)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, failed[2] = {-1, -1};

    if ((!ask->in_session ||
         (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0)) &&
        pipe2(failed, O_CLOEXEC) == 0)
        ask->pid = fork();
    if (ask->pid == 0 && failed[0] >= 0)
        be_child(ask, in[0], out[1], failed[1]);
    if (ask->pid <= 0) {
        (void)cannot(ask, "a process");
        ask->pid = 0;
        close_two(in);
        close_two(out);
        close_two(failed);
        return false;
    }
    (void)close(failed[1]);
    close_two((int[]){in[0], out[1]});
    ask->to = in[1];
    ask->from = out[0];
    ask->ends = (int)syscall(SYS_pidfd_open, ask->pid, 0);
    bool begun = has_begun(ask, failed[0]);
    if (ask->ends < 0)
        (void)cannot(ask, "a process");
    return begun && ask->ends >= 0;
}

/* Ends what the command left behind in other sessions: orphans become children
 * of this process, which has no others. */
static void kill_orphans(void)
{
    char path[64];
    int pid;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children",
                   (int)getpid());
    for (;;) {
        FILE *children = fopen(path, "re");
        bool found = children != NULL && fscanf(children, "%d", &pid) == 1;
        if (children != NULL)
            (void)fclose(children);
        if (!found)
            return;
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
}

static void stop(struct hp_ask *ask)
{
    if (ask->pid <= 0)
        return;
    (void)kill(-ask->pid, SIGKILL);
    (void)kill(ask->pid, SIGKILL);
    while (waitpid(ask->pid, &ask->status, 0) < 0 && errno == EINTR)
        ;
    close_two((int[]){ask->to, ask->from});
    if (ask->ends >= 0)
        (void)close(ask->ends);
    ask->to = ask->from = ask->ends = -1;
    ask->pid = 0;
    kill_orphans();
}

/* ---- waiting ------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until `fd` says something: HP_ANSWER_YES; or for a signal or the end of
 * the time. */
static enum hp_answer wait_for(struct hp_ask *ask, int fd, short events,
                               int64_t until)
{
    for (;;) {
        struct pollfd fds[] = {{fd, events, 0}, {ask->signals, POLLIN, 0}};
        int64_t left = until - now_ms();
        int n = poll(fds, 2, left > 0 ? (int)left : 0);
        if (n > 0 && fds[1].revents != 0)
            return HP_ANSWER_INTERRUPTED;
        if (n > 0)
            return HP_ANSWER_YES;
        if (n < 0 && errno != EINTR)
            return cannot(ask, "a process");
        if (n == 0 && left <= 0)
            return HP_ANSWER_LATE;
    }
}

static enum hp_answer ask_once(struct hp_ask *ask, int64_t until)
{
    enum hp_answer answer = HP_ANSWER_IMPOSSIBLE;

    if (start(ask)) {
        answer = wait_for(ask, ask->ends, POLLIN, until);
        if (answer == HP_ANSWER_YES)
            while (waitid(P_PID, (id_t)ask->pid, &(siginfo_t){0},
                          WEXITED | WNOWAIT) < 0 &&
                   errno == EINTR)
                ;
    }
    stop(ask);
    if (answer == HP_ANSWER_YES &&
        !(WIFEXITED(ask->status) && WEXITSTATUS(ask->status) == 0))
        answer = HP_ANSWER_NO;
    return answer;
}

/* ---- a session ----------------------------------------------------------- */

/* Writes the file's name and a line end, which fits into an empty pipe. */
static enum hp_answer send_name(struct hp_ask *ask, int64_t until)
{
    char line[HP_PRIVATE_ROOM + 1];
    int size = snprintf(line, sizeof line, "%s\n", ask->copy.file);
    enum hp_answer answer = wait_for(ask, ask->to, POLLOUT, until);

    if (answer != HP_ANSWER_YES)
        return answer;
    return write(ask->to, line, (size_t)size) == size ? HP_ANSWER_YES
                                                      : HP_ANSWER_DEAD;
}

/* Reads one line, and no more: what comes before it was asked for is none. */
static enum hp_answer read_answer(struct hp_ask *ask, int64_t until)
{
    char line[ANSWER_ROOM];
    size_t used = 0;

    while (used < sizeof line) {
        enum hp_answer answer = wait_for(ask, ask->from, POLLIN, until);
        if (answer != HP_ANSWER_YES)
            return answer;
        ssize_t n = read(ask->from, line + used, sizeof line - used);
        if (n <= 0)
            return HP_ANSWER_DEAD;
        used += (size_t)n;
        if (line[used - 1] != '\n')
            continue;
        if (used == 4 && memcmp(line, "yes\n", 4) == 0)
            return HP_ANSWER_YES;
        return used == 3 && memcmp(line, "no\n", 3) == 0 ? HP_ANSWER_NO
                                                         : HP_ANSWER_DEAD;
    }
    return HP_ANSWER_DEAD;
}

/* True if something came that was not asked for, or if it is over. */
static bool has_said_more(const struct hp_ask *ask)
{
    struct pollfd more = {ask->from, POLLIN, 0};

    return poll(&more, 1, 0) != 0;
}

static enum hp_answer ask_running(struct hp_ask *ask, int64_t until)
{
    enum hp_answer answer = HP_ANSWER_IMPOSSIBLE;

    if (ask->pid != 0 || start(ask))
        answer = send_name(ask, until);
    if (answer == HP_ANSWER_YES)
        answer = read_answer(ask, until);
    if (answer != HP_ANSWER_YES && answer != HP_ANSWER_NO)
        stop(ask);
    return answer;
}

/* One that answered before and is gone may have gone of that: it gets a second
 * chance. */
static enum hp_answer ask_session(struct hp_ask *ask, int64_t until)
{
    if (ask->pid != 0 && has_said_more(ask))
        stop(ask);
    bool is_old = ask->pid != 0;
    enum hp_answer answer = ask_running(ask, until);
    return is_old && answer == HP_ANSWER_DEAD ? ask_running(ask, until)
                                              : answer;
}

/* ---- both ---------------------------------------------------------------- */

bool hp_ask_open(struct hp_ask *ask, char **words, bool in_session,
                 uint32_t seconds)
{
    sigset_t ending;

    *ask = (struct hp_ask){.words = words,
                           .in_session = in_session,
                           .seconds = seconds,
                           .ends = -1,
                           .to = -1,
                           .from = -1};
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    ask->signals = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ask->signals < 0 || !hp_private_open(&ask->copy) ||
        strchr(ask->copy.folder, '\n') != NULL) {
        hp_complain(NULL, "no folder for files can be made: see TMPDIR");
        if (ask->signals >= 0)
            (void)close(ask->signals);
        hp_private_remove(ask->copy.folder);
        return false;
    }
    (void)sigprocmask(SIG_BLOCK, &ending, &ask->mask);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return true;
}

enum hp_answer hp_ask_bytes(struct hp_ask *ask, const uint8_t *bytes,
                            size_t size)
{
    const struct hp_source source = {
        .input = {.image = bytes, .image_size = size}};
    int64_t until = now_ms() + (int64_t)ask->seconds * 1000;

    if (!hp_private_put(&ask->copy, &source)) {
        enum hp_answer answer = cannot(ask, ask->copy.folder);
        hp_private_drop(&ask->copy);
        return answer;
    }
    enum hp_answer answer =
        ask->in_session ? ask_session(ask, until) : ask_once(ask, until);
    hp_private_drop(&ask->copy);
    return answer;
}

void hp_ask_close(struct hp_ask *ask)
{
    struct signalfd_siginfo taken;

    stop(ask);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    hp_private_remove(ask->copy.folder);
    /* Those that came were answered. */
    while (read(ask->signals, &taken, sizeof taken) > 0)
        ;
    (void)close(ask->signals);
    (void)sigprocmask(SIG_SETMASK, &ask->mask, NULL);
}
