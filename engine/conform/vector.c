/* SPDX-License-Identifier: Apache-2.0 */
#include "vector.h"

#include "log_plan.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define SCHEMA "hiveproof-vector/1"
#define SUFFIX ".json"
#define VOLUMES_SUFFIX ".volumes.json"

enum { PATH_ROOM = 1024, MOST_VECTORS = 100000 };

const char *const hp_reader_profile_words[] = {"strict", "forensic", "windows",
                                               NULL};
const char *const hp_expect_words[] = {"accept", "reject", "either", NULL};

static const char *const evidence_words[] = {"documented", "inferred",
                                             "unknown", NULL};
static const char *const impact_words[] = {"over-read",      "endless-loop",
                                           "exhaustion",     "wrong-data",
                                           "missed-service", NULL};

/* One file while it is read. */
struct reading {
    struct hp_strict_file file;
    struct hp_arena *arena;
    struct hp_vector *vector;
    const char *where; /* the profile, for messages */
};

static bool no_memory(const struct reading *r)
{
    return hp_conform_fail(r->file.err, r->file.path, "out of memory");
}

static bool wrong(const struct reading *r, const char *member, const char *why)
{
    return hp_conform_fail(r->file.err, r->file.path, "%s.%s: %s", r->where,
                           member, why);
}

/* ---- content --------------------------------------------------------- */

/* One element of drop, drop_values or cut: a path, alone or in an array with a
 * name and a size. `parts` says how many. */
static bool read_place(struct hp_vector_place *place, const struct reading *r,
                       const char *member, const json_t *item, size_t parts)
{
    const json_t *key = parts == 1 ? item : json_array_get(item, 0);
    const json_t *value = json_array_get(item, 1);
    const json_t *size = json_array_get(item, 2);

    if (parts > 1 && json_array_size(item) != parts)
        return wrong(r, member, "an element has another number of parts");
    if (!json_is_string(key) || json_string_value(key)[0] != '\\')
        return wrong(r, member, "a key's path begins with a backslash");
    place->key = json_string_value(key);
    if (parts > 1) {
        if (!json_is_string(value))
            return wrong(r, member, "a value's name is a string");
        place->value = json_string_value(value);
    }
    if (parts > 2) {
        if (!json_is_integer(size) || json_integer_value(size) < 0)
            return wrong(r, member, "a size is a whole number");
        place->size = (uint64_t)json_integer_value(size);
    }
    return true;
}

static bool read_places(struct hp_vector_place **places, size_t *count,
                        const struct reading *r, const json_t *content,
                        const char *member, size_t parts)
{
    const json_t *array;

    if (!hp_strict_array(&r->file, content, r->where, member, false, &array))
        return false;
    *count = json_array_size(array);
    *places = hp_arena_array(r->arena, *count, sizeof **places);
    if (*places == NULL)
        return no_memory(r);
    for (size_t i = 0; i < *count; i++) {
        if (!read_place(&(*places)[i], r, member, json_array_get(array, i),
                        parts))
            return false;
    }
    return true;
}

/* "own", "twin" or the name of a file beside the vector. */
static bool read_of(struct hp_vector_content *content, const struct reading *r,
                    const json_t *json)
{
    if (!hp_strict_string(&r->file, json, r->where, "of", &content->of))
        return false;
    size_t size = strlen(content->of);
    if (strcmp(content->of, "own") == 0)
        return true;
    if (strcmp(content->of, "twin") == 0)
        return r->vector->twin != NULL ||
               wrong(r, "of", "the vector has no twin");
    if (size > 7 && strcmp(content->of + size - 7, ".recipe") == 0 &&
        strchr(content->of, '/') == NULL)
        return true;
    return wrong(r, "of", "neither own, twin nor a recipe beside the vector");
}

static bool read_state(struct hp_vector_content *content,
                       const struct reading *r, const json_t *json)
{
    const json_t *state = json_object_get(json, "state");

    if (state == NULL)
        return true;
    content->state = (uint32_t)json_integer_value(state);
    return (json_integer_value(state) > 0 &&
            json_integer_value(state) < HP_LOG_STATES) ||
           wrong(r, "state", "no number of an entry");
}

