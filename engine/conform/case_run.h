/* SPDX-License-Identifier: Apache-2.0
 *
 * One vector and one reader: forged, read in isolation, judged. */
#ifndef HP_CASE_RUN_H
#define HP_CASE_RUN_H

#include "case_judge.h"
#include "source.h"

struct hp_case_result;

/* How a reader is judged. */
struct hp_conform_how {
    const struct hp_vectors *vectors;
    const struct hp_source *reader; /* who reads; its input is not used */
    enum hp_reader_profile profile;
    /* Of an end-to-end vector whose content is right: are the services, too?
     * Otherwise *result says where not, or is broken. */
    bool (*end_to_end)(const struct hp_vector *vector,
                       const struct hp_tree *tree,
                       struct hp_case_result *result);
    struct hp_session *session; /* of a worker whose reader keeps running */
    uint32_t seconds; /* of processor, and of waiting; 0: contracts 4 */
    uint64_t memory;  /* bytes; 0: likewise */
};

enum {
    HP_CASE_PATH_UNITS = 400,
    HP_CASE_NAME_UNITS = 200,
    HP_CASE_DETAIL = 160
};

/* What is known of one case. It has no pointers and less than PIPE_BUF bytes:
 * the process that ran the case sends it through a pipe. */
struct hp_case_result {
    uint32_t index;  /* of the vector */
    uint8_t ran;     /* 0: nothing else here is set */
    uint8_t verdict; /* enum hp_case_verdict */
    uint8_t result;  /* HP_WALK_ */
    uint8_t broken;  /* the vector itself could not be used; see detail */
    uint32_t status; /* enum hp_status */
    uint32_t wall_us, cpu_us;
    uint64_t image_size;
    uint64_t keys, values, data_bytes; /* that came */
    /* where the content differs first; field "": nowhere */
    char field[32], expected[80], received[80];
    uint16_t path[HP_CASE_PATH_UNITS]; /* of the key, \ between names */
    uint16_t name[HP_CASE_NAME_UNITS]; /* of the value or the missing key */
    uint16_t path_units, name_units;
    char detail[HP_CASE_DETAIL]; /* in words, printable ASCII */
};

/* The mode in which a reader of that profile reads. */
uint32_t hp_conform_mode(enum hp_reader_profile profile);

/* Runs the vector with that index. */
void hp_case_run(struct hp_case_result *result,
                 const struct hp_conform_how *how, uint32_t index);

/* The result for a vector with logs of a reader that does not know them. */
void hp_case_without_logs(struct hp_case_result *result, uint32_t index);

/* A case whose reader ran elsewhere: its events go into the sink of
 * hp_trial_begin, how it ended into hp_trial_end, then it is judged. NULL: no
 * memory, which *result says. */
struct hp_trial;
struct hp_trial *hp_trial_open(struct hp_case_result *result,
                               const struct hp_conform_how *how,
                               uint32_t index);
void hp_trial_begin(struct hp_trial *trial, struct hp_sink *sink);
void hp_trial_end(struct hp_trial *trial, uint32_t walk, enum hp_status status);
void hp_trial_judge(struct hp_trial *trial, bool modified);
void hp_trial_close(struct hp_trial *trial);

#endif
