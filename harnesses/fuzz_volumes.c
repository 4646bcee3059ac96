/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_volumes - which volumes a machine has (4.1 to 4.3).
 *
 * Input   a question (support/ask.h); 1 byte: the system drive, modulo 27 (0:
 *         none); 1 byte: memory fails (bit 0); then values of MountedDevices:
 *         a name (a length byte and UTF-16 units), 1 byte type, modulo 8, a
 *         length byte and data.
 * Oracles 1. the user's volumes stand first and as given;
 *         2. only they and the system drive are ever present;
 *         3. a letter is found if and only if somebody named it;
 *         4. a GUID of MountedDevices is found, as what its letter is;
 *         5. only memory makes it fail, and only when memory was refused;
 *         6. what lies on a device that the user names is found, nothing else.
 */
#include "ask.h"
#include "volume_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct fuzz_memory memory = {0, 0}, enough = {0, 0};
    struct hp_arena arena = fuzz_arena(&memory), texts = fuzz_arena(&enough);
    struct hp_mounted_device devices[VOLUME_DEVICES];
    struct hp_volumes volumes;
    struct ask ask;

    ask_read(&ask, &in);
    unsigned drive = fuzz_u8(&in) % 27;
    char letter = drive == 0 ? '\0' : (char)('A' + drive - 1);
    if ((fuzz_u8(&in) & 1) != 0)
        memory.failing = 1 + fuzz_choice(0, data, size) % 10;
    size_t count = volume_rules_read(devices, &texts, &in);
    if (volume_rules_build(&volumes, &arena, &memory, &ask.question, letter,
                           devices, count))
        volume_rules_check(&volumes, &ask.question, letter, devices, count);
    hp_arena_close(&arena);
    hp_arena_close(&texts);
    return 0;
}
