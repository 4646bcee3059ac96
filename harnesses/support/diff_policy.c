/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_policy.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff_count.h"
#include "diff_facts.h"
#include "escape.h"
#include "native.h"

/* fuzz_diff.tsv as a string, made by CMake. */
static const char policy_text[] = {
#include "fuzz_diff.inc"
    , '\0'};

enum { ID, READER, FIELD, NATIVE, OTHER, CLAUSE, VECTOR, COLUMNS };
#define RULES 96

struct rule {
    char *column[COLUMNS];
    unsigned long used;
};

static struct rule rules[RULES];
static size_t rule_count;
static char *policy_copy;

static void print_counters(void)
{
    for (size_t i = 0; i < rule_count; i++)
        if (rules[i].used > 0)
            (void)fprintf(stderr, "fuzz_diff: rule %s: used %lu times\n",
                          rules[i].column[ID], rules[i].used);
    free(policy_copy);
}

/* Splits one line at its tabs. */
static void add_rule(char *line)
{
    struct rule *rule = &rules[rule_count];
    size_t column = 0;

    for (char *at = line; column < COLUMNS; column++) {
        rule->column[column] = at;
        char *tab = strchr(at, '\t');
        if (tab == NULL)
            break;
        *tab = '\0';
        at = tab + 1;
    }
    FUZZ_CHECK(column == COLUMNS - 1, "0: fuzz_diff.tsv: seven columns");
    FUZZ_CHECK(++rule_count < RULES, "0: fuzz_diff.tsv: too many rules");
}

/* Before the first input, which would else cover more than the next. */
__attribute__((constructor)) static void load(void)
{
    bool head = false;

    policy_copy = strdup(policy_text);
    FUZZ_CHECK(policy_copy != NULL, "0: memory");
    for (char *line = policy_copy; *line != '\0';) {
        char *end = strchr(line, '\n');
        FUZZ_CHECK(end != NULL, "0: fuzz_diff.tsv: a line ends");
        *end = '\0';
        if (line[0] != '#' && head)
            add_rule(line);
        head = head || line[0] != '#';
        line = end + 1;
    }
    (void)atexit(print_counters);
}

static bool allows(const char *reader, const char *field, const char *native,
                   const char *other)
{
    for (size_t i = 0; i < rule_count; i++) {
        char *const *column = rules[i].column;
        if (strcmp(column[READER], reader) == 0 &&
            fnmatch(column[FIELD], field, 0) == 0 &&
            fnmatch(column[NATIVE], native, 0) == 0 &&
            fnmatch(column[OTHER], other, 0) == 0) {
            rules[i].used++;
            return true;
        }
    }
    return false;
}

/* ---- reading ----------------------------------------------------------- */

/* The first damage of a walk, which is the reason of a result. */
struct diff_walk {
    struct hp_sink tree;
    char field[64]; /* "": none */
    bool noted;     /* there was a note */
    /* Of a hive in which another reader, `taker`, saw no damage: */
    const char *taker; /* NULL: none */
    struct hp_span image;
    bool strict;
    bool apart;        /* the two do not read the same bins from here on */
    size_t overlooked; /* damage that it should have seen */
};

/* Printable ASCII, cut. */
static void print_text(struct hp_text text)
{
    char bytes[128];
    struct hp_out_buffer buffer = {bytes, sizeof bytes, 0};

    (void)hp_escape_text(hp_out_to_buffer(&buffer), HP_ESCAPE_TERMINAL, text);
    if (buffer.size > sizeof bytes)
        buffer.size = sizeof bytes;
    (void)fwrite(bytes, 1, buffer.size, stderr);
}

static void print_path(const struct hp_tree_key *key)
{
    const struct hp_tree_key *path[16];
    size_t depth = 0;

    for (; key != NULL && depth < 16; key = key->parent)
        path[depth++] = key;
    while (depth > 0) {
        (void)fputc('\\', stderr);
        print_text(path[--depth]->name);
    }
}

/* Damage in a hive that walk->taker takes: may it? What a limit of ours ended
 * says nothing about the hive. */
static void judge_damage(struct diff_walk *walk,
                         const struct hp_damage_event *damage)
{
    const struct hp_tree *tree = walk->tree.self;
    char said[96];

    if (walk->apart ||
        hp_status_class((enum hp_status)damage->status) != HP_CLASS_INPUT)
        return;
    bool big = strcmp(damage->field, "vk.data_size") == 0 &&
               diff_is_big_data(walk->image, damage->offset);
    (void)snprintf(said, sizeof said, "%s %s %s 0x%08llx%s",
                   walk->strict ? "strict" : "forensic", damage->field,
                   hp_status_slug((enum hp_status)damage->status),
                   (unsigned long long)damage->found, big ? " db" : "");
    if (allows(walk->taker, "damage", said, "done")) {
        walk->apart = strncmp(damage->field, "base_block.", 11) == 0;
        return;
    }
    if (walk->overlooked++ == 0) {
        (void)fprintf(stderr, "fuzz_diff: %s: ", walk->taker);
        print_path(tree->open);
        (void)fprintf(stderr, ": %s: damage at %llu, %s / done\n",
                      damage->field, (unsigned long long)damage->offset, said);
    }
}

