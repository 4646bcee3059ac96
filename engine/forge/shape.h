/* SPDX-License-Identifier: Apache-2.0
 *
 * From what a plan says to the records it takes: the order of subkeys, lists
 * and big data where none were given, security, and how much each record
 * needs. */
#ifndef HP_SHAPE_H
#define HP_SHAPE_H

#include "plan.h"

/* Settles `plan`. Must run once, before lies are told about records that it
 * makes and before the plan is assembled. False, with *err: a name or a list
 * is too long, given lists do not hold the keys there are, no memory. */
bool hp_plan_settle(struct hp_plan *plan, struct hp_recipe_error *err);

/* Calls `visit` for every cell of a settled plan in the order in which they
 * are laid out where they are free to be. Stops when it returns false, and
 * returns that. */
bool hp_plan_visit(struct hp_plan *plan,
                   bool (*visit)(void *self, struct hp_plan_record *record),
                   void *self);

/* True if the subkeys are in the order of their names. */
bool hp_plan_is_sorted(const struct hp_plan_key *parent);

/* Bytes of the smallest cell that holds `used` bytes. */
uint64_t hp_plan_least_size(uint64_t used);

/* Bytes that a cell of a settled plan gets when nothing is said. Windows leaves
 * four bytes behind the data of a segment, and hivex relies on them. */
uint64_t hp_plan_usual_size(const struct hp_plan_record *cell);

#endif
