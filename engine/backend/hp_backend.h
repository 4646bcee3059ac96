/* SPDX-License-Identifier: Apache-2.0
 *
 * hp_backend.h - the one seam between hiveproof and a registry hive parser,
 * version 1.
 *
 * A parser is plugged in as a shared object (or, for the fuzz harnesses, as
 * an object file) that exports one function
 *
 *     const struct hp_backend *hp_backend_v1(void);
 *
 * and implements one other, `walk`, which reports a hive as a stream of
 * events. This header is valid C89 (with <stdint.h>) and C++98, needs no
 * other header of hiveproof, and its structs only ever grow at their end:
 * `size` says how many fields the other side knows. An incompatible change
 * would be hp_backend_v2.
 *
 * Events, depth first:
 *
 *     HIVE                            once, first
 *     for each key, the root first:
 *       KEY_ENTER
 *       for each of its values:       VALUE, then its DATA in pieces, or DIGEST
 *       for each of its subkeys:      the same, one level deeper
 *       KEY_LEAVE
 *     DAMAGE                          anywhere
 *
 * After each event the sink says how to go on (HP_CONTINUE, ...). KEY_LEAVE
 * always follows KEY_ENTER except after HP_STOP, after which nothing is sent
 * any more and walk returns HP_WALK_STOPPED. */
#ifndef HP_BACKEND_H
#define HP_BACKEND_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reading modes (hp_input.mode). Strict: refuse a hive whose content cannot
 * be reached, bounded or typed without doubt. Forensic: report every byte
 * that exists, with DAMAGE for what is wrong. */
#define HP_MODE_STRICT 1u
#define HP_MODE_FORENSIC 2u

/* A transaction log, for a reader that says HP_CAN_LOGS. */
struct hp_log_input {
    const void *data; /* NULL: there is no such log */
    uint64_t size;    /* 0 beside other data: its file is empty */
};

/* What to read. The memory is borrowed, read-only and hostile, and may end
 * right before an unmapped page. */
struct hp_input {
    uint32_t size; /* sizeof(struct hp_input) */
    uint32_t mode;
    const void *image;
    uint64_t image_size;
    struct hp_log_input log[3]; /* .LOG, .LOG1, .LOG2 */
};

/* A number that the reader does not know. */
#define HP_UNKNOWN_U64 UINT64_C(0xffffffffffffffff)
/* With a NULL pointer: the reader cannot tell. NULL with size 0: there is
 * none. */
#define HP_UNKNOWN_SIZE UINT32_C(0xffffffff)

/* Encodings of a string's bytes. */
#define HP_UTF16LE 1u
#define HP_UTF8 2u
#define HP_LATIN1 3u

/* A string of the hive: `size` bytes at `bytes`, no terminator. Any code unit
 * may occur, NUL and lone surrogates included. Valid until the sink returns. */
struct hp_string {
    const void *bytes;
    uint32_t size; /* in bytes */
    uint32_t encoding;
};

/* Kinds of events. */
#define HP_EVENT_HIVE 1u
#define HP_EVENT_KEY_ENTER 2u
#define HP_EVENT_VALUE 3u
#define HP_EVENT_DATA 4u
#define HP_EVENT_KEY_LEAVE 5u
#define HP_EVENT_DAMAGE 6u
#define HP_EVENT_DIGEST 7u

/* The numbers are those of the hive, 64 bits wide so that HP_UNKNOWN_U64 can
 * stand in. */
struct hp_hive_event {
    uint64_t minor_version; /* 3 to 6 */
    uint64_t dirty;         /* 1: the sequence numbers differ */
    uint64_t sequence1, sequence2;
};

struct hp_key_event {
    struct hp_string name; /* only the root's may be one it cannot tell */
    uint64_t filetime;     /* last written: 100 ns since 1601, as stored */
    uint64_t flags;        /* nk flags, as stored */
    struct hp_string class_name;
    const void *security; /* self-relative security descriptor */
    uint32_t security_size;
};

