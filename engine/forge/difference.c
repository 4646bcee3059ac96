/* SPDX-License-Identifier: Apache-2.0 */
#include "difference.h"

#include <string.h>

#include "assemble.h"
#include "layout.h"

/* Equal bytes between two differences that are said in one line all the
 * same. */
enum { GAP_MOST = 8 };

struct telling {
    struct hp_plan *plan;
    struct hp_span image; /* as it should be */
    uint8_t *bytes;       /* as it is forged; made right step by step */
};

/* What the image has in `width` bytes at `position`. */
static uint64_t number_at(struct hp_span image, size_t position, size_t width)
{
    uint64_t value = 0;

    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)hp_at_u8(image, position + i) << (8 * i);
    return value;
}

/* Tells one element of `field`, `width` bytes at `position`. False: out of
 * memory. */
static bool tell_field(struct telling *t, struct hp_plan_record *record,
                       const struct hp_field *field, uint32_t index)
{
    size_t at = (size_t)field->at + (size_t)index * field->stride;
    size_t position = hp_record_position(record) + at;
    const uint8_t *wanted = t->image.ptr + position;

    if (memcmp(t->bytes + position, wanted, field->width) == 0)
        return true;
    struct hp_plan_lie *lie = hp_plan_lie_add(t->plan, record, field);
    if (lie == NULL)
        return false;
    lie->index = index;
    if (field->width <= HP_FIELD_NUMBER_MOST)
        lie->value.number = number_at(t->image, position, field->width);
    else
        lie->bytes = hp_span_of(wanted, field->width);
    memcpy(t->bytes + position, wanted, field->width);
    return true;
}

/* Tells a field, or each element that the record has of it. */
static bool tell_elements(struct telling *t, struct hp_plan_record *record,
                          const struct hp_field *field)
{
    size_t end = (size_t)field->at + field->width;

    for (uint32_t i = 0; end <= record->used; i++) {
        if (!tell_field(t, record, field, i))
            return false;
        if (field->stride == 0)
            return true;
        end += field->stride;
    }
    return true;
}

static bool tell_record(struct telling *t, struct hp_plan_record *record)
{
    size_t position = hp_record_position(record);
    bool base = record->kind == HP_RECORD_BASE;

    if (memcmp(t->bytes + position, t->image.ptr + position, record->used) == 0)
        return true;
    for (size_t i = 0; i < hp_field_count; i++) {
        const struct hp_field *field = &hp_fields[i];
        /* What is no field of fixed size is told as raw bytes. */
        if (field->kind != record->kind || field->kind == HP_RECORD_CELL ||
            field->width == 0 || (base && field->at == BASE_CHECKSUM))
            continue;
        if (!tell_elements(t, record, field))
            return false;
    }
    return true;
}

/* The checksum is right when it is that of the image, and else a lie. */
static bool tell_checksum(struct telling *t)
{
    uint64_t wanted = number_at(t->image, BASE_CHECKSUM, 4);
    const struct hp_field *field = hp_field_at(HP_RECORD_BASE, BASE_CHECKSUM);

    if (wanted != hp_base_checksum(t->image.ptr)) {
        /* It is told even if the forged block has it by chance. */
        t->bytes[BASE_CHECKSUM] = (uint8_t)~t->image.ptr[BASE_CHECKSUM];
        return tell_field(t, &t->plan->base, field, 0);
    }
    memcpy(t->bytes + BASE_CHECKSUM, t->image.ptr + BASE_CHECKSUM, 4);
    return true;
}

static bool tell_records(struct telling *t)
{
    struct hp_plan *plan = t->plan;

    for (size_t i = 0; i < plan->layout.count; i++) {
        if (!tell_record(t, plan->layout.cells[i]))
            return false;
    }
    for (struct hp_plan_bin *b = plan->bins; b != NULL; b = b->next) {
        if (!tell_record(t, &b->record))
            return false;
    }
    plan->base.used = BASE_SIZE;
    return tell_record(t, &plan->base) && tell_checksum(t);
}

/* Where the run of differences that starts at `start` ends. */
static size_t end_of_run(const struct telling *t, size_t start)
{
    size_t end = start + 1;

    for (size_t at = end; at < t->image.len && at - end < GAP_MOST; at++) {
        if (t->bytes[at] != t->image.ptr[at])
            end = at + 1;
    }
    return end;
}

static bool tell_rest(struct telling *t)
{
    for (size_t at = 0; at < t->image.len; at++) {
        if (t->bytes[at] == t->image.ptr[at])
            continue;
        size_t end = end_of_run(t, at);
        struct hp_plan_raw *raw = hp_plan_raw_add(t->plan);
        if (raw == NULL)
            return false;
        raw->position = at;
        raw->bytes = hp_span_of(t->image.ptr + at, end - at);
        at = end;
    }
    return true;
}

bool hp_plan_tell(struct hp_plan *plan, struct hp_span image,
                  struct hp_recipe_error *err)
{
    struct hp_image forged;

    if (!hp_plan_assemble(&forged, plan, err))
        return false;
    struct telling t = {plan, image, forged.bytes};
    return (tell_records(&t) && tell_rest(&t)) ||
           hp_plan_fail(err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}
