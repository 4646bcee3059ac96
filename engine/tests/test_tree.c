/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "sha256.h"
#include "tree.h"

#define U HP_UNKNOWN_U64

/* ---- trees out of text ----
 *
 * "(name" enters a key, ")" leaves it, "=name" is a value, "+data" a piece of
 * its data, "!" damage; names and data are letters and digits. Then the type
 * of a value is its data's size, unless the builder's fields say otherwise. */

struct builder {
    struct hp_tree tree;
    struct hp_sink sink;
    struct hp_arena arena;
    struct hp_event event; /* what the next events start from */
};

static void begin(struct builder *b)
{
    b->arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    b->event = (struct hp_event){.size = sizeof(b->event)};
    hp_tree_begin(&b->tree, &b->arena, &b->sink);
}

static uint32_t send_event(struct builder *b, uint32_t kind)
{
    b->event.kind = kind;
    return b->sink.event(b->sink.self, &b->event);
}

static uint32_t send_hive(struct builder *b, uint64_t minor, uint64_t dirty,
                          uint64_t sequence1, uint64_t sequence2)
{
    b->event.u.hive =
        (struct hp_hive_event){minor, dirty, sequence1, sequence2};
    return send_event(b, HP_EVENT_HIVE);
}

/* Sends the event that starts at `at`; returns where the next one starts. */
static const char *send_item(struct builder *b, const char *at)
{
    const char *word = at + 1;
    uint32_t size = (uint32_t)strcspn(word, "()=+#!");
    struct hp_string name = {word, size, HP_UTF8};
    uint32_t kind = HP_EVENT_KEY_LEAVE;

    if (*at == '(') {
        kind = HP_EVENT_KEY_ENTER;
        b->event.u.key =
            (struct hp_key_event){name, 0, 0, {NULL, 0, 0}, NULL, 0};
    } else if (*at == '=') {
        kind = HP_EVENT_VALUE;
        b->event.u.value = (struct hp_value_event){name, 0, 0, 0};
    } else if (*at == '+') {
        kind = HP_EVENT_DATA;
        b->event.u.data = (struct hp_data_event){word, size};
    } else if (*at == '#') {
        static uint8_t digest[HP_SHA256_SIZE];
        struct hp_sha256 sha;
        hp_sha256_begin(&sha);
        hp_sha256_take(&sha, word, size);
        hp_sha256_end(&sha, digest);
        kind = HP_EVENT_DIGEST;
        b->event.u.digest = (struct hp_digest_event){digest, size};
    } else if (*at == '!') {
        kind = HP_EVENT_DAMAGE;
        b->event.u.damage = (struct hp_damage_event){1, 2, 3, word, 1};
    }
    assert_int_equal(send_event(b, kind), HP_CONTINUE);
    return word + size;
}

static void build(struct builder *b, const char *items)
{
    begin(b);
    assert_int_equal(send_hive(b, 5, 0, 1, 1), HP_CONTINUE);
    while (*items != '\0')
        items = send_item(b, items);
    assert_int_equal(b->tree.status, HP_OK);
}

/* ---- building ---- */

/* The names of all keys, one character each, as hp_tree_key_after has them. */
static const char *names_of(const struct hp_tree *tree, char names[10])
{
    size_t count = 0;

    for (const struct hp_tree_key *key = tree->root; key != NULL && count < 9;
         key = hp_tree_key_after(key))
        names[count++] = (char)key->name.units[0];
    names[count] = '\0';
    return names;
}

static void tree__keeps_shape_and_order(void **state)
{
    struct builder b;
    const struct hp_tree_key *key;
    char names[10];
    (void)state;

    build(&b, "(r=v+da+ta=w(a=x+1)(b(c)(d))(e=y))");
    assert_string_equal(names_of(&b.tree, names), "rabcde");
    assert_int_equal(b.tree.keys, 6);
    assert_int_equal(b.tree.values, 4);
    assert_int_equal(b.tree.data_bytes, 5);
    assert_int_equal(b.tree.hive.minor_version, 5);
    key = b.tree.root;
    assert_true(hp_text_is(key->name, "r"));
    assert_null(key->parent);
    assert_true(hp_text_is(key->values->name, "v"));
    assert_int_equal(key->values->data.size, 4);
    assert_memory_equal(key->values->data.ptr, "data", 4);
    assert_true(hp_text_is(key->values->next->name, "w"));
    assert_true(key->values->next->data.known);
    assert_int_equal(key->values->next->data.size, 0);
    assert_null(key->values->next->next);
    key = key->subkeys;
    assert_true(hp_text_is(key->name, "a"));
    assert_ptr_equal(key->parent, b.tree.root);
    assert_memory_equal(key->values->data.ptr, "1", 1);
    key = key->next;
    assert_true(hp_text_is(key->name, "b"));
    assert_true(hp_text_is(key->subkeys->next->name, "d"));
    assert_null(key->subkeys->next->next);
    assert_true(hp_text_is(key->next->name, "e"));
    assert_true(hp_text_is(key->next->values->name, "y"));
    assert_null(key->next->next);
    hp_arena_close(&b.arena);
}

