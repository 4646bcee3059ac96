/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <string.h>

#include "sha256.h"
#include "units.h"

/* Decodes `string` into the arena. False: out of memory. */
static bool take_text(struct hp_tree *tree, struct hp_text *text,
                      const struct hp_string *string)
{
    struct hp_units it = hp_units_of(string);
    size_t room = it.left > HP_UNITS_LEAST ? it.left : HP_UNITS_LEAST;
    uint16_t *units = hp_arena_array(tree->arena, room, sizeof(*units));

    if (units == NULL)
        return false;
    text->units = units;
    text->count = hp_units_next(&it, units, room);
    return true;
}

static bool take_blob(struct hp_tree *tree, struct hp_blob *blob,
                      const void *bytes, uint32_t size)
{
    blob->known = bytes != NULL || size != HP_UNKNOWN_SIZE;
    if (bytes == NULL)
        return true;
    blob->ptr = hp_arena_copy(tree->arena, bytes, size);
    blob->size = size;
    return blob->ptr != NULL;
}

/* The class name, whatever its encoding, as UTF-16LE bytes. */
static bool take_class(struct hp_tree *tree, struct hp_blob *blob,
                       const struct hp_string *string)
{
    struct hp_text text;
    uint8_t *bytes;

    blob->known = string->bytes != NULL || string->size != HP_UNKNOWN_SIZE;
    if (string->bytes == NULL)
        return true;
    if (!take_text(tree, &text, string))
        return false;
    bytes = hp_arena_array(tree->arena, text.count, 2);
    if (bytes == NULL)
        return false;
    hp_utf16le_encode(bytes, text);
    blob->ptr = bytes;
    blob->size = 2 * text.count;
    return true;
}

static bool enter_key(struct hp_tree *tree, const struct hp_key_event *event)
{
    struct hp_tree_key *key = hp_arena_alloc(tree->arena, sizeof(*key));

    if (key == NULL || !take_text(tree, &key->name, &event->name) ||
        !take_class(tree, &key->class_name, &event->class_name) ||
        !take_blob(tree, &key->security, event->security, event->security_size))
        return false;
    key->nameless =
        event->name.bytes == NULL && event->name.size == HP_UNKNOWN_SIZE;
    key->parent = tree->open;
    key->filetime = event->filetime;
    key->flags = event->flags;

    /* The key that was left last is the elder sibling, unless this one is the
     * first below its parent. */
    if (tree->open == NULL)
        tree->root = key;
    else if (tree->last_key != NULL && tree->last_key->parent == tree->open)
        tree->last_key->next = key;
    else
        tree->open->subkeys = key;
    tree->open = key;
    tree->last_value = NULL;
    tree->keys++;
    return true;
}

static bool add_value(struct hp_tree *tree, const struct hp_value_event *event)
{
    struct hp_tree_value *value = hp_arena_alloc(tree->arena, sizeof(*value));

    if (value == NULL || !take_text(tree, &value->name, &event->name))
        return false;
    value->type = event->type;
    value->data_size = event->data_size;
    value->flags = event->flags;
    value->data.known = true;
    if (tree->last_value != NULL)
        tree->last_value->next = value;
    else
        tree->open->values = value;
    tree->last_value = value;
    tree->data_room = 0;
    tree->values++;
    return true;
}

/* Makes room for `size` bytes of data. The declared size is not believed: room
 * doubles, so that all copies together are no larger than what came. */
static bool make_room(struct hp_tree *tree, uint64_t size)
{
    const struct hp_blob *data = &tree->last_value->data;
    uint64_t room = 2 * data->size > size ? 2 * data->size : size;
    uint8_t *bytes;

    if (size <= tree->data_room)
        return true;
    if (room > SIZE_MAX)
        return false;
    bytes = hp_arena_alloc(tree->arena, (size_t)room);
    if (bytes == NULL)
        return false;
    if (data->size > 0)
        memcpy(bytes, data->ptr, (size_t)data->size);
    tree->data = bytes;
    tree->data_room = room;
    return true;
}

static bool add_data(struct hp_tree *tree, const struct hp_data_event *event)
{
    struct hp_blob *data = &tree->last_value->data;

    if (event->size == 0)
        return true;
    if (event->size > SIZE_MAX / 2 ||
        !make_room(tree, data->size + event->size))
        return false;
    memcpy(tree->data + data->size, event->bytes, (size_t)event->size);
    data->ptr = tree->data;
    data->size += event->size;
    tree->data_bytes += event->size;
    return true;
}

static bool add_digest(struct hp_tree *tree,
                       const struct hp_digest_event *event)
{
    struct hp_tree_value *value = tree->last_value;

    value->sha256 = hp_arena_copy(tree->arena, event->sha256, HP_SHA256_SIZE);
    value->data = (struct hp_blob){NULL, event->size, false};
    return value->sha256 != NULL;
}

static bool add_damage(struct hp_tree *tree,
                       const struct hp_damage_event *event)
{
    struct hp_tree_damage *damage =
        hp_arena_alloc(tree->arena, sizeof(*damage));
    const char *field = event->field != NULL ? event->field : "";

    if (damage == NULL)
        return false;
    damage->key = tree->open;
    damage->event = *event;
    damage->event.field = hp_arena_copy(tree->arena, field, strlen(field) + 1);
    if (damage->event.field == NULL)
        return false;
    if (tree->last_damage != NULL)
        tree->last_damage->next = damage;
    else
        tree->damage = damage;
    tree->last_damage = damage;
    return true;
}

static bool take_event(struct hp_tree *tree, const struct hp_event *event)
{
    switch (event->kind) {
    case HP_EVENT_HIVE:
        tree->hive = event->u.hive;
        return true;
    case HP_EVENT_KEY_ENTER:
        return enter_key(tree, &event->u.key);
    case HP_EVENT_VALUE:
        return add_value(tree, &event->u.value);
    case HP_EVENT_DATA:
        return add_data(tree, &event->u.data);
    case HP_EVENT_DIGEST:
        return add_digest(tree, &event->u.digest);
    case HP_EVENT_DAMAGE:
        return add_damage(tree, &event->u.damage);
    default: /* KEY_LEAVE: hp_nesting_take lets no other kind through */
        tree->last_key = tree->open;
        tree->open = tree->open->parent;
        return true;
    }
}

static uint32_t tree_event(void *self, const struct hp_event *event)
{
    struct hp_tree *tree = self;

    if (tree->status != HP_OK)
        return HP_STOP;
    if (!hp_nesting_take(&tree->nesting, event->kind))
        tree->status = HP_E_PROTOCOL;
    else if (!take_event(tree, event))
        tree->status = HP_E_NO_MEMORY;
    return tree->status == HP_OK ? HP_CONTINUE : HP_STOP;
}

void hp_tree_begin(struct hp_tree *tree, struct hp_arena *arena,
                   struct hp_sink *sink)
{
    *tree = (struct hp_tree){
        .hive = {HP_UNKNOWN_U64, HP_UNKNOWN_U64, HP_UNKNOWN_U64,
                 HP_UNKNOWN_U64},
        .arena = arena,
    };
    *sink = (struct hp_sink){sizeof(*sink), tree_event, tree};
}

const struct hp_tree_key *hp_tree_key_after(const struct hp_tree_key *key)
{
    if (key->subkeys != NULL)
        return key->subkeys;
    while (key != NULL && key->next == NULL)
        key = key->parent;
    return key == NULL ? NULL : key->next;
}
