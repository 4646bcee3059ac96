/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */

#include "hive_asserts.h"
#include "recovery_asserts.h"

#include "hp_limits.h"
#include "sample_hives.h"
#include "status.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* The first event of each kind, and how many there were of each. */
struct seen {
    struct hp_event events[HP_EVENT_DAMAGE + 1];
    size_t counts[HP_EVENT_DAMAGE + 1];
};

static uint32_t see(void *self, const struct hp_event *event)
{
    struct seen *seen = self;

    assert_int_equal(event->size, sizeof *event);
    assert_in_range(event->kind, HP_EVENT_HIVE, HP_EVENT_DAMAGE);
    if (seen->counts[event->kind]++ == 0)
        seen->events[event->kind] = *event;
    return HP_CONTINUE;
}

static uint32_t walk(struct seen *seen, const struct hp_backend *backend,
                     uint32_t mode, const void *image, uint64_t size)
{
    struct hp_sink sink = {sizeof sink, see, seen};
    struct hp_input input = {
        .size = sizeof input, .mode = mode, .image = image, .image_size = size};

    *seen = (struct seen){.counts = {0}};
    return backend->walk(&input, &sink);
}

static void backends__say_who_they_are(void **state)
{
    static const struct hp_backend *const backends[] = {
        &hp_backend_native, &hp_backend_native_pruned};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(backends); i++) {
        assert_int_equal(backends[i]->size, sizeof(struct hp_backend));
        assert_string_equal(backends[i]->name, "native");
        assert_string_equal(backends[i]->version, HP_VERSION);
        assert_string_equal(backends[i]->homepage, "");
        assert_int_equal(backends[i]->capabilities,
                         HP_CAN_CLASS | HP_CAN_SECURITY | HP_CAN_TIMESTAMPS |
                             HP_CAN_FLAGS | HP_CAN_LOGS | HP_CAN_STRICT |
                             HP_CAN_FORENSIC);
    }
}

static void events__carry_the_fields_of_the_hive(void **state)
{
    struct hive_builder h;
    struct seen seen;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "base", BASE_SEQUENCE2, 4, 8);
    hb_poke(&h, "nk:R", NK_CLASS, 4, hb_offset(&h, "class:A"));
    hb_poke(&h, "nk:R", NK_CLASS_LENGTH, 2, 2);
    assert_int_equal(
        walk(&seen, &hp_backend_native, HP_MODE_STRICT, h.image, h.size),
        HP_WALK_DONE);
    const struct hp_hive_event *hive = &seen.events[HP_EVENT_HIVE].u.hive;
    assert_int_equal(hive->minor_version, 5);
    assert_int_equal(hive->dirty, 1);
    assert_int_equal(hive->sequence1, 7);
    assert_int_equal(hive->sequence2, 8);
    const struct hp_key_event *key = &seen.events[HP_EVENT_KEY_ENTER].u.key;
    assert_int_equal(key->name.size, 1);
    assert_int_equal(key->name.encoding, HP_LATIN1);
    assert_true(key->filetime == UINT64_C(0x01D1112131415161));
    assert_int_equal(key->flags, 0x2c);
    assert_memory_equal(key->class_name.bytes, "a", 2);
    assert_int_equal(key->class_name.size, 2);
    assert_int_equal(key->class_name.encoding, HP_UTF16LE);
    assert_int_equal(key->security_size, 8);
    assert_memory_equal(key->security, "security", 8);
    const struct hp_value_event *value = &seen.events[HP_EVENT_VALUE].u.value;
    assert_int_equal(value->type, 4);
    assert_int_equal(value->data_size, 2);
    assert_int_equal(value->flags, VK_FLAG_COMPRESSED);
    assert_int_equal(seen.events[HP_EVENT_DATA].u.data.size, 2);
    assert_int_equal(seen.events[HP_EVENT_DAMAGE].u.damage.status,
                     HP_E_MISMATCH);
    assert_int_equal(seen.counts[HP_EVENT_KEY_LEAVE], 3);
    hb_close(&h);
}

