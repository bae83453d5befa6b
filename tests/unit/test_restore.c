/* SPDX-License-Identifier: MIT */
/* Numbers back to grey levels: all 256 of them, of each scale and type; and
 * numbers that are none of a level's. */
#include "stage/restore.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static const enum dtype float_types[] = { DTYPE_F16, DTYPE_BF16, DTYPE_F32,
                                          DTYPE_F64 };

/* ---- by table ---- */

/* The formulas of the manual, once more. */
static double scaled(const struct scale *s, size_t pixel, int x)
{
    double unit = x / 255.0;

    if (s->mode == SCALE_PIXEL_STANDARD)
        return s->pixel->std[pixel] > 0
                   ? (unit - s->pixel->mean[pixel]) / s->pixel->std[pixel]
                   : 0;
    if (s->mode == SCALE_STANDARD || s->mode == SCALE_CUSTOM)
        return (unit - s->mean) / s->std;
    return s->mode == SCALE_UNIT     ? unit
           : s->mode == SCALE_SIGNED ? x / 127.5 - 1
                                     : x;
}

/* Do all levels of a pixel give numbers of their own? */
static bool are_distinct(const struct scale *s, size_t pixel, enum dtype type)
{
    unsigned char number[256][8] = { { 0 } };

    for (int x = 0; x < 256; x++) {
        dtype_store(type, number[x], scaled(s, pixel, x));
        for (int y = 0; y < x; y++)
            if (memcmp(number[x], number[y], dtype_bytes(type)) == 0)
                return false;
    }
    return true;
}

/* Pictures in which each pixel has every level; more of them than are made
 * again at once. */
static void check_all_levels(struct restore *r, const struct scale *s,
                             enum dtype type, size_t pixels)
{
    size_t bytes = dtype_bytes(type), rows = 256 * (pixels < 100 ? 50 : 1);
    unsigned char *numbers = malloc(rows * pixels * bytes);
    unsigned char *levels = calloc(rows * pixels, 1);

    assert_non_null(numbers);
    assert_non_null(levels);
    for (size_t i = 0; i < rows * pixels; i++)
        dtype_store(
            type, numbers + i * bytes,
            scaled(s, i % pixels, (int)((i / pixels + i % pixels) % 256)));
    assert_int_equal(restore_levels(r, numbers, rows, levels), rows * pixels);
    for (size_t i = 0; i < rows * pixels; i++)
        if (levels[i] != (i / pixels + i % pixels) % 256)
            fail_msg("%s, %s: level %zu became %d", scale_name(s->mode),
                     dtype_name(type), (i / pixels + i % pixels) % 256,
                     levels[i]);
    free(numbers);
    free(levels);
}

static void check_scale(const struct scale *s, enum dtype type, size_t pixels)
{
    struct restore r = { 0 };
    struct error err = { 0 };

    if (are_distinct(s, 0, type)) {
        assert_true(restore_init(&r, s, type, pixels, &err));
        assert_no_error(err);
        check_all_levels(&r, s, type, pixels);
    } else {
        assert_false(restore_init(&r, s, type, pixels, &err));
        assert_error(err, FAIL_DATA, "have become the same number of");
    }
    restore_release(&r);
    restore_release(&r);
}

static void test_levels_come_back(void **state)
{
    (void)state;
    static const struct scale scales[] = {
        { .mode = SCALE_UNIT },
        { .mode = SCALE_SIGNED },
        { .mode = SCALE_NONE },
        { SCALE_STANDARD, 0.13066047627384, 0.30810780385646, NULL },
        { SCALE_CUSTOM, 0.1307, 0.3081, NULL },
        { SCALE_CUSTOM, 0.5, 1e-3, NULL },
        { SCALE_CUSTOM, -40000, 1, NULL },
    };
    static const size_t pixels[] = { 1, 3, 784 };

    for (size_t i = 0; i < COUNT_OF(scales); i++)
        for (size_t t = 0; t < COUNT_OF(float_types); t++)
            for (size_t p = 0; p < COUNT_OF(pixels); p++)
                check_scale(&scales[i], float_types[t], pixels[p]);
}

/* Where steps are as coarse as levels, a guess is wrong now and then; also
 * says which of these scales can be undone. */
static void test_coarse_numbers(void **state)
{
    (void)state;
    size_t possible = 0;

    for (int i = 0; i < 400; i++) {
        struct scale s = { SCALE_CUSTOM, (i % 7) * 0.05, 0.3 + i * 0.002,
                           NULL };
        possible += are_distinct(&s, 0, DTYPE_BF16);
        check_scale(&s, DTYPE_BF16, 1);
    }
    assert_in_range(possible, 20, 380);
}

