/* SPDX-License-Identifier: MIT */
/* Every grey level in every scale and type, against a computation of the
 * test's own: long double, and one rounding to nearest even done by hand. */
#include "stage/normalize.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- the test's own arithmetic ---- */

/* A binary floating-point format. */
static const struct layout {
    enum dtype dtype;
    int precision; /* bits of the significand, with the hidden one */
    int least;     /* exponent of the smallest normal number */
    int most;      /* exponent of the largest */
} layouts[] = {
    { DTYPE_F16, 11, -14, 15 },
    { DTYPE_BF16, 8, -126, 127 },
    { DTYPE_F32, 24, -126, 127 },
};

static long double round_once(long double v, const struct layout *to)
{
    long double size = fabsl(v);

    if (size == 0)
        return v;
    int exponent = ilogbl(size) < to->least ? to->least : ilogbl(size);
    long double unit = ldexpl(1, exponent - to->precision + 1);
    long double below = floorl(size / unit), rest = size / unit - below;
    if (rest > 0.5L || (rest == 0.5L && fmodl(below, 2) == 1))
        below += 1;
    size = below * unit;
    return copysignl(ilogbl(size) > to->most && size > 0 ? HUGE_VALL : size, v);
}

/* What the bits of a float stand for. */
static long double decode(const struct layout *from, const void *bytes)
{
    size_t bits = dtype_bytes(from->dtype) * 8;
    uint32_t word = 0;
    uint16_t half;

    if (bits == 32) {
        memcpy(&word, bytes, 4);
    } else {
        memcpy(&half, bytes, 2);
        word = half;
    }
    int fraction_bits = from->precision - 1;
    uint32_t fraction = word & ((UINT32_C(1) << fraction_bits) - 1);
    int exponent = (int)(word >> fraction_bits &
                         (bits == 32 || fraction_bits == 7 ? 0xFFu : 0x1Fu));
    bool negative = word >> (bits - 1) & 1;
    long double size;
    if (exponent - 1 + from->least > from->most)
        size = fraction ? (long double)NAN : HUGE_VALL;
    else if (exponent == 0)
        size = ldexpl(fraction, from->least - fraction_bits);
    else
        size = ldexpl((long double)fraction + ldexpl(1, fraction_bits),
                      exponent - 1 + from->least - fraction_bits);
    return negative ? -size : size;
}

static bool same(long double a, long double b)
{
    return (a == b && signbit(a) == signbit(b)) || (isnan(a) && isnan(b));
}

static long double scaled(const struct scale *s, long double x)
{
    switch (s->mode) {
    case SCALE_UNIT:
        return x / 255;
    case SCALE_SIGNED:
        return (2 * x - 255) / 255;
    case SCALE_STANDARD:
    case SCALE_CUSTOM:
        return (x / 255 - (long double)s->mean) / (long double)s->std;
    case SCALE_PIXEL_STANDARD: /* see test_normalize_pixels.c */
    case SCALE_NONE:
        break;
    }
    return x;
}

/* The design's formula for f64, where "rounded once" is double arithmetic. */
static double scaled_double(const struct scale *s, double x)
{
    volatile double quotient = s->mode == SCALE_SIGNED ? x / 127.5 : x / 255.0;
    volatile double shifted = quotient - s->mean;

    return s->mode == SCALE_NONE     ? x
           : s->mode == SCALE_UNIT   ? quotient
           : s->mode == SCALE_SIGNED ? quotient - 1.0
                                     : shifted / s->std;
}

static const struct scale scales[] = {
    { SCALE_UNIT, 0, 0, NULL },
    { SCALE_SIGNED, 0, 0, NULL },
    { SCALE_NONE, 0, 0, NULL },
    { SCALE_STANDARD, 0.13066047627384, 0.30810780385646, NULL },
    { SCALE_CUSTOM, 0.1307, 0.3081, NULL },
    { SCALE_CUSTOM, 0.2860, 0.3530, NULL },
    { SCALE_CUSTOM, 0.5, 0.5, NULL },
    { SCALE_CUSTOM, 0, 1, NULL },
    { SCALE_CUSTOM, 1, 0.1, NULL },
    { SCALE_CUSTOM, -3.25, 0.001, NULL },
    { SCALE_CUSTOM, 0, 1e-5, NULL },  /* beyond the largest f16 */
    { SCALE_CUSTOM, 0.5, 1e6, NULL }, /* below its smallest normal number */
    { SCALE_CUSTOM, 0, 1e38, NULL },  /* and below that of f32 and bf16 */
};

/* ---- all levels ---- */

