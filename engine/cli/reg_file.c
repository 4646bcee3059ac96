/* SPDX-License-Identifier: Apache-2.0 */
#include "reg_file.h"

#include <stdio.h>
#include <string.h>

/* regedit breaks a line behind the last byte that ends before column 78. */
enum { COLUMNS = 77, BYTE_COLUMNS = 3 };

#define KEY                                                                    \
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SystemWriter"
#define VALUE "\"ExcludedBinaryPaths\"=hex(7):"

struct lines {
    struct hp_output *output;
    size_t column; /* of the line that is written */
    bool begun;    /* a byte was written */
};

/* ASCII as UTF-16LE. */
static void put(struct hp_output *output, const char *text)
{
    for (; *text != '\0'; text++) {
        char unit[2] = {*text, '\0'};
        (void)hp_output_write(output, unit, sizeof unit);
    }
}

static void put_byte(struct lines *lines, unsigned byte)
{
    char digits[3];

    if (lines->begun) {
        put(lines->output, ",");
        lines->column++;
    }
    if (lines->column + BYTE_COLUMNS > COLUMNS) {
        put(lines->output, "\\\r\n  ");
        lines->column = 2;
    }
    (void)snprintf(digits, sizeof digits, "%02x", byte & 0xFF);
    put(lines->output, digits);
    lines->column += 2;
    lines->begun = true;
}

static void put_unit(struct lines *lines, uint16_t unit)
{
    put_byte(lines, unit);
    put_byte(lines, unit >> 8);
}

void hp_reg_file_write(struct hp_output *output, const struct hp_text *entries,
                       size_t count)
{
    struct lines lines = {output, strlen(VALUE), false};

    (void)hp_output_write(output, "\xFF\xFE", 2);
    put(output,
        "Windows Registry Editor Version 5.00\r\n\r\n[" KEY "]\r\n" VALUE);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < entries[i].count; k++)
            put_unit(&lines, entries[i].units[k]);
        put_unit(&lines, 0);
    }
    put_unit(&lines, 0);
    put(output, "\r\n\r\n");
}
