/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include "case_judge.h"
#include "content.h"
#include "recipe.h"

#define RECIPE                                                                 \
    "hiveproof recipe 1\n[\\k]\n\"v\" = hex:01,02,03\n[\\l]\n[\\l\\m]\n"

/* The content of RECIPE less what *content takes away. */
static struct hp_tree tree_of(struct hp_arena *arena, const char *recipe,
                              const struct hp_vector_content *content)
{
    struct hp_recipe_text text = {"case", recipe, strlen(recipe)};
    struct hp_conform_error err;
    struct hp_recipe_error why;
    struct hp_tree tree;
    struct hp_plan plan;

    assert_true(hp_plan_open(&plan, arena, 1 << 24));
    assert_true(hp_recipe_read(&plan, text, NULL, &why));
    assert_true(hp_content_build(&tree, arena, &plan, content, "case", &err));
    return tree;
}

static const struct hp_vector_content own = {.of = "own"};

/* Judges what came under an expectation of one outcome. */
static enum hp_case_verdict judge_one(const struct hp_tree *came,
                                      uint32_t result, enum hp_status status,
                                      bool modified,
                                      struct hp_vector_outcome outcome,
                                      const struct hp_tree *content)
{
    struct hp_received received = {came, result, status, modified};
    struct hp_vector_expectation expected = {
        .verdict = outcome.reject ? HP_EXPECT_REJECT : HP_EXPECT_ACCEPT,
        .outcomes = &outcome,
        .outcome_count = 1};

    return hp_judge(&received, &expected, content, true).verdict;
}

static void judge__a_failure_has_its_verdict(void **state)
{
    static const struct {
        enum hp_status status;
        enum hp_case_verdict verdict;
    } cases[] = {{HP_E_CRASH, HP_CASE_CRASH},
                 {HP_E_CPU, HP_CASE_HANG},
                 {HP_E_WALL, HP_CASE_HANG},
                 {HP_E_MEMORY, HP_CASE_EXHAUSTION},
                 {HP_E_OUTPUT, HP_CASE_EXHAUSTION},
                 {HP_E_PROTOCOL, HP_CASE_PROTOCOL},
                 {HP_E_EDITED, HP_CASE_INPUT_MODIFIED},
                 {HP_E_UNSUPPORTED, HP_CASE_NOT_SUPPORTED},
                 {HP_E_NO_MEMORY, HP_CASE_NOT_SUPPORTED}};
    const struct hp_vector_outcome reject = {.reject = true};
    struct hp_tree none = {.root = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(judge_one(&none, HP_WALK_FAILED, cases[i].status,
                                   false, reject, NULL),
                         cases[i].verdict);
}

static void judge__accept_and_reject(void **state)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, 1 << 24);
    const struct hp_vector_outcome reject = {.reject = true};
    const struct hp_vector_outcome accept = {.content = own};
    struct hp_tree tree = tree_of(&arena, RECIPE, &own);

    (void)state;
    assert_int_equal(
        judge_one(&tree, HP_WALK_DONE, HP_OK, false, accept, &tree),
        HP_CASE_PASS);
    assert_int_equal(judge_one(&tree, HP_WALK_DONE, HP_OK, true, accept, &tree),
                     HP_CASE_INPUT_MODIFIED);
    assert_int_equal(
        judge_one(&tree, HP_WALK_REFUSED, HP_OK, false, accept, &tree),
        HP_CASE_REJECTED);
    assert_int_equal(
        judge_one(&tree, HP_WALK_REFUSED, HP_OK, false, reject, NULL),
        HP_CASE_PASS);
    assert_int_equal(
        judge_one(&tree, HP_WALK_PARTIAL, HP_OK, false, reject, NULL),
        HP_CASE_ACCEPTED);
    hp_arena_close(&arena);
}

static void judge__partial_as_the_content_says(void **state)
{
    static const enum hp_case_verdict verdicts[] = {
        [HP_PARTIAL_UNSAID] = HP_CASE_PASS,
        [HP_PARTIAL_NO] = HP_CASE_WRONG_CONTENT,
        [HP_PARTIAL_YES] = HP_CASE_PASS};
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, 1 << 24);
    struct hp_tree tree = tree_of(&arena, RECIPE, &own);

    (void)state;
    for (unsigned p = HP_PARTIAL_UNSAID; p <= HP_PARTIAL_YES; p++) {
        struct hp_vector_outcome accept = {.content = own};
        accept.content.partial = (enum hp_partial)p;
        assert_int_equal(
            judge_one(&tree, HP_WALK_PARTIAL, HP_OK, false, accept, &tree),
            verdicts[p]);
    }
    hp_arena_close(&arena);
}

static void content__drops_and_cuts(void **state)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, 1 << 24);
    struct hp_vector_place key = {.key = "\\l"};
    struct hp_vector_place value = {.key = "\\k", .value = "v", .size = 2};
    struct hp_vector_content content = {.of = "own",
                                        .drop = &key,
                                        .drop_count = 1,
                                        .cut = &value,
                                        .cut_count = 1};
    struct hp_tree tree = tree_of(&arena, RECIPE, &content);

    (void)state;
    assert_int_equal(tree.keys, 2);
    assert_int_equal(tree.data_bytes, 2);
    assert_int_equal(tree.root->subkeys->values->data_size, HP_UNKNOWN_U64);
    content = (struct hp_vector_content){
        .of = "own", .drop_values = &value, .drop_value_count = 1};
    tree = tree_of(&arena, RECIPE, &content);
    assert_int_equal(tree.keys, 4);
    assert_int_equal(tree.values, 0);
    hp_arena_close(&arena);
}

static void content__lies_are_not_believed(void **state)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, 1 << 24);
    struct hp_tree tree = tree_of(&arena,
                                  RECIPE "vk[\\k]\"v\".data_size = 9\n"
                                         "vk[\\k]\"v\".type = 77\n"
                                         "nk[\\k].subkey_count = 5\n"
                                         "nk[\\k].security = 5\n",
                                  &own);
    const struct hp_tree_key *key = tree.root->subkeys;

    (void)state;
    assert_int_equal(tree.keys, 4);
    assert_int_equal(key->values->data.size, 3);
    assert_int_equal(key->values->data_size, HP_UNKNOWN_U64);
    assert_int_equal(key->values->type, 77);
    assert_false(key->security.known);
    assert_true(tree.root->security.known);
    hp_arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judge__a_failure_has_its_verdict),
        cmocka_unit_test(judge__accept_and_reject),
        cmocka_unit_test(judge__partial_as_the_content_says),
        cmocka_unit_test(content__drops_and_cuts),
        cmocka_unit_test(content__lies_are_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
