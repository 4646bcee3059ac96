/* SPDX-License-Identifier: Apache-2.0
 *
 * The operators. Each changes one thing by dice, says in the trace what it
 * did, and returns false, with nothing changed, where it finds nothing to work
 * on or no room. */
#ifndef HP_MUTATE_OPERATORS_H
#define HP_MUTATE_OPERATORS_H

#include "table.h"

enum operator_phase {
    PHASE_RAW,   /* bytes; the hive is not read */
    PHASE_BUILD, /* keeps a sound hive sound, but for what the passes mend */
    PHASE_LIE,   /* after the passes, which would undo it */
    PHASE_LOG_BUILD, /* the same of logs in a container */
    PHASE_LOG_LIE
};

struct operator
{
    const char *name;
    uint8_t level; /* 0 raw, 1 objects, 2 representation, 3 layout, 4 slots,
                    * 5 crossover, 6 logs */
    uint8_t phase;
    uint8_t weight; /* against the others of its phase */
    bool (*run)(struct hp_mutator * m);
};

extern const struct operator operators[];
extern const size_t operator_count;

/* X(name, level, phase, weight, function). Level 5 stands apart, it needs a
 * second hive: hp_mutator_cross. Those of level 6 work on containers alone. */
#define OPERATOR_TABLE(X)                                                      \
    X("raw.bits", 0, PHASE_RAW, 20, raw_bits)                                  \
    X("raw.byte", 0, PHASE_RAW, 25, raw_byte)                                  \
    X("raw.word", 0, PHASE_RAW, 25, raw_word)                                  \
    X("raw.copy", 0, PHASE_RAW, 12, raw_copy)                                  \
    X("raw.insert", 0, PHASE_RAW, 5, raw_insert)                               \
    X("raw.remove", 0, PHASE_RAW, 5, raw_remove)                               \
    X("raw.engine", 0, PHASE_RAW, 15, raw_engine)                              \
    X("key.add", 1, PHASE_BUILD, 14, key_add)                                  \
    X("key.delete", 1, PHASE_BUILD, 6, key_delete)                             \
    X("key.move", 1, PHASE_BUILD, 6, key_move)                                 \
    X("key.rename", 1, PHASE_BUILD, 14, key_rename_any)                        \
    X("key.wrap", 1, PHASE_BUILD, 4, key_wrap)                                 \
    X("key.fan", 1, PHASE_BUILD, 4, key_fan)                                   \
    X("key.many", 1, PHASE_BUILD, 3, key_many)                                 \
    X("key.class", 1, PHASE_BUILD, 8, key_class)                               \
    X("key.symlink", 1, PHASE_BUILD, 4, key_symlink)                           \
    X("key.predefined", 1, PHASE_BUILD, 4, key_predefined)                     \
    X("key.tombstone", 1, PHASE_BUILD, 3, key_tombstone)                       \
    X("key.service", 1, PHASE_BUILD, 3, key_service)                           \
    X("value.add", 1, PHASE_BUILD, 16, value_add)                              \
    X("value.many", 1, PHASE_BUILD, 3, value_many)                             \
    X("value.delete", 1, PHASE_BUILD, 6, value_delete)                         \
    X("value.type", 1, PHASE_BUILD, 8, value_type)                             \
    X("value.text", 1, PHASE_BUILD, 8, value_text)                             \
    X("value.rename", 1, PHASE_BUILD, 8, value_rename)                         \
    X("value.number", 1, PHASE_BUILD, 12, value_number)                        \
    X("value.splice", 1, PHASE_BUILD, 12, value_splice)                        \
    X("value.copy", 1, PHASE_BUILD, 6, value_copy)                             \
    X("list.convert", 2, PHASE_BUILD, 10, list_convert)                        \
    X("list.split", 2, PHASE_BUILD, 10, list_split)                            \
    X("list.merge", 2, PHASE_BUILD, 5, list_merge)                             \
    X("name.width", 2, PHASE_BUILD, 8, name_width)                             \
    X("value.resize", 2, PHASE_BUILD, 14, value_resize)                        \
    X("value.big", 2, PHASE_BUILD, 12, value_big)                              \
    X("security.copy", 2, PHASE_BUILD, 4, security_copy)                       \
    X("cell.move", 3, PHASE_BUILD, 10, cell_move)                              \
    X("cell.last", 3, PHASE_BUILD, 10, cell_last)                              \
    X("cell.split", 3, PHASE_BUILD, 4, cell_split)                             \
    X("cell.merge", 3, PHASE_BUILD, 4, cell_merge)                             \
    X("bin.add", 3, PHASE_BUILD, 6, bin_add)                                   \
    X("bin.split", 3, PHASE_BUILD, 4, bin_split)                               \
    X("bin.merge", 3, PHASE_BUILD, 4, bin_merge)                               \
    X("file.compact", 3, PHASE_BUILD, 8, file_compact)                         \
    X("base.spare", 4, PHASE_BUILD, 8, base_spare)                             \
    X("key.link", 1, PHASE_LIE, 8, key_link)                                   \
    X("value.link", 1, PHASE_LIE, 6, value_link)                               \
    X("list.nest", 2, PHASE_LIE, 14, list_nest)                                \
    X("list.cycle", 2, PHASE_LIE, 8, list_cycle)                               \
    X("list.order", 2, PHASE_LIE, 6, list_order)                               \
    X("list.hint", 2, PHASE_LIE, 4, list_wrong_hint)                           \
    X("db.segment", 2, PHASE_LIE, 10, db_segment)                              \
    X("cell.share", 2, PHASE_LIE, 8, cell_share)                               \
    X("cell.toggle", 3, PHASE_LIE, 8, cell_toggle)                             \
    X("cell.overlap", 3, PHASE_LIE, 6, cell_overlap)                           \
    X("cell.past_end", 3, PHASE_LIE, 18, cell_past_end)                        \
    X("cell.claim", 3, PHASE_LIE, 16, cell_claim)                              \
    X("cell.edge", 3, PHASE_LIE, 16, cell_edge)                                \
    X("cell.short", 3, PHASE_LIE, 14, cell_short)                              \
    X("file.cut", 3, PHASE_LIE, 10, file_cut)                                  \
    X("file.tail", 3, PHASE_LIE, 8, file_tail)                                 \
    X("file.gap", 3, PHASE_LIE, 3, file_gap)                                   \
    X("slot.reference", 4, PHASE_LIE, 55, slot_reference)                      \
    X("slot.count", 4, PHASE_LIE, 30, slot_count)                              \
    X("slot.length", 4, PHASE_LIE, 30, slot_length)                            \
    X("slot.signature", 4, PHASE_LIE, 14, slot_signature)                      \
    X("slot.flags", 4, PHASE_LIE, 10, slot_flags)                              \
    X("slot.number", 4, PHASE_LIE, 6, slot_number)                             \
    X("slot.spread", 4, PHASE_LIE, 20, slot_spread)                            \
    X("slot.cell", 4, PHASE_LIE, 26, slot_cell)                                \
    X("slot.bin", 4, PHASE_LIE, 16, slot_bin)                                  \
    X("slot.base", 4, PHASE_LIE, 16, slot_base)                                \
    X("base.checksum", 4, PHASE_LIE, 4, base_checksum)                         \
    X("cell.noise", 4, PHASE_LIE, 8, cell_noise)                               \
    X("log.write", 6, PHASE_LOG_BUILD, 40, log_write)                          \
    X("log.begin", 6, PHASE_LOG_BUILD, 12, log_begin)                          \
    X("log.vector", 6, PHASE_LOG_BUILD, 14, log_vector)                        \
    X("log.copy", 6, PHASE_LOG_BUILD, 8, log_copy)                             \
    X("log.delete", 6, PHASE_LOG_BUILD, 8, log_delete)                         \
    X("log.move", 6, PHASE_LOG_BUILD, 10, log_move)                            \
    X("log.drop", 6, PHASE_LOG_BUILD, 4, log_drop)                             \
    X("log.swap", 6, PHASE_LOG_BUILD, 6, log_swap)                             \
    X("log.wrap", 6, PHASE_LOG_BUILD, 8, log_wrap)                             \
    X("log.resize", 6, PHASE_LOG_BUILD, 12, log_resize)                        \
    X("log.stale", 6, PHASE_LOG_LIE, 10, log_stale)                            \
    X("log.entry", 6, PHASE_LOG_LIE, 30, log_entry_slot)                       \
    X("log.page", 6, PHASE_LOG_LIE, 20, log_page_slot)                         \
    X("log.base", 6, PHASE_LOG_LIE, 16, log_base_slot)                         \
    X("log.bitmap", 6, PHASE_LOG_LIE, 14, log_bitmap)                          \
    X("log.tear", 6, PHASE_LOG_LIE, 10, log_tear)                              \
    X("log.tail", 6, PHASE_LOG_LIE, 8, log_tail)                               \
    X("log.hash", 6, PHASE_LOG_LIE, 8, log_hash)                               \
    X("log.noise", 6, PHASE_LOG_LIE, 8, log_noise)                             \
    X("log.state", 6, PHASE_LOG_LIE, 6, log_state)

#define X(name, level, phase, weight, function)                                \
    bool function(struct hp_mutator *m);
OPERATOR_TABLE(X)
#undef X

/* Crossover: takes one thing of `donor`. */
bool cross_any(struct hp_mutator *m, struct hp_span donor);

#endif
