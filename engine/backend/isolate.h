/* SPDX-License-Identifier: Apache-2.0
 *
 * Back ends in a child process, with limits: the program's side. Called by
 * source.c; everybody else uses hp_source_walk. */
#ifndef HP_ISOLATE_H
#define HP_ISOLATE_H

#include <stddef.h>

#include "source.h"

/* hp_source_walk for an isolated source, without the reasons of a refusal:
 * the result, and for HP_WALK_FAILED *status, which is HP_OK when the back end
 * itself returned that. `text` as in load.h. */
uint32_t hp_isolated_walk(const struct hp_source *source, bool prunes,
                          const struct hp_sink *sink, enum hp_status *status,
                          char *text, size_t text_size);

/* hp_source_identify by a child. HP_OK, or why not. */
enum hp_status hp_isolated_identify(const struct hp_source *source,
                                    struct hp_source_identity *identity,
                                    char *text, size_t text_size);

#endif
