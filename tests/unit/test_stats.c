/* SPDX-License-Identifier: MIT */
/* Figures from histograms: exact, whatever the order, up to 64 bits. */
#include "stage/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

struct level {
    unsigned x;
    uint64_t n;
};

static void test_known(void **state)
{
    (void)state;
    static const struct {
        struct level level[4];
        struct pixel_stats want;
    } cases[] = {
        { { { 0, 1 } }, { 1, 0, 0, 1, 0, 0, 0, 0 } },
        { { { 255, 1 } }, { 1, 255, 65025, 0, 255, 255, 1, 0 } },
        { { { 0, 1 }, { 255, 1 } }, { 2, 255, 65025, 1, 0, 255, 0.5, 0.5 } },
        { { { 0, 3 }, { 255, 1 } },
          { 4, 255, 65025, 3, 0, 255, 0.25, 0.4330127018922193 } },
        { { { 51, 2 }, { 102, 1 }, { 153, 1 } },
          { 4, 357, 39015, 0, 51, 153, 0.35, 0.1658312395177700 } },
        { { { 7, 1000 } }, { 1000, 7000, 49000, 0, 7, 7, 7.0 / 255, 0 } },
        { { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 } },
          { 4, 10, 30, 0, 1, 4, 2.5 / 255, 0.00438444701470547 } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct pixel_stats *want = &cases[i].want;
        uint64_t histogram[256] = { 0 };
        struct pixel_stats got;
        struct error err = { 0 };

        for (size_t j = 0; j < 4 && cases[i].level[j].n; j++)
            histogram[cases[i].level[j].x] = cases[i].level[j].n;
        assert_true(pixel_stats_of(histogram, &got, &err));
        assert_no_error(err);
        if (got.count != want->count || got.sum != want->sum ||
            got.sum_squares != want->sum_squares || got.zeros != want->zeros ||
            got.min != want->min || got.max != want->max ||
            fabs(got.mean - want->mean) > 1e-16 ||
            fabs(got.std - want->std) > 1e-16)
            fail_msg("row %zu: mean %.17g, std %.17g", i, got.mean, got.std);
    }
}

static void test_no_pixels(void **state)
{
    (void)state;
    static const uint64_t histogram[256];
    struct pixel_stats got;
    struct error err = { 0 };

    assert_true(pixel_stats_of(histogram, &got, &err));
    assert_int_equal(got.count, 0);
    assert_int_equal(got.min, 0);
    assert_int_equal(got.max, 0);
    assert_true(isnan(got.mean));
    assert_true(isnan(got.std));
}

/* A histogram with the sums of MNIST's training set: they decide mean and
 * deviation, and nothing else does. */
static void test_mnist_sums(void **state)
{
    (void)state;
    uint64_t histogram[256] = { [255] = 4384023, [187] = 1, [128] = 3510722,
                                [16] = 1,        [2] = 19,  [1] = 23 };
    struct pixel_stats got;
    struct error err = { 0 };

    histogram[0] = 47040000 - 4384023 - 3510722 - 44;
    assert_true(pixel_stats_of(histogram, &got, &err));
    assert_int_equal(got.count, 47040000);
    assert_int_equal(got.sum, 1567298545);
    assert_int_equal(got.sum_squares, 342590800147);
    assert_true(fabs(got.mean - 0.13066047627384) < 1e-14);
    assert_true(fabs(got.std - 0.30810780385646) < 1e-14);
}

/* n * sum_squares and sum * sum are far beyond 64 bits and agree in all but
 * their last digits: doubles would see no difference at all. */
