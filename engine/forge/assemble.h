/* SPDX-License-Identifier: Apache-2.0
 *
 * From a plan to the bytes of a hive: sound, or broken on purpose. */
#ifndef HP_ASSEMBLE_H
#define HP_ASSEMBLE_H

#include "plan.h"

/* The bytes that a plan became. */
struct hp_image {
    uint8_t *bytes; /* in the plan's arena */
    size_t size;
};

/* Assembles a plan that was settled and placed. The same plan gives the same
 * bytes. Every field has its sound value unless a lie says otherwise, then raw
 * bytes are put over it, and the checksum comes last unless it was said. False,
 * with *err: a lie that does not fit its field or record. */
bool hp_plan_assemble(struct hp_image *image, struct hp_plan *plan,
                      struct hp_recipe_error *err);

/* Where the record's fields are counted from, as a position in the file, and
 * how many bytes it has from there. */
size_t hp_record_position(const struct hp_plan_record *record);
size_t hp_record_room(const struct hp_plan_record *record);

/* Writes one lie over a record of `room` bytes from `start` on, whose content
 * ends after `used`. False, with *err, when it does not fit. */
bool hp_lie_write(uint8_t *start, size_t room, size_t used,
                  const struct hp_plan_lie *lie, struct hp_recipe_error *err);

/* The hash of an lh element and the hint of an lf element for a name. */
uint32_t hp_lh_hash(struct hp_text name);
uint32_t hp_lf_hint(struct hp_text name);

/* The flags that a key or a value gets when nothing else is said. */
uint16_t hp_plan_key_flags(const struct hp_plan_key *key);
uint16_t hp_plan_value_flags(const struct hp_plan_value *value);

/* XOR of the 127 words before the checksum field, with its two special cases;
 * `base` has at least 512 bytes. */
uint32_t hp_base_checksum(const uint8_t *base);

#endif
