/* SPDX-License-Identifier: Apache-2.0 */
#include "volume_list.h"

#include <stdio.h>
#include <string.h>

#include "convert.h"

static bool same_letter(const struct hp_volume *a, const struct hp_volume *b)
{
    return a->letter == b->letter;
}

static bool same_guid(const struct hp_volume *a, const struct hp_volume *b)
{
    return memcmp(a->guid, b->guid, sizeof a->guid) == 0;
}

static bool same_device(const struct hp_volume *a, const struct hp_volume *b)
{
    return hp_text_equal_nocase(a->device, b->device);
}

/* True if something that names a volume is the same in both. */
static bool is_same_volume(const struct hp_volume *a, const struct hp_volume *b)
{
    return (a->letter != 0 && same_letter(a, b)) ||
           (a->has_guid && b->has_guid && same_guid(a, b)) ||
           (a->device.count > 0 && same_device(a, b));
}

static bool contradicts(const struct hp_volume *a, const struct hp_volume *b)
{
    return a->state != b->state ||
           (a->letter != 0 && b->letter != 0 && !same_letter(a, b)) ||
           (a->has_guid && b->has_guid && !same_guid(a, b)) ||
           (a->device.count > 0 && b->device.count > 0 && !same_device(a, b)) ||
           (a->kind != HP_VOLUME_KIND_UNKNOWN &&
            b->kind != HP_VOLUME_KIND_UNKNOWN && a->kind != b->kind);
}

static struct hp_volume merge(struct hp_volume a, const struct hp_volume *b)
{
    if (a.letter == 0)
        a.letter = b->letter;
    if (b->has_guid) {
        a.has_guid = true;
        memcpy(a.guid, b->guid, sizeof a.guid);
    }
    if (a.device.count == 0)
        a.device = b->device;
    if (a.kind == HP_VOLUME_KIND_UNKNOWN)
        a.kind = b->kind;
    return a;
}

static enum hp_status make_room(struct hp_volume_list *list,
                                struct hp_arena *arena)
{
    if (list->count < list->room)
        return HP_OK;
    size_t room = list->room == 0 ? 16 : 2 * list->room;
    struct hp_volume *items = hp_arena_array(arena, room, sizeof *items);
    if (items == NULL)
        return HP_E_NO_MEMORY;
    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->room = room;
    return HP_OK;
}

enum hp_status hp_volume_list_add(struct hp_volume_list *list,
                                  struct hp_arena *arena,
                                  const struct hp_volume *volume)
{
    struct hp_volume *same = NULL;

    for (size_t i = 0; i < list->count; i++) {
        struct hp_volume *other = &list->items[i];
        if (!is_same_volume(volume, other))
            continue;
        /* Two entries that were said apart cannot turn out to be one. */
        if (same != NULL || contradicts(volume, other))
            return HP_E_MISMATCH;
        same = other;
    }
    if (same != NULL) {
        *same = merge(*same, volume);
        return HP_OK;
    }
    if (make_room(list, arena) != HP_OK)
        return HP_E_NO_MEMORY;
    list->items[list->count++] = *volume;
    return HP_OK;
}

void hp_volume_describe(char name[HP_VOLUME_NAME_ROOM],
                        const struct hp_volume *volume)
{
    if (volume->letter != 0)
        (void)snprintf(name, HP_VOLUME_NAME_ROOM, "%c:", volume->letter);
    else if (volume->has_guid)
        hp_guid_write(name, volume->guid);
    else
        (void)snprintf(name, HP_VOLUME_NAME_ROOM, "a volume");
}
