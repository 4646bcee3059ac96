/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof diff: one hive as two back ends read it. */
#include <inttypes.h>

#include "commands.h"
#include "hp_limits.h"
#include "logs.h"
#include "tree.h"

enum { DETAIL_ROOM = 256 };

/* What one back end made of the hive. */
struct reading {
    const char *name; /* of the back end, as the user gave it */
    struct hp_tree tree;
    uint32_t result; /* HP_WALK_ */
    struct hp_error err;
    char detail[DETAIL_ROOM];
};

/* HP_EXIT_GOOD: read or refused. Otherwise the comparison is off, and a
 * message was printed. */
static enum hp_exit read_with(struct reading *reading,
                              const struct hp_file *file,
                              const struct hp_options *options, size_t which)
{
    const struct hp_reader *reader = &options->reader[which];
    struct hp_source source = hp_source_of(file, options, reader, false);
    struct hp_sink sink;

    reading->name = reader->name;
    reading->err = (struct hp_error){HP_OK, 0, NULL, 0};
    hp_allow_memory(options->arena, file);
    hp_tree_begin(&reading->tree, options->arena, &sink);
    reading->result = hp_source_walk(&source, false, &sink, &reading->err,
                                     reading->detail, sizeof reading->detail);
    if (reading->tree.status == HP_E_NO_MEMORY)
        return hp_complain_memory();
    if (reading->tree.status != HP_OK) {
        (void)hp_fail(&reading->err, reading->tree.status, 0, NULL, 0);
        reading->result = HP_WALK_FAILED;
    }
    if (reading->result != HP_WALK_FAILED)
        return HP_EXIT_GOOD;
    return hp_complain_refused(reader->name, &reading->err, reading->detail);
}

struct writer {
    struct hp_output *output;
    const struct reading *a, *b;
};

static void write_text(struct hp_output *output, struct hp_text text)
{
    (void)hp_escape_text(hp_output_out(output), HP_ESCAPE_TERMINAL, text);
}

/* "\ControlSet001\Services": names exactly, the root's left out. */
static void write_path(struct hp_output *output, const struct hp_tree_key *key)
{
    const struct hp_tree_key *chain[HP_LIMIT_KEY_DEPTH];
    size_t depth = 0;

    for (; key != NULL && key->parent != NULL && depth < HP_LIMIT_KEY_DEPTH;
         key = key->parent)
        chain[depth++] = key;
    if (depth == 0)
        hp_output_printf(output, "\\");
    while (depth > 0) {
        hp_output_printf(output, "\\");
        write_text(output, chain[--depth]->name);
    }
}

/* The first difference is the answer. */
static bool write_difference(void *self, const struct hp_difference *difference)
{
    const struct writer *writer = self;
    struct hp_output *output = writer->output;

    write_path(output, difference->key);
    hp_output_printf(output, "\n%s", difference->field);
    if (difference->name.count > 0) {
        hp_output_printf(output, " \"");
        write_text(output, difference->name);
        hp_output_printf(output, "\"");
    }
    hp_output_printf(output, "\n  ");
    hp_output_bytes(output, writer->a->name);
    hp_output_printf(output, ": %s\n  ", difference->a);
    hp_output_bytes(output, writer->b->name);
    hp_output_printf(output, ": %s\n", difference->b);
    return false;
}

static enum hp_exit compare(struct hp_output *output,
                            const struct reading readings[2])
{
    struct writer writer = {output, &readings[0], &readings[1]};

    if (hp_tree_compare(&readings[0].tree, &readings[1].tree, write_difference,
                        &writer) > 0)
        return HP_EXIT_BAD;
    hp_output_printf(output, "equal: %" PRIu64 " keys, %" PRIu64 " values\n",
                     readings[0].tree.keys, readings[0].tree.values);
    return HP_EXIT_GOOD;
}

static enum hp_exit answer(struct hp_output *output,
                           const struct reading readings[2])
{
    bool refused[2];

    for (size_t i = 0; i < 2; i++) {
        refused[i] = readings[i].result == HP_WALK_REFUSED;
        if (refused[i])
            (void)hp_complain_refused(readings[i].name, &readings[i].err,
                                      readings[i].detail);
    }
    if (!refused[0] && !refused[1])
        return compare(output, readings);
    if (refused[0] && refused[1])
        return HP_EXIT_INPUT;
    hp_output_bytes(output, readings[refused[0] ? 0 : 1].name);
    hp_output_printf(output, " refuses the hive, ");
    hp_output_bytes(output, readings[refused[0] ? 1 : 0].name);
    hp_output_printf(output, " reads it\n");
    return HP_EXIT_BAD;
}

enum hp_exit hp_cmd_diff(struct hp_options *options, struct hp_output *output)
{
    struct reading readings[2];
    struct hp_file file;

    if (!hp_file_open_with_logs(&file, options->operands[0], options, true))
        return HP_EXIT_INPUT;
    hp_logs_tell(&file);
    enum hp_exit exit = read_with(&readings[0], &file, options, 0);
    if (exit == HP_EXIT_GOOD)
        exit = read_with(&readings[1], &file, options, 1);
    if (exit == HP_EXIT_GOOD && hp_file_has_changed(&file))
        exit = HP_EXIT_INPUT;
    if (exit == HP_EXIT_GOOD)
        exit = answer(output, readings);
    hp_file_close(&file);
    return exit;
}