static void test_spread_needs_128_bits(void **state)
{
    (void)state;
    static const struct {
        uint64_t at_254, at_255;
        double std; /* times 255 */
    } cases[] = {
        { 1, UINT64_C(1) << 40, 0x1p-20 },
        { UINT64_C(1) << 40, 1, 0x1p-20 },
        { UINT64_C(1) << 47, UINT64_C(1) << 47, 0.5 },
        { 1, (UINT64_C(1) << 40) - 1, 0x1p-20 },
        { 1, UINT64_C(281474976710656) /* 2^48 */, 0x1p-24 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t histogram[256] = {
            [254] = cases[i].at_254, [255] = cases[i].at_255
        };
        struct pixel_stats got;
        struct error err = { 0 };

        assert_true(pixel_stats_of(histogram, &got, &err));
        double ratio = got.std * 255 / cases[i].std;
        if (!(fabs(ratio - 1) < 1e-11))
            fail_msg("row %zu: std * 255 is %a", i, got.std * 255);
    }
}

static void test_overflow(void **state)
{
    (void)state;
    static const struct {
        unsigned x, y;
        uint64_t n, m;
        bool fits;
    } cases[] = {
        { 255, 0, UINT64_MAX / 65025, 0, true },
        { 255, 0, UINT64_MAX / 65025 + 1, 0, false }, /* one product */
        { 255, 254, UINT64_MAX / 65025, 1, false },   /* the sum of two */
        { 1, 0, UINT64_MAX, 0, true },
        { 1, 2, UINT64_MAX, 1, false },
        { 255, 1, UINT64_MAX, 0, false },
        { 0, 1, UINT64_MAX, 1, false }, /* no sum: the count does not fit */
        { 0, 255, UINT64_MAX - 5, 5, true },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t histogram[256] = { 0 };
        struct pixel_stats got = { .count = 4711 };
        struct error err = { 0 };

        histogram[cases[i].x] = cases[i].n;
        histogram[cases[i].y] += cases[i].m;
        if (pixel_stats_of(histogram, &got, &err) != cases[i].fits)
            fail_msg("row %zu", i);
        if (cases[i].fits)
            assert_true(got.count == cases[i].n + cases[i].m && got.std >= 0);
        else
            assert_error(err, FAIL_DATA, "too many pixels for 64-bit sums");
    }
}

/* ---- counting ---- */

enum { CLASSES = 5, ROWS = 300, IMAGE = 21 };

static void make_rows(unsigned char *images, int64_t *labels)
{
    uint64_t noise = 7;

    fill_noise(images, (size_t)ROWS * IMAGE, 4);
    for (size_t i = 0; i < ROWS; i++)
        labels[i] = (int64_t)(noise_next(&noise) % (CLASSES - 1)); /* not 4 */
}

static void test_counting(void **state)
{
    (void)state;
    static unsigned char images[ROWS * IMAGE];
    int64_t labels[ROWS];
    uint64_t want[CLASSES][256] = { { 0 } }, counts[CLASSES] = { 0 };
    uint64_t total[256], all[256] = { 0 };
    struct stats s = { 0 };
    struct error err = { 0 };

    make_rows(images, labels);
    assert_true(stats_init(&s, CLASSES, IMAGE, &err));
    stats_add(&s, images, labels, 100);
    stats_add(&s, NULL, NULL, 0);
    stats_settle(&s);
    stats_add(&s, images + 100 * IMAGE, labels + 100, ROWS - 100);
    stats_settle(&s);
    for (size_t i = 0; i < (size_t)ROWS * IMAGE; i++) {
        want[labels[i / IMAGE]][images[i]]++;
        all[images[i]]++;
    }
    for (size_t i = 0; i < ROWS; i++)
        counts[labels[i]]++;
    assert_int_equal(s.rows, ROWS);
    assert_memory_equal(s.label_counts, counts, sizeof counts);
    assert_memory_equal(s.histogram, want, sizeof want);
    assert_int_equal(counts[4], 0);
    memset(total, 0xAA, sizeof total);
    stats_total(&s, total);
    assert_memory_equal(total, all, sizeof all);
    stats_release(&s);
    assert_null(s.histogram);
    stats_release(&s);
    assert_no_error(err);
}

/* The same rows in another order, in other blocks: the same figures, bit for
 * bit. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    static unsigned char images[ROWS * IMAGE];
    int64_t labels[ROWS];
    uint64_t histogram[2][256];
    struct pixel_stats figures[2] = { { 0 } };
    struct error err = { 0 };

    make_rows(images, labels);
    for (unsigned pass = 0; pass < 2; pass++) {
        struct stats s = { 0 };
        assert_true(stats_init(&s, CLASSES, IMAGE, &err));
        for (size_t i = 0; i < ROWS; i++) {
            size_t row = pass ? (i * 77 + 5) % ROWS : i; /* 77: no divisor */
            stats_add(&s, images + row * IMAGE, labels + row, 1);
        }
        stats_total(&s, histogram[pass]);
        assert_true(pixel_stats_of(histogram[pass], &figures[pass], &err));
        stats_release(&s);
    }
    assert_memory_equal(histogram[0], histogram[1], sizeof histogram[0]);
    assert_int_equal(figures[0].sum_squares, figures[1].sum_squares);
    assert_true(figures[0].mean == figures[1].mean);
    assert_true(figures[0].std == figures[1].std);
}

