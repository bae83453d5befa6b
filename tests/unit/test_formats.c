/* SPDX-License-Identifier: MIT */
/* The table of formats, and opening by content, gzip or not. */
#include "format/formats.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* for next_in */
#include <zlib.h>

#include "base/sizes.h"
#include "format/npy.h"
#include "format/pngimage.h"
#include "helpers.h"

/* Packs n bytes; returns the length. */
static size_t pack(unsigned char *to, size_t room, const void *bytes, size_t n)
{
    z_stream z = { .next_in = bytes,
                   .avail_in = (uInt)n,
                   .next_out = to,
                   .avail_out = (uInt)room };

    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
            Z_OK ||
        deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return (size_t)z.total_out;
}

static const unsigned char idx[] = "\0\0\x08\x02\0\0\0\2\0\0\0\3abcdef";
enum { IDX_BYTES = sizeof idx - 1 };

/* ---- the table ---- */

static void test_table(void **state)
{
    (void)state;
    size_t rows = 0;

    for (const struct format *f = formats; f->name; f++, rows++) {
        assert_true(f->open || f->write_header || f->sink);
        /* what can be read must be recognisable */
        assert_true(!f->open || f->content != CONTENT_UNKNOWN);
        for (const struct format *other = formats; other < f; other++) {
            assert_string_not_equal(f->name, other->name);
            assert_true(!f->open || f->content != other->content);
        }
    }
    assert_int_equal(rows, 13);
}

static void test_find_writable(void **state)
{
    (void)state;
    static const char *const found[] = { "bin", "npy", "idx" };
    static const char *const unknown[] = { "",     "png", "IDX", "np",
                                           "npy ", "npz", "csv", "idx.gz" };
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(found); i++)
        assert_string_equal(format_find_writable(found[i], &err)->name,
                            found[i]);
    assert_no_error(err);
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        err = (struct error){ 0 };
        assert_null(format_find_writable(unknown[i], &err));
        assert_error(err, FAIL_USAGE, unknown[i]);
        assert_error(err, FAIL_USAGE, "there are bin, npy, idx");
    }
}

/* Prepared sets, each in its way; csv and png can be read, too. */
static void test_find_sink(void **state)
{
    (void)state;
    static const char *const found[] = { "bin",         "npy", "idx",
                                         "idx.gz",      "npz", "safetensors",
                                         "libsvm",      "csv", "pjreddie",
                                         "torchvision", "png", "tfrecord",
                                         "webdataset" };
    static const char *const unknown[] = { "", "PNG", "tf", "csv.gz", "np" };
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(found); i++) {
        const struct format *f = format_find_sink(found[i], &err);
        assert_non_null(f);
        assert_string_equal(f->name, found[i]);
        assert_non_null(f->sink->open);
        assert_non_null(f->sink->write);
    }
    assert_no_error(err);
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        err = (struct error){ 0 };
        assert_null(format_find_sink(unknown[i], &err));
        for (size_t j = 0; j < COUNT_OF(found); j++)
            assert_error(err, FAIL_USAGE, found[j]);
    }
}

static void test_suffix(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum dtype type;
        const char *suffix;
    } cases[] = {
        { "bin", DTYPE_F32, "f32" },   { "bin", DTYPE_U8, "u8" },
        { "bin", DTYPE_BF16, "bf16" }, { "npy", DTYPE_F32, "npy" },
        { "idx", DTYPE_U8, "idx" },    { "idx.gz", DTYPE_U8, "idx.gz" },
    };
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(
            format_suffix(format_find_sink(cases[i].name, &err), cases[i].type),
            cases[i].suffix);
}

