/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_count.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field {
    KEY_NAME,
    KEY_FILETIME,
    KEY_FLAGS,
    KEY_CLASS,
    KEY_SECURITY,
    VALUE_NAME,
    VALUE_TYPE,
    VALUE_SIZE,
    VALUE_FLAGS,
    VALUE_DATA,
    FIELDS
};
static const char *const names[FIELDS] = {
    "key",   "key.filetime", "key.flags",       "key.class",   "key.security",
    "value", "value.type",   "value.data_size", "value.flags", "value.data"};

struct count {
    uint64_t same, other, missing, untold;
};

#define READERS 8
static struct reader_counts {
    const char *reader;
    uint64_t hives;
    struct count fields[FIELDS];
} all[READERS];

/* Missing is what the reader would have told: it tells so of others. */
static void print_counts(void)
{
    for (size_t i = 0; i < READERS && all[i].reader != NULL; i++)
        for (size_t k = 0; k < FIELDS; k++) {
            struct count n = all[i].fields[k];
            bool told = n.same + n.other > 0;
            (void)fprintf(stderr,
                          "fuzz_diff: %s: %s: %" PRIu64 " the same, %" PRIu64
                          " exempt, %" PRIu64 " not told, %" PRIu64 " hives\n",
                          all[i].reader, names[k], n.same,
                          told ? n.other + n.missing : 0,
                          told ? n.untold : n.untold + n.missing, all[i].hives);
        }
}

static struct reader_counts *counts_of(const char *reader)
{
    size_t i = 0;

    if (all[0].reader == NULL)
        (void)atexit(print_counts);
    while (i + 1 < READERS && all[i].reader != NULL &&
           strcmp(all[i].reader, reader) != 0)
        i++;
    all[i].reader = reader;
    all[i].hives++;
    return &all[i];
}

/* ---- fields -------------------------------------------------------------- */

static void count_number(struct count *count, uint64_t a, uint64_t b)
{
    count->untold += b == HP_UNKNOWN_U64;
    count->same += b != HP_UNKNOWN_U64 && a == b;
    count->other += b != HP_UNKNOWN_U64 && a != b;
}

static void count_blob(struct count *count, struct hp_blob a, struct hp_blob b)
{
    bool same = a.size == b.size && (a.ptr == NULL) == (b.ptr == NULL) &&
                (a.size == 0 || memcmp(a.ptr, b.ptr, a.size) == 0);

    count->untold += !b.known;
    count->same += b.known && same;
    count->other += b.known && !same;
}

static void count_missing(struct count *fields, enum field first,
                          enum field last)
{
    for (size_t k = first; k <= last; k++)
        fields[k].missing++;
}

static bool same_name(struct hp_text a, struct hp_text b)
{
    return a.count == b.count &&
           (a.count == 0 ||
            memcmp(a.units, b.units, a.count * sizeof *a.units) == 0);
}

static void count_value(struct count *fields, const struct hp_tree_value *a,
                        const struct hp_tree_value *b)
{
    if (b == NULL) {
        count_missing(fields, VALUE_NAME, VALUE_DATA);
        return;
    }
    fields[VALUE_NAME].same++;
    count_number(&fields[VALUE_TYPE], a->type, b->type);
    count_number(&fields[VALUE_SIZE], a->data_size, b->data_size);
    count_number(&fields[VALUE_FLAGS], a->flags, b->flags);
    count_blob(&fields[VALUE_DATA], a->data, b->data);
}

/* `b` NULL: there is no such key. */
static void count_key(struct count *fields, const struct hp_tree_key *a,
                      const struct hp_tree_key *b)
{
    const struct hp_tree_value *there = b == NULL ? NULL : b->values;

    if (b == NULL) {
        count_missing(fields, KEY_NAME, KEY_SECURITY);
    } else {
        fields[KEY_NAME].same++;
        count_number(&fields[KEY_FILETIME], a->filetime, b->filetime);
        count_number(&fields[KEY_FLAGS], a->flags, b->flags);
        count_blob(&fields[KEY_CLASS], a->class_name, b->class_name);
        count_blob(&fields[KEY_SECURITY], a->security, b->security);
    }
    for (const struct hp_tree_value *v = a->values; v != NULL; v = v->next) {
        const struct hp_tree_value *twin = there;
        while (twin != NULL && !same_name(v->name, twin->name))
            twin = twin->next;
        count_value(fields, v, twin);
        there = twin == NULL ? there : twin->next;
    }
}

/* ---- trees --------------------------------------------------------------- */

/* The first of `key` and what follows it that is called `name`. */
static const struct hp_tree_key *find(const struct hp_tree_key *key,
                                      struct hp_text name)
{
    while (key != NULL && !same_name(key->name, name))
        key = key->next;
    return key;
}

void diff_count(const char *reader, const struct hp_tree *ours,
                const struct hp_tree *theirs)
{
    struct count *fields = counts_of(reader)->fields;
    const struct hp_tree_key *a = ours->root, *above = NULL;
    /* Where the twin of `a` is looked for: among the siblings from here on. */
    const struct hp_tree_key *from = theirs == NULL ? NULL : theirs->root;
    unsigned lost = 0; /* levels that `a` is below a key without a twin */

    while (a != NULL) {
        const struct hp_tree_key *twin = lost > 0 ? NULL : find(from, a->name);
        count_key(fields, a, twin);
        from = twin == NULL ? from : twin->next;
        if (a->subkeys != NULL) {
            lost += lost > 0 || twin == NULL;
            above = lost > 0 ? above : twin;
            from = lost > 0 ? from : twin->subkeys;
            a = a->subkeys;
            continue;
        }
        while (a != NULL && a->next == NULL) {
            a = a->parent;
            if (lost > 0) {
                lost--;
            } else if (above != NULL) {
                from = above->next;
                above = above->parent;
            }
        }
        a = a == NULL ? NULL : a->next;
    }
}
