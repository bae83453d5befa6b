/* SPDX-License-Identifier: MIT */
/* The trees of torchvision: which files each class wants to see
 * (torchvision/datasets/mnist.py), and what is in them. */
#include "format/torchvision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "made_set.h"

enum { HEIGHT = 2, WIDTH = 3 };

static void make_set(struct made_set *m, const char *dataset,
                     const char *const *splits, size_t count)
{
    made_set_init(m, dataset, HEIGHT, WIDTH, 10);
    for (size_t i = 0; i < count; i++) {
        made_set_add(m, splits[i], 4 + i);
        made_set_array(m, SET_LABELS, DTYPE_I64);
        made_set_array(m, SET_IMAGES, DTYPE_F32); /* of no use here */
    }
}

static void put(struct bytes_writer *to, const void *bytes, size_t n)
{
    struct error err = { 0 };
    assert_true(writer_write(&to->base, bytes, n, &err));
}

/* Rows of a split as IDX; SIZE_MAX: the file of no rows. */
static void check_images(const struct memory_files *files, const char *name,
                         const struct made_set *m, size_t split)
{
    bool none = split == SIZE_MAX;
    size_t rows = none ? 0 : (size_t)m->split[split].rows;
    unsigned char header[] = { 0, 0, 8, 3,      0, 0, 0, (unsigned char)rows,
                               0, 0, 0, HEIGHT, 0, 0, 0, WIDTH };
    struct bytes_writer want;

    bytes_writer_init(&want);
    put(&want, header, sizeof header);
    if (!none)
        put(&want, m->rows[split].levels, rows * HEIGHT * WIDTH);
    memory_files_check_bytes(files, name, want.bytes, want.n);
    bytes_writer_release(&want);
}

static void check_labels(const struct memory_files *files, const char *name,
                         const struct made_set *m, size_t split, unsigned base)
{
    size_t rows = split == SIZE_MAX ? 0 : (size_t)m->split[split].rows;
    unsigned char header[] = { 0, 0, 8, 1, 0, 0, 0, (unsigned char)rows };
    struct bytes_writer want;

    bytes_writer_init(&want);
    put(&want, header, sizeof header);
    for (size_t i = 0; i < rows; i++) {
        unsigned char label = (unsigned char)(m->rows[split].label[i] + base);
        put(&want, &label, 1);
    }
    memory_files_check_bytes(files, name, want.bytes, want.n);
    bytes_writer_release(&want);
}

#define MOST_FILES 4

static const struct {
    const char *dataset;
    const char *splits[3];
    /* in the order of opening; of which split, -1: of none */
    struct {
        const char *stem;
        int split;
    } pairs[MOST_FILES];
} cases[] = {
    { "mnist",
      { "train", "test" },
      { { "MNIST/raw/train", 0 }, { "MNIST/raw/t10k", 1 } } },
    { "fashion-mnist",
      { "train", "test" },
      { { "FashionMNIST/raw/train", 0 }, { "FashionMNIST/raw/t10k", 1 } } },
    { "kmnist",
      { "test", "train" },
      { { "KMNIST/raw/t10k", 0 }, { "KMNIST/raw/train", 1 } } },
    { "my-own",
      { "train" },
      { { "MNIST/raw/train", 0 }, { "MNIST/raw/t10k", -1 } } },
    { "emnist-mine", /* none of EMNIST's */
      { "test" },
      { { "MNIST/raw/t10k", 0 }, { "MNIST/raw/train", -1 } } },
    { "k49",
      { "train", "val", "test" },
      { { "MNIST/raw/train", 0 },
        { "val/MNIST/raw/train", 1 },
        { "val/MNIST/raw/t10k", -1 },
        { "MNIST/raw/t10k", 2 } } },
    { "kannada-mnist",
      { "dig" },
      { { "dig/MNIST/raw/train", 0 }, { "dig/MNIST/raw/t10k", -1 } } },
};

static void test_trees(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct memory_files files;
        struct made_set m;
        size_t splits = 0, pairs = 0;

        while (splits < 3 && cases[i].splits[splits])
            splits++;
        make_set(&m, cases[i].dataset, cases[i].splits, splits);
        memory_files_init(&files);
        made_set_write_well(&m, "torchvision", &files, 2);
        for (; pairs < MOST_FILES && cases[i].pairs[pairs].stem; pairs++) {
            int split = cases[i].pairs[pairs].split;
            size_t of = split < 0 ? SIZE_MAX : (size_t)split;
            char name[100];

            snprintf(name, sizeof name, "%s-images-idx3-ubyte",
                     cases[i].pairs[pairs].stem);
            check_images(&files, name, &m, of);
            snprintf(name, sizeof name, "%s-labels-idx1-ubyte",
                     cases[i].pairs[pairs].stem);
            check_labels(&files, name, &m, of, 0);
        }
        assert_int_equal(files.count, 2 * pairs);
        for (size_t k = 0; k < files.count; k++)
            assert_false(files.file[k].has_note);
        memory_files_release(&files);
        made_set_release(&m);
    }
}

