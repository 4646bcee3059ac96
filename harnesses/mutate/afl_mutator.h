/* SPDX-License-Identifier: Apache-2.0
 *
 * What AFL++ 4.04c looks up in a custom mutator. `data` is what init returned;
 * AFL++'s own state is not looked at. */
#ifndef HP_AFL_MUTATOR_H
#define HP_AFL_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

void *afl_custom_init(void *afl, unsigned seed);
size_t afl_custom_fuzz(void *data, uint8_t *bytes, size_t size, uint8_t **out,
                       uint8_t *other, size_t other_size, size_t max);
const char *afl_custom_describe(void *data, size_t most);
size_t afl_custom_post_process(void *data, uint8_t *bytes, size_t size,
                               uint8_t **out);
int afl_custom_init_trim(void *data, uint8_t *bytes, size_t size);
size_t afl_custom_trim(void *data, uint8_t **out);
int afl_custom_post_trim(void *data, unsigned char success);
uint8_t afl_custom_queue_new_entry(void *data, const uint8_t *file,
                                   const uint8_t *origin);
void afl_custom_deinit(void *data);

#endif