static bool read_content(struct hp_vector_content *content,
                         const struct reading *r, const json_t *json)
{
    static const char *const names[] = {"of",  "state",   "drop", "drop_values",
                                        "cut", "partial", NULL};
    const json_t *partial = json_object_get(json, "partial");

    *content = (struct hp_vector_content){.of = "own"};
    if (json == NULL)
        return read_places(&content->drop, &content->drop_count, r, NULL,
                           "drop", 1);
    if (!hp_strict_has_only(&r->file, json, r->where, names) ||
        !read_of(content, r, json) || !read_state(content, r, json))
        return false;
    content->recovered =
        hp_vector_has_logs(r->vector) &&
        (content->state > 0 || strcmp(content->of, "own") != 0);
    if (partial != NULL && !json_is_boolean(partial))
        return wrong(r, "partial", "neither true nor false");
    if (partial != NULL)
        content->partial =
            json_is_true(partial) ? HP_PARTIAL_YES : HP_PARTIAL_NO;
    return read_places(&content->drop, &content->drop_count, r, json, "drop",
                       1) &&
           read_places(&content->drop_values, &content->drop_value_count, r,
                       json, "drop_values", 2) &&
           read_places(&content->cut, &content->cut_count, r, json, "cut", 3);
}

/* ---- expectations ---------------------------------------------------- */

static bool make_outcomes(struct hp_vector_expectation *expected,
                          const struct reading *r, size_t count)
{
    expected->outcomes =
        hp_arena_array(r->arena, count, sizeof *expected->outcomes);
    expected->outcome_count = count;
    return expected->outcomes != NULL || no_memory(r);
}

static bool read_outcome(struct hp_vector_outcome *outcome,
                         const struct reading *r, const json_t *json)
{
    const char *word = json_string_value(json);

    if (word == NULL)
        return read_content(&outcome->content, r, json);
    outcome->reject = strcmp(word, "reject") == 0;
    outcome->bounded = strcmp(word, "bounded") == 0;
    return outcome->reject || outcome->bounded ||
           wrong(r, "outcomes", "neither reject, bounded nor a content");
}

static bool read_outcomes(struct hp_vector_expectation *expected,
                          const struct reading *r, const json_t *json)
{
    const json_t *array;

    if (!hp_strict_array(&r->file, json, r->where, "outcomes", true, &array))
        return false;
    if (json_array_size(array) < 2)
        return wrong(r, "outcomes", "either has at least two");
    if (!make_outcomes(expected, r, json_array_size(array)))
        return false;
    for (size_t i = 0; i < expected->outcome_count; i++) {
        if (!read_outcome(&expected->outcomes[i], r, json_array_get(array, i)))
            return false;
    }
    return true;
}

/* strict and forensic, what they allow. */
static bool read_allowed(struct hp_vector_expectation *expected,
                         const struct reading *r, const json_t *json)
{
    const json_t *content = json_object_get(json, "content");

    if (content != NULL && expected->verdict != HP_EXPECT_ACCEPT)
        return wrong(r, "content", "only an accept has one");
    if (expected->verdict == HP_EXPECT_EITHER)
        return read_outcomes(expected, r, json);
    if (json_object_get(json, "outcomes") != NULL)
        return wrong(r, "outcomes", "only an either has them");
    if (!make_outcomes(expected, r, 1))
        return false;
    expected->outcomes[0].reject = expected->verdict == HP_EXPECT_REJECT;
    return expected->outcomes[0].reject ||
           read_content(&expected->outcomes[0].content, r, content);
}

/* A strict reader never ends PARTIAL. */
static void forbid_partial(const struct hp_vector_expectation *expected)
{
    for (size_t i = 0; i < expected->outcome_count; i++) {
        struct hp_vector_content *content = &expected->outcomes[i].content;
        if (content->partial == HP_PARTIAL_UNSAID)
            content->partial = HP_PARTIAL_NO;
    }
}

static bool read_expectation(struct hp_vector_expectation *expected,
                             const struct reading *r, const json_t *json)
{
    static const char *const names[] = {"verdict", "content", "outcomes", NULL};
    unsigned which = 0;

    if (!hp_strict_has_only(&r->file, json, r->where, names) ||
        !hp_strict_choice(&r->file, json, r->where, "verdict", hp_expect_words,
                          &which))
        return false;
    expected->verdict = (enum hp_expect)which;
    return read_allowed(expected, r, json);
}

