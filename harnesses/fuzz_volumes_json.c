/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_volumes_json - the file of --volumes.
 *
 * Input   the file's bytes.
 * Oracles 1. it is taken, wrong (exit 3; so without memory, 1 time in 4) or
 *            contradicts itself (2); what jansson takes for no object is wrong;
 *         2. a volume's letter, state and kind are of the list; no two are one;
 *         3. the system root, if there is one, begins with a drive.
 */
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
        char letter = volume->letter;
        FUZZ_CHECK(letter == 0 || (letter >= 'A' && letter <= 'Z'),
                   "2: a letter");
        FUZZ_CHECK(volume->state <= HP_VOLUME_UNKNOWN &&
                       volume->kind <= HP_VOLUME_CLUSTER,
                   "2: state and kind");
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(letter == 0 || letter != list->items[k].letter,
                       "2: a letter once");
    }
    FUZZ_CHECK(root.count == 0 || (root.count >= 2 && root.units[1] == ':'),
               "3: a drive");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[MEMORY_FILE_PATH];
    uint64_t hash = fuzz_choice(0, data, size);
    struct fuzz_memory memory = {0, hash % 4 == 0 ? 1 + hash / 4 % 64 : 0};
    struct hp_arena arena = fuzz_arena(&memory);
    struct hp_options options = {.arena = &arena, .volumes_file = path};
    int file = memory_file_open(path, data, size);

    json_memory_count(&memory);
    enum hp_exit exit = hp_volumes_read(&options);
    json_memory_count(NULL);
    bool refused = memory.failing > 0 && memory.calls >= memory.failing;
    FUZZ_CHECK(exit == HP_EXIT_INPUT || (!refused && (exit == HP_EXIT_GOOD ||
                                                      exit == HP_EXIT_USAGE)),
               "1: an exit");
    FUZZ_CHECK(exit != HP_EXIT_GOOD || json_is_an_object(data, size),
               "1: JSON");
    if (exit == HP_EXIT_GOOD)
        check_all(&options);
    hp_arena_close(&arena);
    memory_file_close(file);
    return 0;
}
