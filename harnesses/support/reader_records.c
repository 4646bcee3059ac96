/* SPDX-License-Identifier: Apache-2.0
 *
 * Base block, bins, cells: what every record of a hive rests on. */
#include <string.h>

#include "reader_rules.h"

/* Of reader.starts. All keys may have one sk. */
enum { MAY_START = 1, WAS_OPENED = 2, WAS_SECURITY = 4 };

static const struct {
    const char *field;
    char strict, forensic;
} rules[] = {
#define X(name, field, strict, forensic) {field, strict, forensic},
    READER_RULES(X)
#undef X
};

bool reader_wrong(struct reader *r, enum reader_rule rule,
                  enum hp_status status, uint64_t offset, uint64_t found)
{
    char reaction = r->forensic ? rules[rule].forensic : rules[rule].strict;
    struct hp_event event = {.size = sizeof event, .kind = HP_EVENT_DAMAGE};
    struct hp_damage_event *damage = &event.u.damage;

    damage->status = status;
    damage->offset = offset;
    damage->found = found;
    damage->field = rules[rule].field;
    if (reaction == 'R') {
        r->refused = true;
        r->tape->refusal = *damage;
        return false;
    }
    if (reaction != 'N')
        r->partial = true;
    damage->action = reaction == 'D'   ? HP_DAMAGE_DROPPED
                     : reaction == 'C' ? HP_DAMAGE_CLAMPED
                     : reaction == 'S' ? HP_DAMAGE_SKIPPED
                                       : HP_DAMAGE_NOTED;
    if (r->waiting_count < sizeof r->waiting / sizeof *r->waiting)
        r->waiting[r->waiting_count++] = event;
    return true;
}

void reader_say_damage(struct reader *r)
{
    for (size_t i = 0; i < r->waiting_count; i++)
        reader_tape_add(r->tape, &r->waiting[i]);
    r->waiting_count = 0;
    r->spent |= r->tape->count > r->most;
}

void reader_say(struct reader *r, const struct hp_event *event)
{
    reader_tape_add(r->tape, event);
    reader_say_damage(r);
}

static void add_reads(struct reader *r, uint64_t count)
{
    if (r->tape->reads < UINT64_MAX - count)
        r->tape->reads += count;
}

/* ---- base block ------------------------------------------------------------
 */

static uint32_t word(const struct reader *r, size_t at)
{
    return hp_at_u32(r->image, at);
}

static uint32_t checksum(const struct reader *r)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < 508; i += 4)
        sum ^= word(r, i);
    if (sum == 0)
        return 1;
    return sum == 0xffffffff ? 0xfffffffe : sum;
}

static bool has(struct hp_span bytes, size_t at, const char *letters)
{
    size_t count = strlen(letters);

    return at <= bytes.len && count <= bytes.len - at &&
           memcmp(bytes.ptr + at, letters, count) == 0;
}

static bool base_version(struct reader *r)
{
    uint32_t minor = word(r, 24), root = word(r, 36);
    size_t root_record = (size_t)4096 + root + 4;

    if (word(r, 20) != 1)
        return reader_wrong(r, READER_MAJOR, HP_E_VERSION, 0, word(r, 20));
    r->minor = minor;
    if (minor < 3 || minor > 6) {
        bool old = minor < 3 && !has(r->image, root_record, "nk");
        r->minor = 5;
        if (!reader_wrong(r, old ? READER_MINOR_OLD : READER_MINOR,
                          HP_E_VERSION, 0, minor))
            return false;
    }
    if (word(r, 28) != 0)
        return reader_wrong(r, READER_TYPE, HP_E_FILE_TYPE, 0, word(r, 28));
    if (word(r, 32) != 1)
        return reader_wrong(r, READER_FORMAT, HP_E_FORMAT, 0, word(r, 32));
    return true;
}

static bool base_bins(struct reader *r)
{
    size_t size = word(r, 40), there = r->image.len - 4096;

    if (size < 4096 || size >= 0x80000000)
        return reader_wrong(r, READER_BINS_SIZE, HP_E_BINS_SIZE, 0, size);
    if (size % 4096 != 0 &&
        !reader_wrong(r, READER_BINS_ALIGN, HP_E_BINS_SIZE, 0, size))
        return false;
    if (size > there &&
        !reader_wrong(r, READER_BINS_PAST, HP_E_BINS_SIZE, 0, size))
        return false;
    if (size < there)
        reader_wrong(r, READER_TAIL, HP_E_MISMATCH, 0, r->image.len);
    r->bins = hp_span_of(r->image.ptr + 4096, size < there ? size : there);
    return true;
}

bool reader_base(struct reader *r, uint32_t *root)
{
    size_t size = r->image.len;

    if (size < 4096 + 4096)
        return reader_wrong(r, READER_FILE_SIZE, HP_E_FILE_SHORT, 0, size);
    if (!has(r->image, 0, "regf") &&
        !reader_wrong(r,
                      has(r->image, 4096, "hbin") ? READER_BASE_SIGNATURE
                                                  : READER_NO_HIVE,
                      HP_E_SIGNATURE, 0, word(r, 0)))
        return false;
    if (!base_version(r))
        return false;
    if (word(r, 508) != checksum(r) &&
        !reader_wrong(r, READER_CHECKSUM, HP_E_CHECKSUM, 0, word(r, 508)))
        return false;
    if (word(r, 44) != 1)
        reader_wrong(r, READER_CLUSTER, HP_E_FORMAT, 0, word(r, 44));
    if (word(r, 4) != word(r, 8))
        reader_wrong(r, READER_DIRTY, HP_E_MISMATCH, 0, word(r, 8));
    *root = word(r, 36);
    if (!base_bins(r))
        return false;
    r->cells_most = 4 * (r->bins.len / 32);
    r->data_most = 8 * (uint64_t)size + ((uint64_t)64 << 20);
    r->tape->reads_allowed = 12 * (uint64_t)size;
    add_reads(r, 256 + r->bins.len / 2);
    return true;
}

