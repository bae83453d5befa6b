/* SPDX-License-Identifier: MIT */
/* Orders: each element once, the same on every machine, and without a habit
 * that a look would find. */
#include "base/permutation.h"

#include <stdlib.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- a permutation ---- */

static void check_order(uint64_t n, uint64_t seed, uint64_t purpose)
{
    struct permutation p;
    unsigned char *seen = calloc(n + 1, 1);

    assert_non_null(seen);
    permutation_init(&p, n, seed, purpose);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = permutation_at(&p, i);
        if (at >= n || seen[at])
            fail_msg("of %zu, %zu goes outside or where another is", (size_t)n,
                     (size_t)i);
        seen[at] = 1;
        if (permutation_inverse(&p, at) != i)
            fail_msg("of %zu, %zu does not come back", (size_t)n, (size_t)i);
    }
    free(seen);
}

static void test_each_once(void **state)
{
    (void)state;
    static const uint64_t large[] = { 1000, 4095, 4096, 4097, 65537, 1000003 };

    for (uint64_t n = 0; n <= 300; n++)
        for (uint64_t seed = 0; seed < 3; seed++)
            check_order(n, seed, n % 2);
    for (size_t i = 0; i < COUNT_OF(large); i++)
        check_order(large[i], i, 1);
}

/* Where not all can be tried, some, at both ends and all over. */
static void test_far(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {
        (UINT64_C(1) << 32) + 1,
        (UINT64_C(1) << 60) + 1,
        (UINT64_C(1) << 62) - 1,
        UINT64_C(1) << 62,
    };
    uint64_t noise = 1;

    for (size_t k = 0; k < COUNT_OF(sizes); k++) {
        struct permutation p;
        permutation_init(&p, sizes[k], 5, 6);
        for (uint64_t j = 0; j < 3000; j++) {
            uint64_t i = j < 1000   ? j
                         : j < 2000 ? sizes[k] - 1 - (j - 1000)
                                    : noise_next(&noise) % sizes[k];
            uint64_t at = permutation_at(&p, i);
            assert_true(at < sizes[k]);
            assert_true(permutation_inverse(&p, at) == i);
        }
    }
}

/* What the header says of the walks rests on this. */
static void test_domain_is_below_four_times(void **state)
{
    (void)state;
    struct permutation p;

    for (uint64_t n = 1; n <= UINT64_C(1) << 62; n += 1 + n / 3) {
        permutation_init(&p, n, 0, 0);
        uint64_t domain = UINT64_C(1) << (2 * p.half_bits);
        assert_true(domain >= n);
        assert_true(domain / 4 < n);
    }
    permutation_init(&p, UINT64_C(1) << 62, 0, 0);
    assert_int_equal(p.half_bits, 31);
    permutation_init(&p, 0, 0, 0);
    assert_int_equal(p.half_bits, 0);
}

/* ---- always the same ---- */

/* By an implementation in Python on top of numpy.random.Philox. Datasets that
 * were prepared depend on them: they never change. */
static const struct {
    uint64_t n, seed, purpose;
    uint64_t order[17];
} whole[] = {
    { 1, 0, 0, { 0 } },
    { 2, 0, 0, { 0, 1 } },
    { 3, 0, 0, { 2, 1, 0 } },
    { 10, 0, 0, { 8, 7, 4, 1, 6, 0, 5, 2, 9, 3 } },
    { 10, 1, 0, { 0, 5, 6, 9, 4, 3, 8, 2, 7, 1 } },
    { 10, 0, 1, { 8, 9, 1, 4, 2, 3, 7, 6, 5, 0 } },
    { 16, 42, 1, { 3, 1, 12, 4, 6, 7, 5, 2, 15, 14, 10, 0, 13, 11, 8, 9 } },
    { 17, 42, 1, { 7, 6, 2, 3, 0, 1, 5, 4, 8, 12, 14, 10, 11, 15, 16, 13, 9 } },
};