static void check_element(const struct normalize *n, const void *bytes,
                          long double x)
{
    const struct scale *s = &n->scale;

    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        if (layouts[i].dtype != n->dtype)
            continue;
        long double want = round_once(scaled(s, x), &layouts[i]);
        long double got = decode(&layouts[i], bytes);
        if (!same(got, want))
            fail_msg("%s %g,%g to %s: %Lg came out as %La, not %La",
                     scale_name(s->mode), s->mean, s->std, dtype_name(n->dtype),
                     x, got, want);
    }
    if (n->dtype == DTYPE_F64) {
        double got, want = scaled_double(s, (double)x);
        memcpy(&got, bytes, sizeof got);
        if (!same((long double)got, (long double)want))
            fail_msg("%s %g,%g to f64: %Lg came out as %a, not %a",
                     scale_name(s->mode), s->mean, s->std, x, got, want);
    }
    if (n->dtype == DTYPE_U8)
        assert_int_equal(*(const unsigned char *)bytes, (int)x);
}

static void test_all_levels(void **state)
{
    (void)state;
    static const enum dtype types[] = { DTYPE_U8, DTYPE_F16, DTYPE_BF16,
                                        DTYPE_F32, DTYPE_F64 };
    unsigned char pixels[256], *out = malloc(257 * 8);

    assert_non_null(out);
    for (unsigned x = 0; x < 256; x++)
        pixels[x] = (unsigned char)(255 - x);
    for (size_t i = 0; i < COUNT_OF(scales) * COUNT_OF(types); i++) {
        const struct scale *scale = &scales[i % COUNT_OF(scales)];
        enum dtype type = types[i / COUNT_OF(scales)];
        size_t bytes = dtype_bytes(type);
        struct normalize n;
        struct error err = { 0 };

        if (type == DTYPE_U8 && scale->mode != SCALE_NONE)
            continue;
        if (!normalize_init(&n, scale, type, &err)) {
            assert_error(err, FAIL_USAGE, "f16 can be");
            continue; /* infinities are refused; see test_overflow */
        }
        assert_no_error(err);
        memset(out, 0xA5, 257 * 8);
        normalize_u8(&n, pixels, 256, out);
        for (unsigned x = 0; x < 256; x++)
            check_element(&n, out + (255 - x) * bytes, x);
        for (size_t b = 256 * bytes; b < 257 * 8; b++)
            assert_int_equal(out[b], 0xA5); /* nothing behind them */
        memset(out, 0xA5, 8);
        normalize_u8(&n, pixels, 0, out);
        assert_int_equal(out[0], 0xA5);
    }
    free(out);
}

/* The bits that numpy gives, for the levels people look at. */
static void test_bits(void **state)
{
    (void)state;
    static const struct {
        struct scale scale;
        enum dtype dtype;
        unsigned char x;
        uint64_t bits;
    } cases[] = {
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F32, 0, 0 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F32, 1, 0x3B808081 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F32, 128, 0x3F008081 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F32, 254, 0x3F7EFEFF },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F32, 255, 0x3F800000 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F16, 1, 0x1C04 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F16, 254, 0x3BF8 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_BF16, 1, 0x3B81 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_BF16, 254, 0x3F7F },
        { { SCALE_SIGNED, 0, 0, NULL }, DTYPE_F32, 0, 0xBF800000 },
        { { SCALE_SIGNED, 0, 0, NULL }, DTYPE_F32, 127, 0xBB808081 },
        { { SCALE_SIGNED, 0, 0, NULL }, DTYPE_F32, 255, 0x3F800000 },
        { { SCALE_CUSTOM, 0.1307, 0.3081, NULL }, DTYPE_F32, 0, 0xBED93270 },
        { { SCALE_CUSTOM, 0.1307, 0.3081, NULL }, DTYPE_F32, 255, 0x4034933C },
        { { SCALE_NONE, 0, 0, NULL }, DTYPE_F16, 255, 0x5BF8 },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_F64, 1, 0x3F70101010101010 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct normalize n;
        struct error err = { 0 };
        uint64_t out = 0;
        uint32_t word;
        uint16_t half;

        assert_true(normalize_init(&n, &cases[i].scale, cases[i].dtype, &err));
        normalize_u8(&n, &cases[i].x, 1, &out);
        memcpy(&word, &out, sizeof word);
        memcpy(&half, &out, sizeof half);
        size_t bytes = dtype_bytes(cases[i].dtype);
        uint64_t got = bytes == 8 ? out : bytes == 4 ? word : half;
        if (got != cases[i].bits)
            fail_msg("row %zu: %llx", i, (unsigned long long)got);
    }
}

/* ---- other sources ---- */

static const struct pixel_place place = { "pixels", 0, 1 };

