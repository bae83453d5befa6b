/* SPDX-License-Identifier: MIT */
/* NPZ: numpy's own archives read member by member; and written, with every byte
 * at the place that the layout gave it. */
#include "format/npz.h"

#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "format/zipstored.h"
#include "made_set.h"

/* ---- reading ---- */

/* numpy 1.24: savez_compressed(f, x_train=arange(12, dtype="u1").reshape(2, 2,
 * 3), y_train=array([7, -1], dtype="<i8")). */
static const unsigned char two_arrays[] = {
    0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00,
    0x21, 0x00, 0xC5, 0x22, 0x84, 0xA0, 0x54, 0x00, 0x00, 0x00, 0x8C, 0x00,
    0x00, 0x00, 0x0B, 0x00, 0x14, 0x00, 0x78, 0x5F, 0x74, 0x72, 0x61, 0x69,
    0x6E, 0x2E, 0x6E, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x8C, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x54, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x9B, 0xEC, 0x17, 0xEA, 0x1B, 0x10, 0xC9, 0xC8, 0x50, 0xC6, 0x50,
    0xAD, 0x9E, 0x92, 0x5A, 0x9C, 0x5C, 0xA4, 0x6E, 0xA5, 0xA0, 0x5E, 0x53,
    0x6A, 0xA8, 0xAE, 0xA3, 0xA0, 0x9E, 0x96, 0x5F, 0x54, 0x52, 0x94, 0x98,
    0x17, 0x9F, 0x5F, 0x94, 0x92, 0x0A, 0x12, 0x77, 0x4B, 0xCC, 0x29, 0x4E,
    0x05, 0x8A, 0x17, 0x67, 0x24, 0x16, 0xA4, 0x02, 0xF9, 0x1A, 0x46, 0x3A,
    0x0A, 0x40, 0x64, 0xAC, 0xA9, 0xA3, 0x50, 0xAB, 0x40, 0x1E, 0xE0, 0x62,
    0x60, 0x64, 0x62, 0x66, 0x61, 0x65, 0x63, 0xE7, 0xE0, 0xE4, 0xE2, 0x06,
    0x00, 0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
    0x00, 0x21, 0x00, 0xE0, 0x92, 0xCE, 0xBC, 0x4A, 0x00, 0x00, 0x00, 0x90,
    0x00, 0x00, 0x00, 0x0B, 0x00, 0x14, 0x00, 0x79, 0x5F, 0x74, 0x72, 0x61,
    0x69, 0x6E, 0x2E, 0x6E, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x90, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x4A, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x9B, 0xEC, 0x17, 0xEA, 0x1B, 0x10, 0xC9, 0xC8, 0x50, 0xC6,
    0x50, 0xAD, 0x9E, 0x92, 0x5A, 0x9C, 0x5C, 0xA4, 0x6E, 0xA5, 0xA0, 0x6E,
    0x93, 0x69, 0xA1, 0xAE, 0xA3, 0xA0, 0x9E, 0x96, 0x5F, 0x54, 0x52, 0x94,
    0x98, 0x17, 0x9F, 0x5F, 0x94, 0x92, 0x0A, 0x12, 0x77, 0x4B, 0xCC, 0x29,
    0x4E, 0x05, 0x8A, 0x17, 0x67, 0x24, 0x16, 0xA4, 0x02, 0xF9, 0x1A, 0x46,
    0x3A, 0x9A, 0x3A, 0x0A, 0xB5, 0x0A, 0x14, 0x00, 0x2E, 0x76, 0x06, 0x08,
    0xF8, 0x0F, 0x05, 0x00, 0x50, 0x4B, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00,
    0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0xC5, 0x22, 0x84, 0xA0,
    0x54, 0x00, 0x00, 0x00, 0x8C, 0x00, 0x00, 0x00, 0x0B, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00,
    0x00, 0x00, 0x78, 0x5F, 0x74, 0x72, 0x61, 0x69, 0x6E, 0x2E, 0x6E, 0x70,
    0x79, 0x50, 0x4B, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x08,
    0x00, 0x00, 0x00, 0x21, 0x00, 0xE0, 0x92, 0xCE, 0xBC, 0x4A, 0x00, 0x00,
    0x00, 0x90, 0x00, 0x00, 0x00, 0x0B, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x91, 0x00, 0x00, 0x00, 0x79,
    0x5F, 0x74, 0x72, 0x61, 0x69, 0x6E, 0x2E, 0x6E, 0x70, 0x79, 0x50, 0x4B,
    0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00, 0x72, 0x00,
    0x00, 0x00, 0x18, 0x01, 0x00, 0x00, 0x00, 0x00,
};

