/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sha256.h"
#include "tree.h"

/* How far a missing sibling is looked for. It bounds the work per sibling,
 * however hostile the lists. */
#define LOOK_AHEAD 64

struct comparison {
    bool (*report)(void *self, const struct hp_difference *difference);
    void *self;
    uint64_t count;
    bool ended; /* by report */
    struct hp_difference difference;
};

static void emit(struct comparison *c)
{
    if (c->ended)
        return;
    c->count++;
    c->ended = !c->report(c->self, &c->difference);
}

/* ---- one field ---- */

static void describe_number(char text[80], uint64_t number)
{
    (void)snprintf(text, 80, "%" PRIu64 " (0x%" PRIx64 ")", number, number);
}

static void compare_numbers(struct comparison *c, const char *field, uint64_t a,
                            uint64_t b)
{
    if (a == b || a == HP_UNKNOWN_U64 || b == HP_UNKNOWN_U64)
        return;
    c->difference.field = field;
    describe_number(c->difference.a, a);
    describe_number(c->difference.b, b);
    emit(c);
}

static void describe_bytes(char text[80], struct hp_blob blob, uint64_t at)
{
    if (at < blob.size)
        (void)snprintf(text, 80, "%" PRIu64 " bytes, byte %" PRIu64 " is %02x",
                       blob.size, at, blob.ptr[at]);
    else
        (void)snprintf(text, 80, "%" PRIu64 " bytes", blob.size);
}

static void compare_blobs(struct comparison *c, const char *field,
                          struct hp_blob a, struct hp_blob b)
{
    uint64_t least = a.size < b.size ? a.size : b.size;
    uint64_t at = 0;

    if (!a.known || !b.known)
        return;
    while (at < least && a.ptr[at] == b.ptr[at])
        at++;
    if (at == a.size && at == b.size)
        return;
    c->difference.field = field;
    describe_bytes(c->difference.a, a, at);
    describe_bytes(c->difference.b, b, at);
    emit(c);
}

/* The digest of the value's data, however it is known. False: it is not. */
static bool digest_of(uint8_t digest[HP_SHA256_SIZE],
                      const struct hp_tree_value *value)
{
    struct hp_sha256 sha;

    if (value->sha256 != NULL) {
        memcpy(digest, value->sha256, HP_SHA256_SIZE);
        return true;
    }
    hp_sha256_begin(&sha);
    hp_sha256_take(&sha, value->data.ptr, value->data.size);
    hp_sha256_end(&sha, digest);
    return value->data.known;
}

static void describe_digest(char text[80], uint64_t size, const uint8_t *digest)
{
    (void)snprintf(text, 80, "%" PRIu64 " bytes, sha256 %02x%02x%02x%02x...",
                   size, digest[0], digest[1], digest[2], digest[3]);
}

static void compare_data(struct comparison *c, const struct hp_tree_value *a,
                         const struct hp_tree_value *b)
{
    uint8_t of_a[HP_SHA256_SIZE], of_b[HP_SHA256_SIZE];

    if (a->sha256 == NULL && b->sha256 == NULL) {
        compare_blobs(c, "value.data", a->data, b->data);
        return;
    }
    if (!digest_of(of_a, a) || !digest_of(of_b, b) ||
        (a->data.size == b->data.size &&
         memcmp(of_a, of_b, HP_SHA256_SIZE) == 0))
        return;
    c->difference.field = "value.data";
    describe_digest(c->difference.a, a->data.size, of_a);
    describe_digest(c->difference.b, b->data.size, of_b);
    emit(c);
}

static bool same_text(struct hp_text a, struct hp_text b)
{
    return a.count == b.count &&
           (a.count == 0 ||
            memcmp(a.units, b.units, a.count * sizeof(*a.units)) == 0);
}

static void report_missing(struct comparison *c, const char *field,
                           struct hp_text name, bool in_a)
{
    c->difference.field = field;
    c->difference.name = name;
    (void)snprintf(c->difference.a, 80, "%s", in_a ? "present" : "missing");
    (void)snprintf(c->difference.b, 80, "%s", in_a ? "missing" : "present");
    emit(c);
}

/* ---- lists of siblings: keys or values ---- */

struct sibling {
    const struct hp_tree_key *key;
    const struct hp_tree_value *value; /* at most one of the two */
};

static bool is_end(struct sibling s)
{
    return s.key == NULL && s.value == NULL;
}

static struct hp_text name_of(struct sibling s)
{
    return s.key != NULL ? s.key->name : s.value->name;
}

static struct sibling next_of(struct sibling s)
{
    if (s.key != NULL)
        return (struct sibling){.key = s.key->next};
    return (struct sibling){.value = s.value->next};
}

/* Distance from `s` to the first sibling behind it that is called `name`; 0:
 * there is none within LOOK_AHEAD. */
