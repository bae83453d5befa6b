/* SPDX-License-Identifier: MIT */
/* Element types: names, sizes, loading, and rounding, which for the two small
 * floats is checked against a search among all their values. */
#include "format/dtype.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- names ---- */

static const struct {
    enum dtype type;
    const char *name;
    size_t bytes;
} types[] = {
    { DTYPE_U8, "u8", 1 },     { DTYPE_I8, "i8", 1 },   { DTYPE_I16, "i16", 2 },
    { DTYPE_I32, "i32", 4 },   { DTYPE_I64, "i64", 8 }, { DTYPE_F16, "f16", 2 },
    { DTYPE_BF16, "bf16", 2 }, { DTYPE_F32, "f32", 4 }, { DTYPE_F64, "f64", 8 },
    { DTYPE_U32, "u32", 4 },
};

static void test_names(void **state)
{
    (void)state;
    static const char *const unknown[] = { "",     "F32", "f32 ",  " f32", "f3",
                                           "f322", "u16", "float", "uint8" };

    assert_int_equal(COUNT_OF(types), DTYPE_COUNT);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        enum dtype type = DTYPE_COUNT;
        assert_string_equal(dtype_name(types[i].type), types[i].name);
        assert_int_equal(dtype_bytes(types[i].type), types[i].bytes);
        assert_true(dtype_parse(types[i].name, &type));
        assert_int_equal(type, types[i].type);
    }
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        enum dtype type = DTYPE_COUNT;
        assert_false(dtype_parse(unknown[i], &type));
        assert_int_equal(type, DTYPE_COUNT);
    }
}

/* ---- the small floats ---- */

/* The values of the patterns from 0 up, by arithmetic that shares nothing with
 * the code under test: repeated addition of the step between neighbours, which
 * doubles at each power of two. */
struct small {
    enum dtype type;
    unsigned fraction_bits, infinity;
    double smallest;       /* of the subnormals */
    double values[0x7F81]; /* [infinity]: the next value, were there one */
};

static struct small half = { .type = DTYPE_F16,
                             .fraction_bits = 10,
                             .infinity = 0x7C00,
                             .smallest = 0x1p-24 };
static struct small brain = { .type = DTYPE_BF16,
                              .fraction_bits = 7,
                              .infinity = 0x7F80,
                              .smallest = 0x1p-133 };
static struct small *const smalls[] = { &half, &brain };

static int make_values(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(smalls); k++) {
        struct small *s = smalls[k];
        double step = s->smallest;
        unsigned binade = 1u << s->fraction_bits;
        for (unsigned bits = 1; bits <= s->infinity; bits++) {
            s->values[bits] = s->values[bits - 1] + step;
            /* The subnormals and the first binade have the same step. */
            if (bits % binade == 0 && bits > binade)
                step *= 2;
        }
    }
    return 0;
}

/* The nearest pattern to a finite size >= 0, ties to even, by halving. */
static unsigned nearest(const struct small *s, double size)
{
    unsigned low = 0, high = s->infinity;

    if (size >= s->values[high])
        return high;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (s->values[middle] <= size)
            low = middle;
        else
            high = middle;
    }
    double half_way = (s->values[low] + s->values[high]) / 2; /* exact */
    if (size < half_way)
        return low;
    if (size > half_way)
        return high;
    return low % 2 == 0 ? low : high;
}

static unsigned stored(const struct small *s, double value)
{
    uint16_t bits;

    dtype_store(s->type, &bits, value);
    return bits;
}

static void check_nearest(const struct small *s, double size)
{
    unsigned want = nearest(s, size);

    if (stored(s, size) != want || stored(s, -size) != (want | 0x8000))
        fail_msg("%a is %04x as %s, not %04x", size, stored(s, size),
                 dtype_name(s->type), want);
}

