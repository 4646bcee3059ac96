/* SPDX-License-Identifier: Apache-2.0 */
#include "vector_folder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARED "/share/hiveproof/conformance"

enum { PATH_ROOM = 4096 };

bool hp_program_path(char *path, size_t room)
{
    ssize_t size = readlink("/proc/self/exe", path, room);

    if (size <= 0 || (size_t)size >= room)
        return false;
    path[size] = '\0';
    return true;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Cuts off the last component. */
static void go_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL)
        *slash = '\0';
}

const char *hp_vector_folder(struct hp_arena *arena)
{
    char path[PATH_ROOM + sizeof SHARED] = "";
    const char *found = HP_DATADIR "/hiveproof/conformance";
    size_t size = strlen(HP_BUILD_DIR);

    if (hp_program_path(path, PATH_ROOM)) {
        bool in_build =
            strncmp(path, HP_BUILD_DIR, size) == 0 && path[size] == '/';
        go_up(path);
        go_up(path);
        (void)strcat(path, SHARED);
        if (in_build)
            found = HP_SOURCE_DIR "/corpus/conformance";
        else if (is_folder(path))
            found = path;
    }
    return hp_arena_copy(arena, found, strlen(found) + 1);
}
