/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* getrandom, nftw */
#include "private_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPARE_SIZE 65536

/* Descriptors for deleting a folder. */
#define DELETE_FDS 16

/* Of a log's name, with its NUL. */
#define SUFFIX_ROOM 16

bool hp_private_open(struct hp_private_copy *copy)
{
    const char *where = getenv("TMPDIR");
    char absolute[PATH_MAX];
    uint64_t random;
    int size;

    *copy = (struct hp_private_copy){.folder = ""};
    if (where == NULL || *where == '\0')
        where = "/tmp";
    if (realpath(where, absolute) == NULL ||
        getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    size = snprintf(copy->folder, sizeof copy->folder, "%s/hiveproof-%016llx",
                    absolute, (unsigned long long)random);
    /* The files' names follow: a slash, 16 digits, a suffix, a NUL. */
    if (size < 0 || size > HP_PRIVATE_ROOM - 17 - SUFFIX_ROOM ||
        mkdir(copy->folder, S_IRWXU) != 0)
        copy->folder[0] = '\0';
    return copy->folder[0] != '\0';
}

static bool write_all(int fd, const uint8_t *bytes, uint64_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size < INT_MAX ? (size_t)size : INT_MAX);
        if (n < 0 && errno != EINTR)
            return false;
        bytes += n > 0 ? n : 0;
        size -= n > 0 ? (uint64_t)n : 0;
    }
    return true;
}

static bool write_file(const char *path, const void *bytes, uint64_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return false;
    bool done = write_all(fd, bytes, size);
    return close(fd) == 0 && done;
}

static bool put_log(struct hp_private_copy *copy,
                    const struct hp_source *source, unsigned i)
{
    const struct hp_log_input *log = &source->input.log[i];
    const char *suffix = source->log_suffix[i];

    copy->log[i][0] = '\0';
    if (log->data == NULL)
        return true;
    (void)snprintf(copy->log[i], HP_PRIVATE_ROOM, "%.*s%.*s",
                   HP_PRIVATE_ROOM - SUFFIX_ROOM, copy->file, SUFFIX_ROOM - 1,
                   suffix != NULL ? suffix : hp_log_suffixes[i]);
    return write_file(copy->log[i], log->data, log->size);
}

bool hp_private_put(struct hp_private_copy *copy,
                    const struct hp_source *source)
{
    uint64_t random;
    int length;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    length = snprintf(copy->file, sizeof copy->file, "%s/%016llx", copy->folder,
                      (unsigned long long)random);
    if (length < 0 || length >= HP_PRIVATE_ROOM)
        return false;
    bool done =
        write_file(copy->file, source->input.image, source->input.image_size);
    for (unsigned i = 0; i < HP_LIMIT_LOGS && done; i++)
        done = put_log(copy, source, i);
    return done;
}

static bool same_bytes(int fd, const uint8_t *image, uint64_t size)
{
    uint8_t bytes[COMPARE_SIZE];
    ssize_t n;

    do {
        n = read(fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (uint64_t)n > size || memcmp(bytes, image, (size_t)n) != 0)
            return false;
        image += n;
        size -= (uint64_t)n;
    } while (n != 0);
    return size == 0;
}

static bool same_file(const char *path, const void *bytes, uint64_t size)
{
    /* It may be anything by now, a pipe too. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat status;

    if (fd < 0)
        return false;
    bool same = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                (uint64_t)status.st_size == size && same_bytes(fd, bytes, size);
    (void)close(fd);
    return same;
}

bool hp_private_same(const struct hp_private_copy *copy,
                     const struct hp_source *source)
{
    const struct hp_input *input = &source->input;
    bool same = same_file(copy->file, input->image, input->image_size);

    for (unsigned i = 0; i < HP_LIMIT_LOGS && same; i++)
        same = copy->log[i][0] == '\0' ||
               same_file(copy->log[i], input->log[i].data, input->log[i].size);
    return same;
}

static void drop_file(char *path)
{
    if (path[0] != '\0')
        (void)unlink(path);
    path[0] = '\0';
}

void hp_private_drop(struct hp_private_copy *copy)
{
    drop_file(copy->file);
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++)
        drop_file(copy->log[i]);
}

static int delete_one(const char *path, const struct stat *status, int type,
                      struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    (void)remove(path);
    return 0;
}

void hp_private_remove(const char *folder)
{
    if (folder[0] != '\0')
        (void)nftw(folder, delete_one, DELETE_FDS, FTW_DEPTH | FTW_PHYS);
}
