/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_scrub - an image that is being scrubbed, and the steps of it; for
 * the scrub files alone. The original is only read, the copy begins as filler,
 * and each step writes over it: content first, then names, then structure, so
 * that no step can bring back what it does not know to be structure. */
#ifndef HP_SCRUB_PARTS_H
#define HP_SCRUB_PARTS_H

#include "arena.h"
#include "field.h"
#include "span.h"

/* A place that something takes for a record, whatever is there. Lists are
 * HP_RECORD_LEAF or _INDEX by their signature; HP_RECORD_CELL is content that
 * was expected to be a record, HP_RECORD_DATA a cell of which the size counts.
 */
struct hp_scrub_record {
    uint32_t offset; /* hive offset of the cell */
    uint32_t room;   /* bytes of its payload */
    uint32_t count;  /* of a list without a count of its own: elements */
    uint32_t up;     /* records whose names are compared: number of another
                      * one, or its own */
    uint8_t kind;    /* enum hp_record_kind */
    bool guessed;    /* its signature is none */
};

/* A reference to something that is no such record at first sight. */
struct hp_scrub_guess {
    uint32_t offset, count;
    uint8_t kind;
};

#define HP_SCRUB_NONE UINT32_MAX

struct hp_scrub {
    struct hp_arena *arena;
    struct hp_span image, bins; /* the bins: all behind the base block */
    uint8_t *out, *out_bins;    /* the copies of both */
    uint8_t *starts;            /* a bit for 8 bytes: a cell may start there */
    uint8_t *cells;             /* likewise: one does */
    uint8_t *content;           /* a bit for 4 bytes: content without doubt */
    uint8_t *taken;             /* a bit for 4 bytes: of a record */
    struct hp_scrub_record *records;
    size_t count, room;
    struct hp_scrub_guess *guesses;
    size_t guess_count, guess_room;
    uint32_t *buckets; /* record numbers + 1 by kind and offset */
    size_t bucket_count;
    uint32_t minor;
    uint64_t work_left; /* bytes of lists, names and data still looked at */
    bool no_memory;     /* every function stops when it is set */
};

/* The numbers at `at`; 0 where there is none. */
static inline uint16_t hp_scrub_u16(struct hp_span s, size_t at)
{
    uint16_t value = 0;

    (void)hp_span_u16(s, at, &value);
    return value;
}

static inline uint32_t hp_scrub_u32(struct hp_span s, size_t at)
{
    uint32_t value = 0;

    (void)hp_span_u32(s, at, &value);
    return value;
}

/* ---- graph: what is what --------------------------------------------- */

/* Finds the bins and their cells, copies what holds them together. To be called
 * again when all else is copied, for it has the last word; but not where a
 * header is none, which may be another record. */
void hp_scrub_tile(struct hp_scrub *s, bool again);

/* Finds all records, replaces data and class names. */
void hp_scrub_explore(struct hp_scrub *s);

/* The number of the record of that kind at `offset`, or HP_SCRUB_NONE. */
uint32_t hp_scrub_find(const struct hp_scrub *s, uint8_t kind, uint32_t offset);

/* The number of the record that stands for all that `number` is compared
 * with. */
uint32_t hp_scrub_root(struct hp_scrub *s, uint32_t number);

/* The payload of `record`. */
struct hp_span hp_scrub_payload(const struct hp_scrub *s,
                                const struct hp_scrub_record *record);

/* Bytes of an element of the list `record`. */
size_t hp_scrub_stride(const struct hp_scrub_record *record);

/* Elements of the list `record` that its cell has room for. */
uint32_t hp_scrub_elements(const struct hp_scrub *s,
                           const struct hp_scrub_record *record);

/* True if a cell starts at `offset`, or may where cells cannot be told. */
bool hp_scrub_is_start(const struct hp_scrub *s, uint32_t offset);

/* True if the byte at `at` of the bins is content without doubt. */
static inline bool hp_scrub_is_content(const struct hp_scrub *s, size_t at)
{
    return (s->content[at / 32] >> at / 4 % 8 & 1) != 0;
}

/* Takes `bytes` from the work; false when it is used up. */
bool hp_scrub_spend(struct hp_scrub *s, uint64_t bytes);

/* ---- names ----------------------------------------------------------- */

/* The bytes of the name of an nk or vk, as far as its cell goes. */
struct hp_span hp_scrub_name(const struct hp_scrub *s,
                             const struct hp_scrub_record *record,
                             bool *narrow);

/* Replaces all names of keys and values. */
void hp_scrub_names(struct hp_scrub *s);

/* Replaces the hints of all lists: right ones by right ones. */
void hp_scrub_hints(struct hp_scrub *s);

/* True of REG_SZ, REG_EXPAND_SZ, REG_LINK and REG_MULTI_SZ. */
bool hp_scrub_is_text(uint32_t type);

/* Writes text of the length and kind of the UTF-16LE `from`. */
void hp_scrub_text(uint8_t *to, struct hp_span from);

/* ---- fields ---------------------------------------------------------- */

void hp_scrub_put(uint8_t *to, size_t width, uint64_t value);

/* What stands for a number that makes no sense: of its size and alignment, and
 * not smaller. One of few bits stays. */
uint32_t hp_scrub_wild(uint32_t value);
uint16_t hp_scrub_wild16(uint16_t value);

/* The same for the size of a cell of which `left` bytes are left. */
uint32_t hp_scrub_size(uint32_t raw, size_t left);

/* The same for a FILETIME. */
uint64_t hp_scrub_time(uint64_t value);

/* True if `value` reads as two characters of UTF-16 text. */
bool hp_scrub_reads(uint32_t value);

/* Bytes that may be a signature: those that are `wanted`, or zero, stay. */
void hp_scrub_letters(uint8_t *to, const uint8_t *from, const char *wanted);

/* Zeros if all of `from` is, filler otherwise. */
void hp_scrub_blank(uint8_t *to, const uint8_t *from, size_t size);

/* Copies what is structure of the records that were only guessed, or of the
 * others, which must come later: where they overlap, guesses give way. */
void hp_scrub_fields(struct hp_scrub *s, bool guessed);

/* The same of a bin's header and of the base block. */
void hp_scrub_bin(struct hp_scrub *s, uint32_t offset);
void hp_scrub_base(struct hp_scrub *s);

/* Copies the shape of a security descriptor. */
void hp_scrub_descriptor(uint8_t *to, struct hp_span from);

#endif
