/* SPDX-License-Identifier: Apache-2.0 */
#include "enumerate_ask.h"

#include <string.h>

#include "enumerate_check.h"

enum { QUESTION = 512, QUESTION_END = 1024 };
enum { SOFTWARE = 2, SET = 2, SET_BITS = 3, ROOT = 16, OWN = 32, NONE = 64 };

static void read_machine(struct enumerate_ask *ask, struct fuzz_in *in,
                         struct hp_span image)
{
    struct hp_question *question = &ask->ask.question;
    unsigned flags = fuzz_u8(in);

    if ((flags & SOFTWARE) != 0)
        question->software = &ask->software;
    if ((flags & NONE) != 0)
        ask->software = enumerate_source(
            hp_span_of(image.ptr + QUESTION, image.len - QUESTION));
    question->control_set =
        (enum hp_control_set_choice)(flags >> SET & SET_BITS);
    if (question->control_set == HP_CONTROL_SET_NUMBER)
        question->control_set_number = 1 + fuzz_u8(in) % 3;
    if ((flags & ROOT) != 0)
        question->system_root = fuzz_text(in, &ask->texts);
    if ((flags & OWN) == 0)
        return;
    ask->variable.name = fuzz_text(in, &ask->texts);
    ask->variable.value = fuzz_text(in, &ask->texts);
    ask->variable.source = "user";
    question->variables = &ask->variable;
    question->variable_count = 1;
}

void enumerate_ask_read(struct enumerate_ask *ask, struct hp_span image)
{
    struct fuzz_in in = {NULL, 0};

    ask->enough = (struct fuzz_memory){0, 0};
    ask->texts = fuzz_arena(&ask->enough);
    ask->software = enumerate_source(image);
    if (image.len >= QUESTION_END &&
        memcmp(image.ptr + QUESTION, "HPEN", 4) == 0)
        in = (struct fuzz_in){image.ptr + QUESTION + 4,
                              QUESTION_END - QUESTION - 4};
    ask_read(&ask->ask, &in);
    read_machine(ask, &in, image);
}

void enumerate_ask_close(struct enumerate_ask *ask)
{
    hp_arena_close(&ask->texts);
}
