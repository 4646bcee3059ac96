/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

/* What every version of struct hp_backend has: all up to `walk`. */
#define LEAST_SIZE                                                             \
    (offsetof(struct hp_backend, walk) + sizeof(((struct hp_backend *)0)->walk))

void hp_detail_copy(char *text, size_t text_size, const char *from)
{
    size_t i;

    if (text == NULL || text_size == 0)
        return;
    for (i = 0; i + 1 < text_size && from[i] != '\0'; i++)
        text[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    text[i] = '\0';
}

static bool is_identifier(const char *s)
{
    if (s == NULL || *s == '\0')
        return false;
    for (; *s != '\0'; s++)
        if (*s < ' ' || *s > '~')
            return false;
    return true;
}

/* Says what is wrong with `backend`; NULL: nothing. */
static const char *complaint_about(const struct hp_backend *backend)
{
    if (backend == NULL)
        return "hp_backend_v1 returned NULL";
    if (backend->size < LEAST_SIZE)
        return "its struct hp_backend is smaller than that of interface 1";
    if (!is_identifier(backend->name))
        return "its name is empty or not printable ASCII";
    if (!is_identifier(backend->version))
        return "its version is empty or not printable ASCII";
    if (backend->walk == NULL)
        return "it has no walk";
    return NULL;
}

/* The back end that `handle` exports, or NULL and *why. */
static const struct hp_backend *exported_by(void *handle, const char **why)
{
    const struct hp_backend *(*get)(void);
    const struct hp_backend *backend;
    void *symbol = dlsym(handle, "hp_backend_v1");

    if (symbol == NULL) {
        *why = dlsym(handle, "hp_backend_v2") != NULL
                   ? "needs back-end interface 2, this program has 1"
                   : "exports no hp_backend_v1";
        return NULL;
    }
    /* ISO C has no conversion from an object's to a function's pointer. */
    memcpy(&get, &symbol, sizeof(get));
    backend = get();
    *why = complaint_about(backend);
    return backend;
}

enum hp_status hp_module_open(struct hp_module *module, const char *path,
                              struct hp_error *err, char *text,
                              size_t text_size)
{
    const char *why = "the path of a module needs a slash";
    void *handle = NULL;
    const struct hp_backend *backend = NULL;

    if (strchr(path, '/') != NULL) {
        handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (handle != NULL)
            backend = exported_by(handle, &why);
        else
            why = dlerror();
    }
    if (why != NULL) {
        hp_detail_copy(text, text_size, why);
        if (handle != NULL)
            dlclose(handle);
        return hp_fail(err, HP_E_MODULE, 0, "module", 0);
    }
    module->handle = handle;
    module->backend = backend;
    return HP_OK;
}

void hp_module_close(struct hp_module *module)
{
    dlclose(module->handle);
}
