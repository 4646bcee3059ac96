/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include <stddef.h>

const char hp_failed_text[] = "Enumeration of the files failed.";

static const struct hp_code_text codes[] = {
    {HP_CODE_PARAMETER, "0x80070057", "The parameter is incorrect."},
    {HP_CODE_NAME, "0x8007007B",
     "The file name, directory name, or volume label syntax is incorrect."},
};

const struct hp_code_text *hp_code_text_of(unsigned code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

enum hp_exit hp_exit_of(enum hp_result result)
{
    switch (result) {
    case HP_RESULT_OK:
        return HP_EXIT_GOOD;
    case HP_RESULT_FAILED:
        return HP_EXIT_BAD;
    case HP_RESULT_INDETERMINATE:
        return HP_EXIT_INDETERMINATE;
    }
    return HP_EXIT_INTERNAL;
}

static const struct meaning {
    int weight;
    const char *reason;
    const char *cure;
} meanings[] = {
    [HP_VERDICT_OK] = {0, "its volume is there", ""},
    [HP_VERDICT_EXCLUDED] = {1,
                             "ExcludedBinaryPaths takes it out of the "
                             "backup",
                             ""},
    [HP_VERDICT_SKIP_NO_EXE] = {0,
                                "the path holds no \".exe\": the writer "
                                "passes it over",
                                ""},
    [HP_VERDICT_SKIP_INACTIVE_DRIVER] = {0, "the driver is not loaded", ""},
    [HP_VERDICT_SKIP_NOT_SERVICE] = {0, "the key is no service", ""},
    [HP_VERDICT_QSC_FAIL] =
        {2,
         "the service has no path that can be read: event 513 is logged, "
         "the backup goes on",
         "give it a valid ImagePath, or remove the "
         "service"},
    [HP_VERDICT_FAIL_VOLUME] =
        {7,
         "no local volume is there for this path, so the backup cannot "
         "take the file",
         ""},
    [HP_VERDICT_FAIL_SYNTAX] =
        {6, "the path holds characters that no file name can hold",
         "correct ImagePath; put a path with spaces or arguments in one pair "
         "of quotes"},
    [HP_VERDICT_FAIL_FORMAT] =
        {5,
         "the path names no volume; what the backup makes of that is not "
         "known",
         "write ImagePath as a full path with its drive"},
    [HP_VERDICT_FAIL_REMOTE] =
        {4,
         "the path lies on another machine; this Windows takes local files "
         "only",
         "put the binary on a local volume"},
    [HP_VERDICT_INDETERMINATE] =
        {3,
         "whether the backup takes this path is not known, see its volume and "
         "the findings",
         "say what is known: --volume, --software, --env"},
};

int hp_verdict_weight(enum hp_verdict verdict)
{
    return meanings[verdict].weight;
}

const char *hp_verdict_reason(enum hp_verdict verdict)
{
    return meanings[verdict].reason;
}

const char *hp_verdict_cure(enum hp_verdict verdict, enum hp_profile profile,
                            bool driver, bool nameable)
{
    if (verdict != HP_VERDICT_FAIL_VOLUME)
        return meanings[verdict].cure;
    if (driver)
        return "correct ImagePath, or bring the volume back; the exclusion "
               "list is not known to cover drivers";
    if (!nameable && profile <= HP_PROFILE_KB980794)
        return "correct ImagePath, or bring the volume back; no entry of the "
               "exclusion list can name this path";
    switch (profile) {
    case HP_PROFILE_PRE:
        return "correct ImagePath, or install hotfix KB 980794 and exclude the "
               "file: hiveproof remedy HIVE prints the registry value";
    case HP_PROFILE_KB980794:
        return "correct ImagePath, or exclude the file: hiveproof remedy HIVE "
               "prints the registry value";
    case HP_PROFILE_CLIENT8:
    case HP_PROFILE_SERVER2012:
        break;
    }
    return "correct ImagePath, or bring the volume back; this Windows does not "
           "read ExcludedBinaryPaths";
}
