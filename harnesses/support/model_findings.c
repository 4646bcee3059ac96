/* SPDX-License-Identifier: Apache-2.0 */
#include "model_findings.h"

#include "model_environment.h"
#include "model_text.h"
#include "model_tree.h"

enum {
    LINK,
    DUPLICATE,
    TYPE_INVALID,
    INCOMPLETE,
    NAME,
    DELETED,
    MIXED,
    WRONG_TYPE,
    LINK_TYPE,
    MULTI_TYPE,
    ODD,
    UNTERMINATED,
    NUL,
    SURROGATE,
    BOM,
    NARROW
};

const char *const model_finding_names[MODEL_FINDINGS] = {
    "SYMBOLIC_LINK", "DUPLICATE_SERVICE", "TYPE_INVALID", "INCOMPLETE",
    "INVALID_NAME",  "DELETE_PENDING",    "TYPE_MIXED",   "WRONG_TYPE",
    "LINK_TYPE",     "MULTI_SZ_TYPE",     "ODD_LENGTH",   "UNTERMINATED",
    "EMBEDDED_NUL",  "LONE_SURROGATE",    "BOM",          "LOOKS_8BIT"};

static uint32_t bit(int finding, bool due)
{
    return due ? UINT32_C(1) << finding : 0;
}

/* K2, K3 and K6 to K11. What is no service for one reason is not looked at for
 * the next. */
static uint32_t of_key(const struct hp_policies *policies,
                       const struct hp_tree_key *key)
{
    uint32_t type, number;
    bool link = model_is_link(key), twice = model_is_duplicate(key);
    bool valid = model_dword(&type, key, "Type");
    bool brace = key->name.count > 0 && key->name.units[0] == '{';
    uint32_t due =
        bit(LINK, link) | bit(DUPLICATE, twice) |
        bit(TYPE_INVALID, !valid && model_value(key, "Type") != NULL);

    if (link || twice || !valid || brace)
        return due;
    if (!model_dword(&number, key, "Start") ||
        !model_dword(&number, key, "ErrorControl"))
        return due | bit(INCOMPLETE, true);
    if ((type & 0x3B) == 0 ||
        (policies->no_user_services && (type & 0xC0) != 0))
        return due;
    return due |
           bit(NAME,
               key->name.count > 256 || model_has_unit(key->name, 0, "/\\")) |
           bit(DELETED, model_value(key, "DeleteFlag") != NULL) |
           bit(MIXED, (type & 0x30) != 0 && (type & 0x0B) != 0);
}

static bool is_half(struct hp_text text, size_t at)
{
    uint16_t unit = text.units[at];
    bool high = unit >= 0xD800 && unit < 0xDC00;
    bool low = unit >= 0xDC00 && unit < 0xE000;
    bool after =
        at > 0 && text.units[at - 1] >= 0xD800 && text.units[at - 1] < 0xDC00;
    bool before = at + 1 < text.count && text.units[at + 1] >= 0xDC00 &&
                  text.units[at + 1] < 0xE000;

    return (high && !before) || (low && !after);
}

static bool is_printable(unsigned byte)
{
    return byte >= 0x20 && byte < 0x7F;
}

/* B5, B6. */
static uint32_t of_text(struct hp_text text)
{
    uint32_t due = bit(BOM, text.count > 0 && text.units[0] == 0xFEFF);
    bool narrow = text.count > 0;

    for (size_t i = 0; i < text.count; i++) {
        due |= bit(SURROGATE, is_half(text, i));
        narrow = narrow && is_printable(text.units[i] & 0xFF) &&
                 is_printable(text.units[i] >> 8);
    }
    return due | bit(NARROW, narrow);
}

/* B2 to B4. */
static uint32_t of_image(const struct model_image *image)
{
    size_t total = image->data.len / 2, count = 0;
    bool rest = false;

    if (!image->present)
        return 0;
    if (!model_is_text(image))
        return bit(WRONG_TYPE, true);
    uint32_t due =
        bit(LINK_TYPE, image->type == 6) | bit(MULTI_TYPE, image->type == 7);
    if (total > MODEL_TEXT_LIMIT)
        return due;
    static uint16_t units[MODEL_TEXT_LIMIT];
    hp_utf16le_decode(units, image->data);
    while (count < total && units[count] != 0)
        count++;
    for (size_t i = count; i < total; i++)
        rest = rest || units[i] != 0;
    return due | bit(ODD, image->data.len % 2 != 0) |
           bit(UNTERMINATED, total > 0 && count == total) |
           bit(NUL, rest && image->type != 7) |
           of_text((struct hp_text){units, count});
}

uint32_t model_findings(const struct hp_policies *policies,
                        const struct hp_tree_key *key,
                        const struct model_image *image)
{
    return of_key(policies, key) | of_image(image);
}