static void tree__joins_any_pieces(void **state)
{
    static uint8_t bytes[1000];
    struct builder b;
    size_t sent = 0;
    (void)state;

    build(&b, "(r=v");
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 >> 2);
    for (size_t piece = 1; sent < 900; piece = piece * 3 % 23) {
        b.event.u.data = (struct hp_data_event){bytes + sent, piece};
        assert_int_equal(send_event(&b, HP_EVENT_DATA), HP_CONTINUE);
        sent += piece;
    }
    b.event.u.data = (struct hp_data_event){NULL, 0};
    assert_int_equal(send_event(&b, HP_EVENT_DATA), HP_CONTINUE);
    assert_int_equal(b.tree.root->values->data.size, sent);
    assert_int_equal(b.tree.data_bytes, sent);
    assert_memory_equal(b.tree.root->values->data.ptr, bytes, sent);
    /* Doubling: not as much memory as a copy for each piece would take. */
    assert_true(b.arena.used < 6000);
    hp_arena_close(&b.arena);
}

static void tree__keeps_what_readers_can_and_cannot_tell(void **state)
{
    struct builder b;
    (void)state;

    begin(&b);
    assert_int_equal(b.tree.hive.minor_version, U);
    assert_int_equal(b.tree.hive.dirty, U);
    assert_int_equal(b.tree.hive.sequence1, U);
    assert_int_equal(b.tree.hive.sequence2, U);
    (void)send_hive(&b, 3, 1, 2, 4);
    b.event.u.key = (struct hp_key_event){{"\xe9", 1, HP_LATIN1},   11,   12,
                                          {"\xc3\xa9", 2, HP_UTF8}, "sd", 2};
    (void)send_event(&b, HP_EVENT_KEY_ENTER);
    b.event.u.key = (struct hp_key_event){
        {"a\0b", 3, HP_UTF16LE}, U, U, {NULL, 0, 0}, NULL, 0};
    (void)send_event(&b, HP_EVENT_KEY_ENTER);
    b.event.u.key = (struct hp_key_event){
        {NULL, 0, 0}, U, U, {NULL, HP_UNKNOWN_SIZE, 0}, NULL, HP_UNKNOWN_SIZE};
    (void)send_event(&b, HP_EVENT_KEY_ENTER);
    b.event.u.damage = (struct hp_damage_event){1, 2, 3, NULL, 1};
    (void)send_event(&b, HP_EVENT_DAMAGE);
    b.event.u.damage.field = "nk";
    (void)send_event(&b, HP_EVENT_DAMAGE);

    const struct hp_tree_key *key = b.tree.root;
    assert_int_equal(key->name.count, 1);
    assert_int_equal(key->name.units[0], 0xE9);
    assert_int_equal(key->filetime, 11);
    assert_int_equal(key->flags, 12);
    assert_true(key->class_name.known && key->security.known);
    assert_int_equal(key->class_name.size, 2);
    assert_memory_equal(key->class_name.ptr, "\xe9\0", 2);
    assert_int_equal(key->security.size, 2);
    assert_memory_equal(key->security.ptr, "sd", 2);
    key = key->subkeys;
    assert_int_equal(key->name.count, 1);
    assert_true(key->class_name.known && key->security.known);
    assert_null(key->class_name.ptr);
    assert_null(key->security.ptr);
    key = key->subkeys;
    assert_int_equal(key->name.count, 0);
    assert_false(key->class_name.known || key->security.known);
    assert_string_equal(b.tree.damage->event.field, "");
    assert_int_equal(b.tree.damage->event.found, 3);
    assert_string_equal(b.tree.damage->next->event.field, "nk");
    assert_null(b.tree.damage->next->next);
    hp_arena_close(&b.arena);
}

