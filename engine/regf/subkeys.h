/* SPDX-License-Identifier: Apache-2.0
 *
 * The subkeys of a key: its lf, lh or li leaf, or the leaves below an ri. */
#ifndef HP_SUBKEYS_H
#define HP_SUBKEYS_H

#include "hp_limits.h"
#include "key.h"

struct hp_list {
    struct hp_span elements;
    uint32_t offset; /* of the list's cell */
    uint16_t signature;
    uint16_t next, count; /* elements */
};

/* An element of a leaf. */
struct hp_subkey {
    struct hp_ref ref;  /* to the nk */
    uint16_t signature; /* of the leaf: SIG_LF, SIG_LH, SIG_LI */
    uint32_t hint;      /* of lf: four characters; of lh: the hash */
};

struct hp_subkeys {
    struct hp_hive *hive;
    uint32_t owner;           /* offset of the nk */
    uint32_t expected, found; /* elements: the nk's count, and those walked */
    bool whole; /* so far every list could be read: the counts must agree */
    int depth;
    struct hp_list stack[HP_LIMIT_RI_DEPTH_FORENSIC + 1];
};

/* Starts a walk of the subkeys of `key`; it->hive reports. */
void hp_subkeys_open(struct hp_subkeys *it, struct hp_hive *hive,
                     const struct hp_key *key);

/* Sets *subkey to the next element. False at the end, when the hive was
 * refused, or when damage waits in the hive: fetch it and call again.
 * hp_subkeys_is_done tells the end from the others. */
bool hp_subkeys_next(struct hp_subkeys *it, struct hp_subkey *subkey);
bool hp_subkeys_is_done(const struct hp_subkeys *it);

/* Compares a leaf element with the key it led to and with the name before it in
 * the list (NULL: it is the first), and notes a wrong hint or hash, wrong
 * order, or a duplicate. */
void hp_subkey_check(struct hp_hive *hive, const struct hp_subkey *subkey,
                     const struct hp_key *key, struct hp_raw_name previous);

#endif
