/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <string.h>

#include "enumerate.h"
#include "log.h"

const struct hp_word hp_words_profile[] = {
    {"pre", HP_PROFILE_PRE},
    {"kb980794", HP_PROFILE_KB980794},
    {"client8", HP_PROFILE_CLIENT8},
    {"server2012", HP_PROFILE_SERVER2012},
    {NULL, 0},
};

const struct hp_word hp_words_mode[] = {
    {"strict", HP_MODE_STRICT},
    {"forensic", HP_MODE_FORENSIC},
    {NULL, 0},
};

const struct hp_word hp_words_active_drivers[] = {
    {"boot", HP_ACTIVE_BOOT},
    {"all", HP_ACTIVE_ALL},
    {"none", HP_ACTIVE_NONE},
    {NULL, 0},
};

const struct hp_word hp_words_exclusion_type[] = {
    {"strict", HP_EXCLUSION_STRICT},
    {"lenient", HP_EXCLUSION_LENIENT},
    {"unknown", HP_EXCLUSION_UNKNOWN},
    {NULL, 0},
};

const struct hp_word hp_words_assume_unknown[] = {
    {"absent", HP_ASSUME_ABSENT},
    {"present", HP_ASSUME_PRESENT},
    {NULL, 0},
};

const struct hp_word hp_words_assume_unproven[] = {
    {"fail", HP_UNPROVEN_FAIL},
    {"ok", HP_UNPROVEN_OK},
    {NULL, 0},
};

const struct hp_word hp_words_missing[] = {
    {"qsc-fail", false},
    {"skip", true},
    {NULL, 0},
};

const struct hp_word hp_words_no_yes[] = {
    {"yes", false},
    {"no", true},
    {NULL, 0},
};

const struct hp_word hp_words_volume_state[] = {
    {"present", HP_VOLUME_PRESENT},
    {"absent", HP_VOLUME_ABSENT},
    {"unknown", HP_VOLUME_UNKNOWN},
    {NULL, 0},
};

const struct hp_word hp_words_volume_kind[] = {
    {"fixed", HP_VOLUME_FIXED},          {"removable", HP_VOLUME_REMOVABLE},
    {"cdrom", HP_VOLUME_CDROM},          {"network", HP_VOLUME_NETWORK},
    {"subst", HP_VOLUME_SUBST},          {"cluster", HP_VOLUME_CLUSTER},
    {"unknown", HP_VOLUME_KIND_UNKNOWN}, {NULL, 0},
};

const struct hp_word hp_words_service_kind[] = {
    {"win32", HP_KIND_WIN32},
    {"driver", HP_KIND_DRIVER},
    {NULL, 0},
};

const struct hp_word hp_words_value_type[] = {
    {"REG_NONE", 0},
    {"REG_SZ", 1},
    {"REG_EXPAND_SZ", 2},
    {"REG_BINARY", 3},
    {"REG_DWORD", 4},
    {"REG_DWORD_BIG_ENDIAN", 5},
    {"REG_LINK", 6},
    {"REG_MULTI_SZ", 7},
    {"REG_RESOURCE_LIST", 8},
    {"REG_FULL_RESOURCE_DESCRIPTOR", 9},
    {"REG_RESOURCE_REQUIREMENTS_LIST", 10},
    {"REG_QWORD", 11},
    {NULL, 0},
};

const struct hp_word hp_words_result[] = {
    {"ok", HP_RESULT_OK},
    {"failed", HP_RESULT_FAILED},
    {"indeterminate", HP_RESULT_INDETERMINATE},
    {NULL, 0},
};

const struct hp_word hp_words_hotfix[] = {
    {"UNKNOWN", HP_HOTFIX_UNKNOWN},
    {"FIXED", HP_HOTFIX_FIXED},
    {"NOT_FIXED", HP_HOTFIX_NOT_FIXED},
    {"NOT_APPLICABLE", HP_HOTFIX_NOT_APPLICABLE},
    {NULL, 0},
};

const struct hp_word hp_words_damage[] = {
    {"noted", HP_DAMAGE_NOTED},
    {"dropped", HP_DAMAGE_DROPPED},
    {"clamped", HP_DAMAGE_CLAMPED},
    {"skipped", HP_DAMAGE_SKIPPED},
    {NULL, 0},
};

const struct hp_word hp_words_log_format[] = {
    {"dirt", HP_LOG_DIRT},
    {"hvle", HP_LOG_HVLE},
    {NULL, 0},
};

bool hp_word_find(const struct hp_word *list, const char *word, size_t size,
                  uint32_t *meaning)
{
    for (; list->word != NULL; list++) {
        if (strlen(list->word) == size && memcmp(list->word, word, size) == 0) {
            *meaning = list->meaning;
            return true;
        }
    }
    return false;
}

const char *hp_word_of(const struct hp_word *list, uint32_t meaning)
{
    while (list->word != NULL && list->meaning != meaning)
        list++;
    return list->word;
}
