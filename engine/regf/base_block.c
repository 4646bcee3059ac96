/* SPDX-License-Identifier: Apache-2.0 */
#include "base_block.h"

#include "hp_limits.h"
#include "layout.h"

#define MAJOR 1
#define MINOR_LEAST 3 /* NT 3.x wrote 0 to 2, in another cell format */
#define MINOR_MOST 6
#define MINOR_ASSUMED 5
#define TYPE_PRIMARY 0
#define FORMAT_MEMORY 1
#define BINS_SIZE_END UINT32_C(0x80000000)

/* The record that reaches the limit of reads may read this much more for each
 * byte of the image: its name, and both it and the name before to compare. */
#define LAST_RECORD_READS 4

size_t hp_starts_size(size_t image_size)
{
    return image_size / (CELL_ALIGN * 8) + 1;
}

uint32_t hp_base_block_checksum(struct hp_span image)
{
    struct hp_span summed = hp_span_batch(image, BASE_CHECKSUM);
    uint32_t sum = 0;

    for (size_t at = 0; at < BASE_CHECKSUM; at += 4)
        sum ^= hp_at_u32(summed, at);
    if (sum == 0)
        return 1;
    return sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
}

static bool report(struct hp_hive *hive, enum hp_anomaly anomaly,
                   enum hp_status status, uint64_t found)
{
    return hp_hive_report_field(hive, anomaly, status, 0, found);
}

/* The forensic reader takes a file without "regf" when bins follow. */
static bool check_signature(struct hp_hive *hive)
{
    uint32_t found = hp_counted_u32(hive->image, BASE_SIGNATURE);

    if (found == BASE_SIGNATURE_VALUE)
        return true;
    if (hp_counted_u32(hive->image, BASE_SIZE) != BIN_SIGNATURE_VALUE)
        return report(hive, HP_A_NOT_A_HIVE, HP_E_SIGNATURE, found);
    return report(hive, HP_A_BASE_SIGNATURE, HP_E_SIGNATURE, found);
}

/* Below version 1.3 cells had another header, with the root's "nk" four bytes
 * further on. Where it stands in today's place the version is the lie. */
static bool is_old_format(const struct hp_hive *hive,
                          const struct hp_base_block *base)
{
    size_t root = (size_t)BASE_SIZE + base->root + CELL_SIZE_FIELD;
    uint16_t signature;

    return !hp_span_u16(hive->image, root, &signature) || signature != SIG_NK;
}

/* What a hive of unknown minor version holds is taken for version 1.5. */
static bool check_minor(struct hp_hive *hive, const struct hp_base_block *base)
{
    uint32_t minor = base->minor;

    hive->minor = minor;
    if (minor >= MINOR_LEAST && minor <= MINOR_MOST)
        return true;
    hive->minor = MINOR_ASSUMED;
    if (minor < MINOR_LEAST && is_old_format(hive, base))
        return report(hive, HP_A_BASE_MINOR_OLD, HP_E_VERSION, minor);
    return report(hive, HP_A_BASE_MINOR, HP_E_VERSION, minor);
}

static bool check_version(struct hp_hive *hive, struct hp_base_block *base)
{
    uint32_t major = hp_counted_u32(hive->image, BASE_MAJOR);
    uint32_t type = hp_counted_u32(hive->image, BASE_TYPE);
    uint32_t format = hp_counted_u32(hive->image, BASE_FORMAT);

    base->minor = hp_counted_u32(hive->image, BASE_MINOR);
    if (major != MAJOR)
        return report(hive, HP_A_BASE_MAJOR, HP_E_VERSION, major);
    if (!check_minor(hive, base))
        return false;
    if (type != TYPE_PRIMARY)
        return report(hive, HP_A_BASE_TYPE, HP_E_FILE_TYPE, type);
    if (format != FORMAT_MEMORY)
        return report(hive, HP_A_BASE_FORMAT, HP_E_FORMAT, format);
    return true;
}

/* Notes what contradicts itself without hurting what can be read. */
static void check_notes(struct hp_hive *hive, const struct hp_base_block *base)
{
    uint32_t cluster = hp_counted_u32(hive->image, BASE_CLUSTER);

    if (cluster != 1)
        report(hive, HP_A_BASE_CLUSTER, HP_E_FORMAT, cluster);
    if (base->sequence1 != base->sequence2)
        report(hive, HP_A_BASE_DIRTY, HP_E_MISMATCH, base->sequence2);
}

static bool check_base(struct hp_hive *hive, struct hp_base_block *base)
{
    uint32_t checksum = hp_counted_u32(hive->image, BASE_CHECKSUM);

    if (!check_signature(hive) || !check_version(hive, base))
        return false;
    if (checksum != hp_base_block_checksum(hive->image) &&
        !report(hive, HP_A_BASE_CHECKSUM, HP_E_CHECKSUM, checksum))
        return false;
    check_notes(hive, base);
    return true;
}

/* Sets hive->bins to the bins as far as they exist. */
static bool cut_bins(struct hp_hive *hive)
{
    uint32_t size = hp_counted_u32(hive->image, BASE_BINS_SIZE);
    size_t most = hive->image.len - BASE_SIZE;
    size_t length = size;

    if (size < BIN_ALIGN || size >= BINS_SIZE_END)
        return report(hive, HP_A_BASE_BINS_SIZE, HP_E_BINS_SIZE, size);
    if (size % BIN_ALIGN != 0 &&
        !report(hive, HP_A_BASE_BINS_ALIGN, HP_E_BINS_SIZE, size))
        return false;
    if (length > most) {
        if (!report(hive, HP_A_BASE_BINS_PAST, HP_E_BINS_SIZE, size))
            return false;
        length = most;
    } else if (length < most) {
        report(hive, HP_A_BASE_TAIL, HP_E_MISMATCH, hive->image.len);
    }
    hp_span_sub(hive->image, BASE_SIZE, length, &hive->bins);
    return true;
}

static void set_limits(struct hp_hive *hive)
{
    uint64_t image_size = hive->image.len;

    hive->read_limit =
        (HP_LIMIT_READS_PER_BYTE - LAST_RECORD_READS) * image_size;
    hive->record_limit =
        HP_LIMIT_RECORD_FACTOR * (hive->bins.len / HP_LIMIT_RECORD_SIZE);
    hive->data_limit = HP_LIMIT_DATA_FACTOR * image_size + HP_LIMIT_DATA_FLOOR;
}

bool hp_base_block_open(struct hp_base_block *base, struct hp_hive *hive,
                        struct hp_span image, bool forensic, uint8_t *starts)
{
    *hive = (struct hp_hive){.forensic = forensic, .starts = starts};
    hive->image = (struct hp_span){image.ptr, image.len, &hive->reads};
    if (image.len < BASE_SIZE + BIN_ALIGN)
        return report(hive, HP_A_FILE_SIZE, HP_E_FILE_SHORT, image.len);
    assert(image.len >= BASE_SIZE + BIN_ALIGN);

    base->sequence1 = hp_counted_u32(hive->image, BASE_SEQUENCE1);
    base->sequence2 = hp_counted_u32(hive->image, BASE_SEQUENCE2);
    base->root = hp_counted_u32(hive->image, BASE_ROOT);
    if (!check_base(hive, base) || !cut_bins(hive))
        return false;
    set_limits(hive);
    return true;
}