/* ---- bins and cells --------------------------------------------------------
 */

static void may_start(struct reader *r, size_t from, size_t end)
{
    for (size_t at = from; at < end; at += 8)
        r->starts[at / 8] = MAY_START;
}

/* The next page behind `at` with the header of a bin that is where it says. */
static size_t next_bin(const struct reader *r, size_t at)
{
    do
        at += 4096;
    while (at < r->bins.len &&
           !(has(r->bins, at, "hbin") && r->bins.len - at >= 8 &&
             hp_at_u32(r->bins, at + 4) == at));
    return at < r->bins.len ? at : r->bins.len;
}

/* The cells of the bin at `bin` that ends at `end`. */
static void bin_cells(struct reader *r, size_t bin, size_t end)
{
    size_t at = bin + 32;

    while (end - at >= 8) {
        uint32_t raw = hp_at_u32(r->bins, at);
        uint32_t size = raw >= 0x80000000 ? UINT32_C(0) - raw : raw;
        if (size < 8 || size % 8 != 0 || size > end - at) {
            reader_wrong(r, READER_CELL_SIZE, HP_E_CELL_SIZE, at, raw);
            may_start(r, at, end);
            return;
        }
        may_start(r, at, at + 8);
        at += size;
    }
}

/* The bin at `at`; returns where the next one is. */
static size_t bin_at(struct reader *r, size_t at)
{
    size_t left = r->bins.len - at, next;
    uint32_t offset = hp_at_u32(r->bins, at + 4);
    uint32_t size = hp_at_u32(r->bins, at + 8);
    bool known = has(r->bins, at, "hbin");

    if (!known)
        reader_wrong(r, READER_BIN_SIGNATURE, HP_E_SIGNATURE, at,
                     hp_at_u32(r->bins, at));
    else if (offset != at)
        reader_wrong(r, READER_BIN_OFFSET, HP_E_BIN_OFFSET, at, offset);
    if (!r->refused && known && (size < 4096 || size % 4096 != 0)) {
        known = false;
        reader_wrong(r, READER_BIN_SIZE, HP_E_BIN_SIZE, at, size);
    }
    if (r->refused)
        return at;
    if (!known) {
        next = next_bin(r, at);
        may_start(r, at, next);
        return next;
    }
    if (size > left)
        reader_wrong(r, READER_BIN_SIZE, HP_E_BIN_SIZE, at, size);
    next = size > left ? r->bins.len : at + size;
    if (!r->refused)
        bin_cells(r, at, next);
    return next;
}

void reader_bins(struct reader *r)
{
    size_t at = 0;

    while (!r->refused && !r->spent && r->bins.len - at >= 32) {
        at = bin_at(r, at);
        reader_say_damage(r);
    }
}

static bool no_more_work(struct reader *r)
{
    if (!r->spent)
        reader_wrong(r, READER_WORK, HP_E_WORK, 0, r->cells);
    r->spent = true;
    return false;
}

bool reader_cell(struct hp_span *payload, struct reader *r,
                 enum reader_rule rule, uint32_t owner, uint32_t target,
                 size_t least)
{
    size_t left = target < r->bins.len ? r->bins.len - target : 0;

    if (r->cells == r->cells_most)
        return no_more_work(r);
    r->cells++;
    add_reads(r, 100);
    if (target % 8 != 0 || left < 4) {
        reader_wrong(r, rule, HP_E_CELL_OFFSET, owner, target);
        return false;
    }
    uint32_t raw = hp_at_u32(r->bins, target);
    size_t size = UINT32_C(0) - raw; /* it is negative */
    if (r->starts[target / 8] == 0 || raw < 0x80000000 || size % 8 != 0) {
        reader_wrong(r, rule, HP_E_CELL_FREE, owner, target);
        return false;
    }
    if (size > left &&
        !reader_wrong(r, READER_CELL_PAST, HP_E_CELL_SIZE, target, raw))
        return false;
    size = size < left ? size : left;
    if (size < 4 + least) {
        reader_wrong(r, rule, HP_E_CELL_SHORT, owner, target);
        return false;
    }
    bool is_sk = rule == READER_SECURITY;
    int others = is_sk ? WAS_OPENED : WAS_OPENED | WAS_SECURITY;
    r->tape->shared |= (r->starts[target / 8] & others) != 0;
    r->starts[target / 8] |= is_sk ? WAS_SECURITY : WAS_OPENED;
    *payload = hp_span_of(r->bins.ptr + target + 4, size - 4);
    return true;
}

bool reader_record(struct hp_span *payload, struct reader *r,
                   enum reader_rule rule, uint32_t owner, uint32_t target,
                   const char *letters, size_t least)
{
    if (!reader_cell(payload, r, rule, owner, target, least))
        return false;
    if (has(*payload, 0, letters))
        return true;
    reader_wrong(r, rule, HP_E_SIGNATURE, owner, target);
    return false;
}
