/* SPDX-License-Identifier: MIT */
/* IDX headers, good, damaged and hostile. */
#include "format/idx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static const struct {
    unsigned char code;
    enum dtype type;
} types[] = {
    { 0x08, DTYPE_U8 },  { 0x09, DTYPE_I8 },  { 0x0B, DTYPE_I16 },
    { 0x0C, DTYPE_I32 }, { 0x0D, DTYPE_F32 }, { 0x0E, DTYPE_F64 },
};

/* Writes a header as its definition says; returns its length. */
static size_t header(unsigned char *to, unsigned char code, unsigned ndims,
                     const uint32_t *dim)
{
    memcpy(to, (unsigned char[]){ 0, 0, code, (unsigned char)ndims }, 4);
    for (unsigned i = 0; i < ndims; i++)
        store_be32(to + 4 + 4 * i, dim[i]);
    return 4 + 4 * ndims;
}

/* Opens the n bytes as IDX; false with *err set. */
static bool open_bytes(struct array_stream *s, const void *bytes, size_t n,
                       size_t step, struct error *err)
{
    *s = (struct array_stream){ .in = memory_source_open(bytes, n, step, NEVER),
                                .little = true };
    return idx_open(s, err);
}

static void test_all_types_and_dims(void **state)
{
    (void)state;
    static const uint32_t dim[ARRAY_MAX_DIMS] = { 3, 2, 1, 4, 2, 1, 3, 2 };

    for (size_t t = 0; t < COUNT_OF(types); t++) {
        uint64_t elements = 1;
        for (unsigned ndims = 1; ndims <= ARRAY_MAX_DIMS; ndims++) {
            unsigned char raw[64 + 8 * 288];
            unsigned char want[8 * 288], got[8 * 288];
            struct error err = { 0 };
            struct array_stream s;
            elements *= dim[ndims - 1];
            size_t n = header(raw, types[t].code, ndims, dim);
            size_t bytes = (size_t)elements * dtype_bytes(types[t].type);

            fill_noise(want, bytes, ndims);
            memcpy(raw + n, want, bytes);
            assert_true(open_bytes(&s, raw, n + bytes, 1 + ndims, &err));
            assert_int_equal(s.info.dtype, types[t].type);
            assert_int_equal(s.info.ndims, ndims);
            for (unsigned i = 0; i < ndims; i++)
                assert_int_equal(s.info.dim[i], dim[i]);
            assert_false(s.little);
            assert_int_equal(s.left, elements);
            assert_int_equal(array_read(&s, got, (size_t)elements, false, &err),
                             elements);
            assert_memory_equal(got, want, bytes);
            assert_no_error(err);
            array_close(&s);
        }
    }
    assert_int_equal(sources_left_open(), 0);
}

/* The genuine headers: train and test, images and labels. */
static void test_mnist(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        struct array_info info;
    } cases[] = {
        { "\0\0\x08\x03\0\0\xEA\x60\0\0\0\x1C\0\0\0\x1C",
          16,
          { DTYPE_U8, 3, { 60000, 28, 28 } } },
        { "\0\0\x08\x01\0\0\xEA\x60", 8, { DTYPE_U8, 1, { 60000 } } },
        { "\0\0\x08\x03\0\0\x27\x10\0\0\0\x1C\0\0\0\x1C",
          16,
          { DTYPE_U8, 3, { 10000, 28, 28 } } },
        { "\0\0\x0C\x02\0\0\xEA\x60\0\0\0\x08",
          12, /* QMNIST */
          { DTYPE_I32, 2, { 60000, 8 } } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct array_info *info = &cases[i].info;
        struct error err = { 0 };
        struct array_stream s;
        struct bytes_writer w;
        assert_true(open_bytes(&s, cases[i].bytes, cases[i].n, 3, &err));
        assert_int_equal(s.info.dtype, info->dtype);
        assert_int_equal(s.info.ndims, info->ndims);
        assert_memory_equal(s.info.dim, info->dim, sizeof info->dim);
        array_close(&s);

        bytes_writer_init(&w);
        assert_true(idx_write_header(&w.base, info, &err));
        assert_int_equal(w.n, cases[i].n);
        assert_memory_equal(w.bytes, cases[i].bytes, w.n);
        bytes_writer_release(&w);
        assert_no_error(err);
    }
}

