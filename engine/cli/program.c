/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "output.h"

/* Memory that needs no hive: options, volumes, one path. Hives add to it. */
#define MEMORY_LIMIT ((size_t)256 << 20)

static const struct hp_command commands[] = {
    {HP_CMD_ENUMERATE, "enumerate", "HIVE",
     "Predicts what the System Writer makes of a SYSTEM hive's services",
     hp_cmd_enumerate},
    {HP_CMD_PATH, "path", "(STRING | --hex BYTES | --missing)",
     "Judges one ImagePath without a hive", hp_cmd_path},
    {HP_CMD_DUMP, "dump", "HIVE",
     "Prints a hive as events or as a recipe, or counts them", hp_cmd_dump},
    {HP_CMD_DIFF, "diff", "HIVE --backend A --backend B",
     "Compares what two back ends read in one hive", hp_cmd_diff},
    {HP_CMD_REMEDY, "remedy", "HIVE",
     "Prints the .reg file with the exclusions that cure a hive",
     hp_cmd_remedy},
    {HP_CMD_FORGE, "forge", "RECIPE -o HIVE",
     "Makes a hive, sound or broken, and its logs from a recipe or .reg file",
     hp_cmd_forge},
    {HP_CMD_INSPECT, "inspect", "HIVE",
     "Maps a hive: what each field means, what is wrong and where",
     hp_cmd_inspect},
    {HP_CMD_MUTATE, "mutate", "HIVE -o HIVE",
     "Makes a hive with something wrong or unusual in it from another one",
     hp_cmd_mutate},
    {HP_CMD_RECOVER, "recover", "HIVE -o HIVE",
     "Writes a dirty hive as its transaction logs make it, clean",
     hp_cmd_recover},
    {HP_CMD_MINIMIZE, "minimize", "HIVE -o HIVE -- COMMAND [ARG]...",
     "Makes a hive as small as it can be while a command finds it interesting",
     hp_cmd_minimize},
    {HP_CMD_CONFORM, "conform", "(--backend B | --plugin SO | --command CMD)",
     "Judges a hive parser by the vectors of the conformance kit",
     hp_cmd_conform},
    {HP_CMD_CONFORM_LIST, "conform list", "",
     "Lists the vectors of the conformance kit", hp_cmd_conform_list},
    {HP_CMD_CONFORM_SHOW, "conform show", "ID",
     "Shows a vector: what it expects, its recipe and its map",
     hp_cmd_conform_show},
    {HP_CMD_CONFORM_EXPORT, "conform export", "ZIP",
     "Writes all vectors as files, and a runner in Python",
     hp_cmd_conform_export},
    {HP_CMD_CONFORM_JUDGE, "conform judge", "RESULTS.jsonl",
     "Judges what a parser said of the vectors on another machine",
     hp_cmd_conform_judge},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

const struct hp_command *hp_command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

/* The command that the first words of the line name; *words says how many. */
static const struct hp_command *find(int argc, char **argv, int *words)
{
    char name[64];

    *words = 2;
    if (argc > 2) {
        (void)snprintf(name, sizeof name, "%s %s", argv[1], argv[2]);
        const struct hp_command *command = hp_command_find(name);
        if (command != NULL)
            return command;
    }
    *words = 1;
    return hp_command_find(argc < 2 ? "" : argv[1]);
}

static void write_help(struct hp_output *output)
{
    hp_output_printf(output, "Usage: hiveproof COMMAND [OPTION]... ARGUMENT\n"
                             "       hiveproof COMMAND --help\n"
                             "       hiveproof --version\n\n"
                             "Commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        hp_output_printf(output, "  %-14s %s\n", commands[i].name,
                         commands[i].summary);
    hp_output_printf(output, "\nExit status:\n");
#define X(name, number, text)                                                  \
    hp_output_printf(output, "  %d  %s\n", number, text);
    HP_EXIT_TABLE(X)
#undef X
    hp_output_printf(output, "See hiveproof(1).\n");
}

static enum hp_exit run_command(const struct hp_command *command, int argc,
                                char **argv, struct hp_output *output)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, MEMORY_LIMIT);
    struct hp_options options;
    enum hp_exit exit = hp_options_read(&options, &arena, command, argc, argv);

    if (exit == HP_EXIT_GOOD && options.help)
        hp_options_help(command, output);
    else if (exit == HP_EXIT_GOOD)
        exit = command->run(&options, output);
    hp_arena_close(&arena);
    return exit;
}

static enum hp_exit run(int argc, char **argv, struct hp_output *output)
{
    const char *name = argc < 2 ? "" : argv[1];
    int words;
    const struct hp_command *command = find(argc, argv, &words);

    if (command != NULL)
        return run_command(command, argc - words, argv + words, output);
    if (strcmp(name, "--help") == 0) {
        write_help(output);
        return HP_EXIT_GOOD;
    }
    if (strcmp(name, "--version") == 0) {
        hp_output_printf(output, "hiveproof %s\n", HP_VERSION);
        return HP_EXIT_GOOD;
    }
    if (argc < 2)
        hp_complain(NULL, "no command; see hiveproof --help");
    else
        hp_complain(name, "no such command; see hiveproof --help");
    return HP_EXIT_USAGE;
}

int hp_program(int argc, char **argv, int fd)
{
    struct hp_output output;

    hp_output_begin(&output, fd);
    return (int)hp_output_end(&output, run(argc, argv, &output));
}
