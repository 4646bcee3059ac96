/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE 1 /* memfd_create needs more, tmpfile does not */

#include "transcript.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "private_copy.h"
#include "program.h"
#include "recipe_files.h"
#include "sound.h"

#define COMMAND "$ hiveproof "
#define RECIPE ".recipe"

int hp_words_split(char **words, char *line)
{
    int count = 0;

    for (;;) {
        line += strspn(line, " ");
        if (*line == '\0' || count == HP_WORDS_MOST - 1)
            break;
        char *to = words[count++] = line;
        for (bool quoted = false; *line != '\0' && (quoted || *line != ' ');
             line++) {
            if (*line == '\'')
                quoted = !quoted;
            else
                *to++ = *line;
        }
        if (*line != '\0')
            line++;
        *to = '\0';
    }
    words[count] = NULL;
    return *line == '\0' ? count : -1;
}

/* ---- the folder that the commands run in ------------------------------ */

struct place {
    int tree; /* the folder that was current before */
    struct hp_private_copy work;
};

static bool is_hive(const char *name)
{
    size_t size = strlen(name);

    return name[0] >= 'A' && name[0] <= 'Z' && size > strlen(RECIPE) &&
           strcmp(name + size - strlen(RECIPE), RECIPE) == 0;
}

static bool write_hive(const char *path, const struct hp_image *image)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        return false;
    bool written = fwrite(image->bytes, 1, image->size, file) == image->size;
    return fclose(file) == 0 && written;
}

/* Forges folder/NAME.recipe to work/NAME, and holds it against what holds for
 * any hive. */
static void add_hive(FILE *out, const struct place *place, const char *folder,
                     const char *name)
{
    struct hp_recipe_files *recipes = malloc(sizeof *recipes);
    struct hp_recipe_text text;
    struct hp_recipe_error err;
    struct hp_guarded guarded;
    struct hp_image image;
    char from[PATH_MAX], to[PATH_MAX];

    if (recipes == NULL)
        return;
    (void)snprintf(from, sizeof from, "%s/%s", folder, name);
    (void)snprintf(to, sizeof to, "%s/%.*s", place->work.folder,
                   (int)(strlen(name) - strlen(RECIPE)), name);
    hp_recipe_files_open(recipes);
    if (!hp_recipe_files_read(recipes, &text, from) ||
        !hp_recipe_files_forge(recipes, &image, text, &err) ||
        !write_hive(to, &image))
        (void)fprintf(out, "! %s cannot be made\n", name);
    else if (hp_guarded_open(&guarded, image.bytes, image.size)) {
        (void)hp_sound_check(out, guarded.image, HP_SOUND_ANY);
        hp_guarded_close(&guarded);
    }
    hp_recipe_files_close(recipes);
    free(recipes);
}

/* Links to what lies beside the transcript, and the hives. */
static void fill_place(FILE *out, const struct place *place, const char *folder)
{
    char from[PATH_MAX], to[PATH_MAX];
    char *whole = realpath(folder, NULL);
    DIR *listing = opendir(folder);
    struct dirent *entry;

    while (whole != NULL && listing != NULL &&
           (entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (is_hive(entry->d_name))
            add_hive(out, place, folder, entry->d_name);
        if (snprintf(from, sizeof from, "%s/%s", whole, entry->d_name) >=
                (int)sizeof from ||
            snprintf(to, sizeof to, "%s/%s", place->work.folder,
                     entry->d_name) >= (int)sizeof to ||
            symlink(from, to) != 0)
            (void)fprintf(out, "! %s cannot be linked to\n", entry->d_name);
    }
    if (listing != NULL)
        (void)closedir(listing);
    free(whole);
}

static bool enter_place(FILE *out, struct place *place, const char *folder)
{
    if (!hp_private_open(&place->work)) {
        (void)fprintf(out, "! no folder for the commands: %s\n",
                      strerror(errno));
        return false;
    }
    fill_place(out, place, folder);
    place->tree = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return place->tree >= 0 && chdir(place->work.folder) == 0;
}

static void leave_place(const struct place *place)
{
    if (fchdir(place->tree) != 0)
        _exit(HP_EXIT_INTERNAL);
    (void)close(place->tree);
    hp_private_remove(place->work.folder);
}

/* ---- commands --------------------------------------------------------- */

/* Each line of the text, behind `mark`; what is no printable ASCII and no
 * UTF-8 is \xNN. */
static void put_lines(FILE *out, const char *mark, const char *text,
                      size_t size)
{
    bool at_start = true;

    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (at_start)
            (void)fputs(mark, out);
        at_start = byte == '\n';
        if (byte == '\n' || (byte >= 0x20 && byte != 0x7F))
            (void)fputc(byte, out);
        else
            (void)fprintf(out, "\\x%02x", byte);
    }
    if (!at_start)
        (void)fputs("\\no line end\n", out);
}

