/* SPDX-License-Identifier: Apache-2.0
 *
 * What came out of a reader against what a vector expects: one of ten
 * verdicts. */
#ifndef HP_CASE_JUDGE_H
#define HP_CASE_JUDGE_H

#include "tree.h"
#include "vector.h"

/* X(name, slug, bad, text): the verdicts of a case. The slugs never change
 * their meaning. */
#define HP_CASE_TABLE(X)                                                       \
    X(HP_CASE_PASS, "pass", 0, "as expected")                                  \
    X(HP_CASE_WRONG_CONTENT, "wrong_content", 1,                               \
      "read, but something else than the hive says")                           \
    X(HP_CASE_ACCEPTED, "accepted", 1, "read, but it must be refused")         \
    X(HP_CASE_REJECTED, "rejected", 1, "refused, but it must be read")         \
    X(HP_CASE_CRASH, "crash", 1, "the reader crashed")                         \
    X(HP_CASE_HANG, "hang", 1, "the reader did not end in time")               \
    X(HP_CASE_EXHAUSTION, "exhaustion", 1,                                     \
      "the reader took more memory, or sent more, than it may")                \
    X(HP_CASE_INPUT_MODIFIED, "input_modified", 1,                             \
      "the reader changed the hive that it was given")                         \
    X(HP_CASE_PROTOCOL, "protocol", 1,                                         \
      "what the reader sent is no stream of events")                           \
    X(HP_CASE_NOT_SUPPORTED, "not_supported", 0,                               \
      "the reader says that it cannot read this")

enum hp_case_verdict {
#define X(name, slug, bad, text) name,
    HP_CASE_TABLE(X)
#undef X
        HP_CASE_VERDICTS
};

const char *hp_case_slug(enum hp_case_verdict verdict);
const char *hp_case_text(enum hp_case_verdict verdict);
bool hp_case_is_bad(enum hp_case_verdict verdict);

/* The verdict of that slug, or HP_CASE_VERDICTS. */
enum hp_case_verdict hp_case_find(const char *slug);

/* What a reader did. */
struct hp_received {
    const struct hp_tree *tree;
    uint32_t result;       /* HP_WALK_ */
    enum hp_status status; /* why it failed; HP_OK: it says so itself */
    bool modified;         /* the hive it was given is another one now */
};

/* The verdict, and for a wrong content where it is. */
struct hp_judgement {
    enum hp_case_verdict verdict;
    struct hp_difference difference; /* field NULL: it is about no place; a is
                                      * what is expected, b what came */
};

/* Judges by *expected, whose outcomes' contents are contents[0..]; `judged`
 * false: only what no reader may do counts. */
struct hp_judgement hp_judge(const struct hp_received *received,
                             const struct hp_vector_expectation *expected,
                             const struct hp_tree *contents, bool judged);

#endif
