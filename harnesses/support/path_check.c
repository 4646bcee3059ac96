/* SPDX-License-Identifier: Apache-2.0 */
#include "path_check.h"

#include <string.h>

#include "fuzz.h"
#include "image_path.h"
#include "model.h"
#include "model_environment.h"

/* Units: some limits are those of a path, others of any text. */
enum { MORE_THAN_PATHS = 260, MORE_THAN_ANY = 32768 };

static bool same(struct hp_text a, struct hp_text b)
{
    return a.count == b.count &&
           (a.count == 0 || memcmp(a.units, b.units, 2 * a.count) == 0);
}

void path_check_string(struct hp_arena *arena, uint32_t type,
                       struct hp_span data)
{
    struct model_image value = {true, type, data, {NULL, 0}};
    struct hp_finding_list ignored = {.count = 0};
    struct hp_text text, want;
    enum hp_decoded decoded;
    bool is_text;

    if (model_decode(&want, &is_text, arena, &value) &&
        hp_image_path_decode(&decoded, &text, arena, &ignored, type, data))
        FUZZ_CHECK((decoded == HP_DECODED_TEXT) == is_text && same(text, want),
                   "3: a string");
}

void path_check_model(const struct hp_outcome *outcome, struct hp_arena *arena,
                      const struct hp_question *question,
                      const struct hp_path_question *path,
                      const struct hp_tree *software)
{
    struct model_image image = {!path->missing, path->type, path->data,
                                path->name};
    struct model_machine machine;
    struct model_outcome want;

    if (!path->missing)
        path_check_string(arena, path->type, path->data);
    if (path->name.count > 0 && path->name.units[0] == '{') { /* K1 */
        FUZZ_CHECK(outcome->verdict == HP_VERDICT_SKIP_NOT_SERVICE, "3: K1");
        return;
    }
    if (!model_machine_bare(&machine, arena, question, software) ||
        !(path->driver ? model_driver : model_win32)(&want, &machine, &image))
        return;
    FUZZ_CHECK(outcome->verdict == want.verdict, "3: the verdict");
    FUZZ_CHECK(outcome->has_path == want.has_path, "3: a path");
    FUZZ_CHECK(same(outcome->writer_path, want.path), "3: the path");
}

/* As many letters more, behind a unit of the text that `hash` says. */
static struct hp_span longer(struct hp_arena *arena, struct hp_span data,
                             uint64_t hash)
{
    size_t more = 2 * (size_t)(hash % 8 == 0 ? MORE_THAN_ANY : MORE_THAN_PATHS);
    size_t at = (size_t)(hash >> 8) % (data.len / 2 + 1) * 2;
    uint8_t *bytes = hp_arena_alloc(arena, data.len + more);

    FUZZ_CHECK(bytes != NULL, "0: memory");
    if (at > 0)
        memcpy(bytes, data.ptr, at);
    for (size_t i = 0; i < more; i++)
        bytes[at + i] = i % 2 == 0 ? 'a' : 0;
    if (data.len > at)
        memcpy(bytes + at + more, data.ptr + at, data.len - at);
    return hp_span_of(bytes, data.len + more);
}

void path_check_longer(const struct hp_question *question,
                       struct hp_path_question path, uint64_t hash)
{
    struct fuzz_memory memory = {0, 0}, enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory), slow = fuzz_arena(&enough);
    struct hp_report report;

    path.data = longer(&slow, path.data, hash);
    FUZZ_CHECK(hp_judge_path(&report, &arena, &path, question, NULL, NULL, 0) ==
                   HP_OK,
               "1: memory");
    path_check_model(&report.services[0].outcome, &slow, question, &path, NULL);
    hp_arena_close(&arena);
    hp_arena_close(&slow);
}
