/* SPDX-License-Identifier: Apache-2.0
 *
 * A hive without bytes: a script of keys, values and damage that a back end of
 * its own plays to any sink, with its answers honoured. */
#ifndef FAKE_HIVE_H
#define FAKE_HIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "hp_backend.h"
#include "utf16.h"

#define FAKE_STEPS 4096

enum fake_kind { FAKE_ENTER, FAKE_VALUE, FAKE_LEAVE, FAKE_DAMAGE };

struct fake_step {
    enum fake_kind kind;
    struct hp_string name;
    uint64_t type, data_size, flags;
    const void *data;
    size_t size;
    uint32_t action; /* of damage */
    const char *field;
};

struct fake_hive {
    struct fake_step steps[FAKE_STEPS];
    size_t count;
    size_t depth;          /* keys open while it is written */
    size_t piece;          /* bytes per DATA event; 0: all at once */
    uint32_t encoding;     /* of ASCII names */
    uint32_t result;       /* of the walk, unless the sink stops it */
    uint64_t values_sent;  /* VALUE events of the last walk */
    uint64_t data_sent;    /* bytes of DATA of the last walk */
    struct hp_arena arena; /* names and data */
};

/* Starts an empty hive: the root is open. */
void fake_begin(struct fake_hive *hive);
void fake_end(struct fake_hive *hive);

/* Enters the keys of `path` ("Control\\SystemWriter") below the open key. */
void fake_enter(struct fake_hive *hive, const char *path);
void fake_enter_text(struct fake_hive *hive, struct hp_text name);
void fake_enter_flags(struct fake_hive *hive, const char *name, uint64_t flags);
/* Leaves `count` keys. */
void fake_leave(struct fake_hive *hive, size_t count);

/* Values of the open key. fake_text stores a final NUL, fake_list one behind
 * each string and one more. */
void fake_raw(struct fake_hive *hive, const char *name, uint32_t type,
              const void *data, size_t size);
void fake_dword(struct fake_hive *hive, const char *name, uint32_t number);
void fake_text(struct fake_hive *hive, const char *name, uint32_t type,
               struct hp_text text);
void fake_ascii(struct fake_hive *hive, const char *name, uint32_t type,
                const char *text);
void fake_list(struct fake_hive *hive, const char *name,
               const char *const *strings);
/* Declares `size` bytes for the last value, whatever it has. */
void fake_declare(struct fake_hive *hive, uint64_t size);

void fake_damage(struct fake_hive *hive, uint32_t action, const char *field);

/* Services\<name> with Type, Start, ErrorControl and an ImagePath (NULL:
 * none) of REG_SZ, below the open key. */
void fake_service(struct fake_hive *hive, const char *name, uint32_t type,
                  uint32_t start, const char *image_path);

/* The back end: hp_input.image is the struct fake_hive. */
extern const struct hp_backend fake_backend;
struct hp_input fake_input(struct fake_hive *hive);

/* An allocator whose `failing`th call (from 1 on) fails; 0: none does. */
struct fake_memory {
    size_t calls, failing;
};
struct hp_allocator fake_allocator(struct fake_memory *memory);

#endif
