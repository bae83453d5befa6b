/* SPDX-License-Identifier: MIT */
/* --scale pixel-standard: bits from numpy, and each pixel at each level against
 * the formula. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"
#include "stage/normalize.h"

static const enum dtype float_types[] = { DTYPE_F16, DTYPE_BF16, DTYPE_F32,
                                          DTYPE_F64 };

/* Five pictures of six pixels; the first two never change. */
enum { PIXELS = 6, ROWS = 5 };
static const unsigned char pictures[ROWS * PIXELS] = {
    0, 255, 7,   0, 200, 17, /**/
    0, 255, 9,   1, 100, 16, /**/
    0, 255, 255, 0, 50,  16, /**/
    0, 255, 0,   0, 25,  17, /**/
    0, 255, 128, 0, 3,   16,
};

static struct scale fit_pictures(struct pixel_moments *moments)
{
    struct scale scale = { SCALE_PIXEL_STANDARD, 0, 0, NULL };
    struct pixel_sums sums = { 0 };
    struct error err = { 0 };

    assert_true(pixel_sums_init(&sums, PIXELS, &err));
    pixel_sums_add(&sums, pictures, ROWS);
    assert_true(scale_fit_pixels(&scale, &sums, moments, &err));
    pixel_sums_release(&sums);
    assert_no_error(err);
    assert_ptr_equal(scale.pixel, moments);
    return scale;
}

/* What numpy makes of three other pictures, (x / 255.0 - mean) / std as
 * float64 and then astype. */
enum { OTHERS = 3 };
static const unsigned char others[OTHERS * PIXELS] = {
    0,   0,   0,   0,   0,   0,  /**/
    255, 254, 9,   1,   100, 18, /**/
    1,   255, 255, 255, 255, 255,
};
static const uint64_t bits[COUNT_OF(float_types)][OTHERS * PIXELS] = {
    { 0x0, 0x0, 0xBA67, 0xB800, 0xBC51, 0xD02F, /* f16 */
      0x0, 0x0, 0xB9AE, 0x4000, 0x3592, 0x4288, /**/
      0x0, 0x0, 0x3F07, 0x60FA, 0x411F, 0x5F9C },
    { 0x0, 0x0, 0xBF4D, 0xBF00, 0xBF8A, 0xC206, /* bf16 */
      0x0, 0x0, 0xBF36, 0x4000, 0x3EB2, 0x4051, /**/
      0x0, 0x0, 0x3FE1, 0x441F, 0x4024, 0x43F4 },
    { 0x0, 0x0, 0xBF4CE7F7, 0xBF000000, 0xBF8A1433, 0xC205E7CB, /* f32 */
      0x0, 0x0, 0xBF35CBE1, 0x40000000, 0x3EB242B7, 0x405105EC, /**/
      0x0, 0x0, 0x3FE0EF3D, 0x441F4000, 0x4023D4EC, 0x43F38526 },
    { 0x0, 0x0, 0xBFE99CFED94F4FB0, 0xBFE0000000000000, /* f64 */
      0xBFF142866A0711EB, 0xC040BCF95BC7CC58,           /**/
      0x0, 0x0, 0xBFE6B97C176AF016, 0x4000000000000000, /**/
      0x3FD64856D7716C78, 0x400A20BD700C2C3B,           /**/
      0x0, 0x0, 0x3FFC1DE7A37BA28C, 0x4083E80000000000, /**/
      0x40047A9D73A4D543, 0x407E70A4B3CA2E8C },
};

static uint64_t bits_at(const void *elements, size_t i, size_t bytes)
{
    uint16_t half;
    uint32_t word;
    uint64_t all;

    memcpy(&half, (const char *)elements + i * bytes, sizeof half);
    if (bytes == sizeof half)
        return half;
    memcpy(&word, (const char *)elements + i * bytes, sizeof word);
    if (bytes == sizeof word)
        return word;
    memcpy(&all, (const char *)elements + i * bytes, sizeof all);
    return all;
}

