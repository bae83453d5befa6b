/* SPDX-License-Identifier: MIT */
/* NPY headers: as numpy writes them, as it may, and as nobody should. The
 * expected headers are those of numpy 1.24. */
#include "format/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

#define SHAPE "'shape': "
#define DICT(descr, order, shape) \
    "{'descr': '" descr "', 'fortran_order': " order ", " SHAPE shape ", }"

/* Puts a prefix of this version before the dict; returns the length. */
static size_t file_of(unsigned char *to, int major, const char *dict, size_t n)
{
    size_t digits = major == 1 ? 2 : 4;

    memcpy(to, "\x93NUMPY", 6);
    to[6] = (unsigned char)major;
    to[7] = 0;
    for (size_t i = 0; i < digits; i++)
        to[8 + i] = (unsigned char)(n >> 8 * i);
    memcpy(to + 8 + digits, dict, n);
    return 8 + digits + n;
}

static bool open_bytes(struct array_stream *s, const void *bytes, size_t n,
                       size_t step, struct error *err)
{
    *s = (struct array_stream){ .in =
                                    memory_source_open(bytes, n, step, NEVER) };
    return npy_open(s, err);
}

static bool open_dict(struct array_stream *s, int major, const char *dict,
                      struct error *err)
{
    unsigned char raw[5000];
    size_t n = file_of(raw, major, dict, strlen(dict));

    return open_bytes(s, raw, n, 7, err);
}

/* ---- read ---- */

/* The three keys of a good dict. */
#define D "'descr': '<f4'"
#define F "'fortran_order': False"
#define S "'shape': (4,)"

