/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* close_range, wait4, prctl */
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

/* How often memory is looked at. */
#define SAMPLE_MS 20

/* How long, in turns of SAMPLE_MS, the keeper tries to get rid of processes:
 * one that hangs in the kernel cannot be helped. */
#define KILL_TURNS 250

/* What the program and its libraries may have mapped. */
#define ADDRESS_SLACK ((rlim_t)4 << 30)

/* More processes than any back end needs; what is beyond is seen when some of
 * these are dead. */
#define MAX_PROCESSES 1024

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||     \
    __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

struct keeper {
    const struct hp_child_job *job;
    int channel, control, report, said; /* the child's ends */
    int signals;                        /* signalfd: SIGCHLD */
    pid_t worker;
    bool reaped; /* the worker */
    uint64_t base_pages;
    uint64_t base_cpu; /* milliseconds that do not count any more */
    struct hp_isolate_limits limits;
    unsigned over; /* samples in a row that were beyond the memory limit */
    struct hp_child_report result;
};

/* ---- what descends from this process ---- */

/* Appends the children of `pid` to pids[count..MAX_PROCESSES). Each thread has
 * its own. Returns the new count. */
static size_t add_children(pid_t *pids, size_t count, pid_t pid)
{
    char path[64];
    DIR *threads;
    struct dirent *thread;

    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    threads = opendir(path);
    while (threads != NULL && (thread = readdir(threads)) != NULL) {
        FILE *children;
        int child;
        (void)snprintf(path, sizeof(path), "/proc/%d/task/%.16s/children",
                       (int)pid, thread->d_name);
        children = thread->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (children == NULL)
            continue;
        while (count < MAX_PROCESSES && fscanf(children, "%d", &child) == 1)
            pids[count++] = child;
        (void)fclose(children);
    }
    if (threads != NULL)
        (void)closedir(threads);
    return count;
}

/* All that descend from this process, itself left out. */
static size_t find_descendants(pid_t *pids)
{
    size_t count = add_children(pids, 0, getpid());

    for (size_t i = 0; i < count; i++)
        count = add_children(pids, count, pids[i]);
    return count;
}

/* Pages of `pid` in memory, and those of them that are backed by files. */
static uint64_t pages_of(pid_t pid, uint64_t *of_files)
{
    char path[64];
    FILE *file;
    unsigned long resident = 0, shared = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %lu %lu", &resident, &shared) != 2)
        resident = shared = 0;
    (void)fclose(file);
    *of_files = shared;
    return resident;
}

/* Memory of pids[0..count) in bytes. Each began as a copy of this process,
 * whose pages it has in common with the program and did not ask for; what a
 * command runs is another program. */
static uint64_t memory_of(const struct keeper *k, const pid_t *pids,
                          size_t count)
{
    bool executes = k->job->source->command != NULL;
    uint64_t sum = 0, of_files;

    for (size_t i = 0; i < count; i++) {
        uint64_t pages = pages_of(pids[i], &of_files);
        uint64_t base = executes && pids[i] != k->worker ? 0 : k->base_pages;
        sum += pages > base ? pages - base : 0;
    }
    return sum * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Processor time of `pid` and of the children that it has waited for. */
static uint64_t ticks_of(pid_t pid)
{
    char path[64], line[1024] = "";
    unsigned long user = 0, system = 0;
    long old_user = 0, old_system = 0;
    FILE *file;
    const char *name_end;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    (void)!fread(line, 1, sizeof(line) - 1, file);
    (void)fclose(file);
    /* The name in parentheses may hold anything. */
    name_end = strrchr(line, ')');
    if (name_end == NULL ||
        sscanf(name_end + 1,
               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld",
               &user, &system, &old_user, &old_system) != 4)
        return 0;
    return user + system + (unsigned long)old_user + (unsigned long)old_system;
}

/* Processor time in milliseconds of all that descends from this process: of
 * pids[0..count), and of those that are gone. */
static uint64_t cpu_of(const pid_t *pids, size_t count)
{
    struct rusage gone = {.ru_nvcsw = 0};
    uint64_t ticks = 0;

    (void)getrusage(RUSAGE_CHILDREN, &gone);
    for (size_t i = 0; i < count; i++)
        ticks += ticks_of(pids[i]);
    return ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK) +
           (uint64_t)(gone.ru_utime.tv_sec + gone.ru_stime.tv_sec) * 1000 +
           (uint64_t)(gone.ru_utime.tv_usec + gone.ru_stime.tv_usec) / 1000;
}

/* ---- the worker's process ---- */