/* Numbers of numpy 1.24: (x / 255.0).astype('f4'), and so on. */
static void test_numbers_of_numpy(void **state)
{
    (void)state;
    static const unsigned char levels[] = { 0, 1, 2, 77, 128, 200, 254, 255 };
    static const uint16_t half[] = { 0x0000, 0x1C04, 0x2004, 0x34D5,
                                     0x3804, 0x3A46, 0x3BF8, 0x3C00 };
    static const uint32_t single[] = { 0xBED93270, 0xBED2AE1F, 0xBECC29CE,
                                       0x3F0E4CE9, 0x3F9A3D78, 0x4007C592,
                                       0x4033C2B2, 0x4034933C };
    static const struct scale unit = { .mode = SCALE_UNIT };
    static const struct scale custom = { SCALE_CUSTOM, 0.1307, 0.3081, NULL };
    unsigned char got[sizeof levels];
    struct restore r = { 0 };
    struct error err = { 0 };

    assert_true(restore_init(&r, &unit, DTYPE_F16, 2, &err));
    assert_int_equal(restore_levels(&r, half, 4, got), 8);
    assert_memory_equal(got, levels, sizeof levels);
    restore_release(&r);
    assert_true(restore_init(&r, &custom, DTYPE_F32, 4, &err));
    assert_int_equal(restore_levels(&r, single, 2, got), 8);
    assert_memory_equal(got, levels, sizeof levels);
    restore_release(&r);
    assert_no_error(err);
}

static void test_u8_stays(void **state)
{
    (void)state;
    static const struct scale none = { .mode = SCALE_NONE };
    static const struct scale unit = { .mode = SCALE_UNIT };
    unsigned char levels[256], got[256] = { 0 };
    struct restore r = { 0 };
    struct error err = { 0 };

    for (int x = 0; x < 256; x++)
        levels[x] = (unsigned char)x;
    assert_true(restore_init(&r, &none, DTYPE_U8, 16, &err));
    assert_int_equal(restore_levels(&r, levels, 16, got), 256);
    assert_memory_equal(got, levels, 256);
    restore_release(&r);
    assert_false(restore_init(&r, &unit, DTYPE_U8, 16, &err));
    assert_error(err, FAIL_DATA, "--scale none only");
    restore_release(&r);
}

/* ---- what no level makes ---- */

static void expect_stop(const struct scale *s, enum dtype type, size_t at,
                        const void *number)
{
    enum { PIXELS = 5, ROWS = 4000 };
    size_t bytes = dtype_bytes(type);
    unsigned char *numbers = malloc(PIXELS * ROWS * bytes);
    unsigned char *levels = malloc(PIXELS * ROWS);
    struct restore r = { 0 };
    struct error err = { 0 };

    assert_true(restore_init(&r, s, type, PIXELS, &err));
    for (size_t i = 0; i < PIXELS * ROWS; i++)
        dtype_store(type, numbers + i * bytes, scaled(s, 0, (int)(i % 256)));
    memcpy(numbers + at * bytes, number, bytes);
    assert_int_equal(restore_levels(&r, numbers, ROWS, levels), at);
    for (size_t i = 0; i < at; i++)
        assert_int_equal(levels[i], i % 256);
    restore_release(&r);
    free(numbers);
    free(levels);
}

static void test_foreign_numbers(void **state)
{
    (void)state;
    static const struct scale unit = { .mode = SCALE_UNIT };
    static const struct scale none = { .mode = SCALE_NONE };
    static const float singles[] = {
        -0.0F,  NAN,  INFINITY, -INFINITY, 1e30F,
        -1e30F, 1.5F, -0.01F,   0.5F,      1e-30F
    };
    static const double halves[] = { 0.5, 255.5, -1, 256, 254.99999999999997 };
    static const uint16_t bits[] = { 0x8000, 0x7E00, 0x7C00, 0xFC00, 0x3C01 };
    static const uint32_t beside_one = 0x3F7FFFFF;

    for (size_t i = 0; i < COUNT_OF(singles); i++)
        expect_stop(&unit, DTYPE_F32, i * 1999, &singles[i]);
    for (size_t i = 0; i < COUNT_OF(halves); i++)
        expect_stop(&none, DTYPE_F64, 19999 - i, &halves[i]);
    for (size_t i = 0; i < COUNT_OF(bits); i++)
        expect_stop(&unit, DTYPE_F16, i, &bits[i]);
    expect_stop(&unit, DTYPE_F32, 0, &beside_one);
}