static void none__is_a_null_pointer_with_size_0(void **state)
{
    struct hive_builder h;
    struct seen seen;

    (void)state;
    hb_index(&h);
    walk(&seen, &hp_backend_native, HP_MODE_STRICT, h.image, h.size);
    const struct hp_key_event *key = &seen.events[HP_EVENT_KEY_ENTER].u.key;
    assert_null(key->class_name.bytes);
    assert_int_equal(key->class_name.size, 0);
    assert_null(key->security);
    assert_int_equal(key->security_size, 0);
    hb_close(&h);
}

static void unknown__is_a_null_pointer_with_its_own_size(void **state)
{
    struct hive_builder h;
    struct seen seen;

    (void)state;
    hb_index(&h);
    hb_poke(&h, "nk:R", NK_SECURITY, 4, 0);
    hb_poke(&h, "nk:R", NK_CLASS, 4, 0);
    hb_poke(&h, "nk:R", NK_CLASS_LENGTH, 2, 2);
    assert_int_equal(
        walk(&seen, &hp_backend_native, HP_MODE_FORENSIC, h.image, h.size),
        HP_WALK_PARTIAL);
    const struct hp_key_event *key = &seen.events[HP_EVENT_KEY_ENTER].u.key;
    assert_null(key->class_name.bytes);
    assert_int_equal(key->class_name.size, HP_UNKNOWN_SIZE);
    assert_null(key->security);
    assert_int_equal(key->security_size, HP_UNKNOWN_SIZE);
    hb_close(&h);
}

static void refusal__is_announced_by_one_damage(void **state)
{
    struct seen seen;

    (void)state;
    assert_int_equal(walk(&seen, &hp_backend_native, HP_MODE_FORENSIC, "", 0),
                     HP_WALK_REFUSED);
    assert_int_equal(seen.counts[HP_EVENT_DAMAGE], 1);
    assert_int_equal(seen.counts[HP_EVENT_HIVE], 0);
    const struct hp_damage_event *damage =
        &seen.events[HP_EVENT_DAMAGE].u.damage;
    assert_int_equal(damage->status, HP_E_FILE_SHORT);
    assert_int_equal(damage->offset, 0);
    assert_int_equal(damage->found, 0);
    assert_string_equal(damage->field, "file.size");
    assert_int_equal(damage->action, HP_DAMAGE_SKIPPED);
}

static void pruned_walk__does_without_the_bins(void **state)
{
    struct hive_builder h;
    struct seen seen;

    (void)state;
    hb_small(&h);
    hb_poke(&h, "bin:1000", BIN_SIGNATURE, 4, 0);
    assert_int_equal(
        walk(&seen, &hp_backend_native, HP_MODE_STRICT, h.image, h.size),
        HP_WALK_REFUSED);
    assert_int_equal(
        walk(&seen, &hp_backend_native_pruned, HP_MODE_STRICT, h.image, h.size),
        HP_WALK_DONE);
    hb_poke(&h, "base", BASE_MINOR, 4, 7);
    assert_int_equal(
        walk(&seen, &hp_backend_native_pruned, HP_MODE_STRICT, h.image, h.size),
        HP_WALK_REFUSED);
    assert_int_equal(walk(&seen, &hp_backend_native_pruned, HP_MODE_FORENSIC,
                          h.image, h.size),
                     HP_WALK_DONE);
    hb_close(&h);
}

