/* SPDX-License-Identifier: Apache-2.0
 *
 * The reports of a run, all from one result. Each writes to `out` and returns
 * false when that refused or memory ended. */
#ifndef HP_CONFORM_REPORT_H
#define HP_CONFORM_REPORT_H

#include "escape.h"
#include "summary.h"

/* For a terminal: what failed, and the counts. */
bool hp_conform_write_text(struct hp_out out, const struct hp_conform_run *run);

/* For programs: schema hiveproof-conform/1; JUnit's XML; SARIF 2.1.0; CTRF.
 * For people: Markdown, and a page that needs nothing else. */
bool hp_conform_write_json(struct hp_out out, const struct hp_conform_run *run);
bool hp_conform_write_junit(struct hp_out out,
                            const struct hp_conform_run *run);
bool hp_conform_write_sarif(struct hp_out out,
                            const struct hp_conform_run *run);
bool hp_conform_write_ctrf(struct hp_out out, const struct hp_conform_run *run);
bool hp_conform_write_markdown(struct hp_out out,
                               const struct hp_conform_run *run);
bool hp_conform_write_html(struct hp_out out, const struct hp_conform_run *run);

/* The failures as a file of known ones (known.h). */
bool hp_conform_write_known(struct hp_out out,
                            const struct hp_conform_run *run);

/* ---- what the reports share ------------------------------------------ */

/* Bytes of a report. A write that fails sticks. */
struct hp_sheet {
    struct hp_out out;
    bool failed;
};

void hp_sheet_put(struct hp_sheet *sheet, const char *text);
__attribute__((__format__(__printf__, 2, 3))) void
hp_sheet_printf(struct hp_sheet *sheet, const char *format, ...);
/* Text of the hive, and bytes that are WTF-8 or not. */
void hp_sheet_text(struct hp_sheet *sheet, enum hp_escape style,
                   struct hp_text text);
/* The same for a terminal, but a backslash stays one, as in paths. */
void hp_sheet_path(struct hp_sheet *sheet, struct hp_text text);
void hp_sheet_plain(struct hp_sheet *sheet, const char *bytes);
void hp_sheet_bytes(struct hp_sheet *sheet, enum hp_escape style,
                    const char *bytes);

#endif
