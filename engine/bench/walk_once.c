/* SPDX-License-Identifier: Apache-2.0
 *
 * walk_once native|hivex|MODULE HIVE - one whole walk by a library, in this
 * process and without any limit, so that what the process costs is what the
 * library costs. Prints `whole`, `part` or `refused` with the events counted.
 * For scripts/growth, which limits it. */
#include "hivex_backend.h"
#include "load.h"
#include "native.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "walk_once: %s: %s\n", what, why);
    return 3;
}

static uint32_t count(void *self, const struct hp_event *event)
{
    unsigned long long *events = self;

    (void)event;
    ++*events;
    return HP_CONTINUE;
}

static int walk(const struct hp_backend *backend, const void *image,
                size_t size)
{
    static const char *const results[] = {"whole", "part", "refused"};
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_FORENSIC,
                             .image = image,
                             .image_size = size};
    unsigned long long events = 0;
    struct hp_sink sink = {sizeof sink, count, &events};
    uint32_t result = backend->walk(&input, &sink);

    if (result > HP_WALK_REFUSED)
        return fail(backend->name, "failed");
    printf("%s %llu\n", results[result], events);
    return 0;
}

static const struct hp_backend *backend_of(const char *name)
{
    static struct hp_module module;
    struct hp_error error;
    char text[256] = "";

    if (strcmp(name, "native") == 0)
        return &hp_backend_native;
    if (strcmp(name, "hivex") == 0)
        return &hp_backend_hivex;
    if (hp_module_open(&module, name, &error, text, sizeof text) == HP_OK)
        return module.backend;
    fail(name, text);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: walk_once native|hivex|MODULE HIVE\n");
        return 2;
    }
    const struct hp_backend *backend = backend_of(argv[1]);
    int fd = open(argv[2], O_RDONLY);
    struct stat status;

    if (backend == NULL)
        return 3;
    if (fd < 0 || fstat(fd, &status) != 0)
        return fail(argv[2], "cannot be read");
    size_t size = (size_t)status.st_size;
    void *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (image == MAP_FAILED)
        return fail(argv[2], "cannot be mapped");
    return walk(backend, image, size);
}
