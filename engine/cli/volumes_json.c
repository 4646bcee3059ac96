/* SPDX-License-Identifier: Apache-2.0 */
#include "volumes_json.h"

#include <jansson.h>
#include <string.h>

#include "convert.h"
#include "input.h"
#include "words.h"

/* A table of all volumes of a large cluster is a few KiB. */
enum { FILE_LIMIT = 1 << 20 };

/* The file is wrong; `what` says where. */
static enum hp_exit wrong_file(const struct hp_options *options,
                               const char *what)
{
    hp_complain(options->volumes_file, "%s", what);
    return HP_EXIT_INPUT;
}

static enum hp_exit contradiction(const struct hp_options *options,
                                  const char *what)
{
    hp_complain(options->volumes_file,
                "contradicts itself or an option about %s", what);
    return HP_EXIT_USAGE;
}

/* True if `object` has no member but those of `names`, NULL at the end. */
static bool has_only(const json_t *object, const char *const *names)
{
    size_t known = 0;

    for (; *names != NULL; names++)
        known += json_object_get(object, *names) != NULL;
    return json_object_size(object) == known;
}

/* The member `name` as text; an absent member leaves *text empty. */
static enum hp_exit read_text(struct hp_text *text, struct hp_options *options,
                              const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    if (member == NULL)
        return HP_EXIT_GOOD;
    if (!json_is_string(member)) {
        hp_complain(options->volumes_file, "\"%s\" is no string", name);
        return HP_EXIT_INPUT;
    }
    /* jansson lets only valid UTF-8 through, so what fails is memory. */
    if (hp_text_read(text, options->arena, json_string_value(member),
                     json_string_length(member)) != HP_OK)
        return hp_complain_memory();
    return HP_EXIT_GOOD;
}

/* The member `name` as one of `words`; an absent one is `otherwise`. */
static bool read_word(uint32_t *meaning, const json_t *object, const char *name,
                      const struct hp_word *words, uint32_t otherwise)
{
    const json_t *member = json_object_get(object, name);

    *meaning = otherwise;
    return member == NULL ||
           (json_is_string(member) &&
            hp_word_find(words, json_string_value(member),
                         json_string_length(member), meaning));
}

static bool read_letter(struct hp_volume *volume, const json_t *object)
{
    const json_t *member = json_object_get(object, "letter");

    if (member == NULL)
        return true;
    if (json_string_length(member) != 1)
        return false;
    volume->letter = hp_letter_of((uint8_t)json_string_value(member)[0]);
    return volume->letter != 0;
}

static bool read_guid(struct hp_volume *volume, const json_t *object)
{
    const json_t *member = json_object_get(object, "guid");

    volume->has_guid = member != NULL;
    return member == NULL ||
           (json_is_string(member) &&
            hp_guid_read(volume->guid, json_string_value(member),
                         json_string_length(member)));
}

static enum hp_exit read_volume(struct hp_options *options,
                                const json_t *object)
{
    static const char *const names[] = {"letter", "guid", "device",
                                        "state",  "kind", NULL};
    struct hp_volume volume = {.source = "user"};
    uint32_t state, kind;

    if (!json_is_object(object) || !has_only(object, names))
        return wrong_file(options, "a volume is an object of letter, guid, "
                                   "device, state and kind");
    if (json_object_get(object, "state") == NULL ||
        !read_word(&state, object, "state", hp_words_volume_state, 0))
        return wrong_file(options, "\"state\" is none of present, absent and "
                                   "unknown");
    if (!read_word(&kind, object, "kind", hp_words_volume_kind,
                   HP_VOLUME_KIND_UNKNOWN))
        return wrong_file(options, "\"kind\" is none of fixed, removable, "
                                   "cdrom, network, subst, cluster and "
                                   "unknown");
    if (!read_letter(&volume, object))
        return wrong_file(options, "\"letter\" is none of A to Z");
    if (!read_guid(&volume, object))
        return wrong_file(options, "\"guid\" is not 8-4-4-4-12 hex digits");
    enum hp_exit exit = read_text(&volume.device, options, object, "device");
    if (exit != HP_EXIT_GOOD)
        return exit;
    volume.state = (enum hp_volume_state)state;
    volume.kind = (enum hp_volume_kind)kind;

    char name[HP_VOLUME_NAME_ROOM];
    switch (hp_volume_list_add(&options->volumes, options->arena, &volume)) {
    case HP_OK:
        return HP_EXIT_GOOD;
    case HP_E_MISMATCH:
        hp_volume_describe(name, &volume);
        return contradiction(options, name);
    default:
        return hp_complain_memory();
    }
}

static enum hp_exit read_system_root(struct hp_options *options,
                                     const json_t *root)
{
    struct hp_text *known = &options->question.system_root;
    struct hp_text text = {NULL, 0};

    if (json_object_get(root, "system_root") == NULL)
        return HP_EXIT_GOOD;
    enum hp_exit exit = read_text(&text, options, root, "system_root");
    if (exit != HP_EXIT_GOOD)
        return exit;
    if (!hp_text_has_drive(text))
        return wrong_file(options, "\"system_root\" does not begin with a "
                                   "drive, as in C:\\Windows");
    if (known->count > 0 && !hp_text_equal_nocase(*known, text))
        return contradiction(options, "the system root");
    *known = text;
    return HP_EXIT_GOOD;
}

static enum hp_exit read_root(struct hp_options *options, const json_t *root)
{
    static const char *const names[] = {"system_root", "volumes", NULL};
    const json_t *volumes = json_object_get(root, "volumes");

    if (!json_is_object(root) || !has_only(root, names))
        return wrong_file(options, "not an object of system_root and volumes");
    if (volumes != NULL && !json_is_array(volumes))
        return wrong_file(options, "\"volumes\" is no array");
    enum hp_exit exit = read_system_root(options, root);
    for (size_t i = 0; exit == HP_EXIT_GOOD && i < json_array_size(volumes);
         i++)
        exit = read_volume(options, json_array_get(volumes, i));
    return exit;
}

enum hp_exit hp_volumes_read(struct hp_options *options)
{
    struct hp_file file;
    json_error_t error;

    if (!hp_file_open_text(&file, options->volumes_file, FILE_LIMIT))
        return HP_EXIT_INPUT;
    json_t *root = json_loadb(file.bytes, (size_t)file.size,
                              JSON_REJECT_DUPLICATES, &error);
    hp_file_close(&file);
    /* What is wrong with the file has a text; that memory ended mostly none. */
    if (root == NULL && (error.text[0] == '\0' ||
                         json_error_code(&error) == json_error_out_of_memory))
        return hp_complain_memory();
    if (root == NULL) {
        /* error.text quotes the file, which is hostile: it is not shown. */
        hp_complain(options->volumes_file,
                    "not valid JSON at line %d, "
                    "column %d",
                    error.line, error.column);
        return HP_EXIT_INPUT;
    }
    enum hp_exit exit = read_root(options, root);
    json_decref(root);
    return exit;
}
