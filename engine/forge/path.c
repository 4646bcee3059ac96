/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "reader.h"

bool hp_read_component(struct hp_text *text, struct hp_scan *scan)
{
    const char *start = scan->at;

    if (hp_scan_is(scan, '"'))
        return hp_scan_string(text, scan);
    while (scan->at < scan->end && *scan->at != '\\' && *scan->at != ']' &&
           *scan->at != '\n')
        scan->at++;
    if (scan->at == start)
        return hp_scan_fail(scan, "a key's name should stand here; an empty "
                                  "one is \"\"");
    return hp_scan_plain(text, scan, start, (size_t)(scan->at - start));
}

/* The subkey of *key that is called `label`, made if need be. */
static bool descend(struct hp_plan_key **key, struct hp_reader_state *r,
                    struct hp_scan *scan, struct hp_text label)
{
    struct hp_plan_key *subkey = hp_plan_key_find(r->plan, *key, label);

    if (subkey == NULL) {
        subkey = hp_plan_key_add(r->plan, *key, label);
        if (subkey == NULL)
            return hp_scan_no_memory(scan);
        subkey->record.origin = hp_scan_origin(scan);
    }
    *key = subkey;
    return true;
}

static bool start_at_root(struct hp_plan_key **key, struct hp_reader_state *r,
                          struct hp_scan *scan)
{
    *key = hp_plan_root(r->plan);
    if (*key == NULL)
        return hp_scan_no_memory(scan);
    if ((*key)->record.origin.line == 0)
        (*key)->record.origin = hp_scan_origin(scan);
    return true;
}

bool hp_read_key_path(struct hp_plan_key **key, struct hp_reader_state *r,
                      struct hp_scan *scan)
{
    struct hp_text label = {NULL, 0};

    if (!start_at_root(key, r, scan) ||
        !hp_scan_expect(scan, '[',
                        "a key's path in brackets should stand "
                        "here") ||
        !hp_scan_expect(scan, '\\', "a key's path begins with a backslash"))
        return false;
    while (!hp_scan_pass(scan, ']')) {
        if (!hp_read_component(&label, scan) || !descend(key, r, scan, label))
            return false;
        if (!hp_scan_pass(scan, '\\') && !hp_scan_is(scan, ']'))
            return hp_scan_fail(scan, "the path is not closed by ]");
    }
    return true;
}

const struct hp_plan_key *hp_recipe_find_key(struct hp_plan *plan,
                                             const char *path)
{
    struct hp_recipe_error err;
    struct hp_scan scan = hp_scan_of(plan, &err, "", path, strlen(path));
    struct hp_plan_key *key = plan->root;
    struct hp_text label;

    if (!hp_scan_pass(&scan, '\\'))
        return NULL;
    while (key != NULL && scan.at < scan.end) {
        if (!hp_read_component(&label, &scan))
            return NULL;
        key = hp_plan_key_find(plan, key, label);
        if (!hp_scan_pass(&scan, '\\') && scan.at < scan.end)
            return NULL;
    }
    return key;
}

const struct hp_plan_value *hp_recipe_find_value(struct hp_plan *plan,
                                                 const struct hp_plan_key *key,
                                                 const char *name)
{
    size_t size = strlen(name);
    char *quoted = hp_arena_alloc(plan->arena, size + 3);
    struct hp_recipe_error err;
    struct hp_text label;

    if (quoted == NULL)
        return NULL;
    quoted[0] = '"';
    memcpy(quoted + 1, name, size);
    quoted[size + 1] = '"';
    struct hp_scan scan = hp_scan_of(plan, &err, "", quoted, size + 2);
    if (!hp_scan_string(&label, &scan) || scan.at < scan.end)
        return NULL;
    return hp_plan_value_find(plan, key, label);
}

/* ---- .reg files ------------------------------------------------------ */

/* The name in a .reg file's path that starts at the scan and ends before the
 * next backslash or `end`, and that backslash. */
static bool next_reg_name(struct hp_text *text, struct hp_scan *scan,
                          const char *end)
{
    const char *start = scan->at;
    const char *stop = memchr(start, '\\', (size_t)(end - start));

    if (stop == NULL)
        stop = end;
    if (stop == start)
        return hp_scan_fail(scan, "an empty key name");
    if (!hp_scan_plain(text, scan, start, (size_t)(stop - start)))
        return false;
    scan->at = stop < end ? stop + 1 : stop;
    return true;
}

static bool starts_with_hkey(const struct hp_scan *scan)
{
    return scan->end - scan->at > 5 && memcmp(scan->at, "HKEY_", 5) == 0;
}

/* HKEY_x\NAME in front: the first key says what is cut off all of them. */
static bool cut_prefix(struct hp_recipe_file *file, const char *end)
{
    struct hp_scan *scan = &file->scan;
    struct hp_text names[2] = {{NULL, 0}, {NULL, 0}};
    uint8_t count = 0;

    (void)hp_scan_pass(scan, '\\');
    if (starts_with_hkey(scan)) {
        for (; count < 2 && scan->at < end; count++) {
            if (!next_reg_name(&names[count], scan, end))
                return false;
        }
        if (count < 2)
            return hp_scan_fail(scan, "the hive's name is missing: "
                                      "[HKEY_x\\NAME...]");
    }
    if (!file->has_prefix) {
        file->has_prefix = true;
        file->prefix_count = count;
        memcpy(file->prefix, names, count * sizeof names[0]);
    }
    bool same = count == file->prefix_count;
    for (uint8_t i = 0; same && i < count; i++)
        same = hp_text_equal_nocase(names[i], file->prefix[i]);
    return same || hp_scan_fail(scan, "a key of another hive than the first");
}

/* The bracket that closes the path, the last one of the line; NULL: none. */
static const char *find_close(const struct hp_scan *scan)
{
    const char *close = NULL;

    for (const char *at = scan->at; at < scan->end && *at != '\n'; at++)
        if (*at == ']')
            close = at;
    return close;
}

bool hp_read_reg_path(struct hp_plan_key **key, struct hp_reader_state *r,
                      struct hp_recipe_file *file)
{
    static const uint16_t control_set[] = {'C', 'o', 'n', 't', 'r', 'o', 'l',
                                           'S', 'e', 't', '0', '0', '1'};
    struct hp_scan *scan = &file->scan;
    const char *end;
    struct hp_text name = {NULL, 0};

    scan->at++;
    if (hp_scan_is(scan, '-'))
        return hp_scan_fail(scan, "a recipe cannot delete keys");
    end = find_close(scan);
    if (end == NULL)
        return hp_scan_fail(scan, "the path is not closed by ]");
    if (!start_at_root(key, r, scan) || !cut_prefix(file, end))
        return false;
    while (scan->at < end) {
        if (!next_reg_name(&name, scan, end))
            return false;
        if (*key == r->plan->root &&
            hp_text_is_nocase(name, "CurrentControlSet"))
            name = (struct hp_text){control_set, 13};
        if (!descend(key, r, scan, name))
            return false;
    }
    scan->at = end + 1;
    return true;
}
