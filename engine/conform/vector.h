/* SPDX-License-Identifier: Apache-2.0
 *
 * A vector: a hive as a recipe, and what a reader has to make of it, per
 * profile (schema/hiveproof-vector-1.json). Files are DIR/GROUP/ID.json and
 * DIR/GROUP/ID.recipe. A recipe may make logs beside the hive. */
#ifndef HP_VECTOR_H
#define HP_VECTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "json_strict.h"
#include "source.h"

/* Whose reading is judged. */
enum hp_reader_profile {
    HP_READER_STRICT,
    HP_READER_FORENSIC,
    HP_READER_WINDOWS,
    HP_READER_PROFILES
};
extern const char *const hp_reader_profile_words[]; /* NULL at the end */

enum hp_expect { HP_EXPECT_ACCEPT, HP_EXPECT_REJECT, HP_EXPECT_EITHER };
extern const char *const hp_expect_words[];

/* How sure it is what Windows does; only what is documented is judged. */
enum hp_evidence { HP_DOCUMENTED, HP_INFERRED, HP_EVIDENCE_UNKNOWN };

enum hp_partial { HP_PARTIAL_UNSAID, HP_PARTIAL_NO, HP_PARTIAL_YES };

/* A key, or with `value` one of its values; paths and names are as a recipe
 * writes them. */
struct hp_vector_place {
    const char *key;
    const char *value;
    uint64_t size; /* that the data is cut to */
};

/* The keys and values that a recipe says, less what is dropped or cut. */
struct hp_vector_content {
    const char *of; /* "own", "twin", or a recipe beside the vector */
    uint32_t state; /* of the hive, as its recipe counts entries of logs */
    bool recovered; /* what logs have made, not the hive as it lies there */
    struct hp_vector_place *drop, *drop_values, *cut;
    size_t drop_count, drop_value_count, cut_count;
    enum hp_partial partial;
};

/* One thing that a reader may answer. */
struct hp_vector_outcome {
    bool reject;
    bool bounded;                     /* any content */
    struct hp_vector_content content; /* unless it is one of the two */
};

struct hp_vector_expectation {
    enum hp_expect verdict;
    /* What is allowed: one for accept and reject, all for either. Where nobody
     * knows what Windows reads, its accept is bounded. */
    struct hp_vector_outcome *outcomes;
    size_t outcome_count;
    enum hp_evidence evidence; /* of windows */
    const char *source;        /* NULL: none */
};

struct hp_vector {
    json_t *json; /* the whole file; all strings live in it */
    const char *id, *group, *says, *rule, *impact;
    const char *twin; /* id; NULL: none */
    /* what lies; NULL for a good vector */
    const char *lie_record, *lie_field;
    const char *lie_file; /* NULL: the hive; or what a log's name ends in */
    uint64_t lie_offset;  /* position in that file */
    /* What the names of its logs end in, each NULL where there is none. */
    const char *log[HP_LIMIT_LOGS];
    struct hp_vector_expectation expected[HP_READER_PROFILES];
    const char *volumes; /* the file of an end-to-end vector, or NULL */
};

/* All vectors of a folder, in the order of their ids. */
struct hp_vectors {
    struct hp_arena *arena;
    const char *folder;
    struct hp_vector *items;
    size_t count, room;
};

/* Reads all vectors below `folder`, whose string must stay, into `arena`.
 * False, with *err, when one of them is not as the schema has it or nothing is
 * there. hp_vectors_close is due in any case. */
bool hp_vectors_read(struct hp_vectors *vectors, struct hp_arena *arena,
                     const char *folder, struct hp_conform_error *err);
void hp_vectors_close(struct hp_vectors *vectors);

/* The vector of that id, or NULL. */
const struct hp_vector *hp_vectors_find(const struct hp_vectors *vectors,
                                        const char *id);

/* True if it has logs: a reader that knows none is not judged by it. */
bool hp_vector_has_logs(const struct hp_vector *vector);

/* Writes the path of FILE in the vector's folder to path[0..room). False if it
 * is too long. */
bool hp_vector_path(char *path, size_t room, const struct hp_vectors *vectors,
                    const struct hp_vector *vector, const char *suffix);

/* True if the profile says something about the vector that can be judged;
 * otherwise only what no reader may do counts. */
bool hp_vector_is_judged(const struct hp_vector *vector,
                         enum hp_reader_profile profile);

#endif
