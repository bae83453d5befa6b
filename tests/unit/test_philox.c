/* SPDX-License-Identifier: MIT */
/* Philox against its authors' answers and numpy's. */
#include "base/philox.h"

#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

#define ALL UINT64_MAX
#define TOP (UINT64_C(1) << 63)

/* The first three are Random123's kat_vectors for "philox4x64 10"; all were
 * obtained from numpy 1.24 as well, for counter c and key k as whole numbers:
 *   numpy.random.Philox(key=k, counter=(c - 1) % 2**256).random_raw(4) */
static const struct {
    uint64_t counter[4], key[2], words[4];
} known[] = {
    { { 0 },
      { 0 },
      { 0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
        0x7e68b68aec7ba23b } },
    { { ALL, ALL, ALL, ALL },
      { ALL, ALL },
      { 0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6,
        0xa09caebf594f0ba0 } },
    { { 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
        0x082efa98ec4e6c89 },
      { 0x452821e638d01377, 0xbe5466cf34e90c6c },
      { 0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5,
        0x57bd43b5e52b7fe6 } },
    { { 1 },
      { 42 },
      { 0xd1f8817d4d62880e, 0x307266b65cc8797e, 0xde1f04e7f084ed03,
        0x65034a8e78cd1e59 } },
    { { TOP },
      { 0 },
      { 0xa78d32fe7d2946d5, 0x56e3aecfdcc7e8bc, 0x40382e96aa07ed6e,
        0x2297e6515c276438 } },
    { { 0, TOP },
      { 0 },
      { 0xdb3d1585dbc4612b, 0x55430f7416535496, 0x5ab0eeda84716395,
        0x15c29d1710b379e7 } },
    { { 0, 0, TOP },
      { 0 },
      { 0x0760c2945e5244d5, 0xcee74070b09a20d7, 0xde4395e9d0594c5c,
        0x324de56c3e65ca5e } },
    { { 0, 0, 0, TOP },
      { 0 },
      { 0xc0e893db46b35cc2, 0xff31db29298fb748, 0x0ec5db4ef004afe8,
        0xa935ed129431e34e } },
    { { 0 },
      { TOP },
      { 0xa82db60516915fb1, 0xfd56a04a9d26c423, 0x0650c8b86767f0de,
        0x353eb323483b81fa } },
    { { 0 },
      { 0, TOP },
      { 0x345b7dcb40f88f22, 0xeec692f35c76c0b2, 0x50a92ad0300218e4,
        0x91c297b34e370116 } },
};

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        uint64_t words[4] = { 0 };
        philox4x64(known[i].counter, known[i].key, words);
        if (memcmp(words, known[i].words, sizeof words) != 0)
            fail_msg("answer %zu is off", i);
    }
}

/* By numpy, as philox.h says. */
static const struct {
    uint64_t seed, purpose, row, word;
} rows[] = {
    { 0, 0, 0, 0x16554d9eca36314c },
    { 0, 0, 1, 0x02f4ba6408e4d89b },
    { 42, 0, 1, 0xd1f8817d4d62880e },
    { 42, 1, 0, 0x5f7936e09aba407f },
    { 42, 1, 1, 0x719965f2debb5c86 },
    { 42, 1, 59999, 0x2f372ef0d8cfab05 },
    { 1, 2, 3, 0xa3484ceef3376fef },
    { 2, 1, 3, 0xae6a312222b9308b },
    { 0, 3, UINT64_C(1) << 32, 0x5662c8c6f70872b8 },
    { 7, ALL, 69999, 0xe7ea898d1c7a87a8 },
    { ALL, 7, ALL, 0x99622e87fb81d804 },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (philox_row(rows[i].seed, rows[i].purpose, rows[i].row) !=
            rows[i].word)
            fail_msg("row %zu is off", i);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
