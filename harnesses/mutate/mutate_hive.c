/* SPDX-License-Identifier: Apache-2.0
 *
 * How a run goes: operators that build, the finishing passes, operators that
 * lie, the checksum. So all is right except what was wanted to be wrong. */
#include "mutate_hive.h"

#include <inttypes.h>
#include <stdio.h>

#include "finish.h"
#include "operators.h"
#include "pair.h"

const struct operator operators[] = {
#define X(name, level, phase, weight, function)                                \
    {name, level, phase, weight, function},
    OPERATOR_TABLE(X)
#undef X
};
const size_t operator_count = sizeof operators / sizeof operators[0];

/* Behind the operators of the table, for the trace and the hits. */
enum { CROSSOVER = OPERATORS_MOST - 1 };
#define CROSSOVER_NAME "cross.over"
_Static_assert(sizeof operators / sizeof operators[0] < CROSSOVER,
               "crossover has a number of its own");

/* Shares in percent. */
enum {
    RAW_SHARE = 14,
    HIVE_SHARE = 22,         /* of containers: changes of the hive in it */
    RAW_CHECKSUM_SHARE = 70, /* of the raw ones with a right checksum */
    /* A weight grows by rewards up to so many times itself. */
    WEIGHT_SCALE = 16,
    WEIGHT_MOST = 8,
    /* Hives that have grown are slow to run: some of the runs shrink them. */
    LARGE = 16 << 10,
    COMPACT_SHARE = 25
};

/* Hives end below 2 GiB, and so does what the mutator works on. */
#define SIZE_MOST ((size_t)0x7FFF0000)

static struct hp_mutator *open_with(struct hp_arena *arena, size_t cells,
                                    size_t bins)
{
    struct hp_mutator *m = hp_arena_alloc(arena, sizeof *m);

    if (m == NULL)
        return NULL;
    m->cells = hp_arena_array(arena, cells, sizeof *m->cells);
    m->bins = hp_arena_array(arena, bins, sizeof *m->bins);
    m->cell_room = cells;
    m->bin_room = bins;
    return m->cells == NULL || m->bins == NULL ? NULL : m;
}

struct hp_mutator *table_open(struct hp_arena *arena, size_t size)
{
    struct hp_mutator *m =
        open_with(arena, size / CELL_ALIGN + 1, size / BIN_ALIGN + 1);

    if (m != NULL)
        m->whole = true;
    return m;
}

struct hp_mutator *hp_mutator_open(struct hp_arena *arena)
{
    struct hp_mutator *m = open_with(arena, TABLE_CELLS, TABLE_BINS);

    if (m == NULL)
        return NULL;
    for (size_t i = 0; i < operator_count; i++) {
        m->weights[i] = (uint32_t)operators[i].weight * WEIGHT_SCALE;
        m->weight_sums[operators[i].phase] += m->weights[i];
    }
    m->fixed_passes = m->fixed_operator = -1;
    return m;
}

void hp_mutator_set_raw(struct hp_mutator *m, hp_mutator_raw *raw, void *self)
{
    m->raw = raw;
    m->raw_self = self;
}

/* ---- choosing ------------------------------------------------------------ */

static unsigned choose_passes(struct hp_mutator *m)
{
    static const struct {
        unsigned pass, share;
    } passes[] = {
        {HP_PASS_TILES, 85},   {HP_PASS_REFS, 60},     {HP_PASS_COUNTS, 70},
        {HP_PASS_PARENTS, 70}, {HP_PASS_LISTS, 60},    {HP_PASS_SK, 50},
        {HP_PASS_BASE, 97},    {HP_PASS_CHECKSUM, 97},
    };
    unsigned chosen = 0;

    if (m->fixed_passes >= 0)
        return (unsigned)m->fixed_passes;
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        chosen |= percent(m, passes[i].share) ? passes[i].pass : 0;
    return chosen;
}

static size_t choose_operator(struct hp_mutator *m, unsigned phase)
{
    uint32_t left = below(m, m->weight_sums[phase]);

    for (size_t i = 0;; i++) {
        if (operators[i].phase != phase)
            continue;
        if (left < m->weights[i])
            return i;
        left -= m->weights[i];
    }
}

