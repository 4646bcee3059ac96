/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include "memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(void)
{
    perror("memory_file");
    abort();
}

void memory_file_put(int file, const void *data, size_t size)
{
    if ((size > 0 && pwrite(file, data, size, 0) != (ssize_t)size) ||
        ftruncate(file, (off_t)size) != 0)
        fail();
}

int memory_file_open(char path[MEMORY_FILE_PATH], const void *data, size_t size)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);

    if (file < 0)
        fail();
    memory_file_put(file, data, size);
    (void)snprintf(path, MEMORY_FILE_PATH, "/proc/self/fd/%d", file);
    return file;
}

void memory_file_close(int file)
{
    (void)close(file);
}

uint8_t *memory_file_share(int file, size_t size)
{
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    if (bytes == MAP_FAILED)
        fail();
    return bytes;
}

struct hp_span memory_file_map(int file)
{
    struct stat status;

    if (fstat(file, &status) != 0)
        abort();
    size_t size = (size_t)status.st_size;
    void *bytes = mmap(NULL, size > 0 ? size : 1, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED)
        abort();
    return hp_span_of(bytes, size);
}

void memory_file_unmap(struct hp_span bytes)
{
    void *at;

    memcpy(&at, &bytes.ptr, sizeof at);
    (void)munmap(at, bytes.len > 0 ? bytes.len : 1);
}
