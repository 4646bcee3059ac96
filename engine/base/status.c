/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <stddef.h>

enum hp_status hp_fail(struct hp_error *err, enum hp_status status,
                       uint64_t offset, const char *field, uint64_t found)
{
    if (err != NULL)
        *err = (struct hp_error){status, offset, field, found};
    return status;
}

enum hp_class hp_status_class(enum hp_status status)
{
    return (enum hp_class)(status / 100);
}

const char *hp_status_slug(enum hp_status status)
{
    switch (status) {
#define X(name, number, slug, text)                                            \
    case name:                                                                 \
        return slug;
        HP_STATUS_TABLE(X)
#undef X
    }
    return hp_status_slug(HP_E_INTERNAL);
}

const char *hp_status_text(enum hp_status status)
{
    switch (status) {
#define X(name, number, slug, text)                                            \
    case name:                                                                 \
        return text;
        HP_STATUS_TABLE(X)
#undef X
    }
    return hp_status_text(HP_E_INTERNAL);
}
