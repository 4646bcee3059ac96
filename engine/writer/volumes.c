/* SPDX-License-Identifier: Apache-2.0 */
#include "volumes.h"

#include <string.h>

#define MOUNTED_DATA_MAX (64u << 10)

#define GUID_BYTES 16
#define MBR_DATA_SIZE 12 /* disk signature, byte offset */
#define MBR_SIGNATURE_SIZE 4

enum mounted_kind {
    MOUNTED_OTHER, /* "DMIO:ID:" and the GUID of a partition, mostly */
    MOUNTED_MBR,
    MOUNTED_PATH /* a device interface's path, without terminator */
};

static enum mounted_kind kind_of(struct hp_span data)
{
    static const char nt[] = "\\\0?\0?\0\\"; /* and the NUL of the literal */
    static const char usb[] = "_\0?\0?\0_";

    /* The signature first: a text may have the size of the others. */
    if (data.len >= sizeof(nt) && (memcmp(data.ptr, nt, sizeof(nt)) == 0 ||
                                   memcmp(data.ptr, usb, sizeof(usb)) == 0))
        return MOUNTED_PATH;
    return data.len == MBR_DATA_SIZE ? MOUNTED_MBR : MOUNTED_OTHER;
}

static bool is_odd(const struct hp_mounted_device *device)
{
    return device->type != HP_REG_BINARY || device->data_size == 0 ||
           device->data_size % 2 != 0 || device->data_size > MOUNTED_DATA_MAX;
}

/* 'A' to 'Z' of \DosDevices\X:, which must be all; else 0. */
static char letter_of(struct hp_text name)
{
    static const size_t prefix = 12;

    if (name.count != prefix + 2 || name.units[prefix + 1] != ':' ||
        !hp_text_starts_nocase(name, "\\DosDevices\\"))
        return 0;
    return hp_drive_letter(name.units[prefix]);
}

static bool guid_of(struct hp_guid *guid, struct hp_text name)
{
    return name.count == 10 + HP_GUID_UNITS &&
           hp_text_starts_nocase(name, "\\??\\Volume") &&
           hp_guid_parse(guid, hp_text_from(name, 10));
}

/* A GUID as the key of an index, in private-use units: they have no case that
 * the index could ignore. */
static struct hp_text guid_key(uint16_t units[GUID_BYTES],
                               const uint8_t guid[GUID_BYTES])
{
    for (size_t i = 0; i < GUID_BYTES; i++)
        units[i] = (uint16_t)(0xE000 + guid[i]);
    return (struct hp_text){units, GUID_BYTES};
}

static size_t find_guid(const struct hp_volumes *volumes,
                        const uint8_t guid[GUID_BYTES])
{
    uint16_t units[GUID_BYTES];
    return hp_text_index_find(&volumes->by_guid, guid_key(units, guid));
}

/* False without memory. */
static bool put_guid(struct hp_volumes *volumes, const uint8_t guid[GUID_BYTES],
                     size_t item)
{
    uint16_t units[GUID_BYTES];
    struct hp_text key;

    if (!hp_text_copy(&key, volumes->arena, guid_key(units, guid)))
        return false;
    hp_text_index_put(&volumes->by_guid, key, item);
    return true;
}

static bool add(struct hp_volumes *volumes, const struct hp_volume *volume)
{
    size_t item = volumes->count++;

    volumes->list[item] = *volume;
    if (volume->letter != 0 &&
        volumes->by_letter[volume->letter - 'A'] == HP_NOT_FOUND)
        volumes->by_letter[volume->letter - 'A'] = item;
    return !volume->has_guid || put_guid(volumes, volume->guid, item);
}

static bool add_user_volumes(struct hp_volumes *volumes,
                             const struct hp_question *question)
{
    for (size_t i = 0; i < question->volume_count; i++) {
        struct hp_volume volume = question->volumes[i];
        volume.source = "user";
        if (!add(volumes, &volume))
            return false;
    }
    volumes->user_count = volumes->count;
    return true;
}

static bool add_system_drive(struct hp_volumes *volumes, char letter)
{
    const struct hp_volume volume = {.letter = letter,
                                     .state = HP_VOLUME_PRESENT,
                                     .kind = HP_VOLUME_FIXED,
                                     .source = "system-drive"};

    return letter == 0 || volumes->by_letter[letter - 'A'] != HP_NOT_FOUND ||
           add(volumes, &volume);
}

static bool same_data(const struct hp_mounted_device *a,
                      const struct hp_mounted_device *b)
{
    return a->data.len > 0 && a->data.len == b->data.len &&
           a->data_size == b->data_size &&
           memcmp(a->data.ptr, b->data.ptr, a->data.len) == 0;
}

static bool same_disk(struct hp_span a, struct hp_span b)
{
    return kind_of(a) == MOUNTED_MBR && kind_of(b) == MOUNTED_MBR &&
           memcmp(a.ptr, b.ptr, MBR_SIGNATURE_SIZE) == 0;
}

/* What an entry of MountedDevices tells of its volume (4.3, source 3). */
static struct hp_volume volume_of(struct hp_span data, struct hp_span system)
{
    struct hp_volume volume = {.state = HP_VOLUME_UNKNOWN,
                               .source = "mounted-devices",
                               .hint = "was-known"};

    if (kind_of(data) == MOUNTED_PATH) {
        uint16_t units[64];
        struct hp_span head = data;
        if (head.len > sizeof(units))
            head.len = sizeof(units);
        hp_utf16le_decode(units, head);
        struct hp_text path = {units, hp_utf16le_count(head)};
        volume.kind = hp_text_find_nocase(path, 0, "cdrom") != HP_NOT_FOUND
                          ? HP_VOLUME_CDROM
                          : HP_VOLUME_REMOVABLE;
        volume.hint = "device-path";
    } else if (same_disk(data, system)) {
        volume.hint = "same-disk";
    }
    return volume;
}