static void test_other_types(void **state)
{
    (void)state;
    static const double values[] = { 0,   1,    2,   100,        127,  128,
                                     -1,  -128, 255, 256,        1000, -32768,
                                     0.5, 1.75, 1e5, 2147483647, 1e-3 };
    static const enum dtype to[] = { DTYPE_F16, DTYPE_BF16, DTYPE_F32,
                                     DTYPE_F64 };

    for (enum dtype from = DTYPE_U8; from < DTYPE_COUNT; from++) {
        for (size_t i = 0; i < COUNT_OF(scales) * COUNT_OF(to); i++) {
            struct normalize n;
            struct error err = { 0 };
            double in[COUNT_OF(values)], out[COUNT_OF(values) + 1];
            size_t count = 0, bytes = dtype_bytes(from);

            for (size_t j = 0; j < COUNT_OF(values); j++) {
                char *at = (char *)in + count * bytes;
                bool fits =
                    dtype_is_float(from)
                        ? fabs(values[j]) < 6e4
                        : values[j] == rint(values[j]) &&
                              fabs(values[j] + 0.5) <
                                  ldexp(1, (int)bytes * 8 - 1) &&
                              ((from != DTYPE_U8 && from != DTYPE_U32) ||
                               values[j] >= 0);
                if (fits) {
                    dtype_store(from, at, values[j]);
                    count++;
                }
            }
            assert_true(count >= 5);
            if (!normalize_init(&n, &scales[i % COUNT_OF(scales)],
                                to[i / COUNT_OF(scales)], &err))
                continue; /* infinities are refused */
            if (!normalize_any(&n, from, in, count, out, &place, &err)) {
                assert_error(err, FAIL_DATA, "cannot hold after scaling");
                continue;
            }
            for (size_t j = 0; j < count; j++)
                check_element(
                    &n, (char *)out + j * dtype_bytes(n.dtype),
                    (long double)dtype_load(from, (char *)in + j * bytes));
        }
    }
}

/* Nothing is rounded and nothing is clamped. */
static void test_others_to_u8(void **state)
{
    (void)state;
    static const double levels[] = { 0, -0.0, 1, 17, 254, 255 };
    static const double others[] = { -1,
                                     -0.4,
                                     0.49,
                                     0.5,
                                     1.5,
                                     254.6,
                                     255.4,
                                     256,
                                     300,
                                     1e300,
                                     -1e300,
                                     (double)INFINITY,
                                     -(double)INFINITY,
                                     (double)NAN };
    static const struct scale none = { SCALE_NONE, 0, 0, NULL };
    struct normalize n;
    struct error err = { 0 };
    unsigned char level;

    assert_true(normalize_init(&n, &none, DTYPE_U8, &err));
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        level = 77;
        assert_true(
            normalize_any(&n, DTYPE_F64, &levels[i], 1, &level, &place, &err));
        assert_int_equal(level, levels[i]);
    }
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct error why = { 0 };
        if (normalize_any(&n, DTYPE_F64, &others[i], 1, &level, &place, &why))
            fail_msg("%g came out as %u", others[i], level);
        assert_error(why, FAIL_DATA, "is no whole number from 0 to 255");
    }
}

static void test_others_to_u8_place(void **state)
{
    (void)state;
    static const struct scale none = { SCALE_NONE, 0, 0, NULL };
    static const int64_t wide[] = { 17, 255, INT64_MAX };
    static const struct pixel_place far = { "a.npy", 5 * 784 + 782, 784 };
    struct normalize n;
    struct error err = { 0 };
    unsigned char levels[3];

    assert_true(normalize_init(&n, &none, DTYPE_U8, &err));
    assert_true(normalize_any(&n, DTYPE_I64, wide, 2, levels, &far, &err));
    assert_memory_equal(levels, "\x11\xFF", 2);
    assert_false(normalize_any(&n, DTYPE_I64, wide, 3, levels, &far, &err));
    assert_error(err, FAIL_DATA,
                 "'a.npy', row 6, pixel 0: the value 9.22337e+18 is no whole");
}

/* ---- refused ---- */