static void set_limits(const struct hp_child_job *job)
{
    const struct hp_isolate_limits *limits = &job->source->limits;
    /* It wraps only where it is not used; rlim_t may have 32 bits. */
    uint64_t space = 4 * limits->memory + ADDRESS_SLACK;
    struct rlimit cpu = {limits->cpu_seconds, limits->cpu_seconds + 1};
    struct rlimit core = {0, 0};
    struct rlimit address = {(rlim_t)space, (rlim_t)space};

    (void)setrlimit(RLIMIT_CORE, &core);
    /* Other programs may reserve any address space, and live for many hives:
     * they have the keeper alone. */
    if (job->source->command != NULL)
        return;
    (void)setrlimit(RLIMIT_CPU, &cpu);
    /* Only against what is faster than sampling: address space is no memory,
     * and the program's own counts. */
    if (!UNDER_SANITIZER && limits->memory < RLIM_INFINITY / 8 &&
        space < RLIM_INFINITY)
        (void)setrlimit(RLIMIT_AS, &address);
}

static void be_worker(const struct keeper *k, pid_t keeper)
{
    sigset_t none;

    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper)
        _exit(1);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(k->said, STDERR_FILENO) < 0 ||
        dup2(k->channel, HP_CHILD_CHANNEL) < 0)
        _exit(1);
    (void)close_range(HP_CHILD_CHANNEL + 1, ~0U, 0);
    set_limits(k->job);
    _exit(hp_worker_run(k->job, HP_CHILD_CHANNEL) ? 0 : 1);
}

/* ---- the keeper's process ---- */

/* Closes every descriptor from 3 on but those of `k`. Another thread of the
 * program may have started a child just now, whose `control` must not stay
 * open here. */
static void close_others(const struct keeper *k)
{
    const int keep[] = {k->channel, k->control, k->report, k->said};
    unsigned from = 3;

    for (;;) {
        unsigned next = ~0U;
        for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
            if ((unsigned)keep[i] >= from && (unsigned)keep[i] < next)
                next = (unsigned)keep[i];
        if (next > from)
            (void)close_range(from, next - 1, 0);
        if (next == ~0U)
            return;
        from = next + 1;
    }
}

/* A back end must write neither to the program's output nor read its input. */
static bool mute(void)
{
    int null = open("/dev/null", O_RDWR);
    bool done = null >= 0;

    for (int fd = 0; fd <= 2; fd++)
        done = done && dup2(null, fd) == fd;
    if (null > 2)
        (void)close(null);
    return done;
}

/* The program's handlers are not for this process, but for that of SIGBUS: it
 * says that the file changed (contracts 2). */
static void reset_signals(void)
{
    for (int number = 1; number < NSIG; number++)
        if (number != SIGBUS)
            (void)signal(number, SIG_DFL);
}

static bool become_keeper(struct keeper *k)
{
    sigset_t set;
    uint64_t of_files = 0;

    (void)setsid();
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    reset_signals();
    close_others(k);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_SETMASK, &set, NULL);
    k->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    k->base_pages = pages_of(getpid(), &of_files);
    k->base_pages -= of_files;
    return mute() && k->signals >= 0;
}