/* Runs one operator; what it notes is forgotten if it does nothing. */
static bool run_operator(struct hp_mutator *m, size_t number)
{
    size_t noted = m->trace_count;

    m->current = (unsigned)number;
    if (!operators[number].run(m)) {
        m->trace_count = noted;
        return false;
    }
    m->hits[number]++;
    return true;
}

static size_t compact_operator(void)
{
    size_t number = 0;

    while (operators[number].run != file_compact)
        number++;
    return number;
}

/* Tries operators of `phase` until one does something. */
static bool run_one(struct hp_mutator *m, unsigned phase)
{
    enum { TRIES = 8 };

    for (unsigned i = 0; i < TRIES; i++)
        if (run_operator(m, choose_operator(m, phase)))
            return true;
    return false;
}

/* ---- a run --------------------------------------------------------------- */

static void begin(struct hp_mutator *m, uint8_t *image, size_t size,
                  size_t room, uint64_t seed)
{
    m->image = image;
    m->size = size;
    m->room = room < SIZE_MOST ? room : SIZE_MOST;
    m->dice = seed;
    m->trace_count = 0;
    m->base_lies = m->checksum_lies = false;
}

static void run_raw(struct hp_mutator *m)
{
    if (!run_one(m, PHASE_RAW) && m->size < m->room) {
        m->image[m->size] = (uint8_t)dice(m); /* of an empty input */
        m->size++;
    }
    if (m->size >= BASE_SIZE && percent(m, RAW_CHECKSUM_SHARE))
        finish_checksum(m);
}

/* How many operators of each phase; at least one of either. */
struct mix {
    unsigned builds, lies;
};

static struct mix choose_mix(struct hp_mutator *m)
{
    static const struct mix mixes[] = {{0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1},
                                       {0, 1}, {0, 2}, {0, 2}, {0, 3}, {1, 0},
                                       {1, 0}, {1, 0}, {1, 0}, {1, 1}, {1, 1},
                                       {1, 1}, {1, 2}, {2, 0}, {2, 1}, {3, 1}};

    return ONE_OF(m, mixes);
}

/* The lies, and what the base block has to say about their bins. */
static void run_lies(struct hp_mutator *m, unsigned count, unsigned passes)
{
    m->has_new_bin = false;
    for (unsigned i = 0; i < count; i++)
        (void)run_one(m, PHASE_LIE);
    if ((passes & HP_PASS_BASE) != 0 && !m->base_lies && m->has_new_bin)
        put32(m, BASE_BINS_SIZE, m->bins_end);
    if ((passes & HP_PASS_CHECKSUM) != 0 && !m->checksum_lies)
        finish_checksum(m);
}

static void run_fixed(struct hp_mutator *m, unsigned passes)
{
    size_t number = (size_t)m->fixed_operator;
    bool lies = operators[number].phase == PHASE_LIE;

    if (operators[number].phase >= PHASE_LOG_BUILD)
        return; /* there are no logs */

    if (!lies && run_operator(m, number))
        table_scan(m);
    if (operators[number].phase != PHASE_RAW)
        finish(m, passes);
    m->has_new_bin = false;
    if (lies)
        (void)run_operator(m, number);
    if ((passes & HP_PASS_BASE) != 0 && !m->base_lies && m->has_new_bin)
        put32(m, BASE_BINS_SIZE, m->bins_end);
    if ((passes & HP_PASS_CHECKSUM) != 0 && !m->checksum_lies)
        finish_checksum(m);
}

static void run_hive(struct hp_mutator *m)
{
    if (m->fixed_operator >= 0) {
        table_scan(m);
        run_fixed(m, choose_passes(m));
        return;
    }
    if (percent(m, RAW_SHARE)) {
        run_raw(m);
        return;
    }
    table_scan(m);
    if (m->cell_count == 0) {
        run_raw(m);
        return;
    }
    unsigned passes = choose_passes(m);
    struct mix mix = choose_mix(m);
    if (m->size > LARGE && percent(m, COMPACT_SHARE) &&
        run_operator(m, compact_operator()))
        table_scan(m);
    for (unsigned i = 0; i < mix.builds; i++)
        if (run_one(m, PHASE_BUILD))
            table_scan(m);
    finish(m, passes);
    run_lies(m, mix.lies, passes);
}

