/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include <stdlib.h>

#include "hp_limits.h"
#include "layout.h"
#include "shape.h"

struct placing {
    struct hp_plan *plan;
    struct hp_recipe_error *err;
    struct hp_layout *layout;
    struct hp_plan_record **pins; /* in the order of their offsets */
    size_t pin_count, next_pin;
    struct hp_plan_bin *bin; /* that is being filled; NULL: none yet */
    uint64_t at;             /* hive offset of the first byte not yet used */
    struct hp_origin last; /* of the cells so far, the last one that is said */
};

static bool no_memory(struct placing *p)
{
    return hp_plan_fail(p->err, HP_E_NO_MEMORY, (struct hp_origin){0},
                        "out of memory");
}

/* ---- all cells ------------------------------------------------------- */

static bool count_cell(void *self, struct hp_plan_record *cell)
{
    struct placing *p = self;

    p->layout->count++;
    p->pin_count += cell->pinned;
    return true;
}

static bool take_cell(void *self, struct hp_plan_record *cell)
{
    struct placing *p = self;
    uint64_t size = cell->size > 0 ? cell->size : hp_plan_usual_size(cell);

    /* What no line says is there for the record before it. */
    if (cell->origin.line == 0)
        cell->origin = p->last;
    p->last = cell->origin;
    if (size > p->plan->image_limit || size > INT32_MAX)
        return hp_plan_fail(p->err, HP_E_TOO_LARGE, cell->origin,
                            "the cell is too large");
    cell->size = (uint32_t)size;
    if (size < hp_plan_least_size(cell->used))
        return hp_plan_fail(p->err, HP_E_TEXT, cell->origin,
                            "the cell is too small for its content");
    if (cell->size % CELL_ALIGN != 0 ||
        (cell->pinned && cell->offset % CELL_ALIGN != 0))
        return hp_plan_fail(p->err, HP_E_TEXT, cell->origin,
                            "cells are multiples of 8 bytes");
    p->layout->cells[p->layout->count++] = cell;
    if (cell->pinned)
        p->pins[p->pin_count++] = cell;
    return true;
}

static int compare_offsets(const void *left, const void *right)
{
    const struct hp_plan_record *const *a = left, *const *b = right;

    return ((*a)->offset > (*b)->offset) - ((*a)->offset < (*b)->offset);
}

static bool collect(struct placing *p)
{
    struct hp_plan *plan = p->plan;

    (void)hp_plan_visit(plan, count_cell, p);
    p->layout->cells =
        hp_arena_array(plan->arena, p->layout->count, sizeof(void *));
    p->pins = hp_arena_array(plan->arena, p->pin_count, sizeof(void *));
    if (p->layout->cells == NULL || p->pins == NULL)
        return no_memory(p);
    p->layout->count = p->pin_count = 0;
    if (!hp_plan_visit(plan, take_cell, p))
        return false;
    qsort(p->pins, p->pin_count, sizeof(void *), compare_offsets);
    return true;
}

/* ---- bins ------------------------------------------------------------ */

static uint64_t bin_end(const struct placing *p)
{
    return (uint64_t)p->bin->record.offset + p->bin->record.size;
}

/* The size of a bin at `start` that holds a cell of `need` bytes and every
 * pinned cell that starts in it. */
static uint64_t bin_size(const struct placing *p, uint64_t start, uint64_t need)
{
    uint64_t size = BIN_HEADER_SIZE + need;

    size = (size + BIN_ALIGN - 1) / BIN_ALIGN * BIN_ALIGN;
    for (size_t i = p->next_pin; i < p->pin_count; i++) {
        const struct hp_plan_record *pin = p->pins[i];
        if (pin->offset >= start + size)
            break;
        uint64_t end = (uint64_t)pin->offset + pin->size;
        if (end > start + size)
            size = (end - start + BIN_ALIGN - 1) / BIN_ALIGN * BIN_ALIGN;
    }
    return size;
}

/* Goes on to the next bin, which is made for a cell of `need` bytes when none
 * was given. */
