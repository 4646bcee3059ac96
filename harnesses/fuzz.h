/* SPDX-License-Identifier: Apache-2.0
 *
 * What every harness includes: the entry point, the check that survives
 * NDEBUG, and what the input decides besides the bytes themselves. A harness
 * is deterministic: the same bytes do the same work. */
#ifndef HP_FUZZ_H
#define HP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "utf16.h"

/* Handles one input; always 0. Each harness defines it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with SIGABRT unless `condition` holds. `oracle` starts with
 * the number that the harness's head comment gives it: "3: in pairs". */
#define FUZZ_CHECK(condition, oracle)                                          \
    ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, oracle))

/* Prints which oracle failed where, and aborts; on replay with fuzz_goes_on it
 * returns, to see which others fail, and what is done then may be wrong. */
#ifdef HP_REPLAY
extern bool fuzz_goes_on;
#else
_Noreturn
#endif
void fuzz_fail(const char *file, int line, const char *condition,
               const char *oracle);

/* Says what an oracle that fails next is about, so that scripts/triage tells
 * one bug from another: what is due, and what is there instead. Without
 * `found` it is told by that alone, however the oracle puts it. */
void fuzz_field(const char *due, const char *found);

/* A hash of bytes[0..size), started with `hash` (0: a new one), to compare long
 * sequences and to read each byte where a sanitizer watches. It is another one
 * on machines of another byte order. */
uint64_t fuzz_hash(uint64_t hash, const void *bytes, size_t size);

/* The same of bytes that are ours, as those of an input are, which no sanitizer
 * need see: for choices that must not cost a byte of an input that is a plain
 * hive. */
uint64_t fuzz_choice(uint64_t hash, const void *bytes, size_t size);

/* True one time in `times`, as `hash`, which is the input's, has it; `salt`
 * tells choices apart. */
bool fuzz_once_in(unsigned times, unsigned salt, uint64_t hash);

/* True when an oracle that takes long is to be asked: once in `times` when an
 * engine runs, always on replay, so that no case passes because of its hash. */
bool fuzz_asks(unsigned times, unsigned salt, uint64_t hash);

/* An input taken apart from its front. Reading past the end gives zeros. */
struct fuzz_in {
    const uint8_t *at;
    size_t left;
};
uint8_t fuzz_u8(struct fuzz_in *in);
uint16_t fuzz_u16(struct fuzz_in *in);
uint32_t fuzz_u32(struct fuzz_in *in);
/* The next `size` bytes, or as many as there are. */
struct hp_span fuzz_bytes(struct fuzz_in *in, size_t size);
/* A length byte and as many UTF-16LE units, in `arena`. */
struct hp_text fuzz_text(struct fuzz_in *in, struct hp_arena *arena);

/* Memory of which the `failing`th block (from 1 on) is refused; 0: none is.
 * An arena of it has a block for each allocation. */
struct fuzz_memory {
    size_t calls, failing;
};
struct hp_arena fuzz_arena(struct fuzz_memory *memory);

/* Most bytes that a harness takes from one arena. */
#define FUZZ_ARENA_LIMIT ((size_t)256 << 20)

#endif
