/* SPDX-License-Identifier: Apache-2.0
 *
 * struct hp_plan - a hive that is still to be built: what it says (keys,
 * values, security), where its records lie as far as that is pinned, and every
 * lie that is told on purpose. The recipe reader and the decompiler make
 * plans; the assembler turns one into bytes, the printer into a recipe.
 * Everything lives in the plan's arena. */
#ifndef HP_PLAN_H
#define HP_PLAN_H

#include "arena.h"
#include "field.h"
#include "span.h"
#include "status.h"
#include "utf16.h"

/* Where in a recipe something was said; line 0: nowhere. */
struct hp_origin {
    const char *file;
    uint32_t line, column; /* from 1; columns are characters */
};

/* What is wrong with a recipe, or a plan, and where. Strings are static but
 * for the file's name, which is whoever opened the file's. */
struct hp_recipe_error {
    enum hp_status status;
    struct hp_origin origin;
    const char *message;
};

/* Fills *err and returns false. */
bool hp_plan_fail(struct hp_recipe_error *err, enum hp_status status,
                  struct hp_origin origin, const char *message);

/* A number, or where a record lies and a number. */
struct hp_plan_number {
    uint64_t number;
    const struct hp_plan_record *record; /* its hive offset is added; or NULL */
};

/* One field that says what the recipe wants. */
struct hp_plan_lie {
    struct hp_plan_lie *next;
    const struct hp_field *field;
    uint32_t index;              /* of an array's element, else 0 */
    struct hp_plan_number value; /* of a field that is a number */
    struct hp_span bytes;        /* of one that is not */
    struct hp_origin origin;
};

#define HP_PLAN_ANYWHERE UINT32_MAX

/* A cell; or a header, whose place is fixed. */
struct hp_plan_record {
    uint8_t kind;    /* enum hp_record_kind */
    bool pinned;     /* its place was given */
    uint32_t offset; /* hive offset; HP_PLAN_ANYWHERE until it is placed */
    uint32_t size;   /* of the whole cell; 0: the least that holds `used` */
    uint32_t used;   /* bytes that the content needs; set by the assembler */
    struct hp_plan_lie *lies, **last_lie;
    struct hp_origin origin;
};

/* The records of a chain by number, made when a recipe first asks. */
struct hp_record_table {
    struct hp_plan_record **records; /* NULL: not made yet */
    size_t count;
};

/* A subkey list, and the lists below it; or a db and its parts. */
struct hp_plan_list {
    struct hp_plan_record record;
    uint16_t signature;             /* of the kinds of lists */
    bool counted;                   /* `count` was given */
    uint32_t count;                 /* keys in a leaf; bytes in a segment */
    struct hp_plan_list *first;     /* the lists below an ri */
    struct hp_plan_list **last;     /* where the next one goes */
    struct hp_plan_list *next, *up; /* siblings, and the list above */
    struct hp_record_table table;   /* of the first list or db: what it leads */
};

struct hp_plan_security {
    struct hp_plan_record record;
    struct hp_plan_security *next;
    struct hp_text label;
    struct hp_span descriptor;
    uint32_t users; /* keys; counted by the assembler */
};

/* How a value's data is kept. */
enum hp_plan_shape {
    HP_SHAPE_AUTO,
    HP_SHAPE_INLINE,
    HP_SHAPE_CELL,
    HP_SHAPE_BIG
};

/* A value; or, when `link`, an element of the value list that leads wherever
 * `target` says, `count` times. */
struct hp_plan_value {
    struct hp_plan_value *next;
    struct hp_plan_record record; /* the vk */
    struct hp_plan_record data;
    struct hp_plan_list *big;      /* the db: its list, then its segments */
    struct hp_text label;          /* what the recipe calls it */
    struct hp_text name;           /* what the hive does */
    struct hp_span bytes;          /* the data */
    struct hp_plan_number *target; /* not NULL: a link */
    uint32_t count;                /* of the link */
    uint32_t type;
    uint8_t shape; /* enum hp_plan_shape */
    bool wide;     /* the name is UTF-16 though Latin-1 could hold it */
};

/* A key, or a link likewise. */
struct hp_plan_key {
    struct hp_plan_key *parent, *next, *first, *last;
    struct hp_plan_record record, values_record, class_record;
    struct hp_plan_list *list; /* NULL: chosen by the assembler, if needed */
    struct hp_plan_security *security; /* NULL: the common one, unless */
    bool no_security;                  /* the key has none */
    bool wide, links, in_order;        /* in_order: as given, not sorted */
    bool values_listed; /* there is a value list though it is empty */
    struct hp_text label, name;
    struct hp_span class_bytes;
    struct hp_plan_value *first_value, *last_value;
    struct hp_plan_number *target;
    uint32_t count;
    uint32_t hint;   /* of the link */
    uint32_t serial; /* in the order of creation */
    uint32_t places; /* elements of its subkey list */
    uint32_t value_places;
};

