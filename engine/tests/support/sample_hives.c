/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_hives.h"

#include <stdlib.h>

static struct hp_text unit(const uint16_t *unit)
{
    return (struct hp_text){unit, 1};
}

void hb_small(struct hive_builder *h)
{
    hb_open(h, 5);
    hb_bin(h, BIN_ALIGN);
    uint32_t sk = hb_sk(h, "s", "security", 8);
    uint32_t root = hb_key(h, 0, "R");
    hb_poke_offset(h, root, NK_SECURITY, 4, sk);
    /* The list stands before what it lists: it is filled in afterwards. */
    uint32_t list = hb_set_values(h, root, "R", (uint32_t[]){0, 0}, 2);
    uint32_t v = hb_value(h, "V", 4, "\x2a", 2);
    uint32_t w = hb_value_wide(h, "W", unit(u"W"), 3,
                               "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
    hb_poke_offset(h, list, 0, 4, v);
    hb_poke_offset(h, list, 4, 4, w);
    uint32_t a = hb_key(h, root, "A");
    hb_set_class(h, a, "A", "a", 2);
    uint32_t b = hb_key_wide(h, root, "B", unit(u"B"));
    hb_set_subkeys(h, root, hb_leaf(h, HB_LH, "R", (uint32_t[]){a, b}, 2), 2);
    hb_bin(h, BIN_ALIGN);
    hb_seal(h);
}

void hb_index(struct hive_builder *h)
{
    hb_open(h, 5);
    hb_bin(h, BIN_ALIGN);
    uint32_t root = hb_key(h, 0, "R");
    uint32_t a = hb_key(h, root, "A");
    uint32_t b = hb_key(h, root, "B");
    uint32_t c = hb_key(h, root, "C");
    uint32_t lf = hb_leaf(h, HB_LF, "A", &a, 1);
    uint32_t li = hb_leaf(h, HB_LI, "BC", (uint32_t[]){b, c}, 2);
    hb_set_subkeys(h, root, hb_ri(h, "R", (uint32_t[]){lf, li}, 2), 3);
    hb_seal(h);
}

void hb_data(struct hive_builder *h, uint32_t minor, size_t size)
{
    uint8_t *data = malloc(size + 1);

    if (data == NULL)
        abort();
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)i;
    hb_open(h, minor);
    hb_bin(h, (uint32_t)(size / BIN_ALIGN + 2) * BIN_ALIGN);
    uint32_t root = hb_key(h, 0, "R");
    uint32_t value = hb_value(h, "D", 3, data, size);
    hb_set_values(h, root, "R", &value, 1);
    hb_seal(h);
    free(data);
}

void hb_chain(struct hive_builder *h, unsigned count)
{
    uint32_t parent = 0;

    hb_open(h, 5);
    hb_bin(h, (count * 128 / BIN_ALIGN + 1) * BIN_ALIGN);
    for (unsigned i = 0; i < count; i++) {
        char name[2] = {(char)('a' + i % 26), '\0'};
        uint32_t key = hb_key(h, parent, name);
        if (parent != 0)
            hb_set_subkeys(h, parent, hb_leaf(h, HB_LI, name, &key, 1), 1);
        parent = key;
    }
    hb_seal(h);
}

void hb_ri_depth(struct hive_builder *h, unsigned depth)
{
    hb_open(h, 5);
    hb_bin(h, BIN_ALIGN);
    uint32_t root = hb_key(h, 0, "R");
    uint32_t key = hb_key(h, root, "A");
    uint32_t list = hb_leaf(h, HB_LI, "R", &key, 1);
    for (; depth > 0; depth--) {
        char name[2] = {(char)('0' + depth), '\0'};
        list = hb_ri(h, name, &list, 1);
    }
    hb_set_subkeys(h, root, list, 1);
    hb_seal(h);
}