/* ---- EMNIST ---- */

static const char *const train_test[] = { "train", "test" };
static const char *const train_val[] = { "train", "val" };

/* Pictures whose pixel tells its place: row y, column x is 16 * y + x. */
static void number_pixels(struct made_set *m, size_t split)
{
    for (size_t i = 0; i < m->split[split].rows * HEIGHT * WIDTH; i++)
        m->rows[split].levels[i] =
            (unsigned char)(i / WIDTH % HEIGHT * 16 + i % WIDTH);
}

static const char emnist_header[] = "\0\0\x08\3\0\0\0\4\0\0\0\3\0\0\0\2";
static const char turned[] = "\x00\x10\x01\x11\x02\x12";

static void test_emnist(void **state)
{
    (void)state;
    static const char *const names[] = { "byclass", "bymerge", "balanced",
                                         "digits", "mnist" };
    struct memory_files files;
    struct made_set m;
    char dataset[40], name[100];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(dataset, sizeof dataset, "emnist-%s", names[i]);
        make_set(&m, dataset, train_test, 2);
        m.base.class_count = 26; /* only the letters of emnist-letters count */
        number_pixels(&m, 0);
        memory_files_init(&files);
        made_set_write_well(&m, "torchvision", &files, 3);
        assert_int_equal(files.count, 4);

        struct bytes_writer want;
        bytes_writer_init(&want);
        put(&want, emnist_header, 16);
        for (int k = 0; k < 4; k++)
            put(&want, turned, 6);
        snprintf(name, sizeof name, "EMNIST/raw/%s-train-images-idx3-ubyte",
                 dataset);
        memory_files_check_bytes(&files, name, want.bytes, want.n);
        bytes_writer_release(&want);
        snprintf(name, sizeof name, "EMNIST/raw/%s-train-labels-idx1-ubyte",
                 dataset);
        check_labels(&files, name, &m, 0, 0);
        snprintf(name, sizeof name, "EMNIST/raw/%s-test-labels-idx1-ubyte",
                 dataset);
        check_labels(&files, name, &m, 1, 0);
        snprintf(name, sizeof name, "EMNIST/raw/%s-test-images-idx3-ubyte",
                 dataset);
        assert_non_null(memory_files_find(&files, name));
        memory_files_release(&files);
        made_set_release(&m);
    }
}

/* As published, labels from 1; unless the classes are others by now. The class
 * opens train without test, so that there is no file of 0 rows. */
static void test_letters(void **state)
{
    (void)state;
    static const struct {
        size_t classes;
        unsigned base;
    } counts[] = { { 26, 1 }, { 25, 0 }, { 27, 0 } };

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct memory_files files;
        struct made_set m;

        make_set(&m, "emnist-letters", train_val, 2);
        m.base.class_count = counts[i].classes;
        memory_files_init(&files);
        made_set_write_well(&m, "torchvision", &files, 3);
        assert_int_equal(files.count, 4);
        check_labels(&files,
                     "EMNIST/raw/emnist-letters-train-labels-idx1-ubyte", &m, 0,
                     counts[i].base);
        check_labels(&files,
                     "val/EMNIST/raw/emnist-letters-train-labels-idx1-ubyte",
                     &m, 1, counts[i].base);
        memory_files_release(&files);
        made_set_release(&m);
    }
}

static void test_as_published(void **state)
{
    (void)state;
    struct memory_files files;
    struct made_set m;

    make_set(&m, "emnist-letters", train_test, 2);
    m.base.class_count = 26;
    m.base.as_published = true;
    memory_files_init(&files);
    made_set_write_well(&m, "torchvision", &files, 3);
    assert_int_equal(files.count, 4);
    check_images(&files, "EMNIST/raw/emnist-letters-train-images-idx3-ubyte",
                 &m, 0);
    check_labels(&files, "EMNIST/raw/emnist-letters-train-labels-idx1-ubyte",
                 &m, 0, 0);
    check_images(&files, "EMNIST/raw/emnist-letters-test-images-idx3-ubyte", &m,
                 1);
    memory_files_release(&files);
    made_set_release(&m);
}

/* ---- QMNIST ---- */