static bool read_windows(struct hp_vector_expectation *expected,
                         const struct reading *r, const json_t *json)
{
    static const char *const names[] = {"verdict",  "content", "outcomes",
                                        "evidence", "source",  NULL};
    static const char *const words[] = {"accept", "reject", "either", "unknown",
                                        NULL};
    unsigned verdict = 0, evidence = 0;

    if (!hp_strict_has_only(&r->file, json, r->where, names) ||
        !hp_strict_choice(&r->file, json, r->where, "verdict", words,
                          &verdict) ||
        !hp_strict_choice(&r->file, json, r->where, "evidence", evidence_words,
                          &evidence) ||
        !hp_strict_optional(&r->file, json, r->where, "source",
                            &expected->source))
        return false;
    expected->evidence = (enum hp_evidence)evidence;
    if ((verdict == 3) != (evidence == HP_EVIDENCE_UNKNOWN))
        return wrong(r, "evidence", "unknown is what is not known");
    if (verdict == 3)
        return true;
    if (expected->source == NULL)
        return wrong(r, "source", "what is known names from where");
    expected->verdict = (enum hp_expect)verdict;
    if (!read_allowed(expected, r, json))
        return false;
    if (expected->verdict == HP_EXPECT_ACCEPT &&
        json_object_get(json, "content") == NULL)
        expected->outcomes[0].bounded = true;
    return true;
}

static bool read_profiles(struct reading *r, const json_t *json)
{
    const json_t *profiles = json_object_get(json, "profiles");
    struct hp_vector_expectation *expected = r->vector->expected;

    if (!hp_strict_has_only(&r->file, profiles, "profiles",
                            hp_reader_profile_words))
        return false;
    r->where = "profiles.strict";
    if (!read_expectation(&expected[HP_READER_STRICT], r,
                          json_object_get(profiles, "strict")))
        return false;
    forbid_partial(&expected[HP_READER_STRICT]);
    r->where = "profiles.forensic";
    if (!read_expectation(&expected[HP_READER_FORENSIC], r,
                          json_object_get(profiles, "forensic")))
        return false;
    r->where = "profiles.windows";
    return read_windows(&expected[HP_READER_WINDOWS], r,
                        json_object_get(profiles, "windows"));
}

/* ---- the file -------------------------------------------------------- */

/* Which log a name that ends so is, or HP_LIMIT_LOGS. */
static unsigned which_log(const char *suffix)
{
    unsigned i = 0;

    while (i < HP_LIMIT_LOGS && strcasecmp(suffix, hp_log_suffixes[i]) != 0)
        i++;
    return i;
}

static bool read_logs(const struct reading *r, const json_t *json)
{
    struct hp_vector *vector = r->vector;
    const json_t *logs;

    if (!hp_strict_array(&r->file, json, "", "logs", false, &logs) ||
        !hp_strict_all_strings(&r->file, logs, "", "logs"))
        return false;
    for (size_t i = 0; i < json_array_size(logs); i++) {
        const char *suffix = json_string_value(json_array_get(logs, i));
        unsigned which = which_log(suffix);
        if (which == HP_LIMIT_LOGS || vector->log[which] != NULL)
            return hp_conform_fail(r->file.err, r->file.path,
                                   "logs: .LOG, .LOG1, .LOG2, each once");
        vector->log[which] = suffix;
    }
    return true;
}

static bool read_lie_file(const struct reading *r, const json_t *lie)
{
    struct hp_vector *vector = r->vector;

    if (!hp_strict_optional(&r->file, lie, "lie", "file", &vector->lie_file))
        return false;
    if (vector->lie_file == NULL)
        return true;
    unsigned which = which_log(vector->lie_file);
    return (which < HP_LIMIT_LOGS && vector->log[which] != NULL &&
            strcmp(vector->lie_file, vector->log[which]) == 0) ||
           hp_conform_fail(r->file.err, r->file.path,
                           "lie.file: none of the logs");
}

static bool read_lie(const struct reading *r, const json_t *json)
{
    static const char *const names[] = {"record", "field", "offset", "file",
                                        NULL};
    struct hp_vector *vector = r->vector;
    const json_t *lie = json_object_get(json, "lie");

    if (lie == NULL)
        return hp_conform_fail(r->file.err, r->file.path, "lie: is missing");
    if (json_is_null(lie))
        return true;
    return hp_strict_has_only(&r->file, lie, "lie", names) &&
           hp_strict_string(&r->file, lie, "lie", "record",
                            &vector->lie_record) &&
           hp_strict_string(&r->file, lie, "lie", "field",
                            &vector->lie_field) &&
           hp_strict_number(&r->file, lie, "lie", "offset",
                            &vector->lie_offset) &&
           read_lie_file(r, lie);
}

