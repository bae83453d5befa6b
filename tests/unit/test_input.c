/* SPDX-License-Identifier: MIT */
/* Lists of files of one's own, and the names of datasets and splits. */
#include "dataset/input.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sizes.h"
#include "dataset/filename.h"
#include "helpers.h"
#include "own_files.h"

/* ---- single files ---- */

static void test_tables(void **state)
{
    (void)state;
    put_all("mnist_test.csv.gz table.csv");
    put("table", BYTES(CSV), false);
    expect_path(NULL, "mnist_test.csv.gz", NULL,
                "mnist_test: train table mnist_test.csv.gz");
    expect_path(NULL, "mnist_test.csv.gz", "test",
                "mnist_test: test table mnist_test.csv.gz");
    expect_path("zoo", "./table", "a.b", "zoo: a.b table ./table");
    expect_path(NULL, "table", NULL, "table: train table table");
    expect_refusal(NULL, "table.csv", "a/b", FAIL_USAGE,
                   "'a/b' is no name for a split");
}

/* ---- names ---- */

static void test_dataset_names(void **state)
{
    (void)state;
    static const struct {
        const char *path, *stem;
    } stems[] = {
        { "a/b/mnist_train.csv.gz", "mnist_train" },
        { "mnist.npz", "mnist" },
        { "train-images-idx3-ubyte.gz", "train-images" },
        { "train-images.idx3-ubyte", "train-images" },
        { "x.idx.xz", "x" },
        { "x.npy", "x" },
        { "dir.v2/", "dir.v2" },
        { "/a/dir//", "dir" },
        { ".csv", ".csv" },
        { ".gz", ".gz" },
        { "x.csv.npz", "x.csv" },
        { "/", "" },
        { "..", ".." },
        { ".", "." },
    };
    static const char *const plain[] = { "a", "Z9", "_", "my-set_1.0", "0" };
    static const char *const odd[] = { "",    ".",   ".a",       "-a",  "a b",
                                       "a/b", "a\n", "\xC3\xA9", "a%b", "a:" };
    struct error err = { 0 };
    char longest[FILENAME_PLAIN_MAX + 2];

    for (size_t i = 0; i < COUNT_OF(stems); i++) {
        char *stem = filename_stem(stems[i].path, &err);
        assert_string_equal(stem, stems[i].stem);
        free(stem);
    }
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        assert_true(filename_is_plain(plain[i]));
    for (size_t i = 0; i < COUNT_OF(odd); i++)
        assert_false(filename_is_plain(odd[i]));
    memset(longest, 'x', sizeof longest);
    longest[FILENAME_PLAIN_MAX + 1] = '\0';
    assert_false(filename_is_plain(longest));
    longest[FILENAME_PLAIN_MAX] = '\0';
    assert_true(filename_is_plain(longest));
}

static void test_names_of_paths(void **state)
{
    (void)state;
    put_all("a%b.csv d/train.csv");
    expect_refusal(NULL, "a%b.csv", NULL, FAIL_USAGE,
                   "'a%b.csv' gives no name to a dataset");
    expect_path("ab", "a%b.csv", NULL, "ab: train table a%b.csv");
    expect_refusal("a/b", "a%b.csv", NULL, FAIL_USAGE,
                   "'a/b' is no name for a dataset; it takes at most 64");
    expect_refusal("", "a%b.csv", NULL, FAIL_USAGE, "'' is no name");
    expect_path(NULL, "d/", NULL, "d: train table d/train.csv");
    assert_int_equal(chdir("d"), 0);
    expect_refusal(NULL, ".", NULL, FAIL_USAGE, "'.' gives no name");
    expect_refusal(NULL, "../d/.", NULL, FAIL_USAGE, "'../d/.' gives no name");
    expect_path("d", ".", NULL, "d: train table ./train.csv");
}