static void check_tables(const struct memory_files *files, const char *name,
                         const struct made_set *m, size_t split)
{
    size_t rows = (size_t)m->split[split].rows;
    size_t n = 12 + 32 * rows;
    unsigned char *want = calloc(1, n);

    assert_non_null(want);
    memcpy(want, "\0\0\x0C\2\0\0\0\0\0\0\0\x08", 12);
    want[6] = (unsigned char)(rows >> 8);
    want[7] = (unsigned char)rows;
    for (size_t i = 0; i < rows; i++)
        want[12 + 32 * i + 3] = (unsigned char)m->rows[split].label[i];
    memory_files_check_bytes(files, name, want, n);
    free(want);
}

static void test_qmnist(void **state)
{
    (void)state;
    static const char *const splits[] = { "train", "test", "nist" };
    struct memory_files files;
    struct made_set m;

    make_set(&m, "qmnist", splits, 3);
    memory_files_init(&files);
    made_set_write_well(&m, "torchvision", &files, 3);
    assert_int_equal(files.count, 6);
    check_images(&files, "QMNIST/raw/qmnist-train-images-idx3-ubyte", &m, 0);
    check_tables(&files, "QMNIST/raw/qmnist-train-labels-idx2-int", &m, 0);
    check_images(&files, "QMNIST/raw/qmnist-test-images-idx3-ubyte", &m, 1);
    check_tables(&files, "QMNIST/raw/qmnist-test-labels-idx2-int", &m, 1);
    check_images(&files, "nist/QMNIST/raw/qmnist-train-images-idx3-ubyte", &m,
                 2);
    check_tables(&files, "nist/QMNIST/raw/qmnist-train-labels-idx2-int", &m, 2);
    memory_files_release(&files);
    made_set_release(&m);
}

/* More labels in a block than are converted at once. */
static void test_large_blocks(void **state)
{
    (void)state;
    static const char *const datasets[] = { "qmnist", "emnist-mnist" };

    for (size_t i = 0; i < COUNT_OF(datasets); i++) {
        struct memory_files files;
        struct made_set m;

        made_set_init(&m, datasets[i], HEIGHT, WIDTH, 10);
        made_set_add(&m, "train", 9000);
        made_set_array(&m, SET_LABELS, DTYPE_U8);
        memory_files_init(&files);
        made_set_write_well(&m, "torchvision", &files, 9000);
        if (i == 0)
            check_tables(&files, "QMNIST/raw/qmnist-train-labels-idx2-int", &m,
                         0);
        else
            for (size_t row = 0; row < 9000; row++)
                assert_int_equal(files.file[1].bytes[8 + row],
                                 m.rows[0].label[row]);
        memory_files_release(&files);
        made_set_check_stable(&m, "torchvision");
        made_set_release(&m);
    }
}

/* ---- errors ---- */

static void test_classes(void **state)
{
    (void)state;
    static const struct {
        const char *dataset;
        size_t classes;
        bool fits;
    } counts[] = {
        { "mnist", 256, true },
        { "mnist", 257, false },
        { "emnist-byclass", 257, false },
        { "qmnist", 257, true },
    };

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct error err = { 0 };
        struct memory_files files;
        struct made_set m;

        make_set(&m, counts[i].dataset, train_test, 2);
        m.base.class_count = counts[i].classes;
        m.rows[0].label[0] = (uint16_t)(counts[i].classes - 1);
        memory_files_init(&files);
        assert_int_equal(made_set_write(&m, "torchvision", &files, 3, &err),
                         counts[i].fits);
        if (!counts[i].fits) {
            assert_error(err, FAIL_USAGE, "at most 256 classes");
            assert_error(err, FAIL_USAGE, "has 257");
            assert_int_equal(files.count, 0);
        } else {
            assert_no_error(err);
            const unsigned char *labels = files.file[1].bytes;
            assert_int_equal(i == 0 ? labels[8] : labels[14] * 256 + labels[15],
                             counts[i].classes - 1);
        }
        memory_files_release(&files);
        made_set_release(&m);
    }
}

static void test_failures(void **state)
{
    (void)state;
    static const char *const datasets[] = { "mnist", "emnist-letters",
                                            "qmnist" };
    static const char *const splits[] = { "train", "val", "test" };
    struct made_set m;

    for (size_t i = 0; i < COUNT_OF(datasets); i++) {
        make_set(&m, datasets[i], splits, 3);
        made_set_check_stable(&m, "torchvision");
        made_set_check_failures(&m, "torchvision");
        made_set_release(&m);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees),   cmocka_unit_test(test_emnist),
        cmocka_unit_test(test_letters), cmocka_unit_test(test_as_published),
        cmocka_unit_test(test_qmnist),  cmocka_unit_test(test_large_blocks),
        cmocka_unit_test(test_classes), cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
