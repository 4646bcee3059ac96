/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds for any hive, whatever it says: the invariants that every image
 * which goes through the gate is held against. */
#ifndef HP_SOUND_H
#define HP_SOUND_H

#include <stdbool.h>
#include <stdio.h>

#include "span.h"

/* A copy of an image that ends right before a page that cannot be touched: a
 * read behind its end is a crash without any sanitizer. */
struct hp_guarded {
    struct hp_span image;
    void *mapping;
    size_t size; /* of the mapping, bytes */
};

/* False without memory. */
bool hp_guarded_open(struct hp_guarded *guarded, const void *bytes,
                     size_t size);
void hp_guarded_close(struct hp_guarded *guarded);

/* The recipe that hiveproof makes of an image, pinned or in an automatic
 * layout: text with a NUL behind it, to be freed. NULL: there is none. */
char *hp_recipe_of(struct hp_span image, bool pinned, size_t *size);

/* How a corpus file is called, and what follows from that. */
enum hp_soundness {
    HP_SOUND_ANY,
    HP_SOUND_GOOD, /* strict accepts, nothing is wrong, hivex reads the same */
    HP_SOUND_BAD   /* strict refuses */
};

/* Checks `image` against the invariants and writes a line to `out` for the
 * first one that it breaks. True: none.
 *
 * 1. A walk ends, at once when it is refused; reads at most 16 times a byte; is
 * well nested; its damage is of class 1xx or 2xx and lies inside the image.
 * 2. A second walk sends the same events.
 * 3. What strict accepts, forensic reads alike (but for a descriptor that is
 *    cut off), and a walk without the pass over all bins too (but for one that
 *    lies inside another cell).
 * 4. Its recipe forges the same bytes.
 * 5. What strict accepts without damage, if none of its records is used twice,
 *    says the same when its recipe's layout is left to the assembler. */
bool hp_sound_check(FILE *out, struct hp_span image,
                    enum hp_soundness soundness);

#endif
