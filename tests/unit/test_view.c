/* SPDX-License-Identifier: MIT */
/* Rows to look at, of raw files and of one's own: pictures, labels, classes. */
#include "pipeline/view.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"
#include "made_tree.h"

enum { U8 = 8, I32 = 12, F32 = 13 }; /* element types of IDX */

static void put_idx(const char *path, unsigned char type, const char *shape,
                    const void *bytes, size_t n)
{
    struct made file = idx_make(type, shape, bytes, n);

    if (strstr(path, ".gz"))
        made_put_gzip(path, &file);
    else
        made_put(path, &file);
    made_release(&file);
}

/* All rows of a split, three at a time. */
struct rows {
    struct view_rows open;
    unsigned char images[64];
    int64_t labels[16];
    size_t count;
};

static bool read_all(struct rows *all, const struct view *v, size_t split,
                     struct error *err)
{
    ptrdiff_t n = -1;

    *all = (struct rows){ .count = 0 };
    memset(all->labels, -1, sizeof all->labels);
    if (!view_rows_open(&all->open, v, split, err))
        return false;
    do {
        n = view_rows_read(&all->open,
                           all->images + all->count * all->open.image_bytes,
                           all->labels + all->count, 3, err);
        all->count += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    return n == 0;
}

/* ---- a dataset's raw files ---- */

static const char *tiny_classes[] = { "zero", "one" };
static const struct catalogue_dataset tiny = {
    .name = "tiny",
    .classes = tiny_classes,
    .class_count = 2,
    .transposed = true,
    .label_base = 1,
    .split_count = 2,
    .split = { { .name = "train",
                 .part = { { .name = "i.gz" }, { .name = "l" } } },
               { .name = "extra",
                 .part = { { .name = "j" }, { .name = "m" } } } },
};

static void put_tiny(void)
{
    put_idx("i.gz", U8, "4,2,2", "abcdefghijklmnop", 16);
    put_idx("l", U8, "4", "\1\2\2\1", 4);
}

static void test_raw_files(void **state)
{
    (void)state;
    static const int64_t labels[] = { 0, 1, 1, 0 };
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_tiny();
    assert_true(view_of_dataset(&v, &tiny, ".", SOURCE_AHEAD, &err));
    assert_string_equal(v.name, "tiny");
    assert_ptr_equal(v.dataset, &tiny);
    assert_int_equal(v.class_count, 2);
    assert_string_equal(v.class_name[1], "one");
    assert_int_equal(v.split_count, 2);
    assert_string_equal(v.split_name[0], "train");
    assert_string_equal(v.split_name[1], "extra");
    assert_true(v.only[0] && v.only[1]);
    assert_false(v.prepared);
    assert_true(read_all(&r, &v, 0, &err));
    assert_no_error(err);
    assert_int_equal(r.count, 4);
    assert_int_equal(r.open.count, 4);
    assert_int_equal(r.open.height, 2);
    assert_int_equal(r.open.width, 2);
    assert_int_equal(r.open.image_bytes, 4);
    assert_true(r.open.has_labels);
    assert_null(r.open.source_row);
    assert_string_equal(r.open.file, "./l");
    assert_memory_equal(r.images, "acbdegfhikjlmonp", 16);
    assert_memory_equal(r.labels, labels, sizeof labels);
    view_rows_close(&r.open);
    view_rows_close(&r.open);
    /* The other split's files are not there. */
    assert_false(read_all(&r, &v, 1, &err));
    assert_error(err, FAIL_SYSTEM, "'./j' is missing");
    view_rows_close(&r.open);
    view_release(&v);
    view_release(&v);
}

static void test_as_published(void **state)
{
    (void)state;
    static const int64_t labels[] = { 1, 2, 2, 1 };
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_tiny();
    assert_true(view_of_dataset(&v, &tiny, ".", SOURCE_AS_PUBLISHED, &err));
    assert_int_equal(v.class_count, 3);
    assert_string_equal(v.class_name[0], "(unused)");
    assert_string_equal(v.class_name[2], "one");
    assert_true(read_all(&r, &v, 0, &err));
    assert_memory_equal(r.images, "abcdefghijklmnop", 16);
    assert_memory_equal(r.labels, labels, sizeof labels);
    view_rows_close(&r.open);
    view_release(&v);
    assert_no_error(err);
}

/* The checksum at the end of a packed file is compared. */
static void test_damage_at_the_end(void **state)
{
    (void)state;
    struct made file = idx_make(U8, "4,2,2", "abcdefghijklmnop", 16);
    struct made packed = gzip_make(file.bytes, file.n, 6);
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_tiny();
    packed.bytes[packed.n - 8] ^= 1;
    made_put("i.gz", &packed);
    assert_true(view_of_dataset(&v, &tiny, ".", 0, &err));
    assert_false(read_all(&r, &v, 0, &err));
    assert_error(err, FAIL_DATA, "i.gz");
    view_rows_close(&r.open);
    view_release(&v);
    made_release(&file);
    made_release(&packed);
}

static void test_choice_of_a_split(void **state)
{
    (void)state;
    struct view v = { 0 };
    struct error err = { 0 };

    assert_true(view_of_dataset(&v, &tiny, ".", 0, &err));
    assert_true(view_choose(&v, "extra", &err));
    assert_true(!v.only[0] && v.only[1]);
    assert_true(view_choose(&v, NULL, &err));
    assert_true(v.only[0] && v.only[1]);
    assert_no_error(err);
    assert_false(view_choose(&v, "extr", &err));
    assert_error(err, FAIL_USAGE,
                 "tiny has no split 'extr'; its splits are: train, extra");
    view_release(&v);
}

/* ---- one's own ---- */

static bool open_own(struct view *v, const char *images, const char *labels,
                     struct error *err)
{
    struct input in = { 0 };
    bool ok = input_add_files(&in, "own", images, labels, NULL, err) &&
              view_of_input(v, &in, NULL, 0, err);

