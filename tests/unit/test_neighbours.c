/* SPDX-License-Identifier: MIT */
/* Pairs that hardly differ: the same as by comparing all with all. */
#include "stage/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- pictures ---- */

struct pictures {
    unsigned char *bytes; /* owned */
    size_t count, size;
    size_t reads, fail_at; /* the read that fails, from 1; 0: none */
};

static void pictures_make(struct pictures *p, size_t count, size_t size)
{
    *p = (struct pictures){ malloc(count * size), count, size, 0, 0 };
    assert_non_null(p->bytes);
}

static bool read_picture(void *context, uint64_t row, unsigned char *to,
                         struct error *err)
{
    struct pictures *p = context;

    if (row >= p->count)
        fail_msg("row %d", (int)row);
    if (++p->reads == p->fail_at)
        return error_set(err, FAIL_SYSTEM, "row %d is gone", (int)row);
    memcpy(to, p->bytes + row * p->size, p->size);
    return true;
}

/* Every picture is one of a few originals with a little noise, more or less of
 * it, so that distances are of all sizes. */
static void fill_clusters(struct pictures *p, size_t originals, uint64_t seed)
{
    uint64_t noise = seed;

    for (size_t i = 0; i < p->count; i++) {
        unsigned char *at = p->bytes + i * p->size;
        uint64_t range = 1 + noise_next(&noise) % 40;
        fill_noise(at, p->size, 1000 + noise_next(&noise) % originals);
        for (size_t j = 0; j < p->size; j++) {
            int level = at[j] / 2 + 40 + (int)(noise_next(&noise) % range) -
                        (int)(range / 2);
            at[j] = (unsigned char)level;
        }
    }
}

static uint64_t distance_between(const struct pictures *p, size_t a, size_t b)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < p->size; i++) {
        int64_t d = p->bytes[a * p->size + i] - p->bytes[b * p->size + i];
        sum += (uint64_t)(d * d);
    }
    return sum;
}

static uint32_t *all_rows(size_t count)
{
    uint32_t *row = malloc(count * sizeof *row + 1);

    assert_non_null(row);
    for (size_t i = 0; i < count; i++)
        row[i] = (uint32_t)i;
    return row;
}

/* ---- against all pairs ---- */

static size_t check_all_pairs(const struct pictures *p,
                              const struct neighbours_among *among,
                              const struct neighbours *n)
{
    size_t at = 0;

    for (size_t i = 0; i < among->count; i++) {
        for (size_t j = i + 1; j < among->count; j++) {
            uint32_t a = among->row[i], b = among->row[j];
            uint64_t distance = distance_between(p, a, b);
            if (distance > among->distance)
                continue;
            if (at == n->count || n->pair[at].a != a || n->pair[at].b != b ||
                n->pair[at].distance != distance)
                fail_msg("%zux%zu, up to %d: %u and %u are missed",
                         among->height, among->width, (int)among->distance, a,
                         b);
            at++;
        }
    }
    assert_int_equal(at, n->count);
    return at;
}

static void test_all_pairs(void **state)
{
    (void)state;
    static const struct {
        size_t height, width, count, originals;
    } cases[] = {
        { 28, 28, 400, 40 }, { 28, 28, 300, 1 },  { 1, 1, 200, 200 },
        { 3, 5, 400, 3 },    { 7, 7, 300, 10 },   { 8, 8, 300, 10 },
        { 1, 784, 300, 5 },  { 60, 35, 200, 10 }, { 200, 90, 60, 3 },
        { 28, 28, 2, 1 },    { 28, 28, 6, 1 },    { 28, 28, 7, 1 },
        { 28, 28, 15, 1 },
    };
    static const double levels[] = { 0.4, 2, 5, 9, 60 };
    size_t found = 0, missed = 0;

    for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(levels); i++) {
        size_t c = i / COUNT_OF(levels);
        double level = levels[i % COUNT_OF(levels)];
        size_t size = cases[c].height * cases[c].width;
        struct pictures p;
        struct neighbours n = { 0 };
        struct error err = { 0 };

        pictures_make(&p, cases[c].count, size);
        fill_clusters(&p, cases[c].originals, i + 1);
        uint32_t *row = all_rows(p.count);
        struct neighbours_among among = { .row = row,
                                          .count = p.count,
                                          .height = cases[c].height,
                                          .width = cases[c].width,
                                          .distance = (uint64_t)(level * level *
                                                                 (double)size),
                                          .read = read_picture,
                                          .context = &p };
        assert_true(neighbours_find(&n, &among, &err));
        assert_no_error(err);
        assert_false(n.truncated);
        neighbours_sort(&n);
        size_t pairs = check_all_pairs(&p, &among, &n);
        found += pairs;
        missed += p.count * (p.count - 1) / 2 - pairs;
        neighbours_release(&n);
        free(row);
        free(p.bytes);
    }
    assert_true(found > 10000 && missed > 10000); /* both are tested */
}

