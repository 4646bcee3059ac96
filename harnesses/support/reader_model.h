/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader of hives a second time: slow, plain, and written from the format
 * (docs/anomalies.md has what each mode does about what is wrong). Of the
 * engine it uses the readers of numbers and the up-case table; nothing that
 * decides. */
#ifndef HP_READER_MODEL_H
#define HP_READER_MODEL_H

#include "reader_tape.h"
#include "span.h"

/* What a full walk of `image` has to say, strict or forensic, at least up to
 * the event number `most`. The tape is the caller's to close. */
void reader_model(struct reader_tape *tape, struct hp_span image, bool forensic,
                  uint64_t most);

#endif
