/* SPDX-License-Identifier: Apache-2.0
 *
 * hiveproof's own reader (engine/regf) as a back end. Runs in the calling
 * process: it allocates nothing but the bitmap of cell starts and, where logs
 * apply, the recovered image. Its HIVE event is then that of the clean hive. */
#ifndef HP_NATIVE_H
#define HP_NATIVE_H

#include "hp_backend.h"

/* Every check of the reader, bin headers and cell starts included. */
extern const struct hp_backend hp_backend_native;

/* For a sink that skips most keys: without the pass over all bins and cells
 * (contracts 2), so that the work is proportional to what is looked at. */
extern const struct hp_backend hp_backend_native_pruned;

#endif
