/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that options, volume files and reports share, each with its
 * meaning, once. */
#ifndef HP_WORDS_H
#define HP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hp_word {
    const char *word; /* NULL ends a list */
    uint32_t meaning;
};

extern const struct hp_word hp_words_profile[];         /* enum hp_profile */
extern const struct hp_word hp_words_mode[];            /* HP_MODE_ */
extern const struct hp_word hp_words_active_drivers[];  /* hp_active_drivers */
extern const struct hp_word hp_words_exclusion_type[];  /* hp_exclusion_type */
extern const struct hp_word hp_words_assume_unknown[];  /* hp_assume_volume */
extern const struct hp_word hp_words_assume_unproven[]; /* hp_assume_unproven */
extern const struct hp_word hp_words_missing[];         /* missing_skips */
extern const struct hp_word hp_words_no_yes[];          /* of a "no_" policy */
extern const struct hp_word hp_words_volume_state[];    /* hp_volume_state */
extern const struct hp_word hp_words_volume_kind[];     /* hp_volume_kind */
extern const struct hp_word hp_words_service_kind[];    /* hp_service_kind */
extern const struct hp_word hp_words_value_type[];      /* "REG_SZ" and so on */
extern const struct hp_word hp_words_result[];          /* enum hp_result */
extern const struct hp_word hp_words_hotfix[];          /* hp_hotfix_state */
extern const struct hp_word hp_words_damage[];          /* HP_DAMAGE_ */
extern const struct hp_word hp_words_log_format[];      /* hp_log_format */

/* Sets *meaning to that of `word`, size bytes long. False, with *meaning
 * untouched, if the list does not hold it. */
bool hp_word_find(const struct hp_word *list, const char *word, size_t size,
                  uint32_t *meaning);

/* The word for `meaning`, or NULL. */
const char *hp_word_of(const struct hp_word *list, uint32_t meaning);

#endif
