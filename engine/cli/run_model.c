/* SPDX-License-Identifier: Apache-2.0 */
#include "run_model.h"

#include <string.h>

#include "logs.h"
#include "output.h"

bool hp_open_software(struct hp_options *options, struct hp_file *file,
                      struct hp_source *source)
{
    if (options->software_file == NULL)
        return true;
    if (!hp_file_open_with_logs(file, options->software_file, options, false))
        return false;
    hp_logs_tell(file);
    *source = hp_source_of(file, options, &options->reader[0], true);
    options->question.software = source;
    hp_allow_memory(options->arena, file);
    return true;
}

enum hp_exit hp_refuse(const struct hp_options *options,
                       const struct hp_error *err, const char *detail)
{
    bool software =
        err->field != NULL && strncmp(err->field, "software", 8) == 0;

    if (err->status == HP_E_NO_MEMORY)
        return hp_complain_memory();
    return hp_complain_refused(
        software ? options->software_file : options->operands[0], err, detail);
}

static enum hp_exit enumerate(struct hp_report *report,
                              const struct hp_file *file,
                              struct hp_options *options)
{
    struct hp_source hive =
        hp_source_of(file, options, &options->reader[0], true);
    struct hp_error err = {HP_OK, 0, NULL, 0};
    char detail[HP_DETAIL_ROOM] = "";

    hp_allow_memory(options->arena, file);
    enum hp_status status =
        hp_enumerate(report, options->arena, &hive, &options->question, &err,
                     detail, sizeof detail);
    if (status == HP_OK)
        return HP_EXIT_GOOD;
    err.status = status;
    return hp_refuse(options, &err, detail);
}

enum hp_exit hp_run_model(struct hp_report *report, struct hp_file *file,
                          struct hp_options *options)
{
    struct hp_file software = {.fd = -1};
    struct hp_source source;
    enum hp_exit exit = HP_EXIT_INPUT;

    if (!hp_file_open_with_logs(file, options->operands[0], options, true))
        return HP_EXIT_INPUT;
    if (hp_open_software(options, &software, &source))
        exit = enumerate(report, file, options);
    if (exit == HP_EXIT_GOOD &&
        (hp_file_has_changed(file) || hp_file_has_changed(&software)))
        exit = HP_EXIT_INPUT;
    hp_file_close(&software);
    options->question.software = NULL;
    if (exit != HP_EXIT_GOOD)
        hp_file_close(file);
    return exit;
}
