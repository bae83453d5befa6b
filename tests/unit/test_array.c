/* SPDX-License-Identifier: MIT */
/* Shapes whose products are checked, and elements in either byte order. */
#include "format/array.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- shapes ---- */

static void test_shape_text(void **state)
{
    (void)state;
    static const struct {
        struct array_info info;
        const char *text;
    } cases[] = {
        { { DTYPE_U8, 1, { 60000 } }, "60000" },
        { { DTYPE_U8, 3, { 60000, 28, 28 } }, "60000x28x28" },
        { { DTYPE_F32, 2, { 0, 10 } }, "0x10" },
        { { DTYPE_U8, 8, { 1, 2, 3, 4, 5, 6, 7, 8 } }, "1x2x3x4x5x6x7x8" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[ARRAY_SHAPE_TEXT];
        array_shape_text(&cases[i].info, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_longest_shape(void **state)
{
    (void)state;
    static const char number[] = "18446744073709551615";
    struct array_info info = { .ndims = ARRAY_MAX_DIMS };
    char text[ARRAY_SHAPE_TEXT];

    for (size_t i = 0; i < ARRAY_MAX_DIMS; i++)
        info.dim[i] = UINT64_MAX;
    array_shape_text(&info, text);
    assert_int_equal(strlen(text), ARRAY_MAX_DIMS * (strlen(number) + 1) - 1);
    for (size_t i = 0; i < ARRAY_MAX_DIMS; i++)
        assert_memory_equal(text + 21 * i, number, strlen(number));
}

static void test_same(void **state)
{
    (void)state;
    static const struct {
        struct array_info a, b;
        bool rows, shape;
    } cases[] = {
        { { DTYPE_U8, 3, { 9, 28, 28 } },
          { DTYPE_F32, 3, { 9, 28, 28 } },
          1,
          1 },
        { { DTYPE_U8, 3, { 9, 28, 28 } },
          { DTYPE_U8, 3, { 8, 28, 28 } },
          1,
          0 },
        { { DTYPE_U8, 3, { 9, 28, 28 } },
          { DTYPE_U8, 3, { 9, 28, 27 } },
          0,
          0 },
        { { DTYPE_U8, 3, { 9, 28, 28 } },
          { DTYPE_U8, 3, { 9, 27, 28 } },
          0,
          0 },
        { { DTYPE_U8, 3, { 9, 28, 1 } }, { DTYPE_U8, 2, { 9, 28 } }, 0, 0 },
        { { DTYPE_U8, 1, { 9 } }, { DTYPE_U8, 1, { 9 } }, 1, 1 },
        { { DTYPE_U8, 1, { 9 } }, { DTYPE_U8, 1, { 7 } }, 1, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(array_same_rows(&cases[i].a, &cases[i].b),
                         cases[i].rows);
        assert_int_equal(array_same_shape(&cases[i].a, &cases[i].b),
                         cases[i].shape);
    }
}

#define P(power) (UINT64_C(1) << (power))

static void test_products(void **state)
{
    (void)state;
    static const struct {
        struct array_info info;
        bool row_fits;
        uint64_t row;
        bool fits;
        uint64_t bytes;
    } cases[] = {
        { { DTYPE_U8, 1, { 60000 } }, true, 1, true, 60000 },
        { { DTYPE_U8, 3, { 60000, 28, 28 } }, true, 784, true, 47040000 },
        { { DTYPE_F32, 3, { 60000, 28, 28 } }, true, 784, true, 188160000 },
        { { DTYPE_BF16, 2, { 3, 5 } }, true, 5, true, 30 },
        { { DTYPE_F64, 3, { 0, 28, 28 } }, true, 784, true, 0 },
        /* more than 31 and 32 bits hold */
        { { DTYPE_U8, 3, { 2, 46341, 46341 } },
          true,
          UINT64_C(2147488281),
          true,
          UINT64_C(4294976562) },
        { { DTYPE_U8, 4, { 2, 65536, 65536, 65536 } },
          true,
          P(48),
          true,
          P(49) },
        /* the largest that fit, and a step further */
        { { DTYPE_U8, 1, { UINT64_MAX } }, true, 1, true, UINT64_MAX },
        { { DTYPE_F64, 1, { P(61) - 1 } }, true, 1, true, UINT64_MAX - 7 },
        { { DTYPE_F64, 1, { P(61) } }, true, 1, false, 0 },
        { { DTYPE_I16, 2, { P(31), P(31) } }, true, P(31), true, P(63) },
        { { DTYPE_I16, 2, { P(32), P(31) } }, true, P(31), false, 0 },
        { { DTYPE_U8, 3, { UINT64_MAX, UINT64_MAX, 1 } },
          true,
          UINT64_MAX,
          false,
          0 },
        /* what wraps to 0, or to a size that looks right */
        { { DTYPE_U8, 5, { 1, 65536, 65536, 65536, 65536 } },
          false,
          0,
          false,
          0 },
        { { DTYPE_U8, 3, { 1, P(33) + 1, P(31) } }, false, 0, false, 0 },
        { { DTYPE_F32, 3, { 1, P(31), P(31) } }, true, P(62), false, 0 },
        { { DTYPE_U8, 2, { P(32), P(32) } }, true, P(32), false, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t row = 0, bytes = 0;
        if (array_row_elements(&cases[i].info, &row) != cases[i].row_fits ||
            array_bytes(&cases[i].info, &bytes) != cases[i].fits ||
            row != cases[i].row || bytes != cases[i].bytes)
            fail_msg("row %zu", i);
    }
}

/* ---- elements ---- */

/* 0x0102, 0x0304, ...: its bytes count up in big-endian order. */
static const unsigned char counting[12] = { 1, 2, 3, 4,  5,  6,
                                            7, 8, 9, 10, 11, 12 };

static struct array_stream stream(struct reader *in, uint64_t rows)
{
    return (struct array_stream){ .info = { DTYPE_I16, 1, { rows } },
                                  .in = in,
                                  .left = rows };
}

static void test_byte_order(void **state)
{
    (void)state;
    static const unsigned char swapped[12] = { 2, 1, 4,  3, 6,  5,
                                               8, 7, 10, 9, 12, 11 };

    for (int from_little = 0; from_little < 2; from_little++) {
        for (int to_little = 0; to_little < 2; to_little++) {
            struct error err = { 0 };
            unsigned char to[12];
            struct array_stream s =
                stream(memory_source_open(counting, 12, 5, NEVER), 6);
            s.little = from_little;
            assert_int_equal(array_read(&s, to, 6, to_little, &err), 6);
            assert_memory_equal(
                to, from_little == to_little ? counting : swapped, 12);
            assert_no_error(err);
            array_close(&s);
        }
    }
}

static void test_native(void **state)
{
    (void)state;
    struct error err = { 0 };
    int16_t to[6];

    for (int little = 0; little < 2; little++) {
        struct array_stream s =
            stream(memory_source_open(counting, 12, 1, NEVER), 6);
        s.little = little;
        assert_int_equal(array_read_native(&s, to, 6, &err), 6);
        for (int i = 0; i < 6; i++)
            assert_int_equal(to[i], little ? (2 * i + 2) << 8 | (2 * i + 1)
                                           : (2 * i + 1) << 8 | (2 * i + 2));
        array_close(&s);
    }
    assert_no_error(err);
}

static void test_in_parts(void **state)
{
    (void)state;
    for (size_t part = 1; part <= 7; part++) {
        struct error err = { 0 };
        unsigned char to[14] = { 0 };
        struct array_stream s =
            stream(memory_source_open(counting, 12, 3, NEVER), 6);
        uint64_t done = 0;
        while (done < 6) {
            size_t want = part < 6 - done ? part : (size_t)(6 - done);
            assert_int_equal(array_read(&s, to + 2 * done, part, false, &err),
                             want);
            done += want;
            assert_int_equal(s.left, 6 - done);
        }
        assert_memory_equal(to, counting, 12);
        assert_int_equal(to[12], 0);
        assert_int_equal(array_read(&s, to, part, false, &err), 0);
        assert_int_equal(array_read(&s, to, 0, false, &err), 0);
        assert_no_error(err);
        array_close(&s);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_skip(void **state)
{
    enum { MANY = 9001 };
    unsigned char *noise = malloc(2 * MANY), to[2];

    (void)state;
    assert_non_null(noise);
    fill_noise(noise, 2 * MANY, 1);
    for (uint64_t skipped = 0; skipped < MANY; skipped += 1500) {
        struct error err = { 0 };
        struct array_stream s =
            stream(memory_source_open(noise, 2 * MANY, 999, NEVER), MANY);
        assert_true(array_skip(&s, skipped, &err));
        assert_int_equal(s.left, MANY - skipped);
        assert_int_equal(array_read(&s, to, 1, false, &err), 1);
        assert_memory_equal(to, noise + 2 * skipped, 2);
        assert_true(array_skip(&s, s.left, &err));
        assert_int_equal(array_read(&s, to, 1, false, &err), 0);
        assert_no_error(err);
        array_close(&s);
    }
    /* What is passed over has to be there, too. */
    struct error err = { 0 };
    struct array_stream s =
        stream(memory_source_open(noise, 2 * MANY - 2, 999, NEVER), MANY);
    assert_false(array_skip(&s, MANY, &err));
    assert_error(err, FAIL_DATA, "'source' ends early");
    array_close(&s);
    free(noise);
}

static void test_no_rows(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char to[2];
    struct array_stream s = stream(memory_source_open("", 0, 1, NEVER), 0);

    assert_int_equal(array_read(&s, to, 1, false, &err), 0);
    assert_no_error(err);
    array_close(&s);

    s = stream(memory_source_open("x", 1, 1, NEVER), 0);
    assert_int_equal(array_read(&s, to, 1, false, &err), -1);
    assert_error(err, FAIL_DATA, "'source' goes on");
    array_close(&s);
}

/* Reads all, two elements at a time. */
static ptrdiff_t read_all(struct array_stream *s, struct error *err)
{
    unsigned char to[4];
    ptrdiff_t got, sum = 0;

    while ((got = array_read(s, to, 2, false, err)) > 0)
        sum += got;
    array_close(s);
    return got < 0 ? -1 : sum;
}

static void test_lengths(void **state)
{
    (void)state;
    for (size_t rows = 1; rows <= 6; rows++) {
        for (size_t n = 0; n <= 12; n++) {
            struct error err = { 0 };
            struct array_stream s =
                stream(memory_source_open(counting, n, 4, NEVER), rows);
            ptrdiff_t got = read_all(&s, &err);
            if (n == 2 * rows) {
                assert_int_equal(got, rows);
                assert_no_error(err);
                continue;
            }
            assert_int_equal(got, -1);
            assert_error(err, FAIL_DATA,
                         n < 2 * rows ? "'source' ends early"
                                      : "'source' goes on after the end");
        }
    }
}

/* The message says what was promised and how much of it is missing. */
static void test_missing_elements(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct array_stream s =
        stream(memory_source_open(counting, 7, 4, NEVER), 1000);

    assert_int_equal(read_all(&s, &err), -1);
    assert_error(err, FAIL_DATA,
                 "announces 1000 of i16, and 997 elements are "
                 "missing");
}

static void test_errors_pass(void **state)
{
    (void)state;
    for (size_t at = 0; at <= 12; at++) {
        struct error err = { 0 };
        struct array_stream s =
            stream(memory_source_open(counting, 12, 4, at), 6);
        assert_int_equal(read_all(&s, &err), -1);
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_close(void **state)
{
    (void)state;
    struct array_stream s = { 0 };

    array_close(&s);
    s = stream(memory_source_open(counting, 12, 4, NEVER), 6);
    assert_int_equal(sources_left_open(), 1);
    array_close(&s);
    assert_int_equal(sources_left_open(), 0);
    array_close(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape_text),
        cmocka_unit_test(test_longest_shape),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_byte_order),
        cmocka_unit_test(test_native),
        cmocka_unit_test(test_in_parts),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_missing_elements),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
