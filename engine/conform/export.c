/* SPDX-License-Identifier: Apache-2.0 */
#include "export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "content.h"
#include "json_text.h"
#include "recipe_folder.h"
#include "text_stream.h"

#define TOP "hiveproof-vectors/"

/* Plan, image and stream of one vector. */
#define PIECE_MEMORY ((size_t)4 << 30)

enum { NAME_ROOM = 512 };

/* ---- bytes that grow ------------------------------------------------- */

struct bytes {
    char *at;
    size_t size, room;
};

static bool append(void *self, const char *bytes, size_t size)
{
    struct bytes *b = self;

    if (size > b->room - b->size) {
        size_t room = 2 * b->room + size + 4096;
        char *at = realloc(b->at, room);
        if (at == NULL)
            return false;
        b->at = at;
        b->room = room;
    }
    memcpy(b->at + b->size, bytes, size);
    b->size += size;
    return true;
}

static struct hp_out out_to(struct bytes *bytes)
{
    return (struct hp_out){append, bytes};
}

/* ---- one file of the archive ----------------------------------------- */

/* A file that is made when the archive is written, and gone after that: all
 * hives together are too large. */
struct piece {
    const struct hp_vectors *vectors;
    const struct hp_vector *vector;
    const struct hp_vector_content *content; /* NULL: a file of the vector, */
    unsigned file;                /* the hive, or the log before this number */
    struct hp_conform_error *err; /* of the whole archive */
    struct bytes bytes;
    size_t read;
    zip_error_t error;
};

static bool make_file(struct piece *piece, struct hp_arena *arena)
{
    struct hp_vector_files files;
    struct hp_plan plan;

    if (!hp_vector_plan(&plan, arena, piece->vectors, piece->vector, "own", 0,
                        piece->err) ||
        !hp_vector_forge(&files, &plan, piece->vectors, piece->vector,
                         piece->err))
        return false;
    struct hp_span bytes =
        piece->file == 0 ? files.hive : files.log[piece->file - 1];
    return bytes.len == 0 ||
           append(&piece->bytes, (const char *)bytes.ptr, bytes.len) ||
           hp_conform_fail(piece->err, piece->vector->id, "out of memory");
}

static bool make_stream(struct piece *piece, struct hp_arena *arena)
{
    struct hp_text_stream stream;
    struct hp_sink sink;
    struct hp_plan plan;

    hp_text_stream_begin(&stream, out_to(&piece->bytes), &sink);
    return hp_vector_plan(&plan, arena, piece->vectors, piece->vector,
                          piece->content->of, piece->content->state,
                          piece->err) &&
           hp_content_send(&sink, arena, &plan, piece->content,
                           piece->vector->id, piece->err) &&
           (hp_text_stream_end(&stream, HP_WALK_DONE, NULL) ||
            hp_conform_fail(piece->err, piece->vector->id, "out of memory"));
}

static bool make(struct piece *piece)
{
    struct hp_arena arena = hp_arena_chunked(hp_allocator_libc, PIECE_MEMORY);
    bool made = piece->content == NULL ? make_file(piece, &arena)
                                       : make_stream(piece, &arena);

    hp_arena_close(&arena);
    piece->read = 0;
    if (!made)
        zip_error_set(&piece->error, ZIP_ER_INTERNAL, 0);
    return made;
}

static zip_int64_t read_piece(struct piece *piece, void *data,
                              zip_uint64_t size)
{
    size_t left = piece->bytes.size - piece->read;
    size_t taken = size < left ? (size_t)size : left;

    if (taken > 0)
        memcpy(data, piece->bytes.at + piece->read, taken);
    piece->read += taken;
    return (zip_int64_t)taken;
}

static void forget(struct piece *piece)
{
    free(piece->bytes.at);
    piece->bytes = (struct bytes){NULL, 0, 0};
}

