/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hp_limits.h"
#include "logs.h"
#include "output.h"

enum {
    READ_STEP = 4096,       /* the first page decides whether to go on */
    READ_TIMEOUT_MS = 5000, /* for a pipe nobody writes to */
    READ_FIRST_ROOM = 1 << 20,
    /* A reader hands out at most bytes / 8 records and 8 bytes of data for
     * each byte (contracts 2), and a record becomes some 150 bytes. */
    MEMORY_PER_BYTE = 32
};

static void file_changed(int number, siginfo_t *info, void *context)
{
    static const char message[] =
        "hiveproof: the file changed while it was read\n";

    (void)context;
    if (info->si_code == BUS_ADRERR) {
        ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
        (void)ignored;
        _exit(HP_EXIT_INPUT);
    }
    /* Anything else is a bug of ours: let it crash when it happens again. */
    (void)signal(number, SIG_DFL);
}

void hp_file_watch(void)
{
    struct sigaction action = {.sa_sigaction = file_changed,
                               .sa_flags = SA_SIGINFO};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGBUS, &action, NULL);
}

static bool refuse(const struct hp_file *file, const char *why)
{
    hp_complain(file->path, "%s", why);
    return false;
}

static int64_t stamp_of(const struct stat *status)
{
    return (int64_t)status->st_mtim.tv_sec * 1000000000 +
           status->st_mtim.tv_nsec;
}

static bool map_file(struct hp_file *file, const struct stat *status,
                     uint64_t limit)
{
    file->full_size = (uint64_t)status->st_size;
    file->size = file->full_size < limit ? file->full_size : limit;
    file->stamp = stamp_of(status);
    if (file->size == 0) {
        file->mapped = file->may_be_empty;
        return file->may_be_empty || refuse(file, "the file is empty");
    }

    void *bytes =
        mmap(NULL, (size_t)file->size, PROT_READ, MAP_PRIVATE, file->fd, 0);
    if (bytes == MAP_FAILED)
        return refuse(file, strerror(errno));
    file->bytes = bytes;
    file->mapped = true;
    return true;
}

/* Reads up to `room` bytes; *got is 0 at the end. */
static bool read_some(const struct hp_file *file, uint8_t *bytes, size_t room,
                      size_t *got)
{
    for (;;) {
        struct pollfd wanted = {.fd = file->fd, .events = POLLIN};
        int ready = poll(&wanted, 1, READ_TIMEOUT_MS);
        if (ready == 0)
            return refuse(file, "nothing arrived for 5 seconds");
        ssize_t count = ready < 0 ? -1 : read(file->fd, bytes, room);
        if (count >= 0) {
            *got = (size_t)count;
            return true;
        }
        if (errno != EINTR && errno != EAGAIN)
            return refuse(file, strerror(errno));
    }
}

/* Doubles the memory of a file that is full, up to `limit`. */
static bool make_room(struct hp_file *file, size_t *room, uint64_t limit)
{
    if (file->size < *room)
        return true;
    size_t more = *room == 0 ? READ_FIRST_ROOM : 2 * *room;
    if (more > limit)
        more = (size_t)limit;
    void *bytes = realloc(file->bytes, more);
    if (bytes == NULL)
        return refuse(file, hp_status_text(HP_E_NO_MEMORY));
    file->bytes = bytes;
    *room = more;
    return true;
}

/* Reads a pipe or a device to its end, up to `limit` bytes. */
static bool read_file(struct hp_file *file, uint64_t limit, const char *magic)
{
    size_t magic_size = strlen(magic);
    size_t room = 0, got = 1;

    while (got > 0 && file->size < limit) {
        if (!make_room(file, &room, limit))
            return false;
        size_t want = room - (size_t)file->size;
        if (file->size < READ_STEP)
            want = READ_STEP - (size_t)file->size;
        uint8_t *end = (uint8_t *)file->bytes + file->size;
        if (!read_some(file, end, want, &got))
            return false;
        file->size += got;
        if (file->size >= READ_STEP &&
            memcmp(file->bytes, magic, magic_size) != 0)
            return refuse(file, "not a hive: it does not begin with \"regf\"");
    }
    file->full_size = file->size;
    return file->size > 0 || file->may_be_empty ||
           refuse(file, "the file is empty");
}

static bool load(struct hp_file *file, uint64_t limit, const char *magic)
{
    struct stat status;

    /* O_NONBLOCK: a pipe without a writer must not hang here. */
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file->fd < 0 || fstat(file->fd, &status) != 0)
        return refuse(file, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return refuse(file, strerror(EISDIR));
    if (S_ISREG(status.st_mode))
        return map_file(file, &status, limit);
    return read_file(file, limit, magic);
}

static bool open_file(struct hp_file *file, const char *path, uint64_t limit,
                      const char *magic, bool may_be_empty)
{
    *file =
        (struct hp_file){.path = path, .fd = -1, .may_be_empty = may_be_empty};
    if (load(file, limit, magic))
        return true;
    hp_file_close(file);
    return false;
}

bool hp_file_open_hive(struct hp_file *file, const char *path)
{
    return open_file(file, path, HP_LIMIT_IMAGE_SIZE, "regf", false);
}

bool hp_file_open_log(struct hp_file *file, const char *path)
{
    return open_file(file, path, HP_LIMIT_IMAGE_SIZE, "regf", true);
}

bool hp_file_open_text(struct hp_file *file, const char *path, uint64_t limit)
{
    if (!open_file(file, path, limit + 1, "", false))
        return false;
    if (file->size <= limit)
        return true;
    hp_complain(path, "the file is larger than %u KiB",
                (unsigned)(limit / 1024));
    hp_file_close(file);
    return false;
}

bool hp_file_is(const struct hp_file *file, const struct stat *status)
{
    struct stat mine;

    return file->mapped && fstat(file->fd, &mine) == 0 &&
           mine.st_dev == status->st_dev && mine.st_ino == status->st_ino;
}

bool hp_file_has_changed(const struct hp_file *file)
{
    struct stat status;

    if (file->logs != NULL && hp_logs_have_changed(file->logs))
        return true;
    if (!file->mapped)
        return false;
    if (fstat(file->fd, &status) == 0 &&
        (uint64_t)status.st_size == file->full_size &&
        stamp_of(&status) == file->stamp)
        return false;
    hp_complain(file->path, "%s", hp_status_text(HP_E_CHANGED));
    return true;
}

void hp_file_close(struct hp_file *file)
{
    if (file->logs != NULL)
        hp_logs_close(file->logs);
    if (!file->mapped)
        free(file->bytes);
    else if (file->size > 0)
        (void)munmap(file->bytes, (size_t)file->size);
    if (file->fd >= 0)
        (void)close(file->fd);
    *file = (struct hp_file){.fd = -1};
}

void hp_allow_memory(struct hp_arena *arena, const struct hp_file *file)
{
    uint64_t more = MEMORY_PER_BYTE * file->size;
    uint64_t room = SIZE_MAX - arena->limit;

    arena->limit += (size_t)(more < room ? more : room);
}

struct hp_source hp_source_of(const struct hp_file *file,
                              const struct hp_options *options,
                              const struct hp_reader *reader, bool pruned)
{
    struct hp_source source = {
        .input = {.size = sizeof source.input,
                  .mode = options->mode,
                  .image = file->bytes,
                  .image_size = file->size},
        .backend = pruned ? reader->pruned : reader->backend,
        .module = reader->module,
        .command = reader->command,
        .in_session = reader->in_session,
        .isolated = reader->isolated,
        .limits = hp_isolate_limits_of(file->size),
    };
    return source;
}
