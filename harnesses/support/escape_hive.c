/* SPDX-License-Identifier: Apache-2.0 */
#include "escape_hive.h"

#include "escape_check.h"
#include "native.h"
#include "units.h"

enum { UNITS_MOST = 2048, DATA_MOST = 1 << 20 };

static void check_string(const struct hp_string *string)
{
    struct hp_units rest = hp_units_of(string);
    uint16_t units[UNITS_MOST];
    struct hp_text text = {units, 0};

    while ((text.count = hp_units_next(&rest, units, UNITS_MOST)) > 0)
        for (int style = HP_ESCAPE_TERMINAL; style <= HP_ESCAPE_SHELL; style++)
            escape_check((enum hp_escape)style, text);
}

static uint32_t hear(void *self, const struct hp_event *event)
{
    (void)self;
    if (event->kind == HP_EVENT_KEY_ENTER)
        check_string(&event->u.key.name);
    if (event->kind == HP_EVENT_VALUE)
        check_string(&event->u.value.name);
    if (event->kind == HP_EVENT_DATA && event->u.data.size <= DATA_MOST) {
        struct hp_string data = {event->u.data.bytes,
                                 (uint32_t)event->u.data.size, HP_UTF16LE};
        check_string(&data);
    }
    return HP_CONTINUE;
}

void escape_check_hive(struct hp_span image)
{
    struct hp_input input = {.size = sizeof input,
                             .mode = HP_MODE_FORENSIC,
                             .image = image.ptr,
                             .image_size = image.len};
    struct hp_sink sink = {.size = sizeof sink, .event = hear};
    uint32_t size = (uint32_t)(image.len < DATA_MOST ? image.len : DATA_MOST);

    (void)hp_backend_native.walk(&input, &sink);
    check_string(&(struct hp_string){image.ptr, size, HP_LATIN1});
    check_string(&(struct hp_string){image.ptr, size, HP_UTF16LE});
}
