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
 *     1 byte   modulo 3: state; of the quotient modulo 7: kind; of the rest
 *              modulo 3: its GUID {11111111-...} (1), its device
 *              \Device\HarddiskVolume2 (2), if no other has it
 */
#ifndef HP_ASK_H
#define HP_ASK_H

#include "enumerate.h"
#include "fuzz.h"

#define ASK_VOLUMES 3

struct ask {
    struct hp_question question;
    struct hp_volume volumes[ASK_VOLUMES];
};

/* Reads *ask, which must stay where it is. No letter comes twice. */
void ask_read(struct ask *ask, struct fuzz_in *in);

/* Checks what every outcome promises (system-writer 9): the code belongs to
 * the verdict, EXCLUDED comes from the list, a class has a path. */
void ask_check_outcome(const struct hp_outcome *outcome,
                       const struct hp_question *question,
                       size_t exclusion_count);

#endif