static void test_read(void **state)
{
    (void)state;
    static const struct {
        enum dtype type;
        bool big;
        const char *shape, *dict;
    } cases[] = {
        { DTYPE_F32, 0, "60x28x28", DICT("<f4", "False", "(60, 28, 28)") },
        { DTYPE_U8, 0, "60000", DICT("|u1", "False", "(60000,)") },
        { DTYPE_U8, 0, "3", DICT("<u1", "False", "(3,)") },
        { DTYPE_I8, 0, "3", DICT("|i1", "False", "(3,)") },
        { DTYPE_I16, 0, "3x2", DICT("<i2", "False", "(3, 2)") },
        { DTYPE_I16, 1, "3x2", DICT(">i2", "False", "(3, 2)") },
        { DTYPE_I32, 0, "3x2", DICT("<i4", "False", "(3, 2)") },
        { DTYPE_I32, 1, "3x2", DICT(">i4", "False", "(3, 2)") },
        { DTYPE_I64, 0, "3x2", DICT("<i8", "False", "(3, 2)") },
        { DTYPE_F16, 0, "3x2", DICT("<f2", "False", "(3, 2)") },
        { DTYPE_F32, 1, "3x2", DICT(">f4", "False", "(3, 2)") },
        { DTYPE_F64, 0, "3x2", DICT("<f8", "False", "(3, 2)") },
        { DTYPE_F64, 1, "3x2", DICT(">f8", "False", "(3, 2)") },
        { DTYPE_F32, 0, "0x28", DICT("<f4", "False", "(0, 28)") },
        { DTYPE_F32, 0, "1x2x3x4x5x6x7x8",
          DICT("<f4", "False", "(1, 2, 3, 4, 5, 6, 7, 8)") },
        /* one dimension has no order */
        { DTYPE_F32, 0, "5", DICT("<f4", "True", "(5,)") },
        /* other writers: other orders, quotes, spaces, commas */
        { DTYPE_F32, 0, "4", "{" S ", " F ", " D "}" },
        { DTYPE_F32, 0, "4", "{" F "," S "," D ",}\n" },
        { DTYPE_F32, 0, "4x5", "{" D ", " F ", 'shape':( 4 ,5 , ) } \n" },
        { DTYPE_F32, 0, "4", "  {\n" D " ,\n\t" F ",\n" S "\n}\n" },
        { DTYPE_F32, 0, "4", "{\"descr\": \"<f4\", " F ", \"shape\": (4,)}" },
        { DTYPE_F32, 0, "4", "{'descr' :'<f4', 'fortran_order':False, " S "}" },
        { DTYPE_F32, 0, "4",
          "{" D ", " F ", " S ", }                      \n" },
    };

    for (size_t i = 0; i < 3 * COUNT_OF(cases); i++) {
        size_t row = i / 3;
        char shape[ARRAY_SHAPE_TEXT];
        struct error err = { 0 };
        struct array_stream s;
        if (!open_dict(&s, 1 + (int)(i % 3), cases[row].dict, &err))
            fail_msg("row %zu: %s", row, err.text);
        assert_int_equal(s.info.dtype, cases[row].type);
        array_shape_text(&s.info, shape);
        assert_string_equal(shape, cases[row].shape);
        assert_int_equal(s.little, !cases[row].big);
        uint64_t elements = 1;
        for (unsigned d = 0; d < s.info.ndims; d++)
            elements *= s.info.dim[d];
        assert_int_equal(s.left, elements);
        array_close(&s);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_elements(void **state)
{
    (void)state;
    static const unsigned char big[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    static const unsigned char little[8] = { 4, 3, 2, 1, 8, 7, 6, 5 };

    for (size_t step = 1; step < 200; step += 33) {
        for (int is_big = 0; is_big < 2; is_big++) {
            const char *dict = is_big ? DICT(">i4", "False", "(2,)")
                                      : DICT("<i4", "False", "(2,)");
            unsigned char raw[200], got[8];
            struct error err = { 0 };
            struct array_stream s;
            size_t n = file_of(raw, 2, dict, strlen(dict));
            memcpy(raw + n, is_big ? big : little, 8);

            assert_true(open_bytes(&s, raw, n + 8, step, &err));
            assert_int_equal(array_read(&s, got, 10, true, &err), 2);
            assert_memory_equal(got, little, 8);
            array_close(&s);
            assert_true(open_bytes(&s, raw, n + 8, step, &err));
            assert_int_equal(array_read(&s, got, 10, false, &err), 2);
            assert_memory_equal(got, big, 8);
            assert_no_error(err);
            array_close(&s);

            for (size_t body = 7; body <= 9; body += 2) {
                assert_true(open_bytes(&s, raw, n + body, step, &err));
                assert_int_equal(array_read(&s, got, 10, true, &err), -1);
                assert_error(err, FAIL_DATA,
                             body < 8 ? "ends early" : "'source' goes on");
                array_close(&s);
                err = (struct error){ 0 };
            }
        }
    }
}

/* ---- refused ---- */

#define DAMAGED "'source' has a damaged NPY header"

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *dict, *part;
    } cases[] = {
        { DICT("<f4", "True", "(4, 5)"), "is in Fortran order" },
        { DICT("<f4", "False", "()"), "is a single number" },
        { DICT("<f4", "False", "(4, 0)"), "announces rows of size 0" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }",
          "holds records" },
        /* types that are not ours, among them objects, which are pickles */
        { DICT("|O", "False", "(4,)"), "elements of type '|O'" },
        { DICT("|b1", "False", "(4,)"), "elements of type '|b1'" },
        { DICT("<u2", "False", "(4,)"), "elements of type '<u2'" },
        { DICT("<U5", "False", "(4,)"), "elements of type '<U5'" },
        { DICT("<f16", "False", "(4,)"), "elements of type '<f16'" },
        { DICT("f4", "False", "(4,)"), "elements of type 'f4'" },
        { DICT("<<f4", "False", "(4,)"), "elements of type '<<f4'" },
        /* sizes: beyond 64 bits, and such that wrap to something small */
        { DICT("|u1", "False", "(18446744073709551616,)"), DAMAGED },
        { DICT("|u1", "False", "(99999999999999999999999,)"), DAMAGED },
        { DICT("|u1", "False", "(4294967296, 4294967296)"), "more bytes than" },
        { DICT("<f8", "False", "(2305843009213693953,)"), "more bytes than" },
        { DICT("<f4", "False", "(0, 4294967296, 4294967296)"), "more bytes" },
        { DICT("<f4", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), DAMAGED },
        /* dicts that are none, or not these */
        { "", DAMAGED },
        { "{,}", DAMAGED },
        { "{'descr", DAMAGED },
        { "{'a key of 31 characters.........': 1}", DAMAGED },
        { "{'a key of 32 characters..........': 1}", DAMAGED },
        { DICT("", "False", "(4,)"), DAMAGED },
        { DICT("a type of 31 characters........", "False", "(4,)"), "of type" },
        { DICT("a type of 32 characters.........", "False", "(4,)"),
          "'source'" },
        { "{" D ", " F ", " S, DAMAGED },
        { "{" D ", " F ", " S "]", DAMAGED },
        { "{" D ", " F "}", DAMAGED },
        { "{" D ", " S "}", DAMAGED },
        { "{" F ", " S "}", DAMAGED },
        { "{" D ", " F ", " S ", 'x': 1}", DAMAGED },
        { "{" D ", " D ", " F ", " S "}", DAMAGED },
        { "{" D ", " F ", " F ", " S "}", DAMAGED },
        { "{" D ", " F ", " S ", 'shape': (5,)}", DAMAGED },
        { "{" D ", " F " " S "}", DAMAGED },
        { "{" D ", " F ",, " S "}", DAMAGED },
        { "{descr: '<f4', " F ", " S "}", DAMAGED },
        { "{'descr\": '<f4', " F ", " S "}", DAMAGED },
        { "{'descr': '<f4\", " F ", " S "}", "'source'" },
        { "{'DESCR': '<f4', " F ", " S "}", DAMAGED },
        { "{" D ", " F ", " S "}x", DAMAGED },
        { "{" D ", " F ", " S "}\n\x01", DAMAGED },
        { DICT("\xC3\xA4", "False", "(4,)"), "elements of type" },
        { "__import__('os').system('true')", DAMAGED },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int major = 1; major <= 3; major++) {
            struct error err = { 0 };
            struct array_stream s;
            if (open_dict(&s, major, cases[i].dict, &err))
                fail_msg("taken: %s", cases[i].dict);
            assert_error(err, FAIL_DATA, cases[i].part);
            assert_error(err, FAIL_DATA, "'source'");
            array_close(&s);
        }
    }
    assert_int_equal(sources_left_open(), 0);
}