/* ---- a run over hive and logs -------------------------------------------- */

/* The hive alone: the logs wait at the end of the room. */
static void run_pair_hive(struct hp_mutator *m)
{
    uint8_t *image = m->image;
    size_t room = m->room, at = m->pair.at[PART_HIVE];
    size_t hive = m->pair.size[PART_HIVE];
    size_t logs = m->size - at - hive;

    memmove(image + room - logs, image + at + hive, logs);
    m->image = image + at;
    m->size = hive;
    m->room = room - at - logs;
    run_hive(m);
    hive = m->size;
    m->image = image;
    m->room = room;
    memmove(image + at + hive, image + room - logs, logs);
    m->size = at + hive + logs;
    put32(m, 4, (uint32_t)hive);
}

bool build_any(struct hp_mutator *m)
{
    bool done = false;

    table_scan(m);
    for (unsigned i = 1 + below(m, 2); i > 0 && m->cell_count > 0; i--)
        if (run_one(m, PHASE_BUILD)) {
            table_scan(m);
            done = true;
        }
    if (!done)
        return false;
    finish(m, HP_PASS_ALL);
    finish_checksum(m);
    return true;
}

static unsigned choose_log_passes(struct hp_mutator *m)
{
    static const struct {
        unsigned pass, share;
    } passes[] = {{LOG_PASS_ORDER, 75},
                  {LOG_PASS_DIRTY, 80},
                  {LOG_PASS_HASH1, 95},
                  {LOG_PASS_HASH2, 95},
                  {LOG_PASS_CHECKSUM, 97}};
    unsigned chosen = 0;

    if (m->fixed_passes >= 0)
        return (unsigned)m->fixed_passes & LOG_PASS_ALL;
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        chosen |= percent(m, passes[i].share) ? passes[i].pass : 0;
    return chosen;
}

static void run_logs(struct hp_mutator *m)
{
    unsigned passes = choose_log_passes(m);
    struct mix mix = choose_mix(m);
    const struct operator* fixed = m->fixed_operator<0
        ? NULL
        : & operators[m->fixed_operator];

    m->pair.spoil_bits = 0;
    if (fixed != NULL && fixed->phase == PHASE_LOG_BUILD)
        (void)run_operator(m, (size_t)m->fixed_operator);
    for (unsigned i = 0; fixed == NULL && i < mix.builds + 1; i++)
        (void)run_one(m, PHASE_LOG_BUILD);
    pair_finish(m, passes);
    if (fixed != NULL && fixed->phase == PHASE_LOG_LIE)
        (void)run_operator(m, (size_t)m->fixed_operator);
    for (unsigned i = 0; fixed == NULL && i < mix.lies; i++)
        (void)run_one(m, PHASE_LOG_LIE);
    pair_seal(m, passes);
    if (m->pair.spoil_bits != 0)
        put(m, m->pair.spoil_at, 1,
            get8(m, m->pair.spoil_at) ^ m->pair.spoil_bits);
}

static void run_pair(struct hp_mutator *m)
{
    bool of_hive = m->fixed_operator < 0
                       ? percent(m, HIVE_SHARE)
                       : operators[m->fixed_operator].phase < PHASE_LOG_BUILD;

    pair_scan(m);
    if (of_hive)
        run_pair_hive(m);
    else if (m->fixed_operator < 0 && percent(m, RAW_SHARE))
        run_raw(m);
    else
        run_logs(m);
}

size_t hp_mutator_run(struct hp_mutator *m, uint8_t *image, size_t size,
                      size_t room, uint64_t seed)
{
    begin(m, image, size, room, seed);
    if (m->size > m->room)
        return size; /* larger than any hive: nothing to be done in it */
    if (is_pair(m))
        run_pair(m);
    else
        run_hive(m);
    return m->size;
}

