/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts for the slow model: each function makes a new one. */
#ifndef HP_MODEL_TEXT_H
#define HP_MODEL_TEXT_H

#include "arena.h"
#include "utf16.h"

#define MODEL_NOWHERE ((size_t)-1)

uint16_t model_lower(uint16_t unit);
/* `prefix` stands at text[at..), case of A to Z ignored. */
bool model_has_at(struct hp_text text, size_t at, const char *prefix);
size_t model_find(struct hp_text text, size_t from, const char *what);
bool model_has_unit(struct hp_text text, size_t from, const char *set);
struct hp_text model_from(struct hp_text text, size_t from);
/* ascii + text + more; count MODEL_NOWHERE: no memory. */
struct hp_text model_join(struct hp_arena *arena, const char *ascii,
                          struct hp_text text, const char *more);
struct hp_text model_lowered(struct hp_arena *arena, struct hp_text text);
bool model_is_null(struct hp_text text);

#endif