static void tree__ends_at_an_event_in_the_wrong_place(void **state)
{
    struct builder b;
    (void)state;

    build(&b, "(r)");
    assert_int_equal(send_event(&b, HP_EVENT_KEY_LEAVE), HP_STOP);
    assert_int_equal(b.tree.status, HP_E_PROTOCOL);
    assert_int_equal(send_event(&b, HP_EVENT_DAMAGE), HP_STOP);
    assert_int_equal(b.tree.keys, 1);
    hp_arena_close(&b.arena);
}

/* ---- memory ---- */

struct poor {
    size_t left; /* allocations that succeed */
};

static void *take(void *self, size_t size)
{
    struct poor *poor = self;
    return poor->left == 0 ? NULL : (poor->left--, malloc(size));
}

static void give(void *self, void *block)
{
    (void)self;
    free(block);
}

static const struct hp_event events[] = {
    {.kind = HP_EVENT_HIVE},
    {.kind = HP_EVENT_KEY_ENTER,
     .u.key = {{"k", 1, HP_UTF8}, 0, 0, {"c", 1, HP_UTF8}, "s", 1}},
    {.kind = HP_EVENT_VALUE, .u.value = {{"v", 1, HP_UTF8}, 0, 0, 0}},
    {.kind = HP_EVENT_DATA, .u.data = {"data", 4}},
    {.kind = HP_EVENT_DATA, .u.data = {"data", 4}},
    {.kind = HP_EVENT_DAMAGE, .u.damage = {1, 2, 3, "nk", 0}},
    {.kind = HP_EVENT_KEY_LEAVE},
};

/* Makes each allocation of a tree fail in turn. */
static void tree__ends_when_memory_does(void **state)
{
    size_t needed = 0;
    (void)state;

    for (enum hp_status status = HP_E_NO_MEMORY; status != HP_OK; needed++) {
        struct poor poor = {needed};
        struct hp_arena arena =
            hp_arena_of((struct hp_allocator){take, give, &poor}, SIZE_MAX);
        struct hp_tree tree;
        struct hp_sink sink;
        uint32_t answer = HP_CONTINUE;
        hp_tree_begin(&tree, &arena, &sink);
        for (size_t i = 0; i < COUNT_OF(events); i++)
            answer = sink.event(sink.self, &events[i]);
        status = tree.status;
        assert_true(status == HP_OK || status == HP_E_NO_MEMORY);
        assert_int_equal(answer, status == HP_OK ? HP_CONTINUE : HP_STOP);
        hp_arena_close(&arena);
        assert_true(needed < 20);
    }
    /* key: itself, name, class units and bytes, security; value: itself, name,
     * two rooms; damage: itself, field */
    assert_int_equal(needed - 1, 11);
}

/* A size that no memory has, without reading it. */
static void tree__impossible_data_is_refused(void **state)
{
    struct builder b;
    (void)state;

    build(&b, "(r=v");
    b.event.u.data = (struct hp_data_event){"", UINT64_MAX};
    assert_int_equal(send_event(&b, HP_EVENT_DATA), HP_STOP);
    assert_int_equal(b.tree.status, HP_E_NO_MEMORY);
    hp_arena_close(&b.arena);
}

/* ---- comparing ---- */

struct report {
    char text[4000];
    uint64_t left; /* reports until it ends */
};

static bool report(void *self, const struct hp_difference *d)
{
    struct report *r = self;
    char key[8] = "-", name[8] = "";
    size_t used = strlen(r->text);

    if (d->key != NULL)
        key[hp_text_to_utf8(key, d->key->name)] = '\0';
    name[hp_text_to_utf8(name, d->name)] = '\0';
    (void)snprintf(r->text + used, sizeof(r->text) - used, "%s:%s:%s:%s|%s;",
                   key, d->field, name, d->a, d->b);
    return --r->left > 0;
}

