/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "forged.h"
#include "hp_limits.h"
#include "reader.h"

enum { PATH_ROOM = 1024 };

#define RECIPE_LIMIT ((size_t)256 << 20)

static bool read_all(int fd, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t got = read(fd, bytes, size);
        if (got == 0)
            errno = EIO;
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            bytes += got;
            size -= (size_t)got;
        }
    }
    return true;
}

static bool load(struct hp_span *bytes, struct hp_arena *arena, int fd,
                 const char *path, size_t limit, struct hp_conform_error *err)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return hp_conform_fail(err, path, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return hp_conform_fail(err, path, "no regular file");
    if ((uint64_t)status.st_size > limit)
        return hp_conform_fail(err, path, "larger than the limit");
    size_t size = (size_t)status.st_size;
    char *memory = hp_arena_alloc(arena, size + 1);
    if (memory == NULL)
        return hp_conform_fail(err, path, "out of memory");
    if (!read_all(fd, memory, size))
        return hp_conform_fail(err, path, "%s", strerror(errno));
    *bytes = hp_span_of(memory, size);
    return true;
}

bool hp_file_load(struct hp_span *bytes, struct hp_arena *arena,
                  const char *path, size_t limit, struct hp_conform_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return hp_conform_fail(err, path, "%s", strerror(errno));
    bool loaded = load(bytes, arena, fd, path, limit, err);
    (void)close(fd);
    return loaded;
}

struct folder {
    struct hp_arena *arena;
    struct hp_conform_error *err;
};

/* `name` is relative to the folder of the file it stands in. */
static enum hp_status open_include(void *self, struct hp_recipe_text *text,
                                   const char *from, const char *name)
{
    struct folder *folder = self;
    const char *slash = *name == '/' ? NULL : strrchr(from, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash + 1 - from);
    char *path = hp_arena_alloc(folder->arena, size + strlen(name) + 1);
    struct hp_span bytes;

    if (path == NULL)
        return HP_E_NO_MEMORY;
    memcpy(path, from, size);
    memcpy(path + size, name, strlen(name) + 1);
    if (!hp_file_load(&bytes, folder->arena, path, RECIPE_LIMIT, folder->err))
        return HP_E_IO;
    *text = (struct hp_recipe_text){path, bytes.ptr, bytes.len};
    return HP_OK;
}

static bool explain(struct hp_conform_error *err, const char *path,
                    const struct hp_recipe_error *from)
{
    if (from->status == HP_E_IO)
        return false; /* it was said which file */
    if (from->origin.line == 0)
        return hp_conform_fail(err, path, "%s", from->message);
    return hp_conform_fail(
        err, from->origin.file, "line %" PRIu32 ", column %" PRIu32 ": %s",
        from->origin.line, from->origin.column, from->message);
}

/* A recipe, and how those are opened that it includes. */
struct opened {
    struct folder folder;
    struct hp_recipe_opener opener;
    struct hp_recipe_text text;
};

static bool open_recipe(struct opened *o, struct hp_arena *arena,
                        const struct hp_vectors *vectors,
                        const struct hp_vector *vector, const char *of,
                        struct hp_conform_error *err)
{
    const char *suffix = ".recipe";
    char path[PATH_ROOM];
    struct hp_span bytes;
    const char *kept;

    if (strcmp(of, "twin") == 0)
        vector = hp_vectors_find(vectors, vector->twin);
    else if (strcmp(of, "own") != 0)
        suffix = of;
    if (!hp_vector_path(path, sizeof path, vectors, vector, suffix))
        return hp_conform_fail(err, vector->id, "the path is too long");
    /* The plan's origins name the file. */
    kept = hp_arena_copy(arena, path, strlen(path) + 1);
    if (kept == NULL)
        return hp_conform_fail(err, path, "out of memory");
    if (!hp_file_load(&bytes, arena, kept, RECIPE_LIMIT, err))
        return false;
    o->folder = (struct folder){arena, err};
    o->opener = (struct hp_recipe_opener){open_include, &o->folder};
    o->text = (struct hp_recipe_text){kept, bytes.ptr, bytes.len};
    return true;
}

static bool open_plan(struct hp_plan *plan, struct hp_arena *arena,
                      const struct opened *o)
{
    return hp_plan_open(plan, arena, HP_LIMIT_IMAGE_SIZE) ||
           hp_conform_fail(o->folder.err, o->text.name, "out of memory");
}

bool hp_vector_plan(struct hp_plan *plan, struct hp_arena *arena,
                    const struct hp_vectors *vectors,
                    const struct hp_vector *vector, const char *of,
                    uint32_t state, struct hp_conform_error *err)
{
    struct hp_recipe_error why = {.status = HP_OK};
    struct hp_log_plan logs, again;
    struct opened o;

    if (!open_recipe(&o, arena, vectors, vector, of, err) ||
        !open_plan(plan, arena, &o))
        return false;
    hp_log_plan_open(&logs);
    bool good =
        hp_recipe_read_state(plan, &logs, NULL, 0, o.text, &o.opener, &why);
    if (good && state >= logs.state_count)
        return hp_conform_fail(err, o.text.name, "it has no state %u",
                               (unsigned)state);
    if (good && state > 0) {
        hp_log_plan_open(&again);
        good = open_plan(plan, arena, &o) &&
               hp_recipe_read_state(plan, &again, &logs, state, o.text,
                                    &o.opener, &why);
    }
    return good || explain(err, o.text.name, &why);
}

static bool forge_logs(struct hp_vector_files *files, struct hp_arena *arena,
                       const struct hp_vectors *vectors,
                       const struct hp_vector *vector,
                       struct hp_conform_error *err)
{
    struct hp_recipe_error why = {.status = HP_OK};
    struct hp_forged forged;
    struct opened o;

    if (!open_recipe(&o, arena, vectors, vector, "own", err))
        return false;
    if (!hp_forge_recipe(&forged, arena, HP_LIMIT_IMAGE_SIZE, o.text, &o.opener,
                         &why))
        return explain(err, o.text.name, &why);
    files->hive = hp_span_of(forged.hive.bytes, forged.hive.size);
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        /* One that is empty has bytes somewhere, too. */
        if (forged.has_log[i])
            files->log[i] = hp_span_of(
                forged.log[i].size > 0 ? forged.log[i].bytes : o.text.bytes,
                forged.log[i].size);
        if (forged.has_log[i] != (vector->log[i] != NULL))
            return hp_conform_fail(err, vector->id,
                                   "logs: not those that its recipe makes");
    }
    return true;
}

bool hp_vector_forge(struct hp_vector_files *files, struct hp_plan *plan,
                     const struct hp_vectors *vectors,
                     const struct hp_vector *vector,
                     struct hp_conform_error *err)
{
    struct hp_recipe_error why = {.status = HP_OK};
    struct hp_image image;

    *files = (struct hp_vector_files){.log = {{.ptr = NULL}}};
    if (hp_vector_has_logs(vector))
        return forge_logs(files, plan->arena, vectors, vector, err);
    if (!hp_plan_assemble(&image, plan, &why))
        return explain(err, vector->id, &why);
    files->hive = hp_span_of(image.bytes, image.size);
    return true;
}
