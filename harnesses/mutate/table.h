/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of bins and cells that every operator works on, and the accessors
 * to the image. Reads outside the image give 0 and writes outside it do
 * nothing, so that no operator can leave it, whatever the bytes say. */
#ifndef HP_MUTATE_TABLE_H
#define HP_MUTATE_TABLE_H

#include <string.h>

#include "layout.h"
#include "mutate_hive.h"
#include "span.h"

enum {
    /* What the mutator's table has room for. Larger hives are seen through a
     * window, another one each time. */
    TABLE_CELLS = 4096,
    TABLE_BINS = 8192,
    TRACE_STEPS = 12,
    PHASES = 5,
    OPERATORS_MOST = 112
};

/* What a cell is: by signature, or, without one, by who refers to it. */
enum cell_kind {
    KIND_UNKNOWN,
    KIND_FREE,
    KIND_NK,
    KIND_VK,
    KIND_SK,
    KIND_LF,
    KIND_LH,
    KIND_LI,
    KIND_RI,
    KIND_DB,
    KIND_VALUES,   /* the list of a key's values */
    KIND_SEGMENTS, /* the list of a db */
    KIND_DATA,
    KIND_CLASS,
    KIND_COUNT
};
#define KINDS(kind) (1U << (kind))
#define LEAVES (KINDS(KIND_LF) | KINDS(KIND_LH) | KINDS(KIND_LI))
#define LISTS (LEAVES | KINDS(KIND_RI))
#define RECORDS                                                                \
    (LISTS | KINDS(KIND_NK) | KINDS(KIND_VK) | KINDS(KIND_SK) | KINDS(KIND_DB))
#define ANY_USED (((1U << KIND_COUNT) - 1) & ~KINDS(KIND_FREE))

struct cell {
    uint32_t at;   /* hive offset */
    uint32_t size; /* bytes it takes up; where its own size is a lie, up to
                    * the end of the bin */
    uint32_t kind;
};

struct bin {
    uint32_t at;   /* hive offset */
    uint32_t size; /* up to the next one where its own size is a lie */
};

/* A container (mutate_hive.h): a hive and its logs. */
enum {
    PART_HIVE,
    PART_LOG,
    PART_LOG1,
    PART_LOG2,
    PARTS,
    PAIR_HEADER = 4 + 4 * PARTS,
    PAIR_ENTRIES = 256
};

/* An entry of an HvLE log, as far as it can be seen. */
struct log_entry {
    uint32_t part;
    size_t at; /* position in the container */
    uint32_t size;
};

struct pair {
    size_t at[PARTS], size[PARTS];
    struct log_entry entries[PAIR_ENTRIES];
    size_t entry_count;
    size_t spoil_at;    /* a byte of a hash or checksum, once all are right */
    uint8_t spoil_bits; /* 0: none */
};

struct trace_step {
    unsigned operator_number;
    const char *what; /* the field or variant; NULL: none */
    uint32_t at;      /* hive offset, or file position where what says so */
    uint64_t value;
};

struct hp_mutator {
    uint8_t *image;
    size_t size;
    size_t room;
    uint64_t dice;

    struct cell *cells; /* in order of their offsets */
    size_t cell_count;
    size_t cell_room;
    bool whole; /* there is room for every cell that an image can have */
    uint32_t kind_count[KIND_COUNT];
    size_t room_hint; /* number of the cell in which room was found last */
    struct bin *bins;
    size_t bin_count;
    size_t bin_room;
    uint32_t bins_end; /* hive offset behind the last bin */

    struct pair pair;

    unsigned current; /* operator */
    bool has_new_bin; /* since the base block was finished */
    bool base_lies;   /* an operator wrote what the last passes would undo: */
    bool checksum_lies;
    struct trace_step trace[TRACE_STEPS];
    size_t trace_count;

    uint32_t weights[OPERATORS_MOST];
    uint32_t weight_sums[PHASES]; /* of the operators of each phase */
    uint64_t hits[OPERATORS_MOST];
    int fixed_passes;
    int fixed_operator;
    hp_mutator_raw *raw;
    void *raw_self;
};

/* ---- dice -------------------------------------------------------------- */

static inline uint32_t dice(struct hp_mutator *m)
{
    uint64_t z = m->dice += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(z >> 32);
}

/* 0 to n - 1; 0 when n is 0. */
static inline uint32_t below(struct hp_mutator *m, size_t n)
{
    return (uint32_t)((uint64_t)dice(m) * n >> 32);
}

static inline bool percent(struct hp_mutator *m, unsigned share)
{
    return below(m, 100) < share;
}

/* One of the elements of an array. */
#define ONE_OF(m, array)                                                       \
    ((array)[below((m), sizeof(array) / sizeof((array)[0]))])

/* ---- bytes of the image ------------------------------------------------ */

static inline struct hp_span image_of(const struct hp_mutator *m)
{
    return hp_span_of(m->image, m->size);
}

static inline uint32_t get32(const struct hp_mutator *m, size_t position)
{
    uint32_t value = 0;
    (void)hp_span_u32(image_of(m), position, &value);
    return value;
}