/* A header and its elements, for each format that writes: bin has none. */
static void test_write_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n;
        bool little;
    } cases[] = { { "bin", 0, true },
                  { "idx", 12, false },
                  { "idx.gz", 12, false },
                  { "npy", 128, true } };
    static const struct array_info info = { DTYPE_U8, 2, { 2, 3 } };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        const struct format *f = format_find_sink(cases[i].name, &err);
        struct bytes_writer w;
        bytes_writer_init(&w);
        assert_true(f->write_header(&w.base, &info, &err));
        assert_int_equal(w.n, cases[i].n);
        assert_int_equal(f->little, cases[i].little);
        assert_no_error(err);
        bytes_writer_release(&w);
    }
}

/* ---- opening ---- */

/* Opens the bytes and reads all, as u8. */
static void check_opens(const void *bytes, size_t n, const char *shape,
                        const char *elements)
{
    for (size_t step = 1; step <= 2001; step += 500) {
        struct error err = { 0 };
        struct array_stream s = { 0 };
        char text[ARRAY_SHAPE_TEXT], got[64];
        if (!array_open(&s, memory_source_open(bytes, n, step, NEVER), &err))
            fail_msg("%s", err.text);
        array_shape_text(&s.info, text);
        assert_string_equal(text, shape);
        assert_int_equal(s.info.dtype, DTYPE_U8);
        assert_string_equal(s.in->name, "source");
        ptrdiff_t want = (ptrdiff_t)strlen(elements);
        assert_int_equal(array_read_native(&s, got, sizeof got, &err), want);
        assert_memory_equal(got, elements, (size_t)want);
        assert_no_error(err);
        array_close(&s);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void check_refused(const void *bytes, size_t n, const char *part)
{
    for (size_t step = 1; step <= 1001; step += 1000) {
        struct error err = { 0 };
        struct array_stream s = { 0 };
        assert_false(
            array_open(&s, memory_source_open(bytes, n, step, NEVER), &err));
        assert_error(err, FAIL_DATA, part);
        assert_null(s.in); /* set only on success */
    }
    assert_int_equal(sources_left_open(), 0);
}

/* The three formats, bare and in gzip, come out alike. */
static void test_opens_all(void **state)
{
    (void)state;
    static const struct array_info info = { DTYPE_U8, 2, { 2, 3 } };
    struct error err = { 0 };
    struct bytes_writer npy, png;
    unsigned char packed[1000];

    check_opens(idx, IDX_BYTES, "2x3", "abcdef");
    check_opens(packed, pack(packed, sizeof packed, idx, IDX_BYTES), "2x3",
                "abcdef");

    bytes_writer_init(&npy);
    assert_true(npy_write_header(&npy.base, &info, &err));
    assert_true(writer_write(&npy.base, "abcdef", 6, &err));
    check_opens(npy.bytes, npy.n, "2x3", "abcdef");
    check_opens(packed, pack(packed, sizeof packed, npy.bytes, npy.n), "2x3",
                "abcdef");

    bytes_writer_init(&png);
    assert_true(
        pngimage_write(&png.base, (const unsigned char *)"abcdef", 3, 2, &err));
    check_opens(png.bytes, png.n, "1x2x3", "abcdef");
    check_opens(packed, pack(packed, sizeof packed, png.bytes, png.n), "1x2x3",
                "abcdef");
    assert_no_error(err);
    bytes_writer_release(&npy);
    bytes_writer_release(&png);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *part;
    } cases[] = {
        { "", "'source' is no array file: it is empty" },
        { "<!DOCTYPE html><html></html>", "it is a web page" },
        { "PK\x03\x04", "it is a zip archive" },
        { "5;0;0;0\n", "it is text; IDX, NPY, PNG and CSV can be read" },
        { "\x03\x08", "it is of an unknown kind" },
        { "\x93NUMPY\1", "'source' ends early" },
        { "\x89PNG\r\n\x1A\n", "'source' ends early" },
    };
    unsigned char packed[1000];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = strlen(cases[i].bytes);
        check_refused(cases[i].bytes, n, cases[i].part);
        check_refused(packed, pack(packed, sizeof packed, cases[i].bytes, n),
                      cases[i].part);
    }
}

