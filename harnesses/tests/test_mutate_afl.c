/* SPDX-License-Identifier: Apache-2.0
 *
 * AFL++'s custom mutator, loaded and called as afl-fuzz does it. */
#include <dlfcn.h>
#include <stdlib.h>

#include "afl_mutator.h"
#include "mutate_hives.h"

#include "hp_cmocka.h"

enum { MAX = 48 << 10 };

/* The hooks, looked up by name. A union, because C has no cast from an object
 * to a function. */
#define HOOK(name) __typeof__(&afl_custom_##name) name
struct hooks {
    HOOK(init);
    HOOK(fuzz);
    HOOK(describe);
    HOOK(post_process);
    HOOK(init_trim);
    HOOK(trim);
    HOOK(post_trim);
    HOOK(queue_new_entry);
    HOOK(deinit);
};

static struct hooks hooks;
static void *data;

static void look_up(void *library, const char *name, void *hook)
{
    void *symbol = dlsym(library, name);

    assert_non_null(symbol);
    memcpy(hook, &symbol, sizeof symbol);
}

static int load(void **state)
{
    void *library = dlopen(HP_AFL_MUTATOR, RTLD_NOW | RTLD_LOCAL);

    (void)state;
    if (library == NULL)
        fail_msg("%s", dlerror());
#define LOOK_UP(name) look_up(library, "afl_custom_" #name, &hooks.name)
    LOOK_UP(init);
    LOOK_UP(fuzz);
    LOOK_UP(describe);
    LOOK_UP(post_process);
    LOOK_UP(init_trim);
    LOOK_UP(trim);
    LOOK_UP(post_trim);
    LOOK_UP(queue_new_entry);
    LOOK_UP(deinit);
#undef LOOK_UP
    data = hooks.init(NULL, 1);
    assert_non_null(data);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    hooks.deinit(data);
    return 0;
}

static void fuzz__stays_within_the_limit_and_leaves_its_input(void **state)
{
    struct hive_builder h, same, other;
    uint8_t *out;

    (void)state;
    small_hive(&h);
    small_hive(&same);
    big_data_hive(&other);
    for (unsigned i = 0; i < 3000; i++) {
        size_t max = i % 3 == 0 ? h.size : MAX;
        size_t size =
            hooks.fuzz(data, h.image, h.size, &out,
                       i % 2 == 0 ? other.image : NULL, other.size, max);
        assert_true(size > 0 && size <= max);
        assert_ptr_not_equal(out, h.image);
        assert_memory_equal(h.image, same.image, h.size);
        const char *label = hooks.describe(data, 20);
        assert_true(strlen(label) > 0 && strlen(label) <= 20);
        if (i % 10 == 0)
            assert_int_equal(hooks.queue_new_entry(data, (const uint8_t *)"new",
                                                   (const uint8_t *)"old"),
                             0);
    }
    assert_int_equal(hooks.fuzz(data, h.image, h.size, &out, NULL, 0, 100), 0);
    hb_close(&h);
    hb_close(&same);
    hb_close(&other);
}

/* What the mutator made with a right checksum is left as it is, and what was
 * repaired is not repaired again: the same input is always the same. */
static void post_process__is_the_same_every_time(void **state)
{
    uint8_t *once = malloc(MAX);
    size_t left = 0, repaired = 0;
    struct hive_builder h;
    uint8_t *out;

    (void)state;
    assert_non_null(once);
    small_hive(&h);
    for (uint32_t i = 0; i < 4000; i++) {
        hb_poke(&h, "base", BASE_NAME, 4, i);
        assert_int_equal(hooks.post_process(data, h.image, h.size, &out),
                         h.size);
        assert_ptr_equal(out, h.image);
        hb_poke(&h, "base", BASE_CHECKSUM, 4, i);
        assert_int_equal(hooks.post_process(data, h.image, h.size, &out),
                         h.size);
        left += out == h.image;
        repaired += !read_hive(out, h.size, false).refused;
        memcpy(once, out, h.size);
        assert_int_equal(hooks.post_process(data, once, h.size, &out), h.size);
        assert_ptr_equal(out, once);
    }
    assert_int_equal(left + repaired, 4000);
    assert_true(left > 60 && left < 200); /* 3 % */
    /* What cannot be a hive is left alone. */
    assert_int_equal(hooks.post_process(data, once, 100, &out), 100);
    assert_ptr_equal(out, once);
    hb_close(&h);
    free(once);
}

