/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_planted - a harness with bugs, for the tests of scripts/triage.
 *
 * Input   the bug, from 0 to 6, and the way to it, from 0 to 3; the rest tells
 *         inputs apart. Other bugs are none.
 * Oracles 7. the ways are few. It fails when bug 3 is asked for;
 *         8. the way is short, 9. the way is straight. Of bug 6 the first way
 *         fails one of them, the others both.
 *
 * Each bug comes with several stacks: other callers, other lines of them, other
 * sanitizer reports, and for 0 to 2 chance. 4 and 5 are in one function. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

struct input {
    const uint8_t *bytes;
    size_t size;
    unsigned way;
};

static volatile unsigned sink;

#define APART __attribute__((noinline))

/* ---- 0: a recursion over several functions ----------------------------- */

static void down(const struct input *in, unsigned depth);

static APART void left_side(const struct input *in, unsigned depth)
{
    volatile char room[48] = {0};

    down(in, depth + 1);
    sink += (unsigned)room[depth % sizeof room];
}

static APART void right_side(const struct input *in, unsigned depth)
{
    volatile char room[208] = {0};

    down(in, depth + 1);
    sink += (unsigned)room[depth % sizeof room];
}

static APART void down(const struct input *in, unsigned depth)
{
    volatile unsigned at = depth % (unsigned)in->size;

    if (in->way == 0)
        left_side(in, depth);
    else if (in->way == 1)
        right_side(in, depth);
    else if (in->bytes[at] % 2 == 0)
        left_side(in, depth);
    else
        right_side(in, depth);
    sink += at;
}

/* ---- 1: it never ends ---------------------------------------------------- */

static APART unsigned stir(unsigned state, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++)
        state = state * 1103515245U + 12345U;
    return state;
}

static APART unsigned fold(unsigned state, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++)
        state = (state << 5 | state >> 27) ^ i;
    return state;
}

static APART void stuck(const struct input *in)
{
    unsigned state = in->bytes[2];

    for (unsigned at = 0; at <= UINT32_MAX; at++) {
        for (unsigned i = 0; i < 100; i++)
            state ^= state << 3 ^ i;
        if (in->way >= 1)
            state = stir(state, in->way == 1 ? 60 : 20);
        if (in->way >= 2)
            state = fold(state, 20);
        sink = state;
    }
}

/* ---- 2: memory without end ----------------------------------------------- */

static APART void hoard(const struct input *in)
{
    size_t each = in->way == 0 ? (size_t)1 << 33 : in->way == 1 ? 4096 : 100000;

    for (void **last = NULL;;) {
        void **block = malloc(each);
        if (block == NULL)
            abort();
        memset(block, 1, each);
        *block = last;
        last = block;
    }
}

/* ---- 3: an oracle -----------------------------------------------------------
 */

static APART void check_ways(const struct input *in)
{
    FUZZ_CHECK(in->way > 100, "7: the ways are few");
}

/* ---- 4 and 5: two in one function -------------------------------------------
 */

static APART void copy_out(const struct input *in, unsigned bug)
{
    uint8_t *block = malloc(in->size);
    size_t at = in->size + (in->way == 3 ? (size_t)1 << 40 : in->way);

    if (block == NULL)
        return;
    memcpy(block, in->bytes, in->size);
    if (bug == 4)
        sink += block[at];
    for (size_t i = 0; bug == 5 && i <= in->size + in->way; i++)
        sink ^= block[i];
    free(block);
}

/* ---- the ways
 * ------------------------------------------------------------------- */

static APART void run(const struct input *in, unsigned bug)
{
    switch (bug) {
    case 0:
        down(in, 0);
        break;
    case 1:
        stuck(in);
        break;
    case 2:
        hoard(in);
        break;
    case 3:
        check_ways(in);
        break;
    case 4:
    case 5:
        copy_out(in, bug);
        break;
    case 6:
        FUZZ_CHECK(in->way == 0, "8: short");
        FUZZ_CHECK(in->size < 4, "9: straight");
        break;
    default:
        break;
    }
}

static APART void by_the_door(const struct input *in, unsigned bug)
{
    run(in, bug);
    sink++;
}

static APART void by_the_window(const struct input *in, unsigned bug)
{
    if (in->way == 2)
        by_the_door(in, bug);
    run(in, bug);
    sink++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    struct input in = {data, size, data[1]};

    if (in.way == 0)
        run(&in, data[0]);
    else if (in.way == 1)
        by_the_door(&in, data[0]);
    else
        by_the_window(&in, data[0]);
    return 0;
}
