/* SPDX-License-Identifier: MIT */
/* Trees of pictures, read: which rows there are in which order, and what their
 * labels and classes are called. */
#include "format/tree.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "made_tree.h"

struct row {
    unsigned char level; /* of its first pixel */
    int label;
};

static void check_images(struct array_stream *s, const struct row *want,
                         size_t rows, size_t step)
{
    unsigned char got[TREE_PIXELS * 16];
    struct error err = { 0 };
    size_t n = 0;

    while (n < rows * TREE_PIXELS) {
        ptrdiff_t some = array_read_native(s, got + n, step, &err);
        assert_no_error(err);
        assert_true(some > 0);
        n += (size_t)some;
    }
    assert_int_equal(n, rows * TREE_PIXELS);
    assert_int_equal(array_read_native(s, got, 1, &err), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(got[i], want[i / TREE_PIXELS].level + i % TREE_PIXELS);
}

/* The whole tree "t": rows until one of level 0, classes until NULL. */
static void check_tree(const struct row *want, const char *const *classes)
{
    size_t rows = 0;

    while (want[rows].level != 0)
        rows++;
    for (size_t step = 1; step <= 2 * TREE_PIXELS + 1;
         step += TREE_PIXELS / 2) {
        struct error err = { 0 };
        struct tree t = { 0 };
        int32_t labels[17];

        bool ok = tree_open(&t, "t", &err);
        assert_no_error(err);
        assert_true(ok);
        assert_int_equal(t.images.info.dtype, DTYPE_U8);
        assert_int_equal(t.images.info.ndims, 3);
        assert_int_equal(t.images.info.dim[0], rows);
        assert_int_equal(t.images.info.dim[1], TREE_HEIGHT);
        assert_int_equal(t.images.info.dim[2], TREE_WIDTH);
        check_images(&t.images, want, rows, step);
        assert_int_equal(t.labels.info.dtype, DTYPE_I32);
        assert_int_equal(t.labels.info.ndims, 1);
        assert_int_equal(t.labels.info.dim[0], rows);
        assert_int_equal(array_read_native(&t.labels, labels, 17, &err), rows);
        for (size_t i = 0; i < rows; i++)
            assert_int_equal(labels[i], want[i].label);
        for (size_t i = 0; i < t.class_count; i++)
            assert_string_equal(t.classes[i], classes[i]);
        assert_null(classes[t.class_count]);
        tree_close(&t);
        tree_close(&t);
    }
}

/* ---- order, labels, classes ---- */

/* By file name over all classes; a name that stands in two, by label, though
 * "11" comes before "3" as text. */
static void test_numbers(void **state)
{
    (void)state;
    static const char *const classes[] = { "0", "1", "2", "3",  "4",  "5", "6",
                                           "7", "8", "9", "10", "11", NULL };
    static const struct row want[] = { { 10, 3 },  { 20, 11 }, { 30, 3 },
                                       { 40, 11 }, { 50, 3 },  { 60, 11 },
                                       { 0, 0 } };

    tree_make_dir("t");
    tree_make_dir("t/3");
    tree_make_dir("t/11");
    tree_put("t/11/c.png", 40);
    tree_put("t/3/e.png", 50);
    tree_put("t/11/e.png", 60);
    tree_put("t/3/a.png", 10);
    tree_put("t/11/b.png", 20);
    tree_put("t/3/b10.png", 30);
    check_tree(want, classes);
}

static void test_leading_zeros(void **state)
{
    (void)state;
    static const char *const classes[] = { "0", "1", "2", NULL };
    static const struct row want[] = { { 10, 2 }, { 20, 0 }, { 0, 0 } };

    tree_make_dir("t");
    tree_make_dir("t/02");
    tree_make_dir("t/000");
    tree_put("t/02/a.png", 10);
    tree_put("t/000/b.png", 20);
    check_tree(want, classes);

    struct error err = { 0 };
    struct tree t = { 0 };
    tree_make_dir("t/2"); /* an empty folder, too */
    assert_false(tree_open(&t, "t", &err));
    assert_error(err, FAIL_DATA,
                 "'t' has two folders for label 2, '02' and '2'; put them");
    assert_null(t.images.in);
}

/* The largest label, and what is none. */
static void test_large_numbers(void **state)
{
    (void)state;
    static const char *const classes[] = { "1", "65536", NULL };
    static const struct row want[] = { { 10, 0 }, { 20, 1 }, { 0, 0 } };
    struct error err = { 0 };
    struct tree t = { 0 };
    int32_t labels[2];

    tree_make_dir("t");
    tree_make_dir("t/1");
    tree_make_dir("t/65535");
    tree_put("t/1/a.png", 10);
    tree_put("t/65535/b.png", 20);
    assert_true(tree_open(&t, "t", &err));
    assert_int_equal(t.class_count, 65536);
    assert_string_equal(t.classes[0], "0");
    assert_string_equal(t.classes[65535], "65535");
    assert_int_equal(array_read_native(&t.labels, labels, 2, &err), 2);
    assert_true(labels[0] == 1 && labels[1] == 65535);
    tree_close(&t);

    assert_int_equal(rename("t/65535", "t/65536"), 0);
    check_tree(want, classes);
}

/* One folder that is no number makes names of all; an empty one keeps its
 * place. */
static void test_names(void **state)
{
    (void)state;
    static const char *const classes[] = { "10", "Zebra", "ape", "bee", NULL };
    static const struct row want[] = {
        { 10, 3 }, { 20, 1 }, { 30, 3 }, { 40, 0 }, { 0, 0 }
    };

    tree_make_dir("t");
    tree_make_dir("t/bee");
    tree_make_dir("t/ape");
    tree_make_dir("t/Zebra");
    tree_make_dir("t/10");
    tree_put("t/bee/1.png", 10);
    tree_put("t/bee/2.png", 30);
    tree_put("t/Zebra/2.png", 20);
    tree_put("t/10/3.png", 40);
    check_tree(want, classes);
}

static void test_odd_names(void **state)
{
    (void)state;
    static const char *const classes[] = { " ", "-1", "a\nb", NULL };
    static const struct row want[] = {
        { 10, 2 }, { 20, 0 }, { 30, 1 }, { 40, 0 }, { 0, 0 }
    };

    tree_make_dir("t");
    tree_make_dir("t/a\nb");
    tree_make_dir("t/ ");
    tree_make_dir("t/-1");
    tree_put("t/a\nb/\x1b[1m.png", 10);
    tree_put("t/ /%s%n.png", 20);
    tree_put("t/-1/-.png", 30);
    tree_put("t/ /\xff.png", 40);
    check_tree(want, classes);
}

/* What begins with a dot is not looked at, whatever it is. */
static void test_dot_files(void **state)
{
    (void)state;
    static const char *const classes[] = { "0", "1", NULL };
    static const struct row want[] = { { 10, 0 }, { 20, 1 }, { 0, 0 } };

    tree_make();
    file_make("t/.DS_Store", "x", 1);
    file_make("t/0/.png", "x", 1);
    file_make("t/0/.a.png", "x", 1);
    tree_make_dir("t/.git");
    assert_int_equal(mkfifo("t/.2", 0666), 0);
    assert_int_equal(mkfifo("t/1/.b.png", 0666), 0);
    check_tree(want, classes);
}

static void test_links(void **state)
{
    (void)state;
    static const char *const classes[] = { "0", "1", NULL };
    static const struct row want[] = {
        { 10, 0 }, { 30, 0 }, { 20, 1 }, { 0, 0 }
    };

    tree_make();
    tree_put("elsewhere", 30);
    assert_int_equal(symlink("../../elsewhere", "t/0/aa.png"), 0);
    assert_int_equal(rename("t/1", "one"), 0);
    assert_int_equal(symlink("../one", "t/1"), 0);
    check_tree(want, classes);
}

/* ---- its hash ---- */

static void sum_on_the_way(char sha256[DIGEST_TEXT], uint64_t *bytes)
{
    unsigned char pixels[TREE_PIXELS];
    struct error err = { 0 };
    struct tree t = { 0 };
    struct tree_sum sum = { 0 };

    assert_true(tree_open_summed(&t, "t", &sum, &err));
    while (array_read_native(&t.images, pixels, sizeof pixels, &err) > 0)
        ;
    assert_no_error(err);
    *bytes = sum.bytes;
    tree_sum_finish(&sum, sha256);
    tree_sum_release(&sum);
    tree_close(&t);
}

/* What `sha256sum -z` would write, without it. */
static void sum_by_hand(char sha256[DIGEST_TEXT], uint64_t *bytes)
{
    static const char *const paths[] = { "t/0/a.png", "t/1/b.png" };
    struct error err = { 0 };
    struct digest list = { 0 };

    *bytes = 0;
    assert_true(digest_init(&list, DIGEST_SHA256, &err));
    digest_add(&list, "0/\0001/", 6);
    for (size_t i = 0; i < 2; i++) {
        struct digest one = { 0 };
        unsigned char file[4096];
        FILE *in = fopen(paths[i], "rb");
        assert_non_null(in);
        size_t n = fread(file, 1, sizeof file, in);
        fclose(in);
        assert_true(digest_init(&one, DIGEST_SHA256, &err));
        digest_add(&one, file, n);
        digest_finish(&one, sha256);
        *bytes += n;
        digest_add(&list, sha256, DIGEST_TEXT - 1);
        digest_add(&list, "  ", 2);
        digest_add(&list, paths[i] + 2, strlen(paths[i]) - 1);
    }
    digest_finish(&list, sha256);
}

static void test_sum(void **state)
{
    (void)state;
    char want[DIGEST_TEXT], got[DIGEST_TEXT], other[DIGEST_TEXT];
    struct error err = { 0 };
    uint64_t bytes, n;

    tree_make();
    sum_by_hand(want, &bytes);
    sum_on_the_way(got, &n);
    assert_string_equal(got, want);
    assert_int_equal(n, bytes);
    assert_true(tree_sum_of("t", got, &n, &err));
    assert_string_equal(got, want);
    assert_int_equal(n, bytes);

    tree_put("t/1/b.png", 21);
    assert_true(tree_sum_of("t", other, &n, &err));
    assert_string_not_equal(other, want);
    sum_on_the_way(got, &n);
    assert_string_equal(got, other);
    tree_put("t/1/b.png", 20);
    tree_make_dir("t/2"); /* a class more, though no picture */
    assert_true(tree_sum_of("t", other, &n, &err));
    assert_string_not_equal(other, want);
    assert_false(tree_sum_of("nowhere", other, &n, &err));
}

static int sum_until_signal(void *argument)
{
    char sum[DIGEST_TEXT];
    struct error err = { 0 };
    uint64_t n;

    (void)argument;
    return !tree_sum_of("t", sum, &n, &err) && err.code == FAIL_INTERRUPTED ? 0
                                                                            : 1;
}

/* One file is more than can be read before the test is out of patience. */
static void test_sum_signal(void **state)
{
    (void)state;
    tree_make();
    if (truncate("t/1/b.png", (off_t)1 << 38) != 0)
        skip(); /* the file system has no room for holes */
    assert_int_equal(child_interrupt(sum_until_signal, NULL, false), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_numbers),       IN_TEMP_DIR(test_leading_zeros),
        IN_TEMP_DIR(test_large_numbers), IN_TEMP_DIR(test_names),
        IN_TEMP_DIR(test_odd_names),     IN_TEMP_DIR(test_dot_files),
        IN_TEMP_DIR(test_links),         IN_TEMP_DIR(test_sum),
        IN_TEMP_DIR(test_sum_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
