/* SPDX-License-Identifier: MIT */
/* Equal rows, with good hashes and with the worst, against a search through
 * all pairs. */
#include "stage/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- the hash ---- */

static int compare_words(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static size_t count_distinct(uint64_t *values, size_t n)
{
    size_t distinct = n > 0;

    qsort(values, n, sizeof *values, compare_words);
    for (size_t i = 1; i < n; i++)
        distinct += values[i] != values[i - 1];
    return distinct;
}

/* Rows of every length in memory of just that size, and each of them with one
 * bit changed. */
static void test_each_bit_counts(void **state)
{
    (void)state;
    enum { MOST = 100 };
    uint64_t *hashes = malloc((MOST + 1) * (MOST * 8 + 1) * sizeof *hashes);
    size_t count = 0;

    assert_non_null(hashes);
    for (size_t n = 0; n <= MOST; n++) {
        unsigned char *row = malloc(n + (n == 0));
        assert_non_null(row);
        fill_noise(row, n, 5);
        hashes[count++] = row_hash(0, row, n);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            row[bit / 8] ^= (unsigned char)(1u << bit % 8);
            hashes[count++] = row_hash(0, row, n);
            row[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        assert_true(row_hash(0, row, n) == hashes[count - 8 * n - 1]);
        free(row);
    }
    assert_int_equal(count_distinct(hashes, count), count);
    free(hashes);
}

static void test_black_rows_by_length(void **state)
{
    (void)state;
    static const unsigned char black[200];
    uint64_t hashes[sizeof black];

    for (size_t n = 0; n < sizeof black; n++)
        hashes[n] = row_hash(0, black, n);
    assert_int_equal(count_distinct(hashes, sizeof black), sizeof black);
}

/* Almost black pictures that differ in one pixel's level: both ends of the hash
 * are spread as a random one's would be, of which 65536 take 63% of as many
 * values. */
static void test_spread(void **state)
{
    (void)state;
    enum { ROWS = 65536, PIXELS = 784 };
    unsigned char row[PIXELS] = { 0 };
    uint64_t *low = malloc(ROWS * sizeof *low);
    uint64_t *high = malloc(ROWS * sizeof *high);

    assert_true(low && high);
    for (size_t i = 0; i < ROWS; i++) {
        row[i / 255 * 3] = (unsigned char)(1 + i % 255);
        low[i] = row_hash(0, row, PIXELS) & 0xFFFF;
        high[i] = row_hash(0, row, PIXELS) >> 48;
        row[i / 255 * 3] = 0;
    }
    size_t distinct[2] = { count_distinct(low, ROWS),
                           count_distinct(high, ROWS) };
    for (size_t i = 0; i < 2; i++)
        if (distinct[i] < 41000 || distinct[i] > 41900)
            fail_msg("%zu values", distinct[i]);
    free(low);
    free(high);
}

/* ---- finding ---- */

struct rows {
    const int *value;
    size_t calls;
    size_t fail_at; /* the call that fails, from 1; 0: none */
};

static int same_value(void *context, uint64_t a, uint64_t b, struct error *err)
{
    struct rows *rows = context;

    assert_true(a < b);
    if (++rows->calls == rows->fail_at) {
        error_set(err, FAIL_SYSTEM, "row %d is gone", (int)b);
        return -1;
    }
    return rows->value[a] == rows->value[b];
}

enum hashing { BY_VALUE, ALL_EQUAL, LAST_PLACE, MODULO_3, PAIRS, HASHINGS };

static uint64_t hash_of(enum hashing how, int value)
{
    switch (how) {
    case BY_VALUE:
        return row_hash(0, (const unsigned char *)&value, sizeof value);
    case ALL_EQUAL:
        return 42;
    case LAST_PLACE:
        return UINT64_MAX - (uint64_t)(value % 2);
    case MODULO_3:
        return (uint64_t)(value % 3);
    case PAIRS: /* the same place, but not the same hash */
    case HASHINGS:
        break;
    }
    return (uint64_t)(value / 2) << 40;
}

static void add_rows(struct duplicates *d, enum hashing how, const int *value,
                     size_t n)
{
    struct error err = { 0 };

    for (size_t i = 0; i < n; i++)
        assert_true(duplicates_add(d, hash_of(how, value[i]), &err));
    assert_no_error(err);
}

static void check_all_pairs(const struct duplicates *d, const int *value,
                            size_t n)
{
    assert_int_equal(d->rows, n);
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        while (value[first] != value[i])
            first++;
        if (d->first[i] != first)
            fail_msg("row %zu of %zu: %u, not %zu", i, n, d->first[i], first);
    }
}

/* Rows come in two parts, and are looked through after each. */
static void test_all_pairs(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 2, 3, 100, 1023, 1024, 1025, 3000 };
    static const int ranges[] = { 1, 2, 7, 200, 1000000 };
    int value[3000];

    for (size_t i = 0; i < COUNT_OF(sizes) * COUNT_OF(ranges) * HASHINGS; i++) {
        enum hashing how = (enum hashing)(i % HASHINGS);
        size_t n = sizes[i / HASHINGS % COUNT_OF(sizes)];
        int range = ranges[i / HASHINGS / COUNT_OF(sizes)];
        struct duplicates d = { 0 };
        struct rows rows = { .value = value };
        struct error err = { 0 };
        uint64_t noise = i + 1;

        for (size_t j = 0; j < n; j++)
            value[j] = (int)(noise_next(&noise) % (uint64_t)range);
        add_rows(&d, how, value, n / 2);
        assert_true(duplicates_find(&d, same_value, &rows, &err));
        check_all_pairs(&d, value, n / 2);
        add_rows(&d, how, value + n / 2, n - n / 2);
        assert_true(duplicates_find(&d, same_value, &rows, &err));
        check_all_pairs(&d, value, n);
        duplicates_release(&d);
        assert_null(d.hash);
        duplicates_release(&d);
    }
}

