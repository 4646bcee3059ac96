/* SPDX-License-Identifier: Apache-2.0 */
#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_input(int fd, const struct hp_file *inputs, size_t count)
{
    struct stat mine;

    if (fstat(fd, &mine) != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (hp_file_is(&inputs[i], &mine))
            return true;
    }
    return false;
}

/* Devices and pipes cannot be cut. */
static bool empty(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 &&
           (!S_ISREG(status.st_mode) || ftruncate(fd, 0) == 0);
}

bool hp_new_file_open(struct hp_new_file *file, const char *path, bool force,
                      const struct hp_file *inputs, size_t count)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? 0 : O_EXCL), 0666);

    file->path = path;
    file->force = force;
    if (fd < 0) {
        hp_complain(path, "%s%s", strerror(errno),
                    errno == EEXIST ? "; --force overwrites it" : "");
        return false;
    }
    bool input = force && is_input(fd, inputs, count);
    if (!input && (!force || empty(fd))) {
        hp_output_begin(&file->output, fd);
        return true;
    }
    hp_complain(path, "%s",
                input ? "the file is read, not to be overwritten"
                      : strerror(errno));
    (void)close(fd);
    return false;
}

enum hp_exit hp_new_file_close(struct hp_new_file *file)
{
    int error = hp_output_close(&file->output);

    if (error == 0)
        return HP_EXIT_GOOD;
    hp_complain(file->path, "%s", strerror(error));
    if (!file->force)
        (void)unlink(file->path);
    return HP_EXIT_INPUT;
}