static void test_init_refused(void **state)
{
    (void)state;
    static const struct {
        struct scale scale;
        enum dtype dtype;
        const char *part;
    } cases[] = {
        { { SCALE_CUSTOM, 0, 0, NULL },
          DTYPE_F32,
          "a deviation of 0 is not above" },
        { { SCALE_CUSTOM, 0, -1, NULL },
          DTYPE_F32,
          "a deviation of -1 is not above" },
        { { SCALE_CUSTOM, 0, (double)NAN, NULL },
          DTYPE_F32,
          "is not above zero" },
        { { SCALE_STANDARD, 0.5, 0, NULL }, DTYPE_F32, "is not above zero" },
        { { SCALE_UNIT, 0, 0, NULL },
          DTYPE_U8,
          "--dtype u8 keeps whole grey levels" },
        { { SCALE_SIGNED, 0, 0, NULL },
          DTYPE_U8,
          "goes with --scale none only" },
        { { SCALE_CUSTOM, 0, 1, NULL }, DTYPE_U8, "--scale none only" },
        { { SCALE_STANDARD, 0, 1, NULL }, DTYPE_U8, "--scale none only" },
        { { SCALE_NONE, 0, 0, NULL },
          DTYPE_I8,
          "pixels cannot become i8; there are" },
        { { SCALE_NONE, 0, 0, NULL }, DTYPE_I16, "pixels cannot become i16" },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_I32, "pixels cannot become i32" },
        { { SCALE_UNIT, 0, 0, NULL }, DTYPE_I64, "pixels cannot become i64" },
        { { SCALE_NONE, 0, 0, NULL }, DTYPE_U32, "pixels cannot become u32" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct normalize n;
        struct error err = { 0 };
        if (normalize_init(&n, &cases[i].scale, cases[i].dtype, &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_USAGE, cases[i].part);
    }
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        struct scale scale;
    } cases[] = {
        { "unit", "unit", { SCALE_UNIT, 0, 0, NULL } },
        { "signed", "signed", { SCALE_SIGNED, 0, 0, NULL } },
        { "standard", "standard", { SCALE_STANDARD, 0, 0, NULL } },
        { "none", "none", { SCALE_NONE, 0, 0, NULL } },
        { "pixel-standard",
          "pixel-standard",
          { SCALE_PIXEL_STANDARD, 0, 0, NULL } },
        { "0.1307,0.3081", "custom", { SCALE_CUSTOM, 0.1307, 0.3081, NULL } },
        { "-1.5,2", "custom", { SCALE_CUSTOM, -1.5, 2, NULL } },
        { "0,1e-3", "custom", { SCALE_CUSTOM, 0, 0.001, NULL } },
        { "0,0", "custom", { SCALE_CUSTOM, 0, 0, NULL } }, /* refused by init */
    };
    static const char *const refused[] = {
        "",
        "custom",
        "Unit",
        "unit ",
        " unit",
        "uni",
        "pixel",
        "pixel-standard ",
        "0.13",
        "0.13,",
        ",0.3",
        ",",
        "1,2,3",
        "0.1, 0.2",
        "1e999,1",
        "nan,1",
        "0,inf",
        "0x1,1",
        "unit,1",
        "0.1;0.2",
        "0000000000000000000000000000000000000000000000000000000000000000,1",
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct scale got = { SCALE_CUSTOM, 4711, 4711, NULL };
        struct error err = { 0 };
        assert_true(scale_parse(cases[i].text, &got, &err));
        assert_string_equal(scale_name(got.mode), cases[i].name);
        assert_int_equal(scale_is_fitted(&got),
                         strcmp(cases[i].name, "standard") == 0 ||
                             strcmp(cases[i].name, "pixel-standard") == 0);
        if (got.mode != cases[i].scale.mode ||
            got.mean != cases[i].scale.mean || got.std != cases[i].scale.std)
            fail_msg("%s: %g,%g", cases[i].text, got.mean, got.std);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct scale got = { SCALE_CUSTOM, 4711, 4711, NULL };
        struct error err = { 0 };
        if (scale_parse(refused[i], &got, &err))
            fail_msg("\"%s\" was taken", refused[i]);
        assert_error(err, FAIL_USAGE,
                     "is no scale; there are unit, signed, standard, "
                     "pixel-standard, none and MEAN,STD");
        assert_true(got.mean == 4711);
    }
}

static void test_fit(void **state)
{
    (void)state;
    static const struct {
        uint64_t at_0, at_255;
        const char *part; /* NULL: it can be fitted */
        double mean, std;
    } cases[] = {
        { 1, 1, NULL, 0.5, 0.5 },
        { 3, 1, NULL, 0.25, 0.4330127018922193 },
        { 0, 0, "there are no pixels", 0, 0 },
        { 7, 0, "all pixels are equal", 0, 0 },
        { 0, 7, "all pixels are equal", 0, 0 },
        { 1, UINT64_MAX, "too many pixels", 0, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t histogram[256] = {
            [0] = cases[i].at_0, [255] = cases[i].at_255
        };
        struct scale scale = { SCALE_STANDARD, 4711, 4711, NULL };
        struct error err = { 0 };
        bool ok = scale_fit(&scale, histogram, &err);

        assert_int_equal(ok, cases[i].part == NULL);
        if (!ok)
            assert_error(err, FAIL_DATA, cases[i].part);
        else if (fabs(scale.mean - cases[i].mean) > 1e-16 ||
                 fabs(scale.std - cases[i].std) > 1e-16)
            fail_msg("row %zu: %.17g,%.17g", i, scale.mean, scale.std);
        assert_int_equal(scale.mode, SCALE_STANDARD);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_levels),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_others_to_u8),
        cmocka_unit_test(test_others_to_u8_place),
        cmocka_unit_test(test_init_refused),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