static void check_bits(const void *elements, size_t type)
{
    size_t bytes = dtype_bytes(float_types[type]);

    for (size_t i = 0; i < (size_t)OTHERS * PIXELS; i++)
        if (bits_at(elements, i, bytes) != bits[type][i])
            fail_msg("%s: element %zu is %llx", dtype_name(float_types[type]),
                     i, (unsigned long long)bits_at(elements, i, bytes));
}

static const struct pixel_place place = { "a.npy", 0, 2 };

static void test_bits(void **state)
{
    (void)state;
    struct pixel_moments moments = { 0 };
    struct scale scale = fit_pictures(&moments), copy = scale;
    double wide[OTHERS * PIXELS];

    for (size_t i = 0; i < (size_t)OTHERS * PIXELS; i++)
        wide[i] = others[i];
    for (size_t t = 0; t < COUNT_OF(float_types); t++) {
        struct normalize n = { 0 };
        struct error err = { 0 };
        double out[OTHERS * PIXELS + 1];

        assert_true(normalize_init(&n, &copy, float_types[t], &err));
        memset(out, 0xA5, sizeof out);
        normalize_u8(&n, others, (size_t)OTHERS * PIXELS, out);
        check_bits(out, t);
        size_t end = (size_t)OTHERS * PIXELS * dtype_bytes(float_types[t]);
        for (size_t b = end; b < sizeof out; b++)
            assert_int_equal(((unsigned char *)out)[b], 0xA5);
        /* The same from pixels of other types. */
        memset(out, 0xA5, sizeof out);
        assert_true(normalize_any(&n, DTYPE_F64, wide, (size_t)OTHERS * PIXELS,
                                  out, &place, &err));
        check_bits(out, t);
        memset(out, 0xA5, sizeof out);
        assert_true(normalize_any(&n, DTYPE_U8, others, (size_t)OTHERS * PIXELS,
                                  out, &place, &err));
        check_bits(out, t);
        normalize_release(&n);
        normalize_release(&n);
        assert_no_error(err);
    }
    pixel_moments_release(&moments);
    assert_null(moments.mean);
    pixel_moments_release(&moments);
}

/* ---- many pixels ---- */

/* Constants of the test's own, as a recipe brings them. */
static struct pixel_moments make_moments(size_t pixels)
{
    struct pixel_moments m = { .pixels = pixels };
    uint64_t noise = 11;

    m.mean = malloc(pixels * sizeof *m.mean);
    m.std = malloc(pixels * sizeof *m.std);
    assert_true(m.mean && m.std);
    for (size_t p = 0; p < pixels; p++) {
        m.mean[p] = (double)(noise_next(&noise) % 1000000) / 1e6;
        m.std[p] = p % 7 == 3 ? 0 : (double)(noise_next(&noise) % 9999) / 3e4;
        m.std[p] += p % 7 == 3 ? 0 : 1e-4;
    }
    return m;
}

/* Beyond 4096 pixels no tables are made, and all must come out the same. */
static void test_every_level(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 28 * 28, 4096, 4097 };

    for (size_t i = 0; i < COUNT_OF(sizes) * COUNT_OF(float_types); i++) {
        enum dtype type = float_types[i % COUNT_OF(float_types)];
        size_t pixels = sizes[i / COUNT_OF(float_types)];
        size_t bytes = dtype_bytes(type);
        struct pixel_moments m = make_moments(pixels);
        struct scale scale = { SCALE_PIXEL_STANDARD, 0, 0, &m };
        unsigned char *in = malloc(pixels * 256), *out = malloc(pixels * 2048);
        struct normalize n = { 0 };
        struct error err = { 0 };

        assert_true(in && out);
        for (size_t j = 0; j < pixels * 256; j++)
            in[j] = (unsigned char)(j / pixels + j % pixels);
        assert_true(normalize_init(&n, &scale, type, &err));
        normalize_u8(&n, in, pixels * 256, out);
        for (size_t j = 0; j < pixels * 256; j++) {
            double want = (in[j] / 255.0 - m.mean[j % pixels]);
            unsigned char element[8];
            want = m.std[j % pixels] > 0 ? want / m.std[j % pixels] : 0;
            dtype_store(type, element, want);
            if (memcmp(element, out + j * bytes, bytes) != 0)
                fail_msg("%s of %zu pixels: element %zu", dtype_name(type),
                         pixels, j);
        }
        memset(out, 0xA5, 8);
        normalize_u8(&n, in, 0, out);
        assert_int_equal(out[0], 0xA5);
        normalize_release(&n);
        pixel_moments_release(&m);
        free(in);
        free(out);
    }
}

