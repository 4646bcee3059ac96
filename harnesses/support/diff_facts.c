/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_facts.h"

#include <stdio.h>
#include <string.h>

#include "layout.h"

enum { MARK = 0xFEFF };

static bool has_lone_surrogate(struct hp_text name)
{
    for (size_t i = 0; i < name.count; i++) {
        bool high = (name.units[i] & 0xFC00) == 0xD800;
        if (high && i + 1 < name.count &&
            (name.units[i + 1] & 0xFC00) == 0xDC00)
            i++;
        else if ((name.units[i] & 0xF800) == 0xD800)
            return true;
    }
    return false;
}

void diff_facts_of_hive(char facts[DIFF_FACTS], const struct hp_tree *tree,
                        struct hp_span image)
{
    bool surrogate = false, empty = false, big = false;
    uint32_t sum = 0;

    for (const struct hp_tree_key *key = tree->root; key != NULL;
         key = hp_tree_key_after(key)) {
        surrogate |= has_lone_surrogate(key->name);
        for (const struct hp_tree_value *value = key->values; value != NULL;
             value = value->next) {
            surrogate |= has_lone_surrogate(value->name);
            empty |= value->data_size == 0;
            big |= value->data_size > DB_SEGMENT_MOST;
        }
    }
    (void)hp_span_u32(image, BASE_CHECKSUM, &sum);
    bool stored = sum == 1 || sum == UINT32_MAX - 1;
    (void)snprintf(facts, DIFF_FACTS, "%s%s%s%s", surrogate ? " surrogate" : "",
                   empty ? " empty" : "", big ? " big" : "",
                   stored ? " sum" : "");
}

/* ---- names --------------------------------------------------------------- */

static bool starts_with(struct hp_text text, struct hp_text start)
{
    return text.count >= start.count &&
           (start.count == 0 || memcmp(text.units, start.units,
                                       start.count * sizeof *text.units) == 0);
}

/* True if they differ in nothing but characters of `whole` from U+0080 to
 * U+009F, of which it has some. */
static bool is_code_page(struct hp_text whole, struct hp_text name)
{
    size_t controls = 0;

    if (whole.count != name.count)
        return false;
    for (size_t i = 0; i < whole.count; i++) {
        bool control = whole.units[i] >= 0x80 && whole.units[i] <= 0x9F;
        if (!control && whole.units[i] != name.units[i])
            return false;
        controls += control;
    }
    return controls > 0;
}

static const char *lost_in(struct hp_text whole, struct hp_text name)
{
    struct hp_text rest = {whole.units + 1, whole.count - 1};

    if (whole.count > 0 && whole.units[0] == MARK &&
        (starts_with(whole, name) || starts_with(rest, name)))
        return " BOM";
    if (is_code_page(whole, name))
        return " C1";
    if (!starts_with(whole, name))
        return "";
    for (size_t i = 0; i < whole.count; i++)
        if (whole.units[i] == 0)
            return i == name.count || whole.count == name.count ? " NUL" : "";
    return "";
}

const char *diff_facts_of_name(const struct hp_tree *tree,
                               const struct hp_tree_key *key, bool is_value,
                               struct hp_text name)
{
    const struct hp_tree_key *below = key == NULL ? tree->root : key->subkeys;
    const struct hp_tree_value *value = is_value ? key->values : NULL;
    const char *lost = "";

    for (; value != NULL && *lost == '\0'; value = value->next)
        lost = lost_in(value->name, name);
    for (; !is_value && below != NULL && *lost == '\0'; below = below->next)
        lost = lost_in(below->name, name);
    return lost;
}

/* ---- values -------------------------------------------------------------- */

const struct hp_tree_value *diff_value_of(const struct hp_tree_key *key,
                                          struct hp_text name)
{
    const struct hp_tree_value *value = key->values;

    while (value != NULL &&
           (value->name.count != name.count || !starts_with(value->name, name)))
        value = value->next;
    return value;
}

bool diff_is_big_data(struct hp_span image, uint64_t vk)
{
    uint32_t data = 0;
    uint16_t signature = 0;

    return vk < image.len &&
           hp_span_u32(image,
                       BASE_SIZE + (size_t)vk + CELL_SIZE_FIELD + VK_DATA,
                       &data) &&
           hp_span_u16(image, (size_t)BASE_SIZE + data + CELL_SIZE_FIELD,
                       &signature) &&
           signature == SIG_DB;
}
