/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <string.h>

#include "base_block.h"
#include "layout.h"
#include "log_file.h"
#include "log_layout.h"

enum { NONE = HP_LIMIT_LOGS };

/* Half of all sequence numbers follow one, the others go before it. */
#define HALF UINT32_C(0x80000000)

/* What is known while a plan is made. */
struct planning {
    struct hp_recovery *plan;
    struct hp_log_file file[HP_LIMIT_LOGS];
    uint32_t bins_size[HP_LIMIT_LOGS]; /* when the log was applied */
    uint8_t sorted[HP_LIMIT_LOGS];     /* logs, in an order of their bytes */
    bool base_good;
    uint32_t sequence2; /* of a good base block */
    uint64_t filetime;  /* of it, or of the first bin */
};

/* ---- the hive ----------------------------------------------------------- */

static void read_primary(struct planning *p)
{
    static const char *const fields[] = {"file.size", "base_block.signature",
                                         "base_block.checksum"};
    struct hp_span primary = p->plan->set.primary;
    struct hp_span bin;

    p->base_good = hp_log_base_is_good(primary, fields, &p->plan->dirty);
    p->plan->dirty.offset = 0; /* of the record, as in all errors of hives */
    if (p->base_good) {
        uint32_t sequence1 = hp_at_u32(primary, BASE_SEQUENCE1);
        p->sequence2 = hp_at_u32(primary, BASE_SEQUENCE2);
        p->filetime = hp_at_u64(primary, BASE_FILETIME);
        if (sequence1 != p->sequence2)
            hp_fail(&p->plan->dirty, HP_E_MISMATCH, 0, "base_block.sequence2",
                    p->sequence2);
    } else if (hp_span_sub(primary, BASE_SIZE, BIN_HEADER_SIZE, &bin) &&
               hp_at_u32(bin, BIN_SIGNATURE) == BIN_SIGNATURE_VALUE) {
        p->filetime = hp_at_u64(bin, BIN_FILETIME);
    }
}

/* ---- the logs ----------------------------------------------------------- */

/* The bytes that a hive can get from somewhere: no size field makes more. */
static uint64_t most_bins(const struct hp_log_set *set)
{
    uint64_t most =
        set->primary.len > BASE_SIZE ? set->primary.len - BASE_SIZE : 0;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        most += set->log[i].len;
    return most;
}

static void read_log(struct planning *p, size_t i, uint64_t most)
{
    struct hp_log_verdict *verdict = &p->plan->log[i];
    struct hp_log_file *file = &p->file[i];

    if (p->plan->set.log[i].len == 0 ||
        !hp_log_file_open(file, p->plan->set.log[i], &verdict->why))
        return;
    verdict->format = file->format;
    if (p->plan->dirty.status == HP_OK) {
        hp_fail(&verdict->why, HP_E_NOT_NEEDED, 0, NULL, 0);
    } else if (file->format == HP_LOG_HVLE) {
        hp_hvle_scan(verdict, &p->bins_size[i], file, most);
    } else {
        p->bins_size[i] = file->bins_size;
        hp_dirt_scan(verdict, file, p->plan->set.primary, most);
    }
}

