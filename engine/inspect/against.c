/* SPDX-License-Identifier: Apache-2.0 */
#include "against.h"

#include <inttypes.h>
#include <string.h>

#include "hp_limits.h"
#include "native.h"
#include "source.h"

static bool read_tree(struct hp_tree *tree, struct hp_arena *arena,
                      struct hp_span image, uint32_t *result)
{
    const struct hp_source source = {.input = {.size = sizeof source.input,
                                               .mode = HP_MODE_FORENSIC,
                                               .image = image.ptr,
                                               .image_size = image.len},
                                     .backend = &hp_backend_native};
    struct hp_sink sink;

    hp_tree_begin(tree, arena, &sink);
    *result = hp_source_walk(&source, false, &sink, NULL, NULL, 0);
    return tree->status != HP_E_NO_MEMORY && *result != HP_WALK_FAILED;
}

/* How many bytes the part stands for: every byte of the file is one part's. */
static size_t share(const struct hp_map *map, size_t index)
{
    const struct hp_part *part = &map->parts[index];
    size_t end = index + 1 < map->count ? part[1].position : map->image.len;

    return end - part->position;
}

bool hp_against_part(const struct hp_against *against, size_t index)
{
    const struct hp_map *map = against->map;
    size_t position = map->parts[index].position;
    size_t size = share(map, index);
    struct hp_span other;

    if (size == 0)
        return false;
    return !hp_span_sub(against->other, position, size, &other) ||
           memcmp(map->image.ptr + position, other.ptr, size) != 0;
}

static bool count_one(void *self, const struct hp_difference *difference)
{
    (void)self;
    (void)difference;
    return true;
}

bool hp_against_open(struct hp_against *against, const struct hp_map *map,
                     struct hp_arena *arena, struct hp_span other)
{
    uint32_t result_a;

    against->map = map;
    against->other = other;
    against->parts = 0;
    if (!read_tree(&against->a, arena, map->image, &result_a) ||
        !read_tree(&against->b, arena, other, &against->result_b))
        return false;
    for (size_t i = 0; i < map->count; i++)
        against->parts += hp_against_part(against, i);
    against->said = hp_tree_compare(&against->a, &against->b, count_one, NULL);
    return true;
}

bool hp_against_differs(const struct hp_against *against)
{
    return against->parts > 0 || against->said > 0 ||
           against->other.len != against->map->image.len;
}

/* ---- what is said ---------------------------------------------------- */

/* "\a\b": the root's name is left out. A path that is long is cut in front. */
static void put_key(struct hp_words *words, const struct hp_tree_key *key)
{
    const struct hp_tree_key *chain[16];
    size_t depth = 0;

    for (; key != NULL && key->parent != NULL && depth < 16; key = key->parent)
        chain[depth++] = key;
    if (depth == 16 && key != NULL && key->parent != NULL)
        hp_words_put(words, "...");
    if (depth == 0)
        hp_words_put(words, "\\");
    while (depth > 0) {
        hp_words_put(words, "\\");
        hp_words_text(words, chain[--depth]->name);
    }
}

static bool put_said(void *self, const struct hp_difference *difference)
{
    struct hp_words *words = self;

    put_key(words, difference->key);
    hp_words_put(words, " %s", difference->field);
    if (difference->name.count > 0) {
        hp_words_put(words, " \"");
        hp_words_text(words, difference->name);
        hp_words_put(words, "\"");
    }
    hp_words_put(words, ": first %s, second %s\n", difference->a,
                 difference->b);
    return !words->failed;
}

void hp_against_said(const struct hp_against *against, struct hp_words *words)
{
    (void)hp_tree_compare(&against->a, &against->b, put_said, words);
}

/* ---- bytes ----------------------------------------------------------- */

/* The first byte of the part that differs, and how many do. */
static void put_summary(struct hp_words *words,
                        const struct hp_against *against, size_t index)
{
    const struct hp_map *map = against->map;
    size_t position = map->parts[index].position;
    size_t size = share(map, index), first = size, count = 0;

    for (size_t i = 0; i < size; i++) {
        if (position + i < against->other.len &&
            map->image.ptr[position + i] == against->other.ptr[position + i])
            continue;
        count++;
        if (first == size)
            first = i;
    }
    hp_words_put(words, "  %zu of %zu bytes, from +%zu\n", count, size, first);
}

/* The field in both, where it differs. */
static void put_field(struct hp_words *words, const struct hp_against *against,
                      const struct hp_part *part,
                      const struct hp_part_field *field)
{
    struct hp_part_field second = *field;
    size_t position = part->position + (size_t)field->at;

    if (!hp_span_sub(against->other, position, field->bytes.len,
                     &second.bytes)) {
        hp_words_put(words, "  +%-5" PRIu32 "%s: not in the second\n",
                     field->at, field->field->name);
        return;
    }
    if (memcmp(field->bytes.ptr, second.bytes.ptr, second.bytes.len) == 0)
        return;
    hp_words_put(words, "  +%-5" PRIu32 "%s", field->at, field->field->name);
    if (field->field->stride > 0)
        hp_words_put(words, "[%" PRIu32 "]", field->index);
    hp_words_put(words, ": first ");
    hp_words_bare_value(words, field);
    hp_words_put(words, ", second ");
    hp_words_bare_value(words, &second);
    hp_words_put(words, "\n");
}

void hp_against_bytes(const struct hp_against *against, struct hp_words *words)
{
    const struct hp_map *map = against->map;
    struct hp_part_field field;

    for (size_t i = 0; i < map->count && !words->failed; i++) {
        const struct hp_part *part = &map->parts[i];
        if (!hp_against_part(against, i))
            continue;
        hp_words_part(words, map, part, false);
        put_summary(words, against, i);
        struct hp_part_fields it = hp_part_fields_of(map, part);
        /* What a loose cell shares with others is said of them. */
        if (part->size > share(map, i))
            continue;
        while (hp_part_fields_next(&it, &field))
            put_field(words, against, part, &field);
    }
    if (against->other.len > map->image.len)
        hp_words_put(words,
                     "The second has %zu bytes more, from file "
                     "position %zu on\n",
                     against->other.len - map->image.len, map->image.len);
}
