/* SPDX-License-Identifier: Apache-2.0 */
#include "log_plan.h"

#include <string.h>

static const struct hp_field log_fields[] = {
    {HP_LOG_ENTRY, 0, 4, ENTRY_SIGNATURE, false, "signature"},
    {HP_LOG_ENTRY, 0, 4, ENTRY_SIZE, false, "size"},
    {HP_LOG_ENTRY, 0, 4, ENTRY_FLAGS, false, "flags"},
    {HP_LOG_ENTRY, 0, 4, ENTRY_SEQUENCE, false, "sequence"},
    {HP_LOG_ENTRY, 0, 4, ENTRY_BINS_SIZE, false, "bins_size"},
    {HP_LOG_ENTRY, 0, 4, ENTRY_COUNT, false, "count"},
    {HP_LOG_ENTRY, 0, 8, ENTRY_HASH1, false, "hash1"},
    {HP_LOG_ENTRY, 0, 8, ENTRY_HASH2, false, "hash2"},
    {HP_LOG_ENTRY, ENTRY_PAGE_SIZE, 4, ENTRY_PAGES, false, "page_offset"},
    {HP_LOG_ENTRY, ENTRY_PAGE_SIZE, 4, ENTRY_PAGES + 4, false, "page_size"},
    {HP_LOG_VECTOR, 0, 4, VECTOR_SIGNATURE, false, "signature"},
    {HP_LOG_VECTOR, 1, 1, VECTOR_BITMAP, false, "byte"},
};

const struct hp_field *hp_log_field_find(enum hp_log_record kind,
                                         const char *name, size_t length)
{
    if (kind == HP_LOG_BASE)
        return hp_field_find(HP_RECORD_BASE, name, length);
    for (size_t i = 0; i < sizeof log_fields / sizeof log_fields[0]; i++) {
        const struct hp_field *field = &log_fields[i];
        if (field->kind == kind && strlen(field->name) == length &&
            memcmp(field->name, name, length) == 0)
            return field;
    }
    return NULL;
}

void hp_log_plan_open(struct hp_log_plan *logs)
{
    *logs = (struct hp_log_plan){.state_count = 1};
    logs->states[0].upon = HP_LOG_NO_STATE;
}

bool hp_log_plan_has_logs(const struct hp_log_plan *logs)
{
    return logs->file != NULL;
}

bool hp_log_number_told(uint32_t *number, const struct hp_plan_record *record,
                        int at)
{
    bool told = false;

    for (const struct hp_plan_lie *l = record->lies; l != NULL; l = l->next) {
        if (l->field->at != at)
            continue;
        *number = (uint32_t)l->value.number;
        told = true;
    }
    return told;
}

void hp_log_number(struct hp_log_plan *logs, uint32_t first)
{
    uint32_t next = first;

    for (uint32_t i = 1; i < logs->state_count; i++) {
        struct hp_log_entry *entry = logs->states[i].entry;
        if (entry->record.kind != HP_LOG_ENTRY)
            continue;
        entry->sequence = next;
        (void)hp_log_number_told(&entry->sequence, &entry->record,
                                 ENTRY_SEQUENCE);
        if (!entry->aside)
            next = entry->sequence + 1;
    }
}
