/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */
#include "logs.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "output.h"

/* ---- finding --------------------------------------------------------------
 */

/* Where logs may lie: the folder of the hive. */
struct folder {
    DIR *stream;
    const char *path;   /* the hive's */
    size_t prefix_size; /* of its folder in it, with the slash */
    const char *name;   /* the hive's in the folder */
};

/* Which log of the hive a file of that name is, or HP_LIMIT_LOGS. */
static size_t slot_of(const struct folder *folder, const char *name)
{
    size_t size = strlen(folder->name), i = 0;

    if (strncasecmp(name, folder->name, size) != 0)
        return HP_LIMIT_LOGS;
    while (i < HP_LIMIT_LOGS &&
           strcasecmp(name + size, hp_log_suffixes[i]) != 0)
        i++;
    return i;
}

/* Of several names that differ in letter case, the one that is spelled as the
 * hive is, else the first in the order of bytes. */
static bool is_better(const struct folder *folder, size_t slot,
                      const char *name, const char *other)
{
    size_t size = strlen(folder->name);
    bool exact = strncmp(name, folder->name, size) == 0 &&
                 strcmp(name + size, hp_log_suffixes[slot]) == 0;
    bool other_exact = strncmp(other, folder->name, size) == 0 &&
                       strcmp(other + size, hp_log_suffixes[slot]) == 0;

    return exact != other_exact ? exact : strcmp(name, other) < 0;
}

static bool is_regular(const struct folder *folder, const char *name)
{
    struct stat status;

    return fstatat(dirfd(folder->stream), name, &status, 0) == 0 &&
           S_ISREG(status.st_mode);
}

/* Keeps the path of the file `name` of the folder in *path. */
static bool keep(const char **path, const struct folder *folder,
                 const char *name, struct hp_arena *arena)
{
    size_t size = strlen(name) + 1;
    char *copy = hp_arena_alloc(arena, folder->prefix_size + size);

    if (copy == NULL) {
        (void)hp_complain_memory();
        return false;
    }
    memcpy(copy, folder->path, folder->prefix_size);
    memcpy(copy + folder->prefix_size, name, size);
    *path = copy;
    return true;
}

static bool search(const char *paths[HP_LIMIT_LOGS],
                   const struct folder *folder, struct hp_arena *arena)
{
    const struct dirent *entry;

    while ((entry = readdir(folder->stream)) != NULL) {
        size_t slot = slot_of(folder, entry->d_name);
        if (slot == HP_LIMIT_LOGS || !is_regular(folder, entry->d_name))
            continue;
        if (paths[slot] != NULL &&
            !is_better(folder, slot, entry->d_name,
                       paths[slot] + folder->prefix_size))
            continue;
        if (!keep(&paths[slot], folder, entry->d_name, arena))
            return false;
    }
    return true;
}

/* A folder that cannot be listed has no logs that anybody could see. */
static bool discover(const char *paths[HP_LIMIT_LOGS], const char *hive,
                     struct hp_arena *arena)
{
    const char *slash = strrchr(hive, '/');
    struct folder folder = {.path = hive, .name = hive};
    const char *directory = ".";

    if (slash != NULL) {
        folder.prefix_size = (size_t)(slash - hive) + 1;
        folder.name = slash + 1;
        if (!keep(&directory, &folder, ".", arena))
            return false;
    }
    folder.stream = opendir(directory);
    if (folder.stream == NULL)
        return true;
    bool good = search(paths, &folder, arena);
    (void)closedir(folder.stream);
    return good;
}

/* ---- applying -------------------------------------------------------------
 */

/* Room for the recovered image with the hive in it. A mapped file is mapped
 * anew, so that only pages that change take memory. */
static uint8_t *map_room(const struct hp_file *file, size_t size)
{
    size_t held = file->size < size ? (size_t)file->size : size;
    int access = PROT_READ | PROT_WRITE;
    void *room = mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED)
        return NULL;
    if (held > 0 && mmap(room, held, access, MAP_PRIVATE | MAP_FIXED, file->fd,
                         0) == MAP_FAILED) {
        (void)munmap(room, size);
        return NULL;
    }
    return room;
}

static bool recover(struct hp_file *file, const struct hp_recovery *plan)
{
    size_t held = (size_t)file->size;
    uint8_t *image = file->mapped ? map_room(file, plan->size)
                                  : realloc(file->bytes, plan->size);

    if (image == NULL) {
        hp_complain(file->path, "%s", hp_status_text(HP_E_NO_MEMORY));
        return false;
    }
    if (file->mapped)
        (void)munmap(file->bytes, held);
    else if (plan->size > held)
        memset(image + held, 0, plan->size - held);
    file->bytes = image;
    file->size = plan->size;
    hp_recovery_mend(plan, image);
    return true;
}

