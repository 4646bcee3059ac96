/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_asserts.h"

#include "anomaly.h"
#include "sample_hives.h"

#include <stdio.h>

/* The parts of SMALL_EVENTS. */
#define R "hive5 +R{s=8}"
#define V " =V/4/2 :2a00"
#define W " =W/3/8 :0102030405060708"
#define A " +A{c=6100} -"
#define B " +B -"
#define REFUSED "(skipped) refused"

struct poke {
    const char *record; /* NULL: none */
    int field;
    unsigned width;
    uint64_t value;
    const char *to; /* not NULL: the value is this record's offset */
};

/* One lie in a sound hive, and all events of both modes. */
struct lie {
    enum hp_anomaly anomaly;
    void (*make)(struct hive_builder *h);
    struct poke pokes[4];
    const char *strict;
    const char *forensic; /* NULL: as strict */
};

static void ri_9(struct hive_builder *h)
{
    hb_ri_depth(h, 9);
}

static void data_5_16345(struct hive_builder *h)
{
    hb_data(h, 5, 16345);
}

static void data_3_16345(struct hive_builder *h)
{
    hb_data(h, 3, 16345);
}

static void data_5_49033(struct hive_builder *h)
{
    hb_data(h, 5, 49033);
}

static void data_5_32689(struct hive_builder *h)
{
    hb_data(h, 5, 32689);
}