/* A distance at the limit counts, one more does not: all of the difference lies
 * in one block, or in every pixel alike, where sums tell all there is. */
static void test_at_the_limit(void **state)
{
    (void)state;
    static const struct {
        size_t height, width, changed;
    } cases[] = {
        { 28, 28, 1 },     { 28, 28, 784 },     { 7, 7, 49 },
        { 140, 70, 9800 }, { 200, 210, 42000 }, { 29, 30, 870 },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t size = cases[i].height * cases[i].width;
        struct pictures p;
        static const uint32_t row[] = { 0, 1 };
        pictures_make(&p, 2, size);
        fill_noise(p.bytes, size, 3);
        for (size_t j = 0; j < size; j++) {
            unsigned char *at = &p.bytes[j];
            *at &= 127;
            at[size] = (unsigned char)(*at + (j < cases[i].changed ? 100 : 0));
        }
        for (unsigned less = 0; less < 2; less++) {
            struct neighbours n = { 0 };
            struct error err = { 0 };
            struct neighbours_among among = {
                .row = row,
                .count = 2,
                .height = cases[i].height,
                .width = cases[i].width,
                .distance = 10000 * cases[i].changed - less,
                .read = read_picture,
                .context = &p
            };
            assert_true(neighbours_find(&n, &among, &err));
            assert_int_equal(n.count, 1 - less);
            if (n.count > 0)
                assert_int_equal(n.pair[0].distance, among.distance);
            neighbours_release(&n);
        }
        free(p.bytes);
    }
}

/* Only these rows are compared, and others never read. */
static void test_some_rows(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    struct pictures p;
    uint32_t row[COUNT / 3 + 1];
    struct neighbours n = { 0 };
    struct error err = { 0 };
    struct neighbours_among among = { .row = row,
                                      .height = 4,
                                      .width = 5,
                                      .distance = 81 * 20,
                                      .read = read_picture,
                                      .context = &p };

    pictures_make(&p, COUNT, 20);
    fill_clusters(&p, 4, 9);
    for (uint32_t i = 0; i < COUNT; i += 3)
        row[among.count++] = i;
    assert_true(neighbours_find(&n, &among, &err));
    neighbours_sort(&n);
    assert_true(check_all_pairs(&p, &among, &n) > 20);
    neighbours_release(&n);
    for (among.count = 0; among.count < 2; among.count++) {
        p.reads = 0;
        assert_true(neighbours_find(&n, &among, &err));
        assert_int_equal(n.count, 0);
        assert_int_equal(p.reads, 0);
    }
    free(p.bytes);
}

/* ---- limits ---- */

/* Nearly one picture, many times: as many pairs as are kept, and then the end;
 * twice the same ones. */
static void test_too_many_pairs(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct pictures p;
    struct neighbours n[2] = { { 0 }, { 0 } };
    uint64_t noise = 5;

    pictures_make(&p, COUNT, 784);
    for (size_t i = 0; i < COUNT; i++) {
        fill_noise(p.bytes + i * 784, 784, 1);
        for (size_t j = 0; j < 20; j++)
            p.bytes[i * 784 + noise_next(&noise) % 784] ^= 1;
    }
    uint32_t *row = all_rows(COUNT);
    for (unsigned pass = 0; pass < 2; pass++) {
        struct error err = { 0 };
        struct neighbours_among among = { .row = row,
                                          .count = COUNT,
                                          .height = 28,
                                          .width = 28,
                                          .distance = 64 * 784,
                                          .read = read_picture,
                                          .context = &p };
        p.reads = 0;
        assert_true(neighbours_find(&n[pass], &among, &err));
        assert_true(n[pass].truncated);
        assert_int_equal(n[pass].count, NEIGHBOURS_MAX);
        assert_true(p.reads < 3 * NEIGHBOURS_MAX);
    }
    assert_memory_equal(n[0].pair, n[1].pair,
                        NEIGHBOURS_MAX * sizeof *n[0].pair);
    neighbours_release(&n[0]);
    neighbours_release(&n[1]);
    free(row);
    free(p.bytes);
}

