/* SPDX-License-Identifier: Apache-2.0 */
#include "log_file.h"

#include "base_block.h"
#include "hp_limits.h"
#include "layout.h"
#include "log_layout.h"

bool hp_log_base_is_good(struct hp_span file, const char *const fields[3],
                         struct hp_error *err)
{
    uint32_t signature, checksum;

    if (file.len < LOG_SECTOR) {
        hp_fail(err, HP_E_FILE_SHORT, 0, fields[0], file.len);
        return false;
    }
    signature = hp_at_u32(file, BASE_SIGNATURE);
    if (signature != BASE_SIGNATURE_VALUE) {
        hp_fail(err, HP_E_SIGNATURE, BASE_SIGNATURE, fields[1], signature);
        return false;
    }
    checksum = hp_at_u32(file, BASE_CHECKSUM);
    if (checksum != hp_base_block_checksum(file)) {
        hp_fail(err, HP_E_CHECKSUM, BASE_CHECKSUM, fields[2], checksum);
        return false;
    }
    return true;
}

static bool read_type(struct hp_log_file *log, struct hp_error *err)
{
    uint32_t type = hp_at_u32(log->bytes, BASE_TYPE);

    if (type == LOG_TYPE_HVLE)
        log->format = HP_LOG_HVLE;
    else if (type == LOG_TYPE_DIRT || type == LOG_TYPE_DIRT_OLD)
        log->format = HP_LOG_DIRT;
    else
        hp_fail(err, HP_E_FILE_TYPE, BASE_TYPE, "log.type", type);
    return log->format != HP_LOG_NONE;
}

static bool read_cluster(struct hp_log_file *log, struct hp_error *err)
{
    uint32_t cluster = hp_at_u32(log->bytes, BASE_CLUSTER);

    log->sector = LOG_SECTOR * (size_t)cluster;
    if (cluster > 0 && cluster <= LOG_CLUSTER_MOST)
        return true;
    hp_fail(err, HP_E_FORMAT, BASE_CLUSTER, "log.cluster", cluster);
    return false;
}

bool hp_log_file_open(struct hp_log_file *log, struct hp_span bytes,
                      struct hp_error *err)
{
    static const char *const fields[] = {"log.size", "log.signature",
                                         "log.checksum"};

    *log = (struct hp_log_file){.bytes = bytes};
    if (!hp_log_base_is_good(bytes, fields, err) || !read_type(log, err) ||
        !read_cluster(log, err))
        return false;
    log->sequence = hp_at_u32(bytes, BASE_SEQUENCE1);
    log->filetime = hp_at_u64(bytes, BASE_FILETIME);
    log->bins_size = hp_at_u32(bytes, BASE_BINS_SIZE);
    uint32_t sequence2 = hp_at_u32(bytes, BASE_SEQUENCE2);
    if (log->sequence == sequence2)
        return true;
    hp_fail(err, HP_E_MISMATCH, BASE_SEQUENCE2, "log.sequence2", sequence2);
    return false;
}

bool hp_log_bins_size_is_good(uint32_t size, uint64_t most)
{
    return size >= BIN_ALIGN && size % BIN_ALIGN == 0 && size <= most &&
           size <= HP_LIMIT_IMAGE_SIZE - BASE_SIZE - BIN_ALIGN;
}
