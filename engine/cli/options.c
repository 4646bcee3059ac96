/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "command_words.h"
#include "convert.h"
#include "hex.h"
#include "hivex_backend.h"
#include "native.h"
#ifdef HP_HAS_LIBREGF
#include "libregf_backend.h"
#endif
#ifdef HP_HAS_REGFI
#include "regfi_backend.h"
#endif
#include "vector.h"
#include "volumes_json.h"
#include "words.h"

/* Which sub-commands take an option. */
enum {
    MODEL = HP_CMD_ENUMERATE | HP_CMD_PATH | HP_CMD_REMEDY,
    READ = MODEL | HP_CMD_DUMP | HP_CMD_DIFF,
    LOGGED = HP_CMD_ENUMERATE | HP_CMD_REMEDY | HP_CMD_DUMP | HP_CMD_DIFF |
             HP_CMD_INSPECT,
    FORMAT = HP_CMD_ENUMERATE | HP_CMD_PATH,
    WRITES = HP_CMD_FORGE | HP_CMD_MUTATE | HP_CMD_RECOVER | HP_CMD_MINIMIZE,
    JUDGED = HP_CMD_CONFORM | HP_CMD_CONFORM_JUDGE,
    CONFORM = JUDGED | HP_CMD_CONFORM_LIST | HP_CMD_CONFORM_SHOW |
              HP_CMD_CONFORM_EXPORT,
    /* What getopt_long returns for the first row; below are characters. */
    FIRST_ROW = 256
};

/* One option of one sub-command line. */
struct given {
    struct hp_options *options;
    const char *argument; /* NULL if the option has none */
    uint32_t meaning;     /* of the argument, when the row has words */
};

struct row {
    const char *name;
    const char *argument; /* what --help calls it; NULL: none */
    unsigned commands;
    const struct hp_word *words; /* the argument is one of them; NULL: any */
    enum hp_exit (*apply)(const struct given *given);
    const char *help;
};

/* `subject` is the argument or option that is wrong. */
static enum hp_exit wrong_use(const char *subject, const char *why)
{
    hp_complain(subject, "%s", why);
    return HP_EXIT_USAGE;
}

static enum hp_exit read_text(struct hp_text *text, struct hp_arena *arena,
                              const char *bytes, size_t size)
{
    switch (hp_text_read(text, arena, bytes, size)) {
    case HP_OK:
        return HP_EXIT_GOOD;
    case HP_E_TEXT:
        return wrong_use(bytes, "not valid UTF-8");
    default:
        return hp_complain_memory();
    }
}

/* ---- how hives are read ---------------------------------------------- */

static enum hp_exit apply_mode(const struct given *given)
{
    given->options->mode = given->meaning;
    return HP_EXIT_GOOD;
}

static const struct hp_reader built_in[] = {
    {.name = "native",
     .backend = &hp_backend_native,
     .pruned = &hp_backend_native_pruned},
    {.name = "hivex",
     .backend = &hp_backend_hivex,
     .pruned = &hp_backend_hivex,
     .isolated = true},
#ifdef HP_HAS_LIBREGF
    {.name = "libregf",
     .backend = &hp_backend_libregf,
     .pruned = &hp_backend_libregf,
     .isolated = true},
#endif
#ifdef HP_HAS_REGFI
    {.name = "regfi",
     .backend = &hp_backend_regfi,
     .pruned = &hp_backend_regfi,
     .isolated = true},
#endif
};
enum { BUILT_IN_COUNT = sizeof built_in / sizeof built_in[0] };

static const struct hp_reader *find_built_in(const char *name)
{
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        if (strcmp(name, built_in[i].name) == 0)
            return &built_in[i];
    }
    return NULL;
}