static unsigned distance_to(struct sibling s, struct hp_text name)
{
    for (unsigned i = 1; i <= LOOK_AHEAD; i++) {
        s = next_of(s);
        if (is_end(s))
            return 0;
        if (same_text(name_of(s), name))
            return i;
    }
    return 0;
}

/* Reports the first `count` of *s as present in one tree alone. */
static void drop(struct comparison *c, struct sibling *s, unsigned count,
                 bool in_a)
{
    const char *field = s->key != NULL ? "key" : "value";

    for (; count > 0; count--) {
        report_missing(c, field, name_of(*s), in_a);
        *s = next_of(*s);
    }
}

/* Takes one step towards two siblings of the same name, which *a and *b are
 * not. */
static void step(struct comparison *c, struct sibling *a, struct sibling *b)
{
    unsigned in_a = distance_to(*a, name_of(*b));
    unsigned in_b = distance_to(*b, name_of(*a));

    if (in_a != 0 && (in_b == 0 || in_a <= in_b)) {
        drop(c, a, in_a, true);
    } else if (in_b != 0) {
        drop(c, b, in_b, false);
    } else {
        drop(c, a, 1, true);
        drop(c, b, 1, false);
    }
}

/* Moves *a and *b to the next two siblings of the same name and reports what
 * lies before them. False: there are none left. */
static bool align(struct comparison *c, struct sibling *a, struct sibling *b)
{
    while (!is_end(*a) && !is_end(*b)) {
        if (same_text(name_of(*a), name_of(*b)))
            return true;
        step(c, a, b);
    }
    while (!is_end(*a) && !c->ended)
        drop(c, a, 1, true);
    while (!is_end(*b) && !c->ended)
        drop(c, b, 1, false);
    return false;
}

/* ---- keys ---- */

static void compare_values(struct comparison *c, const struct hp_tree_key *a,
                           const struct hp_tree_key *b)
{
    struct sibling in_a = {.value = a->values}, in_b = {.value = b->values};

    while (!c->ended && align(c, &in_a, &in_b)) {
        const struct hp_tree_value *x = in_a.value, *y = in_b.value;
        /* align ends at values, never at their end. NOLINTNEXTLINE */
        c->difference.name = x->name;
        compare_numbers(c, "value.type", x->type, y->type);
        compare_numbers(c, "value.data_size", x->data_size, y->data_size);
        compare_numbers(c, "value.flags", x->flags, y->flags);
        compare_data(c, x, y);
        in_a = next_of(in_a);
        in_b = next_of(in_b);
    }
}

static void compare_keys(struct comparison *c, const struct hp_tree_key *a,
                         const struct hp_tree_key *b)
{
    c->difference.key = a;
    c->difference.name = (struct hp_text){NULL, 0};
    compare_numbers(c, "key.filetime", a->filetime, b->filetime);
    compare_numbers(c, "key.flags", a->flags, b->flags);
    compare_blobs(c, "key.class", a->class_name, b->class_name);
    compare_blobs(c, "key.security", a->security, b->security);
    compare_values(c, a, b);
}

/* Compares all below `root_a` and `root_b`, themselves included. The way back
 * up is in the parents: aligned keys have aligned parents. */
static void compare_from(struct comparison *c, const struct hp_tree_key *root_a,
                         const struct hp_tree_key *root_b)
{
    const struct hp_tree_key *above = root_a, *above_b = root_b;
    struct sibling a = {.key = root_a->subkeys}, b = {.key = root_b->subkeys};

    compare_keys(c, root_a, root_b);
    while (!c->ended) {
        c->difference.key = above;
        if (align(c, &a, &b)) {
            above = a.key;
            above_b = b.key;
            compare_keys(c, above, above_b);
            a.key = above->subkeys;
            b.key = above_b->subkeys;
            continue;
        }
        if (above == root_a)
            return;
        a.key = above->next;
        b.key = above_b->next;
        above = above->parent;
        above_b = above_b->parent;
    }
}

uint64_t hp_tree_compare(const struct hp_tree *a, const struct hp_tree *b,
                         bool (*report)(void *self,
                                        const struct hp_difference *difference),
                         void *self)
{
    struct comparison c = {.report = report, .self = self};

    compare_numbers(&c, "hive.minor_version", a->hive.minor_version,
                    b->hive.minor_version);
    compare_numbers(&c, "hive.dirty", a->hive.dirty, b->hive.dirty);
    compare_numbers(&c, "hive.sequence1", a->hive.sequence1, b->hive.sequence1);
    compare_numbers(&c, "hive.sequence2", a->hive.sequence2, b->hive.sequence2);

    /* The roots are siblings, too, of nobody. */
    struct sibling root_a = {.key = a->root}, root_b = {.key = b->root};
    bool nameless = root_a.key != NULL && root_b.key != NULL &&
                    (root_a.key->nameless || root_b.key->nameless);
    if (!c.ended && (nameless || align(&c, &root_a, &root_b)))
        compare_from(&c, root_a.key, root_b.key);
    return c.count;
}