/* Takes note of those that have ended. False when there are none left. */
static bool reap(struct keeper *k)
{
    struct rusage usage;
    int status;
    pid_t pid;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        if (pid != k->worker)
            continue;
        k->reaped = true;
        k->result.wait_status = status;
        k->result.cpu_seconds =
            (uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec +
            (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
                1000000;
    }
    return pid == 0;
}

/* Waits until a child may have ended, the program says something (true), or
 * it is time for a sample. */
static bool wait_for_news(struct keeper *k, int control)
{
    struct pollfd fds[] = {{k->signals, POLLIN, 0}, {control, POLLIN, 0}};
    struct signalfd_siginfo info;

    (void)poll(fds, 2, SAMPLE_MS);
    while (read(k->signals, &info, sizeof(info)) > 0)
        ;
    return fds[1].revents != 0;
}

/* Takes new limits. False: the program wants an end, or is gone. */
static bool take_limits(struct keeper *k)
{
    pid_t pids[MAX_PROCESSES];

    if (read(k->control, &k->limits, sizeof(k->limits)) !=
        (ssize_t)sizeof(k->limits))
        return false;
    k->base_cpu = cpu_of(pids, find_descendants(pids));
    k->over = 0;
    return true;
}

/* Looks at what is used. HP_CHILD_ENDED: no limit is reached. A process that is
 * about to become another program still has the memory of this one: what is
 * gone in the next sample does not count. */
static enum hp_child_cause sample(struct keeper *k)
{
    pid_t pids[MAX_PROCESSES];
    size_t count = find_descendants(pids);

    if (memory_of(k, pids, count) <= k->limits.memory)
        k->over = 0;
    else if (++k->over > 1)
        return HP_CHILD_MEMORY;
    if (cpu_of(pids, count) >
        k->base_cpu + (uint64_t)k->limits.cpu_seconds * 1000)
        return HP_CHILD_CPU;
    return HP_CHILD_ENDED;
}

/* Watches the worker until it ends or has to be ended, and says which. */
static enum hp_child_cause watch(struct keeper *k)
{
    enum hp_child_cause cause;

    for (;;) {
        bool wanted = wait_for_news(k, k->control);
        (void)reap(k);
        if (k->reaped)
            return HP_CHILD_ENDED;
        if (wanted && !take_limits(k))
            return HP_CHILD_KILLED;
        cause = sample(k);
        if (cause != HP_CHILD_ENDED)
            return cause;
    }
}

/* Kills until nothing is left: what is orphaned becomes a child of this
 * process, so that "no children" is the proof. */
static void kill_all(struct keeper *k)
{
    pid_t pids[MAX_PROCESSES];

    for (int turn = 0; turn < KILL_TURNS && reap(k); turn++) {
        size_t count = find_descendants(pids);
        if (!k->reaped)
            (void)kill(k->worker, SIGKILL);
        for (size_t i = 0; i < count; i++)
            (void)kill(pids[i], SIGKILL);
        (void)wait_for_news(k, -1);
    }
}

static void be_keeper(struct keeper *k)
{
    pid_t self = getpid();

    k->result.cause = HP_CHILD_UNBORN;
    if (become_keeper(k)) {
        k->worker = fork();
        if (k->worker == 0)
            be_worker(k, self);
        (void)close(k->channel);
        (void)close(k->said);
        if (k->worker > 0) {
            k->result.cause = watch(k);
            kill_all(k);
        }
    }
    (void)!write(k->report, &k->result, sizeof(k->result));
    if (k->job->copy != NULL) {
        /* The program may want to look at the copy. */
        while (take_limits(k))
            ;
        hp_private_remove(k->job->copy->folder);
    }
    _exit(0);
}

/* ---- the program ---- */

/* Moves *fd above the standard streams, which may be closed. */
static bool lift(int *fd)
{
    int high;

    if (*fd > 2)
        return true;
    high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    if (high < 0)
        return false;
    (void)close(*fd);
    *fd = high;
    return true;
}

enum { FDS = 8 };

static void close_all(const int fds[FDS])
{
    for (int i = 0; i < FDS; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

/* Opens the channel, control, report and said, the program's end of each
 * first. */
static bool open_all(int fds[FDS])
{
    int control[2];
    bool done =
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0 &&
        pipe2(fds + 4, O_CLOEXEC) == 0 && pipe2(fds + 6, O_CLOEXEC) == 0 &&
        fcntl(fds[6], F_SETFL, O_NONBLOCK) == 0 &&
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0;

    if (done) {
        fds[2] = control[1];
        fds[3] = control[0];
    }
    for (int i = 0; i < FDS; i++)
        done = done && lift(&fds[i]);
    return done;
}

enum hp_status hp_child_start(struct hp_child *child,
                              const struct hp_child_job *job)
{
    int fds[FDS] = {-1, -1, -1, -1, -1, -1, -1, -1};
    pid_t pid = -1;

    if (open_all(fds))
        pid = fork();
    if (pid == 0) {
        struct keeper k = {.job = job,
                           .limits = job->source->limits,
                           .channel = fds[1],
                           .control = fds[3],
                           .report = fds[5],
                           .said = fds[7]};
        be_keeper(&k);
    }
    if (pid < 0) {
        close_all(fds);
        return HP_E_SPAWN;
    }
    close_all((const int[FDS]){-1, fds[1], -1, fds[3], -1, fds[5], -1, fds[7]});
    *child = (struct hp_child){fds[0], fds[2], fds[4], fds[6], pid};
    return HP_OK;
}

void hp_child_limit(const struct hp_child *child,
                    const struct hp_isolate_limits *limits)
{
    /* A keeper that is gone is noticed when its worker is. */
    (void)send(child->control, limits, sizeof(*limits), MSG_NOSIGNAL);
}

struct hp_child_report hp_child_end(struct hp_child *child, int patience_ms)
{
    struct pollfd over = {child->report, POLLIN, 0};
    struct hp_child_report report = {.cause = HP_CHILD_LOST};
    struct hp_child_report received;
    ssize_t n;

    (void)close(child->channel);
    (void)poll(&over, 1, patience_ms);
    (void)close(child->control);
    do
        n = read(child->report, &received, sizeof(received));
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)sizeof(received))
        report = received;
    (void)close(child->report);
    while (waitpid(child->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    return report;
}