static uint32_t take(void *self, const struct hp_event *event)
{
    struct diff_walk *walk = self;

    if (event->kind == HP_EVENT_DAMAGE &&
        event->u.damage.action == HP_DAMAGE_NOTED) {
        walk->noted = true;
    } else if (event->kind == HP_EVENT_DAMAGE) {
        if (walk->field[0] == '\0')
            (void)snprintf(walk->field, sizeof walk->field, "%s",
                           event->u.damage.field);
        if (walk->taker != NULL)
            judge_damage(walk, &event->u.damage);
    }
    return walk->tree.event(walk->tree.self, event);
}

/* Reads `image` into *tree and returns HP_WALK_; notes are no damage. The walk
 * is empty but for its taker. */
static uint32_t read_tree(struct hp_tree *tree, struct diff_walk *walk,
                          struct hp_arena *arena,
                          const struct hp_backend *backend, uint32_t mode,
                          struct hp_span image)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = mode,
                             .image = image.ptr,
                             .image_size = image.len};
    struct hp_sink sink = {sizeof sink, take, walk};

    hp_tree_begin(tree, arena, &walk->tree);
    return backend->walk(&input, &sink);
}

bool diff_is_sound(struct hp_tree *tree, struct hp_arena *arena,
                   struct hp_span image)
{
    struct diff_walk walk = {.taker = NULL};

    return read_tree(tree, &walk, arena, &hp_backend_native, HP_MODE_STRICT,
                     image) == HP_WALK_DONE &&
           !walk.noted;
}

/* True if `reader` may end so on a sound hive; else what it said is printed. */
static bool allows_result(const char *reader, uint32_t result,
                          const struct diff_walk *walk,
                          const struct hp_tree *ours, struct hp_span image)
{
    static const char *const names[] = {"done", "partial", "refused", "stopped",
                                        "failed"};
    char said[96], native[8 + DIFF_FACTS] = "done";

    if (result == HP_WALK_DONE)
        return true;
    diff_facts_of_hive(native + strlen(native), ours, image);
    (void)snprintf(said, sizeof said, "%s %s", result < 5 ? names[result] : "?",
                   walk->field);
    if (allows(reader, "result", native, said))
        return true;
    (void)fprintf(stderr, "fuzz_diff: %s: result: %s / %s\n", reader, native,
                  said);
    return false;
}

/* ---- comparing --------------------------------------------------------- */

struct comparison {
    const char *reader;
    const struct hp_tree *ours;
    size_t found;
};

/* What the native reader gives, with what a rule may ask of it. */
static void describe_native(char said[128], const struct comparison *comparison,
                            const struct hp_difference *difference)
{
    bool is_value = strcmp(difference->field, "value") == 0;

    if (strcmp(difference->field, "value.data") == 0) {
        const struct hp_tree_value *value =
            diff_value_of(difference->key, difference->name);
        (void)snprintf(said, 128, "type %llu: %s",
                       value == NULL ? 0 : (unsigned long long)value->type,
                       difference->a);
    } else if (is_value || strcmp(difference->field, "key") == 0) {
        (void)snprintf(said, 128, "%s%s", difference->a,
                       diff_facts_of_name(comparison->ours, difference->key,
                                          is_value, difference->name));
    } else {
        (void)snprintf(said, 128, "%s", difference->a);
    }
}

static bool on_difference(void *self, const struct hp_difference *difference)
{
    struct comparison *comparison = self;
    char native[128];

    describe_native(native, comparison, difference);
    if (allows(comparison->reader, difference->field, native, difference->b))
        return true;
    (void)fprintf(stderr, "fuzz_diff: %s: ", comparison->reader);
    print_path(difference->key);
    (void)fputs(" [", stderr);
    print_text(difference->name);
    (void)fprintf(stderr, "]: %s: %s / %s\n", difference->field, native,
                  difference->b);
    return ++comparison->found < 100;
}

/* The number of differences that no rule allows; each is printed. */
static size_t compare(const char *reader, const struct hp_tree *ours,
                      const struct hp_tree *theirs)
{
    struct comparison comparison = {reader, ours, 0};

    (void)hp_tree_compare(ours, theirs, on_difference, &comparison);
    return comparison.found;
}

void diff_check(const struct hp_backend *other, const struct hp_tree *ours,
                struct hp_arena *arena, struct hp_span image)
{
    struct hp_tree theirs;
    struct diff_walk walk = {.taker = NULL};
    uint32_t result =
        read_tree(&theirs, &walk, arena, other, HP_MODE_FORENSIC, image);

#ifdef HP_REPLAY
    diff_count(other->name, ours, result == HP_WALK_DONE ? &theirs : NULL);
#endif
    FUZZ_CHECK(allows_result(other->name, result, &walk, ours, image),
               "1: the other reader takes it");
    if (result == HP_WALK_DONE)
        FUZZ_CHECK(compare(other->name, ours, &theirs) == 0,
                   "2: and finds the same");
}

void diff_check_damaged(const struct hp_backend *other, struct hp_arena *arena,
                        struct hp_span image)
{
    static const uint32_t modes[] = {HP_MODE_STRICT, HP_MODE_FORENSIC};
    struct hp_tree tree;
    struct diff_walk theirs = {.taker = NULL};

    if (read_tree(&tree, &theirs, arena, other, HP_MODE_FORENSIC, image) !=
            HP_WALK_DONE ||
        theirs.noted)
        return;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct diff_walk ours = {.taker = other->name,
                                 .image = image,
                                 .strict = modes[i] == HP_MODE_STRICT};
        (void)read_tree(&tree, &ours, arena, &hp_backend_native, modes[i],
                        image);

        FUZZ_CHECK(ours.overlooked == 0, "4: damage is not overlooked");
    }
}
