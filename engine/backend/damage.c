/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

#include <string.h>

#define BASE_BLOCK_SIZE 4096

enum hp_status hp_damage_status(const struct hp_damage_event *damage)
{
    enum hp_status status = HP_E_READER;

    if (damage->status > HP_OK && damage->status < HP_E_INTERNAL)
        status = (enum hp_status)damage->status;
    /* A number that is no status has the slug of HP_E_INTERNAL. */
    if (strcmp(hp_status_slug(status), hp_status_slug(HP_E_INTERNAL)) == 0)
        return HP_E_READER;
    return status;
}

static bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool hp_damage_position(const struct hp_damage_event *damage,
                        uint64_t *position)
{
    const char *field = damage->field != NULL ? damage->field : "";

    if (starts_with(field, "base_block") || starts_with(field, "file")) {
        if (damage->offset == HP_UNKNOWN_U64)
            return false;
        *position = damage->offset;
        return true;
    }
    if (damage->offset > UINT64_MAX - BASE_BLOCK_SIZE)
        return false;
    *position = damage->offset + BASE_BLOCK_SIZE;
    return true;
}