/* A free cell or one that nothing is known of, with its content. */
struct hp_plan_cell {
    struct hp_plan_record record;
    struct hp_plan_cell *next;
    struct hp_span bytes;
    bool free;
};

struct hp_plan_bin {
    struct hp_plan_record record; /* size: of the bin */
    struct hp_plan_bin *next;
};

/* Bytes put over what was built, at a position in the file. */
struct hp_plan_raw {
    struct hp_plan_raw *next;
    uint64_t position;
    struct hp_span bytes;
    struct hp_origin origin;
};

/* The cells of a plan in the order of their offsets. */
struct hp_layout {
    struct hp_plan_record **cells;
    size_t count;
    uint32_t bins_size;
};

struct hp_plan {
    struct hp_arena *arena;
    uint64_t image_limit; /* bytes of the image, and of all data together */
    uint64_t spent;       /* of that: bytes of data */
    bool is_hive;         /* false: raw bytes only */
    uint32_t minor;       /* what the lists and data are shaped for */
    uint64_t filetime;    /* of keys that say nothing else */

    struct hp_plan_record base;
    struct hp_plan_bin *bins, **last_bin;
    struct hp_plan_key *root;
    struct hp_plan_security *securities, **last_security;
    struct hp_plan_cell *cells, **last_cell;
    struct hp_record_table bin_table, cell_table;
    struct hp_plan_raw *raws, **last_raw;
    struct hp_span tail;
    struct hp_layout layout; /* once it is placed */
    bool ends;               /* `end` was given */
    uint64_t end;

    struct hp_plan_entry **buckets; /* what has a label */
    size_t bucket_count, entry_count;
    uint32_t key_count;
};

/* An empty plan. False: out of memory. */
bool hp_plan_open(struct hp_plan *plan, struct hp_arena *arena,
                  uint64_t image_limit);

/* The root, made when there is none. NULL: out of memory. */
struct hp_plan_key *hp_plan_root(struct hp_plan *plan);

/* The key that the recipe calls `label` below `parent`, whatever its case, or
 * NULL. */
struct hp_plan_key *hp_plan_key_find(const struct hp_plan *plan,
                                     const struct hp_plan_key *parent,
                                     struct hp_text label);

/* A new last key below `parent`, with `label` (borrowed) as its name too. NULL:
 * out of memory. */
struct hp_plan_key *hp_plan_key_add(struct hp_plan *plan,
                                    struct hp_plan_key *parent,
                                    struct hp_text label);

/* A new last element of the subkey list of `parent` that leads elsewhere; its
 * target is to be set. NULL: out of memory. */
struct hp_plan_key *hp_plan_link_add(struct hp_plan *plan,
                                     struct hp_plan_key *parent);

/* The same for values and links to values. */
struct hp_plan_value *hp_plan_value_find(const struct hp_plan *plan,
                                         const struct hp_plan_key *key,
                                         struct hp_text label);
struct hp_plan_value *hp_plan_value_add(struct hp_plan *plan,
                                        struct hp_plan_key *key,
                                        struct hp_text label);
struct hp_plan_value *hp_plan_value_link_add(struct hp_plan *plan,
                                             struct hp_plan_key *key);

struct hp_plan_security *hp_plan_security_find(const struct hp_plan *plan,
                                               struct hp_text label);
struct hp_plan_security *hp_plan_security_add(struct hp_plan *plan,
                                              struct hp_text label);

/* A list, or a part of a db, as last one below `up`, or on its own (NULL). The
 * signature of a list is to be set. */
struct hp_plan_list *hp_plan_list_add(struct hp_plan *plan,
                                      struct hp_plan_list *up,
                                      enum hp_record_kind kind);

struct hp_plan_bin *hp_plan_bin_add(struct hp_plan *plan, uint32_t size);
struct hp_plan_cell *hp_plan_cell_add(struct hp_plan *plan);
struct hp_plan_raw *hp_plan_raw_add(struct hp_plan *plan);

/* A lie about `field` of `record`; its value is to be set. */
struct hp_plan_lie *hp_plan_lie_add(struct hp_plan *plan,
                                    struct hp_plan_record *record,
                                    const struct hp_field *field);

/* The key that comes after `key` when parents come before their subkeys and
 * those in order; NULL at the end. Links come too. */
struct hp_plan_key *hp_plan_key_after(const struct hp_plan_key *key);

/* The list that comes after `list` when lists come before those below them;
 * NULL at the end. */
struct hp_plan_list *hp_plan_list_after(const struct hp_plan_list *list);

/* True if the name is kept as Latin-1. */
bool hp_plan_is_narrow(struct hp_text name, bool wide);

#endif