static int compare(struct hp_span a, struct hp_span b)
{
    size_t size = a.len < b.len ? a.len : b.len;
    int order = size == 0 ? 0 : memcmp(a.ptr, b.ptr, size);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* An order that does not depend on which log is which, to decide between logs
 * that nothing else decides between. */
static void sort_logs(struct planning *p)
{
    const struct hp_span *log = p->plan->set.log;

    for (uint8_t i = 0; i < HP_LIMIT_LOGS; i++) {
        uint8_t at = i;
        for (; at > 0 && compare(log[p->sorted[at - 1]], log[i]) > 0; at--)
            p->sorted[at] = p->sorted[at - 1];
        p->sorted[at] = i;
    }
}

/* ---- the choice --------------------------------------------------------- */

/* A log with something in it that is neither applied nor ruled out. */
static bool is_candidate(const struct planning *p, size_t i,
                         enum hp_log_format format)
{
    const struct hp_log_verdict *verdict = &p->plan->log[i];

    return verdict->format == format && verdict->entries > 0 &&
           verdict->order == 0;
}

static void take(struct planning *p, size_t i)
{
    struct hp_recovery *plan = p->plan;

    plan->log[i].order = ++plan->applied;
    plan->sequence = plan->log[i].last;
    plan->bins_size = p->bins_size[i];
}

/* Whether log `i` may be applied next. */
static bool follows(const struct planning *p, size_t i)
{
    uint32_t first = p->plan->log[i].first;

    if (p->plan->applied > 0)
        return first == (uint32_t)(p->plan->sequence + 1);
    return !p->base_good || first - p->sequence2 < HALF;
}

/* Whether HvLE log `i` goes before `other`, both of which follow. */
static bool is_before(const struct planning *p, size_t i, size_t other)
{
    const struct hp_log_verdict *a = &p->plan->log[i];
    const struct hp_log_verdict *b = &p->plan->log[other];

    if (!p->base_good)
        return a->last - b->last - 1 < HALF - 1;
    if (a->first != b->first)
        return a->first - p->sequence2 < b->first - p->sequence2;
    return a->entries > b->entries;
}

static void take_hvle(struct planning *p)
{
    size_t best;

    do {
        best = NONE;
        for (size_t k = 0; k < HP_LIMIT_LOGS; k++) {
            size_t i = p->sorted[k];
            if (is_candidate(p, i, HP_LOG_HVLE) && follows(p, i) &&
                (best == NONE || is_before(p, i, best)))
                best = i;
        }
        if (best != NONE)
            take(p, best);
    } while (best != NONE && p->base_good);
}

/* Rules out a DIRT log that is of another time than the hive. */
static bool is_of_time(const struct planning *p, size_t i)
{
    struct hp_error *why = &p->plan->log[i].why;
    uint64_t filetime = p->file[i].filetime;

    if (filetime < p->filetime)
        hp_fail(why, HP_E_STALE, BASE_FILETIME, "log.filetime", filetime);
    else if (filetime > p->filetime && p->base_good)
        hp_fail(why, HP_E_TIMESTAMP, BASE_FILETIME, "log.filetime", filetime);
    else
        return true;
    p->plan->log[i].entries = 0;
    return false;
}

static bool is_later(const struct planning *p, size_t i, size_t other)
{
    const struct hp_log_file *a = &p->file[i], *b = &p->file[other];

    if (a->filetime != b->filetime)
        return a->filetime > b->filetime;
    return a->sequence - b->sequence - 1 < HALF - 1;
}

static void take_dirt(struct planning *p)
{
    size_t best = NONE;

    for (size_t k = 0; k < HP_LIMIT_LOGS; k++) {
        size_t i = p->sorted[k];
        if (is_candidate(p, i, HP_LOG_DIRT) && is_of_time(p, i) &&
            (best == NONE || is_later(p, i, best)))
            best = i;
    }
    if (best != NONE && p->plan->applied == 0)
        take(p, best);
}

/* Says why a log with valid entries is not applied. */
static void explain(struct planning *p, size_t i)
{
    const struct hp_recovery *plan = p->plan;
    struct hp_log_verdict *verdict = &p->plan->log[i];
    bool in_sequence = verdict->format == HP_LOG_HVLE && p->base_good;
    uint32_t next = plan->applied > 0 ? plan->sequence + 1 : p->sequence2;
    enum hp_status status = HP_E_OTHER_LOG;

    if (in_sequence)
        status = verdict->first - next < HALF ? HP_E_SEQUENCE : HP_E_STALE;
    hp_fail(&verdict->why, status, BASE_SEQUENCE1, "log.sequence1",
            verdict->first);
}

enum hp_recovery_result hp_recovery_plan(struct hp_recovery *plan,
                                         const struct hp_log_set *set)
{
    struct planning p = {.plan = plan};
    uint64_t most = most_bins(set);

    *plan = (struct hp_recovery){.set = *set, .size = set->primary.len};
    read_primary(&p);
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        read_log(&p, i, most);
    if (plan->dirty.status == HP_OK)
        return plan->result = HP_RECOVERY_CLEAN;
    sort_logs(&p);
    take_hvle(&p);
    take_dirt(&p);
    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (plan->log[i].entries > 0 && plan->log[i].order == 0)
            explain(&p, i);
    if (plan->applied == 0)
        return plan->result = HP_RECOVERY_REFUSED;
    plan->base_lost = !p.base_good;
    plan->size = BASE_SIZE + (size_t)plan->bins_size;
    return plan->result = HP_RECOVERY_DONE;
}

/* ---- the image ---------------------------------------------------------- */

static void put_u32(uint8_t *image, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        image[at + i] = (uint8_t)(value >> 8 * i);
}

static size_t nth_applied(const struct hp_recovery *plan, unsigned order)
{
    size_t i = 0;

    while (plan->log[i].order != order)
        i++;
    return i;
}

/* Makes the base block that of a clean hive. */
static void mend_base(const struct hp_recovery *plan, uint8_t *image,
                      const uint32_t *flags)
{
    struct hp_span base = hp_span_of(image, BASE_SIZE);

    if (plan->base_lost)
        memcpy(image, plan->set.log[nth_applied(plan, 1)].ptr, LOG_SECTOR);
    put_u32(image, BASE_TYPE, 0);
    put_u32(image, BASE_SEQUENCE1, plan->sequence);
    put_u32(image, BASE_SEQUENCE2, plan->sequence);
    put_u32(image, BASE_BINS_SIZE, plan->bins_size);
    if (flags != NULL)
        put_u32(image, BASE_FLAGS,
                (hp_at_u32(base, BASE_FLAGS) & ~(uint32_t)HVLE_FLAG_KTM) |
                    (*flags & HVLE_FLAG_KTM));
    put_u32(image, BASE_CHECKSUM, hp_base_block_checksum(base));
}

void hp_recovery_mend(const struct hp_recovery *plan, void *image)
{
    struct hp_log_target target = {(uint8_t *)image + BASE_SIZE,
                                   plan->bins_size, 0};
    const uint32_t *flags = NULL;
    struct hp_log_file file;
    struct hp_error err;

    if (plan->result != HP_RECOVERY_DONE)
        return;
    for (unsigned order = 1; order <= plan->applied; order++) {
        size_t i = nth_applied(plan, order);
        /* Read again: see hp_hvle_apply. */
        if (!hp_log_file_open(&file, plan->set.log[i], &err))
            continue;
        if (file.format == HP_LOG_HVLE) {
            hp_hvle_apply(&target, &file, plan->log[i].entries);
            flags = &target.flags;
        } else {
            hp_dirt_apply(&target, &file);
        }
    }
    mend_base(plan, image, flags);
}

void hp_recovery_apply(const struct hp_recovery *plan, void *image)
{
    struct hp_span primary = plan->set.primary;
    size_t size = primary.len < plan->size ? primary.len : plan->size;

    if (size > 0)
        memcpy(image, primary.ptr, size);
    if (plan->size > size)
        memset((uint8_t *)image + size, 0, plan->size - size);
    hp_recovery_mend(plan, image);
}