/* The values that everybody knows keep the table above honest. */
static void test_known_patterns(void **state)
{
    (void)state;
    static const struct {
        enum dtype type;
        uint16_t bits;
        double value;
    } cases[] = {
        { DTYPE_F16, 0x0000, 0 },         { DTYPE_F16, 0x0001, 0x1p-24 },
        { DTYPE_F16, 0x03FF, 0x3FFp-24 }, { DTYPE_F16, 0x0400, 0x1p-14 },
        { DTYPE_F16, 0x3C00, 1 },         { DTYPE_F16, 0x3C01, 0x401p-10 },
        { DTYPE_F16, 0x3800, 0.5 },       { DTYPE_F16, 0xC000, -2 },
        { DTYPE_F16, 0x7BFF, 65504 },     { DTYPE_F16, 0x7C00, INFINITY },
        { DTYPE_F16, 0xFC00, -INFINITY }, { DTYPE_F16, 0x5BF8, 255 },
        { DTYPE_BF16, 0x0001, 0x1p-133 }, { DTYPE_BF16, 0x0080, 0x1p-126 },
        { DTYPE_BF16, 0x3F80, 1 },        { DTYPE_BF16, 0x4049, 3.140625 },
        { DTYPE_BF16, 0x437F, 255 },      { DTYPE_BF16, 0x7F7F, 0xFFp120 },
        { DTYPE_BF16, 0x7F80, INFINITY }, { DTYPE_BF16, 0xC000, -2 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint16_t bits = 0xAAAA;
        assert_true(dtype_load(cases[i].type, &cases[i].bits) ==
                    cases[i].value);
        dtype_store(cases[i].type, &bits, cases[i].value);
        assert_int_equal(bits, cases[i].bits);
    }
}

static void test_every_pattern(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(smalls); k++) {
        const struct small *s = smalls[k];
        for (unsigned pattern = 0; pattern <= 0xFFFF; pattern++) {
            uint16_t bits = (uint16_t)pattern, again = 0xAAAA;
            unsigned size = pattern & 0x7FFF;
            double value = dtype_load(s->type, &bits);
            dtype_store(s->type, &again, value);
            if (size > s->infinity) { /* a NaN becomes the quiet one */
                assert_true(isnan(value));
                assert_int_equal(again,
                                 s->infinity | 1 << (s->fraction_bits - 1));
                continue;
            }
            if (size == s->infinity)
                assert_true(isinf(value));
            else
                assert_true(fabs(value) == s->values[size]);
            assert_int_equal(signbit(value) != 0, pattern >= 0x8000);
            assert_int_equal(again, pattern);
        }
    }
}

/* Each value, each point half-way to the next one, and the doubles right
 * beside them: those that lie beside half-way are the ones which rounding
 * through float gets wrong. */
static void test_every_neighbour(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(smalls); k++) {
        const struct small *s = smalls[k];
        for (unsigned bits = 0; bits < s->infinity; bits++) {
            double value = s->values[bits], next = s->values[bits + 1];
            double half_way = (value + next) / 2;
            check_nearest(s, value);
            check_nearest(s, nextafter(value, INFINITY));
            check_nearest(s, nextafter(next, 0));
            check_nearest(s, half_way);
            check_nearest(s, nextafter(half_way, 0));
            check_nearest(s, nextafter(half_way, INFINITY));
            check_nearest(s, value + (next - value) * 0.25);
            check_nearest(s, value + (next - value) * 0.75);
        }
    }
}

static void test_noise(void **state)
{
    (void)state;
    uint64_t noise = 77;

    for (unsigned i = 0; i < 300000; i++) {
        uint64_t bits = noise_next(&noise);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        check_nearest(&half, fabs(value));
        check_nearest(&brain, fabs(value));
        /* The same fraction where the types have their values. */
        double near = ldexp(frexp(fabs(value), &(int){ 0 }),
                            (int)(noise_next(&noise) % 45) - 26);
        check_nearest(&half, near);
        check_nearest(&brain, near);
    }
    /* the pixels as they are written */
    for (unsigned x = 0; x <= 255; x++) {
        check_nearest(&half, x / 255.0);
        check_nearest(&brain, x / 255.0);
    }
}

