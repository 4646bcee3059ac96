/* SPDX-License-Identifier: Apache-2.0
 *
 * A hive and its logs in one container: logs are left out and parts made zero,
 * and the sums over them that were right are made right again. */
#include "minimize_parts.h"
#include "pair.h"

/* A byte in the hive that says nothing, and how many are tried: the oracles of
 * fuzz_log choose by a hash of the input what they do to the logs. */
enum { SALT_AT = PAIR_HEADER + 2048, SALTS = 16 };

/* ---- sums ---------------------------------------------------------------- */

/* Which of the hashes of an entry are right. */
static unsigned right_hashes(struct hp_mutator *m,
                             const struct log_entry *entry)
{
    static const struct {
        enum log_pass pass;
        uint32_t at;
    } hashes[] = {{LOG_PASS_HASH1, ENTRY_HASH1}, {LOG_PASS_HASH2, ENTRY_HASH2}};
    unsigned right = 0;

    for (size_t i = 0; i < 2; i++) {
        uint8_t *hash = m->image + entry->at + hashes[i].at, before[8];
        memcpy(before, hash, sizeof before);
        pair_seal_entry(m, entry, hashes[i].pass);
        if (memcmp(before, hash, sizeof before) == 0)
            right |= hashes[i].pass;
        memcpy(hash, before, sizeof before);
    }
    return right;
}

static bool has_base(const struct hp_mutator *m, unsigned part)
{
    return m->pair.size[part] >= LOG_SECTOR;
}

static bool has_right_sum(struct hp_mutator *m, unsigned part)
{
    size_t base = m->pair.at[part];
    uint32_t before = get32(m, base + BASE_CHECKSUM);

    finish_checksum_at(m, base);
    uint32_t right = get32(m, base + BASE_CHECKSUM);
    put32(m, base + BASE_CHECKSUM, before);
    return right == before;
}

/* Facts are those of the parts, and of the entries behind them. */
void minimize_learn_sums(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    pair_scan(m);
    for (unsigned part = 0; part < PARTS; part++)
        mz->facts[part] = has_base(m, part) && has_right_sum(m, part);
    for (size_t i = 0; i < m->pair.entry_count; i++)
        mz->facts[PARTS + i] = (uint8_t)right_hashes(m, &m->pair.entries[i]);
}

/* From the last entry to the first, as pair_seal. */
void minimize_settle_sums(struct hp_minimizer *mz)
{
    struct hp_mutator *m = mz->m;

    for (size_t i = m->pair.entry_count; i > 0; i--)
        pair_seal_entry(m, &m->pair.entries[i - 1], mz->facts[PARTS + i - 1]);
    for (unsigned part = 0; part < PARTS; part++)
        if (mz->facts[part] != 0)
            finish_checksum_at(m, m->pair.at[part]);
}

bool minimize_ask_salted(struct hp_minimizer *mz)
{
    if (mz->m->pair.size[PART_HIVE] < BASE_SIZE)
        return false;
    for (unsigned salt = 1; salt < SALTS; salt++) {
        mz->work[SALT_AT] = (uint8_t)salt;
        if (minimize_ask(mz))
            return true;
    }
    return false;
}

/* ---- the passes ---------------------------------------------------------- */

static void drop_log(struct hp_minimizer *mz, unsigned part)
{
    minimize_begin(mz);
    size_t size = mz->m->pair.size[part];
    if (size == 0)
        return;
    part_remove(mz->m, part, 0, size);
    mz->work_size = mz->m->size;
    if (!minimize_ask(mz))
        (void)minimize_ask_salted(mz);
}

void minimize_logs(struct hp_minimizer *mz)
{
    mz->step = "logs";
    for (unsigned part = PART_LOG; part < PARTS && !mz->stopped; part++)
        drop_log(mz, part);
    minimize_zeros(mz);
}
