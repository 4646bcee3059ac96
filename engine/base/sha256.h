/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 (FIPS 180-4), in pieces. */
#ifndef HP_SHA256_H
#define HP_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define HP_SHA256_SIZE 32
#define HP_SHA256_BLOCK 64

struct hp_sha256 {
    uint32_t state[8];
    uint64_t size;                  /* bytes taken so far */
    uint8_t block[HP_SHA256_BLOCK]; /* the first size % 64 wait */
};

/* Starts the digest of nothing. */
void hp_sha256_begin(struct hp_sha256 *sha);

/* Takes the next bytes[0..size). */
void hp_sha256_take(struct hp_sha256 *sha, const void *bytes, uint64_t size);

/* The digest of all that was taken; *sha is then used up. */
void hp_sha256_end(struct hp_sha256 *sha, uint8_t digest[HP_SHA256_SIZE]);

#endif
