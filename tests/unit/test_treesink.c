/* SPDX-License-Identifier: MIT */
/* Trees of pictures, written: the names, the pixels, and that they are read
 * back row by row. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/directory.h"
#include "base/sizes.h"
#include "base/text.h"
#include "format/formats.h"
#include "format/tree.h"
#include "made_set.h"

enum { HEIGHT = 4, WIDTH = 3, PIXELS = HEIGHT * WIDTH };

static void make_set(struct made_set *m, size_t classes)
{
    made_set_init(m, "mnist", HEIGHT, WIDTH, classes);
    made_set_add(m, "train", 13);
    made_set_array(m, SET_LABELS, DTYPE_U8);
    made_set_array(m, SET_IMAGES, DTYPE_F32); /* of no use here */
    made_set_add(m, "test", 4);
    made_set_array(m, SET_LABELS, DTYPE_U8);
}

/* A PNG of exactly these pixels. */
static void check_picture(const struct memory_file *f,
                          const unsigned char *levels)
{
    struct error err = { 0 };
    struct array_stream s = { 0 };
    unsigned char got[PIXELS];

    assert_true(
        array_open(&s, memory_source_open(f->bytes, f->n, 1000, NEVER), &err));
    assert_int_equal(s.info.ndims, 3);
    assert_int_equal(s.info.dim[1], HEIGHT);
    assert_int_equal(s.info.dim[2], WIDTH);
    assert_int_equal(array_read_native(&s, got, PIXELS, &err), PIXELS);
    assert_memory_equal(got, levels, PIXELS);
    array_close(&s);
}

static void test_files(void **state)
{
    (void)state;
    struct memory_files files;
    struct made_set m;

    make_set(&m, 11);
    memory_files_init(&files);
    made_set_write_well(&m, "png", &files, 3);
    assert_int_equal(files.count, 13 + 4);
    for (size_t i = 0; i < 2; i++) {
        for (size_t row = 0; row < m.split[i].rows; row++) {
            char name[60];
            snprintf(name, sizeof name, "png/%s/%02u/000%02zu.png",
                     i == 0 ? "train" : "test", m.rows[i].label[row], row);
            const struct memory_file *f = memory_files_find(&files, name);
            if (!f)
                fail_msg("there is no file '%s'", name);
            check_picture(f, m.rows[i].levels + row * PIXELS);
        }
    }
    memory_files_release(&files);
    made_set_check_stable(&m, "png");
    made_set_release(&m);
}

/* The last row of a large split, whose label is the last class. */
static void test_digits(void **state)
{
    (void)state;
    static const struct {
        size_t classes;
        uint64_t rows;
        const char *name;
    } cases[] = {
        { 1, 1, "png/train/0/00000.png" },
        { 2, 10, "png/train/1/00009.png" },
        { 10, 60000, "png/train/9/59999.png" },
        { 11, 99999, "png/train/10/99998.png" },
        { 100, 100000, "png/train/99/99999.png" },
        { 101, 100001, "png/train/100/100000.png" },
        { 65536, 8100000, "png/train/65535/8099999.png" },
        { 65536, 4294967296, "png/train/65535/4294967295.png" },
    };
    static const unsigned char levels[PIXELS] = { 0 };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        const struct sink_split split = {
            .name = "train",
            .rows = cases[i].rows,
            .array = { [SET_LABELS] = { DTYPE_I32, 1, { cases[i].rows } } }
        };
        const struct sink_set set = { .dataset = "own",
                                      .class_count = cases[i].classes,
                                      .height = HEIGHT,
                                      .width = WIDTH,
                                      .split = &split,
                                      .split_count = 1 };
        const uint16_t labels[] = { (uint16_t)(cases[i].classes - 1), 0 };
        struct sink_block b = { .first = cases[i].rows - 1,
                                .rows = 1,
                                .levels = levels,
                                .label = labels };
        struct memory_files files;
        struct sink s = { 0 };

        memory_files_init(&files);
        assert_true(sink_open(&s, format_find_sink("png", &err), &set,
                              &files.base, &err));
        assert_true(made_sink_write(&s, &b, &err));
        if (cases[i].rows > 1) { /* the first row has as many digits */
            b.first = 0;
            b.label = labels + 1;
            assert_true(made_sink_write(&s, &b, &err));
            assert_int_equal(files.count, 2);
            assert_int_equal(strlen(files.file[1].name), strlen(cases[i].name));
            assert_non_null(strstr(files.file[1].name, "0/00000"));
        }
        assert_true(sink_finish(&s, &err));
        sink_close(&s);
        assert_string_equal(files.file[0].name, cases[i].name);
        memory_files_release(&files);
    }
}

