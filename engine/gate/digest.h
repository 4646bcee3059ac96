/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reader says of a hive, in one line: how the walk ended, what it
 * counted, a digest of every event, and what is wrong. */
#ifndef HP_DIGEST_H
#define HP_DIGEST_H

#include <stdbool.h>
#include <stdio.h>

#include "hp_backend.h"
#include "nesting.h"
#include "span.h"

struct hp_digest {
    uint64_t keys, values, data_bytes;
    uint32_t hash; /* FNV-1a of all but DAMAGE */
    uint32_t result;
    struct hp_nesting nesting;
    bool badly_nested;
    const char *wrong; /* an invariant that an event breaks; NULL: none */
    uint64_t image_size;
    FILE *damage; /* where the first DAMAGE is written to; NULL: nowhere */
    unsigned damage_count;
    bool security_cut;    /* a descriptor is longer than its cell */
    bool inside_a_cell;   /* a reference leads where no cell starts */
    uint32_t damage_hash; /* FNV-1a of what is not written */
    struct hp_sink next;  /* sees every event too; event NULL: nobody */
};

/* Walks the image with `backend` in `mode`. `damage` and `next` may be NULL.
 * Checks of each event that the order is right, that statuses are of class
 * 1xx or 2xx, that offsets lie inside the image and that fields have names. */
void hp_digest_of(struct hp_digest *digest, const struct hp_backend *backend,
                  uint32_t mode, struct hp_span image, FILE *damage,
                  const struct hp_sink *next);

/* True if both say the same, DAMAGE apart. */
bool hp_digest_equal(const struct hp_digest *a, const struct hp_digest *b);

/* FNV-1a over bytes[0..size), started with HP_HASH_START. */
#define HP_HASH_START UINT32_C(2166136261)
uint32_t hp_hash(uint32_t hash, const void *bytes, size_t size);

/* Damage that is written in full. */
enum { HP_DIGEST_SHOWN = 8 };

/* "done 3k 4v 20b 0a1b2c3d; list-count list.count @0x20 =0x5 clamped", and
 * how much more damage there is, with its hash. */
void hp_digest_print(FILE *out, const struct hp_backend *backend, uint32_t mode,
                     struct hp_span image);

#endif