/* Each is put where the shape stands, or the order. */
static const char *const no_shapes[] = {
    "(4)",    "4",      "[4]",    "(-4,)", "(+4,)",  "(4.0,)",   "(1e3,)",
    "(0x4,)", "(4 5,)", "(4,,5)", "(,)",   "(,4)",   "(4,",      "((4,))",
    "(4,))",  "four",   "(x,)",   "None",  "('4',)", "(4,5)(6)", "",
};
static const char *const no_orders[] = { "false",   "0",         "'False'",
                                         "Falsely", "TrueFalse", "" };

static void test_refused_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(no_shapes) + COUNT_OF(no_orders); i++) {
        bool shape = i < COUNT_OF(no_shapes);
        struct error err = { 0 };
        struct array_stream s;
        char dict[200];
        snprintf(dict, sizeof dict, DICT("<f4", "%s", "%s"),
                 shape ? "False" : no_orders[i - COUNT_OF(no_shapes)],
                 shape ? no_shapes[i] : "(4,)");
        if (open_dict(&s, 1, dict, &err))
            fail_msg("taken: %s", dict);
        assert_error(err, FAIL_DATA, DAMAGED);
        array_close(&s);
    }
}

static const char small[] = DICT("<f4", "False", "(4,)");
enum { SMALL_BYTES = sizeof small - 1 };

static void test_zero_byte(void **state)
{
    (void)state;
    unsigned char raw[200];
    char dict[SMALL_BYTES + 9] = { 0 };

    /* behind the dict, where a C string would end; and within */
    memcpy(dict, small, SMALL_BYTES);
    for (size_t at = 0; at <= SMALL_BYTES; at++) {
        struct error err = { 0 };
        struct array_stream s;
        memcpy(dict, small, SMALL_BYTES);
        dict[at] = '\0';
        size_t n = file_of(raw, 1, dict, SMALL_BYTES + 8);
        assert_false(open_bytes(&s, raw, n, 50, &err));
        assert_error(err, FAIL_DATA, DAMAGED);
        array_close(&s);
    }
}

