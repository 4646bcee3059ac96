/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include <assert.h>

#include "blame.h"
#include "layout.h"

/* Sets *elements to the list of values of `key` and returns how many there are.
 */
static size_t open_elements(struct hp_span *elements, struct hp_hive *hive,
                            const struct hp_key *key)
{
    struct hp_ref ref = {HP_A_NK_VALUES, key->offset, key->values};
    size_t count = key->value_count;

    if (count == 0 || !hp_cell_open(elements, hive, ref, 0))
        return 0;
    if (count > elements->len / 4) {
        if (!hp_hive_report_field(hive, HP_A_NK_VALUE_COUNT, HP_E_COUNT,
                                  key->offset, count))
            return 0;
        count = elements->len / 4;
    }
    assert(count <= elements->len / 4);
    return count;
}

void hp_values_open(struct hp_values *it, struct hp_hive *hive,
                    const struct hp_key *key)
{
    it->hive = hive;
    it->offset = key->values;
    it->next = 0;
    it->count = open_elements(&it->elements, hive, key);
}

bool hp_values_next(struct hp_values *it, struct hp_ref *ref)
{
    if (it->next == it->count || it->hive->exhausted)
        return false;
    *ref = (struct hp_ref){HP_A_VALUES_ELEMENT, it->offset,
                           hp_counted_u32(it->elements, 4 * it->next)};
    it->next++;
    return true;
}

HP_COLD static bool report(struct hp_hive *hive, enum hp_anomaly anomaly,
                           enum hp_status status, const struct hp_value *value,
                           uint64_t found)
{
    return hp_hive_report_field(hive, anomaly, status, value->offset, found);
}

static bool read_name(struct hp_value *value, struct hp_hive *hive,
                      struct hp_span cell, size_t length)
{
    size_t most = cell.len - VK_NAME;

    if (length > most) {
        if (!report(hive, HP_A_VK_NAME_PAST, HP_E_NAME_LENGTH, value, length))
            return false;
        length = most;
    }
    value->name.compressed = (value->flags & VK_FLAG_COMPRESSED) != 0;
    if (!value->name.compressed && length % 2 != 0) {
        if (!report(hive, HP_A_VK_NAME_ODD, HP_E_NAME_LENGTH, value, length))
            return false;
        length--;
    }
    return hp_span_sub(cell, VK_NAME, length, &value->name.bytes);
}

bool hp_value_open(struct hp_value *value, struct hp_hive *hive,
                   struct hp_ref ref)
{
    struct hp_span cell;

    if (!hp_record_open(&cell, hive, ref, SIG_VK, "vk.signature", VK_NAME))
        return false;
    struct hp_span vk = hp_span_batch(cell, VK_NAME);
    uint32_t size = hp_at_u32(vk, VK_DATA_SIZE);
    value->offset = ref.target;
    value->flags = hp_at_u16(vk, VK_FLAGS);
    value->type = hp_at_u32(vk, VK_TYPE);
    value->is_inline = (size & VK_INLINE) != 0;
    value->size = size & ~VK_INLINE;
    hp_span_sub(vk, VK_DATA, VK_INLINE_MOST, &value->slot);
    return read_name(value, hive, cell, hp_at_u16(vk, VK_NAME_LENGTH));
}

static void open_inline(struct hp_data *it, const struct hp_value *value)
{
    uint32_t size = value->size;

    if (size > VK_INLINE_MOST) {
        if (!report(it->hive, HP_A_VK_INLINE_SIZE, HP_E_DATA_SIZE, value,
                    size | VK_INLINE))
            return;
        size = VK_INLINE_MOST;
    }
    it->left = size;
    hp_span_sub(value->slot, 0, size, &it->piece);
}

static void open_cell(struct hp_data *it, const struct hp_value *value,
                      struct hp_ref ref)
{
    struct hp_span cell;
    size_t size = value->size;

    if (!hp_cell_open(&cell, it->hive, ref, 0))
        return;
    if (size > cell.len) {
        if (!report(it->hive, HP_A_VK_DATA_PAST, HP_E_DATA_SIZE, value, size))
            return;
        size = cell.len;
    }
    it->left = (uint32_t)size;
    hp_span_sub(cell, 0, size, &it->piece);
}

/* The value at `vk` is to blame for what its data does not hold. */
static struct hp_error blame_value(const struct hp_hive *hive,
                                   enum hp_status status, uint32_t vk)
{
    struct hp_error error;
    uint32_t size = 0;