/* And savez(f, only=array([7, -1], dtype="<i8")). */
static const unsigned char one_array[] = {
    0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x21, 0x00, 0xE0, 0x92, 0xCE, 0xBC, 0x90, 0x00, 0x00, 0x00, 0x90, 0x00,
    0x00, 0x00, 0x08, 0x00, 0x14, 0x00, 0x6F, 0x6E, 0x6C, 0x79, 0x2E, 0x6E,
    0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x90, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x90, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x93, 0x4E,
    0x55, 0x4D, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00, 0x7B, 0x27, 0x64, 0x65,
    0x73, 0x63, 0x72, 0x27, 0x3A, 0x20, 0x27, 0x3C, 0x69, 0x38, 0x27, 0x2C,
    0x20, 0x27, 0x66, 0x6F, 0x72, 0x74, 0x72, 0x61, 0x6E, 0x5F, 0x6F, 0x72,
    0x64, 0x65, 0x72, 0x27, 0x3A, 0x20, 0x46, 0x61, 0x6C, 0x73, 0x65, 0x2C,
    0x20, 0x27, 0x73, 0x68, 0x61, 0x70, 0x65, 0x27, 0x3A, 0x20, 0x28, 0x32,
    0x2C, 0x29, 0x2C, 0x20, 0x7D, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x0A, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x50, 0x4B,
    0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x21, 0x00, 0xE0, 0x92, 0xCE, 0xBC, 0x90, 0x00, 0x00, 0x00, 0x90, 0x00,
    0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x6F, 0x6E, 0x6C, 0x79,
    0x2E, 0x6E, 0x70, 0x79, 0x50, 0x4B, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x01, 0x00, 0x36, 0x00, 0x00, 0x00, 0xCA, 0x00, 0x00, 0x00,
    0x00, 0x00,
};