static bool open_logs(struct hp_logs *logs, const char *const *paths)
{
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (paths[i] != NULL && !hp_file_open_log(&logs->file[i], paths[i]))
            return false;
    return true;
}

static bool apply_logs(struct hp_file *file, const char *const *paths)
{
    struct hp_log_set set = {.primary =
                                 hp_span_of(file->bytes, (size_t)file->size)};
    struct hp_logs *logs = file->logs;

    if (!open_logs(logs, paths))
        return false;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        set.log[i] =
            hp_span_of(logs->file[i].bytes, (size_t)logs->file[i].size);
    return hp_recovery_plan(&logs->plan, &set) != HP_RECOVERY_DONE ||
           recover(file, &logs->plan);
}

bool hp_file_open_with_logs(struct hp_file *file, const char *path,
                            const struct hp_options *options, bool named)
{
    const char *found[HP_LIMIT_LOGS] = {NULL};
    const char *const *paths = found;
    bool good = true;

    if (!hp_file_open_hive(file, path))
        return false;
    if (options->no_logs)
        return true;
    file->logs = hp_arena_alloc(options->arena, sizeof *file->logs);
    if (file->logs == NULL) {
        (void)hp_complain_memory();
        good = false;
    } else {
        *file->logs = (struct hp_logs){0};
    }
    if (named && options->log_count > 0)
        paths = options->log_files;
    else if (file->mapped)
        good = good && discover(found, path, options->arena);
    if (good && apply_logs(file, paths))
        return true;
    hp_file_close(file);
    return false;
}

void hp_logs_close(struct hp_logs *logs)
{
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (logs->file[i].path != NULL)
            hp_file_close(&logs->file[i]);
}

bool hp_logs_have_changed(const struct hp_logs *logs)
{
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (logs->file[i].path != NULL && hp_file_has_changed(&logs->file[i]))
            return true;
    return false;
}

/* ---- telling --------------------------------------------------------------
 */

/* Entries that were applied, and what ended them if it is not usual. */
static void describe_applied(char *text, const struct hp_log_verdict *log)
{
    bool usual = log->why.status == HP_OK ||
                 log->why.status == HP_E_SIGNATURE ||
                 log->why.status == HP_E_SEQUENCE;
    int used;

    if (log->format == HP_LOG_DIRT)
        used = snprintf(text, HP_LOG_TEXT_ROOM,
                        "applied: %" PRIu32 " pages of 512 bytes", log->pages);
    else if (log->entries == 1)
        used = snprintf(text, HP_LOG_TEXT_ROOM, "applied: entry %" PRIu32,
                        log->first);
    else
        used = snprintf(text, HP_LOG_TEXT_ROOM,
                        "applied: entries %" PRIu32 " to %" PRIu32, log->first,
                        log->last);
    if (!usual)
        (void)snprintf(text + used, HP_LOG_TEXT_ROOM - (size_t)used,
                       "; the next one does not count: %s (%s at %" PRIu64 ")",
                       hp_status_text(log->why.status), log->why.field,
                       log->why.offset);
}

void hp_log_describe(char text[HP_LOG_TEXT_ROOM],
                     const struct hp_log_verdict *log, uint64_t size)
{
    if (log->order > 0)
        describe_applied(text, log);
    else if (size == 0)
        (void)snprintf(text, HP_LOG_TEXT_ROOM, "not applied: empty");
    else if (log->why.status == HP_OK)
        (void)snprintf(text, HP_LOG_TEXT_ROOM, "not applied: no entries");
    else if (log->why.field == NULL)
        (void)snprintf(text, HP_LOG_TEXT_ROOM, "not applied: %s",
                       hp_status_text(log->why.status));
    else
        (void)snprintf(text, HP_LOG_TEXT_ROOM,
                       "not applied: %s (%s at %" PRIu64 " is 0x%" PRIx64 ")",
                       hp_status_text(log->why.status), log->why.field,
                       log->why.offset, log->why.found);
}

void hp_logs_tell(const struct hp_file *hive)
{
    const struct hp_logs *logs = hive->logs;
    char text[HP_LOG_TEXT_ROOM];

    if (logs == NULL || logs->plan.result == HP_RECOVERY_CLEAN)
        return;
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (logs->file[i].path == NULL)
            continue;
        hp_log_describe(text, &logs->plan.log[i], logs->file[i].full_size);
        hp_complain(logs->file[i].path, "%s", text);
    }
}
