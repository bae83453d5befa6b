/* SPDX-License-Identifier: MIT */
/* What holds for all sinks: sets they cannot hold, the cursor, and elements in
 * the byte order of the file. */
#include "format/sink.h"

#include <string.h>

#include "base/sizes.h"
#include "format/formats.h"
#include "made_set.h"

static void test_names(void **state)
{
    (void)state;
    static const char *const names[SET_ARRAYS] = {
        "images", "labels", "onehot", "rows", "folds", "copies"
    };

    for (int i = 0; i < SET_ARRAYS; i++)
        assert_string_equal(set_array_name((enum set_array)i), names[i]);
}

/* Each writable format that keeps grey levels says so of rows that have none,
 * and each that needs labels of rows without; no file is opened. */
static void test_refused(void **state)
{
    (void)state;
    size_t grey = 0, labelled = 0;

    for (const struct format *f = formats; f->name; f++) {
        if (!f->sink || !f->sink->open)
            continue;
        for (int kind = 0; kind < 2; kind++) {
            struct error err = { 0 };
            struct memory_files files;
            struct made_set m;

            memory_files_init(&files);
            made_set_init(&m, "mine", kind == 0 ? 0 : 2, 3, 4);
            made_set_add(&m, "train", 5);
            made_set_array(&m, SET_LABELS, DTYPE_U8);
            made_set_add(&m, "extra", 5);
            if (kind == 0)
                made_set_array(&m, SET_LABELS, DTYPE_U8);
            bool refused = kind == 0 ? f->sink->levels : f->sink->needs_labels;
            if (refused) {
                assert_false(made_set_write(&m, f->name, &files, 5, &err));
                assert_error(err, FAIL_USAGE, f->name);
                assert_error(err, FAIL_USAGE,
                             kind == 0 ? "the rows of mine are none"
                                       : "split 'extra' of mine has none");
                assert_int_equal(files.count, 0);
            }
            grey += refused && kind == 0;
            labelled += refused && kind == 1;
            made_set_release(&m);
            memory_files_release(&files);
        }
    }
    assert_true(grey > 0 && labelled > 0);
}

static void test_close_of_nothing(void **state)
{
    (void)state;
    struct sink s = { 0 };

    sink_close(&s);
    assert_null(s.format);
}

/* A block without rows is nothing that a sink gets to see. */
static void test_no_rows(void **state)
{
    (void)state;
    static const struct sink_ops none = { 0 };
    static const struct format format = { .name = "none", .sink = &none };
    struct sink s = { .format = &format };
    struct sink_block b = { 0 };
    struct error err = { 0 };

    assert_true(sink_write(&s, &b, &err));
    assert_no_error(err);
}

/* A format need not have anything to do at the end, nor anything to free. */
static void test_nothing_to_finish(void **state)
{
    (void)state;
    static const struct sink_ops none = { 0 };
    static const struct format format = { .name = "none", .sink = &none };
    struct sink s = { .format = &format };
    struct error err = { 0 };

    assert_true(sink_finish(&s, &err));
    assert_no_error(err);
    sink_close(&s);
    assert_null(s.format);
}

static void test_open_file(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct memory_files files;
    struct sink_note note = { .split = 3, .offset = 80 };

    memory_files_init(&files);
    files.fail_opens_after = 2;
    struct sink s = { .files = &files.base };
    assert_non_null(sink_open_file(&s, NULL, &err, "%s-%06d.tar", "train", 12));
    assert_non_null(sink_open_file(&s, &note, &err, "test.npy"));
    assert_int_equal(files.count, 2);
    const struct memory_file *plain =
        memory_files_find(&files, "train-000012.tar");
    const struct memory_file *noted = memory_files_find(&files, "test.npy");
    assert_non_null(plain);
    assert_false(plain->has_note);
    assert_non_null(noted);
    assert_true(noted->has_note);
    assert_int_equal(noted->note.split, 3);
    assert_int_equal(noted->note.offset, 80);
    assert_no_error(err);

    assert_null(sink_open_file(&s, NULL, &err, "third"));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    memory_files_release(&files);
}

static void test_cursor(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct memory_files files;
    struct sink_cursor c;

    memory_files_init(&files);
    struct sink_file *f = files.base.open(&files.base, "f", NULL, &err);
    sink_cursor_init(&c, &files.base, f, 3);
    assert_true(writer_write(&c.base, "de", 2, &err));
    assert_true(writer_write(&c.base, "f", 1, &err));
    assert_int_equal(c.at, 6);
    sink_cursor_init(&c, &files.base, f, 0);
    assert_true(writer_write(&c.base, "abc", 3, &err));
    memory_files_check(&files);
    memory_files_check_bytes(&files, "f", "abcdef", 6);

    /* what is not written does not count */
    files.fail_after = 0;
    sink_cursor_init(&c, &files.base, f, 6);
    assert_false(writer_write(&c.base, "g", 1, &err));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    assert_int_equal(c.at, 6);
    memory_files_release(&files);
}

/* All types, both orders; the elements are as before, also after a failure. */
static void test_write_array(void **state)
{
    (void)state;
    for (int type = 0; type < DTYPE_COUNT; type++) {
        for (int little = 0; little < 2; little++) {
            struct error err = { 0 };
            struct bytes_writer have, want;
            struct full_writer full;
            unsigned char kept[7 * 6 * 8];
            struct made_set m;

            made_set_init(&m, "mine", 2, 3, 4);
            made_set_add(&m, "train", 7);
            made_set_array(&m, SET_IMAGES, (enum dtype)type);
            struct array_info *info = &m.split[0].array[SET_IMAGES];
            struct sink_block b = { .rows = 7 };
            size_t n = 7 * 6 * dtype_bytes(info->dtype);
            b.elements[SET_IMAGES] = m.rows[0].elements[SET_IMAGES];
            memcpy(kept, b.elements[SET_IMAGES], n);

            bytes_writer_init(&want);
            made_set_expect(&m, 0, SET_IMAGES, little, &want);
            bytes_writer_init(&have);
            assert_true(sink_write_array(&have.base, &b, SET_IMAGES, info,
                                         little, &err));
            assert_int_equal(have.n, want.n);
            assert_memory_equal(have.bytes, want.bytes, want.n);
            assert_memory_equal(b.elements[SET_IMAGES], kept, n);

            full_writer_init(&full, n - 1);
            assert_false(sink_write_array(&full.base, &b, SET_IMAGES, info,
                                          little, &err));
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
            assert_memory_equal(b.elements[SET_IMAGES], kept, n);
            bytes_writer_release(&have);
            bytes_writer_release(&want);
            made_set_release(&m);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_close_of_nothing),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_nothing_to_finish),
        cmocka_unit_test(test_open_file),
        cmocka_unit_test(test_cursor),
        cmocka_unit_test(test_write_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
