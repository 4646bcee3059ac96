/* SPDX-License-Identifier: Apache-2.0 */
#include "dense_hive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICES 6
#define LISTED 4 /* keys below each of the keys Lf0, Lh0, Li0, ... */
#define LISTS 6  /* of them for each kind */
#define INDEXES 17
#define BIG 26 /* values with big data, which share two segments */
#define SECURITIES 8

struct maker {
    struct hive_builder *h;
    uint32_t sk[SECURITIES];
    unsigned keys; /* made so far */
};

/* A key with one of the descriptors and, every third one, a class. */
static uint32_t key(struct maker *m, uint32_t parent, const char *name)
{
    uint32_t nk = hb_key(m->h, parent, name);

    hb_poke_offset(m->h, nk, NK_SECURITY, 4, m->sk[m->keys / 2 % SECURITIES]);
    if (m->keys % 3 == 0)
        hb_set_class(m->h, nk, name, "C\0l\0a\0s\0s\0", 10);
    m->keys++;
    return nk;
}

/* `count` keys "<stem>a", "<stem>b", ... below `parent`. */
static void keys(struct maker *m, uint32_t *out, uint32_t parent,
                 const char *stem, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[HB_LABEL];
        snprintf(name, sizeof name, "%.16s%c", stem, (char)('a' + i));
        out[i] = key(m, parent, name);
    }
}

static void list(struct maker *m, uint32_t parent, enum hb_kind kind,
                 const char *name, const uint32_t *children, size_t count)
{
    uint32_t leaf = hb_leaf(m->h, kind, name, children, count);

    hb_set_subkeys(m->h, parent, leaf, (uint32_t)count);
}

static void service(struct maker *m, uint32_t nk, const char *name)
{
    uint32_t values[3];

    values[0] = hb_value(m->h, "ImagePath", 2, "\\\0S\0?\0?\0", 8);
    values[1] = hb_value(m->h, "Start", 4, "\2\0\0\0", 4);
    values[2] = hb_value_wide(m->h, "Type", (struct hp_text){u"Type", 4}, 4,
                              "\x10\0\0\0", 4);
    hb_set_values(m->h, nk, name, values, 3);
}

static void control_set(struct maker *m, uint32_t set)
{
    uint32_t below[2], services[SERVICES], writer;

    below[0] = key(m, set, "Control");
    writer = key(m, below[0], "SystemWriter");
    uint32_t value =
        hb_value(m->h, "ExcludedBinaryPaths", 7, "C\0:\0\\\0a\0\0\0\0\0", 12);
    hb_set_values(m->h, writer, "SystemWriter", &value, 1);
    list(m, below[0], HB_LF, "Control", &writer, 1);

    below[1] = key(m, set, "Services");
    keys(m, services, below[1], "service", SERVICES);
    list(m, below[1], HB_LH, "Services", services, SERVICES);
    for (size_t i = 0; i < SERVICES; i++)
        service(m, services[i], "service");
    list(m, set, HB_LH, "ControlSet001", below, 2);
}

static void select_key(struct maker *m, uint32_t nk)
{
    static const char *const names[] = {"Current", "Default", "Failed",
                                        "LastKnownGood"};
    uint32_t values[4];

    for (size_t i = 0; i < 4; i++)
        values[i] =
            hb_value(m->h, names[i], 4, i == 2 ? "\0\0\0\0" : "\1\0\0", 4);
    hb_set_values(m->h, nk, "Select", values, 4);
}

/* Keys with one leaf each, of every kind. */
static void lists(struct maker *m, uint32_t parent)
{
    static const enum hb_kind kinds[] = {HB_LF, HB_LH, HB_LI};
    uint32_t tops[3 * LISTS], children[2 * LISTED];

    for (size_t i = 0; i < 3 * LISTS; i++) {
        char name[HB_LABEL];
        size_t count = LISTED + i % 3 * LISTED / 2;
        snprintf(name, sizeof name, "%c%c", "fhi"[i / LISTS],
                 (char)('a' + i % LISTS));
        tops[i] = key(m, parent, name);
        keys(m, children, tops[i], name, count);
        list(m, tops[i], kinds[i / LISTS], name, children, count);
    }
    list(m, parent, HB_LH, "Lists", tops, 3 * LISTS);
}

