/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>

#include "fake_hive.h"
#include "volumes.h"
#include "writer_asserts.h"

#define GUID1 "{11111111-2222-3333-4444-555555555555}"
#define GUID2 "{AAAAAAAA-2222-3333-4444-555555555555}"
#define GUID2_LOWER "{aaaaaaaa-2222-3333-4444-555555555555}"

#define MBR(disk, offset) disk "\x10\x20\x30" offset "\0\0\0\0\0\0\0"

/* An entry of MountedDevices with all of its data. */
static struct hp_mounted_device entry(const char *name, struct hp_span data)
{
    return (struct hp_mounted_device){text_of(name), 3, data, data.len};
}

struct world {
    struct hp_arena arena;
    struct hp_volumes volumes;
    struct hp_finding_list findings;
};

static void build(struct world *world, const struct hp_question *question,
                  char drive, const struct hp_mounted_device *devices,
                  size_t count)
{
    world->arena = hp_arena_of(hp_allocator_libc, SIZE_MAX);
    world->findings.count = 0;
    assert_true(hp_volumes_build(&world->volumes, &world->arena, question,
                                 drive, devices, count, &world->findings));
}

static const struct hp_volume *find(const struct world *world, const char *path)
{
    struct hp_finding_list ignored = {.count = 0};
    struct hp_shape shape = hp_image_path_shape(text_of(path), &ignored);
    return hp_volumes_find(&world->volumes, &shape);
}

/* "state kind source hint" of the volume of `path`. */
static const char *told(const struct world *world, const char *path)
{
    static const char *const states[] = {"absent", "present", "unknown"};
    static const char *const kinds[] = {"unknown", "fixed",   "removable",
                                        "cdrom",   "network", "subst",
                                        "cluster"};
    static char out[100];
    const struct hp_volume *volume = find(world, path);

    if (volume == NULL)
        return "nobody knows";
    (void)snprintf(out, sizeof(out), "%s %s %s %s", states[volume->state],
                   kinds[volume->kind], volume->source,
                   volume->hint == NULL ? "-" : volume->hint);
    return out;
}

static const struct hp_question nothing = {.profile = HP_PROFILE_PRE};

static void volumes__system_drive_is_present(void **state)
{
    struct world world;

    (void)state;
    build(&world, &nothing, 'D', NULL, 0);
    assert_int_equal(world.volumes.count, 1);
    assert_string_equal(told(&world, "d:\\a"), "present fixed system-drive -");
    assert_int_equal(find(&world, "d:\\a")->letter, 'D');
    assert_false(find(&world, "d:\\a")->has_guid);
    assert_string_equal(told(&world, "c:\\a"), "nobody knows");
    hp_arena_close(&world.arena);

    build(&world, &nothing, 0, NULL, 0);
    assert_int_equal(world.volumes.count, 0);
    hp_arena_close(&world.arena);
}

/* Device paths, and what is nearly one. */
static const uint8_t floppy[] = {'\\', 0, '?', 0, '?', 0,
                                 '\\', 0, 'F', 0, 'D', 0};
static const uint8_t usb[] = {'_', 0, '?', 0, '?', 0, '_', 0};
static const uint8_t almost[] = {'_', 0, '?', 0, '?', 0, '_', 1};
static const uint8_t cdrom[] = {'\\', 0, '?', 0, '?', 0, '\\', 0,
                                'C',  0, 'd', 0, 'R', 0, 'o',  0,
                                'M',  0, '&', 0, '1', 0};