/* The entries that name a letter: the first of each letter. */
struct lettered {
    const struct hp_mounted_device *device[26];
};

static void find_letters(struct lettered *lettered,
                         const struct hp_mounted_device *devices, size_t count,
                         struct hp_finding_list *findings)
{
    for (size_t i = 0; i < count; i++) {
        char letter = letter_of(devices[i].name);
        if (is_odd(&devices[i]))
            hp_findings_add(findings, "MOUNTED_DEVICES_DATA");
        if (letter == 0)
            continue;
        for (size_t k = 0; k < 26; k++) {
            const struct hp_mounted_device *other = lettered->device[k];
            if (other != NULL &&
                (k == (size_t)(letter - 'A') || same_data(other, &devices[i])))
                hp_findings_add(findings, "MOUNTED_DEVICES_DUPLICATE");
        }
        if (lettered->device[letter - 'A'] == NULL)
            lettered->device[letter - 'A'] = &devices[i];
    }
}

static bool add_letters(struct hp_volumes *volumes,
                        const struct lettered *lettered, struct hp_span system)
{
    for (size_t k = 0; k < 26; k++) {
        if (lettered->device[k] == NULL ||
            volumes->by_letter[k] != HP_NOT_FOUND)
            continue;
        struct hp_volume volume = volume_of(lettered->device[k]->data, system);
        volume.letter = (char)('A' + k);
        if (!add(volumes, &volume))
            return false;
    }
    return true;
}

/* Gives the volume of the first letter with the same data its GUID. True if
 * there is one (*added says whether memory sufficed). */
static bool merge_guid(struct hp_volumes *volumes, bool *added,
                       const struct lettered *lettered,
                       const struct hp_mounted_device *device,
                       const struct hp_guid *guid)
{
    for (size_t k = 0; k < 26; k++) {
        if (lettered->device[k] == NULL ||
            !same_data(lettered->device[k], device))
            continue;
        size_t item = volumes->by_letter[k];
        struct hp_volume *volume = &volumes->list[item];
        if (!volume->has_guid) {
            volume->has_guid = true;
            memcpy(volume->guid, guid->bytes, sizeof(guid->bytes));
        }
        *added = put_guid(volumes, guid->bytes, item);
        return true;
    }
    return false;
}

static bool add_guids(struct hp_volumes *volumes,
                      const struct lettered *lettered, struct hp_span system,
                      const struct hp_mounted_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hp_guid guid;
        bool added = true;
        if (!guid_of(&guid, devices[i].name) ||
            find_guid(volumes, guid.bytes) != HP_NOT_FOUND)
            continue;
        if (!merge_guid(volumes, &added, lettered, &devices[i], &guid)) {
            struct hp_volume volume = volume_of(devices[i].data, system);
            volume.has_guid = true;
            memcpy(volume.guid, guid.bytes, sizeof(guid.bytes));
            added = add(volumes, &volume);
        }
        if (!added)
            return false;
    }
    return true;
}

bool hp_volumes_build(struct hp_volumes *volumes, struct hp_arena *arena,
                      const struct hp_question *question, char system_drive,
                      const struct hp_mounted_device *devices,
                      size_t device_count, struct hp_finding_list *findings)
{
    /* A volume of each entry, and the system drive. */
    size_t capacity = question->volume_count + device_count + 1;
    struct lettered lettered = {{NULL}};
    struct hp_span system = {NULL, 0, NULL};

    *volumes = (struct hp_volumes){.arena = arena};
    for (size_t k = 0; k < 26; k++)
        volumes->by_letter[k] = HP_NOT_FOUND;
    volumes->list = hp_arena_array(arena, capacity, sizeof(struct hp_volume));
    if (volumes->list == NULL ||
        !hp_text_index_open(&volumes->by_guid, arena, capacity))
        return false;

    find_letters(&lettered, devices, device_count, findings);
    if (system_drive != 0 && lettered.device[system_drive - 'A'] != NULL)
        system = lettered.device[system_drive - 'A']->data;
    return add_user_volumes(volumes, question) &&
           add_system_drive(volumes, system_drive) &&
           add_letters(volumes, &lettered, system) &&
           add_guids(volumes, &lettered, system, devices, device_count);
}

/* The user's volume whose device `path` lies on: the device, then nothing or
 * a separator. */
static const struct hp_volume *find_device(const struct hp_volumes *volumes,
                                           struct hp_text path)
{
    for (size_t i = 0; i < volumes->user_count; i++) {
        struct hp_text device = volumes->list[i].device;
        if (hp_text_starts_nocase(device, "\\") && device.count < path.count &&
            (path.units[device.count] == '\\' ||
             path.units[device.count] == '/') &&
            hp_text_equal_nocase(device, hp_text_cut(path, 0, device.count)))
            return &volumes->list[i];
    }
    return NULL;
}

const struct hp_volume *hp_volumes_find(const struct hp_volumes *volumes,
                                        const struct hp_shape *shape)
{
    size_t item = HP_NOT_FOUND;

    if (shape->letter != 0)
        item = volumes->by_letter[shape->letter - 'A'];
    else if (shape->has_guid)
        item = find_guid(volumes, shape->guid.bytes);
    else
        return find_device(volumes, shape->volume);
    return item == HP_NOT_FOUND ? NULL : &volumes->list[item];
}
