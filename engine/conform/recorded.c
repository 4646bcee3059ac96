/* SPDX-License-Identifier: Apache-2.0 */
#include "recorded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_event.h"
#include "load.h"

/* The file while it is read. */
struct recording {
    struct hp_case_result *results;
    struct hp_source_identity *reader;
    const struct hp_conform_how *how;
    const char *path;
    struct hp_conform_error *err;
    FILE *file;
    char *line; /* HP_RECORDED_LINE bytes */
    uint64_t number;

    /* the case that is open */
    struct hp_trial *trial; /* NULL: none */
    struct hp_case_result *result;
    struct hp_sink sink;
    bool ended;    /* its verdict is known; only another case may come */
    uint32_t walk; /* how it ended, */
    enum hp_status status;
};

static bool fail(const struct recording *r, const char *why)
{
    return hp_conform_fail(r->err, r->path, "line %" PRIu64 ": %s", r->number,
                           why);
}

/* ---- the open case ---------------------------------------------------- */

static void end_case(struct recording *r, uint32_t walk, enum hp_status status,
                     const char *detail)
{
    r->ended = true;
    r->walk = walk;
    r->status = status;
    hp_detail_copy(r->result->detail, sizeof r->result->detail, detail);
}

static void break_case(struct recording *r, const char *why)
{
    /* Room for all of it: gcc -O3 warns of text that is cut here. */
    char detail[HP_CASE_DETAIL + HP_WIRE_TEXT_SIZE];

    (void)snprintf(detail, sizeof detail, "line %" PRIu64 " of the results: %s",
                   r->number, why);
    end_case(r, HP_WALK_FAILED, HP_E_PROTOCOL, detail);
}

static void close_case(struct recording *r)
{
    if (r->trial == NULL)
        return;
    if (!r->ended)
        end_case(r, HP_WALK_FAILED, HP_E_CRASH, "no end line");
    hp_trial_end(r->trial, r->walk, r->status);
    hp_trial_judge(r->trial, false);
    hp_trial_close(r->trial);
    r->trial = NULL;
}

static void take_event(struct recording *r, const struct hp_members *members)
{
    struct hp_command_event event;

    switch (hp_command_event_of(&event, members)) {
    case HP_COMMAND_EVENT:
        if (r->sink.event(r->sink.self, &event.event) == HP_STOP)
            break_case(r, "an event in the wrong place");
        return;
    case HP_COMMAND_NOTHING:
        return;
    case HP_COMMAND_END:
        end_case(r, event.result,
                 event.result == HP_WALK_FAILED ? HP_E_UNSUPPORTED : HP_OK,
                 event.reason);
        return;
    default:
        break_case(r, event.reason);
    }
}

static void take_failure(struct recording *r, const struct hp_member *failed)
{
    static const struct {
        const char *word;
        enum hp_status status;
    } kinds[] = {{"crash", HP_E_CRASH},
                 {"hang", HP_E_WALL},
                 {"exhaustion", HP_E_MEMORY},
                 {"protocol", HP_E_PROTOCOL},
                 {"input_modified", HP_E_EDITED}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (hp_member_is(failed, kinds[i].word)) {
            end_case(r, HP_WALK_FAILED, kinds[i].status, "as it was measured");
            return;
        }
    }
    break_case(r, "failed: none of the words that may stand here");
}

/* ---- lines ------------------------------------------------------------ */

static bool open_case(struct recording *r, const struct hp_member *id,
                      const struct hp_member *mode)
{
    const char *wanted = hp_conform_mode(r->how->profile) == HP_MODE_STRICT
                             ? "strict"
                             : "forensic";
    char name[128];

    hp_member_print(name, sizeof name, id);
    const struct hp_vector *vector = hp_vectors_find(r->how->vectors, name);
    if (vector == NULL)
        return fail(r, "case: no vector is called so");
    if (mode != NULL && !hp_member_is(mode, wanted))
        return fail(r, "mode: this profile is read in the other one");
    uint32_t index = (uint32_t)(vector - r->how->vectors->items);
    r->result = &r->results[index];
    if (r->result->ran)
        return fail(r, "case: a second time");
    r->trial = hp_trial_open(r->result, r->how, index);
    if (r->trial == NULL)
        return fail(r, "out of memory");
    r->ended = false;
    hp_trial_begin(r->trial, &r->sink);
    return true;
}

static void take_reader(struct recording *r, const struct hp_members *members,
                        const struct hp_member *name)
{
    hp_member_print(r->reader->name, sizeof r->reader->name, name);
    hp_member_print(r->reader->version, sizeof r->reader->version,
                    hp_members_find(members, "version"));
}

static bool take_line(struct recording *r, size_t size)
{
    struct hp_members members;
    const char *wrong = hp_members_read(&members, r->line, size);
    const struct hp_member *member;

    if (wrong == NULL) {
        member = hp_members_find(&members, "case");
        if (member != NULL) {
            close_case(r);
            return open_case(r, member, hp_members_find(&members, "mode"));
        }
        member = hp_members_find(&members, "reader");
        if (member != NULL && r->number == 1) {
            take_reader(r, &members, member);
            return true;
        }
    }
    if (r->trial == NULL)
        return fail(r, wrong != NULL ? wrong : "no case has begun");
    if (r->ended && r->status != HP_E_PROTOCOL)
        break_case(r, "something behind the end line");
    else if (!r->ended && wrong != NULL)
        break_case(r, wrong);
    else if (!r->ended && (member = hp_members_find(&members, "failed")))
        take_failure(r, member);
    else if (!r->ended)
        take_event(r, &members);
    return true;
}

/* Skips what is left of a line that is too long. */
static void skip_line(struct recording *r)
{
    int c;

    do
        c = getc(r->file);
    while (c != EOF && c != '\n');
}

static bool read_lines(struct recording *r)
{
    for (r->number = 1;; r->number++) {
        size_t size = 0;
        int c;
        while ((c = getc(r->file)) != EOF && c != '\n' &&
               size < HP_RECORDED_LINE)
            r->line[size++] = (char)c;
        if (c == EOF && size == 0)
            break;
        if (size == HP_RECORDED_LINE && c != '\n') {
            skip_line(r);
            if (r->trial == NULL)
                return fail(r, "the line is too long");
            if (!r->ended)
                break_case(r, "the line is too long");
            continue;
        }
        if (size > 0 && r->line[size - 1] == '\r')
            size--; /* Windows */
        if (size > 0 && !take_line(r, size))
            return false;
    }
    return !ferror(r->file) ||
           hp_conform_fail(r->err, r->path, "%s", strerror(errno));
}

bool hp_recorded_judge(struct hp_case_result *results,
                       struct hp_source_identity *reader,
                       const struct hp_conform_how *how, const char *path,
                       struct hp_conform_error *err)
{
    struct recording r = {.results = results,
                          .reader = reader,
                          .how = how,
                          .path = path,
                          .err = err};
    bool good = false;

    *reader = (struct hp_source_identity){.name = "unnamed", .version = "?"};
    r.file = fopen(path, "re");
    if (r.file == NULL)
        return hp_conform_fail(err, path, "%s", strerror(errno));
    r.line = malloc(HP_RECORDED_LINE);
    if (r.line == NULL)
        (void)hp_conform_fail(err, path, "out of memory");
    else
        good = read_lines(&r);
    if (good)
        close_case(&r);
    hp_trial_close(r.trial);
    free(r.line);
    (void)fclose(r.file);
    return good;
}
