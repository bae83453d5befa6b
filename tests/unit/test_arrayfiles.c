/* SPDX-License-Identifier: MIT */
/* One file per array: names, headers and elements, byte by byte, in the four
 * formats; and what the manifest is told. */
#include "format/arrayfiles.h"

#include <stdio.h>
#include <string.h>
#define ZLIB_CONST /* for next_in */
#include <zlib.h>

#include "base/sizes.h"
#include "made_set.h"

/* train: 7 rows of all arrays; val: 4 rows without one-hot; test: 0 rows,
 * images alone. Rows and folds are never written. */
static void make_set(struct made_set *m, enum dtype images, enum dtype labels)
{
    made_set_init(m, "mine", 2, 3, 5);
    made_set_add(m, "train", 7);
    made_set_array(m, SET_IMAGES, images);
    made_set_array(m, SET_LABELS, labels);
    made_set_array(m, SET_ONEHOT, DTYPE_F32);
    made_set_array(m, SET_ROWS, DTYPE_U32);
    made_set_array(m, SET_FOLDS, DTYPE_U8);
    made_set_add(m, "val", 4);
    made_set_array(m, SET_IMAGES, images);
    made_set_array(m, SET_LABELS, labels);
    made_set_add(m, "test", 0);
    made_set_array(m, SET_IMAGES, images);
}

/* Which of its files holds which array after which header: in the order in
 * which they are opened. */
struct wanted {
    const char *name;
    size_t split;
    enum set_array kind;
    const char *header;
    size_t header_bytes;
};

static void check_note(const struct memory_file *f, const struct made_set *m,
                       const struct wanted *w, bool little)
{
    const struct array_info *info = &m->split[w->split].array[w->kind];

    assert_true(f->has_note);
    assert_int_equal(f->note.split, w->split);
    assert_int_equal(f->note.kind, w->kind);
    assert_int_equal(f->note.little, little);
    assert_int_equal(f->note.offset, w->header_bytes);
    assert_int_equal(f->note.info.dtype, info->dtype);
    assert_int_equal(f->note.info.ndims, info->ndims);
    assert_memory_equal(f->note.info.dim, info->dim, sizeof info->dim);
}

/* One gzip member with all of the file in it. */
static void unpack(const struct memory_file *f, struct bytes_writer *to)
{
    unsigned char bytes[1000];
    struct error err = { 0 };
    z_stream z = { 0 };

    z.next_in = f->bytes;
    z.avail_in = (uInt)f->n;
    z.next_out = bytes;
    z.avail_out = sizeof bytes;
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    assert_true(writer_write(&to->base, bytes, z.total_out, &err));
    inflateEnd(&z);
}

static void check_set(struct made_set *m, const char *format, bool little,
                      bool packed, const struct wanted *wanted, size_t count)
{
    struct memory_files files;
    struct error err = { 0 };

    memory_files_init(&files);
    made_set_write_well(m, format, &files, 3);
    assert_int_equal(files.count, count);
    for (size_t i = 0; i < count; i++) {
        const struct wanted *w = &wanted[i];
        const struct memory_file *f = &files.file[i];
        struct bytes_writer want, have;

        assert_string_equal(f->name, w->name);
        bytes_writer_init(&want);
        bytes_writer_init(&have);
        assert_true(writer_write(&want.base, w->header, w->header_bytes, &err));
        made_set_expect(m, w->split, w->kind, little, &want);
        if (packed) {
            assert_false(f->has_note);
            unpack(f, &have);
        } else {
            check_note(f, m, w, little);
            if (f->n > 0)
                assert_true(writer_write(&have.base, f->bytes, f->n, &err));
        }
        assert_int_equal(have.n, want.n);
        if (want.n > 0)
            assert_memory_equal(have.bytes, want.bytes, want.n);
        bytes_writer_release(&want);
        bytes_writer_release(&have);
    }
    memory_files_release(&files);
}

static void test_bin(void **state)
{
    (void)state;
    static const struct wanted wanted[] = {
        { "train-images.bf16", 0, SET_IMAGES, "", 0 },
        { "train-labels.i64", 0, SET_LABELS, "", 0 },
        { "train-onehot.f32", 0, SET_ONEHOT, "", 0 },
        { "val-images.bf16", 1, SET_IMAGES, "", 0 },
        { "val-labels.i64", 1, SET_LABELS, "", 0 },
        { "test-images.bf16", 2, SET_IMAGES, "", 0 },
    };
    struct made_set m;

    make_set(&m, DTYPE_BF16, DTYPE_I64);
    check_set(&m, "bin", true, false, wanted, COUNT_OF(wanted));
    made_set_release(&m);
}

/* 128 bytes: magic, version 1.0, 118; the rest is text, filled with spaces. */
static const char *npy_header(char to[129], const char *text)
{
    memcpy(to, "\x93NUMPY\1\0\x76", 10);
    snprintf(to + 10, 119, "%-117s\n", text);
    return to;
}