/* Keys with an ri above one leaf of each kind. */
static void indexes(struct maker *m, uint32_t parent)
{
    static const enum hb_kind kinds[] = {HB_LF, HB_LH, HB_LI};
    uint32_t tops[INDEXES], children[3], leaves[3];

    for (size_t i = 0; i < INDEXES; i++) {
        char name[HB_LABEL];
        snprintf(name, sizeof name, "r%c", (char)('a' + i));
        tops[i] = key(m, parent, name);
        keys(m, children, tops[i], name, 3);
        for (size_t k = 0; k < 3; k++)
            leaves[k] = hb_leaf(m->h, kinds[k], name, &children[k], 1);
        hb_set_subkeys(m->h, tops[i], hb_ri(m->h, name, leaves, 3), 3);
    }
    list(m, parent, HB_LI, "Indexes", tops, INDEXES);
}

/* Values of 16350 bytes each, with a db and list of their own. */
static void big_values(struct maker *m, uint32_t nk)
{
    static const uint8_t zeros[DB_SEGMENT_MOST + 6];
    uint32_t values[BIG], segments[2];

    values[0] = hb_value(m->h, "Big", 3, zeros, sizeof zeros);
    segments[0] = hb_offset(m->h, "data:Big");
    segments[1] = segments[0] + DB_SEGMENT_MOST + 8;
    for (size_t i = 1; i < BIG; i++) {
        char name[HB_LABEL];
        snprintf(name, sizeof name, "Big%c", (char)('a' + i));
        uint32_t db = hb_cell(m->h, HB_DB, name, DB_SIZE);
        uint32_t at = hb_cell(m->h, HB_DB_LIST, name, 8);
        hb_poke_offset(m->h, db, 0, 2, SIG_DB);
        hb_poke_offset(m->h, db, DB_COUNT, 2, 2);
        hb_poke_offset(m->h, db, DB_LIST, 4, at);
        hb_poke_offset(m->h, at, 0, 4, segments[0]);
        hb_poke_offset(m->h, at, 4, 4, segments[1]);
        values[i] = hb_value(m->h, name, 3, "", 0);
        hb_poke_offset(m->h, values[i], VK_DATA_SIZE, 4, sizeof zeros);
        hb_poke_offset(m->h, values[i], VK_DATA, 4, db);
    }
    hb_set_values(m->h, nk, "Values", values, BIG);
}

static void securities(struct maker *m)
{
    static const uint8_t descriptor[36] = {1, 0, 4, 0x80, 20, 0, 0, 0, 28};

    for (size_t i = 0; i < SECURITIES; i++) {
        char name[HB_LABEL];
        snprintf(name, sizeof name, "%u", (unsigned)i);
        m->sk[i] = hb_sk(m->h, name, descriptor, sizeof descriptor);
    }
}

static void map_owners(struct dense_hive *d)
{
    d->owner = malloc(d->h.size * sizeof d->owner[0]);
    if (d->owner == NULL)
        abort();
    for (size_t i = 0; i < d->h.size; i++)
        d->owner[i] = DENSE_CONTENT;
    for (size_t i = 0; i < d->h.count; i++) {
        const struct hb_record *r = &d->h.records[i];
        bool content = r->kind == HB_DATA || r->kind == HB_FREE;
        size_t size = content ? CELL_SIZE_FIELD : r->size;
        if (r->kind == HB_BASE)
            size = BASE_CHECKSUM + 4;
        for (size_t k = 0; k < size; k++)
            d->owner[r->position + k] = (uint16_t)i;
    }
}

void dense_open(struct dense_hive *d)
{
    struct maker m = {.h = &d->h};
    uint32_t below[5];

    hb_open(&d->h, 5);
    hb_bin(&d->h, 2 * BIN_ALIGN);
    securities(&m);
    uint32_t root = key(&m, 0, "ROOT");
    below[0] = key(&m, root, "ControlSet001");
    control_set(&m, below[0]);
    hb_bin(&d->h, 10 * BIN_ALIGN);
    below[1] = key(&m, root, "Indexes");
    indexes(&m, below[1]);
    below[2] = key(&m, root, "Lists");
    lists(&m, below[2]);
    below[3] = key(&m, root, "Select");
    select_key(&m, below[3]);
    below[4] = key(&m, root, "Values");
    big_values(&m, below[4]);
    list(&m, root, HB_LF, "ROOT", below, 5);
    hb_seal(&d->h);
    map_owners(d);
}

void dense_close(struct dense_hive *d)
{
    free(d->owner);
    hb_close(&d->h);
}