static void test_matches(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t n;
        bool matches;
    } cases[] = {
        { "\0\0\x08\x03", 4, true },    { "\0\0\x08\x03\xFF", 5, true },
        { "\0\0\x0E\x01", 4, true },    { "\0\0\x08\x00", 4, true },
        { "\0\0\x08\x09", 4, true },    { "\0\0\x0F\x01", 4, true },
        { "\0\0\x08\x03", 3, false },   { "\0\0\x07\x03", 4, false },
        { "\0\0\x10\x03", 4, false },   { "\0\1\x08\x03", 4, false },
        { "\1\0\x08\x03", 4, false },   { "\x03\x08\0\0", 4, false },
        { "\x1F\x8B\x08\0", 4, false }, { "", 0, false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (idx_matches((const unsigned char *)cases[i].head, cases[i].n) !=
            cases[i].matches)
            fail_msg("row %zu", i);
}

/* ---- damaged ---- */

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned char code;
        unsigned ndims;
        uint32_t dim[9];
        const char *part;
    } cases[] = {
        { 0x07, 1, { 1 }, "has no IDX header" },
        { 0x0A, 1, { 1 }, "has no IDX header" },
        { 0x0F, 1, { 1 }, "has no IDX header" },
        { 0x00, 1, { 1 }, "has no IDX header" },
        { 0xFF, 1, { 1 }, "has no IDX header" },
        { 0x08, 0, { 0 }, "announces 0 dimensions" },
        { 0x08, 9, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, "announces 9 dimensions" },
        { 0x08, 3, { 5, 0, 28 }, "rows of size 0 (dimension 2)" },
        { 0x08, 3, { 5, 28, 0 }, "rows of size 0 (dimension 3)" },
        { 0x08, 3, { 0, 0, 0 }, "rows of size 0" },
        /* too large; the second and fourth wrap to 0 */
        { 0x08, 3, { ~0u, ~0u, ~0u }, "more bytes than can exist" },
        { 0x08, 4, { 65536, 65536, 65536, 65536 }, "more bytes than can" },
        { 0x08, 8, { ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u }, "more bytes" },
        { 0x08, 5, { 1u << 31, 1u << 31, 4, 28, 28 }, "more bytes than can" },
        /* fits as elements, not as bytes */
        { 0x0E, 2, { 1u << 31, 1u << 30 }, "more bytes than can exist" },
        { 0x0D, 2, { 1u << 31, 1u << 31 }, "more bytes than can exist" },
        { 0x0B, 3, { 1u << 31, 1u << 31, 2 }, "more bytes than can exist" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char raw[64];
        struct error err = { 0 };
        struct array_stream s;
        size_t n = header(raw, cases[i].code, cases[i].ndims, cases[i].dim);
        if (open_bytes(&s, raw, n, 100, &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_DATA, cases[i].part);
        assert_error(err, FAIL_DATA, "'source'");
        array_close(&s);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_wrong_beginning(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "\1\0\x08\x01\0\0\0\1x",
        "\0\1\x08\x01\0\0\0\1x",
        "\x01\x08\0\0\1\0\0\0",
        "<!DOCTYPE html>",
    };

    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        char begins[40];
        struct error err = { 0 };
        struct array_stream s;
        assert_false(open_bytes(&s, heads[i], 9, 100, &err));
        snprintf(begins, sizeof begins, "begins with %02x %02x %02x %02x",
                 heads[i][0], heads[i][1], heads[i][2], heads[i][3]);
        assert_error(err, FAIL_DATA, "'source' has no IDX header: it ");
        assert_error(err, FAIL_DATA, begins);
        array_close(&s);
    }
}

/* Every length but the right one, from nothing to one byte too many. */
static void test_wrong_length(void **state)
{
    (void)state;
    static const uint32_t dim[] = { 2, 3, 2 };

    for (size_t t = 0; t < COUNT_OF(types); t++) {
        unsigned char raw[256] = { 0 };
        size_t body = 12 * dtype_bytes(types[t].type);
        size_t right = header(raw, types[t].code, 3, dim) + body;
        for (size_t n = 0; n <= right + 1; n++) {
            unsigned char to[128];
            struct error err = { 0 };
            struct array_stream s;
            bool ok = open_bytes(&s, raw, n, 5, &err);
            assert_int_equal(ok, n >= right - body);
            ok = ok && array_read(&s, to, 5, true, &err) == 5 &&
                 array_read(&s, to, 100, true, &err) == 7;
            assert_int_equal(ok, n == right);
            if (n < right)
                assert_error(err, FAIL_DATA, "'source' ends early");
            if (n > right)
                assert_error(err, FAIL_DATA, "'source' goes on after the end");
            array_close(&s);
        }
    }
}

static void test_no_rows(void **state)
{
    (void)state;
    static const uint32_t dim[] = { 0, 28, 28 };

    for (unsigned ndims = 1; ndims <= 3; ndims++) {
        unsigned char raw[32] = { 0 }, to[8];
        struct error err = { 0 };
        struct array_stream s;
        size_t n = header(raw, 0x08, ndims, dim);
        assert_true(open_bytes(&s, raw, n, 5, &err));
        assert_int_equal(s.left, 0);
        assert_int_equal(array_read(&s, to, 8, false, &err), 0);
        assert_no_error(err);
        array_close(&s);

        assert_true(open_bytes(&s, raw, n + 1, 5, &err));
        assert_int_equal(array_read(&s, to, 8, false, &err), -1);
        assert_error(err, FAIL_DATA, "'source' goes on after the end");
        array_close(&s);
    }
}

/* A header may promise anything: nothing is allocated for it. */
static void test_huge_promise(void **state)
{
    (void)state;
    static const uint32_t dim[] = { ~0u, ~0u };
    unsigned char raw[32] = { 0 }, to[16];
    struct error err = { 0 };
    struct array_stream s;
    size_t n = header(raw, 0x08, 2, dim);

    assert_true(open_bytes(&s, raw, n + 3, 5, &err));
    assert_true(s.left == UINT64_C(0xFFFFFFFE00000001));
    assert_int_equal(array_read(&s, to, sizeof to, false, &err), -1);
    assert_error(err, FAIL_DATA, "18446744065119617022 elements are missing");
    array_close(&s);
}

static void test_errors_pass(void **state)
{
    (void)state;
    static const uint32_t dim[] = { 1, 2 };
    unsigned char raw[32];
    size_t n = header(raw, 0x08, 2, dim);

    for (size_t at = 0; at < n; at++) {
        struct error err = { 0 };
        struct array_stream s = { .in = memory_source_open(raw, n, 3, at) };
        assert_false(idx_open(&s, &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        array_close(&s);
    }
}

/* ---- written ---- */

static void test_written_then_read(void **state)
{
    (void)state;
    struct array_info info = { .dim = { 7, 1, 65537, 2, 1, 1, 1, 3 } };

    for (size_t t = 0; t < COUNT_OF(types); t++) {
        for (info.ndims = 1; info.ndims <= ARRAY_MAX_DIMS; info.ndims++) {
            struct error err = { 0 };
            struct bytes_writer w;
            struct array_stream s;
            info.dtype = types[t].type;
            bytes_writer_init(&w);
            assert_true(idx_write_header(&w.base, &info, &err));
            assert_int_equal(w.n, 4 + 4 * info.ndims);
            assert_int_equal(w.bytes[2], types[t].code);
            assert_true(open_bytes(&s, w.bytes, w.n, 1, &err));
            assert_int_equal(s.info.dtype, info.dtype);
            assert_int_equal(s.info.ndims, info.ndims);
            for (unsigned i = 0; i < info.ndims; i++)
                assert_int_equal(s.info.dim[i], info.dim[i]);
            array_close(&s);
            bytes_writer_release(&w);
            assert_no_error(err);
        }
    }
}

static void test_not_written(void **state)
{
    (void)state;
    static const struct {
        struct array_info info;
        const char *part;
    } cases[] = {
        { { DTYPE_I64, 1, { 1 } }, "IDX has no type for i64" },
        { { DTYPE_F16, 1, { 1 } }, "IDX has no type for f16" },
        { { DTYPE_BF16, 1, { 1 } }, "IDX has no type for bf16" },
        { { DTYPE_U8, 1, { UINT64_C(4294967296) } }, "4294967295" },
        { { DTYPE_U8, 2, { 1, UINT64_MAX } }, "4294967295" },
    };
    static const struct array_info largest = { DTYPE_U8, 1, { UINT32_MAX } };
    struct bytes_writer w;
    struct error err = { 0 };

    bytes_writer_init(&w);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        err = (struct error){ 0 };
        assert_false(idx_write_header(&w.base, &cases[i].info, &err));
        assert_error(err, FAIL_USAGE, cases[i].part);
        assert_int_equal(w.n, 0);
    }
    err = (struct error){ 0 };
    assert_true(idx_write_header(&w.base, &largest, &err));
    assert_int_equal(load_be32(w.bytes + 4), UINT32_MAX);
    bytes_writer_release(&w);

    struct full_writer full;
    full_writer_init(&full, 7);
    assert_false(idx_write_header(&full.base, &largest, &err));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_types_and_dims),
        cmocka_unit_test(test_mnist),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_wrong_beginning),
        cmocka_unit_test(test_wrong_length),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_huge_promise),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_written_then_read),
        cmocka_unit_test(test_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
