/* SPDX-License-Identifier: Apache-2.0
 *
 * One ImagePath: from bytes to text (rules B), to the path that the writer
 * makes of it (W, D), to the class of that path (P). Nothing here knows the
 * machine. Functions that allocate return false without memory. */
#ifndef HP_IMAGE_PATH_H
#define HP_IMAGE_PATH_H

#include "findings.h"
#include "text.h"

/* Registry value types. */
#define HP_REG_SZ 1u
#define HP_REG_EXPAND_SZ 2u
#define HP_REG_BINARY 3u
#define HP_REG_DWORD 4u
#define HP_REG_LINK 6u
#define HP_REG_MULTI_SZ 7u

/* What the bytes of a value say. */
enum hp_decoded {
    HP_DECODED_TEXT,
    HP_DECODED_WRONG_TYPE, /* as if there was no value (B2) */
    HP_DECODED_TOO_LONG    /* not worked on (B7) */
};

/* Decodes `data` of a value of `type` up to its first NUL (B1 to B7). *text
 * is empty unless *decoded is HP_DECODED_TEXT. Adds LINK_TYPE, MULTI_SZ_TYPE,
 * WRONG_TYPE, TOO_LONG, ODD_LENGTH, UNTERMINATED, EMBEDDED_NUL (only NUL units
 * behind the first are no second path), LONE_SURROGATE, BOM, LOOKS_8BIT. */
bool hp_image_path_decode(enum hp_decoded *decoded, struct hp_text *text,
                          struct hp_arena *arena,
                          struct hp_finding_list *findings, uint32_t type,
                          struct hp_span data);

/* W5 to W7: the lower-cased text up to its first ".exe", without one leading
 * quote if text follows the match. *has_exe false: there is none, and *path
 * is untouched. */
bool hp_image_path_win32(struct hp_text *path, bool *has_exe,
                         struct hp_arena *arena, struct hp_text text);

/* D2 to D4: the string that D5 expands. An empty `text` stands for a missing
 * value too. */
bool hp_image_path_driver(struct hp_text *path, struct hp_arena *arena,
                          struct hp_text text, struct hp_text service);

struct hp_guid {
    uint8_t bytes[16]; /* in the order in which the text spells them */
};

/* Reads "{8-4-4-4-12}" at the start of `text`. */
bool hp_guid_parse(struct hp_guid *guid, struct hp_text text);
#define HP_GUID_UNITS 38

/* The shape of a path. */
struct hp_shape {
    int path_class; /* 1 to 9 for P1 to P9 */
    char letter;    /* 'A' to 'Z', or 0 */
    bool has_guid;
    struct hp_guid guid;
    struct hp_text volume; /* what names the volume, as the path spells it:
                            * "q:", "volume{...}", and for P4 all behind
                            * GLOBALROOT; or empty */
    bool unknown_variable; /* it starts with a %name% nobody could expand */
    bool doubtful;         /* P9 that may not work: '/' or too long */
};

/* Classifies `path`, which has been expanded a last time. Of P9 it adds the
 * findings FORWARD_SLASH, DOUBLE_BACKSLASH, DOT_SEGMENT,
 * TRAILING_DOT_OR_SPACE, SHORT_NAME, RESERVED_NAME, LONG_PATH. */
struct hp_shape hp_image_path_shape(struct hp_text path,
                                    struct hp_finding_list *findings);

#endif