/* Where 0, 1, 2, n / 2 and n - 1 go. */
static const struct {
    uint64_t n, seed, purpose;
    uint64_t places[5];
} parts[] = {
    { 60000, 0, 0, { 6860, 32609, 36203, 38425, 49915 } },
    { 60000, 42, 1, { 10074, 16256, 36908, 36877, 59659 } },
    { 70000, UINT64_MAX, UINT64_MAX, { 66077, 48307, 23506, 9429, 51712 } },
    { 1000003, 7, 3, { 15758, 818287, 558763, 342882, 69746 } },
    { 1000000000,
      1,
      2,
      { 483221582, 587763864, 432691551, 101486377, 104132802 } },
    { UINT64_C(1) << 62,
      1,
      2,
      { 732979087177379874, 606662730005756042, 12869177788758212,
        987884304389048573, 1980424434367354336 } },
    { (UINT64_C(1) << 62) - 1,
      9,
      9,
      { 2655386882905843400, 2669291819659206060, 2275552626710707940,
        3532978687705437919, 2296539737009548618 } },
};

static void test_known_answers(void **state)
{
    (void)state;
    struct permutation p;

    for (size_t k = 0; k < COUNT_OF(whole); k++) {
        permutation_init(&p, whole[k].n, whole[k].seed, whole[k].purpose);
        for (uint64_t i = 0; i < whole[k].n; i++)
            if (permutation_at(&p, i) != whole[k].order[i])
                fail_msg("order %zu is off at %zu", k, (size_t)i);
    }
    for (size_t k = 0; k < COUNT_OF(parts); k++) {
        const uint64_t n = parts[k].n, from[] = { 0, 1, 2, n / 2, n - 1 };
        permutation_init(&p, n, parts[k].seed, parts[k].purpose);
        for (size_t i = 0; i < COUNT_OF(from); i++)
            if (permutation_at(&p, from[i]) != parts[k].places[i])
                fail_msg("order %zu is off at place %zu", k, i);
    }
}

/* ---- as if by chance ---- */

/* Two orders that have nothing to do with each other agree at one place, on
 * average; at more than 10, once in a hundred million. */
static void test_seeds_and_purposes(void **state)
{
    (void)state;
    enum { N = 1000 };
    static const uint64_t keys[][2] = {
        { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 },          { 2, 1 },
        { 1, 2 }, { 3, 0 }, { 0, 3 }, { UINT64_MAX, 0 }, { 0, UINT64_MAX },
    };

    for (size_t a = 0; a < COUNT_OF(keys); a++) {
        for (size_t b = 0; b < COUNT_OF(keys); b++) {
            struct permutation p, q;
            permutation_init(&p, N, keys[a][0], keys[a][1]);
            permutation_init(&q, N, keys[b][0], keys[b][1]);
            unsigned same = 0, inverse = 0;
            for (uint64_t i = 0; i < N; i++) {
                same += permutation_at(&p, i) == permutation_at(&q, i);
                inverse += permutation_at(&p, i) == permutation_inverse(&q, i);
            }
            assert_true(a == b ? same == N : same <= 10);
            assert_true(inverse <= 10);
        }
    }
}

static double chi_square(const unsigned *counts, size_t n, double expected)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        double off = counts[i] - expected;
        sum += off * off / expected;
    }
    return sum;
}

/* Over many seeds each element comes to each place equally often, and so does
 * each distance between neighbours. The seeds are given, so is the outcome; the
 * bounds are five standard deviations of chi-square. A network of three
 * rounds is far outside. */
static void test_even(void **state)
{
    (void)state;
    enum { N = 100, SEEDS = 3000 };
    static unsigned place[N * N], distance[N];

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct permutation p;
        permutation_init(&p, N, seed, 1);
        uint64_t last = permutation_at(&p, N - 1);
        for (uint64_t i = 0; i < N; i++) {
            uint64_t at = permutation_at(&p, i);
            place[i * N + at]++;
            distance[(at + N - last) % N]++;
            last = at;
        }
    }
    /* rows and columns of `place` have given sums */
    double sum = chi_square(place, COUNT_OF(place), (double)SEEDS / N);
    assert_true(sum > 9801 - 5 * 140 && sum < 9801 + 5 * 140);
    assert_int_equal(distance[0], 0);
    sum = chi_square(distance + 1, N - 1, (double)SEEDS * N / (N - 1));
    assert_true(sum > 98 - 5 * 14 && sum < 98 + 5 * 14);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_domain_is_below_four_times),
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_seeds_and_purposes),
        cmocka_unit_test(test_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