struct hp_value_event {
    struct hp_string name; /* empty: the default value */
    uint64_t type;         /* 32 bits, any */
    uint64_t data_size;    /* declared, without the inline bit, in bytes */
    uint64_t flags;        /* vk flags, as stored */
};

struct hp_data_event {
    const void *bytes; /* the next piece of the value's data */
    uint64_t size;     /* bytes, never 0 */
};

/* Instead of DATA, by a reader that does not send the bytes. */
struct hp_digest_event {
    const void *sha256; /* of all of the value's data, 32 bytes */
    uint64_t size;      /* of the data in bytes, never 0 */
};

/* What the reader did about damage. */
#define HP_DAMAGE_NOTED 0u   /* nothing: the content is not affected */
#define HP_DAMAGE_DROPPED 1u /* the object is not reported */
#define HP_DAMAGE_CLAMPED 2u /* it is reported as far as it exists */
#define HP_DAMAGE_SKIPPED 3u /* an unknown number of objects is missing */

struct hp_damage_event {
    uint64_t status;   /* a code of the reader's own, 1xx or 2xx if it is
                        * hiveproof's (enum hp_status) */
    uint64_t offset;   /* hive offset of the broken record */
    uint64_t found;    /* the value found in the field */
    const char *field; /* e.g. "nk.name_length"; ASCII, NUL-terminated */
    uint32_t action;   /* HP_DAMAGE_ */
};

struct hp_event {
    uint32_t size; /* sizeof(struct hp_event) */
    uint32_t kind; /* HP_EVENT_; says which member of `u` is set */
    union {
        struct hp_hive_event hive;
        struct hp_key_event key; /* KEY_ENTER only */
        struct hp_value_event value;
        struct hp_data_event data;
        struct hp_damage_event damage;
        struct hp_digest_event digest;
    } u;
};

/* What a sink answers. */
#define HP_CONTINUE 0u
#define HP_SKIP 1u        /* KEY_ENTER: no values, no subkeys; VALUE: no DATA */
#define HP_VALUES_ONLY 2u /* KEY_ENTER: values, but no subkeys */
#define HP_STOP 3u        /* send nothing more */

struct hp_sink {
    uint32_t size; /* sizeof(struct hp_sink) */
    uint32_t (*event)(void *self, const struct hp_event *event);
    void *self;
};

/* Results of a walk. */
#define HP_WALK_DONE 0u    /* everything was sent */
#define HP_WALK_PARTIAL 1u /* damage: something is missing or clamped */
#define HP_WALK_REFUSED 2u /* not a hive that this reader takes */
#define HP_WALK_STOPPED 3u /* the sink answered HP_STOP */
#define HP_WALK_FAILED 4u  /* the system failed (memory, files) */

/* What a back end can tell, bits. */
#define HP_CAN_CLASS 1u
#define HP_CAN_SECURITY 2u
#define HP_CAN_TIMESTAMPS 4u
#define HP_CAN_FLAGS 8u
#define HP_CAN_LOGS 16u
#define HP_CAN_STRICT 32u
#define HP_CAN_FORENSIC 64u

struct hp_backend {
    uint32_t size;        /* sizeof(struct hp_backend) */
    const char *name;     /* "libfoo", lower case, stable */
    const char *version;  /* "1.2.3" */
    const char *homepage; /* "" where there is none */
    uint32_t capabilities;

    /* Reports the hive in `input` to `sink` and returns HP_WALK_. A refusal
     * is announced by one DAMAGE event that says why. The call must return
     * in bounded time, keep no state between calls and be safe on two
     * threads with two inputs. */
    uint32_t (*walk)(const struct hp_input *input, const struct hp_sink *sink);
};

/* Exported by a module; built-in back ends have names of their own. */
const struct hp_backend *hp_backend_v1(void);

#ifdef __cplusplus
}
#endif

#endif