/* Only diff has two, and conform one; elsewhere the last one counts. */
static enum hp_exit add_reader(const struct given *given,
                               const struct hp_reader *reader)
{
    struct hp_options *options = given->options;
    unsigned command = options->command->bit;
    size_t at = command == HP_CMD_DIFF ? options->reader_count : 0;

    if (at == 2)
        return wrong_use(given->argument, "diff takes two readers, not more");
    if (command == HP_CMD_CONFORM && options->reader_count > 0)
        return wrong_use(given->argument, "conform judges one reader");
    options->reader[at] = *reader;
    options->reader_count = at + 1;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_backend(const struct given *given)
{
    struct hp_reader reader = {
        .name = given->argument, .module = given->argument, .isolated = true};

    if (strchr(given->argument, '/') == NULL) {
        const struct hp_reader *found = find_built_in(given->argument);
        if (found == NULL)
            return wrong_use(given->argument,
                             "no such back end; there are native, hivex and "
                             "the path of a module, with a slash in it");
        reader = *found;
    }
    return add_reader(given, &reader);
}

static enum hp_exit apply_command(const struct given *given)
{
    struct hp_reader reader = {.name = given->argument,
                               .command = given->argument,
                               .in_session = (bool)given->meaning,
                               .isolated = true};
    struct hp_command_words words;
    const char *wrong = hp_command_split(&words, given->argument, "{}", NULL);

    if (wrong != NULL)
        return wrong_use(given->argument, wrong);
    return add_reader(given, &reader);
}

static enum hp_exit apply_session(const struct given *given)
{
    struct given meant = *given;

    meant.meaning = true;
    return apply_command(&meant);
}

static enum hp_exit apply_no_logs(const struct given *given)
{
    given->options->no_logs = true;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_log(const struct given *given)
{
    struct hp_options *options = given->options;

    if (options->log_count == HP_LIMIT_LOGS)
        return wrong_use(given->argument, "a hive has three logs, not more");
    options->log_files[options->log_count++] = given->argument;
    return HP_EXIT_GOOD;
}

/* ---- what is modelled ------------------------------------------------ */

static enum hp_exit apply_profile(const struct given *given)
{
    given->options->question.profile = (enum hp_profile)given->meaning;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_volumes(const struct given *given)
{
    given->options->volumes_file = given->argument;
    return HP_EXIT_GOOD;
}

/* One part of a --volume behind its state. */
static bool read_volume_part(struct hp_volume *volume, const char *part,
                             size_t size)
{
    uint32_t kind;

    if (size > 5 && memcmp(part, "guid=", 5) == 0 && !volume->has_guid) {
        volume->has_guid = hp_guid_read(volume->guid, part + 5, size - 5);
        return volume->has_guid;
    }
    if (!hp_word_find(hp_words_volume_kind, part, size, &kind))
        return false;
    volume->kind = (enum hp_volume_kind)kind;
    return true;
}

static bool read_volume(struct hp_volume *volume, const char *text)
{
    const char *part = text + 2;
    size_t size = strcspn(part, ",");
    uint32_t state;

    *volume = (struct hp_volume){.letter = hp_letter_of((uint8_t)text[0]),
                                 .source = "user"};
    if (volume->letter == 0 || text[1] != '=' ||
        !hp_word_find(hp_words_volume_state, part, size, &state))
        return false;
    volume->state = (enum hp_volume_state)state;
    while (part[size] == ',') {
        part += size + 1;
        size = strcspn(part, ",");
        if (!read_volume_part(volume, part, size))
            return false;
    }
    return true;
}

static enum hp_exit apply_volume(const struct given *given)
{
    struct hp_options *options = given->options;
    struct hp_volume volume;

    if (!read_volume(&volume, given->argument))
        return wrong_use(given->argument,
                         "not a volume: L=present|absent|unknown[,KIND]"
                         "[,guid=G]");
    switch (hp_volume_list_add(&options->volumes, options->arena, &volume)) {
    case HP_OK:
        return HP_EXIT_GOOD;
    case HP_E_MISMATCH:
        return wrong_use(given->argument,
                         "contradicts what was said about this volume before");
    default:
        return hp_complain_memory();
    }
}

static enum hp_exit apply_system_root(const struct given *given)
{
    struct hp_options *options = given->options;
    enum hp_exit exit =
        read_text(&options->question.system_root, options->arena,
                  given->argument, strlen(given->argument));

    if (exit != HP_EXIT_GOOD ||
        hp_text_has_drive(options->question.system_root))
        return exit;
    return wrong_use(given->argument,
                     "a system root begins with a drive, as in C:\\Windows");
}

static enum hp_exit apply_software(const struct given *given)
{
    given->options->software_file = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_env(const struct given *given)
{
    struct hp_options *options = given->options;
    const char *equals = strchr(given->argument, '=');
    struct hp_variable variable = {.source = "user"};

    if (equals == NULL || equals == given->argument)
        return wrong_use(given->argument, "not a variable: NAME=VALUE");
    enum hp_exit exit =
        read_text(&variable.name, options->arena, given->argument,
                  (size_t)(equals - given->argument));
    if (exit == HP_EXIT_GOOD)
        exit = read_text(&variable.value, options->arena, equals + 1,
                         strlen(equals + 1));
    if (exit != HP_EXIT_GOOD)
        return exit;
    for (size_t i = 0; i < options->question.variable_count; i++) {
        const struct hp_variable *other = &options->variables[i];
        if (!hp_text_equal_nocase(other->name, variable.name))
            continue;
        if (hp_text_equal(other->value, variable.value))
            return HP_EXIT_GOOD;
        return wrong_use(given->argument,
                         "contradicts what was said about this variable "
                         "before");
    }
    options->variables[options->question.variable_count++] = variable;
    return HP_EXIT_GOOD;
}

static const struct hp_word control_set_words[] = {
    {"current", HP_CONTROL_SET_CURRENT},
    {"default", HP_CONTROL_SET_DEFAULT},
    {"lkg", HP_CONTROL_SET_LKG},
    {NULL, 0},
};

static enum hp_exit apply_control_set(const struct given *given)
{
    struct hp_question *question = &given->options->question;
    const char *text = given->argument;
    size_t size = strlen(text);
    uint32_t choice = HP_CONTROL_SET_NUMBER;
    uint32_t number = 0;

    if (!hp_word_find(control_set_words, text, size, &choice) &&
        (size > 3 || strspn(text, "0123456789") != size ||
         !hp_number_read(&number, text) || number == 0))
        return wrong_use(text, "not a control set: current, default, lkg or "
                               "1 to 999");
    question->control_set = (enum hp_control_set_choice)choice;
    question->control_set_number = number;
    return HP_EXIT_GOOD;
}

/* Each policy is one member that takes the meaning of a word. */
#define POLICY(name, member, type)                                             \
    static enum hp_exit apply_##name(const struct given *given)                \
    {                                                                          \
        given->options->question.policies.member = (type)given->meaning;       \
        return HP_EXIT_GOOD;                                                   \
    }
POLICY(active_drivers, active_drivers, enum hp_active_drivers)
POLICY(exclusion_type, exclusion_type, enum hp_exclusion_type)
POLICY(expand_drivers, no_expand_drivers, bool)
POLICY(user_services, no_user_services, bool)
POLICY(missing_image_path, missing_skips, bool)
POLICY(assume_unknown, assume_unknown, enum hp_assume_volume)
POLICY(assume_unproven, assume_unproven, enum hp_assume_unproven)
#undef POLICY

static enum hp_exit apply_cover_drivers(const struct given *given)
{
    given->options->question.policies.exclusions_cover_drivers = true;
    return HP_EXIT_GOOD;
}

/* ---- what is printed ------------------------------------------------- */

static const struct hp_word report_formats[] = {
    {"text", false}, {"json", true}, {NULL, 0}};

static enum hp_exit apply_report_format(const struct given *given)
{
    given->options->json = (bool)given->meaning;
    return HP_EXIT_GOOD;
}

enum { FORMAT_EVENTS, FORMAT_COUNT, FORMAT_RECIPE };
static const struct hp_word dump_formats[] = {{"events", FORMAT_EVENTS},
                                              {"count", FORMAT_COUNT},
                                              {"recipe", FORMAT_RECIPE},
                                              {NULL, 0}};

static enum hp_exit apply_dump_format(const struct given *given)
{
    given->options->count = given->meaning == FORMAT_COUNT;
    given->options->recipe = given->meaning == FORMAT_RECIPE;
    return HP_EXIT_GOOD;
}

static const struct hp_word layouts[] = {
    {"pinned", false}, {"auto", true}, {NULL, 0}};

static enum hp_exit apply_layout(const struct given *given)
{
    given->options->auto_layout = (bool)given->meaning;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_scrub(const struct given *given)
{
    given->options->scrub = true;
    return HP_EXIT_GOOD;
}

/* ---- forge, inspect, mutate ------------------------------------------ */

static enum hp_exit apply_output(const struct given *given)
{
    given->options->output_file = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_html(const struct given *given)
{
    given->options->html_file = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_against(const struct given *given)
{
    given->options->against_file = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_force(const struct given *given)
{
    given->options->force = true;
    return HP_EXIT_GOOD;
}

/* ---- mutate ---------------------------------------------------------- */

static enum hp_exit apply_with(const struct given *given)
{
    given->options->with_file = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_seed(const struct given *given)
{
    given->options->conform.seeded = true;
    if (hp_number_read(&given->options->seed, given->argument))
        return HP_EXIT_GOOD;
    return wrong_use(given->argument, "not a seed: a number of 32 bits");
}

static enum hp_exit apply_explain(const struct given *given)
{
    given->options->explain = true;
    return HP_EXIT_GOOD;
}

/* ---- conform --------------------------------------------------------- */

static enum hp_exit apply_vectors(const struct given *given)
{
    given->options->conform.vectors = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_plugin(const struct given *given)
{
    const struct hp_reader reader = {
        .name = given->argument, .module = given->argument, .isolated = true};

    if (strchr(given->argument, '/') == NULL)
        return wrong_use(given->argument,
                         "the path of a module has a slash in it");
    return add_reader(given, &reader);
}

static enum hp_exit apply_conform_backend(const struct given *given)
{
    const struct hp_reader *reader = find_built_in(given->argument);

    if (reader == NULL)
        return wrong_use(given->argument,
                         "no such back end; there are "
                         "native, hivex and, where they were built in, "
                         "libregf and regfi");
    return add_reader(given, reader);
}

static enum hp_exit apply_reader_profile(const struct given *given)
{
    given->options->conform.profile = given->meaning;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_group(const struct given *given)
{
    struct hp_conform_options *conform = &given->options->conform;

    conform->groups[conform->group_count++] = given->argument;
    return HP_EXIT_GOOD;
}

/* A number from 1 to `most`. */
static enum hp_exit read_amount(uint32_t *amount, const char *text,
                                uint32_t most)
{
    uint32_t number;

    if (hp_number_read(&number, text) && number > 0 && number <= most) {
        *amount = number;
        return HP_EXIT_GOOD;
    }
    hp_complain(text, "not a number from 1 to %u", (unsigned)most);
    return HP_EXIT_USAGE;
}

static enum hp_exit apply_jobs(const struct given *given)
{
    return read_amount(&given->options->conform.jobs, given->argument, 256);
}

static enum hp_exit apply_timeout(const struct given *given)
{
    return read_amount(&given->options->conform.seconds, given->argument,
                       86400);
}

static enum hp_exit apply_memory(const struct given *given)
{
    return read_amount(&given->options->conform.megabytes, given->argument,
                       1 << 20);
}

static const struct hp_word reader_profiles[] = {
    {"strict", HP_READER_STRICT},
    {"forensic", HP_READER_FORENSIC},
    {"windows", HP_READER_WINDOWS},
    {NULL, 0}};

static const struct hp_word sandbox_words[] = {{"auto", HP_SANDBOX_AUTO},
                                               {"bwrap", HP_SANDBOX_BWRAP},
                                               {"none", HP_SANDBOX_NONE},
                                               {NULL, 0}};

static enum hp_exit apply_sandbox(const struct given *given)
{
    given->options->conform.sandbox = given->meaning;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_known_failures(const struct given *given)
{
    given->options->conform.known = given->argument;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_private(const struct given *given)
{
    given->options->conform.private_too = true;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_list_json(const struct given *given)
{
    given->options->json = true;
    return HP_EXIT_GOOD;
}

/* Each report is one file. */
#define REPORT(name, which)                                                    \
    static enum hp_exit apply_##name(const struct given *given)                \
    {                                                                          \
        given->options->conform.files[which] = given->argument;                \
        return HP_EXIT_GOOD;                                                   \
    }
REPORT(junit, HP_CONFORM_JUNIT)
REPORT(sarif, HP_CONFORM_SARIF)
REPORT(ctrf, HP_CONFORM_CTRF)
REPORT(markdown, HP_CONFORM_MARKDOWN)
REPORT(conform_html, HP_CONFORM_HTML)
REPORT(conform_json, HP_CONFORM_JSON)
REPORT(write_known, HP_CONFORM_KNOWN)
#undef REPORT

/* ---- minimize -------------------------------------------------------- */

static enum hp_exit apply_limit(const struct given *given)
{
    return read_amount(&given->options->minimize.seconds, given->argument,
                       864000);
}

static enum hp_exit apply_max_runs(const struct given *given)
{
    return read_amount(&given->options->minimize.runs, given->argument,
                       UINT32_MAX);
}

static enum hp_exit apply_run_timeout(const struct given *given)
{
    return read_amount(&given->options->minimize.timeout, given->argument,
                       86400);
}

static enum hp_exit apply_kept_alive(const struct given *given)
{
    given->options->minimize.in_session = true;
    return HP_EXIT_GOOD;
}

/* ---- path ------------------------------------------------------------ */

static enum hp_exit apply_kind(const struct given *given)
{
    given->options->path.driver = given->meaning == HP_KIND_DRIVER;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_name(const struct given *given)
{
    return read_text(&given->options->path.name, given->options->arena,
                     given->argument, strlen(given->argument));
}

static enum hp_exit apply_type(const struct given *given)
{
    uint32_t *type = &given->options->path.type;

    if (hp_word_find(hp_words_value_type, given->argument,
                     strlen(given->argument), type) ||
        hp_number_read(type, given->argument))
        return HP_EXIT_GOOD;
    return wrong_use(given->argument,
                     "not a value type: a number or a name as REG_SZ");
}

static enum hp_exit apply_hex(const struct given *given)
{
    struct hp_options *options = given->options;
    size_t digits = strlen(given->argument);
    uint8_t *bytes = hp_arena_alloc(options->arena, digits / 2);

    if (bytes == NULL)
        return hp_complain_memory();
    if (options->has_data)
        return wrong_use("--hex", "more than one value was given");
    for (size_t i = 0; i < digits; i++) {
        int digit = hp_hex_digit(given->argument[i]);
        if (digit < 0 || digits % 2 != 0)
            return wrong_use(given->argument,
                             "not bytes: pairs of hexadecimal digits");
        bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit);
    }
    options->has_data = true;
    options->path.data = hp_span_of(bytes, digits / 2);
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_missing(const struct given *given)
{
    given->options->path.missing = true;
    return HP_EXIT_GOOD;
}

static enum hp_exit apply_help(const struct given *given)
{
    given->options->help = true;
    return HP_EXIT_GOOD;
}

/* ---- the table ------------------------------------------------------- */

static const struct row rows[] = {
    {"profile", "P", MODEL, hp_words_profile, apply_profile,
     "pre (default), kb980794, client8 or server2012"},
    {"volumes", "FILE.json", MODEL, NULL, apply_volumes,
     "the machine's volumes"},
    {"volume", "L=STATE[,KIND][,guid=G]", MODEL, NULL, apply_volume,
     "one volume; STATE is present, absent or unknown"},
    {"system-root", "PATH", MODEL, NULL, apply_system_root,
     "SystemRoot (default: that of SOFTWARE, else C:\\Windows)"},
    {"software", "HIVE", MODEL, NULL, apply_software,
     "the SOFTWARE hive: environment and hotfix status"},
    {"env", "NAME=VALUE", MODEL, NULL, apply_env, "one environment variable"},
    {"control-set", "C", MODEL, NULL, apply_control_set,
     "current (default), default, lkg or a number"},
    {"active-drivers", "A", MODEL, hp_words_active_drivers,
     apply_active_drivers, "boot (default), all or none"},
    {"exclusions-cover-drivers", NULL, MODEL, NULL, apply_cover_drivers,
     "the exclusion list holds for drivers too"},
    {"exclusion-type", "T", MODEL, hp_words_exclusion_type,
     apply_exclusion_type,
     "a list of a wrong type: strict, lenient or unknown (default)"},
    {"expand-drivers", "yes|no", MODEL, hp_words_no_yes, apply_expand_drivers,
     "drivers' REG_EXPAND_SZ is expanded (default yes)"},
    {"user-services", "yes|no", MODEL, hp_words_no_yes, apply_user_services,
     "per-user services count (default yes)"},
    {"missing-image-path", "M", MODEL, hp_words_missing,
     apply_missing_image_path, "qsc-fail (default) or skip"},
    {"assume-unknown", "A", MODEL, hp_words_assume_unknown,
     apply_assume_unknown, "volumes of unknown state: absent or present"},
    {"assume-unproven", "A", MODEL, hp_words_assume_unproven,
     apply_assume_unproven, "unproven failures: fail or ok"},
    {"mode", "M", READ, hp_words_mode, apply_mode,
     "strict or forensic (default)"},
    {"backend", "B", READ, NULL, apply_backend,
     "native (default), hivex or the path of a module"},
    {"command", "CMD", READ, NULL, apply_command,
     "a program as the back end: it reads {} (else its input), prints events"},
    {"session", "CMD", READ, NULL, apply_session,
     "a program as the back end, which is told what to read"},
    {"log", "FILE", LOGGED | HP_CMD_RECOVER, NULL, apply_log,
     "a transaction log of the hive instead of those beside it; up to three"},
    {"no-logs", NULL, READ | HP_CMD_INSPECT, NULL, apply_no_logs,
     "leave transaction logs alone: read the hive as it lies"},
    {"format", "F", FORMAT, report_formats, apply_report_format,
     "text (default) or json"},
    {"format", "F", HP_CMD_DUMP, dump_formats, apply_dump_format,
     "events (default), count or recipe"},
    {"layout", "L", HP_CMD_DUMP, layouts, apply_layout,
     "of a recipe: pinned (default), which forges the same bytes, or auto"},
    {"scrub", NULL, HP_CMD_DUMP, NULL, apply_scrub,
     "a recipe without what the hive says: names, data, security, times"},
    {"output", "HIVE", WRITES, NULL, apply_output,
     "the file that is written; also -o HIVE"},
    {"html", "FILE", HP_CMD_INSPECT, NULL, apply_html,
     "write a page to FILE instead of text"},
    {"against", "HIVE", HP_CMD_INSPECT, NULL, apply_against,
     "a second hive: where the two differ"},
    {"force", NULL, WRITES | HP_CMD_INSPECT | JUDGED, NULL, apply_force,
     "overwrite the file if it is there"},
    {"seed", "N", HP_CMD_MUTATE, NULL, apply_seed,
     "another number gives another hive (default 0)"},
    {"plugin", "SO", HP_CMD_CONFORM, NULL, apply_plugin,
     "judge the module with that path, which has a slash in it"},
    {"backend", "B", HP_CMD_CONFORM, NULL, apply_conform_backend,
     "judge native, hivex or another one that is built in"},
    {"command", "CMD", HP_CMD_CONFORM, NULL, apply_command,
     "judge a program: it reads {} (else its input), prints events"},
    {"session", "CMD", HP_CMD_CONFORM, NULL, apply_session,
     "judge a program, which is told what to read"},
    {"reader-profile", "P", JUDGED, reader_profiles, apply_reader_profile,
     "strict, forensic (default) or windows"},
    {"group", "G", JUDGED | HP_CMD_CONFORM_LIST, NULL, apply_group,
     "only vectors of that group; may be given again"},
    {"jobs", "N", HP_CMD_CONFORM, NULL, apply_jobs,
     "cases at a time (default: one a processor)"},
    {"timeout", "S", HP_CMD_CONFORM, NULL, apply_timeout,
     "seconds for one case (default: 5 of processor, 20 of waiting)"},
    {"memory", "M", HP_CMD_CONFORM, NULL, apply_memory,
     "MiB for one case (default: 256 and 8 times the hive)"},
    {"sandbox", "S", HP_CMD_CONFORM, sandbox_words, apply_sandbox,
     "auto (default), bwrap or none"},
    {"seed", "N", HP_CMD_CONFORM, NULL, apply_seed,
     "of the order of the cases (default: another one each time)"},
    {"known-failures", "FILE", JUDGED, NULL, apply_known_failures,
     "these fail; if one passes, that fails, too"},
    {"write-known-failures", "FILE", JUDGED, NULL, apply_write_known,
     "write what fails now to FILE"},
    {"junit", "FILE", JUDGED, NULL, apply_junit, "write JUnit's XML"},
    {"sarif", "FILE", JUDGED, NULL, apply_sarif, "write SARIF 2.1.0"},
    {"ctrf", "FILE", JUDGED, NULL, apply_ctrf, "write CTRF's JSON"},
    {"markdown", "FILE", JUDGED, NULL, apply_markdown, "write Markdown"},
    {"html", "FILE", JUDGED, NULL, apply_conform_html, "write a page"},
    {"json", "FILE", JUDGED, NULL, apply_conform_json,
     "write schema hiveproof-conform/1"},
    {"json", NULL, HP_CMD_CONFORM_LIST, NULL, apply_list_json,
     "one JSON object a line"},
    {"private", NULL, HP_CMD_CONFORM, NULL, apply_private,
     "tell in files below a folder findings/ which case kills a back end"},
    {"vectors", "DIR", CONFORM, NULL, apply_vectors,
     "the folder of the vectors (default: the one installed)"},
    {"with", "HIVE", HP_CMD_MUTATE, NULL, apply_with,
     "take something of this hive into it"},
    {"explain", NULL, HP_CMD_MUTATE, NULL, apply_explain,
     "print what was done"},
    {"limit", "S", HP_CMD_MINIMIZE, NULL, apply_limit,
     "seconds for all runs together (default 120)"},
    {"max-runs", "N", HP_CMD_MINIMIZE, NULL, apply_max_runs,
     "runs of the command (default: as many as it takes)"},
    {"timeout", "S", HP_CMD_MINIMIZE, NULL, apply_run_timeout,
     "seconds for one run (default 10)"},
    {"session", NULL, HP_CMD_MINIMIZE, NULL, apply_kept_alive,
     "the command is told one file name a line and answers yes or no"},
    {"kind", "K", HP_CMD_PATH, hp_words_service_kind, apply_kind,
     "win32 (default) or driver"},
    {"name", "N", HP_CMD_PATH, NULL, apply_name,
     "the service's name (default foo)"},
    {"type", "T", HP_CMD_PATH, NULL, apply_type,
     "the value's type (default REG_EXPAND_SZ)"},
    {"hex", "BYTES", HP_CMD_PATH, NULL, apply_hex,
     "the value's data instead of STRING"},
    {"missing", NULL, HP_CMD_PATH, NULL, apply_missing,
     "there is no ImagePath value"},
    {"help", NULL, READ | WRITES | HP_CMD_INSPECT | CONFORM, NULL, apply_help,
     "this text"},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

void hp_options_help(const struct hp_command *command, struct hp_output *output)
{
    hp_output_printf(output, "Usage: hiveproof %s [OPTION]... %s\n%s.\n\n",
                     command->name, command->operands, command->summary);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        if ((row->commands & command->bit) == 0)
            continue;
        int width = 30 - (int)strlen(row->name);
        hp_output_printf(output, "  --%s %-*s  %s\n", row->name,
                         width > 0 ? width : 0,
                         row->argument == NULL ? "" : row->argument, row->help);
    }
    hp_output_printf(output, "\nExit status:\n");
#define X(name, number, text)                                                  \
    hp_output_printf(output, "  %d  %s\n", number, text);
    HP_EXIT_TABLE(X)
#undef X
    /* One page for all forms of conform. */
    hp_output_printf(output, "See hiveproof-%.*s(1).\n",
                     (int)strcspn(command->name, " "), command->name);
}

/* ---- reading a command line ------------------------------------------ */

static enum hp_exit apply_row(struct hp_options *options, const struct row *row,
                              const char *argument)
{
    struct given given = {options, argument, 0};

    if (row->words != NULL &&
        !hp_word_find(row->words, argument, strlen(argument), &given.meaning)) {
        hp_complain(argument, "no such --%s; see hiveproof %s --help",
                    row->name, options->command->name);
        return HP_EXIT_USAGE;
    }
    return row->apply(&given);
}

/* What getopt_long did not take: `result` is '?' or ':'. */
static enum hp_exit refuse_option(const struct hp_options *options, int result,
                                  char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_long = optopt == 0 || optopt >= FIRST_ROW;
    const char *why = result == ':'         ? "needs an argument"
                      : optopt >= FIRST_ROW ? "takes no argument"
                                            : "unknown option";

    hp_complain(is_long ? argv[optind - 1] : letter,
                "%s; see hiveproof %s --help", why, options->command->name);
    return HP_EXIT_USAGE;
}

/* The row of --output, which has a letter too. */
static int output_row(void)
{
    int row = 0;

    while (rows[row].apply != apply_output)
        row++;
    return row;
}

static enum hp_exit read_options(struct hp_options *options, int argc,
                                 char **argv)
{
    struct option known[ROW_COUNT + 1] = {{0}};
    bool writes = (options->command->bit & WRITES) != 0;
    const char *letters = writes ? ":o:" : ":";
    size_t count = 0;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((rows[i].commands & options->command->bit) == 0)
            continue;
        known[count].name = rows[i].name;
        known[count].has_arg =
            rows[i].argument == NULL ? no_argument : required_argument;
        known[count++].val = FIRST_ROW + (int)i;
    }
    opterr = 0;
    optind = 0; /* begin anew: one process may run many commands */
    for (;;) {
        int result = getopt_long(argc, argv, letters, known, NULL);
        if (result == -1)
            return HP_EXIT_GOOD;
        if (result == 'o')
            result = FIRST_ROW + output_row();
        if (result < FIRST_ROW)
            return refuse_option(options, result, argv);
        enum hp_exit exit =
            apply_row(options, &rows[result - FIRST_ROW], optarg);
        if (exit != HP_EXIT_GOOD || options->help)
            return exit;
    }
}

/* STRING of `path`: as Windows stores it, UTF-16LE with a final NUL. */
static enum hp_exit read_string(struct hp_options *options, const char *string)
{
    struct hp_text text;
    enum hp_exit exit =
        read_text(&text, options->arena, string, strlen(string));

    if (exit != HP_EXIT_GOOD)
        return exit;
    size_t size = 2 * (text.count + 1);
    uint8_t *bytes = hp_arena_alloc(options->arena, size);
    if (bytes == NULL)
        return hp_complain_memory();
    hp_utf16le_encode(bytes, text);
    options->path.data = hp_span_of(bytes, size);
    return HP_EXIT_GOOD;
}

static enum hp_exit read_path_operands(struct hp_options *options)
{
    int values =
        options->operand_count + options->has_data + options->path.missing;

    if (values != 1)
        return wrong_use(NULL, "path takes one value: STRING, --hex BYTES or "
                               "--missing; see hiveproof path --help");
    if (options->operand_count == 0)
        return HP_EXIT_GOOD;
    return read_string(options, options->operands[0]);
}

static const char *operand_of(unsigned command)
{
    switch (command) {
    case HP_CMD_FORGE:
        return "RECIPE";
    case HP_CMD_CONFORM_SHOW:
        return "ID";
    case HP_CMD_CONFORM_EXPORT:
        return "ZIP";
    case HP_CMD_CONFORM_JUDGE:
        return "RESULTS.jsonl";
    default:
        return "HIVE";
    }
}

static enum hp_exit read_conform_operands(const struct hp_options *options)
{
    if (options->operand_count != 0)
        return wrong_use(options->operands[0],
                         "this is not understood; see hiveproof conform "
                         "--help");
    if (options->command->bit == HP_CMD_CONFORM && options->reader_count == 0)
        return wrong_use(NULL, "conform needs --backend, --plugin, "
                               "--command or --session; see hiveproof conform "
                               "--help");
    return HP_EXIT_GOOD;
}

static enum hp_exit read_operands(struct hp_options *options)
{
    const struct hp_command *command = options->command;

    if (command->bit == HP_CMD_PATH)
        return read_path_operands(options);
    if ((command->bit & (HP_CMD_CONFORM | HP_CMD_CONFORM_LIST)) != 0)
        return read_conform_operands(options);
    if (command->bit == HP_CMD_MINIMIZE && options->operand_count < 2)
        return wrong_use(NULL, "minimize takes one HIVE and a command; see "
                               "hiveproof minimize --help");
    if (options->operand_count != 1 && command->bit != HP_CMD_MINIMIZE) {
        hp_complain(NULL, "%s takes one %s; see hiveproof %s --help",
                    command->name, operand_of(command->bit), command->name);
        return HP_EXIT_USAGE;
    }
    if ((command->bit & WRITES) != 0 && options->output_file == NULL) {
        hp_complain(NULL, "%s needs -o HIVE; see hiveproof %s --help",
                    command->name, command->name);
        return HP_EXIT_USAGE;
    }
    if (command->bit == HP_CMD_INSPECT && options->force &&
        options->html_file == NULL)
        return wrong_use(NULL, "--force belongs to --html");
    if (options->auto_layout && !options->recipe)
        return wrong_use(NULL, "--layout belongs to --format recipe");
    if (options->scrub && !options->recipe)
        return wrong_use(NULL, "--scrub belongs to --format recipe");
    if (options->recipe && options->reader_count > 0)
        return wrong_use(NULL, "a recipe is made without a back end");
    if (options->recipe && options->log_count > 0)
        return wrong_use(NULL, "a recipe is made of the hive as it lies");
    if (options->no_logs && options->log_count > 0)
        return wrong_use(NULL, "--log and --no-logs contradict each other");
    if (command->bit == HP_CMD_DIFF && options->reader_count != 2)
        return wrong_use(NULL, "diff takes two of --backend, --command and "
                               "--session; see hiveproof diff --help");
    return HP_EXIT_GOOD;
}

/* A user who gives the system root says that its drive is there. */
static enum hp_exit check_system_root(const struct hp_options *options)
{
    const struct hp_text root = options->question.system_root;

    for (size_t i = 0; root.count > 0 && i < options->volumes.count; i++) {
        const struct hp_volume *volume = &options->volumes.items[i];
        if (volume->letter == hp_letter_of(root.units[0]) &&
            volume->state == HP_VOLUME_ABSENT)
            return wrong_use(NULL, "the system root is on a volume that is "
                                   "said to be absent");
    }
    return HP_EXIT_GOOD;
}

enum hp_exit hp_options_read(struct hp_options *options, struct hp_arena *arena,
                             const struct hp_command *command, int argc,
                             char **argv)
{
    static const uint16_t default_name[] = {'f', 'o', 'o'};

    *options = (struct hp_options){
        .command = command, .arena = arena, .mode = HP_MODE_FORENSIC};
    options->reader[0] = built_in[0];
    options->path.type = 2; /* REG_EXPAND_SZ */
    options->path.name = (struct hp_text){default_name, 3};
    options->argc = argc;
    options->argv = argv;
    options->conform.profile = HP_READER_FORENSIC;
    options->minimize = (struct hp_minimize_options){
        .seconds = 120, .runs = UINT32_MAX, .timeout = 10};
    options->conform.groups =
        hp_arena_array(arena, (size_t)argc, sizeof *options->conform.groups);
    options->variables =
        hp_arena_array(arena, (size_t)argc, sizeof *options->variables);
    if (options->variables == NULL || options->conform.groups == NULL)
        return hp_complain_memory();

    enum hp_exit exit = read_options(options, argc, argv);
    if (exit != HP_EXIT_GOOD || options->help)
        return exit;
    options->operands = argv + optind;
    options->operand_count = argc - optind;
    exit = read_operands(options);
    if (exit == HP_EXIT_GOOD && options->volumes_file != NULL)
        exit = hp_volumes_read(options);
    if (exit == HP_EXIT_GOOD)
        exit = check_system_root(options);
    options->question.volumes = options->volumes.items;
    options->question.volume_count = options->volumes.count;
    options->question.variables = options->variables;
    return exit;
}