static void test_npy(void **state)
{
    (void)state;
    char headers[6][129];
    const struct wanted wanted[] = {
        { "train-images.npy", 0, SET_IMAGES,
          npy_header(headers[0], "{'descr': '<f2', 'fortran_order': False, "
                                 "'shape': (7, 2, 3), }"),
          128 },
        { "train-labels.npy", 0, SET_LABELS,
          npy_header(headers[1], "{'descr': '<i8', 'fortran_order': False, "
                                 "'shape': (7,), }"),
          128 },
        { "train-onehot.npy", 0, SET_ONEHOT,
          npy_header(headers[2], "{'descr': '<f4', 'fortran_order': False, "
                                 "'shape': (7, 5), }"),
          128 },
        { "val-images.npy", 1, SET_IMAGES,
          npy_header(headers[3], "{'descr': '<f2', 'fortran_order': False, "
                                 "'shape': (4, 2, 3), }"),
          128 },
        { "val-labels.npy", 1, SET_LABELS,
          npy_header(headers[4], "{'descr': '<i8', 'fortran_order': False, "
                                 "'shape': (4,), }"),
          128 },
        { "test-images.npy", 2, SET_IMAGES,
          npy_header(headers[5], "{'descr': '<f2', 'fortran_order': False, "
                                 "'shape': (0, 2, 3), }"),
          128 },
    };
    struct made_set m;

    make_set(&m, DTYPE_F16, DTYPE_I64);
    check_set(&m, "npy", true, false, wanted, COUNT_OF(wanted));
    made_set_release(&m);
}

#define IDX(suffix)                                                           \
    {                                                                         \
        { "train-images." suffix, 0, SET_IMAGES,                              \
          "\0\0\x0D\3\0\0\0\7\0\0\0\2\0\0\0\3", 16 },                         \
            { "train-labels." suffix, 0, SET_LABELS, "\0\0\x0C\1\0\0\0\7",    \
              8 },                                                            \
            { "train-onehot." suffix, 0, SET_ONEHOT,                          \
              "\0\0\x0D\2\0\0\0\7\0\0\0\5", 12 },                             \
            { "val-images." suffix, 1, SET_IMAGES,                            \
              "\0\0\x0D\3\0\0\0\4\0\0\0\2\0\0\0\3", 16 },                     \
            { "val-labels." suffix, 1, SET_LABELS, "\0\0\x0C\1\0\0\0\4", 8 }, \
            { "test-images." suffix, 2, SET_IMAGES,                           \
              "\0\0\x0D\3\0\0\0\0\0\0\0\2\0\0\0\3", 16 },                     \
    }

static void test_idx(void **state)
{
    (void)state;
    static const struct wanted plain[] = IDX("idx"), packed[] = IDX("idx.gz");
    struct made_set m;

    make_set(&m, DTYPE_F32, DTYPE_I32);
    check_set(&m, "idx", false, false, plain, COUNT_OF(plain));
    check_set(&m, "idx.gz", false, true, packed, COUNT_OF(packed));
    made_set_release(&m);
}

static void test_stable(void **state)
{
    (void)state;
    static const char *const names[] = { "bin", "npy", "idx", "idx.gz" };
    struct made_set m;

    make_set(&m, DTYPE_F64, DTYPE_I32);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        made_set_check_stable(&m, names[i]);
        made_set_check_failures(&m, names[i]);
    }
    made_set_release(&m);
}

/* A type that the format has no number for: before a file of it is there. */
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        enum dtype images, labels;
        const char *part;
        size_t files; /* opened before */
    } cases[] = {
        { "npy", DTYPE_BF16, DTYPE_U8, "NPY has no type for bf16", 0 },
        { "idx", DTYPE_F16, DTYPE_U8, "IDX has no type for f16", 0 },
        { "idx", DTYPE_BF16, DTYPE_U8, "IDX has no type for bf16", 0 },
        { "idx", DTYPE_F32, DTYPE_I64, "IDX has no type for i64", 1 },
        { "idx.gz", DTYPE_F32, DTYPE_I64, "IDX has no type for i64", 1 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        struct memory_files files;
        struct made_set m;

        make_set(&m, cases[i].images, cases[i].labels);
        memory_files_init(&files);
        files.fail_after = cases[i].files; /* no element gets through */
        assert_false(made_set_write(&m, cases[i].format, &files, 3, &err));
        assert_error(err, FAIL_USAGE, cases[i].part);
        assert_int_equal(files.count, cases[i].files);
        memory_files_release(&files);
        made_set_release(&m);
    }
}

/* More rows than the header of IDX has room for: nobody has to make them. */
static void test_too_many_rows(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct memory_files files;
    struct made_set m;

    made_set_init(&m, "mine", 2, 3, 5);
    made_set_add(&m, "train", 1);
    made_set_array(&m, SET_IMAGES, DTYPE_U8);
    m.split[0].rows = m.split[0].array[SET_IMAGES].dim[0] = 0x100000000;
    memory_files_init(&files);
    assert_false(made_set_write(&m, "idx", &files, 3, &err));
    assert_error(err, FAIL_USAGE, "more than 4294967295 rows");
    memory_files_release(&files);
    made_set_release(&m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bin),     cmocka_unit_test(test_npy),
        cmocka_unit_test(test_idx),     cmocka_unit_test(test_stable),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_too_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
