/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof enumerate: what the System Writer would do on this machine. */
#include "commands.h"
#include "report_json.h"
#include "report_text.h"
#include "run_model.h"
#include "verdict.h"

enum hp_exit hp_cmd_enumerate(struct hp_options *options,
                              struct hp_output *output)
{
    struct hp_report report;
    struct hp_file file;
    enum hp_exit exit = hp_run_model(&report, &file, options);

    if (exit != HP_EXIT_GOOD)
        return exit;
    exit = hp_exit_of(report.result);
    if (!options->json)
        hp_report_text(output, options, &file, &report);
    else if (!hp_report_json(output, options, &file, &report))
        exit = hp_complain_memory();
    hp_file_close(&file);
    return exit;
}
