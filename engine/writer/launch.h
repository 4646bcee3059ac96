/* SPDX-License-Identifier: Apache-2.0
 *
 * What a service really starts (3.5), and what Microsoft's script says of the
 * same text. Hygiene: none of it changes a verdict. */
#ifndef HP_LAUNCH_H
#define HP_LAUNCH_H

#include "findings.h"
#include "text.h"

/* Candidates kept; a text of blanks has one per blank. */
#define HP_LAUNCH_MAX 32

struct hp_launch {
    struct hp_text list[HP_LAUNCH_MAX];
    size_t count;
};

/* Adds what CreateProcess tries, in its order, for the expanded `text` of a
 * Win32 service that starts in `system_root`\System32: the quoted token, or
 * the text up to each blank; ".exe" where there is no extension; a relative
 * name in System32, and a bare one also in System and the root. (PATH is left
 * out.) False without memory. */
bool hp_launch_win32(struct hp_launch *launch, struct hp_arena *arena,
                     struct hp_text text, struct hp_text system_root);

/* Adds what the kernel loads for a driver (1.4): an NT path. An empty `text`
 * stands for a missing value too. */
bool hp_launch_driver(struct hp_launch *launch, struct hp_arena *arena,
                      struct hp_text text, struct hp_text service);

/* True if `path` is one of the candidates, case ignored, where \SystemRoot\
 * stands for `system_root` and \??\ for nothing. */
bool hp_launch_has(const struct hp_launch *launch, struct hp_text path,
                   struct hp_text system_root);

/* Adds the categories of Microsoft's script for an expanded Win32 text:
 * MS_UNRECOGNIZED_PATH, MS_SPACE_IN_PATH, MS_INVALID_CHARS, or any of
 * MS_DOUBLE_SLASH, MS_RELATIVE_PATH, MS_FOWARD_SLASH (its spelling),
 * MS_INVALID_FORMAT. */
void hp_microsoft_script(struct hp_finding_list *findings, struct hp_text text);

#endif
