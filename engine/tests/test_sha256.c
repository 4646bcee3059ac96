/* SPDX-License-Identifier: Apache-2.0 */
#include "hp_cmocka.h"

#include <stdio.h>
#include <string.h>

#include "sha256.h"

static void expect(const char *wanted, const void *bytes, size_t size,
                   size_t piece)
{
    struct hp_sha256 sha;
    uint8_t digest[HP_SHA256_SIZE];
    char text[2 * HP_SHA256_SIZE + 1];

    hp_sha256_begin(&sha);
    for (size_t at = 0; at < size; at += piece)
        hp_sha256_take(&sha, (const char *)bytes + at,
                       size - at < piece ? size - at : piece);
    hp_sha256_end(&sha, digest);
    for (size_t i = 0; i < HP_SHA256_SIZE; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(text, wanted);
}

/* The examples of FIPS 180-2, appendix B, and the digest of nothing. */
static void examples__have_their_digests(void **state)
{
    static const char two_blocks[] =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static char million[1000000];

    (void)state;
    expect("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
           "", 0, 1);
    expect("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
           "abc", 3, 3);
    expect("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
           two_blocks, 56, 56);
    memset(million, 'a', sizeof million);
    expect("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
           million, sizeof million, 977);
}

/* Around the end of a block, in pieces of every size: as if taken at once. */
static void pieces__do_not_matter(void **state)
{
    static const uint8_t bytes[130] = {1, 2, 3};

    (void)state;
    for (size_t size = 50; size <= sizeof bytes; size++) {
        struct hp_sha256 sha;
        uint8_t digest[HP_SHA256_SIZE];
        char text[2 * HP_SHA256_SIZE + 1];
        hp_sha256_begin(&sha);
        hp_sha256_take(&sha, bytes, size);
        hp_sha256_end(&sha, digest);
        for (size_t i = 0; i < HP_SHA256_SIZE; i++)
            (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
        for (size_t piece = 1; piece < size; piece++)
            expect(text, bytes, size, piece);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples__have_their_digests),
        cmocka_unit_test(pieces__do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