static void test_gzip_in_gzip(void **state)
{
    (void)state;
    unsigned char once[1000], twice[1000];
    size_t n = pack(once, sizeof once, idx, IDX_BYTES);

    n = pack(twice, sizeof twice, once, n);
    check_refused(twice, n,
                  "'source' is packed twice: inside it is gzip again");

    /* nor when the outer one has been unpacked by someone else */
    struct error err = { 0 };
    struct array_stream s = { 0 };
    struct reader *in =
        content_unpack(memory_source_open(twice, n, 5, NEVER), &err);
    assert_false(array_open_unpacked(&s, in, &err));
    assert_error(err, FAIL_DATA,
                 "'source' is packed twice: inside it is gzip again");
    err = (struct error){ 0 };
    in = memory_source_open(idx, IDX_BYTES, 5, NEVER);
    assert_true(array_open_unpacked(&s, in, &err));
    array_close(&s);
    error_set(&err, FAIL_USAGE, "the cause");
    assert_false(array_open_unpacked(&s, NULL, &err));
    assert_error(err, FAIL_USAGE, "the cause");
    assert_int_equal(sources_left_open(), 0);
}

/* Cut anywhere or damaged at the end: never a whole array. */
static void test_damaged_gzip(void **state)
{
    (void)state;
    unsigned char packed[1000];
    size_t n = pack(packed, sizeof packed, idx, IDX_BYTES);

    for (size_t cut = 1; cut <= n + 1; cut++) {
        struct error err = { 0 };
        struct array_stream s = { 0 };
        unsigned char got[10];
        packed[n] = 'x';
        bool ok =
            array_open(&s, memory_source_open(packed, cut, 10, NEVER), &err) &&
            array_read_native(&s, got, sizeof got, &err) == 6;
        array_close(&s);
        assert_int_equal(ok, cut == n);
        if (!ok)
            assert_error(err, FAIL_DATA, "'source'");
    }
    packed[n - 8] ^= 1;
    check_refused(packed, n, "'source' is damaged: not valid gzip data");
    assert_int_equal(sources_left_open(), 0);
}

static void test_errors_pass(void **state)
{
    (void)state;
    unsigned char packed[1000];
    size_t n = pack(packed, sizeof packed, idx, IDX_BYTES);

    for (size_t at = 0; at <= n; at++) {
        struct error err = { 0 };
        struct array_stream s = { 0 };
        assert_false(
            array_open(&s, memory_source_open(packed, n, 5, at), &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        err = (struct error){ 0 };
        assert_null(content_unpack(memory_source_open(packed, n, 5, 0), &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
    }

    struct error err = { 0 };
    struct array_stream s = { 0 };
    error_set(&err, FAIL_USAGE, "the cause");
    assert_null(content_unpack(NULL, &err));
    assert_false(array_open(&s, NULL, &err));
    assert_error(err, FAIL_USAGE, "the cause");
    assert_int_equal(sources_left_open(), 0);
}

static void test_unpack(void **state)
{
    (void)state;
    unsigned char packed[1000];
    size_t n = pack(packed, sizeof packed, idx, IDX_BYTES);

    for (int is_packed = 0; is_packed < 2; is_packed++) {
        for (size_t step = 1; step <= 1001; step += 500) {
            struct error err = { 0 };
            struct reader *in =
                is_packed ? memory_source_open(packed, n, step, NEVER)
                          : memory_source_open(idx, IDX_BYTES, step, NEVER);
            struct outcome o = outcome_read(content_unpack(in, &err), 7);
            assert_no_error(o.err);
            assert_int_equal(o.n, IDX_BYTES);
            assert_memory_equal(o.bytes, idx, IDX_BYTES);
            outcome_release(&o);
        }
    }
    assert_int_equal(sources_left_open(), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_find_writable),
        cmocka_unit_test(test_find_sink),
        cmocka_unit_test(test_suffix),
        cmocka_unit_test(test_write_headers),
        cmocka_unit_test(test_opens_all),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_gzip_in_gzip),
        cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_unpack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
