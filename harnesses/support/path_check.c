/* SPDX-License-Identifier: Apache-2.0 */
#include "path_check.h"

#include <string.h>

#include "fuzz.h"
#include "model.h"

static bool same(struct hp_text a, struct hp_text b)
{
    return a.count == b.count &&
           (a.count == 0 || memcmp(a.units, b.units, 2 * a.count) == 0);
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