/* Trims as afl-fuzz does; `good` says which results do the same. */
static size_t trim(const struct hive_builder *h, bool (*good)(struct reading))
{
    int steps = hooks.init_trim(data, h->image, h->size), step = 0;
    size_t best = h->size, runs = 0;
    uint8_t *out;

    while (step < steps) {
        size_t size = hooks.trim(data, &out);
        assert_true(size > 0 && size <= best);
        bool same = good(read_hive(out, size, false));
        best = same ? size : best;
        step = hooks.post_trim(data, same);
        assert_true(++runs < 2000);
    }
    return best;
}

static bool is_read(struct reading reading)
{
    return !reading.refused;
}

static bool is_never(struct reading reading)
{
    (void)reading;
    return false;
}

static bool has_four_values(struct reading reading)
{
    return !reading.refused && reading.values >= 4;
}

static void trim__ends_and_makes_smaller(void **state)
{
    struct hive_builder h;

    (void)state;
    big_data_hive(&h);
    assert_int_equal(trim(&h, is_read), BASE_SIZE + BIN_ALIGN);
    assert_int_equal(trim(&h, is_never), h.size);
    assert_true(trim(&h, has_four_values) < h.size);
    hb_close(&h);
}

/* A hive in a container, with a log of a base block and some bytes. */
static size_t pair_of(uint8_t *bytes, const struct hive_builder *h)
{
    enum { HEADER = 20, LOG = 1024 };

    memset(bytes, 0, HEADER);
    memcpy(bytes, "HPLG", 4);
    for (unsigned i = 0; i < 4; i++)
        bytes[4 + i] = (uint8_t)(h->size >> 8 * i);
    bytes[13] = LOG >> 8;
    memcpy(bytes + HEADER, h->image, h->size);
    memcpy(bytes + HEADER + h->size, h->image, LOG);
    return HEADER + h->size + LOG;
}

/* Hive and logs in one input: what is mutated stays what it is when it is run
 * again, and nothing trims it. */
static void pairs__are_taken_by_all_hooks(void **state)
{
    uint8_t *pair = malloc(MAX), *once = malloc(MAX), *out;
    size_t changed = 0;
    struct hive_builder h;

    (void)state;
    assert_true(pair != NULL && once != NULL);
    small_hive(&h);
    size_t size = pair_of(pair, &h);
    assert_int_equal(hooks.init_trim(data, pair, size), 0);
    for (unsigned i = 0; i < 1000; i++) {
        size_t made =
            hooks.fuzz(data, pair, size, &out, i % 2 == 0 ? h.image : pair,
                       i % 2 == 0 ? h.size : size, MAX);
        assert_true(made > 0 && made <= MAX);
        memcpy(once, out, made);
        assert_int_equal(hooks.post_process(data, once, made, &out), made);
        changed += memcmp(once, out, made) != 0;
        memcpy(once, out, made);
        assert_int_equal(hooks.post_process(data, once, made, &out), made);
        assert_memory_equal(once, out, made);
    }
    assert_true(changed > 0);
    hb_close(&h);
    free(pair);
    free(once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fuzz__stays_within_the_limit_and_leaves_its_input),
        cmocka_unit_test(post_process__is_the_same_every_time),
        cmocka_unit_test(trim__ends_and_makes_smaller),
        cmocka_unit_test(pairs__are_taken_by_all_hooks),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
