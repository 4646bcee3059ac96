/* SPDX-License-Identifier: Apache-2.0 */
#include "subkeys.h"

#include <assert.h>

#include "blame.h"
#include "layout.h"

#define HINT_SIZE 4 /* characters in the hint of an lf element */

static size_t element_size(uint16_t signature)
{
    return signature == SIG_LF || signature == SIG_LH ? LIST_ELEMENT_LONG
                                                      : LIST_ELEMENT_SHORT;
}

static bool is_list(uint16_t signature)
{
    return signature == SIG_LF || signature == SIG_LH || signature == SIG_LI ||
           signature == SIG_RI;
}

/* The signature that `found` is most like, for the report. */
static uint16_t nearest(uint16_t found)
{
    uint8_t second = (uint8_t)(found >> 8);

    if ((found & 0xff) == 'r')
        return SIG_RI;
    return second == 'f' ? SIG_LF : second == 'i' ? SIG_LI : SIG_LH;
}

static bool open_list(struct hp_list *list, struct hp_hive *hive,
                      struct hp_ref ref)
{
    struct hp_span record;

    if (!hp_cell_open(&record, hive, ref, LIST_ELEMENTS))
        return false;
    list->signature = hp_counted_u16(record, 0);
    if (!is_list(list->signature)) {
        hp_report_signature(hive, ref, nearest(list->signature),
                            "list.signature", list->signature);
        return false;
    }
    size_t size = element_size(list->signature);
    size_t most = (record.len - LIST_ELEMENTS) / size;
    size_t count = hp_counted_u16(record, LIST_COUNT);
    if (count > most) {
        if (!hp_hive_report_field(hive, HP_A_LIST_COUNT, HP_E_COUNT, ref.target,
                                  count))
            return false;
        count = most;
    }
    assert(count <= most);
    list->offset = ref.target;
    list->next = 0;
    list->count = (uint16_t)count;
    return hp_span_sub(record, LIST_ELEMENTS, count * size, &list->elements);
}

void hp_subkeys_open(struct hp_subkeys *it, struct hp_hive *hive,
                     const struct hp_key *key)
{
    struct hp_ref ref = {HP_A_NK_SUBKEYS, key->offset, key->subkeys};

    it->hive = hive;
    it->owner = key->offset;
    it->expected = key->subkey_count;
    it->found = 0;
    it->depth = key->subkey_count != 0 && open_list(&it->stack[0], hive, ref);
    it->whole = it->depth != 0;
}

/* Pushes the list that an ri's element leads to. */
static void push(struct hp_subkeys *it, struct hp_ref ref)
{
    struct hp_hive *hive = it->hive;
    struct hp_list *list = &it->stack[it->depth];
    int most =
        hive->forensic ? HP_LIMIT_RI_DEPTH_FORENSIC : HP_LIMIT_RI_DEPTH_STRICT;

    assert(it->depth < (int)(sizeof it->stack / sizeof *it->stack));
    if (!open_list(list, hive, ref)) {
        it->whole = false;
    } else if (list->signature == SIG_RI && it->depth >= most) {
        it->whole = false;
        hp_hive_report_field(hive, HP_A_RI_DEPTH, HP_E_DEPTH, ref.owner,
                             ref.target);
    } else {
        it->depth++;
    }
}

/* The nk's count and the elements of its lists must agree. */
static void check_total(struct hp_subkeys *it)
{
    struct hp_hive *hive = it->hive;
    bool more = it->found > it->expected;
    enum hp_anomaly anomaly =
        more ? HP_A_NK_SUBKEYS_MORE : HP_A_NK_SUBKEYS_FEWER;
    uint32_t culprit =
        more ? it->owner
             : hp_blame_total(hive, it->owner, it->stack[0].offset,
                              it->expected - it->found);
    struct hp_error error;
    uint16_t count = 0;

    hp_span_u16(hive->bins, (size_t)culprit + CELL_SIZE_FIELD + LIST_COUNT,
                &count);
    if (culprit != it->owner)
        hp_fail(&error, HP_E_COUNT, culprit, "list.count", count);
    else
        hp_fail(&error, HP_E_COUNT, culprit, hp_anomaly_row(anomaly)->field,
                it->expected);
    hp_hive_report(hive, anomaly, error);
}

bool hp_subkeys_is_done(const struct hp_subkeys *it)
{
    return it->depth == 0 || it->hive->exhausted;
}

/* Takes the next element of the innermost list. True: it is a leaf's. */
static bool take(struct hp_subkeys *it, struct hp_subkey *subkey)
{
    struct hp_list *list = &it->stack[it->depth - 1];
    size_t size = element_size(list->signature);
    size_t at = list->next++ * size;
    uint32_t target = hp_counted_u32(list->elements, at);

    if (list->signature == SIG_RI) {
        push(it, (struct hp_ref){HP_A_RI_ELEMENT, list->offset, target});
        return false;
    }
    it->found++;
    subkey->ref = (struct hp_ref){HP_A_LIST_ELEMENT, list->offset, target};
    subkey->signature = list->signature;
    subkey->hint =
        size == LIST_ELEMENT_LONG ? hp_counted_u32(list->elements, at + 4) : 0;
    return true;
}

bool hp_subkeys_next(struct hp_subkeys *it, struct hp_subkey *subkey)
{
    struct hp_hive *hive = it->hive;

    while (!hp_subkeys_is_done(it) && hive->damage_count == 0 &&
           !hive->refused) {
        struct hp_list *list = &it->stack[it->depth - 1];
        if (list->next < list->count) {
            if (take(it, subkey))
                return true;
            continue;
        }
        it->depth--;
        if (it->depth == 0 && it->whole && it->found != it->expected)
            check_total(it);
    }
    return false;
}

/* An lf hint is the name's first four characters up to one that is no ASCII,
 * from where on what Windows writes is not documented; where one of them has no
 * byte, the hint's first byte is 0. */
static bool hint_fits(struct hp_raw_name name, uint32_t hint)
{
    size_t count = hp_raw_name_count(name);
    bool ascii = true, fits = true;

    for (size_t i = 0; i < HINT_SIZE; i++) {
        uint16_t unit = i < count ? hp_raw_name_unit(name, i) : 0;
        if (unit > 0xff)
            return fits || (hint & 0xff) == 0;
        ascii = ascii && unit < 0x80;
        fits = fits && (!ascii || unit == (hint >> 8 * i & 0xff));
    }
    return fits;
}

static bool fits(const struct hp_subkey *subkey, const struct hp_key *key)
{
    if (subkey->signature == SIG_LF)
        return hint_fits(key->name, subkey->hint);
    return subkey->signature != SIG_LH || key->hash == subkey->hint;
}

void hp_subkey_check(struct hp_hive *hive, const struct hp_subkey *subkey,
                     const struct hp_key *key, struct hp_raw_name previous)
{
    uint32_t list = subkey->ref.owner;

    if (!fits(subkey, key))
        hp_hive_report_field(hive, HP_A_LIST_HINT, HP_E_HINT, list,
                             subkey->hint);
    if (previous.bytes.ptr == NULL)
        return;
    int order = hp_raw_name_compare(previous, key->name);
    if (order == 0)
        hp_hive_report_field(hive, HP_A_LIST_DUPLICATE, HP_E_DUPLICATE, list,
                             subkey->ref.target);
    else if (order > 0)
        hp_hive_report_field(hive, HP_A_LIST_ORDER, HP_E_ORDER, list,
                             subkey->ref.target);
}