static void test_rounded_once(void **state)
{
    (void)state;
    static const struct {
        enum dtype type;
        double value;
        uint16_t bits;
    } cases[] = {
        /* float rounds these to the tie, which then goes to even */
        { DTYPE_F16, 1 + 0x1p-11 + 0x1p-40, 0x3C01 },
        { DTYPE_F16, 1 + 0x3p-11 - 0x1p-40, 0x3C01 },
        { DTYPE_BF16, 1 + 0x1p-8 + 0x1p-40, 0x3F81 },
        { DTYPE_BF16, 1 + 0x3p-8 - 0x1p-40, 0x3F81 },
        { DTYPE_F16, -(1 + 0x1p-11 + 0x1p-40), 0xBC01 },
        { DTYPE_F16, 0x1p-25 + 0x1p-70, 0x0001 },
        { DTYPE_BF16, 0x1p-134 + 0x1p-180, 0x0001 },
        /* ties */
        { DTYPE_F16, 1 + 0x1p-11, 0x3C00 },
        { DTYPE_F16, 1 + 0x3p-11, 0x3C02 },
        { DTYPE_F16, 2049, 0x6800 },
        { DTYPE_F16, 2051, 0x6802 },
        { DTYPE_F16, 0x1p-25, 0x0000 },
        { DTYPE_F16, 0x3p-25, 0x0002 },
        /* into the next binade, out of the subnormals, beyond the largest */
        { DTYPE_F16, 2 - 0x1p-11, 0x4000 },
        { DTYPE_F16, 0x1p-14 - 0x1p-25, 0x0400 },
        { DTYPE_F16, 65519.99999, 0x7BFF },
        { DTYPE_F16, 65520, 0x7C00 },
        { DTYPE_F16, -65520, 0xFC00 },
        { DTYPE_F16, 1e300, 0x7C00 },
        { DTYPE_BF16, 0x1FEp119, 0x7F7F },
        { DTYPE_BF16, 0x1FFp119, 0x7F80 },
        { DTYPE_BF16, -DBL_MAX, 0xFF80 },
        /* down to zero, which keeps its sign */
        { DTYPE_F16, -0.0, 0x8000 },
        { DTYPE_F16, -1e-300, 0x8000 },
        { DTYPE_F16, DBL_TRUE_MIN, 0x0000 },
        { DTYPE_BF16, -DBL_TRUE_MIN, 0x8000 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint16_t bits = 0xAAAA;
        dtype_store(cases[i].type, &bits, cases[i].value);
        if (bits != cases[i].bits)
            fail_msg("row %zu: %a came out as %04x", i, cases[i].value, bits);
    }
}

/* ---- the others ---- */

static void test_float(void **state)
{
    (void)state;
    static const struct {
        double value;
        uint32_t bits;
    } cases[] = {
        { 1, 0x3F800000 },
        { -0.0, 0x80000000 },
        { 1 + 0x1p-24, 0x3F800000 },
        { 1 + 0x3p-24, 0x3F800002 },
        { 1 + 0x1p-24 + 0x1p-50, 0x3F800001 },
        { 255 / 255.0, 0x3F800000 },
        { 1 / 255.0, 0x3B808081 },
        { 128 / 255.0, 0x3F008081 },
        { 0x1p-149, 0x00000001 },
        { 0x1p-150, 0x00000000 },
        { INFINITY, 0x7F800000 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t bits = 0xAAAAAAAA;
        dtype_store(DTYPE_F32, &bits, cases[i].value);
        assert_int_equal(bits, cases[i].bits);
        float f;
        memcpy(&f, &bits, sizeof f);
        assert_true(dtype_load(DTYPE_F32, &bits) == (double)f);
    }
}

static void test_double(void **state)
{
    (void)state;
    static const double values[] = { 0,       -0.0,         0.1,
                                     DBL_MAX, DBL_TRUE_MIN, -1 / 3.0,
                                     INFINITY };

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        double to = 7, back;
        dtype_store(DTYPE_F64, &to, values[i]);
        assert_memory_equal(&to, &values[i], sizeof to);
        back = dtype_load(DTYPE_F64, &to);
        assert_memory_equal(&back, &values[i], sizeof back);
    }
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        enum dtype type;
        double value, want;
    } cases[] = {
        { DTYPE_U8, 0, 0 },
        { DTYPE_U8, 255, 255 },
        { DTYPE_U8, 254.5, 254 }, /* ties to even */
        { DTYPE_U8, 253.5, 254 },
        { DTYPE_U8, 0.5, 0 },
        { DTYPE_U8, 254.50001, 255 },
        { DTYPE_U8, -0.3, 0 },
        { DTYPE_I8, -128, -128 },
        { DTYPE_I8, 127, 127 },
        { DTYPE_I8, -1.5, -2 },
        { DTYPE_I8, -0.5, 0 },
        { DTYPE_I16, -32768, -32768 },
        { DTYPE_I16, 32767, 32767 },
        { DTYPE_I32, -2147483648.0, -2147483648.0 },
        { DTYPE_I32, 2147483647, 2147483647 },
        { DTYPE_I32, 2.5, 2 },
        { DTYPE_I64, 9007199254740992.0, 9007199254740992.0 },
        { DTYPE_I64, -9007199254740991.0, -9007199254740991.0 },
        { DTYPE_I64, -0x1p63, -0x1p63 },
        { DTYPE_U32, 0, 0 },
        { DTYPE_U32, 4294967295.0, 4294967295.0 },
        { DTYPE_U32, 2147483648.5, 2147483648.0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char to[9];
        memset(to, 0xAA, sizeof to);
        dtype_store(cases[i].type, to, cases[i].value);
        if (dtype_load(cases[i].type, to) != cases[i].want)
            fail_msg("row %zu came out as %g", i,
                     dtype_load(cases[i].type, to));
        /* Not a byte more was written. */
        assert_int_equal(to[dtype_bytes(cases[i].type)], 0xAA);
    }
}

/* Elements need not be aligned: the sanitizer watches. */
static void test_unaligned(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        unsigned char room[16] = { 0 };
        for (size_t at = 0; at < 8; at++) {
            dtype_store(types[i].type, room + at, 100);
            assert_true(dtype_load(types[i].type, room + at) == 100);
        }
    }
}

