/* SPDX-License-Identifier: Apache-2.0 */
#include "event_check.h"

#include <string.h>

#include "fuzz.h"
#include "hp_limits.h"
#include "status.h"

/* The format: a base block, then bins. */
#define BASE_BLOCK_SIZE 4096

/* Bytes that need not lie in the image are read to see that they are there. */
static void add(struct event_check *check, const void *bytes, size_t size)
{
    if (!check->wish.summed && check->wish.zero_copy)
        return;
    check->content = fuzz_hash(check->content, bytes, size);
}

static void add_number(struct event_check *check, uint64_t number)
{
    add(check, &number, sizeof number);
}

static bool is_inside(struct hp_span image, const void *bytes, uint64_t size)
{
    uintptr_t at = (uintptr_t)bytes, start = (uintptr_t)image.ptr;

    return at >= start && at - start <= image.len &&
           size <= image.len - (at - start);
}

/* Bytes of the image; reading each shows a sanitizer where they end. */
static void take_bytes(struct event_check *check, const void *bytes,
                       uint64_t size)
{
    if (bytes == NULL) {
        FUZZ_CHECK(size == 0 || size == HP_UNKNOWN_SIZE, "3: none or unknown");
        add_number(check, size);
        return;
    }
    FUZZ_CHECK(!check->wish.zero_copy || is_inside(check->image, bytes, size),
               "3: bytes inside the image");
    FUZZ_CHECK(size != HP_UNKNOWN_SIZE, "3: known bytes have a size");
    add_number(check, size);
    add(check, bytes, (size_t)size);
}

static void take_string(struct event_check *check, struct hp_string string)
{
    FUZZ_CHECK(string.bytes == NULL || (string.encoding >= HP_UTF16LE &&
                                        string.encoding <= HP_LATIN1),
               "3: an encoding that exists");
    take_bytes(check, string.bytes, string.size);
}

static void take_hive(struct event_check *check,
                      const struct hp_hive_event *hive)
{
    FUZZ_CHECK(hive->minor_version == HP_UNKNOWN_U64 ||
                   hive->minor_version <= UINT32_MAX,
               "3: a minor version");
    FUZZ_CHECK(hive->sequence1 == HP_UNKNOWN_U64 ||
                   (hive->dirty == (hive->sequence1 != hive->sequence2)),
               "3: dirty is what the sequence numbers say");
    add_number(check, hive->minor_version);
}

/* Levels of keys as hives have them. */
#define FEW_LEVELS 32

static void take_key(struct event_check *check, const struct hp_key_event *key)
{
    check->records++;
    FUZZ_CHECK(++check->depth <= HP_LIMIT_KEY_DEPTH, "4: depth");
    if (check->depth > check->deepest) {
        check->deepest = check->depth;
        if (check->deepest > FEW_LEVELS && check->wish.tape == NULL &&
            check->wish.most != UINT64_MAX)
            check->wish.most++;
    }
    take_string(check, key->name);
    const uint64_t words[] = {key->filetime, key->flags};
    add(check, words, sizeof words);
    take_string(check, key->class_name);
    take_bytes(check, key->security, key->security_size);
}

static void take_value(struct event_check *check,
                       const struct hp_value_event *value)
{
    check->records++;
    check->in_value = true;
    check->damaged_value = false;
    check->data_due = value->data_size;
    take_string(check, value->name);
    const uint64_t words[] = {value->type, value->data_size, value->flags};
    add(check, words, sizeof words);
}

static void take_data(struct event_check *check,
                      const struct hp_data_event *data)
{
    FUZZ_CHECK(data->size > 0 && data->bytes != NULL, "3: never 0 bytes");
    FUZZ_CHECK(data->size <= check->data_due, "3: data as declared");
    check->data_due -= data->size;
    FUZZ_CHECK(!check->wish.zero_copy ||
                   is_inside(check->image, data->bytes, data->size),
               "3: data inside the image");
    add(check, data->bytes, (size_t)data->size);
}

/* Not by strncmp: libFuzzer would learn field names for its mutations. */
static bool starts_with(const char *text, const char *start)
{
    while (*start != '\0' && *text == *start)
        text++, start++;
    return *start == '\0';
}

static void take_damage(struct event_check *check,
                        const struct hp_damage_event *damage)
{
    enum hp_class class = hp_status_class((enum hp_status)damage->status);

    check->damaged = check->damaged_value = true;
    check->exhausted |= class == HP_CLASS_LIMIT;
    check->disordered |= damage->status == HP_E_ORDER ||
                         damage->status == HP_E_DUPLICATE ||
                         damage->status == HP_E_HINT;
    FUZZ_CHECK(damage->action <= HP_DAMAGE_SKIPPED, "1: an action");
    FUZZ_CHECK(damage->field != NULL && damage->field[0] != '\0', "1: field");
    /* Where it stands among the others, too. */
    if (check->wish.summed) {
        const uint64_t words[] = {check->content, damage->offset,
                                  damage->found};
        check->all = fuzz_hash(check->all, words, sizeof words);
        check->all =
            fuzz_hash(check->all, damage->field, strlen(damage->field));
    }
    if (!check->wish.zero_copy)
        return; /* a library's own codes */
    FUZZ_CHECK(class == HP_CLASS_INPUT || class == HP_CLASS_LIMIT,
               "1: damage is the input's or a limit");
    bool of_file = starts_with(damage->field, "base_block.") ||
                   starts_with(damage->field, "file.");
    FUZZ_CHECK(of_file || (check->image.len > BASE_BLOCK_SIZE &&
                           damage->offset < check->image.len - BASE_BLOCK_SIZE),
               "2: an offset inside the image");
}