size_t hp_mutator_cross(struct hp_mutator *m, uint8_t *image, size_t size,
                        size_t room, const uint8_t *donor, size_t donor_size,
                        uint64_t seed)
{
    begin(m, image, size, room, seed);
    if (m->size > m->room)
        return size;
    m->current = CROSSOVER;
    if (is_pair(m)) {
        m->hits[CROSSOVER] += pair_cross(m, hp_span_of(donor, donor_size));
        return m->size;
    }
    table_scan(m);
    if (m->cell_count == 0 || !cross_any(m, hp_span_of(donor, donor_size))) {
        m->trace_count = 0;
        return hp_mutator_run(m, image, m->size, room, seed);
    }
    m->hits[CROSSOVER]++;
    unsigned passes = choose_passes(m);
    table_scan(m);
    finish(m, passes);
    run_lies(m, m->fixed_passes < 0 && percent(m, 20) ? 1 : 0, passes);
    return m->size;
}

void hp_mutator_repair(struct hp_mutator *m, uint8_t *image, size_t size,
                       unsigned passes)
{
    begin(m, image, size, size, 0);
    if (size < BASE_SIZE || m->size > m->room)
        return;
    if (is_pair(m)) {
        pair_scan(m);
        pair_seal(m, (passes & HP_PASS_CHECKSUM) != 0 ? LOG_PASS_ALL : 0);
        return;
    }
    table_scan(m);
    finish(m, passes);
    if ((passes & HP_PASS_CHECKSUM) != 0)
        finish_checksum(m);
}

/* ---- what others may know ------------------------------------------------ */

void hp_mutator_fix_passes(struct hp_mutator *m, int passes)
{
    m->fixed_passes = passes;
}

bool hp_mutator_fix_operator(struct hp_mutator *m, const char *name)
{
    m->fixed_operator = -1;
    if (name == NULL)
        return true;
    for (size_t i = 0; i < operator_count; i++)
        if (strcmp(operators[i].name, name) == 0)
            m->fixed_operator = (int)i;
    return m->fixed_operator >= 0;
}

size_t hp_mutator_operators(void)
{
    return operator_count + 1;
}

const char *hp_mutator_operator_name(size_t number)
{
    return number < operator_count ? operators[number].name : CROSSOVER_NAME;
}

unsigned hp_mutator_operator_level(size_t number)
{
    return number < operator_count ? operators[number].level : 5;
}

uint64_t hp_mutator_hits(const struct hp_mutator *m, size_t number)
{
    return m->hits[number < operator_count ? number : CROSSOVER];
}

void hp_mutator_reward(struct hp_mutator *m)
{
    for (size_t i = 0; i < m->trace_count; i++) {
        unsigned number = m->trace[i].operator_number;
        uint32_t most = (uint32_t)WEIGHT_SCALE * WEIGHT_MOST;
        if (number >= operator_count ||
            m->weights[number] >= most * operators[number].weight)
            continue;
        m->weights[number] += operators[number].weight;
        m->weight_sums[operators[number].phase] += operators[number].weight;
    }
}

/* The trace, each step as `write` has it, parted by "+". */
static size_t join(const struct hp_mutator *m, char *text, size_t room,
                   int (*write)(char *, size_t, const struct trace_step *))
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < m->trace_count; i++) {
        if (i > 0 && used + 1 < room)
            text[used++] = '+';
        int size = write(text + used, room - used, &m->trace[i]);
        if (size < 0 || (size_t)size >= room - used)
            return room - 1;
        used += (size_t)size;
    }
    return used;
}

static int write_step(char *text, size_t room, const struct trace_step *step)
{
    return snprintf(text, room, "%s(%s%s0x%" PRIx32 "=0x%" PRIx64 ")",
                    hp_mutator_operator_name(step->operator_number),
                    step->what == NULL ? "" : step->what,
                    step->what == NULL ? "" : "@", step->at, step->value);
}

static int write_name(char *text, size_t room, const struct trace_step *step)
{
    return snprintf(text, room, "%s",
                    hp_mutator_operator_name(step->operator_number));
}

size_t hp_mutator_explain(const struct hp_mutator *m, char *text, size_t room)
{
    return join(m, text, room, write_step);
}

size_t hp_mutator_label(const struct hp_mutator *m, char *text, size_t room)
{
    return join(m, text, room, write_name);
}