static void test_versions(void **state)
{
    (void)state;
    static const struct {
        int major, minor;
        bool taken;
    } cases[] = {
        { 1, 0, true },  { 2, 0, true },  { 3, 0, true },    { 0, 0, false },
        { 4, 0, false }, { 1, 1, false }, { 255, 0, false }, { 3, 255, false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char raw[200];
        struct error err = { 0 };
        struct array_stream s;
        size_t n = file_of(raw, cases[i].major, small, SMALL_BYTES);
        raw[7] = (unsigned char)cases[i].minor;
        assert_int_equal(open_bytes(&s, raw, n, 50, &err), cases[i].taken);
        if (!cases[i].taken)
            assert_error(err, FAIL_DATA, "'source' is no NPY file of");
        array_close(&s);
    }
}

/* Cut anywhere, and each bit turned over: an error, or a header that numpy
 * would take as well; never a crash. */
static void test_damage(void **state)
{
    (void)state;
    for (int major = 1; major <= 2; major++) {
        unsigned char raw[200] = { 0 };
        size_t n = file_of(raw, major, small, SMALL_BYTES);
        for (size_t cut = 0; cut < n; cut++) {
            struct error err = { 0 };
            struct array_stream s;
            assert_false(open_bytes(&s, raw, cut, 9, &err));
            assert_error(err, FAIL_DATA, "'source'");
            array_close(&s);
        }
        for (size_t bit = 0; bit < 8 * n; bit++) {
            struct error err = { 0 };
            struct array_stream s;
            raw[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (!open_bytes(&s, raw, n, 9, &err))
                assert_error(err, FAIL_DATA, "'source'");
            array_close(&s);
            raw[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_long_header(void **state)
{
    (void)state;
    unsigned char raw[5000];
    char dict[4200];
    struct error err = { 0 };
    struct array_stream s;

    memset(dict, ' ', sizeof dict);
    memcpy(dict, small, SMALL_BYTES);
    assert_true(open_bytes(&s, raw, file_of(raw, 1, dict, 4096), 999, &err));
    array_close(&s);
    assert_false(open_bytes(&s, raw, file_of(raw, 1, dict, 4097), 999, &err));
    assert_error(err, FAIL_DATA, "'source' has an NPY header of 4097 bytes");
    array_close(&s);

    /* One that promises 16 MiB is not waited for; each digit counts. */
    for (int digit = 1; digit < 4; digit++) {
        err = (struct error){ 0 };
        size_t n = file_of(raw, 2, dict, 100);
        raw[8 + digit] = 0x20;
        assert_false(open_bytes(&s, raw, n, 999, &err));
        assert_error(err, FAIL_DATA, "'source' has an NPY header of");
        array_close(&s);
    }
}

static void test_errors_pass(void **state)
{
    (void)state;
    unsigned char raw[200];
    size_t n = file_of(raw, 1, small, SMALL_BYTES);

    for (size_t at = 0; at < n; at++) {
        struct error err = { 0 };
        struct array_stream s = { .in = memory_source_open(raw, n, 3, at) };
        assert_false(npy_open(&s, &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        array_close(&s);
    }
}

static void test_matches(void **state)
{
    (void)state;
    const unsigned char *magic = (const unsigned char *)"\x93NUMPY\1";

    assert_true(npy_matches(magic, 7));
    assert_true(npy_matches(magic, 6));
    assert_false(npy_matches(magic, 5));
    assert_false(npy_matches((const unsigned char *)"\x93NUMPX", 6));
    assert_false(npy_matches((const unsigned char *)"\x92NUMPY", 6));
}

/* ---- written ---- */

/* What numpy 1.24 writes; `size` is that of the whole header. */
static const struct {
    struct array_info info;
    size_t size;
    const char *descr, *shape;
} written[] = {
    { { DTYPE_U8, 3, { 60000, 28, 28 } }, 128, "|u1", "60000, 28, 28" },
    { { DTYPE_F32, 3, { 60000, 28, 28 } }, 128, "<f4", "60000, 28, 28" },
    { { DTYPE_U8, 1, { 60000 } }, 128, "|u1", "60000," },
    { { DTYPE_I8, 1, { 1 } }, 128, "|i1", "1," },
    { { DTYPE_I16, 1, { 0 } }, 128, "<i2", "0," },
    { { DTYPE_I32, 2, { 60000, 8 } }, 128, "<i4", "60000, 8" },
    { { DTYPE_I64, 1, { 7 } }, 128, "<i8", "7," },
    { { DTYPE_F16, 3, { 0, 28, 28 } }, 128, "<f2", "0, 28, 28" },
    { { DTYPE_F64, 2, { 1234567890, 1 } }, 128, "<f8", "1234567890, 1" },
    { { DTYPE_U8, 1, { UINT64_MAX } }, 128, "|u1", "18446744073709551615," },
    { { DTYPE_F32, 8, { 1, 1000, 1000, 1000, 1000, 1000, 1000, 10 } },
      128,
      "<f4",
      "1, 1000, 1000, 1000, 1000, 1000, 1000, 10" },
    /* 128 would be enough, and numpy takes 64 more */
    { { DTYPE_F32, 8, { 1, 1000, 1000, 1000, 1000, 1000, 1000, 100 } },
      192,
      "<f4",
      "1, 1000, 1000, 1000, 1000, 1000, 1000, 100" },
};

static void test_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(written); i++) {
        unsigned char want[300];
        char dict[300];
        struct error err = { 0 };
        struct bytes_writer w;
        struct array_stream s;
        size_t dict_bytes = written[i].size - 10;

        memset(dict, ' ', sizeof dict);
        int n =
            snprintf(dict, sizeof dict,
                     "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                     written[i].descr, written[i].shape);
        dict[n] = ' ';
        dict[dict_bytes - 1] = '\n';
        file_of(want, 1, dict, dict_bytes);
        bytes_writer_init(&w);
        assert_true(npy_write_header(&w.base, &written[i].info, &err));
        assert_int_equal(w.n, written[i].size);
        assert_memory_equal(w.bytes, want, w.n);

        /* and we read what we write, as far as it can exist */
        if (i < 9) {
            assert_true(open_bytes(&s, w.bytes, w.n, 11, &err));
            assert_int_equal(s.info.dtype, written[i].info.dtype);
            assert_int_equal(s.info.ndims, written[i].info.ndims);
            assert_memory_equal(s.info.dim, written[i].info.dim,
                                sizeof s.info.dim);
            assert_true(s.little);
            array_close(&s);
        }
        assert_no_error(err);
        bytes_writer_release(&w);
    }
}

static void test_longest_written(void **state)
{
    (void)state;
    struct array_info info = { DTYPE_F64, ARRAY_MAX_DIMS, { 0 } };
    struct error err = { 0 };
    struct bytes_writer w;

    for (size_t i = 0; i < ARRAY_MAX_DIMS; i++)
        info.dim[i] = UINT64_MAX;
    bytes_writer_init(&w);
    assert_true(npy_write_header(&w.base, &info, &err));
    assert_int_equal(w.n, 256);
    assert_int_equal(w.bytes[w.n - 1], '\n');
    bytes_writer_release(&w);
}

static void test_not_written(void **state)
{
    (void)state;
    static const struct array_info brain = { DTYPE_BF16, 1, { 4 } };
    struct error err = { 0 };
    struct full_writer full;

    full_writer_init(&full, 0);
    assert_false(npy_write_header(&full.base, &brain, &err));
    assert_error(err, FAIL_USAGE, "NPY has no type for bf16");
    err = (struct error){ 0 };
    assert_false(npy_write_header(&full.base, &written[0].info, &err));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_values),
        cmocka_unit_test(test_zero_byte),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_long_header),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_longest_written),
        cmocka_unit_test(test_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
