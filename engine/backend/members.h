/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of JSON of a program that is not ours: an object whose members are
 * strings, numbers, true, false, null or lists of strings. Nothing in the
 * protocols is nested any deeper, so that nothing deeper is read: neither
 * recursion nor memory, whatever the line holds. */
#ifndef HP_MEMBERS_H
#define HP_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More members than any line of the protocols has. */
#define HP_MEMBERS_MOST 32

enum hp_member_kind {
    HP_MEMBER_STRING, /* text: decoded */
    HP_MEMBER_NUMBER, /* text: as written */
    HP_MEMBER_WORD,   /* text: true, false or null */
    HP_MEMBER_LIST    /* text: what stands between the brackets, checked */
};

struct hp_member {
    const char *name;
    size_t name_size;
    enum hp_member_kind kind;
    char *text; /* in the line */
    size_t size;
};

struct hp_members {
    struct hp_member items[HP_MEMBERS_MOST];
    size_t count;
};

/* Reads line[0..size), which has no line end. Strings are decoded where they
 * stand, as WTF-8: the escape of a lone surrogate gives its three bytes.
 * NULL: *members is set; it points into the line. Otherwise what is wrong with
 * it: bytes that are not UTF-8, text that is not JSON, something nested, two
 * members of one name. */
const char *hp_members_read(struct hp_members *members, char *line,
                            size_t size);

/* The member of that name, or NULL. */
const struct hp_member *hp_members_find(const struct hp_members *members,
                                        const char *name);

/* True if `member` (may be NULL) is the string `text`. */
bool hp_member_is(const struct hp_member *member, const char *text);

/* Reads a number of 64 bits: an integer, or its digits as a string. False,
 * with *number untouched: it is neither. */
bool hp_member_number(uint64_t *number, const struct hp_member *member);

/* Turns the hexadecimal digits of a string into bytes where they stand, and
 * sets *size to their number. False: they are not pairs of digits. */
bool hp_member_unhex(const struct hp_member *member, size_t *size);

/* Copies a string, cut to `room` with a NUL, as printable ASCII; what is no
 * string or NULL is empty. */
void hp_member_print(char *text, size_t room, const struct hp_member *member);

/* The next string of a list: starts at *at (first 0), sets *text and *size,
 * still with its escapes, and moves *at. False: there are no more. */
bool hp_member_next(const struct hp_member *list, size_t *at, const char **text,
                    size_t *size);

#endif
