/* SPDX-License-Identifier: Apache-2.0 */
#include "control_set.h"

#include "count.h"
#include "grow.h"

/* Bytes kept of an entry of MountedDevices. Real ones have some hundred, and
 * more than this is a finding (4.1). */
#define DEVICE_DATA_KEPT (64u << 10)

enum { ROOT, SELECT, MOUNTED_DEVICES, OTHER };

static const struct hp_probe_key keys[] = {
    {ROOT, NULL, true},
    {ROOT, "Select", true},
    {ROOT, "MountedDevices", false},
    {ROOT, NULL, false},
};

enum { CURRENT, DEFAULT, LAST_KNOWN_GOOD, DEVICE };

static const struct hp_probe_value values[] = {
    {SELECT, "Current", HP_PROBE_SMALL},
    {SELECT, "Default", HP_PROBE_SMALL},
    {SELECT, "LastKnownGood", HP_PROBE_SMALL},
    {MOUNTED_DEVICES, NULL, DEVICE_DATA_KEPT},
};

void hp_dword_take(struct hp_dword *dword, const struct hp_probe_datum *datum)
{
    if (dword->present)
        return;
    dword->present = true;
    dword->valid = datum->type == HP_REG_DWORD && datum->came == 4;
    if (dword->valid)
        dword->number = hp_at_u32(datum->data, 0);
}

/* The number of a ControlSetNNN, or 0. ControlSet1 is none. */
static uint32_t number_of(struct hp_string name)
{
    uint16_t units[13];
    uint32_t number = 0;

    if (hp_string_units(name) != 13)
        return 0;
    struct hp_text text = hp_string_decode(units, name);
    if (text.count != 13 || !hp_text_starts_nocase(text, "ControlSet"))
        return 0;
    for (size_t i = 10; i < 13; i++) {
        if (units[i] < '0' || units[i] > '9')
            return 0;
        number = number * 10 + (units[i] - (uint32_t)'0');
    }
    return number;
}

static uint32_t on_enter(void *self, size_t row,
                         const struct hp_key_event *event)
{
    struct hp_control_sets *sets = self;

    if (row == SELECT)
        sets->has_select = true;
    if (row != OTHER)
        return HP_CONTINUE;
    if (hp_string_is_nocase(event->name, "CurrentControlSet", 17))
        sets->has_link = true;
    uint32_t number = number_of(event->name);
    if (number != 0)
        sets->exists[number] = true;
    return HP_SKIP;
}

static bool add_device(struct hp_control_sets *sets,
                       const struct hp_probe_datum *datum)
{
    struct hp_mounted_device *devices =
        hp_grow(sets->devices, &sets->device_room, sets->device_count,
                sizeof(*devices), sets->arena);
    if (devices == NULL)
        return false;
    sets->devices = devices;
    devices[sets->device_count++] = (struct hp_mounted_device){
        datum->name, datum->type, datum->data, datum->came};
    return true;
}

static bool on_value(void *self, const struct hp_probe_datum *datum)
{
    struct hp_control_sets *sets = self;

    if (datum->row == DEVICE)
        return add_device(sets, datum);
    hp_dword_take(datum->row == CURRENT   ? &sets->current
                  : datum->row == DEFAULT ? &sets->default_set
                                          : &sets->last_known_good,
                  datum);
    return true;
}

enum hp_status hp_control_sets_read(struct hp_control_sets *sets,
                                    struct hp_arena *arena,
                                    const struct hp_source *hive,
                                    struct hp_error *err, char *text,
                                    uint32_t text_size)
{
    const struct hp_probe probe = {
        keys,     HP_COUNT(keys), values, HP_COUNT(values),
        on_enter, on_value,       sets,   arena};

    *sets = (struct hp_control_sets){.arena = arena};
    return hp_probe_run(&sets->probe, &probe, hive, err, text, text_size);
}

static bool is_usable(const struct hp_control_sets *sets, struct hp_dword dword)
{
    return dword.valid && dword.number >= 1 &&
           dword.number <= HP_CONTROL_SET_MAX && sets->exists[dword.number];
}

static uint32_t lowest(const struct hp_control_sets *sets)
{
    for (uint32_t number = 1; number <= HP_CONTROL_SET_MAX; number++) {
        if (sets->exists[number])
            return number;
    }
    return 0;
}

uint32_t hp_control_set_choose(const struct hp_control_sets *sets,
                               const struct hp_question *question,
                               struct hp_finding_list *findings)
{
    const struct {
        struct hp_dword dword;
        const char *finding;
    } steps[] = {
        {sets->current, "CURRENT_UNUSABLE"},
        {sets->default_set, "DEFAULT_UNUSABLE"},
        {sets->last_known_good, "LKG_UNUSABLE"},
    };
    uint32_t number = question->control_set_number;

    if (sets->has_link)
        hp_findings_add(findings, "CURRENT_CONTROL_SET_KEY");
    if (question->control_set == HP_CONTROL_SET_NUMBER)
        return number <= HP_CONTROL_SET_MAX && sets->exists[number] ? number
                                                                    : 0;
    if (!sets->has_select)
        hp_findings_add(findings, "SELECT_MISSING");
    /* The choices stand in the order in which they fall back. */
    for (size_t i = question->control_set; i < 3; i++) {
        if (is_usable(sets, steps[i].dword))
            return steps[i].dword.number;
        hp_findings_add(findings, steps[i].finding);
    }
    return lowest(sets);
}
