/* SPDX-License-Identifier: Apache-2.0 */
#include "log_pairs.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    KEYS = 40, /* the first is the root */
    VALUES = 4,
    FAT = 9000,    /* bytes of data that need bins of their own */
    FATTER = 40000 /* more than one segment */
};

struct value {
    bool there;
    uint32_t size;
    uint8_t byte; /* all of its data */
};

struct key {
    bool there;
    unsigned parent;
    struct value values[VALUES];
};

struct pair {
    FILE *out;
    uint64_t random;
    enum log_pair_trait trait;
    struct key keys[KEYS];
    const char *bins; /* a line, or nothing */
    unsigned minor;
    bool anew; /* something is gone: the next state is told whole */
    bool fat;  /* the next changes may need more bins */
};

/* xorshift64*, the upper half. */
static unsigned below(struct pair *p, unsigned most)
{
    p->random ^= p->random >> 12;
    p->random ^= p->random << 25;
    p->random ^= p->random >> 27;
    return (unsigned)((p->random * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % most;
}

static bool one_in(struct pair *p, unsigned times)
{
    return below(p, times) == 0;
}

/* ---- the tree -------------------------------------------------------- */

static unsigned any_key(struct pair *p)
{
    unsigned key = below(p, KEYS);

    while (!p->keys[key].there)
        key = (key + 1) % KEYS;
    return key;
}

static void set_value(struct pair *p, unsigned key, unsigned value)
{
    struct value *v = &p->keys[key].values[value];

    v->there = true;
    v->byte = (uint8_t)(v->byte + 1 + below(p, 250));
    v->size = 1 + below(p, one_in(p, 8) ? 600 : 24);
    if (p->fat && one_in(p, 3))
        v->size = FAT + below(p, one_in(p, 4) ? FATTER : FAT);
}

/* Adds a key with a value, where there is room. */
static bool add_key(struct pair *p)
{
    for (unsigned i = 1; i < KEYS; i++) {
        if (p->keys[i].there)
            continue;
        unsigned parent = any_key(p);
        if (parent > i) /* so that no circle can come to be */
            parent = 0;
        p->keys[i] = (struct key){.there = true, .parent = parent};
        set_value(p, i, below(p, VALUES));
        return true;
    }
    return false;
}

/* Subkeys have higher numbers than their keys. */
static bool remove_key(struct pair *p)
{
    unsigned key = any_key(p);

    if (key == 0)
        return false;
    p->keys[key].there = false;
    for (unsigned i = key + 1; i < KEYS; i++)
        p->keys[i].there = p->keys[i].there && p->keys[p->keys[i].parent].there;
    p->anew = true;
    return true;
}

static bool remove_value(struct pair *p)
{
    struct value *value = &p->keys[any_key(p)].values[below(p, VALUES)];
    bool done = value->there;

    value->there = false;
    p->anew = p->anew || done;
    return done;
}

/* One change that is seen in the events. */
static void change(struct pair *p)
{
    for (bool done = false; !done;) {
        switch (below(p, 5)) {
        case 0:
        case 1:
            done = add_key(p);
            break;
        case 2:
            done = remove_key(p);
            break;
        case 3:
            done = remove_value(p);
            break;
        default:
            set_value(p, any_key(p), below(p, VALUES));
            done = true;
            break;
        }
    }
}

/* ---- the text -------------------------------------------------------- */

static void write_path(struct pair *p, unsigned key)
{
    if (key == 0)
        return;
    write_path(p, p->keys[key].parent);
    fprintf(p->out, "\\k%u", key);
}

static void write_tree(struct pair *p)
{
    fprintf(p->out, "base minor=%u\n%s", p->minor, p->bins);
    for (unsigned i = 0; i < KEYS; i++) {
        if (!p->keys[i].there)
            continue;
        fputs(i == 0 ? "[\\" : "[", p->out);
        write_path(p, i);
        fputs("]\n", p->out);
        for (unsigned v = 0; v < VALUES; v++) {
            const struct value *value = &p->keys[i].values[v];
            if (value->there)
                fprintf(p->out, "\"v%u\" = hex(3):%02x*%" PRIu32 "\n", v,
                        value->byte, value->size);
        }
    }
}

/* A state: the changes, and the tree they lead to. What was only added needs
 * not be told anew; the tree is the same, in other places. */
static void write_state(struct pair *p, const char *begin)
{
    p->anew = p->trait == PAIR_SHRINKS;
    p->fat = p->trait == PAIR_GROWS || one_in(p, 8);
    for (unsigned changes = 1 + below(p, 3); changes > 0; changes--)
        change(p);
    set_value(p, 0, VALUES - 1); /* the others may undo each other */
    if (p->trait == PAIR_GROWS)
        p->keys[0].values[0] =
            (struct value){true, FATTER, (uint8_t)below(p, 256)};
    if (p->trait == PAIR_SHRINKS) {
        for (unsigned i = 0; i < KEYS * VALUES; i++) {
            struct value *value = &p->keys[i / VALUES].values[i % VALUES];
            value->size = value->size < FAT ? value->size : 8;
        }
    }
    fprintf(p->out, "%s%s\n", begin, p->anew || one_in(p, 3) ? " anew" : "");
    write_tree(p);
}

static void write_stale(struct pair *p, uint32_t sequence)
{
    for (unsigned i = 1 + below(p, 2); i > 0; i--)
        fprintf(p->out, "entry aside sequence=%" PRIu32 "\n[\\stale%u]\n",
                (uint32_t)(sequence - 1 - below(p, 9)), i);
}

static void write_dirt(struct pair *p)
{
    static const char *const names[] = {"LOG", "LOG1", "LOG2"};
    const char *name = names[below(p, 3)];
    char begin[32];

    (void)snprintf(begin, sizeof begin, "log %s dirt", name);
    write_state(p, begin);
    if (one_in(p, 2))
        fprintf(p->out, "tail[%s] %02x*%u\n", name, below(p, 256),
                1 + below(p, 1500));
}

static void write_hvle(struct pair *p, uint32_t sequence)
{
    bool two = p->trait == PAIR_TWO_LOGS || one_in(p, 3);
    unsigned first = one_in(p, 4) ? 2 : 1; /* of the two, the earlier one */
    unsigned entries = 1 + below(p, 3);

    for (unsigned log = 0; log <= (two ? 1 : 0); log++) {
        unsigned name = log == 0 ? first : 3 - first;
        fprintf(p->out, "log LOG%u hvle\n", name);
        for (unsigned i = 0; i < entries + log; i++)
            write_state(p, "entry");
        if (p->trait == PAIR_STALE_TAIL || one_in(p, 4))
            write_stale(p, sequence);
        if (one_in(p, 4))
            fprintf(p->out, "tail[LOG%u] %02x*%u\n", name, below(p, 256),
                    1 + below(p, 1500));
    }
}

static void write_pair(struct pair *p)
{
    static const char *const bins[] = {"bin 0x1fd000\n", "bin 0x1000 *520\n",
                                       "bin 0x11000 *33\n",
                                       "bin 0x200000\nbin 0x3000 *9\n"};
    bool dirt = p->trait == PAIR_BIG_DIRT || p->trait == PAIR_DIRT;
    uint32_t sequence = 1 + below(p, 5000);

    p->bins = p->trait == PAIR_BIG_DIRT ? bins[below(p, 4)] : "";
    if (p->trait == PAIR_WRAPS)
        sequence = UINT32_MAX;
    p->minor = 3 + below(p, 3);
    fprintf(p->out, "hiveproof recipe 1\nbase sequence2=%" PRIu32 "\n",
            sequence);
    p->keys[0].there = true;
    p->fat = p->trait == PAIR_SHRINKS || one_in(p, 8);
    for (unsigned keys = 2 + below(p, KEYS / 2); keys > 0; keys--)
        (void)add_key(p);
    if (p->trait == PAIR_SHRINKS)
        p->keys[0].values[1] = (struct value){true, FATTER, 7};
    write_tree(p);
    if (dirt)
        write_dirt(p);
    else
        write_hvle(p, sequence);
}

char *log_pair_recipe(enum log_pair_trait trait, uint64_t seed)
{
    char *text = NULL;
    size_t size;
    struct pair p = {.out = open_memstream(&text, &size),
                     .random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15),
                     .trait = trait};

    assert(p.out != NULL);
    write_pair(&p);
    if (fclose(p.out) != 0)
        abort();
    return text;
}