static bool next_bin(struct placing *p, uint64_t need, struct hp_origin origin)
{
    uint64_t start = p->bin == NULL ? 0 : bin_end(p);
    struct hp_plan_bin *bin = p->bin == NULL ? p->plan->bins : p->bin->next;
    uint64_t size = bin == NULL ? bin_size(p, start, need) : bin->record.size;

    if (start + size > HP_LIMIT_IMAGE_SIZE - BASE_SIZE ||
        start + size + BASE_SIZE > p->plan->image_limit)
        return hp_plan_fail(p->err, HP_E_TOO_LARGE, origin,
                            "the hive is larger than the limit");
    if (bin == NULL)
        bin = hp_plan_bin_add(p->plan, (uint32_t)size);
    if (bin == NULL)
        return no_memory(p);
    bin->record.offset = (uint32_t)start;
    bin->record.used = BIN_HEADER_SIZE;
    p->bin = bin;
    p->at = start + BIN_HEADER_SIZE;
    p->layout->bins_size = (uint32_t)(start + size);
    return true;
}

/* Passes the pinned cells of this bin up to the first one that leaves `size`
 * bytes before it. True if there is one. */
static bool fits_before_pin(struct placing *p, uint64_t size)
{
    while (p->next_pin < p->pin_count &&
           p->pins[p->next_pin]->offset < bin_end(p)) {
        const struct hp_plan_record *pin = p->pins[p->next_pin];
        if (pin->offset >= p->at && pin->offset - p->at >= size)
            return true;
        p->at = (uint64_t)pin->offset + pin->size;
        p->next_pin++;
    }
    return false;
}

static bool place_cell(struct placing *p, struct hp_plan_record *cell)
{
    while (p->bin == NULL ||
           (!fits_before_pin(p, cell->size) &&
            (p->at > bin_end(p) || bin_end(p) - p->at < cell->size))) {
        if (!next_bin(p, cell->size, cell->origin))
            return false;
    }
    cell->offset = (uint32_t)p->at;
    p->at += cell->size;
    return true;
}

/* Makes the bins that pinned cells behind all others need, and passes those
 * that were given and hold nothing. */
static bool finish_bins(struct placing *p)
{
    while (
        p->bin == NULL || p->bin->next != NULL ||
        (p->pin_count > 0 && p->pins[p->pin_count - 1]->offset >= bin_end(p))) {
        if (!next_bin(p, CELL_ALIGN,
                      p->pin_count > 0 ? p->pins[p->pin_count - 1]->origin
                                       : (struct hp_origin){0}))
            return false;
        (void)fits_before_pin(p, UINT64_MAX);
    }
    return true;
}

/* Each cell lies in one bin, behind its header and behind the cell before. */
static bool check_cells(struct placing *p)
{
    const struct hp_plan_bin *bin = p->plan->bins;
    uint64_t at = BIN_HEADER_SIZE;

    for (size_t i = 0; i < p->layout->count; i++) {
        const struct hp_plan_record *cell = p->layout->cells[i];
        while (cell->offset >=
               (uint64_t)bin->record.offset + bin->record.size) {
            bin = bin->next;
            at = (uint64_t)bin->record.offset + BIN_HEADER_SIZE;
        }
        uint64_t end = (uint64_t)cell->offset + cell->size;
        if (cell->offset < at)
            return hp_plan_fail(p->err, HP_E_TEXT, cell->origin,
                                "the cell overlaps the cell or bin header "
                                "before it");
        if (end > (uint64_t)bin->record.offset + bin->record.size)
            return hp_plan_fail(p->err, HP_E_TEXT, cell->origin,
                                "the cell runs past the end of its bin");
        at = end;
    }
    return true;
}

bool hp_plan_place(struct hp_plan *plan, struct hp_recipe_error *err)
{
    struct hp_layout *layout = &plan->layout;
    struct placing p = {.plan = plan, .err = err, .layout = layout};

    if (!plan->is_hive)
        return true;
    if (!collect(&p))
        return false;
    for (size_t i = 0; i < layout->count; i++) {
        struct hp_plan_record *cell = layout->cells[i];
        if (!cell->pinned && !place_cell(&p, cell))
            return false;
    }
    if (!finish_bins(&p))
        return false;
    if (p.pin_count > 0)
        qsort(layout->cells, layout->count, sizeof(void *), compare_offsets);
    return check_cells(&p);
}
