/* SPDX-License-Identifier: Apache-2.0
 *
 * The map as one self-contained page. Everything is in its HTML; the script
 * (page.js) only makes it handier and shows what a cell's bytes mean. Page,
 * style and script are made part of the program by embed.py, which puts the
 * hashes of the last two into the page's content security policy. */
#ifndef HP_PAGE_H
#define HP_PAGE_H

#include "map_text.h"

/* Bytes of the file that go into the page, for the script to show. */
#define HP_PAGE_IMAGE_MOST ((size_t)32 << 20)

/* Bytes of fields that are written out, in the order of the parts; as many
 * again for parts with problems. The script works out the others. */
#define HP_PAGE_FIELDS_MOST ((uint64_t)1 << 20)

/* The elements of a list in a larger cell are left to the script. */
#define HP_PAGE_LIST_MOST 4096

/* Bytes of lines after which they are brief. */
#define HP_PAGE_LINES_MOST ((uint64_t)4 << 20)

/* What stands in page.html as {{slot}}, and what is between. */
struct hp_page_piece {
    const char *text;
    size_t size;
    const char *slot; /* comes behind the text; NULL: the end */
};
extern const struct hp_page_piece hp_page_pieces[];

/* Writes the page; false if `out` refused. */
bool hp_inspect_page(struct hp_out out, const struct hp_inspection *inspection);

#endif