static const struct {
    const char *a, *b, *report;
} comparisons[] = {
    {"", "", ""},
    {"(r=v+1(a(b)))", "(r=v+1(a(b)))", ""},
    {"(r)", "", "-:key:r:present|missing;"},
    {"", "(r)", "-:key:r:missing|present;"},
    {"(r)", "(s)", "-:key:r:present|missing;-:key:s:missing|present;"},
    {"(r(a)(b))", "(r(a))", "r:key:b:present|missing;"},
    {"(r(a))", "(r(a)(b))", "r:key:b:missing|present;"},
    {"(r(a)(b)(c))", "(r(b)(c))", "r:key:a:present|missing;"},
    {"(r(c))", "(r(a)(b)(c))",
     "r:key:a:missing|present;r:key:b:missing|present;"},
    {"(r(a)(x))", "(r(b)(x))",
     "r:key:a:present|missing;r:key:b:missing|present;"},
    {"(r(a)(b))", "(r(b)(a))",
     "r:key:a:present|missing;r:key:a:missing|present;"},
    {"(r(a(p(q)))(z))", "(r(a(p))(z=w))",
     "p:key:q:present|missing;z:value:w:missing|present;"},
    {"(r(a(p))(b(q)))", "(r(a)(b))",
     "a:key:p:present|missing;b:key:q:present|missing;"},
    {"(r=v=w)", "(r=w)", "r:value:v:present|missing;"},
    {"(r=v)", "(r=w=v)", "r:value:w:missing|present;"},
    {"(r=v+ab)", "(r=v+ac)",
     "r:value.data:v:2 bytes, byte 1 is 62|2 bytes, byte 1 is 63;"},
    {"(r=v+ab)", "(r=v+a)", "r:value.data:v:2 bytes, byte 1 is 62|1 bytes;"},
    {"(r=v)", "(r=v+a)", "r:value.data:v:0 bytes|1 bytes, byte 0 is 61;"},
    {"(r=v+ab)", "(r=v+a+b)", ""},
    {"(r=v#ab)", "(r=v+a+b)", ""},
    {"(r=v#ab)", "(r=v#ab)", ""},
    {"(r=v+ab)", "(r=v#ac)",
     "r:value.data:v:2 bytes, sha256 fb8e20fc...|2 bytes, sha256 f45de51c...;"},
    {"(r=v)", "(r=v#ab)",
     "r:value.data:v:0 bytes, sha256 e3b0c442...|2 bytes, sha256 fb8e20fc...;"},
    {"(R)", "(r)", "-:key:R:present|missing;-:key:r:missing|present;"},
    {"(r(aa))", "(r(a))", "r:key:aa:present|missing;r:key:a:missing|present;"},
};

static void compare__reports_each_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(comparisons); i++) {
        struct builder a, b;
        struct report r = {"", 1000};
        build(&a, comparisons[i].a);
        build(&b, comparisons[i].b);
        uint64_t count = hp_tree_compare(&a.tree, &b.tree, report, &r);
        assert_string_equal(r.text, comparisons[i].report);
        assert_int_equal(count, 1000 - r.left);
        hp_arena_close(&a.arena);
        hp_arena_close(&b.arena);
    }
}

/* Changes each field of b in turn, then makes it unknown. */
static void compare__sees_every_field_that_both_know(void **state)
{
    struct builder a, b;
    (void)state;

    build(&a, "(r=v)");
    build(&b, "(r=v)");
    struct hp_tree_key *key = b.tree.root;
    const struct {
        uint64_t *number;
        const char *report;
    } numbers[] = {
        {&b.tree.hive.minor_version,
         "-:hive.minor_version::5 (0x5)|4660 (0x1234);"},
        {&b.tree.hive.dirty, "-:hive.dirty::0 (0x0)|4660 (0x1234);"},
        {&b.tree.hive.sequence1, "-:hive.sequence1::1 (0x1)|4660 (0x1234);"},
        {&b.tree.hive.sequence2, "-:hive.sequence2::1 (0x1)|4660 (0x1234);"},
        {&key->filetime, "r:key.filetime::0 (0x0)|4660 (0x1234);"},
        {&key->flags, "r:key.flags::0 (0x0)|4660 (0x1234);"},
        {&key->values->type, "r:value.type:v:0 (0x0)|4660 (0x1234);"},
        {&key->values->data_size, "r:value.data_size:v:0 (0x0)|4660 (0x1234);"},
        {&key->values->flags, "r:value.flags:v:0 (0x0)|4660 (0x1234);"},
    };
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct report r = {"", 10};
        uint64_t before = *numbers[i].number;
        *numbers[i].number = 0x1234;
        (void)hp_tree_compare(&a.tree, &b.tree, report, &r);
        assert_string_equal(r.text, numbers[i].report);
        *numbers[i].number = U;
        assert_int_equal(hp_tree_compare(&a.tree, &b.tree, report, &r), 0);
        assert_int_equal(hp_tree_compare(&b.tree, &a.tree, report, &r), 0);
        *numbers[i].number = before;
    }
    const struct {
        struct hp_blob *blob;
        const char *report;
    } blobs[] = {
        {&key->class_name, "r:key.class::0 bytes|2 bytes, byte 0 is 63;"},
        {&key->security, "r:key.security::0 bytes|2 bytes, byte 0 is 63;"},
        {&key->values->data, "r:value.data:v:0 bytes|2 bytes, byte 0 is 63;"},
    };
    for (size_t i = 0; i < COUNT_OF(blobs); i++) {
        struct report r = {"", 10};
        *blobs[i].blob = (struct hp_blob){(const uint8_t *)"c", 2, true};
        (void)hp_tree_compare(&a.tree, &b.tree, report, &r);
        assert_string_equal(r.text, blobs[i].report);
        blobs[i].blob->known = false;
        assert_int_equal(hp_tree_compare(&a.tree, &b.tree, report, &r), 0);
        assert_int_equal(hp_tree_compare(&b.tree, &a.tree, report, &r), 0);
        *blobs[i].blob = (struct hp_blob){NULL, 0, true};
    }
    hp_arena_close(&a.arena);
    hp_arena_close(&b.arena);
}