/* Blocks tell nothing about these, and none is near: the search gives up. */
static void test_too_many_comparisons(void **state)
{
    (void)state;
    enum { COUNT = 3000, SIZE = 14 * 14 }; /* 4.5 million pairs */
    struct pictures p;
    struct neighbours n = { 0 };
    struct error err = { 0 };

    pictures_make(&p, COUNT, SIZE);
    fill_noise(p.bytes, COUNT * SIZE, 1);
    for (size_t i = 0; i < (size_t)COUNT * SIZE; i++)
        p.bytes[i] = (unsigned char)(100 + p.bytes[i] % 26); /* sd 7.5 */
    uint32_t *row = all_rows(COUNT);
    struct neighbours_among among = { .row = row,
                                      .count = COUNT,
                                      .height = 14,
                                      .width = 14,
                                      .distance = 64 * SIZE,
                                      .read = read_picture,
                                      .context = &p };
    assert_true(neighbours_find(&n, &among, &err));
    assert_true(n.truncated);
    assert_int_equal(n.count, 0);
    /* with fewer rows it comes to an end */
    n.truncated = false;
    among.count = 500;
    assert_true(neighbours_find(&n, &among, &err));
    assert_false(n.truncated);
    assert_int_equal(n.count, 0);
    free(row);
    free(p.bytes);
}

static void test_unreadable_row(void **state)
{
    (void)state;
    static const uint32_t row[] = { 0, 1, 2 };

    for (size_t fail_at = 1; fail_at <= 6; fail_at++) {
        struct pictures p;
        struct neighbours n = { 0 };
        struct error err = { 0 };
        struct neighbours_among among = { .row = row,
                                          .count = 3,
                                          .height = 2,
                                          .width = 2,
                                          .distance = 4,
                                          .read = read_picture,
                                          .context = &p };
        pictures_make(&p, 3, 4);
        memset(p.bytes, 7, 12);
        p.fail_at = fail_at;
        assert_false(neighbours_find(&n, &among, &err));
        assert_error(err, FAIL_SYSTEM, "is gone");
        assert_int_equal(p.reads, fail_at);
        neighbours_release(&n);
        free(p.bytes);
    }
}

static void test_sort(void **state)
{
    (void)state;
    static const struct neighbour want[] = {
        { 1, 2, 50 },
        { 1, 9, 40 },
        { 2, 3, 1 },
        { 2, 4000000000, 7 },
    };
    struct neighbours n = { 0 };
    struct error err = { 0 };

    neighbours_sort(&n);
    assert_true(neighbours_put(&n, 4000000000, 2, 7, &err));
    assert_true(neighbours_put(&n, 1, 9, 40, &err));
    assert_true(neighbours_put(&n, 3, 2, 1, &err));
    assert_true(neighbours_put(&n, 2, 1, 50, &err));
    neighbours_sort(&n);
    assert_int_equal(n.count, COUNT_OF(want));
    for (size_t i = 0; i < n.count; i++)
        if (n.pair[i].a != want[i].a || n.pair[i].b != want[i].b ||
            n.pair[i].distance != want[i].distance)
            fail_msg("pair %zu", i);
    neighbours_release(&n);
    assert_null(n.pair);
    neighbours_release(&n);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_pairs),
        cmocka_unit_test(test_at_the_limit),
        cmocka_unit_test(test_some_rows),
        cmocka_unit_test(test_too_many_pairs),
        cmocka_unit_test(test_too_many_comparisons),
        cmocka_unit_test(test_unreadable_row),
        cmocka_unit_test(test_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