/* What numpy saves of the two: a header of 128 bytes and the elements. */
static void make_npy(unsigned char to[144], const char *descr,
                     const char *shape, const void *elements, size_t n)
{
    char text[129];
    int used =
        snprintf(text, sizeof text,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                 descr, shape);

    memset(text + used, ' ', sizeof text - (size_t)used);
    memcpy(to, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(to + 10, text, 117);
    to[127] = '\n';
    memcpy(to + 128, elements, n);
}

static const unsigned char twelve[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
static const unsigned char seven[] = { 7,    0,    0,    0,    0,    0,
                                       0,    0,    0xFF, 0xFF, 0xFF, 0xFF,
                                       0xFF, 0xFF, 0xFF, 0xFF };

static void make_x(unsigned char to[144])
{
    make_npy(to, "|u1", "2, 2, 3", twelve, sizeof twelve);
}

static void make_y(unsigned char to[144])
{
    make_npy(to, "<i8", "2,", seven, sizeof seven);
}

#if MNISTPREP_HAVE_LIBZIP

static void check_read(struct reader *r, const unsigned char *want, size_t n)
{
    assert_non_null(r);
    struct outcome o = outcome_read(r, 50);
    assert_no_error(o.err);
    assert_int_equal(o.n, n);
    assert_memory_equal(o.bytes, want, n);
    outcome_release(&o);
}

static void test_members(void **state)
{
    (void)state;
    unsigned char x[144], y[144];
    struct error err = { 0 };

    make_x(x);
    make_y(y);
    file_make("two.npz", two_arrays, sizeof two_arrays);
    check_read(npz_member_open("two.npz", "x_train.npy", &err), x, 140);
    check_read(npz_member_open("two.npz", "y_train.npy", &err), y, 144);
    assert_no_error(err);
    assert_null(npz_member_open("two.npz", "x_test.npy", &err));
    assert_error(err, FAIL_DATA, "x_test.npy");
}

static void test_only_member(void **state)
{
    (void)state;
    unsigned char y[144];
    struct error err = { 0 };

    make_y(y);
    file_make("two.npz", two_arrays, sizeof two_arrays);
    file_make("one.npz", one_array, sizeof one_array);
    check_read(npz_reader_open("one.npz", &err), y, 144);
    assert_no_error(err);
    assert_null(npz_reader_open("two.npz", &err));
    assert_error(err, FAIL_DATA, "'two.npz' holds several arrays");
}

static void test_no_array(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char other[sizeof one_array];

    memcpy(other, one_array, sizeof other);
    for (size_t i = 0; i + 3 < sizeof other; i++)
        if (memcmp(other + i, ".npy", 4) == 0)
            memcpy(other + i, ".txt", 4);
    file_make("none.npz", other, sizeof other);
    assert_null(npz_reader_open("none.npz", &err));
    assert_error(err, FAIL_DATA,
                 "'none.npz' is a zip archive without an array");
}

static void test_has_member(void **state)
{
    (void)state;
    struct error err = { 0 };

    file_make("two.npz", two_arrays, sizeof two_arrays);
    assert_true(npz_has_member("two.npz", "x_train.npy", &err));
    assert_true(npz_has_member("two.npz", "y_train.npy", &err));
    assert_false(npz_has_member("two.npz", "x_test.npy", &err));
    assert_false(npz_has_member("two.npz", "x_train", &err));
    assert_false(npz_has_member("two.npz", "", &err));
    assert_no_error(err);
}

/* Cut anywhere, and not there at all: told by all three. */
static void test_damaged(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof two_arrays; n += 5) {
        struct error err[3] = { { 0 } };
        file_make("cut.npz", two_arrays, n);
        assert_null(npz_member_open("cut.npz", "x_train.npy", &err[0]));
        assert_null(npz_reader_open("cut.npz", &err[1]));
        assert_false(npz_has_member("cut.npz", "x_train.npy", &err[2]));
        for (size_t i = 0; i < COUNT_OF(err); i++)
            assert_error(err[i], FAIL_DATA, "'cut.npz'");
    }
    struct error err[3] = { { 0 } };
    assert_null(npz_member_open("none.npz", "x_train.npy", &err[0]));
    assert_null(npz_reader_open("none.npz", &err[1]));
    assert_false(npz_has_member("none.npz", "x_train.npy", &err[2]));
    for (size_t i = 0; i < COUNT_OF(err); i++)
        assert_error(err[i], FAIL_SYSTEM, "none.npz");
}

/* A bit of the elements: the CRC-32 tells, after they were read. */
static void test_checksum(void **state)
{
    (void)state;
    unsigned char other[sizeof one_array];
    struct error err = { 0 };

    memcpy(other, one_array, sizeof other);
    other[0x3A + 130] ^= 1;
    file_make("bad.npz", other, sizeof other);
    struct outcome o = outcome_read(npz_reader_open("bad.npz", &err), 50);
    assert_error(o.err, FAIL_DATA, "is damaged");
    outcome_release(&o);
}

#define READING                                                   \
    IN_TEMP_DIR(test_members), IN_TEMP_DIR(test_only_member),     \
        IN_TEMP_DIR(test_no_array), IN_TEMP_DIR(test_has_member), \
        IN_TEMP_DIR(test_damaged), IN_TEMP_DIR(test_checksum)

#else

static void test_without_libzip(void **state)
{
    (void)state;
    struct error err[3] = { { 0 } };

    file_make("two.npz", two_arrays, sizeof two_arrays);
    file_make("one.npz", one_array, sizeof one_array);
    assert_null(npz_member_open("two.npz", "x_train.npy", &err[0]));
    assert_null(npz_reader_open("one.npz", &err[1]));
    assert_false(npz_has_member("two.npz", "x_train.npy", &err[2]));
    for (size_t i = 0; i < COUNT_OF(err); i++)
        assert_error(err[i], FAIL_USAGE, "libzip was missing");
}

#define READING IN_TEMP_DIR(test_without_libzip)

#endif

/* ---- writing ---- */

/* The members of numpy's archive above, with the CRC-32s that stand there. */
static void test_bytes(void **state)
{
    (void)state;
    unsigned char want[536] = { 0 };
    static const char ends[] =
        "PK\1\2\x14\3\x14\0\0\0\0\0\0\0\x21\0\xC5\x22\x84\xA0"
        "\x8C\0\0\0\x8C\0\0\0\x0B\0\0\0\0\0\0\0\0\0\0\0\xA4\x81"
        "\0\0\0\0x_train.npy"
        "PK\1\2\x14\3\x14\0\0\0\0\0\0\0\x21\0\xE0\x92\xCE\xBC"
        "\x90\0\0\0\x90\0\0\0\x0B\0\0\0\0\0\0\0\0\0\0\0\xA4\x81"
        "\xCC\0\0\0y_train.npy"
        "PK\5\6\0\0\0\0\2\0\2\0\x72\0\0\0\x90\1\0\0\0";
    struct memory_files files;
    struct made_set m;
    const uint64_t labels[] = { 7, UINT64_MAX };

    memcpy(want,
           "PK\3\4\x14\0\0\0\0\0\0\0\x21\0\xC5\x22\x84\xA0"
           "\x8C\0\0\0\x8C\0\0\0\x0B\0\x17\0x_train.npy"
           "\x35\xD9\x13\0\x40",
           46);
    make_x(want + 64);
    memcpy(want + 204,
           "PK\3\4\x14\0\0\0\0\0\0\0\x21\0\xE0\x92\xCE\xBC"
           "\x90\0\0\0\x90\0\0\0\x0B\0\x0B\0y_train.npy"
           "\x35\xD9\x07\0\x40",
           46);
    make_y(want + 256);
    memcpy(want + 400, ends, sizeof ends);

    made_set_init(&m, "mine", 2, 3, 5);
    made_set_add(&m, "train", 2);
    made_set_array(&m, SET_IMAGES, DTYPE_U8);
    made_set_array(&m, SET_LABELS, DTYPE_I64);
    memcpy(m.rows[0].elements[SET_IMAGES], twelve, sizeof twelve);
    memcpy(m.rows[0].elements[SET_LABELS], labels, sizeof labels);
    memory_files_init(&files);
    made_set_write_well(&m, "npz", &files, 1);
    assert_int_equal(files.count, 1);
    assert_false(files.file[0].has_note);
    memory_files_check_bytes(&files, "mine.npz", want, 400 + sizeof ends);
    memory_files_release(&files);
    made_set_release(&m);
}

/* train and val: all arrays; test: images alone; none: no rows. */
static void make_set(struct made_set *m, enum dtype images)
{
    static const char *const names[] = { "train", "val", "test", "none" };

    made_set_init(m, "mine", 5, 7, 5);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        made_set_add(m, names[i], i == 3 ? 0 : 6 + i);
        made_set_array(m, SET_IMAGES, images);
        if (i == 2)
            continue;
        made_set_array(m, SET_LABELS, DTYPE_I32);
        made_set_array(m, SET_ONEHOT, DTYPE_F32);
        made_set_array(m, SET_ROWS, DTYPE_U32);
    }
}