static void test_swap(void **state)
{
    (void)state;
    static const unsigned char before[17] = "abcdefghijklmnop";
    static const struct {
        size_t bytes, count;
        const char *after;
    } cases[] = {
        { 1, 16, "abcdefghijklmnop" }, { 2, 8, "badcfehgjilknmpo" },
        { 2, 3, "badcfeghijklmnop" },  { 4, 4, "dcbahgfelkjiponm" },
        { 4, 1, "dcbaefghijklmnop" },  { 8, 2, "hgfedcbaponmlkji" },
        { 8, 0, "abcdefghijklmnop" },
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        for (size_t j = 0; j < COUNT_OF(cases); j++) {
            unsigned char room[17];
            if (types[i].bytes != cases[j].bytes)
                continue;
            memcpy(room, before, sizeof room);
            dtype_swap(types[i].type, room, cases[j].count);
            assert_string_equal((const char *)room, cases[j].after);
            dtype_swap(types[i].type, room, cases[j].count);
            assert_memory_equal(room, before, sizeof room);
        }
    }
}

static void test_machine(void **state)
{
    (void)state;
    const uint32_t number = 0x01020304;
    unsigned char first;

    memcpy(&first, &number, 1);
    assert_int_equal(dtype_machine_is_little(), first == 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_known_patterns),
        cmocka_unit_test(test_every_pattern),
        cmocka_unit_test(test_every_neighbour),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_rounded_once),
        cmocka_unit_test(test_float),
        cmocka_unit_test(test_double),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_swap),
        cmocka_unit_test(test_machine),
    };
    return cmocka_run_group_tests(tests, make_values, NULL);
}
