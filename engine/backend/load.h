/* SPDX-License-Identifier: Apache-2.0
 *
 * Back ends out of modules: shared objects that export hp_backend_v1. */
#ifndef HP_LOAD_H
#define HP_LOAD_H

#include <stddef.h>

#include "hp_backend.h"
#include "status.h"

struct hp_module {
    void *handle; /* of dlopen */
    const struct hp_backend *backend;
};

/* Loads the module at `path`, which has to contain a slash: without one the
 * loader would search the system's folders.
 *
 * module     set on success; its backend knows at least the fields of
 *            version 1 and has a name, a version and a walk
 * text       receives up to text_size bytes of a NUL-terminated detail in
 *            printable ASCII when it fails; may be NULL
 *
 * HP_OK or HP_E_MODULE (field "module"). Contracts 1. */
enum hp_status hp_module_open(struct hp_module *module, const char *path,
                              struct hp_error *err, char *text,
                              size_t text_size);

/* Unloads the module; its backend must not be used any more. */
void hp_module_close(struct hp_module *module);

/* Copies `from` into `text` (see above), one line of printable ASCII: every
 * other byte becomes '?'. Does nothing when `text` is NULL or has no room. */
void hp_detail_copy(char *text, size_t text_size, const char *from);

#endif
