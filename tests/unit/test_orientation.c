/* SPDX-License-Identifier: MIT */
/* Transposed pictures among made ones, whose class is a shape in noise: all of
 * them are found, and no other. */
#include "stage/orientation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- features ---- */

/* By a mean for each block, with its limits worked out for each pixel. */
static void test_features(void **state)
{
    (void)state;
    static const size_t sides[] = { 1, 2, 5, 7, 8, 13, 28, 32, 100 };

    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        size_t side = sides[i];
        unsigned char *image = malloc(side * side);
        struct orientation_features got;
        double sum[7][7] = { { 0 } }, pixels[7][7] = { { 0 } };

        assert_non_null(image);
        fill_noise(image, side * side, side);
        for (size_t y = 0; y < side; y++) {
            for (size_t x = 0; x < side; x++) {
                size_t v = (size_t)floor(7.0 * (double)y / (double)side + 1e-9);
                size_t u = (size_t)floor(7.0 * (double)x / (double)side + 1e-9);
                sum[v][u] += image[y * side + x];
                pixels[v][u]++;
            }
        }
        orientation_features_of(image, side, &got);
        for (size_t f = 0; f < ORIENTATION_FEATURES; f++) {
            double n = pixels[f / 7][f % 7];
            double want = n > 0 ? sum[f / 7][f % 7] / n : 0;
            if (fabs((double)got.at[f] - want) > 1e-4)
                fail_msg("side %zu, feature %zu: %f, not %f", side, f,
                         (double)got.at[f], want);
        }
        free(image);
    }
}

/* ---- classes ---- */

enum { ROWS_MOST = 2000, GROUPS = 3 };

struct made {
    struct orientation_features rows[ROWS_MOST];
    unsigned char group[ROWS_MOST];
    bool planted[ROWS_MOST], transposed[ROWS_MOST];
    size_t count;
    uint64_t noise;
};

static struct made *start(uint64_t seed)
{
    struct made *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->noise = seed;
    return m;
}

enum shape { CORNER, SYMMETRIC, SHAPES };

/* A stroke along the upper side and down the right one, or a cross; of another
 * brightness in each row, and every block with noise of +-range. */
static void add(struct made *m, enum shape shape, unsigned group,
                bool transposed, uint64_t range)
{
    struct orientation_features *row = &m->rows[m->count];
    float bright = 150 + (float)(noise_next(&m->noise) % 70);

    assert_true(m->count < ROWS_MOST);
    for (size_t f = 0; f < ORIENTATION_FEATURES; f++) {
        size_t y = f / 7, x = f % 7;
        bool on = shape == CORNER ? y == 1 || (x == 5 && y > 3)
                                  : y == 3 || x == 3;
        row->at[transposed ? x * 7 + y : f] =
            (on ? bright : 20) + (float)(noise_next(&m->noise) % (2 * range)) -
            (float)range;
    }
    m->group[m->count] = (unsigned char)group;
    m->planted[m->count] = transposed;
    m->count++;
}

static void find(struct made *m)
{
    struct error err = { 0 };
    struct orientation o = { .rows = m->rows,
                             .group = m->group,
                             .count = m->count,
                             .groups = GROUPS,
                             .transposed = m->transposed };

    memset(m->transposed, 1, sizeof m->transposed);
    assert_true(orientation_find(&o, &err));
    assert_no_error(err);
}

/* The planted ones are found, and no other. */
static void check(const struct made *m, const char *what)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->transposed[i] != m->planted[i])
            fail_msg("%s: row %zu of %zu is%s transposed", what, i, m->count,
                     m->planted[i] ? "" : " not");
}

