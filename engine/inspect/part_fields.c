/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include "layout.h"

/* The number at `at` of the payload of the part at `owner`, which is of
 * `kind`; 0 if it is not. */
static uint32_t owners(const struct hp_map *map, const struct hp_part *part,
                       enum hp_record_kind kind, size_t at, size_t width)
{
    const struct hp_part *owner = hp_map_find(map, part->owner);

    if (!part->reached || owner == NULL || owner->kind != kind)
        return 0;
    struct hp_span payload = hp_part_payload(map, owner);
    return width == 2 ? hp_at_u16(payload, at) : hp_at_u32(payload, at);
}

/* Bytes of the payload that the record takes, whatever there is. */
static size_t content(const struct hp_map *map, const struct hp_part *part,
                      struct hp_span payload)
{
    switch (part->kind) {
    case HP_RECORD_NK:
        return NK_NAME + (size_t)hp_at_u16(payload, NK_NAME_LENGTH);
    case HP_RECORD_VK:
        return VK_NAME + (size_t)hp_at_u16(payload, VK_NAME_LENGTH);
    case HP_RECORD_LEAF:
        return LIST_ELEMENTS +
               (size_t)hp_at_u16(payload, LIST_COUNT) * LIST_ELEMENT_LONG;
    case HP_RECORD_INDEX:
        return LIST_ELEMENTS +
               (size_t)hp_at_u16(payload, LIST_COUNT) * LIST_ELEMENT_SHORT;
    case HP_RECORD_VALUES:
        return (size_t)4 * owners(map, part, HP_RECORD_NK, NK_VALUE_COUNT, 4);
    case HP_RECORD_CLASS:
        return owners(map, part, HP_RECORD_NK, NK_CLASS_LENGTH, 2);
    case HP_RECORD_DATA:
        return owners(map, part, HP_RECORD_VK, VK_DATA_SIZE, 4);
    case HP_RECORD_DB:
        return DB_SIZE;
    case HP_RECORD_SEGMENTS:
        return (size_t)4 * owners(map, part, HP_RECORD_DB, DB_COUNT, 2);
    case HP_RECORD_SK:
        return SK_DESCRIPTOR + (size_t)hp_at_u32(payload, SK_DESCRIPTOR_SIZE);
    case HP_RECORD_CELL:
        return 0;
    default: /* base block, bin, segment */
        return payload.len;
    }
}

struct hp_part_fields hp_part_fields_of(const struct hp_map *map,
                                        const struct hp_part *part)
{
    struct hp_part_fields it = {.map = map, .part = part};

    it.payload = hp_part_payload(map, part);
    it.used = content(map, part, it.payload);
    if (it.used > it.payload.len)
        it.used = it.payload.len;
    if (part->kind >= HP_PART_GAP)
        it.row = hp_field_count;
    return it;
}

/* Sets *field to the bytes [at, at + width) of the payload, cut to `end`.
 * False: nothing of them is there. */
static bool cut(const struct hp_part_fields *it, struct hp_part_field *field,
                size_t at, size_t width, size_t end)
{
    size_t head = hp_part_is_cell(it->part) ? CELL_SIZE_FIELD : 0;

    if (at >= end)
        return false;
    if (width > end - at)
        width = end - at;
    field->at = (uint32_t)(at + head);
    return hp_span_sub(it->payload, at, width, &field->bytes);
}

/* The size and slack of a cell. */
static bool cells_own(const struct hp_part_fields *it,
                      struct hp_part_field *field)
{
    if (field->field->at == HP_FIELD_SLACK)
        return cut(it, field, it->used, SIZE_MAX, it->payload.len);
    field->at = 0;
    return hp_span_sub(it->map->image, it->part->position, CELL_SIZE_FIELD,
                       &field->bytes);
}

/* Sets *field from the row the walk is at; false: the record has none. */
static bool take(const struct hp_part_fields *it, struct hp_part_field *field)
{
    const struct hp_field *row = field->field;

    if (row->kind == HP_RECORD_CELL)
        return cells_own(it, field);
    size_t at = (size_t)row->at + (size_t)it->index * row->stride;
    if (row->stride > 0 && at + row->width > it->used)
        return false;
    return cut(it, field, at, row->width == 0 ? SIZE_MAX : row->width,
               it->used);
}

bool hp_part_fields_next(struct hp_part_fields *it, struct hp_part_field *field)
{
    bool cell = hp_part_is_cell(it->part);

    if (cell && !it->begun) {
        it->begun = true;
        field->field = hp_field_at(HP_RECORD_CELL, -CELL_SIZE_FIELD);
        field->meaning = hp_meaning_of(field->field);
        field->index = 0;
        return cells_own(it, field);
    }
    for (; it->row < hp_field_count; it->row++, it->index = 0) {
        const struct hp_field *row = &hp_fields[it->row];
        if (row->kind != it->part->kind && !(cell && row->at == HP_FIELD_SLACK))
            continue;
        if (row->at == -CELL_SIZE_FIELD)
            continue;
        if (it->index > 0 && row->stride == 0)
            continue;
        field->field = row;
        field->index = it->index;
        if (!take(it, field))
            continue;
        field->meaning = hp_meaning_of(row);
        it->index++;
        return true;
    }
    return false;
}
