/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules B and E, slowly. */
#ifndef HP_MODEL_ENVIRONMENT_H
#define HP_MODEL_ENVIRONMENT_H

#include "model.h"

/* Longer texts are not worked on (B7, E4). */
#define MODEL_TEXT_LIMIT 32767

/* There is a value, of a type whose data is text (B). */
bool model_is_text(const struct model_image *image);

/* Bytes to text (B). False: no memory, too long or silent. *is_text false: as
 * if there was no value. */
bool model_decode(struct hp_text *text, bool *is_text, struct hp_arena *arena,
                  const struct model_image *image);

/* Equal as names of the registry are. */
bool model_is_same(struct hp_text a, struct hp_text b);

/* E2, E3. False: no memory, or machine->too_long (E4). */
bool model_expand(struct hp_text *out, struct model_machine *machine,
                  struct hp_text text);

/* E5 to E7: the machine's variables. `environment` is Session
 * Manager\Environment or NULL. False: no memory or silent. */
bool model_environment(struct model_machine *machine,
                       const struct hp_tree_key *environment);

#endif
