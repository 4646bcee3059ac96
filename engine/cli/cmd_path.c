/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof path: the same for one ImagePath, without a hive. */
#include "commands.h"
#include "report_json.h"
#include "report_text.h"
#include "run_model.h"

static enum hp_exit judge(struct hp_options *options, struct hp_output *output)
{
    char detail[HP_DETAIL_ROOM] = "";
    struct hp_error err = {HP_OK, 0, NULL, 0};
    struct hp_report report;

    enum hp_status status =
        hp_judge_path(&report, options->arena, &options->path,
                      &options->question, &err, detail, sizeof detail);
    err.status = status;
    if (status != HP_OK)
        return hp_refuse(options, &err, detail);
    if (!options->json)
        hp_path_text(output, options, &report);
    else if (!hp_path_json(output, options, &report))
        return hp_complain_memory();
    return HP_EXIT_GOOD;
}

enum hp_exit hp_cmd_path(struct hp_options *options, struct hp_output *output)
{
    struct hp_file software = {.fd = -1};
    struct hp_source source;

    if (!hp_open_software(options, &software, &source))
        return HP_EXIT_INPUT;
    enum hp_exit exit = judge(options, output);
    if (hp_file_has_changed(&software))
        exit = HP_EXIT_INPUT;
    hp_file_close(&software);
    return exit;
}