/* The small hive at the start of `size` bytes that cost nothing. */
static uint8_t *huge_image(const struct hive_builder *h, size_t size)
{
    uint8_t *image = mmap(NULL, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (image == MAP_FAILED)
        skip();
    memcpy(image, h->image, h->size);
    return image;
}

static void image__is_looked_at_up_to_the_limit(void **state)
{
    static const struct hp_backend *const backends[] = {
        &hp_backend_native, &hp_backend_native_pruned};
    static const int64_t more[] = {-1, 0, 1, 4096};
    const size_t limit = (size_t)HP_LIMIT_IMAGE_SIZE;
    struct hive_builder h;
    struct seen seen;

    (void)state;
    hb_small(&h);
    uint8_t *image = huge_image(&h, limit + 4096);
    for (size_t i = 0; i < 2 * COUNT_OF(more); i++) {
        uint64_t size = (uint64_t)((int64_t)limit + more[i / 2]);
        uint64_t seen_size = size < limit ? size : limit;
        assert_int_equal(
            walk(&seen, backends[i % 2], HP_MODE_STRICT, image, size),
            HP_WALK_DONE);
        /* What stands behind the bins is noted with the size. */
        assert_int_equal(seen.events[HP_EVENT_DAMAGE].u.damage.found,
                         seen_size);
    }
    munmap(image, limit + 4096);
    hb_close(&h);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

static void no_memory__is_a_failure_of_the_system(void **state)
{
    struct hive_builder h;

    (void)state;
#ifdef SANITIZED
    skip(); /* the sanitizer's own memory would fail first */
#endif
    hb_small(&h);
    uint8_t *image = huge_image(&h, (size_t)HP_LIMIT_IMAGE_SIZE);
    struct rlimit before, none;
    struct seen seen;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    void *block = malloc((size_t)64 << 20);
    if (block != NULL) { /* as under qemu-user, which knows no such limit */
        free(block);
        munmap(image, (size_t)HP_LIMIT_IMAGE_SIZE);
        hb_close(&h);
        skip();
    }
    uint32_t result = walk(&seen, &hp_backend_native, HP_MODE_STRICT, image,
                           HP_LIMIT_IMAGE_SIZE);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(result, HP_WALK_FAILED);
    assert_int_equal(seen.counts[HP_EVENT_DAMAGE], 0);
    munmap(image, (size_t)HP_LIMIT_IMAGE_SIZE);
    hb_close(&h);
}

/* With logs that apply the events are those of the recovered hive; `log` is
 * .LOG, .LOG1 or .LOG2. */
static void logs__are_applied(void **state)
{
    static const struct hp_backend *const backends[] = {
        &hp_backend_native, &hp_backend_native_pruned};
    struct dirty_hive d;
    struct seen seen;

    (void)state;
    dirty_open(&d, 10);
    struct log_builder *l = dirty_log(&d, 1, HVLE, 10);
    dirty_change(&d, l, 10, 1);
    struct hp_sink sink = {sizeof sink, see, &seen};
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_STRICT,
                             .image = d.set.primary.ptr,
                             .image_size = d.set.primary.len,
                             .log[1] = {l->bytes, l->size}};
    for (size_t i = 0; i < COUNT_OF(backends); i++) {
        seen = (struct seen){.counts = {0}};
        assert_int_equal(backends[i]->walk(&input, &sink), HP_WALK_DONE);
        assert_int_equal(seen.events[HP_EVENT_HIVE].u.hive.dirty, 0);
        assert_int_equal(seen.events[HP_EVENT_HIVE].u.hive.sequence2, 10);
        assert_int_equal(seen.events[HP_EVENT_VALUE].u.value.data_size, 9000);
    }
    lb_poke(l, BASE_TYPE, 4, 0); /* no log: as it lies */
    for (size_t i = 0; i < COUNT_OF(backends); i++) {
        seen = (struct seen){.counts = {0}};
        assert_int_equal(backends[i]->walk(&input, &sink), HP_WALK_DONE);
        assert_int_equal(seen.events[HP_EVENT_HIVE].u.hive.dirty, 1);
        assert_int_equal(seen.events[HP_EVENT_VALUE].u.value.data_size, 100);
    }
    dirty_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backends__say_who_they_are),
        cmocka_unit_test(events__carry_the_fields_of_the_hive),
        cmocka_unit_test(none__is_a_null_pointer_with_size_0),
        cmocka_unit_test(unknown__is_a_null_pointer_with_its_own_size),
        cmocka_unit_test(refusal__is_announced_by_one_damage),
        cmocka_unit_test(pruned_walk__does_without_the_bins),
        cmocka_unit_test(image__is_looked_at_up_to_the_limit),
        cmocka_unit_test(no_memory__is_a_failure_of_the_system),
        cmocka_unit_test(logs__are_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
