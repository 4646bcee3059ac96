/* SPDX-License-Identifier: Apache-2.0
 *
 * The mutator that knows regf: the core that libFuzzer, AFL++ and
 * `hiveproof mutate` share. It works in place, on a table of bins and cells
 * that is read leniently, so that broken hives mutate too; where nothing is
 * understood it changes bytes. README.md has the operators. */
#ifndef HP_MUTATE_HIVE_H
#define HP_MUTATE_HIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* Everything one mutator needs, allocated once; two of them share nothing. */
struct hp_mutator;

/* An image may be a container of a hive and its logs: "HPLG", four sizes (u32,
 * little-endian: the hive's, of .LOG, .LOG1 and .LOG2), then their bytes in
 * that order. What a size says beyond the end is not there. */

/* A mutator in `arena`, or NULL when the arena cannot. */
struct hp_mutator *hp_mutator_open(struct hp_arena *arena);

/* Changes image[0..size), which has room for `room` bytes, and returns its new
 * size, 1 to `room` (0 only when `room` is 0). The same bytes, room and seed
 * give the same result. Any bytes will do, none as well. */
size_t hp_mutator_run(struct hp_mutator *m, uint8_t *image, size_t size,
                      size_t room, uint64_t seed);

/* The same with one thing of the hive `donor` in it: a subtree, the values of
 * a key, a value's data or a name, moved over cell by cell. `donor` is only
 * read and does not overlap `image`. */
size_t hp_mutator_cross(struct hp_mutator *m, uint8_t *image, size_t size,
                        size_t room, const uint8_t *donor, size_t donor_size,
                        uint64_t seed);

/* The finishing passes, bits. Each run does each with the probability that
 * README.md gives; what an operator lies about is written after them. */
enum hp_pass {
    HP_PASS_TILES = 1,   /* bins and cells fill the file without gaps */
    HP_PASS_REFS = 2,    /* references that lead nowhere are taken out */
    HP_PASS_COUNTS = 4,  /* counts and lengths fit what they count */
    HP_PASS_PARENTS = 8, /* each key names its parent */
    HP_PASS_LISTS = 16,  /* lists are sorted, hints and hashes right */
    HP_PASS_SK = 32,     /* reference counts of security records */
    HP_PASS_BASE = 64,   /* base block: version, root, size of the bins */
    HP_PASS_CHECKSUM = 128,
    HP_PASS_ALL = 255
};

/* Does exactly `passes` (HP_PASS_ bits) over image[0..size), whose size stays.
 * Doing it twice changes nothing more. */
void hp_mutator_repair(struct hp_mutator *m, uint8_t *image, size_t size,
                       unsigned passes);

/* In place of what the dice say, for tests: these passes in every run (-1: the
 * dice again), and this operator once in every run (NULL: the dice). False if
 * there is no such operator. */
void hp_mutator_fix_passes(struct hp_mutator *m, int passes);
bool hp_mutator_fix_operator(struct hp_mutator *m, const char *name);

/* The operators: 0 to hp_mutator_operators() - 1. */
size_t hp_mutator_operators(void);
const char *hp_mutator_operator_name(size_t operator_number);
unsigned hp_mutator_operator_level(size_t operator_number); /* 0 raw, 1 to 6 */

/* How often an operator changed something since hp_mutator_open. */
uint64_t hp_mutator_hits(const struct hp_mutator *m, size_t operator_number);

/* Says that the last run found something: its operators are chosen more often
 * from now on (and runs then depend on what was said before). */
void hp_mutator_reward(struct hp_mutator *m);

/* What the last run did: operator names with the slots they wrote, on one
 * line. NUL-terminated, cut to `room` bytes (at least 1); returns its length.
 */
size_t hp_mutator_explain(const struct hp_mutator *m, char *text, size_t room);

/* The same as a label for a file name: the operators' names alone. */
size_t hp_mutator_label(const struct hp_mutator *m, char *text, size_t room);

/* A source of raw changes, as LLVMFuzzerMutate: changes bytes[0..size), which
 * has room for `room`, and returns the new size. `self` is passed on. */
typedef size_t hp_mutator_raw(void *self, uint8_t *bytes, size_t size,
                              size_t room);
/* Used for a part of the raw changes, of cells and of the whole; NULL: none. */
void hp_mutator_set_raw(struct hp_mutator *m, hp_mutator_raw *raw, void *self);

/* Structural trimming: makes image[0..size) smaller or simpler in the way that
 * `step` says, and returns the new size, 0 when that step does nothing. Steps
 * are 0 to hp_mutator_trim_steps(image, size) - 1; after a step that was kept
 * the next number means something else, which is as it should be. */
size_t hp_mutator_trim_steps(struct hp_mutator *m, uint8_t *image, size_t size);
size_t hp_mutator_trim(struct hp_mutator *m, uint8_t *image, size_t size,
                       size_t step);

#endif