static const struct lie lies[] = {
    {HP_A_NOT_A_HIVE,
     hb_small,
     {{"base", 0, 4, 0x66676573, NULL}, {"bin:0", 0, 1, 0x69, NULL}},
     " !signature@base/base_block.signature=66676573" REFUSED,
     NULL},
    {HP_A_BASE_SIGNATURE,
     hb_small,
     {{"base", 0, 1, 0x73, NULL}},
     " !signature@base/base_block.signature=66676573" REFUSED,
     "hive5"
     " !signature@base/base_block.signature=66676573(noted) +R{s=8}" V W A B
     " - done"},
    {HP_A_BASE_DIRTY,
     hb_small,
     {{"base", 8, 4, 6, NULL}},
     "hive5*7/6"
     " !mismatch@base/base_block.sequence=6(noted) +R{s=8}" V W A B " - done",
     NULL},
    {HP_A_BASE_MAJOR,
     hb_small,
     {{"base", 20, 4, 2, NULL}},
     " !version@base/base_block.major=2" REFUSED,
     NULL},
    {HP_A_BASE_MAJOR,
     hb_small,
     {{"base", 20, 4, 0, NULL}},
     " !version@base/base_block.major=0" REFUSED,
     NULL},
    {HP_A_BASE_MINOR_OLD,
     hb_small,
     {{"base", 24, 4, 2, NULL}, {"nk:R", 0, 2, 0, NULL}},
     " !version@base/base_block.minor=2" REFUSED,
     NULL},
    {HP_A_BASE_MINOR_OLD,
     hb_small,
     {{"base", 24, 4, 2, NULL}, {"base", 36, 4, 0xfffffff0, NULL}},
     " !version@base/base_block.minor=2" REFUSED,
     NULL},
    {HP_A_BASE_MINOR,
     hb_small,
     {{"base", 24, 4, 2, NULL}},
     " !version@base/base_block.minor=2" REFUSED,
     "hive2"
     " !version@base/base_block.minor=2(noted) +R{s=8}" V W A B " - done"},
    {HP_A_BASE_MINOR,
     hb_small,
     {{"base", 24, 4, 7, NULL}},
     " !version@base/base_block.minor=7" REFUSED,
     "hive7"
     " !version@base/base_block.minor=7(noted) +R{s=8}" V W A B " - done"},
    {HP_A_BASE_MINOR,
     hb_small,
     {{"base", 24, 4, 2, NULL}, {"base", 508, 1, 1, NULL}},
     " !version@base/base_block.minor=2" REFUSED,
     "hive2"
     " !version@base/base_block.minor=2(noted)"
     " !checksum@base/base_block.checksum=67b74501(noted) +R{s=8}" V W A B
     " - done"},
    {HP_A_BASE_TYPE,
     hb_small,
     {{"base", 28, 4, 1, NULL}},
     " !file-type@base/base_block.type=1" REFUSED,
     NULL},
    {HP_A_BASE_FORMAT,
     hb_small,
     {{"base", 32, 4, 0, NULL}},
     " !format@base/base_block.format=0" REFUSED,
     NULL},
    {HP_A_BASE_FORMAT,
     hb_small,
     {{"base", 32, 4, 2, NULL}},
     " !format@base/base_block.format=2" REFUSED,
     NULL},
    {HP_A_BASE_CHECKSUM,
     hb_small,
     {{"base", 508, 4, 0, NULL}},
     " !checksum@base/base_block.checksum=0" REFUSED,
     "hive5"
     " !checksum@base/base_block.checksum=0(noted) +R{s=8}" V W A B " - done"},
    {HP_A_BASE_CLUSTER,
     hb_small,
     {{"base", 44, 4, 8, NULL}},
     "hive5"
     " !format@base/base_block.cluster=8(noted) +R{s=8}" V W A B " - done",
     NULL},
    {HP_A_BASE_BINS_SIZE,
     hb_small,
     {{"base", 40, 4, 0xfff, NULL}},
     " !bins-size@base/base_block.bins_size=fff" REFUSED,
     NULL},
    {HP_A_BASE_BINS_SIZE,
     hb_small,
     {{"base", 40, 4, 0x80000000, NULL}},
     " !bins-size@base/base_block.bins_size=80000000" REFUSED,
     NULL},
    {HP_A_BASE_BINS_ALIGN,
     hb_small,
     {{"base", 40, 4, 0x1008, NULL}},
     " !bins-size@base/base_block.bins_size=1008" REFUSED,
     "hive5"
     " !bins-size@base/base_block.bins_size=1008(clamped)"
     " !mismatch@base/file.size=3000(noted) +R{s=8}" V W A B " - partial"},
    {HP_A_BASE_BINS_PAST,
     hb_small,
     {{"base", 40, 4, 0x3000, NULL}},
     " !bins-size@base/base_block.bins_size=3000" REFUSED,
     "hive5"
     " !bins-size@base/base_block.bins_size=3000(clamped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_BASE_BINS_PAST,
     hb_small,
     {{"base", 40, 4, 0x7ffff000, NULL}},
     " !bins-size@base/base_block.bins_size=7ffff000" REFUSED,
     "hive5"
     " !bins-size@base/base_block.bins_size=7ffff000(clamped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_BASE_BINS_PAST,
     hb_small,
     {{"base", 40, 4, 0x2008, NULL}},
     " !bins-size@base/base_block.bins_size=2008" REFUSED,
     "hive5"
     " !bins-size@base/base_block.bins_size=2008(clamped)"
     " !bins-size@base/base_block.bins_size=2008(clamped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_BASE_TAIL,
     hb_small,
     {{"base", 40, 4, 0x1000, NULL}},
     "hive5"
     " !mismatch@base/file.size=3000(noted) +R{s=8}" V W A B " - done",
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0xffffffff, NULL}},
     "hive5"
     " !cell-offset@base/base_block.root=ffffffff" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0, NULL}},
     "hive5"
     " !cell-start@base/base_block.root=0" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0x44, NULL}},
     "hive5"
     " !cell-offset@base/base_block.root=44" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0x2000, NULL}},
     "hive5"
     " !cell-offset@base/base_block.root=2000" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0x48, NULL}},
     "hive5"
     " !cell-start@base/base_block.root=48" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0x1020, NULL}},
     "hive5"
     " !cell-free@base/base_block.root=1020" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0, "vals:R"}},
     "hive5"
     " !cell-short@base/base_block.root=98" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0, "lh:R"}},
     "hive5"
     " !cell-short@base/base_block.root=1b0" REFUSED,
     NULL},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 0, "data:W"}},
     "hive5"
     " !cell-short@base/base_block.root=e8" REFUSED,
     NULL},
    {HP_A_BIN_SIGNATURE,
     hb_small,
     {{"bin:0", 0, 1, 0x69, NULL}},
     "hive5"
     " !signature@bin:0/hbin.signature=6e696269" REFUSED,
     "hive5"
     " !signature@bin:0/hbin.signature=6e696269(skipped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_BIN_SIGNATURE,
     hb_small,
     {{"bin:1000", 0, 4, 0, NULL}},
     "hive5"
     " !signature@bin:1000/hbin.signature=0" REFUSED,
     "hive5"
     " !signature@bin:1000/hbin.signature=0(skipped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_BIN_OFFSET,
     hb_small,
     {{"bin:0", 4, 4, 0x1000, NULL}},
     "hive5"
     " !bin-offset@bin:0/hbin.offset=1000" REFUSED,
     "hive5"
     " !bin-offset@bin:0/hbin.offset=1000(noted) +R{s=8}" V W A B " - done"},
    {HP_A_BIN_OFFSET,
     hb_small,
     {{"bin:1000", 4, 4, 0, NULL}},
     "hive5"
     " !bin-offset@bin:1000/hbin.offset=0" REFUSED,
     "hive5"
     " !bin-offset@bin:1000/hbin.offset=0(noted) +R{s=8}" V W A B " - done"},
    {HP_A_BIN_SIZE,
     hb_small,
     {{"bin:0", 8, 4, 0, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=0" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=0(skipped) +R{s=8}" V W A B " - partial"},
    {HP_A_BIN_SIZE,
     hb_small,
     {{"bin:0", 8, 4, 0x1010, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=1010" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=1010(skipped) +R{s=8}" V W A B " - partial"},
    {HP_A_BIN_SIZE,
     hb_small,
     {{"bin:0", 8, 4, 0x2000, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=2000" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=2000(skipped) +R{s=8}" V W A B " - partial"},
    {HP_A_BIN_SIZE,
     hb_small,
     {{"bin:0", 8, 4, 0x3000, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=3000" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=3000(skipped)"
     " !bin-size@bin:0/hbin.size=3000(skipped) +R{s=8}" V W A B " - partial"},
    {HP_A_BIN_SIZE,
     hb_small,
     {{"bin:1000", 8, 4, 0xfff, NULL}},
     "hive5"
     " !bin-size@bin:1000/hbin.size=fff" REFUSED,
     "hive5"
     " !bin-size@bin:1000/hbin.size=fff(skipped) +R{s=8}" V W A B " - partial"},
    {HP_A_BIN_SIZE,
     hb_small,
     {{"bin:1000", 8, 4, 0x2000, NULL}},
     "hive5"
     " !bin-size@bin:1000/hbin.size=2000" REFUSED,
     "hive5"
     " !bin-size@bin:1000/hbin.size=2000(skipped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"data:W", HB_CELL_SIZE, 4, 0, NULL}},
     "hive5"
     " !cell-size@data:W/cell.size=0" REFUSED,
     "hive5"
     " !cell-size@data:W/cell.size=0(skipped) +R{s=8}" V " =W/3/8"
     " !cell-free@vk:W/vk.data=e8(dropped)" A B " - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"data:W", HB_CELL_SIZE, 4, 4, NULL}},
     "hive5"
     " !cell-size@data:W/cell.size=4" REFUSED,
     "hive5"
     " !cell-size@data:W/cell.size=4(skipped) +R{s=8}" V " =W/3/8"
     " !cell-free@vk:W/vk.data=e8(dropped)" A B " - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"data:W", HB_CELL_SIZE, 4, 0xfffffff4, NULL}},
     "hive5"
     " !cell-size@data:W/cell.size=fffffff4" REFUSED,
     "hive5"
     " !cell-size@data:W/cell.size=fffffff4(skipped) +R{s=8}" V " =W/3/8"
     " !cell-size@data:W/cell.size=fffffff4(dropped)" A B " - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"nk:B", HB_CELL_SIZE, 4, 0x80000000, NULL}},
     "hive5"
     " !cell-size@nk:B/cell.size=80000000" REFUSED,
     "hive5"
     " !cell-size@nk:B/cell.size=80000000(skipped) +R{s=8}" V W A " +B"
     " !cell-size@nk:B/cell.size=80000000(clamped) - - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"nk:B", HB_CELL_SIZE, 4, 0xfffff000, NULL}},
     "hive5"
     " !cell-size@nk:B/cell.size=fffff000" REFUSED,
     "hive5"
     " !cell-size@nk:B/cell.size=fffff000(skipped) +R{s=8}" V W A B
     " - partial"},
    {HP_A_CELL_PAST,
     hb_small,
     {{"lh:R", HB_CELL_SIZE, 4, 0xffffdff8, NULL}, {"bin:0", 0, 1, 0x69, NULL}},
     "hive5"
     " !signature@bin:0/hbin.signature=6e696269" REFUSED,
     "hive5"
     " !signature@bin:0/hbin.signature=6e696269(skipped) +R{s=8}" V W
     " !cell-size@lh:R/cell.size=ffffdff8(clamped)" A B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"nk:A", 0, 2, 0x6b6d, NULL}},
     R V W " !signature@nk:A/nk.signature=6b6d" REFUSED,
     R V W " !signature@nk:A/nk.signature=6b6d(dropped)" B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"nk:A", 0, 2, 0x6c6e, NULL}},
     R V W " !signature@nk:A/nk.signature=6c6e" REFUSED,
     R V W " !signature@nk:A/nk.signature=6c6e(dropped)" B " - partial"},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"nk:R", 0, 2, 0x6b6d, NULL}},
     "hive5"
     " !signature@nk:R/nk.signature=6b6d" REFUSED,
     NULL},
    {HP_A_NK_CYCLE,
     hb_small,
     {{"lh:R", 4, 4, 0, "nk:R"}},
     R V W " !cycle@lh:R/list.element=40" REFUSED,
     R V W " !cycle@lh:R/list.element=40(dropped)" B " - partial"},
    {HP_A_NK_PARENT,
     hb_small,
     {{"nk:B", 16, 4, 0, "nk:A"}},
     R V W A " +B"
             " !mismatch@nk:B/nk.parent=f8(noted) - - done",
     NULL},
    {HP_A_NK_NAME_EMPTY,
     hb_small,
     {{"nk:A", 72, 2, 0, NULL}},
     R V W " !name-length@nk:A/nk.name_length=0" REFUSED,
     R V W " !name-length@nk:A/nk.name_length=0(dropped)" B " - partial"},
    {HP_A_NK_NAME_EMPTY_ROOT,
     hb_small,
     {{"nk:R", 72, 2, 0, NULL}},
     "hive5 +{s=8}"
     " !name-length@nk:R/nk.name_length=0(noted)" V W A B " - done",
     NULL},
    {HP_A_NK_NAME_PAST,
     hb_small,
     {{"nk:A", 72, 2, 9, NULL}},
     R V W " !name-length@nk:A/nk.name_length=9" REFUSED,
     R V W " +A\\x0\\x0\\x0\\x0\\x0\\x0\\x0{c=6100}"
           " !name-length@nk:A/nk.name_length=9(clamped)"
           " !hint@lh:R/list.hint=41(noted) -" B " - partial"},
    {HP_A_NK_NAME_PAST,
     hb_small,
     {{"nk:R", 72, 2, 0xffff, NULL}},
     "hive5"
     " !name-length@nk:R/nk.name_length=ffff" REFUSED,
     "hive5 +R\\x0\\x0\\x0\\x0\\x0\\x0\\x0{s=8}"
     " !name-length@nk:R/nk.name_length=ffff(clamped)" V W A B " - partial"},
    {HP_A_NK_NAME_PAST,
     hb_small,
     {{"nk:B", 72, 2, 10, NULL}},
     R V W A " !name-length@nk:B/nk.name_length=a" REFUSED,
     R V W A " +B\\x0\\x0\\x0"
             " !name-length@nk:B/nk.name_length=a(clamped)"
             " !hint@lh:R/list.hint=42(noted) - - partial"},
    {HP_A_NK_NAME_ODD,
     hb_small,
     {{"nk:B", 72, 2, 3, NULL}},
     R V W A " !name-length@nk:B/nk.name_length=3" REFUSED,
     R V W A " +B"
             " !name-length@nk:B/nk.name_length=3(clamped) - - partial"},
    {HP_A_NK_NAME_ODD,
     hb_small,
     {{"nk:B", 72, 2, 1, NULL}},
     R V W A " !name-length@nk:B/nk.name_length=1" REFUSED,
     R V W A " +"
             " !name-length@nk:B/nk.name_length=1(clamped)"
             " !hint@lh:R/list.hint=42(noted)"
             " !order@lh:R/list.element=158(noted) - - partial"},
    {HP_A_NK_NAME_BACKSLASH,
     hb_small,
     {{"nk:A", 76, 1, 0x5c, NULL}},
     R V W " !name-character@nk:A/nk.name=5c" REFUSED,
     R V W " +\\x5c{c=6100}"
           " !name-character@nk:A/nk.name=5c(noted)"
           " !hint@lh:R/list.hint=41(noted) - +B"
           " !order@lh:R/list.element=158(noted) - - done"},
    {HP_A_NK_NAME_BACKSLASH,
     hb_small,
     {{"nk:B", 76, 1, 0x5c, NULL}},
     R V W A " !name-character@nk:B/nk.name=5c" REFUSED,
     R V W A " +\\x5c"
             " !name-character@nk:B/nk.name=5c(noted)"
             " !hint@lh:R/list.hint=42(noted) - - done"},
    {HP_A_NK_CLASS,
     hb_small,
     {{"nk:A", 48, 4, 0xffffffff, NULL}},
     R V W " !cell-offset@nk:A/nk.class=ffffffff" REFUSED,
     R V W " +A{c?}"
           " !cell-offset@nk:A/nk.class=ffffffff(dropped) -" B " - partial"},
    {HP_A_NK_CLASS,
     hb_small,
     {{"nk:A", 48, 4, 0x1020, NULL}},
     R V W " !cell-free@nk:A/nk.class=1020" REFUSED,
     R V W " +A{c?}"
           " !cell-free@nk:A/nk.class=1020(dropped) -" B " - partial"},
    {HP_A_NK_CLASS_PAST,
     hb_small,
     {{"nk:A", 74, 2, 5, NULL}},
     R V W " !data-size@nk:A/nk.class_length=5" REFUSED,
     R V W " +A{c=61000000}"
           " !data-size@nk:A/nk.class_length=5(clamped) -" B " - partial"},
    {HP_A_NK_SECURITY,
     hb_small,
     {{"nk:R", 44, 4, 0x1020, NULL}},
     "hive5 +R{s?}"
     " !cell-free@nk:R/nk.security=1020(noted)" V W A B " - done",
     NULL},
    {HP_A_NK_SECURITY,
     hb_small,
     {{"sk:s", 0, 1, 0x74, NULL}},
     "hive5 +R{s?}"
     " !signature@sk:s/sk.signature=6b74(noted)" V W A B " - done",
     NULL},
    {HP_A_SK_SIZE,
     hb_small,
     {{"sk:s", 16, 4, 9, NULL}},
     "hive5 +R{s?}"
     " !data-size@sk:s/sk.descriptor_size=9(noted)" V W A B " - done",
     R " !data-size@sk:s/sk.descriptor_size=9(clamped)" V W A B " - partial"},
    {HP_A_NK_PREDEFINED,
     hb_small,
     {{"nk:R", 2, 2, 0x6c, NULL}},
     R " !mismatch@nk:R/nk.flags=6c(noted)" A B " - done",
     NULL},
    {HP_A_NK_VALUES,
     hb_small,
     {{"nk:R", 40, 4, 0xffffffff, NULL}},
     R " !cell-offset@nk:R/nk.values=ffffffff" REFUSED,
     R " !cell-offset@nk:R/nk.values=ffffffff(skipped)" A B " - partial"},
    {HP_A_NK_VALUE_COUNT,
     hb_small,
     {{"nk:R", 36, 4, 4, NULL}},
     R " !count@nk:R/nk.value_count=4" REFUSED,
     R " !count@nk:R/nk.value_count=4(clamped)" V W
       " !cell-start@vals:R/values.element=0(dropped)" A B " - partial"},
    {HP_A_NK_VALUE_COUNT,
     hb_small,
     {{"nk:R", 36, 4, 0x40000001, NULL}},
     R " !count@nk:R/nk.value_count=40000001" REFUSED,
     R " !count@nk:R/nk.value_count=40000001(clamped)" V W
       " !cell-start@vals:R/values.element=0(dropped)" A B " - partial"},
    {HP_A_NK_SUBKEYS,
     hb_small,
     {{"nk:R", 28, 4, 0xffffffff, NULL}},
     R V W " !cell-offset@nk:R/nk.subkeys=ffffffff" REFUSED,
     R V W " !cell-offset@nk:R/nk.subkeys=ffffffff(skipped) - partial"},
    {HP_A_NK_SUBKEYS,
     hb_small,
     {{"nk:R", 28, 4, 0, "data:W"}},
     R V W " !signature@nk:R/nk.subkeys=e8" REFUSED,
     R V W " !signature@nk:R/nk.subkeys=e8(skipped) - partial"},
    {HP_A_NK_SUBKEYS,
     hb_small,
     {{"lh:R", 0, 1, 0x6d, NULL}},
     R V W " !signature@lh:R/list.signature=686d" REFUSED,
     R V W " !signature@lh:R/list.signature=686d(skipped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_small,
     {{"nk:R", 20, 4, 3, NULL}},
     R V W A B " !count@nk:R/nk.subkey_count=3" REFUSED,
     R V W A B " !count@nk:R/nk.subkey_count=3(skipped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_small,
     {{"lh:R", 2, 2, 1, NULL}},
     R V W A " !count@lh:R/list.count=1" REFUSED,
     R V W A " !count@lh:R/list.count=1(skipped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_small,
     {{"lh:R", 2, 2, 0, NULL}},
     R V W " !count@lh:R/list.count=0" REFUSED,
     R V W " !count@lh:R/list.count=0(skipped) - partial"},
    {HP_A_NK_SUBKEYS_MORE,
     hb_small,
     {{"nk:R", 20, 4, 1, NULL}},
     R V W A B " !count@nk:R/nk.subkey_count=1" REFUSED,
     R V W A B " !count@nk:R/nk.subkey_count=1(noted) - done"},
    {HP_A_LIST_COUNT,
     hb_small,
     {{"lh:R", 2, 2, 3, NULL}},
     R V W " !count@lh:R/list.count=3" REFUSED,
     R V W " !count@lh:R/list.count=3(clamped)" A B " - partial"},
    {HP_A_LIST_COUNT,
     hb_small,
     {{"lh:R", 2, 2, 0xffff, NULL}},
     R V W " !count@lh:R/list.count=ffff" REFUSED,
     R V W " !count@lh:R/list.count=ffff(clamped)" A B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"lh:R", 4, 4, 0xffffffff, NULL}},
     R V W " !cell-offset@lh:R/list.element=ffffffff" REFUSED,
     R V W " !cell-offset@lh:R/list.element=ffffffff(dropped)" B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"lh:R", 12, 4, 0, "nk:B"}, {"nk:B", HB_CELL_SIZE, 4, 88, NULL}},
     R V W A " !cell-free@nk:B/cell.size=58" REFUSED,
     R V W A " !cell-free@nk:B/cell.size=58(dropped) - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"lh:R", 12, 4, 0, "vals:R"}},
     R V W A " !cell-short@lh:R/list.element=98" REFUSED,
     R V W A " !cell-short@lh:R/list.element=98(dropped) - partial"},
    {HP_A_RI_ELEMENT,
     hb_index,
     {{"ri:R", 4, 4, 0xffffffff, NULL}},
     "hive5 +R"
     " !cell-offset@ri:R/ri.element=ffffffff" REFUSED,
     "hive5 +R"
     " !cell-offset@ri:R/ri.element=ffffffff(skipped)" B " +C - - partial"},
    {HP_A_RI_ELEMENT,
     hb_index,
     {{"ri:R", 8, 4, 0, "nk:A"}},
     "hive5 +R +A -"
     " !signature@ri:R/ri.element=78" REFUSED,
     "hive5 +R +A -"
     " !signature@ri:R/ri.element=78(skipped) - partial"},
    {HP_A_RI_ELEMENT,
     hb_index,
     {{"li:BC", 0, 2, 0, NULL}},
     "hive5 +R +A -"
     " !signature@li:BC/list.signature=0" REFUSED,
     "hive5 +R +A -"
     " !signature@li:BC/list.signature=0(skipped) - partial"},
    {HP_A_RI_DEPTH,
     hb_index,
     {{"ri:R", 8, 4, 0, "ri:R"}},
     "hive5 +R +A -"
     " !depth@ri:R/ri.element=1a0" REFUSED,
     "hive5 +R +A - +A"
     " !duplicate@lf:A/list.element=78(noted) - +A"
     " !duplicate@lf:A/list.element=78(noted) - +A"
     " !duplicate@lf:A/list.element=78(noted) - +A"
     " !duplicate@lf:A/list.element=78(noted) - +A"
     " !duplicate@lf:A/list.element=78(noted) - +A"
     " !duplicate@lf:A/list.element=78(noted) - +A"
     " !duplicate@lf:A/list.element=78(noted) -"
     " !depth@ri:R/ri.element=1a0(skipped) - partial"},
    {HP_A_RI_DEPTH,
     ri_9,
     {{NULL, 0, 0, 0, NULL}},
     "hive5 +R"
     " !depth@ri:1/ri.element=150" REFUSED,
     "hive5 +R"
     " !depth@ri:8/ri.element=e0(skipped) - partial"},
    {HP_A_LIST_HINT,
     hb_small,
     {{"lh:R", 8, 4, 0, NULL}},
     R V W " +A{c=6100}"
           " !hint@lh:R/list.hint=0(noted) -" B " - done",
     NULL},
    {HP_A_LIST_HINT,
     hb_index,
     {{"lf:A", 8, 4, 0x42, NULL}},
     "hive5 +R +A"
     " !hint@lf:A/list.hint=42(noted) -" B " +C - - done",
     NULL},
    {HP_A_LIST_HINT,
     hb_index,
     {{"lf:A", 8, 4, 0x100041, NULL}},
     "hive5 +R +A"
     " !hint@lf:A/list.hint=100041(noted) -" B " +C - - done",
     NULL},
    {HP_A_LIST_ORDER,
     hb_index,
     {{"li:BC", 4, 4, 0, "nk:C"}, {"li:BC", 8, 4, 0, "nk:B"}},
     "hive5 +R +A - +C - +B"
     " !order@li:BC/list.element=d0(noted) - - done",
     NULL},
    {HP_A_LIST_DUPLICATE,
     hb_index,
     {{"li:BC", 8, 4, 0, "nk:B"}},
     "hive5 +R +A -" B " +B"
     " !duplicate@li:BC/list.element=d0(noted) - - done",
     NULL},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vals:R", 0, 4, 0xffffffff, NULL}},
     R " !cell-offset@vals:R/values.element=ffffffff" REFUSED,
     R " !cell-offset@vals:R/values.element=ffffffff(dropped)" W A B
       " - partial"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vk:V", 0, 1, 0x77, NULL}},
     R " !signature@vk:V/vk.signature=6b77" REFUSED,
     R " !signature@vk:V/vk.signature=6b77(dropped)" W A B " - partial"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vals:R", 4, 4, 0, "nk:A"}},
     R V " !signature@vals:R/values.element=f8" REFUSED,
     R V " !signature@vals:R/values.element=f8(dropped)" A B " - partial"},
    {HP_A_VK_NAME_PAST,
     hb_small,
     {{"vk:V", 2, 2, 9, NULL}},
     R " !name-length@vk:V/vk.name_length=9" REFUSED,
     R " =V\\x0\\x0\\x0\\x0\\x0\\x0\\x0/4/2"
       " !name-length@vk:V/vk.name_length=9(clamped) :2a00" W A B " - partial"},
    {HP_A_VK_NAME_PAST,
     hb_small,
     {{"vk:W", 2, 2, 10, NULL}},
     R V " !name-length@vk:W/vk.name_length=a" REFUSED,
     R V " =W\\x0\\x0\\x0/3/8"
         " !name-length@vk:W/vk.name_length=a(clamped) :0102030405060708" A B
         " - partial"},
    {HP_A_VK_NAME_ODD,
     hb_small,
     {{"vk:W", 2, 2, 3, NULL}},
     R V " !name-length@vk:W/vk.name_length=3" REFUSED,
     R V " =W/3/8"
         " !name-length@vk:W/vk.name_length=3(clamped) :0102030405060708" A B
         " - partial"},
    {HP_A_VK_INLINE_SIZE,
     hb_small,
     {{"vk:V", 4, 4, 0x80000005, NULL}},
     R " =V/4/5"
       " !data-size@vk:V/vk.data_size=80000005" REFUSED,
     R " =V/4/5"
       " !data-size@vk:V/vk.data_size=80000005(clamped) :2a000000" W A B
       " - partial"},
    {HP_A_VK_INLINE_SIZE,
     hb_small,
     {{"vk:V", 4, 4, 0xffffffff, NULL}},
     R " =V/4/7fffffff"
       " !data-size@vk:V/vk.data_size=ffffffff" REFUSED,
     R " =V/4/7fffffff"
       " !data-size@vk:V/vk.data_size=ffffffff(clamped) :2a000000" W A B
       " - partial"},
    {HP_A_VK_EMPTY_OFFSET,
     hb_small,
     {{"vk:W", 4, 4, 0, NULL}},
     R V " =W/3/0"
         " !mismatch@vk:W/vk.data=e8(noted)" A B " - done",
     NULL},
    {HP_A_VK_DATA,
     hb_small,
     {{"vk:W", 8, 4, 0xffffffff, NULL}},
     R V " =W/3/8"
         " !cell-offset@vk:W/vk.data=ffffffff" REFUSED,
     R V " =W/3/8"
         " !cell-offset@vk:W/vk.data=ffffffff(dropped)" A B " - partial"},
    {HP_A_VK_DATA,
     hb_small,
     {{"vk:W", 8, 4, 0x1020, NULL}},
     R V " =W/3/8"
         " !cell-free@vk:W/vk.data=1020" REFUSED,
     R V " =W/3/8"
         " !cell-free@vk:W/vk.data=1020(dropped)" A B " - partial"},
    {HP_A_VK_DATA,
     data_5_16345,
     {{"vk:D", 8, 4, 0, "dl:D"}},
     "hive5 +R =D/3/3fd9"
     " !signature@vk:D/vk.data=a8" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !signature@vk:D/vk.data=a8(dropped) - partial"},
    {HP_A_VK_DATA,
     data_5_16345,
     {{"db:D", 0, 1, 0x63, NULL}},
     "hive5 +R =D/3/3fd9"
     " !signature@db:D/db.signature=6263" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !signature@db:D/db.signature=6263(dropped) - partial"},
    {HP_A_VK_DATA_PAST,
     hb_small,
     {{"vk:W", 4, 4, 13, NULL}},
     R V " =W/3/d"
         " !data-size@vk:W/vk.data_size=d" REFUSED,
     R V " =W/3/d"
         " !data-size@vk:W/vk.data_size=d(clamped) :12#0100" A B " - partial"},
    {HP_A_VK_DATA_PAST,
     data_5_16345,
     {{"vk:D", 4, 4, 16344, NULL}},
     "hive5 +R =D/3/3fd8"
     " !data-size@vk:D/vk.data_size=3fd8" REFUSED,
     "hive5 +R =D/3/3fd8"
     " !data-size@vk:D/vk.data_size=3fd8(clamped) :12#6400 - partial"},
    {HP_A_VK_DATA_PAST,
     data_3_16345,
     {{"vk:D", 4, 4, 0x7fffffff, NULL}},
     "hive3 +R =D/3/7fffffff"
     " !data-size@vk:D/vk.data_size=7fffffff" REFUSED,
     "hive3 +R =D/3/7fffffff"
     " !data-size@vk:D/vk.data_size=7fffffff(clamped) :16348#0000 - partial"},
    {HP_A_DB_COUNT,
     data_5_16345,
     {{"db:D", 2, 2, 1, NULL}},
     "hive5 +R =D/3/3fd9"
     " !count@db:D/db.count=1" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !count@db:D/db.count=1(clamped) :16344#00d7 - partial"},
    {HP_A_DB_COUNT,
     data_5_16345,
     {{"db:D", 2, 2, 0, NULL}},
     "hive5 +R =D/3/3fd9"
     " !count@db:D/db.count=0" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !count@db:D/db.count=0(clamped) - partial"},
    {HP_A_DB_COUNT,
     data_5_49033,
     {{"db:D", 2, 2, 5, NULL}, {"vk:D", 4, 4, 81720, NULL}},
     "hive5 +R =D/3/13f38 :16344#00d7 :16344#d8af :16344#b087"
     " !data-size@dl:D/db_list.element=c060" REFUSED,
     "hive5 +R =D/3/13f38 :16344#00d7 :16344#d8af :16344#b087 :88000000"
     " !data-size@dl:D/db_list.element=c060(clamped) - partial"},
    {HP_A_DB_COUNT_MORE,
     data_5_32689,
     {{"vk:D", 4, 4, 32688, NULL}},
     "hive5 +R =D/3/7fb0"
     " !count@vk:D/vk.data_size=7fb0" REFUSED,
     "hive5 +R =D/3/7fb0"
     " !count@vk:D/vk.data_size=7fb0(noted) :16344#00d7 :16344#d8af - done"},
    {HP_A_DB_LIST,
     data_5_16345,
     {{"db:D", 4, 4, 0xffffffff, NULL}},
     "hive5 +R =D/3/3fd9"
     " !cell-offset@db:D/db.list=ffffffff" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !cell-offset@db:D/db.list=ffffffff(clamped) - partial"},
    {HP_A_DB_SEGMENT,
     data_5_16345,
     {{"dl:D", 0, 4, 0xffffffff, NULL}},
     "hive5 +R =D/3/3fd9"
     " !cell-offset@dl:D/db_list.element=ffffffff" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !cell-offset@dl:D/db_list.element=ffffffff(clamped) - partial"},
    {HP_A_DB_SEGMENT,
     data_5_16345,
     {{"dl:D", 4, 4, 0xffffffff, NULL}},
     "hive5 +R =D/3/3fd9 :16344#00d7"
     " !cell-offset@dl:D/db_list.element=ffffffff" REFUSED,
     "hive5 +R =D/3/3fd9 :16344#00d7"
     " !cell-offset@dl:D/db_list.element=ffffffff(clamped) - partial"},
    {HP_A_DB_SEGMENT_SHORT,
     data_5_16345,
     {{"vk:D", 4, 4, 16357, NULL}},
     "hive5 +R =D/3/3fe5 :16344#00d7"
     " !data-size@vk:D/vk.data_size=3fe5" REFUSED,
     "hive5 +R =D/3/3fe5 :16344#00d7 :d8000000"
     " !data-size@vk:D/vk.data_size=3fe5(clamped) - partial"},
    {HP_A_DB_SEGMENT_SHORT,
     data_5_16345,
     {{"dl:D", 0, 4, 0, "vals:R"}},
     "hive5 +R =D/3/3fd9"
     " !data-size@dl:D/db_list.element=40a0" REFUSED,
     "hive5 +R =D/3/3fd9 :78000000"
     " !data-size@dl:D/db_list.element=40a0(clamped) - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"vals:R", HB_CELL_SIZE, 4, 0xffffffe8, NULL}},
     "hive5"
     " !cell-size@vals:R/cell.size=ffffffe8" REFUSED,
     "hive5"
     " !cell-size@vals:R/cell.size=ffffffe8(skipped) +R{s=8}"
     " !cell-start@vals:R/values.element=a8(dropped)" W A B " - partial"},
    {HP_A_CELL_SIZE,
     hb_small,
     {{"sk:s", HB_CELL_SIZE, 4, 0xffffff88, NULL}},
     "hive5"
     " !cell-start@sk:s/cell.size=ffffff88" REFUSED,
     NULL},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"vals:R", HB_CELL_SIZE, 4, 0xffffffd0, NULL}},
     R " !cell-start@vals:R/cell.size=ffffffd0" REFUSED,
     R " !cell-start@vals:R/cell.size=ffffffd0(dropped)" W A B " - partial"},
    {HP_A_NK_CLASS,
     hb_small,
     {{"class:A", HB_CELL_SIZE, 4, 8, NULL}},
     R V W " !cell-free@class:A/cell.size=8" REFUSED,
     R V W " +A{c?}"
           " !cell-free@class:A/cell.size=8(dropped) -" B " - partial"},
    {HP_A_NK_VALUES,
     hb_small,
     {{"vals:R", HB_CELL_SIZE, 4, 16, NULL}},
     R " !cell-free@vals:R/cell.size=10" REFUSED,
     R " !cell-free@vals:R/cell.size=10(skipped)" A B " - partial"},
    {HP_A_VK_DATA,
     hb_small,
     {{"data:W", HB_CELL_SIZE, 4, 16, NULL}},
     R V " =W/3/8"
         " !cell-free@data:W/cell.size=10" REFUSED,
     R V " =W/3/8"
         " !cell-free@data:W/cell.size=10(dropped)" A B " - partial"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vk:V", HB_CELL_SIZE, 4, 32, NULL}},
     R " !cell-free@vk:V/cell.size=20" REFUSED,
     R " !cell-free@vk:V/cell.size=20(dropped)" W A B " - partial"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vk:W", HB_CELL_SIZE, 4, 32, NULL}},
     R V " !cell-free@vk:W/cell.size=20" REFUSED,
     R V " !cell-free@vk:W/cell.size=20(dropped)" A B " - partial"},
    {HP_A_NK_SUBKEYS,
     hb_small,
     {{"lh:R", HB_CELL_SIZE, 4, 24, NULL}},
     R V W " !cell-free@lh:R/cell.size=18" REFUSED,
     R V W " !cell-free@lh:R/cell.size=18(skipped) - partial"},
    {HP_A_VK_DATA,
     data_5_16345,
     {{"db:D", HB_CELL_SIZE, 4, 16, NULL}},
     "hive5 +R =D/3/3fd9"
     " !cell-free@db:D/cell.size=10" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !cell-free@db:D/cell.size=10(dropped) - partial"},
    {HP_A_DB_LIST,
     data_5_16345,
     {{"dl:D", HB_CELL_SIZE, 4, 16, NULL}},
     "hive5 +R =D/3/3fd9"
     " !cell-free@dl:D/cell.size=10" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !cell-free@dl:D/cell.size=10(clamped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_index,
     {{"ri:R", 2, 2, 1, NULL}},
     "hive5 +R +A -"
     " !count@ri:R/list.count=1" REFUSED,
     "hive5 +R +A -"
     " !count@ri:R/list.count=1(skipped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_index,
     {{"li:BC", 2, 2, 1, NULL}},
     "hive5 +R +A -" B " !count@li:BC/list.count=1" REFUSED,
     "hive5 +R +A -" B " !count@li:BC/list.count=1(skipped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_index,
     {{"lf:A", 2, 2, 0, NULL}},
     "hive5 +R" B " +C -"
     " !count@lf:A/list.count=0" REFUSED,
     "hive5 +R" B " +C -"
     " !count@lf:A/list.count=0(skipped) - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_index,
     {{"nk:R", 20, 4, 4, NULL}},
     "hive5 +R +A -" B " +C -"
     " !count@nk:R/nk.subkey_count=4" REFUSED,
     "hive5 +R +A -" B " +C -"
     " !count@nk:R/nk.subkey_count=4(skipped) - partial"},
    {HP_A_NK_SUBKEYS_MORE,
     hb_index,
     {{"nk:R", 20, 4, 2, NULL}},
     "hive5 +R +A -" B " +C -"
     " !count@nk:R/nk.subkey_count=2" REFUSED,
     "hive5 +R +A -" B " +C -"
     " !count@nk:R/nk.subkey_count=2(noted) - done"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vk:V", 0, 2, 0x6b6e, NULL}},
     R " !signature@vk:V/vk.signature=6b6e" REFUSED,
     R " !signature@vk:V/vk.signature=6b6e(dropped)" W A B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"nk:A", 0, 2, 0x6b76, NULL}},
     R V W " !signature@nk:A/nk.signature=6b76" REFUSED,
     R V W " !signature@nk:A/nk.signature=6b76(dropped)" B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_small,
     {{"nk:A", 0, 2, 0, NULL}},
     R V W " !signature@nk:A/nk.signature=0" REFUSED,
     R V W " !signature@nk:A/nk.signature=0(dropped)" B " - partial"},
    {HP_A_LIST_ELEMENT,
     hb_index,
     {{"ri:R", 0, 2, 0x696c, NULL}},
     "hive5 +R"
     " !cell-short@ri:R/list.element=180" REFUSED,
     "hive5 +R"
     " !cell-short@ri:R/list.element=180(dropped)"
     " !cell-short@ri:R/list.element=190(dropped)"
     " !count@nk:R/nk.subkey_count=3(skipped) - partial"},
    {HP_A_RI_ELEMENT,
     hb_index,
     {{"li:BC", 0, 2, 0x6972, NULL}},
     "hive5 +R +A -"
     " !depth@ri:R/ri.element=190" REFUSED,
     "hive5 +R +A -"
     " !signature@li:BC/ri.element=d0(skipped)"
     " !signature@li:BC/ri.element=128(skipped) - partial"},
    {HP_A_RI_ELEMENT,
     hb_index,
     {{"ri:R", 4, 4, 0xffffffff, NULL}},
     "hive5 +R"
     " !cell-offset@ri:R/ri.element=ffffffff" REFUSED,
     "hive5 +R"
     " !cell-offset@ri:R/ri.element=ffffffff(skipped)" B " +C - - partial"},
    {HP_A_BASE_ROOT,
     hb_small,
     {{"base", 36, 4, 8, NULL}},
     "hive5"
     " !cell-start@base/base_block.root=8" REFUSED,
     NULL},
    {HP_A_DB_COUNT,
     data_5_49033,
     {{"db:D", 2, 2, 6, NULL}, {"vk:D", 4, 4, 98064, NULL}},
     "hive5 +R =D/3/17f10"
     " !count@db:D/db.count=6" REFUSED,
     "hive5 +R =D/3/17f10"
     " !count@db:D/db.count=6(clamped) :16344#00d7 :16344#d8af :16344#b087 "
     ":88000000"
     " !data-size@dl:D/db_list.element=c060(clamped) - partial"},
    {HP_A_VK_DATA,
     data_3_16345,
     {{"data:D", HB_CELL_SIZE, 4, 16352, NULL}},
     "hive3 +R =D/3/3fd9"
     " !cell-free@data:D/cell.size=3fe0" REFUSED,
     "hive3 +R =D/3/3fd9"
     " !cell-free@data:D/cell.size=3fe0(dropped) - partial"},
    {HP_A_VK_DATA,
     data_5_16345,
     {{"db:D", 0, 4, 0, NULL}},
     "hive5 +R =D/3/3fd9"
     " !signature@db:D/db.signature=0" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !signature@db:D/db.signature=0(dropped) - partial"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vk:V", 0, 2, 0, NULL}},
     R " !signature@vk:V/vk.signature=0" REFUSED,
     R " !signature@vk:V/vk.signature=0(dropped)" W A B " - partial"},
    {HP_A_VALUES_ELEMENT,
     hb_small,
     {{"vk:W", 0, 2, 0, NULL}},
     R V " !signature@vk:W/vk.signature=0" REFUSED,
     R V " !signature@vk:W/vk.signature=0(dropped)" A B " - partial"},
    {HP_A_BIN_SIZE,
     data_5_16345,
     {{"bin:0", 8, 4, 0x1000, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=1000" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=1000(skipped)"
     " !signature@?/hbin.signature=47464544(skipped) +R =D/3/3fd9 :16344#00d7 "
     ":d8 - partial"},
    {HP_A_NK_SUBKEYS_FEWER,
     hb_index,
     {{"ri:R", 2, 2, 1, NULL}, {"ri:R", 8, 4, 0, "nk:A"}},
     "hive5 +R +A -"
     " !count@nk:R/nk.subkey_count=3" REFUSED,
     "hive5 +R +A -"
     " !count@nk:R/nk.subkey_count=3(skipped) - partial"},
    {HP_A_DB_COUNT_MORE,
     data_5_49033,
     {{"db:D", 2, 2, 6, NULL}, {"dl:D", 16, 4, 0, "vals:R"}},
     "hive5 +R =D/3/bf89"
     " !count@vk:D/vk.data_size=bf89" REFUSED,
     "hive5 +R =D/3/bf89"
     " !count@vk:D/vk.data_size=bf89(noted)"
     " !count@db:D/db.count=6(clamped) :16344#00d7 :16344#d8af :16344#b087 :88 "
     "- partial"},
    {HP_A_DB_LIST,
     data_5_32689,
     {{"dl:D", HB_CELL_SIZE, 4, 16, NULL}},
     "hive5 +R =D/3/7fb1"
     " !cell-free@dl:D/cell.size=10" REFUSED,
     "hive5 +R =D/3/7fb1"
     " !cell-free@dl:D/cell.size=10(clamped) - partial"},
    {HP_A_BIN_SIZE,
     data_5_16345,
     {{"bin:0", 8, 4, 0x1000, NULL}, {"data:D", 0xf44, 4, 0x68, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=1000" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=1000(skipped)"
     " !signature@?/hbin.signature=68(skipped) +R =D/3/3fd9 :16344#00d7 :d8 - "
     "partial"},
    {HP_A_CELL_SIZE,
     data_5_16345,
     {{"bin:0", 8, 4, 0x1000, NULL}, {"data:D", 0xf44, 4, 0x6268, NULL}},
     "hive5"
     " !cell-size@data:D/cell.size=ffffc020" REFUSED,
     "hive5"
     " !cell-size@data:D/cell.size=ffffc020(skipped)"
     " !signature@?/hbin.signature=6268(skipped) +R =D/3/3fd9 :16344#00d7 :d8 "
     "- partial"},
    {HP_A_BIN_SIZE,
     data_5_16345,
     {{"bin:0", 8, 4, 0x1000, NULL}, {"data:D", 0xf44, 4, 0x626800, NULL}},
     "hive5"
     " !bin-size@bin:0/hbin.size=1000" REFUSED,
     "hive5"
     " !bin-size@bin:0/hbin.size=1000(skipped)"
     " !signature@?/hbin.signature=626800(skipped) +R =D/3/3fd9 :16344#00d7 "
     ":d8 - partial"},
    {HP_A_DB_COUNT,
     data_5_16345,
     {{"db:D", 2, 2, 1, NULL}, {"dl:D", 0, 4, 0, NULL}},
     "hive5 +R =D/3/3fd9"
     " !count@vk:D/vk.data_size=3fd9" REFUSED,
     "hive5 +R =D/3/3fd9"
     " !count@vk:D/vk.data_size=3fd9(clamped)"
     " !cell-start@dl:D/db_list.element=0(clamped) - partial"},
    {HP_A_DB_COUNT,
     data_5_49033,
     {{"db:D", 2, 2, 6, NULL},
      {"vk:D", 4, 4, 98064, NULL},
      {"dl:D", 12, 4, 0, "data:D"},
      {"dl:D", 16, 4, 0, "data:D"}},
     "hive5 +R =D/3/17f10"
     " !count@db:D/db.count=6" REFUSED,
     "hive5 +R =D/3/17f10"
     " !count@db:D/db.count=6(clamped) :16344#00d7 :16344#d8af :16344#b087 "
     ":16344#00d7 :16344#00d7 - partial"},
    {HP_A_CELL_SIZE,
     data_5_16345,
     {{"bin:0", 8, 4, 0x1000, NULL}, {"data:D", 0xf44, 4, 0x6e690000, NULL}},
     "hive5"
     " !cell-size@data:D/cell.size=ffffc020" REFUSED,
     "hive5"
     " !cell-size@data:D/cell.size=ffffc020(skipped)"
     " !signature@?/hbin.signature=6e690000(skipped) +R =D/3/3fd9 :16344#00d7 "
     ":d8 - partial"},
    {HP_A_CELL_SIZE,
     data_5_16345,
     {{"bin:0", 8, 4, 0x1000, NULL}, {"data:D", 0xf44, 4, 0x6e000068, NULL}},
     "hive5"
     " !cell-size@data:D/cell.size=ffffc020" REFUSED,
     "hive5"
     " !cell-size@data:D/cell.size=ffffc020(skipped)"
     " !signature@?/hbin.signature=6e000068(skipped) +R =D/3/3fd9 :16344#00d7 "
     ":d8 - partial"},
};

static void tell_lie(struct hive_builder *h, const struct lie *lie)
{
    for (size_t i = 0; i < COUNT_OF(lie->pokes); i++) {
        const struct poke *poke = &lie->pokes[i];
        if (poke->record != NULL)
            hb_poke(h, poke->record, poke->field, poke->width,
                    poke->to != NULL ? hb_offset(h, poke->to) : poke->value);
    }
}

static void every_lie__has_exactly_these_events(void **state)
{
    struct hive_builder h;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        print_message("lie %zu: %s\n", i, hp_anomaly_row(lies[i].anomaly)->id);
        lies[i].make(&h);
        tell_lie(&h, &lies[i]);
        expect_events(&h, lies[i].strict, lies[i].forensic);
        hb_close(&h);
    }
}

/* What enum hp_reaction is called in the text. */
static const char *const actions[] = {"(noted)", "(dropped)", "(clamped)",
                                      "(skipped)", "refused"};

static void every_row__is_lied_about_and_reacts_as_it_says(void **state)
{
    bool told[HP_ANOMALY_COUNT] = {
        /* These take whole hives: test_walk, test_base_block, test_key. */
        [HP_A_FILE_SIZE] = true, [HP_A_NK_DEPTH] = true,     [HP_A_WORK] = true,
        [HP_A_DATA_WORK] = true, [HP_A_NK_NAME_LONG] = true,
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        const struct hp_anomaly_row *row = hp_anomaly_row(lies[i].anomaly);
        const char *texts[] = {lies[i].strict, lies[i].forensic};
        told[lies[i].anomaly] = true;
        assert_non_null(strstr(texts[0], actions[row->strict]));
        assert_non_null(
            strstr(texts[texts[1] != NULL], actions[row->forensic]));
    }
    for (int i = 0; i < HP_ANOMALY_COUNT; i++)
        assert_true(told[i]);
}

static void sound_hives__have_exactly_their_content(void **state)
{
    struct hive_builder h;

    (void)state;
    hb_small(&h);
    expect_events(&h, SMALL_EVENTS, NULL);
    hb_close(&h);
    hb_index(&h);
    expect_events(&h, INDEX_EVENTS, NULL);
    hb_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_hives__have_exactly_their_content),
        cmocka_unit_test(every_lie__has_exactly_these_events),
        cmocka_unit_test(every_row__is_lied_about_and_reacts_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