/* Names and elements of all members: where the headers say they are. */
static void test_members_written(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t split;
        enum set_array kind;
    } members[] = {
        { "x_train.npy", 0, SET_IMAGES }, { "y_train.npy", 0, SET_LABELS },
        { "x_val.npy", 1, SET_IMAGES },   { "y_val.npy", 1, SET_LABELS },
        { "x_test.npy", 2, SET_IMAGES },  { "x_none.npy", 3, SET_IMAGES },
        { "y_none.npy", 3, SET_LABELS },
    };
    struct memory_files files;
    struct made_set m;
    size_t at = 0;

    make_set(&m, DTYPE_F16);
    memory_files_init(&files);
    made_set_write_well(&m, "npz", &files, 2);
    const struct memory_file *f = memory_files_find(&files, "mine.npz");
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        size_t name_bytes = strlen(members[i].name);
        struct bytes_writer want;

        bytes_writer_init(&want);
        made_set_expect(&m, members[i].split, members[i].kind, true, &want);
        assert_memory_equal(f->bytes + at, "PK\3\4", 4);
        assert_int_equal(f->bytes[at + 26], name_bytes);
        assert_memory_equal(f->bytes + at + 30, members[i].name, name_bytes);
        size_t from = at + 30 + name_bytes + f->bytes[at + 28];
        assert_int_equal(from % 64, 0);
        if (want.n > 0)
            assert_memory_equal(f->bytes + from + 128, want.bytes, want.n);
        at = from + 128 + want.n;
        bytes_writer_release(&want);
    }
    assert_memory_equal(f->bytes + at, "PK\1\2", 4);
    memory_files_release(&files);
    made_set_release(&m);
}

static void test_stable(void **state)
{
    (void)state;
    struct made_set m;

    make_set(&m, DTYPE_F64);
    made_set_check_stable(&m, "npz");
    made_set_check_failures(&m, "npz");
    made_set_release(&m);
}

static void test_refused(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct memory_files files;
    struct made_set m;

    make_set(&m, DTYPE_BF16);
    memory_files_init(&files);
    assert_false(made_set_write(&m, "npz", &files, 3, &err));
    assert_error(err, FAIL_USAGE, "NPY has no type for bf16");
    assert_int_equal(files.count, 0);
    made_set_release(&m);

    /* sizes that no file has: in one array, and in all together */
    static const uint64_t rows[] = { UINT64_MAX, INT64_MAX / 70 };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        make_set(&m, DTYPE_F16);
        m.split[0].array[SET_IMAGES].dim[0] = rows[i];
        err = (struct error){ 0 };
        assert_false(made_set_write(&m, "npz", &files, 3, &err));
        assert_error(err, FAIL_USAGE, "too large");
        assert_int_equal(files.count, 0);
        made_set_release(&m);
    }
    memory_files_release(&files);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        READING,
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_members_written),
        cmocka_unit_test(test_stable),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