static bool read_evidence(const struct reading *r, const json_t *json)
{
    static const char *const names[] = {"agree", "clause", NULL};
    const json_t *evidence = json_object_get(json, "evidence");
    const json_t *agree;
    const char *clause;

    return hp_strict_has_only(&r->file, evidence, "evidence", names) &&
           hp_strict_array(&r->file, evidence, "evidence", "agree", false,
                           &agree) &&
           hp_strict_all_strings(&r->file, agree, "evidence", "agree") &&
           hp_strict_optional(&r->file, evidence, "evidence", "clause",
                              &clause);
}

static bool read_members(struct reading *r, const json_t *json)
{
    static const char *const names[] = {
        "schema", "id",       "group",   "says",     "lie",      "twin", "rule",
        "impact", "profiles", "sources", "evidence", "services", "logs", NULL};
    struct hp_vector *vector = r->vector;
    const json_t *sources;
    const char *schema;
    unsigned impact;

    if (!hp_strict_has_only(&r->file, json, "", names) ||
        !hp_strict_string(&r->file, json, "", "schema", &schema))
        return false;
    if (strcmp(schema, SCHEMA) != 0)
        return hp_conform_fail(r->file.err, r->file.path,
                               "schema: not " SCHEMA);
    return hp_strict_string(&r->file, json, "", "id", &vector->id) &&
           hp_strict_string(&r->file, json, "", "group", &vector->group) &&
           hp_strict_string(&r->file, json, "", "says", &vector->says) &&
           hp_strict_string(&r->file, json, "", "rule", &vector->rule) &&
           hp_strict_choice(&r->file, json, "", "impact", impact_words,
                            &impact) &&
           hp_strict_string(&r->file, json, "", "impact", &vector->impact) &&
           hp_strict_optional(&r->file, json, "", "twin", &vector->twin) &&
           hp_strict_array(&r->file, json, "", "sources", true, &sources) &&
           hp_strict_all_strings(&r->file, sources, "", "sources") &&
           read_logs(r, json) && read_lie(r, json) && read_evidence(r, json) &&
           read_profiles(r, json);
}

/* The file's name says id and group, too. */
static bool check_place(const struct reading *r, const char *group,
                        const char *name)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t size = strlen(name) - strlen(SUFFIX);
    const struct hp_vector *vector = r->vector;

    if (strspn(vector->id, characters) != strlen(vector->id))
        return hp_conform_fail(r->file.err, r->file.path,
                               "id: only letters, digits and -");
    if (strlen(vector->id) != size || memcmp(vector->id, name, size) != 0)
        return hp_conform_fail(r->file.err, r->file.path,
                               "id: another than the file's name");
    return strcmp(vector->group, group) == 0 ||
           hp_conform_fail(r->file.err, r->file.path,
                           "group: another than the folder's name");
}

static bool read_file(struct hp_vector *vector, struct hp_arena *arena,
                      const char *path, struct hp_conform_error *err)
{
    struct reading r = {{path, err}, arena, vector, ""};
    json_error_t error;

    vector->json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (vector->json == NULL)
        return hp_conform_fail(err, path, "line %d: %s", error.line,
                               error.text);
    return read_members(&r, vector->json);
}

/* ---- the folder ------------------------------------------------------ */

static bool ends_with(const char *name, const char *suffix)
{
    size_t size = strlen(name), end = strlen(suffix);

    return size > end && strcmp(name + size - end, suffix) == 0;
}

static bool make_room(struct hp_vectors *vectors)
{
    if (vectors->count < vectors->room)
        return true;
    size_t room = vectors->room == 0 ? 512 : 2 * vectors->room;
    struct hp_vector *items =
        room > MOST_VECTORS
            ? NULL
            : hp_arena_array(vectors->arena, room, sizeof *items);
    if (items == NULL)
        return false;
    if (vectors->count > 0)
        memcpy(items, vectors->items, vectors->count * sizeof *items);
    vectors->items = items;
    vectors->room = room;
    return true;
}

/* End-to-end vectors have a table of volumes beside them. */
static bool find_volumes(struct hp_vectors *vectors, struct hp_vector *vector)
{
    char path[PATH_ROOM];
    struct stat status;

    if (!hp_vector_path(path, sizeof path, vectors, vector, VOLUMES_SUFFIX) ||
        stat(path, &status) != 0)
        return true;
    vector->volumes = hp_arena_copy(vectors->arena, path, strlen(path) + 1);
    return vector->volumes != NULL;
}