    assert_null(in.name);
    input_release(&in);
    return ok;
}

static void test_own_pair(void **state)
{
    (void)state;
    static const int64_t labels[] = { 4, 0 };
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_idx("i", U8, "2,1,3,1", "abcdef", 6);
    put_idx("l", I32, "2", "\0\0\0\4\0\0\0\0", 8);
    assert_true(open_own(&v, "i", "l", &err));
    assert_string_equal(v.name, "own");
    assert_null(v.dataset);
    assert_int_equal(v.class_count, 5);
    assert_string_equal(v.class_name[0], "0");
    assert_string_equal(v.class_name[4], "4");
    assert_int_equal(v.split_count, 1);
    assert_string_equal(v.split_name[0], "train");
    assert_true(read_all(&r, &v, 0, &err));
    assert_no_error(err);
    assert_int_equal(r.open.height, 1);
    assert_int_equal(r.open.width, 3);
    assert_memory_equal(r.images, "abcdef", 6);
    assert_memory_equal(r.labels, labels, sizeof labels);
    view_rows_close(&r.open);
    view_release(&v);
}

static void test_own_without_labels(void **state)
{
    (void)state;
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_idx("i", U8, "2,1,3", "abcdef", 6);
    assert_true(open_own(&v, "i", NULL, &err));
    assert_int_equal(v.class_count, 0);
    assert_true(read_all(&r, &v, 0, &err));
    assert_no_error(err);
    assert_false(r.open.has_labels);
    assert_memory_equal(r.images, "abcdef", 6);
    assert_int_equal(r.labels[0], -1); /* left alone */
    view_rows_close(&r.open);
    view_release(&v);
}

static void test_own_without_rows(void **state)
{
    (void)state;
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_idx("i", U8, "0,1,3", "", 0);
    put_idx("l", U8, "0", "", 0);
    assert_true(open_own(&v, "i", "l", &err));
    assert_int_equal(v.class_count, 1);
    assert_true(read_all(&r, &v, 0, &err));
    assert_true(r.open.has_labels);
    assert_int_equal(r.open.count, 0);
    view_rows_close(&r.open);
    view_release(&v);
    assert_no_error(err);
}

static bool open_path(struct view *v, const char *path,
                      const struct source_table *table, struct error *err)
{
    struct input in = { 0 };
    bool ok = input_of_path(&in, NULL, path, NULL, err) &&
              view_of_input(v, &in, table, 0, err);

    input_release(&in);
    return ok;
}

static void test_own_tree(void **state)
{
    (void)state;
    static const int64_t labels[] = { 0, 1 };
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    tree_make_dir("pets");
    tree_make_dir("pets/cat");
    tree_make_dir("pets/dog");
    tree_make_dir("pets/emu");
    tree_put("pets/cat/a.png", 10);
    tree_put("pets/dog/b.png", 20);
    assert_true(open_path(&v, "pets", NULL, &err));
    assert_string_equal(v.name, "pets");
    assert_int_equal(v.class_count, 3);
    assert_string_equal(v.class_name[0], "cat");
    assert_string_equal(v.class_name[2], "emu");
    assert_true(read_all(&r, &v, 0, &err));
    assert_int_equal(r.open.height, TREE_HEIGHT);
    assert_int_equal(r.open.width, TREE_WIDTH);
    assert_int_equal(r.images[0], 10);
    assert_int_equal(r.images[TREE_PIXELS], 20);
    assert_memory_equal(r.labels, labels, sizeof labels);
    view_rows_close(&r.open);
    view_release(&v);
    assert_no_error(err);
}

static void test_own_table(void **state)
{
    (void)state;
    static const char text[] = "1,2,3,4,5,6,7\n8,9,10,11,12,13,2\n";
    static const struct source_table table = { INPUT_LABEL_LAST, 2, 3 };
    static const int64_t labels[] = { 7, 2 };
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    file_make("t.csv", text, sizeof text - 1);
    assert_true(open_path(&v, "t.csv", &table, &err));
    assert_int_equal(v.class_count, 8);
    assert_true(read_all(&r, &v, 0, &err));
    assert_int_equal(r.open.height, 2);
    assert_int_equal(r.open.width, 3);
    assert_string_equal(r.open.file, "t.csv");
    assert_memory_equal(r.images, "\1\2\3\4\5\6\10\11\12\13\14\15", 12);
    assert_memory_equal(r.labels, labels, sizeof labels);
    view_rows_close(&r.open);
    view_release(&v);
    assert_no_error(err);
}

static void test_own_refused(void **state)
{
    (void)state;
    struct view v = { 0 };
    struct error err = { 0 };
    struct rows r;

    put_idx("colour", U8, "1,2,2,3", "abcdefghijkl", 12);
    put_idx("i", U8, "2,1,3", "abcdef", 6);
    put_idx("float", F32, "2", "\0\0\0\0\x3F\0\0\0", 8); /* 0 and 0.5 */
    assert_true(open_own(&v, "colour", NULL, &err));
    assert_false(read_all(&r, &v, 0, &err));
    assert_error(err, FAIL_DATA,
                 "'colour' has 4 dimensions; pictures of one grey channel");
    view_rows_close(&r.open);
    view_release(&v);
    err = (struct error){ 0 };
    assert_false(open_own(&v, "i", "float", &err));
    assert_error(err, FAIL_DATA, "'float', row 1: label 0.5");
    view_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_raw_files),
        IN_TEMP_DIR(test_as_published),
        IN_TEMP_DIR(test_damage_at_the_end),
        IN_TEMP_DIR(test_choice_of_a_split),
        IN_TEMP_DIR(test_own_pair),
        IN_TEMP_DIR(test_own_without_labels),
        IN_TEMP_DIR(test_own_without_rows),
        IN_TEMP_DIR(test_own_tree),
        IN_TEMP_DIR(test_own_table),
        IN_TEMP_DIR(test_own_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
