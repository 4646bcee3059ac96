/* SPDX-License-Identifier: Apache-2.0
 *
 * A question to the System Writer's model, out of an input:
 *
 *   1 byte   profile (bits 0, 1), missing_skips (2), no_expand_drivers (3),
 *            no_user_services (4), exclusions_cover_drivers (5)
 *   1 byte   modulo 3: active_drivers, then of the quotient assume_unknown,
 *            assume_unproven, exclusion_type
 *   1 byte   modulo 4: number of volumes, each:
 *     1 byte   modulo 26: letter
 *     1 byte   modulo 3: state; of the quotient modulo 7: kind; of that one's
 *              modulo 4: known by its letter (0), also by a GUID (1), by the
 *              GUID alone (2), by its device alone (3)
 *
 * The GUID is 16 times the letter's index (R: 11111111-1111-...), the device
 * \Device\HarddiskVolume and the letter. */
#ifndef HP_ASK_H
#define HP_ASK_H

#include "enumerate.h"
#include "fuzz.h"

#define ASK_VOLUMES 3

#define ASK_DEVICE_UNITS 23

struct ask {
    struct hp_question question;
    struct hp_volume volumes[ASK_VOLUMES];
    uint16_t devices[ASK_VOLUMES][ASK_DEVICE_UNITS];
};

/* Reads *ask, which must stay where it is. No volume comes twice. */
void ask_read(struct ask *ask, struct fuzz_in *in);

/* Checks what every outcome promises (system-writer 9): the code belongs to
 * the verdict, EXCLUDED comes from the list, a class has a path. */
void ask_check_outcome(const struct hp_outcome *outcome,
                       const struct hp_question *question,
                       size_t exclusion_count);

#endif