static bool add_file(struct hp_vectors *vectors, const char *group,
                     const char *name, struct hp_conform_error *err)
{
    char path[PATH_ROOM];
    int size =
        snprintf(path, sizeof path, "%s/%s/%s", vectors->folder, group, name);

    if (size < 0 || (size_t)size >= sizeof path)
        return hp_conform_fail(err, vectors->folder, "the path is too long");
    if (!make_room(vectors))
        return hp_conform_fail(err, path, "out of memory");
    struct hp_vector *vector = &vectors->items[vectors->count++];
    struct reading r = {{path, err}, vectors->arena, vector, ""};
    if (!read_file(vector, vectors->arena, path, err) ||
        !check_place(&r, group, name))
        return false;
    return find_volumes(vectors, vector) ||
           hp_conform_fail(err, path, "out of memory");
}

static bool read_group(struct hp_vectors *vectors, const char *group,
                       struct hp_conform_error *err)
{
    char path[PATH_ROOM];
    struct dirent *entry;
    bool good = true;

    int size = snprintf(path, sizeof path, "%s/%s", vectors->folder, group);
    if (size < 0 || (size_t)size >= sizeof path)
        return hp_conform_fail(err, vectors->folder, "the path is too long");
    DIR *folder = opendir(path);
    if (folder == NULL)
        return errno == ENOTDIR ||
               hp_conform_fail(err, path, "%s", strerror(errno));
    while (good && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.' && ends_with(entry->d_name, SUFFIX) &&
            !ends_with(entry->d_name, VOLUMES_SUFFIX))
            good = add_file(vectors, group, entry->d_name, err);
    }
    (void)closedir(folder);
    return good;
}

static int compare_ids(const void *a, const void *b)
{
    const struct hp_vector *x = a, *y = b;
    int order = strcasecmp(x->id, y->id);

    return order != 0 ? order : strcmp(x->id, y->id);
}

static bool check_twins(const struct hp_vectors *vectors,
                        struct hp_conform_error *err)
{
    for (size_t i = 0; i < vectors->count; i++) {
        const struct hp_vector *vector = &vectors->items[i];
        if (i > 0 && strcmp(vector[-1].id, vector->id) == 0)
            return hp_conform_fail(err, vector->id, "id: two vectors have it");
        if (i > 0 && strcasecmp(vector[-1].id, vector->id) == 0)
            return hp_conform_fail(err, vector->id,
                                   "id: another one only in case");
        if (vector->twin != NULL &&
            hp_vectors_find(vectors, vector->twin) == NULL)
            return hp_conform_fail(err, vector->id, "twin: no such vector");
    }
    return true;
}

bool hp_vectors_read(struct hp_vectors *vectors, struct hp_arena *arena,
                     const char *folder, struct hp_conform_error *err)
{
    struct dirent *entry;
    bool good = true;

    *vectors = (struct hp_vectors){.arena = arena, .folder = folder};
    DIR *groups = opendir(folder);
    if (groups == NULL)
        return hp_conform_fail(err, folder, "%s", strerror(errno));
    while (good && (entry = readdir(groups)) != NULL) {
        if (entry->d_name[0] != '.')
            good = read_group(vectors, entry->d_name, err);
    }
    (void)closedir(groups);
    if (!good)
        return false;
    if (vectors->count == 0)
        return hp_conform_fail(err, folder, "no vector is there");
    qsort(vectors->items, vectors->count, sizeof *vectors->items, compare_ids);
    return check_twins(vectors, err);
}

void hp_vectors_close(struct hp_vectors *vectors)
{
    for (size_t i = 0; i < vectors->count; i++)
        json_decref(vectors->items[i].json);
    vectors->count = 0;
}

const struct hp_vector *hp_vectors_find(const struct hp_vectors *vectors,
                                        const char *id)
{
    struct hp_vector wanted = {.id = id};

    if (vectors->count == 0)
        return NULL;
    return bsearch(&wanted, vectors->items, vectors->count,
                   sizeof *vectors->items, compare_ids);
}

bool hp_vector_path(char *path, size_t room, const struct hp_vectors *vectors,
                    const struct hp_vector *vector, const char *suffix)
{
    const char *name = suffix[0] == '.' ? vector->id : "";
    int size = snprintf(path, room, "%s/%s/%s%s", vectors->folder,
                        vector->group, name, suffix);

    return size > 0 && (size_t)size < room;
}

bool hp_vector_has_logs(const struct hp_vector *vector)
{
    for (unsigned i = 0; i < HP_LIMIT_LOGS; i++) {
        if (vector->log[i] != NULL)
            return true;
    }
    return false;
}

bool hp_vector_is_judged(const struct hp_vector *vector,
                         enum hp_reader_profile profile)
{
    return profile != HP_READER_WINDOWS ||
           vector->expected[profile].evidence == HP_DOCUMENTED;
}
