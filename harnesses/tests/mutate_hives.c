/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate_hives.h"

#include <stdlib.h>
#include <string.h>

#include "hp_cmocka.h"
#include "walk.h"

static void build(struct hive_builder *h, bool big)
{
    static const uint8_t descriptor[] = {1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0,
                                         0, 0, 0, 0,    0, 0, 0, 0, 0, 0};
    static uint8_t data[2 * DB_SEGMENT_MOST + 100];
    uint32_t keys[9], values[4], lists[2];
    static const char *const names[] = {"alpha", "beta",  "gamma",
                                        "delta", "eps",   "eta",
                                        "iota",  "theta", "zeta"};

    hb_open(h, 5);
    hb_bin(h, 0x1000);
    uint32_t root = hb_key(h, 0, "root");
    hb_free(h, 0x40);
    uint32_t sk = hb_sk(h, "sk", descriptor, sizeof descriptor);
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        keys[i] = hb_key(h, i < 3 ? root : keys[0], names[i]);
    hb_set_subkeys(h, root, hb_leaf(h, HB_LH, "root", keys, 3), 3);
    lists[0] = hb_leaf(h, HB_LI, "alpha1", keys + 3, 1);
    lists[1] = hb_leaf(h, HB_LF, "alpha2", keys + 4, 1);
    hb_set_subkeys(h, keys[0], hb_ri(h, "alpha", lists, 2), 2);
    for (size_t i = 5; i < 9; i++)
        hb_poke_offset(h, keys[i], NK_PARENT, 4, keys[1]);
    hb_set_subkeys(h, keys[1], hb_leaf(h, HB_LF, "beta", keys + 5, 4), 4);
    values[0] = hb_value(h, "number", 4, "\1\0\0\0", 4);
    values[1] = hb_value(h, "text", 1, "a\0b\0c\0\0", 8);
    values[2] = hb_value(h, "", 3, "0123456789", 10);
    if (big)
        hb_bin(h, 0x9000);
    values[3] = hb_value(h, "big", 3, data, big ? sizeof data : 40);
    hb_set_values(h, keys[0], "alpha", values, 4);
    hb_set_values(h, root, "root", values, 1);
    hb_set_class(h, keys[2], "gamma", "c\0l\0", 4);
    for (size_t i = 0; i < h->count; i++)
        if (h->records[i].kind == HB_NK)
            hb_poke_offset(h, h->records[i].position - BASE_SIZE, NK_SECURITY,
                           4, sk);
    hb_poke_offset(h, sk, SK_FLINK, 4, sk);
    hb_poke_offset(h, sk, SK_BLINK, 4, sk);
    if (!big)
        hb_bin(h, 0x2000); /* a free cell over a page's end */
    hb_seal(h);
}

void small_hive(struct hive_builder *h)
{
    build(h, false);
}

void big_data_hive(struct hive_builder *h)
{
    build(h, true);
}

void random_bytes(uint8_t *bytes, size_t size, uint64_t seed)
{
    uint64_t state = seed * 2 + 1;

    for (size_t i = 0; i < size; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
        bytes[i] = (uint8_t)(state >> 56);
    }
    for (size_t page = 0; seed % 2 == 1 && page + 4096 <= size; page += 4096)
        memcpy(bytes + page, page == 0 ? "regf" : "hbin", 4);
}

struct reading read_hive(const uint8_t *image, size_t size, bool forensic)
{
    struct hp_walk *walk = calloc(1, sizeof *walk);
    uint8_t *starts = calloc(1, hp_starts_size(size) + 1);
    struct reading reading = {0};
    enum hp_walk_kind kind;
    size_t data = 0; /* of the value at work */

    assert_non_null(walk);
    assert_non_null(starts);
    hp_walk_open(walk, hp_span_of(image, size), forensic, starts);
    while (hp_walk_next(walk, &kind)) {
        reading.keys += kind == HP_WALKED_KEY_ENTER;
        reading.values += kind == HP_WALKED_VALUE;
        if (kind == HP_WALKED_DATA)
            data += walk->piece.len;
        else
            data = 0;
        reading.largest = data > reading.largest ? data : reading.largest;
        if (kind != HP_WALKED_DAMAGE ||
            walk->damage.reaction == HP_REACTION_NOTE)
            continue;
        reading.damage++;
        reading.why = walk->damage.error;
    }
    if (walk->hive.refused)
        reading.why = walk->hive.refusal;
    reading.refused = walk->hive.refused;
    reading.partial = walk->hive.partial;
    free(walk);
    free(starts);
    return reading;
}
