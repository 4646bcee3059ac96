/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include <assert.h>
#include <string.h>

static bool has(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

bool hp_finding_list_has(const struct hp_finding_list *list, const char *name)
{
    return has(list->names, list->count, name);
}

bool hp_findings_have(struct hp_findings findings, const char *name)
{
    return has(findings.names, findings.count, name);
}

void hp_findings_add(struct hp_finding_list *list, const char *name)
{
    if (has(list->names, list->count, name))
        return;
    assert(list->count < HP_FINDINGS_MAX);
    list->names[list->count++] = name;
}

bool hp_findings_seal(struct hp_findings *findings, struct hp_arena *arena,
                      const struct hp_finding_list *list)
{
    const char **names = NULL;

    if (list->count > 0) {
        names = hp_arena_copy(arena, list->names,
                              list->count * sizeof(*list->names));
        if (names == NULL)
            return false;
    }
    *findings = (struct hp_findings){names, list->count};
    return true;
}
