/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_volumes_json - the file of --volumes.
 *
 * Input   the file's bytes.
 * Oracles 1. it is taken, wrong (exit 3) or contradicts itself (exit 2);
 *            what is not JSON by jansson's own judgement is never taken, and
 *            wrong is also what memory was refused for, ours or jansson's (1
 *            time in 4);
 *         2. each volume has a letter A to Z or none, a state and a kind of
 *            the list; no two are the same volume;
 *         3. the system root, if there is one, begins with a drive.
 */
#include <jansson.h>

#include "fuzz.h"
#include "json_memory.h"
#include "memory_file.h"
#include "volumes_json.h"

static void check_all(const struct hp_options *options)
{
    const struct hp_volume_list *list = &options->volumes;
    struct hp_text root = options->question.system_root;

    for (size_t i = 0; i < list->count; i++) {
        const struct hp_volume *volume = &list->items[i];
        FUZZ_CHECK(volume->letter == 0 ||
                       (volume->letter >= 'A' && volume->letter <= 'Z'),
                   "2: a letter");
        FUZZ_CHECK(volume->state <= HP_VOLUME_UNKNOWN &&
                       volume->kind <= HP_VOLUME_CLUSTER,
                   "2: state and kind");
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(volume->letter == 0 ||
                           volume->letter != list->items[k].letter,
                       "2: a letter once");
    }
    FUZZ_CHECK(root.count == 0 || (root.count >= 2 && root.units[1] == ':'),
               "3: a drive");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[MEMORY_FILE_PATH];
    uint64_t hash = fuzz_hash(0, data, size);
    struct fuzz_memory memory = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_options options = {.arena = &arena, .volumes_file = path};
    json_t *json = json_loadb((const char *)data, size, 0, NULL);
    int file = memory_file_open(path, data, size);

    if (fuzz_once_in(4, 0, hash))
        memory.failing = 1 + hash % 64;
    json_memory_count(&memory);
    enum hp_exit exit = hp_volumes_read(&options);
    json_memory_count(NULL);
    bool refused = memory.failing > 0 && memory.calls >= memory.failing;
    FUZZ_CHECK(exit == HP_EXIT_GOOD || exit == HP_EXIT_INPUT ||
                   exit == HP_EXIT_USAGE,
               "1: an exit");
    FUZZ_CHECK(!refused || exit == HP_EXIT_INPUT, "1: memory");
    FUZZ_CHECK(exit != HP_EXIT_GOOD || json_is_object(json), "1: JSON");
    if (exit == HP_EXIT_GOOD)
        check_all(&options);
    json_decref(json);
    hp_arena_close(&arena);
    memory_file_close(file);
    return 0;
}
