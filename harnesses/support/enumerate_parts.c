/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate_parts.h"

#include "enumerate_alone.h"
#include "exclusion_lists.h"
#include "multi_sz_check.h"
#include "path_check.h"
#include "volume_rules.h"

static size_t mounted(struct hp_mounted_device devices[VOLUME_DEVICES],
                      const struct hp_tree_key *key)
{
    size_t count = 0;

    if (key == NULL)
        return 0;
    for (const struct hp_tree_value *value = key->values;
         value != NULL && count < VOLUME_DEVICES; value = value->next)
        devices[count++] = (struct hp_mounted_device){
            .name = value->name,
            .type = (uint32_t)value->type,
            .data = hp_span_of(value->data.ptr, value->data.size),
            .data_size = value->data_size};
    return count;
}

static void check_volumes(struct hp_arena *slow,
                          const struct hp_question *question,
                          const struct model_machine *machine)
{
    struct hp_mounted_device devices[VOLUME_DEVICES];
    size_t count = mounted(devices, machine->mounted);
    struct hp_finding_list findings = {.count = 0};
    char drive = hp_drive_letter((uint8_t)machine->system_drive);
    struct hp_volumes volumes;

    if (hp_volumes_build(&volumes, slow, question, drive, devices, count,
                         &findings))
        volume_rules_check(&volumes, question, drive, devices, count);
}

void enumerate_parts_check_starved(const struct hp_question *question,
                                   const struct model_machine *machine)
{
    struct hp_mounted_device devices[VOLUME_DEVICES];
    size_t count = mounted(devices, machine->mounted);

    volume_rules_check_starved(question,
                               hp_drive_letter((uint8_t)machine->system_drive),
                               devices, count);
}

void enumerate_parts_check(struct hp_arena *slow,
                           const struct hp_question *question,
                           const struct model_machine *machine)
{
    check_volumes(slow, question, machine);
    if (machine->has_exclusions) {
        multi_sz_check(machine->exclusions);
        list_effect_check(machine->exclusions,
                          (uint32_t)machine->exclusions_type, question);
    }
}

void enumerate_parts_check_strings(struct hp_arena *slow,
                                   const struct hp_tree *tree)
{
    for (const struct hp_tree_key *key = tree->root; key != NULL;
         key = hp_tree_key_after(key))
        for (const struct hp_tree_value *value = key->values; value != NULL;
             value = value->next)
            path_check_string(slow, (uint32_t)value->type,
                              hp_span_of(value->data.ptr, value->data.size));
}

void enumerate_parts_check_service(const struct hp_report *report, size_t index,
                                   struct hp_arena *slow,
                                   const struct model_given *given,
                                   const struct model_machine *machine)
{
    const struct hp_outcome *outcome = &report->services[index].outcome;

    enumerate_alone_check(report, slow, given, index);
    if (machine->has_exclusions && outcome->has_path)
        (void)list_matches_check(slow, machine->exclusions,
                                 outcome->writer_path);
}
