/* SPDX-License-Identifier: MIT */
/* Sizes that do not fit, and byte order. */
#include "base/sizes.h"

#include <string.h>

#include "helpers.h"

static void test_what_does_not_fit(void **state)
{
    (void)state;
    uint64_t size = UINT64_C(1) << 32;

    assert_true(size_mul(&size, (UINT64_C(1) << 32) - 1));
    assert_true(size == UINT64_MAX - UINT32_MAX);
    assert_true(size_add(&size, UINT32_MAX));
    assert_true(size == UINT64_MAX);
    assert_false(size_add(&size, 1));
    size = UINT64_C(1) << 32;
    assert_false(size_mul(&size, size));
}

static void test_load(void **state)
{
    (void)state;
    /* at an odd place, and with high bits where signs could creep in */
    static const unsigned char bytes[] = { 0,    0xF1, 0xE2, 0xD3, 0xC4,
                                           0xB5, 0xA6, 0x97, 0x88 };

    assert_int_equal(load_le16(bytes + 1), 0xE2F1);
    assert_true(load_le32(bytes + 1) == 0xC4D3E2F1u);
    assert_true(load_le64(bytes + 1) == UINT64_C(0x8897A6B5C4D3E2F1));
    assert_true(load_be32(bytes + 1) == 0xF1E2D3C4u);
}

static void test_store(void **state)
{
    (void)state;
    static const unsigned char little[] = { 0xF1, 0xE2, 0xD3, 0xC4,
                                            0xB5, 0xA6, 0x97, 0x88 };
    static const unsigned char big[] = { 0xC4, 0xD3, 0xE2, 0xF1 };

    for (size_t n = 0; n <= sizeof little; n++) {
        unsigned char raw[10] = { 0 };

        store_le(raw + 1, UINT64_C(0x8897A6B5C4D3E2F1), n);
        assert_memory_equal(raw + 1, little, n);
        assert_int_equal(raw[0], 0);
        for (size_t i = n + 1; i < sizeof raw; i++)
            assert_int_equal(raw[i], 0);
    }
    unsigned char raw[4];
    store_be32(raw, 0xC4D3E2F1u);
    assert_memory_equal(raw, big, sizeof big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
