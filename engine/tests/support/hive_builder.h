/* SPDX-License-Identifier: Apache-2.0
 *
 * A small assembler of hives for tests: records are laid down one behind the
 * other in the order of the calls, so that a test knows where each one is, and
 * every record has a label, so that a lie can be written as (record, field
 * offset, width, value). Calls that place a record return its hive offset. */
#ifndef HP_HIVE_BUILDER_H
#define HP_HIVE_BUILDER_H

#include "layout.h"
#include "span.h"
#include "utf16.h"

/* Data and class text are content, everything else is metadata. */
enum hb_kind {
    HB_BASE,
    HB_BIN,
    HB_NK,
    HB_VK,
    HB_LF,
    HB_LH,
    HB_LI,
    HB_RI,
    HB_VALUES,
    HB_DB,
    HB_DB_LIST,
    HB_SK,
    HB_CLASS,
    HB_DATA,
    HB_FREE,
    HB_KINDS
};

#define HB_LABEL 32 /* bytes, with NUL */

struct hb_record {
    enum hb_kind kind;
    uint32_t position; /* in the file, of the cell or header */
    uint32_t size;     /* bytes of the whole cell; of a bin: of its header */
    char label[HB_LABEL];
};

struct hive_builder {
    uint8_t *image;
    size_t size;          /* bytes of the image */
    uint32_t at, bin_end; /* hive offsets: where the next cell goes */
    uint32_t minor;
    struct hb_record *records;
    size_t count;
};

/* An empty hive: base block with label "base", minor version `minor`, clean.
 * Freed by hb_close. */
void hb_open(struct hive_builder *h, uint32_t minor);
void hb_close(struct hive_builder *h);

/* Ends the open bin with a free cell and starts one of `size` bytes, labelled
 * "bin:<hive offset in hex>". */
void hb_bin(struct hive_builder *h, uint32_t size);

/* Ends the last bin, sets bins size and checksum and makes the image's memory
 * exactly as large as the image. After it hb_poke is the only change. */
void hb_seal(struct hive_builder *h);

/* A cell with a zeroed payload of at least `payload` bytes, labelled "nk:<of>"
 * or what its kind is called. */
uint32_t hb_cell(struct hive_builder *h, enum hb_kind kind, const char *of,
                 size_t payload);
/* A free cell of `size` bytes in all. */
void hb_free(struct hive_builder *h, uint32_t size);

/* A key labelled "nk:<name>" below the nk `parent`; 0: the root. A wide name is
 * labelled by `label`. */
uint32_t hb_key(struct hive_builder *h, uint32_t parent, const char *name);
uint32_t hb_key_wide(struct hive_builder *h, uint32_t parent, const char *label,
                     struct hp_text name);

/* A leaf (HB_LF, HB_LH, HB_LI) of `count` keys or an ri of as many leaves,
 * labelled "lf:<of>" and so on, with right hints and hashes. */
uint32_t hb_leaf(struct hive_builder *h, enum hb_kind kind, const char *of,
                 const uint32_t *keys, size_t count);
uint32_t hb_ri(struct hive_builder *h, const char *of, const uint32_t *lists,
               size_t count);
void hb_set_subkeys(struct hive_builder *h, uint32_t key, uint32_t list,
                    uint32_t count);

/* A value labelled "vk:<name>": data of up to 4 bytes inline, else in a cell
 * "data:<name>", else (above 16344 bytes, from minor version 4 on) "db:<name>"
 * with "dl:<name>" and segments "data:<name>". */
uint32_t hb_value(struct hive_builder *h, const char *name, uint32_t type,
                  const void *data, size_t size);
uint32_t hb_value_wide(struct hive_builder *h, const char *label,
                       struct hp_text name, uint32_t type, const void *data,
                       size_t size);

/* The value list "vals:<of>" of `key`. */
uint32_t hb_set_values(struct hive_builder *h, uint32_t key, const char *of,
                       const uint32_t *values, size_t count);

/* The class "class:<of>" of `key`: `size` bytes. */
uint32_t hb_set_class(struct hive_builder *h, uint32_t key, const char *of,
                      const void *bytes, size_t size);

/* An sk "sk:<of>" with `size` bytes of descriptor. */
uint32_t hb_sk(struct hive_builder *h, const char *of, const void *descriptor,
               size_t size);

/* The record of that label (the first), which must exist. */
const struct hb_record *hb_find(const struct hive_builder *h,
                                const char *label);
/* Its hive offset. */
uint32_t hb_offset(const struct hive_builder *h, const char *label);
/* The record that holds the byte at `position` of the file, or NULL. */
const struct hb_record *hb_record_at(const struct hive_builder *h,
                                     size_t position);
/* The label of the record that starts at hive offset `offset`, or "?". */
const char *hb_label_at(const struct hive_builder *h, uint64_t offset);

/* Writes `width` bytes of little-endian `value` at `field` of a record: from
 * the start of a header, from the payload of a cell, whose size field is
 * HB_CELL_SIZE. The checksum follows unless it is what is written. */
#define HB_CELL_SIZE (-4)
void hb_poke(struct hive_builder *h, const char *label, int field,
             unsigned width, uint64_t value);
void hb_poke_offset(struct hive_builder *h, uint32_t cell, int field,
                    unsigned width, uint64_t value);
void hb_fix_checksum(struct hive_builder *h);

#endif