    hp_span_u32(hive->bins, (size_t)vk + CELL_SIZE_FIELD + VK_DATA_SIZE, &size);
    hp_fail(&error, status, vk, "vk.data_size", size);
    return error;
}

/* The db that `ref` leads to has `count` segments, its owner needs others. */
static bool report_segments(struct hp_hive *hive, struct hp_ref ref,
                            uint32_t list, size_t count, size_t needed)
{
    enum hp_anomaly anomaly =
        count < needed ? HP_A_DB_COUNT : HP_A_DB_COUNT_MORE;
    struct hp_error error;

    if (hp_blame_value(hive, list, count, needed))
        error = blame_value(hive, HP_E_COUNT, ref.owner);
    else
        hp_fail(&error, HP_E_COUNT, ref.target, "db.count", count);
    return hp_hive_report(hive, anomaly, error);
}

/* Data of more than DB_SEGMENT_MOST bytes lies in segments. */
static void open_segments(struct hp_data *it, const struct hp_value *value,
                          struct hp_ref ref)
{
    struct hp_hive *hive = it->hive;
    size_t needed = (value->size - 1) / DB_SEGMENT_MOST + 1;
    struct hp_span db;

    if (!hp_record_open(&db, hive, ref, SIG_DB, "db.signature", DB_SIZE))
        return;
    size_t count = hp_counted_u16(db, DB_COUNT);
    uint32_t list = hp_counted_u32(db, DB_LIST);
    if (count != needed && !report_segments(hive, ref, list, count, needed))
        return;
    if (!hp_cell_open(&it->list, hive,
                      (struct hp_ref){HP_A_DB_LIST, ref.target, list}, 0))
        return;
    if (count > it->list.len / 4) {
        if (!hp_hive_report_field(hive, HP_A_DB_COUNT, HP_E_COUNT, ref.target,
                                  count))
            return;
        count = it->list.len / 4;
    }
    it->left = value->size;
    it->list_offset = list;
    it->owner = value->offset;
    it->count = count;
}

void hp_data_open(struct hp_data *it, struct hp_hive *hive,
                  const struct hp_value *value)
{
    uint32_t target = hp_at_u32(value->slot, 0);
    struct hp_ref ref = {HP_A_VK_DATA, value->offset, target};

    *it = (struct hp_data){.hive = hive};
    if (value->is_inline)
        open_inline(it, value);
    else if (value->size > DB_SEGMENT_MOST && hive->minor >= DB_LEAST_MINOR)
        open_segments(it, value, ref);
    else if (value->size > 0)
        open_cell(it, value, ref);
    else if (target != OFFSET_NIL)
        report(hive, HP_A_VK_EMPTY_OFFSET, HP_E_MISMATCH, value, target);
}

/* The segment that `ref` leads to is shorter than the data: that of the last
 * one is as long as the value says, the others are all alike. */
static bool report_short(struct hp_data *it, struct hp_ref ref)
{
    struct hp_error error;

    if (it->left < DB_SEGMENT_MOST)
        error = blame_value(it->hive, HP_E_DATA_SIZE, it->owner);
    else
        hp_fail(&error, HP_E_DATA_SIZE, ref.owner, "db_list.element",
                ref.target);
    return hp_hive_report(it->hive, HP_A_DB_SEGMENT_SHORT, error);
}

/* Sets *piece to the bytes of the next segment. All but the last one hold
 * exactly DB_SEGMENT_MOST; bytes behind those are ignored. */
static bool next_segment(struct hp_data *it, struct hp_span *piece)
{
    struct hp_ref ref = {HP_A_DB_SEGMENT, it->list_offset, 0};
    size_t wanted = it->left < DB_SEGMENT_MOST ? it->left : DB_SEGMENT_MOST;
    struct hp_span cell;

    if (it->next == it->count)
        return false;
    ref.target = hp_counted_u32(it->list, 4 * it->next++);
    if (!hp_cell_open(&cell, it->hive, ref, 1))
        return false;
    if (wanted > cell.len) {
        if (!report_short(it, ref))
            return false;
        it->left = (uint32_t)cell.len; /* the last piece */
        wanted = cell.len;
    }
    return hp_span_sub(cell, 0, wanted, piece);
}

bool hp_data_next(struct hp_data *it, struct hp_span *piece)
{
    struct hp_span found = it->piece;

    if (it->left == 0)
        return false;
    if ((found.len == 0 && !next_segment(it, &found)) ||
        !hp_hive_spend_data(it->hive, found.len)) {
        it->left = 0;
        return false;
    }
    it->left -= (uint32_t)found.len;
    *piece = found;
    return true;
}