static void volumes__mounted_devices_prove_nothing(void **state)
{
    const struct hp_mounted_device devices[] = {
        entry("\\DosDevices\\C:", SPAN(MBR("\1", "\1"))),
        entry("\\DosDevices\\E:", SPAN(MBR("\1", "\2"))),
        entry("\\DosDevices\\F:", SPAN(MBR("\2", "\1"))),
        entry("\\dosdevices\\g:", SPAN("DMIO:ID:0123456789abcdef")),
        entry("\\DosDevices\\H:", hp_span_of(floppy, sizeof(floppy))),
        entry("\\DosDevices\\I:", hp_span_of(usb, sizeof(usb))),
        entry("\\DosDevices\\J:", hp_span_of(cdrom, sizeof(cdrom))),
        entry("\\DosDevices\\K:", hp_span_of(almost, sizeof(almost))),
        entry("\\DosDevices\\L:", SPAN("\1\x10\x20\x30")),
        entry("\\DosDevices\\A:", SPAN("xx")),
        entry("\\DosDevices\\Z:", SPAN("yy")),
        entry("\\DosDevices\\@:", SPAN("z1")),
        entry("\\DosDevices\\[:", SPAN("z2")),
        entry("\\DosDevices\\`:", SPAN("z3")),
        entry("\\DosDevices\\{:", SPAN("z4")),
        entry("\\DosDevices\\M:\\mnt", SPAN("z5")),
        entry("\\DosDevices\\N;", SPAN("z6")),
        entry("\\DosDevicez\\O:", SPAN("z7")),
        entry("#" GUID1, SPAN("z8")),
        entry("\\DosDevices\\P:", SPAN("DMIO-ID:0123456789abcdef")),
        entry("x??\\Volume" GUID1, SPAN("z9")),
    };
    struct world world;

    (void)state;
    build(&world, &nothing, 'C', devices, COUNT_OF(devices));
    assert_string_equal(told(&world, "c:\\"), "present fixed system-drive -");
    assert_string_equal(told(&world, "e:\\"),
                        "unknown unknown mounted-devices same-disk");
    assert_string_equal(told(&world, "f:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_string_equal(told(&world, "g:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_string_equal(told(&world, "h:\\"),
                        "unknown removable mounted-devices device-path");
    assert_string_equal(told(&world, "i:\\"),
                        "unknown removable mounted-devices device-path");
    assert_string_equal(told(&world, "j:\\"),
                        "unknown cdrom mounted-devices device-path");
    assert_string_equal(told(&world, "k:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_string_equal(told(&world, "l:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_string_equal(told(&world, "a:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_string_equal(told(&world, "z:\\"),
                        "unknown unknown mounted-devices was-known");
    /* What it is was listed; the others are no letters. */
    assert_string_equal(told(&world, "p:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_int_equal(world.volumes.count, 12);
    assert_string_equal(list_shown(&world.findings), "");
    hp_arena_close(&world.arena);
}

static void volumes__same_disk_needs_two_mbr_entries(void **state)
{
    const struct hp_mounted_device devices[] = {
        entry("\\DosDevices\\C:", SPAN("DMIO:ID:0123456789abcdef")),
        entry("\\DosDevices\\E:", SPAN("DMIO:ID:0123456789abcdeX")),
        entry("\\DosDevices\\F:", SPAN("DMIO5678abcd"))};
    struct world world;

    (void)state;
    build(&world, &nothing, 'C', devices, COUNT_OF(devices));
    assert_string_equal(told(&world, "e:\\"),
                        "unknown unknown mounted-devices was-known");
    assert_string_equal(told(&world, "f:\\"),
                        "unknown unknown mounted-devices was-known");
    hp_arena_close(&world.arena);
    build(&world, &nothing, 'F', devices, COUNT_OF(devices));
    assert_string_equal(told(&world, "e:\\"),
                        "unknown unknown mounted-devices was-known");
    hp_arena_close(&world.arena);
}

static void volumes__guids_join_their_letters(void **state)
{
    const struct hp_mounted_device devices[] = {
        entry("\\??\\Volume" GUID1, SPAN(MBR("\1", "\1"))),
        entry("\\DosDevices\\C:", SPAN(MBR("\1", "\1"))),
        entry("\\??\\Volume" GUID2, SPAN(MBR("\1", "\7"))),
        entry("\\??\\Volume{22222222-2222-3333-4444-555555555555}",
              SPAN(MBR("\1", "\1"))),
        entry("\\??\\volume{33333333-2222-3333-4444-555555555555}",
              SPAN(MBR("\3", "\1"))),
        entry("\\??\\Volume" GUID2, SPAN(MBR("\1", "\1"))),
        entry("\\??\\Volume{44444444-2222-3333-4444-555555555555}x",
              SPAN(MBR("\1", "\1"))),
        entry("\\??\\Volumf{44444444-2222-3333-4444-555555555555}",
              SPAN(MBR("\1", "\1"))),
    };
    struct world world;
    const struct hp_volume *c;

    (void)state;
    build(&world, &nothing, 'C', devices, COUNT_OF(devices));
    c = find(&world, "c:\\");
    assert_true(c->has_guid);
    assert_int_equal(c->guid[0], 0x11);
    assert_int_equal(c->guid[15], 0x55);
    assert_ptr_equal(find(&world, "\\\\?\\volume" GUID1 "\\"), c);
    assert_ptr_equal(
        find(&world, "\\\\?\\volume{22222222-2222-3333-4444-555555555555}\\"),
        c);
    assert_string_equal(told(&world, "\\\\?\\volume" GUID2_LOWER "\\"),
                        "unknown unknown mounted-devices same-disk");
    assert_int_equal(find(&world, "\\\\?\\volume" GUID2 "\\")->letter, 0);
    assert_int_equal(find(&world, "\\\\?\\volume" GUID2 "\\")->guid[0], 0xAA);
    assert_string_equal(
        told(&world, "\\\\?\\volume{33333333-2222-3333-4444-555555555555}\\"),
        "unknown unknown mounted-devices was-known");
    assert_string_equal(
        told(&world, "\\\\?\\volume{44444444-2222-3333-4444-555555555555}\\"),
        "nobody knows");
    assert_int_equal(world.volumes.count, 3);
    hp_arena_close(&world.arena);
}

static void volumes__guids_that_differ_as_letters_do_are_two(void **state)
{
    /* 0x41 and 0x61 are A and a to whoever takes the bytes for text. */
    const struct hp_mounted_device devices[] = {
        entry("\\??\\Volume{41414141-2222-3333-4444-555555555555}", SPAN("aa")),
        entry("\\??\\Volume{61616161-2222-3333-4444-555555555555}", SPAN(""))};
    struct world world;

    (void)state;
    build(&world, &nothing, 0, devices, 2);
    assert_int_equal(world.volumes.count, 2);
    assert_int_equal(
        find(&world, "\\\\?\\volume{61616161-2222-3333-4444-555555555555}\\")
            ->guid[0],
        0x61);
    hp_arena_close(&world.arena);
}

static void volumes__the_user_knows_best(void **state)
{
    const struct hp_volume table[] = {
        {.letter = 'C', .state = HP_VOLUME_ABSENT, .hint = "mine"},
        {.letter = 'E', .state = HP_VOLUME_PRESENT, .kind = HP_VOLUME_CLUSTER},
        {.letter = 'E', .state = HP_VOLUME_ABSENT},
        {.has_guid = true,
         .guid = {0x99},
         .state = HP_VOLUME_PRESENT,
         .device = TEXT(u"\\Device\\HarddiskVolume2")},
        {.state = HP_VOLUME_ABSENT, .device = TEXT(u"\\Device\\X")}};
    const struct hp_question question = {.volumes = table,
                                         .volume_count = COUNT_OF(table)};
    const struct hp_mounted_device devices[] = {
        entry("\\DosDevices\\E:", SPAN(MBR("\1", "\1"))),
        entry("\\??\\Volume" GUID1, SPAN(MBR("\1", "\1"))),
        entry("\\??\\Volume{99000000-0000-0000-0000-000000000000}",
              SPAN(MBR("\2", "\1")))};
    struct world world;

    (void)state;
    build(&world, &question, 'C', devices, COUNT_OF(devices));
    assert_string_equal(told(&world, "c:\\"), "absent unknown user mine");
    assert_string_equal(told(&world, "e:\\"), "present cluster user -");
    assert_string_equal(told(&world, "\\\\?\\volume" GUID1 "\\"),
                        "present cluster user -");
    assert_string_equal(
        told(&world, "\\\\?\\volume{99000000-0000-0000-0000-000000000000}\\"),
        "present unknown user -");
    assert_int_equal(world.volumes.count, 5);
    assert_int_equal(world.volumes.user_count, 5);
    hp_arena_close(&world.arena);
}

static void volumes__devices_are_found_by_their_names(void **state)
{
    static const struct {
        const char *path;
        const char *want;
    } cases[] = {
        {"\\\\?\\globalroot\\device\\HARDDISKVOLUME2\\a",
         "present unknown user -"},
        {"\\\\?\\globalroot\\device\\harddiskvolume2/a",
         "present unknown user -"},
        {"\\\\?\\globalroot\\device\\harddiskvolume2", "nobody knows"},
        {"\\\\?\\globalroot\\device\\harddiskvolume22\\a", "nobody knows"},
        {"\\\\?\\globalroot\\device\\harddiskvolume3\\a", "nobody knows"},
        {"\\\\?\\globalroot\\x\\a", "absent unknown user -"},
    };
    const struct hp_volume table[] = {
        {.letter = 'C', .state = HP_VOLUME_ABSENT},
        {.state = HP_VOLUME_PRESENT,
         .device = TEXT(u"\\Device\\HarddiskVolume2")},
        {.state = HP_VOLUME_ABSENT, .device = TEXT(u"\\X")}};
    const struct hp_question question = {.volumes = table,
                                         .volume_count = COUNT_OF(table)};
    struct world world;

    (void)state;
    build(&world, &question, 0, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(told(&world, cases[i].path), cases[i].want);
    hp_arena_close(&world.arena);
}

static const struct {
    struct hp_mounted_device devices[2];
    const char *findings;
} odd_cases[] = {
    {{{TEXT_INIT(u"x"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"y"), 3, SPAN_INIT("ab"), 65536}},
     ""},
    {{{TEXT_INIT(u"x"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"y"), 1, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DATA"},
    {{{TEXT_INIT(u"x"), 3, SPAN_INIT(""), 0},
      {TEXT_INIT(u"y"), 3, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DATA"},
    {{{TEXT_INIT(u"x"), 3, SPAN_INIT("abc"), 3},
      {TEXT_INIT(u"y"), 3, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DATA"},
    {{{TEXT_INIT(u"x"), 3, SPAN_INIT("a"), 65538},
      {TEXT_INIT(u"y"), 3, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DATA"},
    {{{TEXT_INIT(u"\\DosDevices\\E:"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"\\DosDevices\\F:"), 3, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DUPLICATE"},
    {{{TEXT_INIT(u"\\DosDevices\\E:"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"\\DosDevices\\E:\\mnt"), 3, SPAN_INIT("ab"), 2}},
     ""},
    {{{TEXT_INIT(u"\\DosDevices\\A:"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"\\DosDevices\\Z:"), 3, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DUPLICATE"},
    {{{TEXT_INIT(u"\\DosDevices\\Z:"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"\\DosDevices\\A:"), 3, SPAN_INIT("ab"), 2}},
     "MOUNTED_DEVICES_DUPLICATE"},
    {{{TEXT_INIT(u"\\DosDevices\\E:"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"\\DosDevices\\F:"), 3, SPAN_INIT("abab"), 4}},
     ""},
    /* Of both only the start was kept. */
    {{{TEXT_INIT(u"\\DosDevices\\E:"), 3, SPAN_INIT("ab"), 4},
      {TEXT_INIT(u"\\DosDevices\\F:"), 3, SPAN_INIT("ab"), 6}},
     ""},
    {{{TEXT_INIT(u"\\DosDevices\\E:"), 3, SPAN_INIT("ab"), 2},
      {TEXT_INIT(u"\\DosDevices\\e:"), 3, SPAN_INIT("cd"), 2}},
     "MOUNTED_DEVICES_DUPLICATE"},
    {{{TEXT_INIT(u"\\DosDevices\\E:"), 3, SPAN_INIT(""), 0},
      {TEXT_INIT(u"\\DosDevices\\F:"), 3, SPAN_INIT(""), 0}},
     "MOUNTED_DEVICES_DATA"},
};

static void volumes__find_what_is_odd(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd_cases); i++) {
        struct world world;
        build(&world, &nothing, 'C', odd_cases[i].devices, 2);
        assert_string_equal(list_shown(&world.findings), odd_cases[i].findings);
        hp_arena_close(&world.arena);
    }
}

static void volumes__the_first_entry_of_a_letter_counts(void **state)
{
    const struct hp_mounted_device devices[] = {
        entry("\\DosDevices\\C:", SPAN(MBR("\1", "\1"))),
        entry("\\DosDevices\\E:", SPAN(MBR("\1", "\2"))),
        entry("\\DosDevices\\e:", SPAN(MBR("\2", "\2")))};
    struct world world;

    (void)state;
    build(&world, &nothing, 'C', devices, COUNT_OF(devices));
    assert_string_equal(told(&world, "e:\\"),
                        "unknown unknown mounted-devices same-disk");
    hp_arena_close(&world.arena);
}

static void volumes__report_no_memory(void **state)
{
    const struct hp_mounted_device devices[] = {
        entry("\\DosDevices\\E:", SPAN(MBR("\1", "\2"))),
        entry("\\??\\Volume" GUID1, SPAN(MBR("\1", "\2"))),
        entry("\\??\\Volume" GUID2, SPAN(MBR("\2", "\2")))};
    const struct hp_volume table[] = {{.has_guid = true, .guid = {0x77}}};
    const struct hp_question question = {.volumes = table, .volume_count = 1};
    size_t failing = 0;
    bool done;

    (void)state;
    do {
        struct fake_memory memory = {0, ++failing};
        struct hp_arena arena = hp_arena_of(fake_allocator(&memory), SIZE_MAX);
        struct hp_finding_list findings = {.count = 0};
        struct hp_volumes volumes;
        done = hp_volumes_build(&volumes, &arena, &question, 'C', devices,
                                COUNT_OF(devices), &findings);
        assert_int_equal(done, memory.calls < failing);
        hp_arena_close(&arena);
    } while (!done);
    assert_int_equal(failing, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(volumes__system_drive_is_present),
        cmocka_unit_test(volumes__mounted_devices_prove_nothing),
        cmocka_unit_test(volumes__same_disk_needs_two_mbr_entries),
        cmocka_unit_test(volumes__guids_join_their_letters),
        cmocka_unit_test(volumes__guids_that_differ_as_letters_do_are_two),
        cmocka_unit_test(volumes__the_user_knows_best),
        cmocka_unit_test(volumes__devices_are_found_by_their_names),
        cmocka_unit_test(volumes__find_what_is_odd),
        cmocka_unit_test(volumes__the_first_entry_of_a_letter_counts),
        cmocka_unit_test(volumes__report_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