static void test_failures(void **state)
{
    (void)state;
    struct made_set m;

    make_set(&m, 10);
    for (size_t calls = 0; calls <= 17; calls++) {
        struct memory_files files;
        struct error err = { 0 };
        memory_files_init(&files);
        files.fail_after = calls;
        bool ok = made_set_write(&m, "png", &files, 5, &err);
        assert_int_equal(ok, calls == 17);
        if (!ok)
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        assert_int_equal(files.count, calls);
        memory_files_release(&files);
    }
    made_set_release(&m);
}

/* A set of no rows has no files; and what cannot be a tree. */
static void test_refused(void **state)
{
    (void)state;
    struct memory_files files;
    struct made_set m;

    memory_files_init(&files);
    made_set_init(&m, "mnist", HEIGHT, WIDTH, 10);
    made_set_add(&m, "train", 0);
    made_set_array(&m, SET_LABELS, DTYPE_U8);
    made_set_write_well(&m, "png", &files, 1);
    made_set_release(&m);
    assert_int_equal(files.count, 0);
    memory_files_release(&files);
    made_set_check_refusals("png");
}

/* ---- there and back ---- */

static void put_on_disk(const struct memory_file *f)
{
    char dir[100];
    struct error err = { 0 };

    snprintf(dir, sizeof dir, "%.*s", (int)(path_base(f->name) - f->name),
             f->name);
    assert_true(directory_make(dir, &err));
    file_make(f->name, f->bytes, f->n);
}

static void check_tree(const char *dir, const struct made_set *m, size_t split,
                       size_t class_count)
{
    size_t rows = (size_t)m->split[split].rows;
    unsigned char levels[40 * PIXELS];
    int32_t labels[40];
    struct error err = { 0 };
    struct tree t = { 0 };

    bool ok = tree_open(&t, dir, &err);
    assert_no_error(err);
    assert_true(ok);
    assert_int_equal(t.images.info.dim[0], rows);
    assert_int_equal(t.class_count, class_count);
    assert_int_equal(array_read_native(&t.images, levels, sizeof levels, &err),
                     rows * PIXELS);
    assert_memory_equal(levels, m->rows[split].levels, rows * PIXELS);
    assert_int_equal(array_read_native(&t.labels, labels, 40, &err), rows);
    for (size_t i = 0; i < rows; i++)
        assert_int_equal(labels[i], m->rows[split].label[i]);
    tree_close(&t);
}

/* Rows come in their order, though their classes have folders of their own. */
static void test_round_trip(void **state)
{
    (void)state;
    static const size_t classes[] = { 1, 10, 120 };

    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        struct memory_files files;
        struct made_set m;
        uint16_t largest[2] = { 0 };

        made_set_init(&m, "own", HEIGHT, WIDTH, classes[i]);
        made_set_add(&m, i == 0 ? "a" : i == 1 ? "b" : "c", 37);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        made_set_add(&m, i == 0 ? "d" : i == 1 ? "e" : "f", 12);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        memory_files_init(&files);
        made_set_write_well(&m, "png", &files, 7);
        for (size_t k = 0; k < files.count; k++)
            put_on_disk(&files.file[k]);
        for (size_t split = 0; split < 2; split++) {
            char dir[20];
            for (size_t row = 0; row < m.split[split].rows; row++)
                if (m.rows[split].label[row] > largest[split])
                    largest[split] = m.rows[split].label[row];
            snprintf(dir, sizeof dir, "png/%s", m.split[split].name);
            check_tree(dir, &m, split, largest[split] + 1u);
        }
        memory_files_release(&files);
        made_set_release(&m);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),    cmocka_unit_test(test_digits),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_refused),
        IN_TEMP_DIR(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
