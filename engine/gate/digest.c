/* SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "damage.h"
#include "hp_limits.h"
#include "words.h"

uint32_t hp_hash(uint32_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT32_C(16777619);
    return hash;
}

static void take_number(struct hp_digest *digest, uint64_t number)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        unsigned char byte = (unsigned char)(number >> shift);
        digest->hash = hp_hash(digest->hash, &byte, 1);
    }
}

static void take_bytes(struct hp_digest *digest, const void *bytes,
                       uint64_t size)
{
    take_number(digest, size);
    if (bytes != NULL)
        digest->hash = hp_hash(digest->hash, bytes, (size_t)size);
}

static void take_string(struct hp_digest *digest,
                        const struct hp_string *string)
{
    take_bytes(digest, string->bytes, string->size);
    take_number(digest, string->encoding);
}

static void take_hive(struct hp_digest *digest,
                      const struct hp_hive_event *hive)
{
    take_number(digest, hive->minor_version);
    take_number(digest, hive->dirty);
    take_number(digest, hive->sequence1);
    take_number(digest, hive->sequence2);
}

static void take_key(struct hp_digest *digest, const struct hp_key_event *key)
{
    digest->keys++;
    take_string(digest, &key->name);
    take_number(digest, key->filetime);
    take_number(digest, key->flags);
    take_string(digest, &key->class_name);
    take_bytes(digest, key->security, key->security_size);
}

static void take_value(struct hp_digest *digest,
                       const struct hp_value_event *value)
{
    digest->values++;
    take_string(digest, &value->name);
    take_number(digest, value->type);
    take_number(digest, value->data_size);
    take_number(digest, value->flags);
}

static void check_damage(struct hp_digest *digest,
                         const struct hp_damage_event *damage)
{
    enum hp_class class = hp_status_class(hp_damage_status(damage));

    if (class != HP_CLASS_INPUT && class != HP_CLASS_LIMIT)
        digest->wrong = "damage with a status that is not 1xx or 2xx";
    else if (damage->field == NULL || strchr(damage->field, '.') == NULL)
        digest->wrong = "damage without a field";
    /* A file without a byte has no offset that lies inside. */
    else if (damage->offset >= digest->image_size && damage->offset != 0)
        digest->wrong = "damage outside the image";
}

static void take_damage(struct hp_digest *digest,
                        const struct hp_damage_event *damage)
{
    enum { ROOM = 200 };
    char line[ROOM];

    check_damage(digest, damage);
    if (damage->field != NULL &&
        strcmp(damage->field, "sk.descriptor_size") == 0)
        digest->security_cut = true;
    if (hp_damage_status(damage) == HP_E_CELL_START)
        digest->inside_a_cell = true;
    if (digest->damage == NULL) {
        digest->damage_count++;
        return;
    }
    int size = snprintf(line, ROOM, "; %s %s @0x%" PRIx64 " =0x%" PRIx64 " %s",
                        hp_status_slug(hp_damage_status(damage)), damage->field,
                        damage->offset, damage->found,
                        hp_word_of(hp_words_damage, damage->action));
    if (digest->damage_count++ < HP_DIGEST_SHOWN)
        (void)fputs(line, digest->damage);
    else
        digest->damage_hash = hp_hash(digest->damage_hash, line, (size_t)size);
}

/* The pieces that data comes in are the reader's affair. */
static void take_data(struct hp_digest *digest,
                      const struct hp_data_event *data)
{
    digest->data_bytes += data->size;
    digest->hash = hp_hash(digest->hash, data->bytes, (size_t)data->size);
    if (data->size == 0)
        digest->wrong = "an empty piece of data";
}

static void take_content(struct hp_digest *digest, const struct hp_event *event)
{
    if (event->kind != HP_EVENT_DATA && event->kind != HP_EVENT_DAMAGE)
        take_number(digest, event->kind);
    switch (event->kind) {
    case HP_EVENT_HIVE:
        take_hive(digest, &event->u.hive);
        break;
    case HP_EVENT_KEY_ENTER:
        take_key(digest, &event->u.key);
        break;
    case HP_EVENT_VALUE:
        take_value(digest, &event->u.value);
        break;
    case HP_EVENT_DATA:
        take_data(digest, &event->u.data);
        break;
    case HP_EVENT_DAMAGE:
        take_damage(digest, &event->u.damage);
        break;
    default:
        break;
    }
}

static uint32_t take_event(void *self, const struct hp_event *event)
{
    struct hp_digest *digest = self;

    if (!hp_nesting_take(&digest->nesting, event->kind))
        digest->badly_nested = true;
    take_content(digest, event);
    if (digest->next.event == NULL)
        return HP_CONTINUE;
    return digest->next.event(digest->next.self, event);
}

void hp_digest_of(struct hp_digest *digest, const struct hp_backend *backend,
                  uint32_t mode, struct hp_span image, FILE *damage,
                  const struct hp_sink *next)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = mode,
                             .image = image.ptr,
                             .image_size = image.len};
    struct hp_sink sink = {sizeof sink, take_event, digest};

    *digest = (struct hp_digest){.hash = HP_HASH_START,
                                 .damage_hash = HP_HASH_START,
                                 .image_size = image.len,
                                 .damage = damage};
    if (next != NULL)
        digest->next = *next;
    digest->result = backend->walk(&input, &sink);
    if (digest->result != HP_WALK_REFUSED &&
        !hp_nesting_may_end(&digest->nesting, digest->result))
        digest->badly_nested = true;
    if (digest->badly_nested)
        digest->wrong = "events that are not well nested";
    if (digest->result == HP_WALK_FAILED)
        digest->wrong = "the reader failed";
    if (mode == HP_MODE_STRICT && digest->result == HP_WALK_PARTIAL)
        digest->wrong = "a strict walk that ends partial";
}

bool hp_digest_equal(const struct hp_digest *a, const struct hp_digest *b)
{
    return a->hash == b->hash && a->keys == b->keys && a->values == b->values &&
           a->data_bytes == b->data_bytes;
}

void hp_digest_print(FILE *out, const struct hp_backend *backend, uint32_t mode,
                     struct hp_span image)
{
    static const char *const results[] = {"done", "partial", "refused",
                                          "stopped", "failed"};
    struct hp_digest digest;
    char *damage = NULL;
    size_t size;
    FILE *memory = open_memstream(&damage, &size);

    if (memory == NULL)
        return;
    hp_digest_of(&digest, backend, mode, image, memory, NULL);
    (void)fclose(memory);
    (void)fputs(results[digest.result], out);
    /* What a refused walk sent counts for nothing. */
    if (digest.result != HP_WALK_REFUSED)
        (void)fprintf(out, " %" PRIu64 "k %" PRIu64 "v %" PRIu64 "b %08" PRIx32,
                      digest.keys, digest.values, digest.data_bytes,
                      digest.hash);
    (void)fputs(damage, out);
    if (digest.damage_count > HP_DIGEST_SHOWN)
        (void)fprintf(out, "; %u more %08" PRIx32,
                      digest.damage_count - HP_DIGEST_SHOWN,
                      digest.damage_hash);
    free(damage);
}
