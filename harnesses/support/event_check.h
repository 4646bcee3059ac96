/* SPDX-License-Identifier: Apache-2.0
 *
 * A sink that believes nothing: every event of a reader of one image is held
 * against what hp_backend.h promises. What fails is FUZZ_CHECK's. */
#ifndef HP_EVENT_CHECK_H
#define HP_EVENT_CHECK_H

#include "hp_backend.h"
#include "nesting.h"
#include "reader_tape.h"
#include "span.h"

/* How a walk is looked at. */
struct event_wish {
    uint64_t most; /* events: it is stopped at this one, from 1 on. Without a
                    * tape each key below 32 levels that is deeper than all
                    * before is one more: what is wrong shows at the end. */
    struct reader_tape *tape; /* what it has to say (oracle 9), or NULL */
    bool zero_copy;           /* names and data have to lie in the image */
    bool summed;              /* `content` and `all` are wanted */
};

struct event_check {
    struct hp_span image;
    struct event_wish wish;
    struct hp_nesting nesting;
    uint64_t content;  /* hash of keys, values and data; no damage, no offset */
    uint64_t all;      /* hash of everything */
    uint64_t records;  /* keys and values */
    uint64_t depth;    /* keys open */
    uint64_t deepest;  /* most of them so far */
    uint64_t data_due; /* bytes that the open value still has by its size */
    bool in_value, damaged_value;
    uint64_t events; /* taken */
    bool damaged;    /* some damage was told */
    bool disordered; /* that a list is not sorted or hinted well */
    bool exhausted;  /* a limit of the walk was among it */
    uint32_t last;   /* kind of the last event */
};

/* Walks `image` once with `backend`, checks each event and the result, which
 * is returned: numbers of the harness's oracles 1 to 4. */
uint32_t event_check_walk(struct event_check *check,
                          const struct hp_backend *backend, uint32_t mode,
                          struct hp_span image, bool zero_copy);

/* The same as wished. What a walk that is stopped says is HP_WALK_STOPPED. */
uint32_t event_check_start(struct event_check *check,
                           const struct hp_backend *backend, uint32_t mode,
                           struct hp_span image, struct event_wish wish);

/* The same of a hive with its logs. */
uint32_t event_check_input(struct event_check *check,
                           const struct hp_backend *backend,
                           const struct hp_input *input,
                           struct event_wish wish);

#endif
