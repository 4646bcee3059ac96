/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "damage.h"
#include "words.h"

/* Bytes of a subject, and escaped bytes of a detail, that a message shows. */
enum { SUBJECT_ROOM = 1024, DETAIL_ROOM = 512 };

void hp_output_begin(struct hp_output *output, int fd)
{
    output->fd = fd;
    output->error = 0;
    output->used = 0;
}

/* Waits until a non-blocking descriptor takes bytes again. */
static bool wait_until_writable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    return poll(&wanted, 1, -1) >= 0 || errno == EINTR;
}

static bool write_all(struct hp_output *output, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(output->fd, bytes, size);
        if (written >= 0) {
            bytes += written;
            size -= (size_t)written;
        } else if (errno == EAGAIN) {
            (void)wait_until_writable(output->fd);
        } else if (errno != EINTR) {
            output->error = errno;
            return false;
        }
    }
    return true;
}

bool hp_output_flush(struct hp_output *output)
{
    size_t used = output->used;

    output->used = 0;
    return output->error == 0 && write_all(output, output->bytes, used);
}

bool hp_output_write(struct hp_output *output, const char *bytes, size_t size)
{
    if (size > sizeof output->bytes - output->used && !hp_output_flush(output))
        return false;
    if (size > sizeof output->bytes)
        return write_all(output, bytes, size);
    memcpy(output->bytes + output->used, bytes, size);
    output->used += size;
    return output->error == 0;
}

bool hp_output_printf(struct hp_output *output, const char *format, ...)
{
    char line[1024];
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (size < 0)
        return false;
    if ((size_t)size >= sizeof line)
        size = (int)sizeof line - 1;
    return hp_output_write(output, line, (size_t)size);
}

static bool write_out(void *self, const char *bytes, size_t size)
{
    return hp_output_write(self, bytes, size);
}

struct hp_out hp_output_out(struct hp_output *output)
{
    return (struct hp_out){write_out, output};
}

bool hp_escape_path(struct hp_out out, struct hp_text text)
{
    size_t from = 0;

    while (from < text.count) {
        size_t end = from;
        while (end < text.count && text.units[end] != '\\')
            end++;
        struct hp_text part = {text.units + from, end - from};
        if (!hp_escape_text(out, HP_ESCAPE_TERMINAL, part))
            return false;
        if (end < text.count && !out.write(out.self, "\\", 1))
            return false;
        from = end + 1;
    }
    return true;
}

/* Writes `bytes`, escaped and cut to `room`, with a NUL. */
static void escape_bytes(char *text, size_t room, const char *bytes)
{
    uint16_t units[SUBJECT_ROOM];
    struct hp_out_buffer buffer = {text, room - 1, 0};
    bool valid;
    struct hp_text decoded = {
        units,
        hp_wtf8_decode(units, bytes, strnlen(bytes, SUBJECT_ROOM), &valid)};

    (void)hp_escape_path(hp_out_to_buffer(&buffer), decoded);
    text[buffer.size < room ? buffer.size : room - 1] = '\0';
}

void hp_output_bytes(struct hp_output *output, const char *bytes)
{
    char text[6 * SUBJECT_ROOM + 1];

    escape_bytes(text, sizeof text, bytes);
    (void)hp_output_write(output, text, strlen(text));
}

int hp_output_close(struct hp_output *output)
{
    (void)hp_output_flush(output);
    if (close(output->fd) != 0 && output->error == 0)
        output->error = errno;
    return output->error;
}

enum hp_exit hp_output_end(struct hp_output *output, enum hp_exit answer)
{
    int error = hp_output_close(output);

    if (error == 0)
        return answer;
    hp_complain(NULL, "standard output: %s", strerror(error));
    return HP_EXIT_INPUT;
}

void hp_complain(const char *subject, const char *format, ...)
{
    /* An escaped unit is at most six bytes. */
    char name[6 * SUBJECT_ROOM + 1] = "";
    char message[2 * DETAIL_ROOM];
    char line[sizeof name + sizeof message + 16];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (subject != NULL)
        escape_bytes(name, sizeof name, subject);
    int size = snprintf(line, sizeof line, "hiveproof: %s%s%s\n", name,
                        subject == NULL ? "" : ": ", message);

    /* One write, one line; nobody is left to tell if it fails. */
    ssize_t ignored = write(STDERR_FILENO, line, (size_t)size);
    (void)ignored;
}

/* "text (nk.flags at offset 0 is 0x0)" for what hiveproof's own reader refused:
 * a field of the format has a point in its name. "text: detail" for another's.
 */
static void complain_with_place(const char *subject, const struct hp_error *err,
                                const char *detail)
{
    const char *text = hp_status_text(err->status);
    char note[DETAIL_ROOM];

    /* A module may have written the detail. */
    escape_bytes(note, sizeof note, detail);
    if (note[0] != '\0')
        hp_complain(subject, "%s: %s", text, note);
    else if (err->field != NULL && strchr(err->field, '.') != NULL)
        hp_complain(subject, "%s (%s at offset %" PRIu64 " is 0x%" PRIx64 ")",
                    text, err->field, err->offset, err->found);
    else
        hp_complain(subject, "%s", text);
}

enum hp_exit hp_complain_refused(const char *subject,
                                 const struct hp_error *err, const char *detail)
{
    switch (hp_status_class(err->status)) {
    case HP_CLASS_INPUT:
    case HP_CLASS_LIMIT:
    case HP_CLASS_SYSTEM:
        complain_with_place(subject, err, detail);
        return HP_EXIT_INPUT;
    case HP_CLASS_OK:
    case HP_CLASS_INTERNAL:
        break;
    }
    hp_complain(subject,
                "internal error (status %d): a bug of hiveproof, please "
                "report it",
                (int)err->status);
    return HP_EXIT_INTERNAL;
}

void hp_complain_damage(const char *file, const struct hp_damage_event *event)
{
    const char *action = hp_word_of(hp_words_damage, event->action);
    char field[DETAIL_ROOM] = "";

    if (event->field != NULL)
        escape_bytes(field, sizeof field, event->field);
    if (event->offset == HP_UNKNOWN_U64 && event->found == HP_UNKNOWN_U64) {
        hp_complain(file, "%s (%s): %s",
                    hp_status_text(hp_damage_status(event)), field,
                    action == NULL ? "damaged" : action);
        return;
    }
    hp_complain(file, "%s (%s at offset %" PRIu64 " is 0x%" PRIx64 "): %s",
                hp_status_text(hp_damage_status(event)), field, event->offset,
                event->found, action == NULL ? "damaged" : action);
}

enum hp_exit hp_complain_memory(void)
{
    hp_complain(NULL, "%s", hp_status_text(HP_E_NO_MEMORY));
    return HP_EXIT_INPUT;
}
