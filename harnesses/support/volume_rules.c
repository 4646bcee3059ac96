/* SPDX-License-Identifier: Apache-2.0 */
#include "volume_rules.h"

#include <string.h>

#include "model_text.h"

static const struct hp_volume *by_letter(const struct hp_volumes *volumes,
                                         char letter)
{
    for (size_t i = 0; i < volumes->count; i++)
        if (volumes->list[i].letter == letter)
            return &volumes->list[i];
    return NULL;
}

static bool names_letter(struct hp_text name, char letter)
{
    return name.count == 14 && model_has_at(name, 0, "\\DosDevices\\") &&
           model_lower(name.units[12]) == (letter | 32) &&
           name.units[13] == ':';
}

static bool is_mounted(const struct hp_mounted_device *devices, size_t count,
                       char letter)
{
    for (size_t i = 0; i < count; i++)
        if (names_letter(devices[i].name, letter))
            return true;
    return false;
}

/* 1: the user's first, as given. 2: nothing else proves a presence. */
static void check_sources(const struct hp_volumes *volumes,
                          const struct hp_question *question, char system_drive)
{
    FUZZ_CHECK(volumes->user_count == question->volume_count, "1: all");
    for (size_t i = 0; i < volumes->count; i++) {
        const struct hp_volume *volume = &volumes->list[i];
        if (i < volumes->user_count) {
            FUZZ_CHECK(volume->letter == question->volumes[i].letter &&
                           volume->state == question->volumes[i].state &&
                           volume->kind == question->volumes[i].kind,
                       "1: the user's as given");
            continue;
        }
        bool system = volume->letter != 0 && volume->letter == system_drive;
        FUZZ_CHECK(volume->state ==
                       (system ? HP_VOLUME_PRESENT : HP_VOLUME_UNKNOWN),
                   "2: only the system drive is there without a word");
        FUZZ_CHECK(strcmp(volume->source,
                          system ? "system-drive" : "mounted-devices") == 0,
                   "2: where it comes from");
    }
}

size_t volume_rules_read(struct hp_mounted_device devices[VOLUME_DEVICES],
                         struct hp_arena *arena, struct fuzz_in *in)
{
    size_t count = 0;

    for (; count < VOLUME_DEVICES && in->left > 0; count++) {
        devices[count].name = fuzz_text(in, arena);
        devices[count].type = fuzz_u8(in) % 8;
        devices[count].data = fuzz_bytes(in, fuzz_u8(in));
        devices[count].data_size = devices[count].data.len;
    }
    return count;
}

static void check_guid(const struct hp_volumes *volumes, struct hp_text name)
{
    static const uint16_t head[] = u"\\??\\Volume";
    struct hp_shape shape = {.path_class = 3, .has_guid = true};

    if (name.count != 48 ||
        !hp_text_equal_nocase((struct hp_text){name.units, 10},
                              (struct hp_text){head, 10}) ||
        !hp_guid_parse(&shape.guid, (struct hp_text){name.units + 10, 38}))
        return;
    FUZZ_CHECK(hp_volumes_find(volumes, &shape) != NULL, "4: a GUID");
}

/* A path lies on the user's device, or beside it. */
static void check_device(const struct hp_volumes *volumes,
                         const struct hp_volume *volume)
{
    uint16_t units[64];
    size_t count = volume->device.count;
    struct hp_shape shape = {.path_class = 4, .volume = {units, count + 2}};

    if (count == 0)
        return;
    memcpy(units, volume->device.units, count * sizeof *units);
    units[count] = '\\';
    units[count + 1] = 'a';
    const struct hp_volume *found = hp_volumes_find(volumes, &shape);
    FUZZ_CHECK(found != NULL && found->device.units == volume->device.units,
               "6: on it");
    units[count] = '2';
    FUZZ_CHECK(hp_volumes_find(volumes, &shape) == NULL, "6: beside it");
    shape.volume.count = count;
    FUZZ_CHECK(hp_volumes_find(volumes, &shape) == NULL, "6: no path");
}

void volume_rules_check(const struct hp_volumes *volumes,
                        const struct hp_question *question, char system_drive,
                        const struct hp_mounted_device *devices,
                        size_t device_count)
{
    check_sources(volumes, question, system_drive);
    FUZZ_CHECK(volumes->count <= question->volume_count + device_count + 1,
               "3: no more than there are");
    for (char letter = 'A'; letter <= 'Z'; letter++) {
        struct hp_shape shape = {.path_class = 1, .letter = letter};
        const struct hp_volume *volume = hp_volumes_find(volumes, &shape);
        bool given =
            letter == system_drive || is_mounted(devices, device_count, letter);
        for (size_t i = 0; i < question->volume_count; i++)
            given = given || question->volumes[i].letter == letter;
        FUZZ_CHECK(volume == by_letter(volumes, letter), "3: the first one");
        FUZZ_CHECK((volume != NULL) == given, "3: a letter somebody named");
    }
    for (size_t i = 0; i < device_count; i++)
        check_guid(volumes, devices[i].name);
    for (size_t i = 0; i < question->volume_count; i++)
        check_device(volumes, &question->volumes[i]);
}

bool volume_rules_build(struct hp_volumes *volumes, struct hp_arena *arena,
                        const struct fuzz_memory *memory,
                        const struct hp_question *question, char system_drive,
                        const struct hp_mounted_device *devices,
                        size_t device_count)
{
    struct hp_finding_list findings = {.count = 0};
    bool built = hp_volumes_build(volumes, arena, question, system_drive,
                                  devices, device_count, &findings);
    bool refused = memory->failing > 0 && memory->calls >= memory->failing;

    FUZZ_CHECK(built == !refused, "5: memory");
    return built;
}

void volume_rules_check_starved(const struct hp_question *question,
                                char system_drive,
                                const struct hp_mounted_device *devices,
                                size_t device_count)
{
    struct fuzz_memory memory = {0, 0};

    do {
        struct hp_arena arena = fuzz_arena(&memory);
        struct hp_volumes volumes;
        memory.calls = 0;
        memory.failing++;
        (void)volume_rules_build(&volumes, &arena, &memory, question,
                                 system_drive, devices, device_count);
        hp_arena_close(&arena);
    } while (memory.calls >= memory.failing);
}