static inline uint16_t get16(const struct hp_mutator *m, size_t position)
{
    uint16_t value = 0;
    (void)hp_span_u16(image_of(m), position, &value);
    return value;
}

static inline uint8_t get8(const struct hp_mutator *m, size_t position)
{
    uint8_t value = 0;
    (void)hp_span_u8(image_of(m), position, &value);
    return value;
}

/* Writes the low `width` bytes of `value`, little-endian. */
static inline void put(struct hp_mutator *m, size_t position, unsigned width,
                       uint64_t value)
{
    if (position > m->size || width > m->size - position)
        return;
    for (unsigned i = 0; i < width; i++)
        m->image[position + i] = (uint8_t)(value >> 8 * i & 0xFF);
}

static inline void put32(struct hp_mutator *m, size_t position, uint32_t value)
{
    put(m, position, 4, value);
}

static inline void put16(struct hp_mutator *m, size_t position, uint32_t value)
{
    put(m, position, 2, value);
}

/* Copies `size` bytes that are not the image's into it. */
static inline void put_bytes(struct hp_mutator *m, size_t position,
                             const void *bytes, size_t size)
{
    if (position <= m->size && size <= m->size - position && size > 0)
        memcpy(m->image + position, bytes, size);
}

/* The same from elsewhere in the image; the two may overlap, for a cell may say
 * that it reaches over others. */
static inline void copy_within(struct hp_mutator *m, size_t to, size_t from,
                               size_t size)
{
    if (to <= m->size && size <= m->size - to && from <= m->size &&
        size <= m->size - from && size > 0)
        memmove(m->image + to, m->image + from, size);
}

static inline void put_zeros(struct hp_mutator *m, size_t position, size_t size)
{
    if (position <= m->size && size <= m->size - position && size > 0)
        memset(m->image + position, 0, size);
}

/* ---- cells --------------------------------------------------------------- */

/* The file position of byte `field` of the payload of the cell at `at`. */
static inline size_t in_cell(uint32_t at, uint32_t field)
{
    return (size_t)at + BASE_SIZE + CELL_SIZE_FIELD + field;
}

static inline uint32_t cell32(const struct hp_mutator *m, uint32_t at,
                              uint32_t field)
{
    return get32(m, in_cell(at, field));
}

static inline uint16_t cell16(const struct hp_mutator *m, uint32_t at,
                              uint32_t field)
{
    return get16(m, in_cell(at, field));
}

/* A mutator whose table sees all of an image of `size` bytes at once, or NULL
 * when the arena cannot. */
struct hp_mutator *table_open(struct hp_arena *arena, size_t size);

/* Reads bins and cells of the image again. */
void table_scan(struct hp_mutator *m);

/* The cell that starts at hive offset `at`, or NULL; of the table's part. */
struct cell *table_find(struct hp_mutator *m, uint32_t at);

/* The cell that `at` lies in, also in its middle, or NULL. */
struct cell *table_find_around(struct hp_mutator *m, uint32_t at);

/* Any cell of `kinds` (KINDS bits), or NULL. */
struct cell *table_pick(struct hp_mutator *m, unsigned kinds);

/* How many cells of `kinds` there are. */
size_t table_count(const struct hp_mutator *m, unsigned kinds);

void table_set_kind(struct hp_mutator *m, struct cell *cell, uint32_t kind);

/* Puts a new cell into the table, in order; false when that is full. */
bool table_insert(struct hp_mutator *m, struct cell cell);

/* From the bytes alone, so also outside the table's window: the kind of the
 * allocated cell at `at` by its signature; KIND_UNKNOWN for one without, and
 * KIND_FREE where no allocated cell can be. */
uint32_t kind_at(const struct hp_mutator *m, uint32_t at);

/* Bytes of the payload of that cell inside the image; 0 if there is none. */
uint32_t payload_at(const struct hp_mutator *m, uint32_t at);

/* ---- slots that hold references ------------------------------------------ */

/* The file position of the n-th reference of `cell`, or 0: there are fewer. */
size_t reference_slot(const struct hp_mutator *m, const struct cell *cell,
                      uint32_t n);

/* Elements of the list record at `at` that lie in its cell. */
uint32_t list_count(const struct hp_mutator *m, uint32_t at);
/* Bytes of one element of a list of that kind. */
static inline uint32_t element_size(uint32_t kind)
{
    return kind == KIND_LF || kind == KIND_LH ? LIST_ELEMENT_LONG
                                              : LIST_ELEMENT_SHORT;
}

/* Walks over the leaf elements below a subkey list, through a few ri. */
struct leaf_walk {
    uint32_t list[4];
    uint32_t kind[4];
    uint32_t count[4];
    uint32_t next[4];
    unsigned depth;
    uint32_t budget; /* elements still to be looked at */
    bool whole;      /* nothing was left out up to here */
};
struct leaf_walk leaves_of(const struct hp_mutator *m, uint32_t list);
/* Sets *position to the next element's. */
bool leaves_next(const struct hp_mutator *m, struct leaf_walk *walk,
                 size_t *position);

/* Notes what the current operator did, for explain. */
void trace(struct hp_mutator *m, const char *what, uint32_t at, uint64_t value);

#endif