static void test_single_rows(void **state)
{
    (void)state;
    static const struct {
        size_t rows, every; /* each every-th row is transposed; 0: none */
        uint64_t range;
    } cases[] = {
        { 120, 0, 10 },
        { 120, 40, 1 },
        { 400, 0, 40 },
        { 400, 100, 25 },
        { 1000, 0, 90 },
        { 1000, 20, 25 },
        { 300, 150, 1 },
        /* hardly more rows than features */
        { 101, 0, 40 },
        { 101, 60, 20 },
        { 110, 40, 20 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct made *m = start(i + 1);
        for (size_t row = 0; row < cases[i].rows; row++)
            add(m, CORNER, row % 3 == 0, /* in two groups */
                cases[i].every > 0 && row % cases[i].every == 7,
                cases[i].range);
        find(m);
        check(m, "single rows");
        free(m);
    }
}

/* Of what is the same either way nothing is told, nor of equal pictures. */
static void test_symmetric(void **state)
{
    (void)state;
    for (unsigned range = 1; range < 60; range += 20) {
        struct made *m = start(9);
        for (size_t row = 0; row < 500; row++)
            add(m, SYMMETRIC, row > 250, row % 10 == 0, range);
        memset(m->planted, 0, sizeof m->planted);
        find(m);
        check(m, "symmetric");
        free(m);
    }
    struct made *m = start(1); /* all black */
    m->count = 100;
    find(m);
    check(m, "black");
    free(m);
}

/* Pictures that are odd, but no better when they are transposed. */
static void test_others_are_not_transposed(void **state)
{
    (void)state;
    struct made *m = start(3);

    for (size_t row = 0; row < 500; row++)
        add(m, row % 25 == 0 ? SYMMETRIC : CORNER, 0, false, 20);
    for (size_t f = 0; f < ORIENTATION_FEATURES; f++) {
        m->rows[100].at[f] = 255;                   /* white */
        m->rows[200].at[f] = f / 7 == 5 ? 200 : 20; /* below */
        m->rows[300].at[f] = f % 7 < 4 ? 200 : 20;  /* left half */
        m->rows[400].at[f] = (float)(noise_next(&m->noise) % 256);
    }
    find(m);
    check(m, "others");
    free(m);
}

static void test_groups(void **state)
{
    (void)state;
    static const struct {
        size_t rows[GROUPS];
        bool transposed[GROUPS], want[GROUPS];
    } cases[] = {
        { { 500, 100, 0 }, { false, true, false }, { false, true, false } },
        { { 100, 500, 0 }, { false, true, false }, { true, false, false } },
        { { 300, 300, 0 }, { true, false, false }, { false, true, false } },
        { { 300, 100, 100 }, { false, true, true }, { false, true, true } },
        { { 300, 100, 100 }, { false, true, false }, { false, true, false } },
        { { 300, 100, 100 }, { true, true, true }, { false, false, false } },
        { { 300, 10, 0 }, { false, true, false }, { false, true, false } },
        { { 20, 10, 0 }, { false, true, false }, { false, true, false } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct made *m = start(i + 1);
        for (unsigned g = 0; g < GROUPS; g++)
            for (size_t row = 0; row < cases[i].rows[g]; row++)
                add(m, CORNER, g, cases[i].transposed[g], 40);
        for (size_t row = 0; row < m->count; row++)
            m->planted[row] = cases[i].want[m->group[row]];
        find(m);
        check(m, "groups");
        free(m);
    }
}

/* A transposed group is no measure for the others, and hides none of them. */
static void test_group_and_rows(void **state)
{
    (void)state;
    struct made *m = start(4);

    for (size_t row = 0; row < 400; row++)
        add(m, CORNER, 0, row == 77 || row == 78, 25);
    for (size_t row = 0; row < 350; row++)
        add(m, CORNER, 1, true, 40);
    find(m);
    check(m, "group and rows");
    free(m);
}

/* Those that stand as they should are told from the rest of their group. */
static void test_rows_of_a_transposed_group(void **state)
{
    (void)state;
    struct made *m = start(8);

    for (size_t row = 0; row < 300; row++)
        add(m, CORNER, 0, row == 20, 25);
    for (size_t row = 0; row < 60; row++)
        add(m, CORNER, 1, row % 20 != 3, 25);
    find(m);
    check(m, "rows of a transposed group");
    free(m);
}

/* Too few to tell; and none at all. */
static void test_few(void **state)
{
    (void)state;
    struct made *m = start(6);

    for (size_t row = 0; row < ORIENTATION_CLASS_ROWS - 1; row++)
        add(m, CORNER, 0, row == 7, 5);
    m->planted[7] = false;
    find(m);
    check(m, "few");
    add(m, CORNER, 0, false, 5);
    m->planted[7] = true;
    find(m);
    check(m, "enough");
    for (size_t row = 0; row < 5; row++)
        add(m, CORNER, 1, true, 5); /* no group, but each for itself */
    find(m);
    check(m, "few of a group");
    m->count = 0;
    find(m);
    free(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_single_rows),
        cmocka_unit_test(test_symmetric),
        cmocka_unit_test(test_others_are_not_transposed),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_group_and_rows),
        cmocka_unit_test(test_rows_of_a_transposed_group),
        cmocka_unit_test(test_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
