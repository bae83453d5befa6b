/* SPDX-License-Identifier: MIT */
/* The same files, however many rows are in a block, and with how many threads:
 * all formats, and all that needs more than a stream of rows. */
#include "pipeline/prepare.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

/* The house's own block.c, but for the number of rows: this program links no
 * other, since all of it is here. */
#define block_rows usual_block_rows
#include "pipeline/block.c" /* NOLINT(bugprone-suspicious-include) */
#undef block_rows
size_t block_rows(size_t image_bytes, size_t row_bytes);

static size_t wanted_rows;         /* 0: as many as usual */
static atomic_size_t blocks_asked; /* by threads, too */

size_t block_rows(size_t image_bytes, size_t row_bytes)
{
    blocks_asked++;
    return wanted_rows > 0 ? wanted_rows
                           : usual_block_rows(image_bytes, row_bytes);
}

/* A prime, so that the last block is a short one. */
enum { ROWS = 211, FEW = 31, HEIGHT = 4, WIDTH = 3, IMAGE = HEIGHT * WIDTH };

static void put_split(const char *images, const char *labels, size_t rows,
                      uint64_t seed)
{
    unsigned char pixel[ROWS * IMAGE], label[ROWS];
    char shape[32];

    fill_noise(pixel, sizeof pixel, seed);
    for (size_t r = 0; r < rows; r++)
        label[r] = pixel[r * IMAGE] % 5;
    memcpy(pixel + 9 * IMAGE, pixel + 3 * IMAGE, IMAGE); /* a duplicate */
    label[9] = label[3];
    snprintf(shape, sizeof shape, "%zu,%d,%d", rows, HEIGHT, WIDTH);
    struct made picture = idx_make(0x08, shape, pixel, rows * IMAGE);
    snprintf(shape, sizeof shape, "%zu", rows);
    struct made number = idx_make(0x08, shape, label, rows);
    made_put_gzip(images, &picture);
    made_put(labels, &number);
    made_release(&picture);
    made_release(&number);
}

static const struct recipe recipes[] = {
    { .scale = { .mode = SCALE_UNIT }, .onehot = true },
    { .scale = { .mode = SCALE_STANDARD },
      .dtype = DTYPE_F64,
      .label_dtype = DTYPE_I64,
      .geometry = { .transpose = true, .invert = true, .pad = 1 },
      .onehot = true,
      .smoothing = 0.1 },
    { .scale = { .mode = SCALE_PIXEL_STANDARD },
      .shuffle = true,
      .seed = 7,
      .val = 0.3,
      .stratify = true,
      .folds = 3,
      .drop_duplicates = true,
      .geometry = { .height = 5, .width = 7 },
      .onehot = true,
      .checksums = true },
    { .scale = { .mode = SCALE_UNIT },
      .val = 40,
      .per_class = 20,
      .limit = 90,
      .class_list = { 4, 1, 2 },
      .class_count = 3,
      .relabel = true,
      .layout = LAYOUT_CHW,
      .onehot = true },
};

static const char every_format[] = "bin,npy,npz,safetensors,libsvm,csv,"
                                   "pjreddie,png,torchvision,tfrecord,"
                                   "webdataset";

/* The set of a recipe, in `to`. */
static void prepare(const struct recipe *wanted, size_t rows, unsigned jobs,
                    const char *to)
{
    struct prepare_settings s = { .output_dir = to,
                                  .raw_dir = ".",
                                  .data_dir = ".",
                                  .jobs = jobs,
                                  .recipe = *wanted,
                                  .expected = { .mode = SCALE_NONE },
                                  .tool = "a test" };
    enum prepare_outcome outcome = PREPARE_CURRENT;
    struct error err = { 0 };
    struct input in = { 0 };
    struct recipe *r = &s.recipe;

    if (r->dtype == 0)
        r->dtype = DTYPE_F32;
    if (r->label_dtype == 0)
        r->label_dtype = DTYPE_U8;
    assert_true(
        input_add_files(&in, "set", "images.gz", "labels", "train", &err) &&
        input_add_files(&in, "set", "few.gz", "few-labels", "test", &err));
    assert_true(recipe_parse_formats(r, every_format, &err) &&
                recipe_parse_splits(r, &in, NULL, &err) &&
                recipe_check(r, &err));
    s.input = &in;
    wanted_rows = rows;
    blocks_asked = 0;
    (void)!prepare_dataset(&s, &outcome, NULL, NULL, &err);
    assert_no_error(err);
    assert_int_equal(outcome, PREPARE_MADE);
    assert_true(blocks_asked > 0);
    input_release(&in);
}

static void check_recipe(size_t which)
{
    static const size_t rows[] = { 1, 2, 7, 64, ROWS - 1, ROWS, 5000 };
    char to[40], compare[120];

    prepare(&recipes[which], 0, 1, "usual");
    assert_true(entries_count("usual") > 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned jobs = 1 + i % 2;
        snprintf(to, sizeof to, "by-%zu", rows[i]);
        prepare(&recipes[which], rows[i], jobs, to);
        snprintf(compare, sizeof compare, "diff -r usual %s >&2", to);
        if (system(compare) != 0) /* NOLINT(cert-env33-c) */
            fail_msg("recipe %zu: other files with blocks of %zu rows, -j%u",
                     which, rows[i], jobs);
    }
}

static void try_recipe(size_t which)
{
    put_split("images.gz", "labels", ROWS, 1);
    put_split("few.gz", "few-labels", FEW, 2);
    check_recipe(which);
}

static void test_streamed(void **state)
{
    (void)state;
    try_recipe(0);
}

static void test_fitted(void **state)
{
    (void)state;
    try_recipe(1);
}

static void test_spooled(void **state)
{
    (void)state;
    try_recipe(2);
}

static void test_chosen(void **state)
{
    (void)state;
    try_recipe(3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_streamed),
        IN_TEMP_DIR(test_fitted),
        IN_TEMP_DIR(test_spooled),
        IN_TEMP_DIR(test_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