static void compare__ends_when_the_report_says_so(void **state)
{
    struct builder a, b;
    uint64_t all;
    (void)state;

    build(&a, "(r=v+1=w=x(a)(b(c)(d))(e))");
    build(&b, "(r=v+2=u(f)(b=y)(g))");
    struct report whole = {"", 1000};
    all = hp_tree_compare(&a.tree, &b.tree, report, &whole);
    assert_int_equal(all, 11);
    for (uint64_t left = 1; left <= all; left++) {
        struct report r = {"", left};
        assert_int_equal(hp_tree_compare(&a.tree, &b.tree, report, &r), left);
        assert_memory_equal(r.text, whole.text, strlen(r.text));
    }
    hp_arena_close(&a.arena);
    hp_arena_close(&b.arena);
}

static const struct {
    unsigned between;
    uint64_t differences;
} distances[] = {{63, 63}, {64, 64}, {65, 67}};

/* Siblings are looked for 64 places ahead and no further. */
static void compare__looks_ahead_64(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(distances); i++) {
        char items[1000] = "(r", name[16];
        struct builder a, b;
        struct report r = {"", 1000};
        for (unsigned k = 0; k < distances[i].between; k++) {
            (void)snprintf(name, sizeof(name), "(k%u)", k);
            strcat(items, name);
        }
        strcat(items, "(z))");
        build(&a, items);
        build(&b, "(r(z))");
        assert_int_equal(hp_tree_compare(&a.tree, &b.tree, report, &r),
                         distances[i].differences);
        assert_int_equal(hp_tree_compare(&b.tree, &a.tree, report, &r),
                         distances[i].differences);
        hp_arena_close(&a.arena);
        hp_arena_close(&b.arena);
    }
}

static bool count_only(void *self, const struct hp_difference *d)
{
    (void)self;
    (void)d;
    return true;
}

/* Two lists of 100,000 with nothing in common, and a path of 100,000 keys:
 * neither time nor the stack grows with them. */
static void compare__hostile_shapes_are_cheap(void **state)
{
    struct builder trees[4];
    (void)state;

    for (size_t t = 0; t < 4; t++) {
        build(&trees[t], "(r");
        for (unsigned k = 0; k < 100000; k++) {
            char name[16];
            (void)snprintf(name, sizeof(name), t < 2 ? "(%c%u" : "(%c",
                           t == 0 ? 'a' : 'b', k);
            (void)send_item(&trees[t], name);
            if (t < 2)
                (void)send_item(&trees[t], ")");
        }
    }
    assert_int_equal(
        hp_tree_compare(&trees[2].tree, &trees[3].tree, count_only, NULL), 0);
    assert_int_equal(
        hp_tree_compare(&trees[0].tree, &trees[1].tree, count_only, NULL),
        200000);
    for (size_t t = 0; t < 4; t++)
        hp_arena_close(&trees[t].arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree__keeps_shape_and_order),
        cmocka_unit_test(tree__joins_any_pieces),
        cmocka_unit_test(tree__keeps_what_readers_can_and_cannot_tell),
        cmocka_unit_test(tree__ends_at_an_event_in_the_wrong_place),
        cmocka_unit_test(tree__ends_when_memory_does),
        cmocka_unit_test(tree__impossible_data_is_refused),
        cmocka_unit_test(compare__reports_each_difference),
        cmocka_unit_test(compare__sees_every_field_that_both_know),
        cmocka_unit_test(compare__ends_when_the_report_says_so),
        cmocka_unit_test(compare__looks_ahead_64),
        cmocka_unit_test(compare__hostile_shapes_are_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
