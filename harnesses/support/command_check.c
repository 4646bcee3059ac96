/* SPDX-License-Identifier: Apache-2.0 */
#include "command_check.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "command_event.h"

struct line {
    char *text;
    size_t size;
};

/* Memory that ends where the line ends, for the sanitizer. */
static struct line copy_of(const char *text, size_t size)
{
    struct line line = {malloc(size + (size == 0)), size};

    FUZZ_CHECK(line.text != NULL, "0: memory");
    if (size > 0)
        memcpy(line.text, text, size);
    return line;
}

static bool is_inside(const struct line *line, const void *at, size_t size)
{
    const char *text = at;

    return size == 0 || (text >= line->text && size <= line->size &&
                         text <= line->text + line->size - size);
}

/* ---- members -------------------------------------------------------------
 */

static void check_member(const struct line *line,
                         const struct hp_member *member)
{
    char text[16];
    const char *string;
    size_t at = 0, size, before = 0;
    uint64_t number = 0;

    FUZZ_CHECK(is_inside(line, member->name, member->name_size), "1: a name");
    FUZZ_CHECK(is_inside(line, member->text, member->size), "1: a text");
    (void)hp_member_number(&number, member);
    hp_member_print(text, sizeof text, member);
    FUZZ_CHECK(strlen(text) < sizeof text, "1: printed");
    while (member->kind == HP_MEMBER_LIST &&
           hp_member_next(member, &at, &string, &size)) {
        FUZZ_CHECK(at > before && at <= member->size, "1: a list ends");
        FUZZ_CHECK(is_inside(line, string, size), "1: of a list");
        before = at;
    }
}

static bool is_list_of_strings(const json_t *value)
{
    size_t i;
    json_t *item;

    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return true;
}

/* True if the object has nothing that is nested deeper than the protocols. */
static bool is_flat(json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        if (json_is_object(value) || !is_list_of_strings(value))
            return false;
    }
    return json_object_size(object) <= HP_MEMBERS_MOST;
}

static void check_same(const struct hp_members *members, json_t *object)
{
    FUZZ_CHECK(members->count == json_object_size(object), "2: members");
    for (size_t i = 0; i < members->count; i++) {
        const struct hp_member *member = &members->items[i];
        json_t *value =
            json_object_getn(object, member->name, member->name_size);
        FUZZ_CHECK(value != NULL, "2: a name");
        FUZZ_CHECK((member->kind == HP_MEMBER_STRING) == json_is_string(value),
                   "2: a kind");
        FUZZ_CHECK(!json_is_string(value) ||
                       (member->size == json_string_length(value) &&
                        memcmp(member->text, json_string_value(value),
                               member->size) == 0),
                   "2: a string");
    }
}

/* `taken`: of the same line, or NULL. */
static void check_jansson(const char *text, size_t size,
                          const struct hp_members *taken)
{
    json_error_t error;
    json_t *value =
        json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    bool flat = json_is_object(value) && is_flat(value);

    /* It reads on behind a NUL that follows a word. */
    if (flat && memchr(text, 0, size) == NULL)
        FUZZ_CHECK(taken != NULL, "2: JSON is taken");
    if (flat && taken != NULL)
        check_same(taken, value);
    /* jansson refuses halves of pairs, NUL in names and huge numbers. */
    FUZZ_CHECK(taken == NULL || flat || value == NULL, "2: what is no JSON");
    json_decref(value);
}

/* ---- events ----------------------------------------------------------------
 */

static void check_string(const struct line *line, struct hp_string string)
{
    FUZZ_CHECK(string.bytes == NULL ||
                   is_inside(line, string.bytes, string.size),
               "3: a string");
}

static void check_text(const char *text, bool wanted)
{
    FUZZ_CHECK(!wanted || text[0] != '\0', "4: a reason");
    FUZZ_CHECK(memchr(text, '\0', HP_WIRE_TEXT_SIZE) != NULL, "4: its end");
    for (; *text != '\0'; text++)
        FUZZ_CHECK(*text >= ' ' && *text <= '~', "4: printable");
}

static void check_event(const struct line *line,
                        const struct hp_members *members)
{
    static struct hp_command_event said;
    const struct hp_event *event = &said.event;

    switch (hp_command_event_of(&said, members)) {
    case HP_COMMAND_EVENT:
        FUZZ_CHECK(event->kind >= HP_EVENT_HIVE &&
                       event->kind <= HP_EVENT_DIGEST,
                   "3: a kind");
        if (event->kind == HP_EVENT_KEY_ENTER)
            check_string(line, event->u.key.name);
        if (event->kind == HP_EVENT_VALUE)
            check_string(line, event->u.value.name);
        return;
    case HP_COMMAND_END:
        FUZZ_CHECK(said.result <= HP_WALK_FAILED, "4: a result");
        check_text(said.reason, false);
        return;
    case HP_COMMAND_BROKEN:
        check_text(said.reason, true);
        return;
    default:
        return;
    }
}

void command_check_line(const char *text, size_t size)
{
    struct line line = copy_of(text, size);
    struct hp_members members;
    const char *wrong = hp_members_read(&members, line.text, size);

    check_jansson(text, size, wrong == NULL ? &members : NULL);
    for (size_t i = 0; wrong == NULL && i < members.count; i++) {
        const struct hp_member *member = &members.items[i];
        check_member(&line, member);
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(members.items[k].name_size != member->name_size ||
                           memcmp(members.items[k].name, member->name,
                                  member->name_size) != 0,
                       "1: a name twice");
    }
    if (wrong == NULL)
        check_event(&line, &members);
    free(line.text);
}