/* UTF-16LE with its mark, which .reg files are, as UTF-8. */
static void put_utf16(FILE *out, const char *text, size_t size)
{
    struct hp_span bytes = hp_span_of(text, size);
    size_t count = hp_utf16le_count(bytes);
    uint16_t *units = malloc(count * sizeof *units);
    char *utf8 = malloc(count * HP_UTF8_PER_UNIT);

    if (units != NULL && utf8 != NULL) {
        hp_utf16le_decode(units, bytes);
        struct hp_text decoded = {units + 1, count - 1};
        put_lines(out, "  ", "UTF-16LE\n", 9);
        put_lines(out, "  ", utf8, hp_text_to_wtf8(utf8, decoded));
    }
    free(units);
    free(utf8);
}

/* The bytes of a file from its start, to be freed, which it then has no more;
 * NULL if there are none. */
static char *take_text(int fd, size_t *size)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0 || facts.st_size <= 0)
        return NULL;
    *size = (size_t)facts.st_size;
    char *text = malloc(*size);
    if (text == NULL || pread(fd, text, *size, 0) != (ssize_t)*size ||
        ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void put_answer(FILE *out, int fd)
{
    size_t size = 0;
    char *text = take_text(fd, &size);

    if (size >= 2 && text != NULL && memcmp(text, "\xFF\xFE", 2) == 0)
        put_utf16(out, text, size);
    else if (text != NULL)
        put_lines(out, "  ", text, size);
    free(text);
}

static void put_messages(FILE *out)
{
    size_t size = 0;
    char *text = take_text(STDERR_FILENO, &size);

    if (text != NULL)
        put_lines(out, "! ", text, size);
    free(text);
}

/* `line` is changed; words[0] is the program's name. */
static void run_command(FILE *out, char *line)
{
    static char name[] = "hiveproof";
    char *words[HP_WORDS_MOST + 1];
    FILE *answer = tmpfile();
    int count = hp_words_split(words + 1, line);

    words[0] = name;
    if (answer == NULL || count < 0) {
        (void)fputs("! the command cannot be run\n", out);
        return;
    }
    int fd = fcntl(fileno(answer), F_DUPFD_CLOEXEC, 0);
    int exit = hp_program(count + 1, words, fd);
    put_answer(out, fileno(answer));
    put_messages(out);
    (void)fprintf(out, "? %d\n", exit);
    (void)fclose(answer);
}

/* Lines that are no answer stay; commands are run again. */
static void run_lines(FILE *out, const struct hp_case *item)
{
    const char *at = item->expected;
    const char *end = at + item->expected_size;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((stop == NULL ? end : stop) - at);
        bool is_command = size >= strlen(COMMAND) &&
                          memcmp(at, COMMAND, strlen(COMMAND)) == 0;
        if (is_command || size == 0 || *at == '#')
            (void)fprintf(out, "%.*s\n", (int)size, at);
        if (is_command) {
            char *line = strndup(at + strlen(COMMAND), size - strlen(COMMAND));
            if (line != NULL)
                run_command(out, line);
            free(line);
        }
        at += size + 1;
    }
}

void hp_transcript_run(FILE *out, const struct hp_case *item)
{
    struct place place;

    if (!enter_place(out, &place, item->file->folder))
        return;
    put_messages(out); /* about the hives */
    run_lines(out, item);
    leave_place(&place);
}
