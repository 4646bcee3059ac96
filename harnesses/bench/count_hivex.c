/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into fuzz_hivex with -Wl,--wrap: counts its executions, the hives that
 * are opened, and the calls of libhivex, and says so at the end. */
#include <hivex.h>
#include <inttypes.h>
#include <stdio.h>

#include "fuzz.h"

static uint64_t runs, opened, calls;

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
hive_h *__wrap_hivex_open(const char *name, int flags);
hive_h *__real_hivex_open(const char *name, int flags);

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    runs++;
    return __real_LLVMFuzzerTestOneInput(data, size);
}

hive_h *__wrap_hivex_open(const char *name, int flags)
{
    hive_h *hive = __real_hivex_open(name, flags);

    calls++;
    opened += hive != NULL;
    return hive;
}

/* The calls on a handle: CMakeLists.txt wraps the same. */
#define COUNTED(type, name, parameters, arguments)                             \
    type __wrap_##name parameters;                                             \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        calls++;                                                               \
        return __real_##name arguments;                                        \
    }
#define COUNTED_NODE(type, name)                                               \
    COUNTED(type, name, (hive_h * hive, hive_node_h node), (hive, node))
#define COUNTED_FIND(type, name)                                               \
    COUNTED(type, name, (hive_h * hive, hive_node_h node, const char *key),    \
            (hive, node, key))
#define COUNTED_VALUE(type, name)                                              \
    COUNTED(type, name, (hive_h * hive, hive_value_h value), (hive, value))

COUNTED(int, hivex_close, (hive_h * hive), (hive))
COUNTED(hive_node_h, hivex_root, (hive_h * hive), (hive))
COUNTED(int64_t, hivex_last_modified, (hive_h * hive), (hive))
COUNTED_NODE(char *, hivex_node_name)
COUNTED_NODE(size_t, hivex_node_name_len)
COUNTED_NODE(int64_t, hivex_node_timestamp)
COUNTED_NODE(size_t, hivex_node_struct_length)
COUNTED_NODE(hive_node_h *, hivex_node_children)
COUNTED_NODE(size_t, hivex_node_nr_children)
COUNTED_NODE(hive_node_h, hivex_node_parent)
COUNTED_NODE(hive_value_h *, hivex_node_values)
COUNTED_NODE(size_t, hivex_node_nr_values)
COUNTED_FIND(hive_node_h, hivex_node_get_child)
COUNTED_FIND(hive_value_h, hivex_node_get_value)
COUNTED_VALUE(char *, hivex_value_key)
COUNTED_VALUE(size_t, hivex_value_key_len)
COUNTED_VALUE(char *, hivex_value_string)
COUNTED_VALUE(char **, hivex_value_multiple_strings)
COUNTED_VALUE(int32_t, hivex_value_dword)
COUNTED_VALUE(int64_t, hivex_value_qword)
COUNTED_VALUE(size_t, hivex_value_struct_length)
COUNTED(int, hivex_value_type,
        (hive_h * hive, hive_value_h value, hive_type *type, size_t *size),
        (hive, value, type, size))
COUNTED(char *, hivex_value_value,
        (hive_h * hive, hive_value_h value, hive_type *type, size_t *size),
        (hive, value, type, size))
COUNTED(hive_value_h, hivex_value_data_cell_offset,
        (hive_h * hive, hive_value_h value, size_t *size), (hive, value, size))
COUNTED(int, hivex_visit,
        (hive_h * hive, const struct hivex_visitor *visitor, size_t size,
         void *opaque, int flags),
        (hive, visitor, size, opaque, flags))

__attribute__((destructor)) static void tell(void)
{
    (void)fprintf(stderr,
                  "counted: runs %" PRIu64 " opened %" PRIu64 " calls %" PRIu64
                  "\n",
                  runs, opened, calls);
}