static void test_levels_that_merge(void **state)
{
    (void)state;
    static const struct {
        struct scale scale;
        enum dtype type;
        const char *part;
    } cases[] = {
        { { SCALE_CUSTOM, 0, 1e30, NULL },
          DTYPE_F16,
          "levels 0 and 1 have become the same number of f16" },
        { { SCALE_CUSTOM, 1e9, 1, NULL }, DTYPE_F32, "number of f32" },
        /* numpy: 196 and 197 are the first two that agree */
        { { SCALE_CUSTOM, 0.1307, 0.3081, NULL },
          DTYPE_BF16,
          "levels 196 and 197 have become the same number of bf16" },
        { { SCALE_CUSTOM, 0, 0, NULL }, DTYPE_F32, "not above zero" },
        { { SCALE_CUSTOM, 0, 1e-300, NULL }, DTYPE_F32, "becomes larger" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct restore r = { 0 };
        struct error err = { 0 };
        assert_false(restore_init(&r, &cases[i].scale, cases[i].type, 1, &err));
        assert_error(err, FAIL_DATA, cases[i].part);
        restore_release(&r);
    }
}

/* ---- each pixel by constants of its own ---- */

enum { PIXELS = 4 };

static void test_pixels_of_their_own(void **state)
{
    (void)state;
    static double mean[] = { 0.1, 77 / 255.0, 0.9, 3e-5 };
    static double std[] = { 0.3, 0, 0.02, 4e-4 };
    struct pixel_moments m = { PIXELS, mean, std };
    struct scale s = { SCALE_PIXEL_STANDARD, 0, 0, &m };

    for (size_t t = 0; t < COUNT_OF(float_types); t++) {
        enum dtype type = float_types[t];
        size_t bytes = dtype_bytes(type);
        unsigned char numbers[256 * PIXELS * 8], levels[256 * PIXELS];
        struct restore r = { 0 };
        struct error err = { 0 };
        bool possible = are_distinct(&s, 0, type) &&
                        are_distinct(&s, 2, type) && are_distinct(&s, 3, type);

        assert_int_equal(possible, type != DTYPE_BF16);
        assert_int_equal(restore_init(&r, &s, type, PIXELS, &err), possible);
        for (size_t i = 0; possible && i < 256 * PIXELS; i++)
            dtype_store(type, numbers + i * bytes,
                        scaled(&s, i % PIXELS, (int)(i / PIXELS)));
        if (possible)
            assert_int_equal(restore_levels(&r, numbers, 256, levels),
                             256 * PIXELS);
        /* Of a pixel that never changed, its level. */
        for (size_t i = 0; possible && i < 256 * PIXELS; i++)
            assert_int_equal(levels[i], i % PIXELS == 1 ? 77 : i / PIXELS);
        if (possible) { /* and its number is 0, nothing else */
            dtype_store(type, numbers + (9 * PIXELS + 1) * bytes, 0.25);
            assert_int_equal(restore_levels(&r, numbers, 256, levels),
                             9 * PIXELS + 1);
        }
        restore_release(&r);
    }
}

static void test_constants_that_do_not_fit(void **state)
{
    (void)state;
    static double mean[] = { 0.1, 0.2, 0.3, 0.4 };
    static double std[] = { 0.1, -1, 0.3, 0.4 };
    struct pixel_moments m = { PIXELS, mean, std };
    struct scale s = { SCALE_PIXEL_STANDARD, 0, 0, &m };
    struct restore r = { 0 };
    struct error err = { 0 };

    assert_false(restore_init(&r, &s, DTYPE_F32, PIXELS + 1, &err));
    assert_error(err, FAIL_DATA, "those of 4 pixels, but its pictures have 5");
    restore_release(&r);
    err = (struct error){ 0 };
    assert_false(restore_init(&r, &s, DTYPE_F32, PIXELS, &err));
    assert_error(err, FAIL_DATA, "below zero");
    restore_release(&r);
    err = (struct error){ 0 };
    s.pixel = NULL;
    assert_false(restore_init(&r, &s, DTYPE_F32, PIXELS, &err));
    assert_error(err, FAIL_DATA, "those of 0 pixels");
    restore_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_come_back),
        cmocka_unit_test(test_coarse_numbers),
        cmocka_unit_test(test_numbers_of_numpy),
        cmocka_unit_test(test_u8_stays),
        cmocka_unit_test(test_foreign_numbers),
        cmocka_unit_test(test_levels_that_merge),
        cmocka_unit_test(test_pixels_of_their_own),
        cmocka_unit_test(test_constants_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
