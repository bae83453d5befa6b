/* SPDX-License-Identifier: MIT */
/* CRC-32C against the RFC's answers, and bit by bit; each test goes by the
 * processor's instruction, where it has one, and by the tables. */
#include "base/crc32c.h"

#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

typedef uint32_t crc_function(uint32_t crc, const void *bytes, size_t n);

static crc_function *const functions[] = { crc32c, crc32c_by_tables };

/* RFC 3720, appendix B.4: 32 bytes each, but for the command. */
static unsigned char zeros[32], ones[32], rising[32], falling[32];
static const unsigned char read_command[48] = {
    0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0,
    0x14, 0,    0, 0, 0, 0, 4, 0, 0, 0, 0, 20, 0, 0, 0, 24,
    0x28, 0,    0, 0, 0, 0, 0, 0, 2, 0, 0, 0,  0, 0, 0, 0,
};

static const struct {
    const void *bytes;
    size_t n;
    uint32_t crc;
} known[] = {
    { "", 0, 0 },
    { "123456789", 9, 0xe3069283 }, /* the check value of catalogues of CRCs */
    { zeros, 32, 0x8a9136aa },
    { ones, 32, 0x62a8ab43 },
    { rising, 32, 0x46dd794e },
    { falling, 32, 0x113fdb5c },
    { read_command, 48, 0xd9963a56 },
};

static int make_input(void **state)
{
    (void)state;
    memset(ones, 0xff, sizeof ones);
    for (unsigned char i = 0; i < 32; i++) {
        rising[i] = i;
        falling[i] = (unsigned char)(31 - i);
    }
    return 0;
}

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT_OF(functions); f++) {
        for (size_t i = 0; i < COUNT_OF(known); i++) {
            const unsigned char *bytes = known[i].bytes;
            /* in two parts, cut everywhere */
            for (size_t cut = 0; cut <= known[i].n; cut++) {
                uint32_t crc = functions[f](0, bytes, cut);
                crc = functions[f](crc, bytes + cut, known[i].n - cut);
                if (crc != known[i].crc)
                    fail_msg("answer %zu, cut at %zu, is %08x", i, cut,
                             (unsigned)crc);
            }
        }
        assert_int_equal(functions[f](7, NULL, 0), 7);
    }
}

static uint32_t crc_by_bits(const unsigned char *bytes, size_t n)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < 8 * n; i++) {
        uint32_t bit = (crc ^ (uint32_t)bytes[i / 8] >> i % 8) & 1;
        crc = crc >> 1 ^ (bit ? 0x82f63b78 : 0);
    }
    return ~crc;
}

/* Each length and each place in a word. */
static void test_lengths_and_places(void **state)
{
    (void)state;
    unsigned char bytes[8 + 300];

    fill_noise(bytes, sizeof bytes, 1);
    for (size_t at = 0; at < 8; at++) {
        for (size_t n = 0; n <= 300; n++) {
            uint32_t wanted = crc_by_bits(bytes + at, n);
            for (size_t f = 0; f < COUNT_OF(functions); f++)
                if (functions[f](0, bytes + at, n) != wanted)
                    fail_msg("%zu bytes at %zu: function %zu is off", n, at, f);
        }
    }
}

/* Each byte at each place of a step: all entries of all tables. */
static void test_each_byte(void **state)
{
    (void)state;
    for (size_t at = 0; at < 8; at++) {
        for (unsigned b = 0; b < 256; b++) {
            unsigned char bytes[8] = { 0 };
            bytes[at] = (unsigned char)b;
            uint32_t wanted = crc_by_bits(bytes, 8);
            for (size_t f = 0; f < COUNT_OF(functions); f++)
                if (functions[f](0, bytes, 8) != wanted)
                    fail_msg("byte %u at %zu: function %zu is off", b, at, f);
        }
    }
}

static void test_large(void **state)
{
    (void)state;
    static unsigned char bytes[1000 * 1000 + 5];

    fill_noise(bytes, sizeof bytes, 2);
    uint32_t wanted = crc_by_bits(bytes, sizeof bytes);
    for (size_t f = 0; f < COUNT_OF(functions); f++)
        assert_int_equal(functions[f](0, bytes, sizeof bytes), wanted);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_lengths_and_places),
        cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, make_input, NULL);
}
