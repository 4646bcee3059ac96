/* SPDX-License-Identifier: Apache-2.0 */
#include "services.h"

#include <stdio.h>

#include "count.h"
#include "grow.h"
#include "hp_limits.h"

/* nk flag of a symbolic link. */
#define KEY_IS_LINK 0x10u

#define TEXT_KEPT (2 * (size_t)HP_LIMIT_TEXT_UNITS + 2)

enum {
    ROOT,
    CONTROL_SET,
    CONTROL,
    SYSTEM_WRITER,
    PRODUCT_OPTIONS,
    SESSION_MANAGER,
    ENVIRONMENT,
    SERVICES,
    SERVICE,
    KEY_COUNT
};

static const struct hp_probe_key keys[KEY_COUNT] = {
    {ROOT, NULL, true},
    {ROOT, NULL, true}, /* the name is put in below */
    {CONTROL_SET, "Control", true},
    {CONTROL, "SystemWriter", true},
    {CONTROL, "ProductOptions", false},
    {CONTROL, "Session Manager", true},
    {SESSION_MANAGER, "Environment", true},
    {CONTROL_SET, "Services", true},
    {SERVICES, NULL, true},
};

enum {
    EXCLUSIONS,
    REPORT,
    PRODUCT_TYPE,
    VARIABLE,
    TYPE,
    START,
    ERROR_CONTROL,
    IMAGE_PATH,
    DISPLAY_NAME,
    DELETE_FLAG,
    LINK_VALUE
};

static const struct hp_probe_value values[] = {
    {SYSTEM_WRITER, "ExcludedBinaryPaths", HP_EXCLUSIONS_KEPT},
    {SYSTEM_WRITER, "ReportWin32ServicesNonSystemState", HP_PROBE_SMALL},
    {PRODUCT_OPTIONS, "ProductType", 64},
    {ENVIRONMENT, NULL, TEXT_KEPT},
    {SERVICE, "Type", HP_PROBE_SMALL},
    {SERVICE, "Start", HP_PROBE_SMALL},
    {SERVICE, "ErrorControl", HP_PROBE_SMALL},
    {SERVICE, "ImagePath", HP_IMAGE_PATH_KEPT},
    {SERVICE, "DisplayName", TEXT_KEPT},
    {SERVICE, "DeleteFlag", 0},
    {SERVICE, "SymbolicLinkValue", 0},
};

/* Sets *text to the name of a key. False without memory. */
static bool take_name(struct hp_text *text, struct hp_arena *arena,
                      struct hp_string name)
{
    uint16_t *units =
        hp_arena_array(arena, hp_string_units(name), sizeof(uint16_t));
    if (units == NULL)
        return false;
    *text = hp_string_decode(units, name);
    return true;
}

static bool add_service(struct hp_services *services,
                        const struct hp_key_event *event)
{
    struct hp_service *service =
        hp_arena_alloc(services->arena, sizeof(*service));
    struct hp_service **list =
        hp_grow(services->list, &services->room, services->count, sizeof(*list),
                services->arena);
    if (service == NULL || list == NULL)
        return false;
    service->is_link =
        event->flags != HP_UNKNOWN_U64 && (event->flags & KEY_IS_LINK) != 0;
    services->list = list;
    list[services->count++] = service;
    return take_name(&service->name, services->arena, event->name);
}

static uint32_t on_enter(void *self, size_t row,
                         const struct hp_key_event *event)
{
    struct hp_services *services = self;
    bool done = true;

    if (row == SERVICE) {
        done = add_service(services, event);
    } else if (row == SERVICES) {
        services->has_services = true;
        done = take_name(&services->services_key, services->arena, event->name);
    }
    return done ? HP_CONTINUE : HP_STOP;
}

/* Takes a value unless there was one of the name already. */
static void take_raw(struct hp_raw_value *raw,
                     const struct hp_probe_datum *datum)
{
    if (!raw->present)
        *raw = (struct hp_raw_value){true, datum->type, datum->data,
                                     datum->cut_short,
                                     datum->came > datum->data.len};
}

/* The string of a value, if it is one. */
static bool decode(struct hp_text *text, bool *is_text, struct hp_arena *arena,
                   const struct hp_probe_datum *datum)
{
    struct hp_finding_list ignored = {.count = 0};
    enum hp_decoded decoded;

    if (!hp_image_path_decode(&decoded, text, arena, &ignored, datum->type,
                              datum->data))
        return false;
    *is_text = decoded == HP_DECODED_TEXT && datum->type <= HP_REG_EXPAND_SZ;
    return true;
}

static bool add_variable(struct hp_services *services,
                         const struct hp_probe_datum *datum)
{
    struct hp_env_value value = {.name = datum->name,
                                 .expand = datum->type == HP_REG_EXPAND_SZ};
    bool is_text;

    if (!decode(&value.value, &is_text, services->arena, datum))
        return false;
    if (!is_text)
        return true;
    struct hp_env_value *list =
        hp_grow(services->environment, &services->environment_room,
                services->environment_count, sizeof(*list), services->arena);
    if (list == NULL)
        return false;
    services->environment = list;
    list[services->environment_count++] = value;
    return true;
}

static void on_service_value(struct hp_service *service,
                             const struct hp_probe_datum *datum)
{
    switch (datum->row) {
    case TYPE:
        hp_dword_take(&service->type, datum);
        break;
    case START:
        hp_dword_take(&service->start, datum);
        break;
    case ERROR_CONTROL:
        hp_dword_take(&service->error_control, datum);
        break;
    case IMAGE_PATH:
        take_raw(&service->image_path, datum);
        break;
    case DISPLAY_NAME:
        take_raw(&service->display_name, datum);
        break;
    case DELETE_FLAG:
        service->delete_flag = true;
        break;
    default:
        if (!service->has_link && datum->type == HP_REG_LINK)
            service->is_link = true;
        service->has_link = true;
        break;
    }
}

static bool on_value(void *self, const struct hp_probe_datum *datum)
{
    struct hp_services *services = self;
    bool is_text;

    switch (datum->row) {
    case EXCLUSIONS:
        take_raw(&services->exclusions, datum);
        return true;
    case REPORT:
        hp_dword_take(&services->report_non_system_state, datum);
        return true;
    case PRODUCT_TYPE:
        return decode(&services->product_type, &is_text, services->arena,
                      datum);
    case VARIABLE:
        return add_variable(services, datum);
    default:
        on_service_value(services->list[services->count - 1], datum);
        return true;
    }
}

enum hp_status hp_services_read(struct hp_services *services,
                                struct hp_arena *arena,
                                const struct hp_source *hive, uint32_t number,
                                struct hp_error *err, char *text,
                                uint32_t text_size)
{
    struct hp_probe_key rows[KEY_COUNT];
    char name[sizeof("ControlSet4294967295")];
    const struct hp_probe probe = {
        rows,     KEY_COUNT, values,   HP_COUNT(values),
        on_enter, on_value,  services, arena};

    for (size_t i = 0; i < KEY_COUNT; i++)
        rows[i] = keys[i];
    (void)snprintf(name, sizeof(name), "ControlSet%03u", (unsigned)number);
    rows[CONTROL_SET].name = name;
    *services = (struct hp_services){.arena = arena};
    return hp_probe_run(&services->probe, &probe, hive, err, text, text_size);
}
