/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 1024 };

static void put_bytes(struct hp_sheet *sheet, const char *bytes, size_t size)
{
    if (!sheet->failed && size > 0)
        sheet->failed = !sheet->out.write(sheet->out.self, bytes, size);
}

void hp_sheet_put(struct hp_sheet *sheet, const char *text)
{
    put_bytes(sheet, text, strlen(text));
}

void hp_sheet_printf(struct hp_sheet *sheet, const char *format, ...)
{
    char line[LINE_ROOM];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= sizeof line)
        sheet->failed = true;
    else
        put_bytes(sheet, line, (size_t)size);
}

void hp_sheet_text(struct hp_sheet *sheet, enum hp_escape style,
                   struct hp_text text)
{
    if (!sheet->failed)
        sheet->failed = !hp_escape_text(sheet->out, style, text);
}

void hp_sheet_path(struct hp_sheet *sheet, struct hp_text text)
{
    for (size_t from = 0, at = 0; at <= text.count; at++) {
        if (at < text.count && text.units[at] != '\\')
            continue;
        hp_sheet_text(sheet, HP_ESCAPE_TERMINAL,
                      (struct hp_text){text.units + from, at - from});
        if (at < text.count)
            hp_sheet_put(sheet, "\\");
        from = at + 1;
    }
}

/* The units of bytes, to be freed; NULL, and the sheet has failed, without
 * memory. */
static uint16_t *decode(struct hp_sheet *sheet, struct hp_text *text,
                        const char *bytes)
{
    size_t size = strlen(bytes);
    uint16_t *units = malloc((size + 1) * sizeof *units);
    bool valid;

    if (units == NULL) {
        sheet->failed = true;
        return NULL;
    }
    *text = (struct hp_text){units, hp_wtf8_decode(units, bytes, size, &valid)};
    return units;
}

void hp_sheet_plain(struct hp_sheet *sheet, const char *bytes)
{
    struct hp_text text;
    uint16_t *units = decode(sheet, &text, bytes);

    if (units != NULL)
        hp_sheet_path(sheet, text);
    free(units);
}

void hp_sheet_bytes(struct hp_sheet *sheet, enum hp_escape style,
                    const char *bytes)
{
    struct hp_text text;
    uint16_t *units = decode(sheet, &text, bytes);

    if (units != NULL)
        hp_sheet_text(sheet, style, text);
    free(units);
}