/* --split where splits have names of their own. */
static void test_split_given(void **state)
{
    (void)state;
    put_all("d/train.csv d/test.csv e/test.csv t/cat/a.png u/val/cat/a.png");
    expect_path(NULL, "t", "test", "t: test tree t");
    expect_path(NULL, "e", "test", "e: test table e/test.csv");
    expect_refusal(NULL, "d", "train", FAIL_USAGE,
                   "'d' has splits with names of their own ('train', ...)");
    expect_refusal(NULL, "e", "val", FAIL_USAGE, "('test'); leave out --split");
    expect_refusal(NULL, "u", "train", FAIL_USAGE, "('val')");
    /* Who only looks may choose one of them later. */
    static const struct {
        const char *path, *split, *want;
    } looks[] = {
        { "d", "test", "train" },
        { "u", "train", "val" },
        { "t", "odd", "odd" },
    };
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        struct input in = { 0 };
        struct error err = { 0 };
        assert_true(
            input_look_at_path(&in, NULL, looks[i].path, looks[i].split, &err));
        assert_no_error(err);
        assert_string_equal(in.split[0].name, looks[i].want);
        input_release(&in);
    }
}

/* ---- pairs of files ---- */

static void test_add_files(void **state)
{
    (void)state;
    struct input in = { 0 };
    struct error err = { 0 };

    put_all("a.idx b.npy.gz c");
    assert_true(input_add_files(&in, NULL, "a.idx", "b.npy.gz", NULL, &err));
    assert_true(input_add_files(&in, "ignored", "c", NULL, "x", &err));
    assert_true(input_add_files(&in, NULL, "a.idx", NULL, "t10k", &err));
    assert_no_error(err);
    assert_described(&in, "a: train arrays a.idx b.npy.gz; x arrays c; "
                          "t10k arrays a.idx");
    assert_int_equal(input_find_split(&in, "x"), 1);
    assert_int_equal(input_find_split(&in, "y"), 3);
    assert_false(input_add_files(&in, NULL, "c", NULL, "x", &err));
    assert_error(err, FAIL_USAGE, "there are two splits of the name 'x'");
    input_release(&in);
}

static void test_add_files_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *images, *labels, *split;
        enum fail code;
        const char *part;
    } cases[] = {
        { NULL, "missing", NULL, NULL, FAIL_SYSTEM, "cannot open 'missing'" },
        { NULL, "a", "missing", NULL, FAIL_SYSTEM, "cannot open 'missing'" },
        { NULL, "t.csv", NULL, NULL, FAIL_DATA, "'t.csv' is neither IDX nor" },
        { NULL, "a", "t.csv", NULL, FAIL_DATA, "'t.csv' is neither IDX nor" },
        { NULL, "d", NULL, NULL, FAIL_USAGE, "'d' is no regular file" },
        { NULL, "-", NULL, NULL, FAIL_USAGE, "standard input" },
        { NULL, "a", "-", NULL, FAIL_USAGE, "standard input" },
        { NULL, "a", NULL, "", FAIL_USAGE, "'' is no name for a split" },
        { NULL, "a", NULL, "x y", FAIL_USAGE, "'x y' is no name for a split" },
        { "x y", "a", NULL, NULL, FAIL_USAGE,
          "'x y' is no name for a dataset" },
        { NULL, "a+b", NULL, NULL, FAIL_USAGE, "'a+b' gives no name" },
    };

    put_all("a a+b t.csv d/");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct input in = { 0 };
        struct error err = { 0 };

        assert_false(input_add_files(&in, cases[i].name, cases[i].images,
                                     cases[i].labels, cases[i].split, &err));
        assert_error(err, cases[i].code, cases[i].part);
        input_release(&in);
    }
}

/* ---- the catalogue's ---- */

static void test_of_dataset(void **state)
{
    (void)state;
    struct catalogue c = { 0 };
    struct input in = { 0 };
    struct error err = { 0 };

    assert_true(catalogue_load(&c, NULL, &err));
    const struct catalogue_dataset *mnist = catalogue_find(&c, "mnist");
    assert_true(input_of_dataset(&in, mnist, "data/raw", &err));
    assert_ptr_equal(in.dataset, mnist);
    assert_string_equal(in.name, "mnist");
    assert_int_equal(in.split_count, 2);
    assert_string_equal(in.split[1].name, "test");
    assert_ptr_equal(in.split[1].published, &mnist->split[1]);
    assert_string_equal(in.split[1].path[PART_LABELS],
                        "data/raw/t10k-labels-idx1-ubyte.gz");
    input_release(&in);
    catalogue_release(&c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_tables),         cmocka_unit_test(test_dataset_names),
        IN_TEMP_DIR(test_names_of_paths), IN_TEMP_DIR(test_split_given),
        IN_TEMP_DIR(test_add_files),      IN_TEMP_DIR(test_add_files_refused),
        IN_TEMP_DIR(test_of_dataset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
