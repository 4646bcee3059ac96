/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include "memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int memory_file_open(char path[MEMORY_FILE_PATH], const void *data, size_t size)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);

    if (file < 0 || (size > 0 && write(file, data, size) != (ssize_t)size)) {
        perror("memory_file");
        abort();
    }
    (void)snprintf(path, MEMORY_FILE_PATH, "/proc/self/fd/%d", file);
    return file;
}

void memory_file_close(int file)
{
    (void)close(file);
}