/* The one case in a nutshell: a, b and c collide, and each comes again. */
/* Rows whose first word makes the first factor 0 whatever follows: all have one
 * hash for him who knows the key, and different ones otherwise. */
static void test_rows_made_to_collide(void **state)
{
    (void)state;
    enum { ROWS = 1000 };
    uint64_t known[ROWS], other[ROWS];
    struct duplicates d = { 0 }, e = { 0 };
    struct error err = { 0 };

    for (uint64_t i = 0; i < ROWS; i++) {
        const uint64_t row[4] = { 0x6a09e667f3bcc909, i, 3, 4 };
        const unsigned char *bytes = (const unsigned char *)row;
        known[i] = row_hash(0, bytes, sizeof row);
        other[i] = row_hash(0x123456789abcdef, bytes, sizeof row);
        assert_true(duplicates_add_row(&d, bytes, sizeof row, &err));
        assert_true(duplicates_add_row(&e, bytes, sizeof row, &err));
    }
    assert_int_equal(count_distinct(known, ROWS), 1);
    assert_int_equal(count_distinct(other, ROWS), ROWS);
    assert_true(d.key != e.key);
    assert_int_equal(count_distinct(d.hash, ROWS), ROWS);
    duplicates_release(&d);
    duplicates_release(&e);
}

static void test_collision_loses_nothing(void **state)
{
    (void)state;
    static const int value[] = { 10, 20, 30, 30, 20, 10, 20, 40, 40 };
    static const uint32_t first[] = { 0, 1, 2, 2, 1, 0, 1, 7, 7 };
    struct duplicates d = { 0 };
    struct rows rows = { .value = value };
    struct error err = { 0 };

    add_rows(&d, ALL_EQUAL, value, COUNT_OF(value));
    assert_true(duplicates_find(&d, same_value, &rows, &err));
    assert_memory_equal(d.first, first, sizeof first);
    duplicates_release(&d);
}

/* Rows whose hashes differ are never read, though they share a place. */
static void test_only_equal_hashes_are_compared(void **state)
{
    (void)state;
    static const int value[] = { 0, 2, 4, 6, 2 };
    struct duplicates d = { 0 };
    struct rows rows = { .value = value };
    struct error err = { 0 };

    add_rows(&d, PAIRS, value, COUNT_OF(value));
    assert_true(duplicates_find(&d, same_value, &rows, &err));
    assert_int_equal(rows.calls, 1);
    assert_int_equal(d.first[4], 1);
    duplicates_release(&d);
}

static void test_unreadable_row(void **state)
{
    (void)state;
    static const int value[] = { 1, 2, 3, 1 };

    for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
        struct duplicates d = { 0 };
        struct rows rows = { .value = value, .fail_at = fail_at };
        struct error err = { 0 };

        add_rows(&d, ALL_EQUAL, value, COUNT_OF(value));
        assert_false(duplicates_find(&d, same_value, &rows, &err));
        assert_error(err, FAIL_SYSTEM, "is gone");
        assert_int_equal(rows.calls, fail_at);
        duplicates_release(&d);
    }
}

static void test_too_many_rows(void **state)
{
    (void)state;
    struct duplicates d = { .rows = UINT32_MAX, .room = UINT32_MAX };
    struct error err = { 0 };

    assert_false(duplicates_add(&d, 1, &err));
    assert_error(err, FAIL_USAGE,
                 "duplicates are looked for among at most 4294967295 rows");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_bit_counts),
        cmocka_unit_test(test_black_rows_by_length),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_all_pairs),
        cmocka_unit_test(test_rows_made_to_collide),
        cmocka_unit_test(test_collision_loses_nothing),
        cmocka_unit_test(test_only_equal_hashes_are_compared),
        cmocka_unit_test(test_unreadable_row),
        cmocka_unit_test(test_too_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