/* Pictures that are mostly black: whole words of zeros, words with one level
 * at each place, lengths about those of words; settled now and then. */
static void test_words_of_zeros(void **state)
{
    (void)state;

    for (size_t n = 1; n <= 33; n++) {
        unsigned char image[33] = { 0 };
        const int64_t label = 1;
        uint64_t want[256] = { 0 }, levels[256];
        struct stats s = { 0 }, flat = { 0 };
        struct error err = { 0 };

        assert_true(stats_init(&s, 2, n, &err));
        assert_true(stats_init(&flat, 1, n, &err));
        for (size_t at = 0; at <= n; at++) {
            memset(image, 0, n);
            if (at < n)
                image[at] = (unsigned char)(at % 3 ? 255 : 1 + at);
            for (size_t p = 0; p < n; p++)
                want[image[p]]++;
            stats_add(&s, image, &label, 1);
            stats_add_levels(&flat, image, 1);
            if (at % 5 == 0)
                stats_settle(&s);
        }
        stats_settle(&s);
        stats_settle(&s);
        assert_memory_equal(s.histogram[1], want, sizeof want);
        stats_total(&flat, levels);
        assert_memory_equal(levels, want, sizeof want);
        memset(want, 0, sizeof want);
        assert_memory_equal(s.histogram[0], want, sizeof want);
        stats_release(&s);
        stats_release(&flat);
    }
}

/* ---- by position ---- */

static void check_sums(const struct pixel_sums *s, const unsigned char *images,
                       size_t rows)
{
    assert_int_equal(s->rows, rows);
    for (size_t p = 0; p < s->pixels; p++) {
        uint64_t sum = 0, squares = 0;
        for (size_t i = 0; i < rows; i++) {
            uint64_t x = images[i * s->pixels + p];
            sum += x;
            squares += x * x;
        }
        if (s->sum[p] != sum || s->squares[p] != squares)
            fail_msg("%zu pixels, %zu rows: pixel %zu", s->pixels, rows, p);
    }
}

/* Sizes about those of the tiles, rows in one block and in several. */
static void test_pixel_sums(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 255, 256, 257, 784 };
    enum { MANY = 41 };

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        unsigned char *images = malloc(MANY * sizes[i]);
        struct pixel_sums s = { 0 };
        struct error err = { 0 };

        assert_non_null(images);
        fill_noise(images, MANY * sizes[i], i + 1);
        assert_true(pixel_sums_init(&s, sizes[i], &err));
        check_sums(&s, images, 0);
        pixel_sums_add(&s, images, 17);
        pixel_sums_add(&s, NULL, 0);
        check_sums(&s, images, 17);
        pixel_sums_add(&s, images + 17 * sizes[i], MANY - 17);
        check_sums(&s, images, MANY);
        pixel_sums_release(&s);
        assert_null(s.sum);
        pixel_sums_release(&s);
        free(images);
    }
}

/* 66052 white rows in one call: 32 bits do not hold their squares. */
static void test_many_white_rows(void **state)
{
    (void)state;
    enum { WHITE = 140000, WIDTH = 3 };
    unsigned char *images = malloc((size_t)WHITE * WIDTH);
    struct pixel_sums s = { 0 };
    struct pixel_moments m = { 0 };
    struct error err = { 0 };

    assert_non_null(images);
    memset(images, 255, (size_t)WHITE * WIDTH);
    images[WIDTH * (WHITE - 1) + 1] = 0;
    assert_true(pixel_sums_init(&s, WIDTH, &err));
    pixel_sums_add(&s, images, WHITE);
    check_sums(&s, images, WHITE);
    assert_true(pixel_moments_of(&s, &m, &err));
    assert_int_equal(m.pixels, WIDTH);
    assert_true(m.mean[0] == 1 && m.std[0] == 0);
    assert_true(m.mean[2] == 1 && m.std[2] == 0);
    /* One of n is 0: the deviation is sqrt(n - 1) / n. */
    assert_true(fabs(m.std[1] * WHITE / sqrt(WHITE - 1) - 1) < 1e-15);
    assert_true(fabs(m.mean[1] * WHITE / (WHITE - 1) - 1) < 1e-15);
    pixel_moments_release(&m);
    pixel_sums_release(&s);
    free(images);
}

