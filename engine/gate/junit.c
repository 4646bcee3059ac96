/* SPDX-License-Identifier: Apache-2.0 */
#include "junit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_out.h"
#include "output.h"

static void put_escaped(FILE *file, const char *bytes, size_t size)
{
    uint16_t *units = malloc((size + 1) * sizeof *units);
    bool valid;

    if (units == NULL)
        return;
    struct hp_text text = {units, hp_wtf8_decode(units, bytes, size, &valid)};
    (void)hp_escape_text(hp_out_to_file(file), HP_ESCAPE_XML, text);
    free(units);
}

static void put_attribute(FILE *file, const char *name, const char *bytes,
                          size_t size)
{
    (void)fprintf(file, " %s=\"", name);
    put_escaped(file, bytes, size);
    (void)fputc('"', file);
}

static void put_case(FILE *file, const struct hp_case *item,
                     const struct hp_case_result *result)
{
    static const char *const types[] = {"not-run", "", "failed", "crashed",
                                        "late"};

    (void)fputs("  <testcase", file);
    put_attribute(file, "classname", item->file->folder,
                  strlen(item->file->folder));
    put_attribute(file, "name", item->name, strlen(item->name));
    (void)fprintf(file, " time=\"%u.%03u\"", result->milliseconds / 1000,
                  result->milliseconds % 1000);
    if (result->state == HP_CASE_PASSED) {
        (void)fputs("/>\n", file);
        return;
    }
    bool skipped = result->state == HP_CASE_NOT_RUN;
    (void)fprintf(file, ">\n    <%s", skipped ? "skipped" : "failure");
    if (!skipped)
        (void)fprintf(file, " type=\"%s\"", types[result->state]);
    put_attribute(file, "message", result->message,
                  strcspn(result->message, "\n"));
    (void)fputc('>', file);
    put_escaped(file, result->message, strlen(result->message));
    (void)fprintf(file, "</%s>\n  </testcase>\n",
                  skipped ? "skipped" : "failure");
}

static size_t count_state(const struct hp_cases *cases,
                          const struct hp_case_result *results,
                          enum hp_case_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < cases->count; i++)
        count += results[i].state == state;
    return count;
}

bool hp_junit_write(const char *path, const struct hp_cases *cases,
                    const struct hp_case_result *results)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        hp_complain(path, "%s", strerror(errno));
        return false;
    }
    size_t passed = count_state(cases, results, HP_CASE_PASSED);
    size_t skipped = count_state(cases, results, HP_CASE_NOT_RUN);
    (void)fprintf(file,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuites>\n <testsuite name=\"hiveproof gate\" "
                  "tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
                  "skipped=\"%zu\">\n",
                  cases->count, cases->count - passed - skipped, skipped);
    for (size_t i = 0; i < cases->count; i++)
        put_case(file, &cases->cases[i], &results[i]);
    (void)fputs(" </testsuite>\n</testsuites>\n", file);
    bool written = !ferror(file);
    if (fclose(file) == 0 && written)
        return true;
    hp_complain(path, "%s", strerror(errno));
    return false;
}