static zip_int64_t serve(void *self, void *data, zip_uint64_t size,
                         zip_source_cmd_t command)
{
    struct piece *piece = self;

    switch (command) {
    case ZIP_SOURCE_OPEN:
        return make(piece) ? 0 : -1;
    case ZIP_SOURCE_READ:
        return read_piece(piece, data, size);
    case ZIP_SOURCE_CLOSE:
        forget(piece);
        return 0;
    case ZIP_SOURCE_STAT:
        zip_stat_init(data);
        return (zip_int64_t)sizeof(zip_stat_t);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&piece->error, data, size);
    case ZIP_SOURCE_FREE:
        forget(piece);
        free(piece);
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    default:
        zip_error_set(&piece->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ---- the archive ------------------------------------------------------ */

struct archive {
    zip_t *zip;
    const struct hp_vectors *vectors;
    struct hp_conform_error *err;
    const char *path;
};

static bool fail(const struct archive *a)
{
    /* What could not be made has said why. */
    if (a->err->message[0] != '\0')
        return false;
    return hp_conform_fail(a->err, a->path, "%s", zip_strerror(a->zip));
}

static bool add(const struct archive *a, const char *name, zip_source_t *source)
{
    if (source == NULL)
        return fail(a);
    zip_int64_t at = zip_file_add(a->zip, name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return fail(a);
    }
    /* The first day that such an archive knows. */
    return zip_file_set_dostime(a->zip, (zip_uint64_t)at, 0, 0x21, 0) == 0 ||
           fail(a);
}

static bool add_piece(const struct archive *a, const char *name,
                      struct piece wanted)
{
    struct piece *piece = malloc(sizeof *piece);

    if (piece == NULL)
        return hp_conform_fail(a->err, a->path, "out of memory");
    *piece = wanted;
    piece->vectors = a->vectors;
    piece->err = a->err;
    zip_source_t *source = zip_source_function(a->zip, serve, piece);
    if (source == NULL)
        free(piece);
    return add(a, name, source);
}

/* What the profile expects, with the names of the streams that it may send. */
static bool add_profile(const struct archive *a, struct hp_json *doc,
                        json_t *profiles, const struct hp_vector *vector,
                        enum hp_reader_profile which)
{
    const struct hp_vector_expectation *expected = &vector->expected[which];
    const char *word = hp_reader_profile_words[which];
    json_t *profile = hp_json_set_object(doc, profiles, word);
    json_t *allowed = hp_json_set_array(doc, profile, "allowed");
    bool good = true;

    hp_json_set_word(doc, profile, "verdict",
                     hp_expect_words[expected->verdict]);
    for (size_t i = 0; good && i < expected->outcome_count; i++) {
        const struct hp_vector_outcome *outcome = &expected->outcomes[i];
        char name[NAME_ROOM];
        if (outcome->reject || outcome->bounded) {
            hp_json_append(doc, allowed,
                           json_string(outcome->reject ? "reject" : "bounded"));
            continue;
        }
        (void)snprintf(name, sizeof name, TOP "expected/%s/%s.%s.%zu.jsonl",
                       vector->group, vector->id, word, i);
        hp_json_append(doc, allowed, json_string(name + strlen(TOP)));
        good = add_piece(
            a, name,
            (struct piece){.vector = vector, .content = &outcome->content});
    }
    return good;
}

/* The hive and its logs, with their names. */
static bool add_files(const struct archive *a, struct hp_json *doc,
                      const struct hp_vector *vector)
{
    char name[NAME_ROOM];
    json_t *logs = NULL;
    int size = snprintf(name, sizeof name, TOP "hives/%s/%s.hive",
                        vector->group, vector->id);
    bool good = add_piece(a, name, (struct piece){.vector = vector});

    hp_json_set_word(doc, doc->root, "hive", name + strlen(TOP));
    for (unsigned i = 0; good && i < HP_LIMIT_LOGS; i++) {
        if (vector->log[i] == NULL)
            continue;
        (void)snprintf(name + size, sizeof name - (size_t)size, "%s",
                       vector->log[i]);
        if (logs == NULL)
            logs = hp_json_set_array(doc, doc->root, "logs");
        hp_json_append(doc, logs, json_string(name + strlen(TOP)));
        good =
            add_piece(a, name, (struct piece){.vector = vector, .file = i + 1});
    }
    return good;
}

/* The line of a vector in vectors.jsonl, and its files. */
static bool add_vector(const struct archive *a, struct bytes *lines,
                       const struct hp_vector *vector)
{
    struct hp_json doc = {json_object(), false};

    hp_json_set_word(&doc, doc.root, "schema", "hiveproof-export/1");
    hp_json_set_word(&doc, doc.root, "id", vector->id);
    hp_json_set_word(&doc, doc.root, "group", vector->group);
    bool good = add_files(a, &doc, vector);
    hp_json_set_bytes(&doc, doc.root, "says", vector->says);
    hp_json_set_bytes(&doc, doc.root, "rule", vector->rule);
    json_t *profiles = hp_json_set_object(&doc, doc.root, "profiles");
    for (unsigned p = 0; good && p < HP_READER_PROFILES; p++) {
        if (hp_vector_is_judged(vector, (enum hp_reader_profile)p))
            good = add_profile(a, &doc, profiles, vector,
                               (enum hp_reader_profile)p);
    }
    bool written = hp_json_write(&doc, out_to(lines), false);
    return good &&
           (written || hp_conform_fail(a->err, vector->id, "out of memory"));
}

/* `lines` stay until the archive is closed. */
static bool fill(const struct archive *a, struct bytes *lines)
{
    char name[NAME_ROOM];

    for (const struct hp_export_file *f = hp_export_files; f->name != NULL;
         f++) {
        (void)snprintf(name, sizeof name, TOP "%s", f->name);
        if (!add(a, name, zip_source_buffer(a->zip, f->bytes, f->size, 0)))
            return false;
    }
    for (size_t i = 0; i < a->vectors->count; i++) {
        if (!add_vector(a, lines, &a->vectors->items[i]))
            return false;
    }
    return add(a, TOP "vectors.jsonl",
               zip_source_buffer(a->zip, lines->at, lines->size, 0));
}

bool hp_conform_export(const char *path, const struct hp_vectors *vectors,
                       struct hp_conform_error *err)
{
    struct archive a = {.vectors = vectors, .err = err, .path = path};
    struct bytes lines = {NULL, 0, 0};
    int code = 0;

    err->message[0] = '\0';
    a.zip = zip_open(path, ZIP_CREATE | ZIP_EXCL, &code);
    if (a.zip == NULL) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        (void)hp_conform_fail(err, path, "%s", zip_error_strerror(&error));
        zip_error_fini(&error);
        return false;
    }
    bool good = fill(&a, &lines);
    if (good && zip_close(a.zip) != 0)
        good = fail(&a);
    if (!good)
        zip_discard(a.zip);
    free(lines.at);
    return good;
}
