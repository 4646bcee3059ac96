/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE 1 /* renameat2 */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

enum { NAME_ROOM = 4096, TRIES = 100 };

static enum hp_exit fail(const char *path, const char *why)
{
    hp_complain(path, "%s", why);
    return HP_EXIT_INPUT;
}

static bool is_input(const struct stat *mine,
                     const struct hp_file *const *inputs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hp_file_is(inputs[i], mine))
            return true;
    }
    return false;
}

/* HP_EXIT_GOOD: nothing is at `path`, or what may be replaced. */
static enum hp_exit check_target(const char *path, bool force,
                                 const struct hp_file *const *inputs,
                                 size_t count)
{
    struct stat link, target;

    if (lstat(path, &link) != 0)
        return errno == ENOENT ? HP_EXIT_GOOD : fail(path, strerror(errno));
    if (!force)
        return fail(path, "File exists; --force overwrites it");
    if (stat(path, &target) != 0)
        target = link; /* a symbolic link to nothing */
    if (is_input(&target, inputs, count))
        return fail(path, "the file is read, not to be overwritten");
    if (!S_ISREG(target.st_mode) && !S_ISLNK(target.st_mode))
        return fail(path, "not a regular file");
    return HP_EXIT_GOOD;
}

/* Makes a file beside `path` whose name nobody has. */
static int open_beside(char name[NAME_ROOM], const char *path)
{
    for (unsigned i = 0; i < TRIES; i++) {
        int size = snprintf(name, NAME_ROOM, "%s.%ld-%u.part", path,
                            (long)getpid(), i);
        if (size < 0 || size >= NAME_ROOM) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Writes all of it to the disk and closes. Returns errno or 0. */
static int fill(int fd, const void *bytes, size_t size)
{
    struct hp_output output;

    hp_output_begin(&output, fd);
    (void)hp_output_write(&output, bytes, size);
    bool synced = hp_output_flush(&output) && fsync(fd) == 0;
    int error = synced ? 0 : output.error != 0 ? output.error : errno;
    int closed = hp_output_close(&output);

    return error != 0 ? error : closed;
}

/* Gives the file its name. Without `force`, not that of a file that has come
 * meanwhile; where the file system cannot do that in one step, a second name
 * can. Returns errno or 0. */
static int give_name(const char *name, const char *path, bool force)
{
    if (force)
        return rename(name, path) == 0 ? 0 : errno;
    if (renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (link(name, path) != 0)
        return errno;
    return unlink(name) == 0 ? 0 : errno;
}

enum hp_exit hp_whole_file_write(const char *path, bool force,
                                 const struct hp_file *const *inputs,
                                 size_t count, const void *bytes, size_t size)
{
    enum hp_exit exit = check_target(path, force, inputs, count);
    char name[NAME_ROOM];

    if (exit != HP_EXIT_GOOD)
        return exit;
    int fd = open_beside(name, path);
    if (fd < 0)
        return fail(path, strerror(errno));
    int error = fill(fd, bytes, size);
    if (error == 0)
        error = give_name(name, path, force);
    if (error == 0)
        return HP_EXIT_GOOD;
    (void)unlink(name);
    return fail(path, strerror(error));
}
