/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include <string.h>

#include "exclusion_lists.h"

enum { BY_LETTER, BY_BOTH, BY_GUID, BY_DEVICE };

static struct hp_volume volume_of(unsigned letter, unsigned how,
                                  uint16_t device[ASK_DEVICE_UNITS])
{
    struct hp_volume volume = {.state = (enum hp_volume_state)(how % 3),
                               .kind = (enum hp_volume_kind)(how / 3 % 7),
                               .source = "user"};
    unsigned by = how / 21 % 4;

    if (by == BY_LETTER || by == BY_BOTH)
        volume.letter = (char)('A' + letter);
    volume.has_guid = by == BY_BOTH || by == BY_GUID;
    if (volume.has_guid)
        memset(volume.guid, (int)letter, sizeof volume.guid);
    if (by == BY_DEVICE) {
        memcpy(device, u"\\Device\\HarddiskVolume", 2 * ASK_DEVICE_UNITS);
        device[ASK_DEVICE_UNITS - 1] = (uint16_t)('A' + letter);
        volume.device = (struct hp_text){device, ASK_DEVICE_UNITS};
    }
    return volume;
}

static void read_volumes(struct ask *ask, struct fuzz_in *in)
{
    size_t count = fuzz_u8(in) % (ASK_VOLUMES + 1), kept = 0;
    uint32_t seen = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned letter = fuzz_u8(in) % 26, how = fuzz_u8(in);
        if ((seen >> letter & 1) != 0)
            continue;
        seen |= UINT32_C(1) << letter;
        ask->volumes[kept] = volume_of(letter, how, ask->devices[kept]);
        kept++;
    }
    ask->question.volumes = ask->volumes;
    ask->question.volume_count = kept;
}

void ask_read(struct ask *ask, struct fuzz_in *in)
{
    struct hp_question *question = &ask->question;
    struct hp_policies *policies = &question->policies;
    unsigned bits = fuzz_u8(in), digits = fuzz_u8(in);

    *ask = (struct ask){.question = {.profile = (enum hp_profile)(bits & 3)}};
    policies->missing_skips = (bits & 4) != 0;
    policies->no_expand_drivers = (bits & 8) != 0;
    policies->no_user_services = (bits & 16) != 0;
    policies->exclusions_cover_drivers = (bits & 32) != 0;
    policies->active_drivers = (enum hp_active_drivers)(digits % 3);
    policies->assume_unknown = (enum hp_assume_volume)(digits / 3 % 3);
    policies->assume_unproven = (enum hp_assume_unproven)(digits / 9 % 3);
    policies->exclusion_type = (enum hp_exclusion_type)(digits / 27 % 3);
    read_volumes(ask, in);
}

/* Who says that a list has an effect (6 of fuzz_exclusions), whatever its type.
 */
static void check_effects(const struct hp_question *question)
{
    for (uint32_t type = 0; type < 8; type++)
        list_effect_check((struct hp_span){NULL, 0, NULL}, type, question);
}

void ask_check_outcome(const struct hp_outcome *outcome,
                       const struct hp_question *question,
                       size_t exclusion_count)
{
    unsigned code = outcome->verdict == HP_VERDICT_FAIL_VOLUME   ? 87
                    : outcome->verdict == HP_VERDICT_FAIL_SYNTAX ? 123
                                                                 : 0;
    bool excluded = outcome->verdict == HP_VERDICT_EXCLUDED;

    FUZZ_CHECK(outcome->code == code, "2: the code of the verdict");
    if (excluded && question->profile != HP_PROFILE_KB980794) {
        check_effects(question);
        FUZZ_CHECK(false, "2: only the hotfix excludes");
    }
    FUZZ_CHECK(excluded == (outcome->excluded_by >= 0), "2: by an entry");
    FUZZ_CHECK(outcome->excluded_by < (long)exclusion_count, "2: that exists");
    FUZZ_CHECK(outcome->path_class >= 0 && outcome->path_class <= 9,
               "2: a class of P1 to P9");
    FUZZ_CHECK(outcome->has_path || outcome->path_class == 0,
               "2: a class has a path");
    FUZZ_CHECK(outcome->has_path ||
                   (outcome->verdict != HP_VERDICT_FAIL_VOLUME && !excluded),
               "2: without a path nothing fails for a volume");
}
