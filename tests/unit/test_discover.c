/* SPDX-License-Identifier: MIT */
/* All the names under which data lies about, and all that is refused instead
 * of guessed. */
#include "dataset/discover.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sizes.h"
#include "helpers.h"
#include "own_files.h"

#if MNISTPREP_HAVE_LIBZIP
#include <zip.h>
#endif

/* ---- directories ---- */

static void test_directories(void **state)
{
    (void)state;
    static const struct {
        const char *files, *want;
    } cases[] = {
        { "d/train-images-idx3-ubyte.gz d/train-labels-idx1-ubyte.gz "
          "d/t10k-images-idx3-ubyte.gz d/t10k-labels-idx1-ubyte.gz "
          "d/receipt.json d/.hidden-images.idx",
          "d: train arrays d/train-images-idx3-ubyte.gz "
          "d/train-labels-idx1-ubyte.gz; test arrays "
          "d/t10k-images-idx3-ubyte.gz d/t10k-labels-idx1-ubyte.gz" },
        { "d/train-images.idx3-ubyte d/train-labels.idx1-ubyte",
          "d: train arrays d/train-images.idx3-ubyte "
          "d/train-labels.idx1-ubyte" },
        { "d/emnist-letters-train-images-idx3-ubyte "
          "d/emnist-letters-train-labels-idx1-ubyte",
          "d: train arrays d/emnist-letters-train-images-idx3-ubyte "
          "d/emnist-letters-train-labels-idx1-ubyte" },
        /* what `prep` writes, in several formats at once */
        { "d/train-images.f32 d/train-labels.u8 d/train-onehot.f32 "
          "d/train-images.idx d/train-labels.idx d/train-onehot.idx "
          "d/train-rows.u32 d/val-images.idx.gz d/val-labels.idx.gz "
          "d/dataset.json d/SHA256SUMS",
          "d: train arrays d/train-images.idx d/train-labels.idx; "
          "val arrays d/val-images.idx.gz d/val-labels.idx.gz" },
        { "d/zoo_images.npy d/zoo_labels.npy d/valid-images.npy "
          "d/validation-images.npy d/test-images d/a-images.npy "
          "d/train-images d/train-labels",
          "d: train arrays d/train-images d/train-labels; "
          "test arrays d/test-images; a arrays d/a-images.npy; "
          "valid arrays d/valid-images.npy; validation arrays "
          "d/validation-images.npy; zoo arrays d/zoo_images.npy "
          "d/zoo_labels.npy" },
        { "d/mytrain-images.npy", "d: mytrain arrays d/mytrain-images.npy" },
        /* a suffix may lie about the packing */
        { "d/train-images.idx.xz d/train-labels.npy.gz",
          "d: train arrays d/train-images.idx.xz d/train-labels.npy.gz" },
        /* tables, and what lies beside them */
        { "d/train.csv d/test.csv d/sample_submission.csv d/notes.txt",
          "d: train table d/train.csv; test table d/test.csv" },
        { "d/mnist_train.csv.gz d/mnist_test.csv.gz d/mnist_train_100.csv",
          "d: train table d/mnist_train.csv.gz; "
          "test table d/mnist_test.csv.gz" },
        { "d/qmnist_test10k.csv d/nist.csv d/val.csv",
          "d: nist table d/nist.csv; test10k table d/qmnist_test10k.csv; "
          "val table d/val.csv" },
        /* trees */
        { "d/train/0/a.png d/train/1/b.png d/t10k/0/c.png d/notes/x.txt "
          "d/dataset.json d/empty/",
          "d: train tree d/train; test tree d/t10k" },
        { "d/cat/a.png d/dog/b.png d/none/", "d: train tree d" },
        { "d/png/train/0/00000.png d/png/val/3/00001.png d/dataset.json",
          "d: train tree d/png/train; val tree d/png/val" },
        { "d/png/7/00000.png d/dataset.json", "d: png tree d/png" },
        { "d/png/0/a.png d/train/0/a.png",
          "d: train tree d/train; png tree d/png" },
        /* a folder of a file's name is no file */
        { "d/train-images/ d/train.csv/ d/x-images.npy",
          "d: x arrays d/x-images.npy" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put_all(cases[i].files);
        expect_path(NULL, "d", NULL, cases[i].want);
        remove_all();
    }
}

static void test_directories_refused(void **state)
{
    (void)state;
    static const struct {
        const char *files, *part;
    } cases[] = {
        { "d/",
          "'d' holds nothing that can be read: neither IDX nor NPY files" },
        { "d/x.csv d/sub/sub/sub/1/a.png d/receipt.json d/train.txt d/1.png",
          "nor folders of PNG pictures (train/7/1.png, 7/1.png)" },
        { "d/.train-images.idx d/.train.csv d/.1/a.png", "holds nothing" },
        { "d/train-images.f32 d/train-labels.u8 d/dataset.json",
          "'d' has only files without a header, such as 'train-images.f32'" },
        { "d/val-labels.i64", "--format npy or idx" },
        /* one kind only */
        { "d/train-images.idx d/train-labels.idx d/train.csv",
          "IDX or NPY files ('d/train-images.idx'), and CSV tables "
          "('d/train.csv'); name one file or folder of it" },
        { "d/test.csv d/png/train/0/a.png",
          "CSV tables ('d/test.csv'), and folders of pictures "
          "('d/png/train')" },
        { "d/train-images.idx d/test.csv d/0/a.png",
          "'d' holds IDX or NPY files ('d/train-images.idx'), and CSV tables "
          "('d/test.csv'), and folders of pictures ('d')" },
        /* two of a kind */
        { "d/train-images.idx d/train-images.npy",
          "'d/train-images.idx' and 'd/train-images.npy' both hold the images "
          "of the split 'train'" },
        { "d/a-train-images.idx d/train-labels.npy d/b-train-labels.idx",
          "'d/b-train-labels.idx' and 'd/train-labels.npy' both hold the "
          "labels of the split 'train'" },
        { "d/t10k-images.idx d/test-images.idx",
          "'d/t10k-images.idx' and 'd/test-images.idx' both" },
        { "d/train.csv d/mnist_train.csv",
          "'d/mnist_train.csv' and 'd/train.csv' both hold the rows of" },
        { "d/t10k/0/a.png d/test/0/a.png",
          "'d/t10k' and 'd/test' both hold the images" },
        /* halves */
        { "d/train-images.idx d/trian-labels.idx",
          "'d/trian-labels.idx' has labels of the split 'trian', but there are "
          "no images of it" },
        { "d/cat/a.png d/train/0/a.png",
          "'d' has pictures in the folder 'cat', as if it were a class, but a "
          "folder deeper in 'train'" },
        /* names and numbers of splits */
        { "d/a%b-images.idx", "'a%b' is no name for a split" },
        { "d/-x/0/a.png", "'-x' is no name for a split" },
        { "d/1-images d/2-images d/3-images d/4-images d/5-images d/6-images "
          "d/7-images d/8-images d/9-images",
          "there are more than 8 splits, '9' among them" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put_all(cases[i].files);
        expect_refusal(NULL, "d", NULL, FAIL_USAGE, cases[i].part);
        remove_all();
    }
}

/* The name promises, the content does not keep. */
static void test_contents_refused(void **state)
{
    (void)state;
    static const struct {
        const char *file, *bytes;
        size_t n;
        const char *part;
    } cases[] = {
        { "train-images-idx3-ubyte.gz", BYTES(HTML),
          "'d/train-images-idx3-ubyte.gz' is neither IDX nor NPY: it is a web "
          "page" },
        { "train-labels.npy", BYTES(""), "it is empty" },
        { "train-images.idx", BYTES("\3\x08\0\0\1\0\0\0"), "little-endian" },
        { "train-images.npy", BYTES(PNG), "it is a PNG picture" },
        { "train-images.npy", BYTES(CSV), "is neither IDX nor NPY" },
        { "train.csv", BYTES(IDX), "'d/train.csv' is no CSV table: it is IDX" },
        { "test.csv.gz", BYTES(HTML), "is no CSV table: it is a web page" },
        { "test.csv", BYTES(""), "it is empty" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char path[100];

        put_all("d/x-images.idx");
        snprintf(path, sizeof path, "d/%s", cases[i].file);
        put(path, cases[i].bytes, cases[i].n, false);
        expect_refusal(NULL, "d", NULL, FAIL_DATA, cases[i].part);
        remove_all();
    }
    put("d/train.csv.gz", "\x1F\x8B\x08\0\0\0\0\0\0\3\xFF\xFF", 12, false);
    expect_refusal(NULL, "d", NULL, FAIL_DATA, "'d/train.csv.gz'");
}

/* ---- files ---- */

static void test_files_refused(void **state)
{
    (void)state;
    static const struct bytes_refused cases[] = {
        { BYTES(IDX), "'f' is one array; name the file of images by --images" },
        { BYTES(NPY), "'f' is one array" },
        { BYTES(HTML), "'f' is a web page; a CSV table, an NPZ archive or a "
                       "directory can be read" },
        { BYTES(PNG), "'f' is a PNG picture;" },
        { BYTES("\x80\4\x95"), "'f' is a Python pickle;" },
        { BYTES(""), "'f' is empty;" },
        { BYTES("\1\2\3\4"), "'f' is of an unknown kind;" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put("f", cases[i].bytes, cases[i].n, false);
        /* One array is right data in the wrong place. */
        expect_refusal(NULL, "f", NULL, i < 2 ? FAIL_USAGE : FAIL_DATA,
                       cases[i].part);
    }
    expect_refusal(NULL, "missing", NULL, FAIL_SYSTEM,
                   "cannot open 'missing': No such");
    put("-", BYTES(CSV), false);
    expect_refusal(NULL, "-", NULL, FAIL_USAGE, "standard input");
    expect_path("zoo", "./-", NULL, "zoo: train table ./-");
}

#if MNISTPREP_HAVE_LIBZIP

/* An archive of empty members, their names between spaces. */
static void put_zip(const char *path, const char *names)
{
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    char one[100];

    assert_non_null(z);
    while (*names) {
        size_t n = strcspn(names, " ");
        snprintf(one, sizeof one, "%.*s", (int)n, names);
        zip_source_t *empty = zip_source_buffer(z, "", 0, 0);
        assert_true(zip_file_add(z, one, empty, ZIP_FL_ENC_UTF_8) >= 0);
        names += n + strspn(names + n, " ");
    }
    assert_int_equal(zip_close(z), 0);
}

static void test_npz(void **state)
{
    (void)state;
    static const struct {
        const char *members, *want;
    } cases[] = {
        { "x_test.npy x_train.npy y_train.npy y_test.npy",
          "f: train npz f.npz:x_train.npy f.npz:y_train.npy; "
          "test npz f.npz:x_test.npy f.npz:y_test.npy" },
        { "x_val.npy x_t10k.npy z_val.npy x_.npy x.npy y x_val.txt ax_b.npy",
          "f: test npz f.npz:x_t10k.npy; val npz f.npz:x_val.npy" },
    };
    static const struct {
        const char *members, *part;
    } refused[] = {
        { "arr_0.npy", "'f.npz' has no arrays of the names x_train and y" },
        { "y_train.npy x_test.npy", "'f.npz' has labels of the split 'train'" },
        { "x_test.npy x_t10k.npy", "'f.npz' and 'f.npz' both hold the images" },
        { "x_../a.npy", "'../a' is no name for a split" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put_zip("f.npz", cases[i].members);
        expect_path(NULL, "f.npz", NULL, cases[i].want);
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        put_zip("f.npz", refused[i].members);
        expect_refusal(NULL, "f.npz", NULL, i == 0 ? FAIL_DATA : FAIL_USAGE,
                       refused[i].part);
    }
    put("f.npz", BYTES("PK\3\4 and no more"), false);
    expect_refusal(NULL, "f.npz", NULL, FAIL_DATA, "'f.npz'");
}

#else

static void test_npz(void **state)
{
    (void)state;
    put("f.npz", BYTES("PK\3\4"), false);
    expect_refusal(NULL, "f.npz", NULL, FAIL_USAGE, "libzip");
}

#endif

/* ---- what is not opened, what is followed ---- */

/* Opening a FIFO would wait for ever. */
static int find_fifo(void *argument)
{
    struct input in = { 0 };
    struct error err = { 0 };

    alarm(20);
    bool ok = input_of_path(&in, NULL, argument, NULL, &err);
    input_release(&in);
    return !ok && err.code == FAIL_USAGE && strstr(err.text, "no regular file")
               ? 0
               : 1;
}

static void test_fifos(void **state)
{
    (void)state;
    static char paths[][12] = { "fifo", "arrays", "tables", "link" };

    put_all("arrays/ tables/ tree/cat/a.png");
    assert_int_equal(mkfifo("fifo", 0666), 0);
    assert_int_equal(mkfifo("arrays/train-images-idx3-ubyte", 0666), 0);
    assert_int_equal(mkfifo("tables/train.csv.gz", 0666), 0);
    assert_int_equal(mkfifo("tree/cat/b.png", 0666), 0);
    assert_int_equal(mkfifo("tree/fifo", 0666), 0);
    assert_int_equal(symlink("fifo", "link"), 0);
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        if (child_run(find_fifo, paths[i]) != 0)
            fail_msg("%s", paths[i]);
    expect_refusal(NULL, "/dev/null", NULL, FAIL_USAGE, "no regular file");
    /* Pictures are not looked into here. */
    expect_path(NULL, "tree", NULL, "tree: train tree tree");
}

static void test_links(void **state)
{
    (void)state;
    put_all("real/i.idx real/l.idx real/t.csv real/tree/0/a.png d/ e/train/");
    assert_int_equal(symlink("../real/i.idx", "d/train-images.idx"), 0);
    assert_int_equal(symlink("../real/l.idx", "d/train-labels.idx"), 0);
    assert_int_equal(symlink("../../real/tree/0", "e/train/zero"), 0);
    assert_int_equal(symlink("d", "link"), 0);
    assert_int_equal(symlink("real/t.csv", "t"), 0);
    expect_path(NULL, "link", NULL,
                "link: train arrays link/train-images.idx "
                "link/train-labels.idx");
    expect_path(NULL, "t", NULL, "t: train table t");
    expect_path(NULL, "e", NULL, "e: train tree e/train");
    assert_int_equal(symlink(".", "e/loop"), 0);
    expect_path(NULL, "e", NULL, "e: train tree e/train");
}

static void test_broken_links(void **state)
{
    (void)state;
    put_all("d/train-images.idx e/train.csv");
    assert_int_equal(symlink("missing", "d/train-labels.idx"), 0);
    assert_int_equal(symlink("missing", "e/other"), 0);
    assert_int_equal(symlink("missing", "link"), 0);
    expect_refusal(NULL, "d", NULL, FAIL_SYSTEM,
                   "cannot open 'd/train-labels.idx': No such");
    expect_path(NULL, "e", NULL, "e: train table e/train.csv");
    expect_refusal(NULL, "link", NULL, FAIL_SYSTEM, "cannot open 'link'");
}

/* Root may read everything, so a child of nobody's looks. */
static int look_unprivileged(void *argument)
{
    struct input in = { 0 };
    struct error err = { 0 };

    if (!privileges_drop())
        return 2;
    bool ok = input_of_path(&in, NULL, argument, NULL, &err);
    input_release(&in);
    return !ok && err.code == FAIL_SYSTEM && strstr(err.text, "Permission") ? 0
                                                                            : 1;
}

static void test_unreadable(void **state)
{
    (void)state;
    static char paths[][16] = { "closed", "files", "tree", "tree/deep",
                                "f.csv" };

    put_all("closed/train.csv files/train.csv tree/deep/er/a.png f.csv");
    assert_int_equal(chmod("files/train.csv", 0), 0);
    assert_int_equal(chmod("f.csv", 0), 0);
    assert_int_equal(chmod("tree/deep/er", 0), 0);
    assert_int_equal(chmod("closed", 0), 0);
    assert_int_equal(chmod(".", 0755), 0);
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        if (child_run(look_unprivileged, paths[i]) != 0)
            fail_msg("%s", paths[i]);
    assert_int_equal(chmod("tree/deep/er", 0755), 0);
    assert_int_equal(chmod("closed", 0755), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_directories),
        IN_TEMP_DIR(test_directories_refused),
        IN_TEMP_DIR(test_contents_refused),
        IN_TEMP_DIR(test_files_refused),
        IN_TEMP_DIR(test_npz),
        IN_TEMP_DIR(test_fifos),
        IN_TEMP_DIR(test_links),
        IN_TEMP_DIR(test_broken_links),
        IN_TEMP_DIR(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