/* ---- refused ---- */

static void test_nothing_to_fit(void **state)
{
    (void)state;
    struct scale scale = { SCALE_PIXEL_STANDARD, 0, 0, NULL };
    struct pixel_moments moments = { 0 };
    struct pixel_sums sums = { 0 };
    struct error err = { 0 };

    assert_true(pixel_sums_init(&sums, PIXELS, &err));
    assert_false(scale_fit_pixels(&scale, &sums, &moments, &err));
    assert_error(err, FAIL_DATA,
                 "--scale pixel-standard cannot be fitted: there are no");
    assert_null(scale.pixel);
    assert_null(moments.mean);
    pixel_sums_release(&sums);
}

static void test_init_refused(void **state)
{
    (void)state;
    static const struct {
        double mean, std;
        enum dtype dtype;
        const char *part;
    } cases[] = {
        { 0, 1, DTYPE_U8, "--dtype u8 keeps whole grey levels" },
        { 0, 1, DTYPE_U32, "pixels cannot become u32; there are" },
        { 0, 1, DTYPE_I8, "pixels cannot become i8" },
        { 0, -1, DTYPE_F32, "pixel 2 has a deviation of -1, which is below" },
        { 0, (double)NAN, DTYPE_F32, "pixel 2 has a deviation of" },
        { (double)NAN, 1, DTYPE_F32, "grey level 0 of pixel 2 becomes" },
        { (double)INFINITY, 1, DTYPE_F64, "pixel 2 becomes larger than f64" },
        { 0, 1e-5, DTYPE_F16,
          "with a mean of 0 and a deviation of 1e-05, grey level 255 of pixel "
          "2 becomes larger than f16 can be" },
        { 1, 1e-5, DTYPE_F16, "grey level 0 of pixel 2 becomes larger" },
        { 1, 1e-39, DTYPE_F32, "pixel 2 becomes larger than f32" },
    };
    double mean[4] = { 0 }, std[4] = { 1, 0, 1, 1 };
    const struct pixel_moments moments = { 4, mean, std };
    struct scale scale = { SCALE_PIXEL_STANDARD, 0, 0, &moments };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct normalize n = { 0 };
        struct error err = { 0 };

        mean[2] = cases[i].mean;
        std[2] = cases[i].std;
        if (normalize_init(&n, &scale, cases[i].dtype, &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_USAGE, cases[i].part);
        normalize_release(&n);
    }
    struct normalize n = { 0 };
    struct error err = { 0 };
    scale.pixel = NULL;
    assert_false(normalize_init(&n, &scale, DTYPE_F32, &err));
    assert_error(err, FAIL_USAGE, "pixel-standard has no means");
}

/* Grey levels are safe once init has passed; other numbers need not be. */
static void test_any_refused(void **state)
{
    (void)state;
    double mean[2] = { 0, 0 }, std[2] = { 1, 1e-3 };
    const struct pixel_moments moments = { 2, mean, std };
    const struct scale scale = { SCALE_PIXEL_STANDARD, 0, 0, &moments };
    const double in[4] = { 20000, 255, 0, 20000 };
    uint16_t out[4];
    struct normalize n = { 0 };
    struct error err = { 0 };

    assert_true(normalize_init(&n, &scale, DTYPE_F16, &err));
    assert_true(normalize_any(&n, DTYPE_F64, in, 2, out, &place, &err));
    assert_false(normalize_any(&n, DTYPE_F64, in, 4, out, &place, &err));
    assert_error(err, FAIL_DATA,
                 "'a.npy', row 1, pixel 1: the value 20000 is one that f16");
    normalize_release(&n);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_every_level),
        cmocka_unit_test(test_nothing_to_fit),
        cmocka_unit_test(test_init_refused),
        cmocka_unit_test(test_any_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
