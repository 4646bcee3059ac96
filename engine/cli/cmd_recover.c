/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof recover: a dirty hive as its transaction logs make it, as a file
 * that any reader takes. */
#include <inttypes.h>

#include "commands.h"
#include "logs.h"
#include "whole_file.h"

static enum hp_exit write_hive(const struct hp_file *file,
                               const struct hp_options *options)
{
    const struct hp_file *inputs[1 + HP_LIMIT_LOGS] = {file};
    size_t count = 1;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        if (file->logs->file[i].path != NULL)
            inputs[count++] = &file->logs->file[i];
    if (hp_file_has_changed(file))
        return HP_EXIT_INPUT;
    return hp_whole_file_write(options->output_file, options->force, inputs,
                               count, file->bytes, (size_t)file->size);
}

static void tell(struct hp_output *output, const struct hp_file *file)
{
    const struct hp_logs *logs = file->logs;
    char text[HP_LOG_TEXT_ROOM];

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++) {
        if (logs->file[i].path == NULL)
            continue;
        hp_log_describe(text, &logs->plan.log[i], logs->file[i].full_size);
        hp_output_bytes(output, logs->file[i].path);
        hp_output_printf(output, ": %s\n", text);
    }
    if (logs->plan.result == HP_RECOVERY_CLEAN)
        hp_output_printf(output, "the hive is clean: written as it is\n");
    else
        hp_output_printf(output,
                         "%" PRIu64 " bytes, sequence number %" PRIu32 "%s\n",
                         file->size, logs->plan.sequence,
                         logs->plan.base_lost ? ", base block from a log" : "");
}

enum hp_exit hp_cmd_recover(struct hp_options *options,
                            struct hp_output *output)
{
    struct hp_file file;
    enum hp_exit exit = HP_EXIT_BAD;

    if (!hp_file_open_with_logs(&file, options->operands[0], options, true))
        return HP_EXIT_INPUT;
    if (file.logs->plan.result == HP_RECOVERY_REFUSED) {
        hp_logs_tell(&file);
        hp_complain(file.path, "the hive is dirty, and no log applies");
    } else {
        exit = write_hive(&file, options);
        if (exit == HP_EXIT_GOOD)
            tell(output, &file);
    }
    hp_file_close(&file);
    return exit;
}