/* Exact to the last digit but one: from Python's decimal, 60 digits. */
static void test_pixel_moments(void **state)
{
    (void)state;
    uint64_t sum[] = { 0, 1275, 399, 1, 378, 82 };
    uint64_t squares[] = { 0, 325125, 81539, 1, 53134, 1346 };
    static const double mean[] = { 0,
                                   1,
                                   0.3129411764705882,
                                   0.000784313725490196,
                                   0.2964705882352941,
                                   0.06431372549019608 };
    static const double std[] = { 0,
                                  0,
                                  0.39097390204458565,
                                  0.001568627450980392,
                                  0.2748300652817589,
                                  0.0019211684257122966 };
    const struct pixel_sums sums = { COUNT_OF(sum), 5, sum, squares };
    struct pixel_moments m = { 0 };
    struct error err = { 0 };

    assert_true(pixel_moments_of(&sums, &m, &err));
    for (size_t p = 0; p < COUNT_OF(sum); p++)
        if (fabs(m.mean[p] - mean[p]) > mean[p] * 3e-16 ||
            fabs(m.std[p] - std[p]) > std[p] * 3e-16)
            fail_msg("pixel %zu: %.17g, %.17g", p, m.mean[p], m.std[p]);
    pixel_moments_release(&m);
}

/* As above: 2^40 rows of 255 and one of 254. */
static void test_pixel_spread_needs_128_bits(void **state)
{
    (void)state;
    uint64_t n = UINT64_C(1) << 40, sum = n * 255 + 254;
    uint64_t squares = n * 65025 + 254 * 254;
    const struct pixel_sums sums = { 1, n + 1, &sum, &squares };
    struct pixel_moments m = { 0 };
    struct error err = { 0 };

    assert_true(pixel_moments_of(&sums, &m, &err));
    assert_true(fabs(m.std[0] * 255 / 0x1p-20 - 1) < 1e-11);
    pixel_moments_release(&m);
}

/* ---- by class and position ---- */

/* More rows of a class than 16 bits hold white pixels of, and classes of few
 * rows and of none. */
static void test_class_sums(void **state)
{
    (void)state;
    enum { N = 1500, PIXELS = 19, MANY = 4 };
    static unsigned char images[N * PIXELS];
    static int64_t labels[N];
    uint64_t want[MANY * PIXELS] = { 0 };
    struct class_sums s = { 0 };
    struct error err = { 0 };

    fill_noise(images, sizeof images, 9);
    for (size_t i = 0; i < N; i++) {
        labels[i] = i % 101 == 0 ? 0 : i % 3 ? 1 : 3;
        memset(images + i * PIXELS, 255, 5);
        for (size_t p = 0; p < PIXELS; p++)
            want[(size_t)labels[i] * PIXELS + p] += images[i * PIXELS + p];
    }
    assert_true(class_sums_init(&s, MANY, PIXELS, &err));
    class_sums_add(&s, images, labels, 700);
    class_sums_settle(&s);
    class_sums_add(&s, NULL, NULL, 0);
    for (size_t i = 700; i < N; i++)
        class_sums_add(&s, images + i * PIXELS, labels + i, 1);
    class_sums_settle(&s);
    class_sums_settle(&s);
    assert_memory_equal(s.sum, want, sizeof want);
    class_sums_release(&s);
    assert_null(s.sum);
    class_sums_release(&s);

    assert_false(class_sums_init(&s, SIZE_MAX / 2, 3, &err));
    assert_error(err, FAIL_SYSTEM, "memory");
    class_sums_release(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_no_pixels),
        cmocka_unit_test(test_mnist_sums),
        cmocka_unit_test(test_spread_needs_128_bits),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_counting),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_words_of_zeros),
        cmocka_unit_test(test_pixel_sums),
        cmocka_unit_test(test_many_white_rows),
        cmocka_unit_test(test_pixel_moments),
        cmocka_unit_test(test_pixel_spread_needs_128_bits),
        cmocka_unit_test(test_class_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