/* A value whose data came without damage has all of it. */
static void end_value(struct event_check *check)
{
    FUZZ_CHECK(!check->in_value || check->damaged_value || check->data_due == 0,
               "3: undamaged data is whole");
    check->in_value = false;
}

static uint32_t take_event(void *self, const struct hp_event *event)
{
    struct event_check *check = self;

    FUZZ_CHECK(event->size >= sizeof *event, "4: a whole event");
    FUZZ_CHECK(check->events < check->wish.most, "4: nothing after a stop");
    check->events++;
    if (check->wish.tape != NULL)
        reader_tape_hear(check->wish.tape, event);
    FUZZ_CHECK(hp_nesting_take(&check->nesting, event->kind), "4: well nested");
    if (event->kind != HP_EVENT_DATA && event->kind != HP_EVENT_DAMAGE)
        end_value(check);
    if (event->kind != HP_EVENT_DAMAGE && event->kind != HP_EVENT_DATA)
        add_number(check, event->kind);
    check->last = event->kind;
    if (event->kind == HP_EVENT_HIVE)
        take_hive(check, &event->u.hive);
    else if (event->kind == HP_EVENT_KEY_ENTER)
        take_key(check, &event->u.key);
    else if (event->kind == HP_EVENT_VALUE)
        take_value(check, &event->u.value);
    else if (event->kind == HP_EVENT_DATA)
        take_data(check, &event->u.data);
    else if (event->kind == HP_EVENT_DAMAGE)
        take_damage(check, &event->u.damage);
    else
        check->depth--;
    return check->events < check->wish.most ? HP_CONTINUE : HP_STOP;
}

/* What a walk that was not stopped comes to. */
static void check_end(struct event_check *check, uint32_t result)
{
    if (result != HP_WALK_REFUSED)
        end_value(check);
    FUZZ_CHECK(result == HP_WALK_DONE || result == HP_WALK_PARTIAL ||
                   result == HP_WALK_REFUSED,
               "1: no failure without a cause");
    FUZZ_CHECK(hp_nesting_may_end(&check->nesting, result), "4: all left");
    FUZZ_CHECK(result != HP_WALK_REFUSED || check->last == HP_EVENT_DAMAGE,
               "1: a refusal says why");
    FUZZ_CHECK(result != HP_WALK_PARTIAL || check->damaged,
               "1: partial says why");
}

/* What the reader is given: hive and logs. */
static uint64_t bytes_of(const struct hp_input *input)
{
    uint64_t bytes = input->image_size;

    for (size_t i = 0; i < HP_LIMIT_LOGS; i++)
        bytes += input->log[i].size;
    return bytes;
}

uint32_t event_check_input(struct event_check *check,
                           const struct hp_backend *backend,
                           const struct hp_input *input, struct event_wish wish)
{
    struct hp_sink sink = {sizeof sink, take_event, check};

    *check = (struct event_check){
        .image = hp_span_of(input->image, (size_t)input->image_size),
        .wish = wish};
    uint32_t result = backend->walk(input, &sink);
    check->all = fuzz_hash(check->all, &check->content, sizeof check->content);
    bool whole = check->events < check->wish.most;
    if (whole)
        check_end(check, result);
    else
        /* A refusal is told and not asked about. */
        FUZZ_CHECK(result == HP_WALK_STOPPED || result == HP_WALK_REFUSED,
                   "4: it stops");
    FUZZ_CHECK(check->records <=
                   HP_LIMIT_RECORD_FACTOR *
                       (bytes_of(input) / HP_LIMIT_RECORD_SIZE + 1),
               "4: bounded records");
    if (wish.tape != NULL && whole)
        reader_tape_end(wish.tape, result);
    return result;
}

uint32_t event_check_start(struct event_check *check,
                           const struct hp_backend *backend, uint32_t mode,
                           struct hp_span image, struct event_wish wish)
{
    const struct hp_input input = {.size = sizeof input,
                                   .mode = mode,
                                   .image = image.ptr,
                                   .image_size = image.len};

    return event_check_input(check, backend, &input, wish);
}

uint32_t event_check_walk(struct event_check *check,
                          const struct hp_backend *backend, uint32_t mode,
                          struct hp_span image, bool zero_copy)
{
    struct event_wish wish = {UINT64_MAX, NULL, zero_copy, true};

    return event_check_start(check, backend, mode, image, wish);
}
