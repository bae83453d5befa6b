/* SPDX-License-Identifier: MIT */
/* Rows by number and by class, in the order they were asked for. */
#include "pipeline/samples.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

/* Nothing is to be turned or shifted. */
static const struct catalogue_dataset plain_dataset = { .name = "plain" };

/* ---- lists of rows ---- */

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        uint64_t row[6];
    } cases[] = {
        { "0", 1, { 0 } },
        { "007", 1, { 7 } },
        { "5,0,5", 3, { 5, 0, 5 } },
        { "0,5,10-13", 6, { 0, 5, 10, 11, 12, 13 } },
        { "10-12,1", 4, { 10, 11, 12, 1 } },
        { "3-3", 1, { 3 } },
        { "1-2,2-3", 4, { 1, 2, 2, 3 } },
        { "18446744073709551615", 1, { UINT64_MAX } },
        { "18446744073709551614-18446744073709551615",
          2,
          { UINT64_MAX - 1, UINT64_MAX } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct row_list list;
        struct error err = { 0 };

        assert_true(row_list_parse(&list, cases[i].text, &err));
        assert_no_error(err);
        if (list.count != cases[i].count ||
            memcmp(list.row, cases[i].row, list.count * sizeof *list.row) != 0)
            fail_msg("%s: %zu rows", cases[i].text, list.count);
        row_list_release(&list);
        assert_null(list.row);
        row_list_release(&list);
    }
}

static void test_lists_refused(void **state)
{
    (void)state;
    static const char no_list[] = "is no list of rows, as in 0,5,10-20";
    static const char impossible[] = "are not possible; at most 1000000 rows";
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", no_list },
        { ",", no_list },
        { "-", no_list },
        { "1,", no_list },
        { ",1", no_list },
        { "1,,2", no_list },
        { "1, 2", no_list },
        { " 1", no_list },
        { "1-", no_list },
        { "-1", no_list },
        { "1-2-3", no_list },
        { "1--2", no_list },
        { "+1", no_list },
        { "1.5", no_list },
        { "0x10", no_list },
        { "a", no_list },
        { "1;2", no_list },
        { "18446744073709551616", no_list },
        { "0-18446744073709551616", no_list },
        { "5-3", "rows 5-3 are not possible" },
        { "1,5-4", "rows 5-4 are not possible" },
        { "0-1000000", impossible },
        { "0-999999,5", impossible },
        { "5,0-999999", impossible },
        { "0-18446744073709551615", impossible },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct row_list list = { 0 };
        struct error err = { 0 };
        if (row_list_parse(&list, cases[i].text, &err))
            fail_msg("\"%s\" was taken", cases[i].text);
        assert_error(err, FAIL_USAGE, cases[i].part);
        assert_null(list.row);
    }
}

static void test_first_rows(void **state)
{
    (void)state;
    static const size_t counts[] = { 1, 5, 1000000 };
    struct row_list list;
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        assert_true(row_list_first(&list, counts[i], &err));
        assert_int_equal(list.count, counts[i]);
        for (size_t row = 0; row < list.count; row++)
            assert_int_equal(list.row[row], row);
        row_list_release(&list);
    }
    assert_true(row_list_parse(&list, "0-999999", &err)); /* as many, too */
    assert_int_equal(list.row[999999], 999999);
    row_list_release(&list);
    assert_false(row_list_first(&list, 0, &err));
    assert_error(err, FAIL_USAGE, "at least one row");
    err = (struct error){ 0 };
    assert_false(row_list_first(&list, 1000001, &err));
    assert_error(err, FAIL_USAGE, "at most 1000000 rows");
}

/* ---- picking ---- */

/* Rows of several blocks: a picture is 6 bytes, a block about 128 KB. */
enum { ROWS = 50000, HEIGHT = 2, WIDTH = 3, IMAGE = HEIGHT * WIDTH };

static const struct catalogue_split split = {
    .name = "train", .part = { { .name = "images" }, { .name = "labels" } }
};

/* Pixel p of row r, and its label, by formula. */
static unsigned char pixel(uint64_t r, size_t p)
{
    return (unsigned char)(r * 31 + (r >> 8) * 7 + p);
}

static int64_t label(uint64_t r)
{
    return r == 40000 ? 9 : (int64_t)(r % 7);
}

static void put_pair(const char *image_shape, size_t rows)
{
    unsigned char *pixels = malloc(ROWS * IMAGE), *labels = malloc(ROWS);
    char shape[24];

    assert_true(pixels && labels);
    for (uint64_t r = 0; r < ROWS; r++) {
        labels[r] = (unsigned char)label(r);
        for (size_t p = 0; p < IMAGE; p++)
            pixels[r * IMAGE + p] = pixel(r, p);
    }
    snprintf(shape, sizeof shape, "%zu", rows);
    struct made images = idx_make(0x08, image_shape, pixels, rows * IMAGE);
    struct made list = idx_make(0x08, shape, labels, rows);
    made_put_gzip("images", &images);
    made_put("labels", &list);
    made_release(&images);
    made_release(&list);
    free(pixels);
    free(labels);
}

static struct source open_pair(void)
{
    struct source s = { 0 };
    struct error err = { 0 };

    assert_true(
        source_open_published(&s, ".", &plain_dataset, &split, NULL, 0, &err));
    assert_no_error(err);
    return s;
}

static void check_sample(const struct sample *s, uint64_t row)
{
    assert_int_equal(s->row, row);
    assert_int_equal(s->label, label(row));
    for (size_t p = 0; p < IMAGE; p++)
        assert_int_equal(s->image[p], pixel(row, p));
}

static void test_picking(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "0",
        "49999",
        "49999,0,25000",
        "7,7,7",
        "3,1,2,1,3",
        "21844-21847", /* over the end of a block */
        "43688-43692,43690",
        "100-90000" /* not all are there */,
        "50000",
    };

    put_pair("50000,2,3", ROWS);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct source source = open_pair();
        struct samples samples = { 0 };
        struct row_list rows;
        struct error err = { 0 };
        bool beyond = i + 2 >= COUNT_OF(lists);

        assert_true(row_list_parse(&rows, lists[i], &err));
        if (samples_read(&samples, &source, &rows, &err) == beyond)
            fail_msg("%s: %s", lists[i], err.text);
        if (beyond)
            assert_error(err, FAIL_USAGE,
                         "there is no row 50000; the rows are 0 to 49999");
        else
            assert_int_equal(samples.count, rows.count);
        for (size_t j = 0; j < samples.count; j++)
            check_sample(&samples.sample[j], rows.row[j]);
        assert_int_equal(samples.height, beyond ? 0 : HEIGHT);
        assert_int_equal(samples.width, beyond ? 0 : WIDTH);
        samples_release(&samples);
        assert_null(samples.images);
        samples_release(&samples);
        row_list_release(&rows);
        source_close(&source);
    }
}

/* Of each class the first rows, no more than there are. */
static void test_class(void **state)
{
    (void)state;
    static const struct {
        int64_t label;
        size_t count, found;
    } cases[] = {
        { 0, 1, 1 },       { 3, 10, 10 }, { 6, 7142, 7142 },
        { 6, 8000, 7142 }, { 9, 1, 1 },   { 9, 5, 1 },
        { 8, 5, 0 },       { -1, 5, 0 },  { 5, 6000, 6000 },
    };

    put_pair("50000,2,3", ROWS);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source source = open_pair();
        struct samples samples = { 0 };
        struct error err = { 0 };
        uint64_t row = 0;

        assert_true(samples_read_class(&samples, &source, cases[i].label,
                                       cases[i].count, &err));
        assert_no_error(err);
        if (samples.count != cases[i].found)
            fail_msg("row %zu: %zu samples", i, samples.count);
        for (size_t j = 0; j < samples.count; j++, row++) {
            while (label(row) != cases[i].label)
                row++;
            check_sample(&samples.sample[j], row);
        }
        samples_release(&samples);
        source_close(&source);
    }
}

static void test_class_count_refused(void **state)
{
    (void)state;
    static const size_t counts[] = { 0, 1000001, SIZE_MAX };

    put_pair("10,2,3", 10);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct source source = open_pair();
        struct samples samples = { 0 };
        struct error err = { 0 };
        assert_false(samples_read_class(&samples, &source, 1, counts[i], &err));
        assert_error(err, FAIL_USAGE, "1 to 1000000 rows can be picked");
        samples_release(&samples);
        source_close(&source);
    }
}

/* Also when all are found: damage behind them is seen, too. */
static void test_reads_to_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool ok;
    } cases[] = { { "5,21000", false }, { "5,49999", false } };

    put_pair("50000,2,3", ROWS);
    unsigned char *zeros = calloc(30000, IMAGE);
    assert_non_null(zeros);
    struct made images = idx_make(0x08, "50000,2,3", zeros, 30000 * IMAGE);
    made_put("images", &images);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source source = open_pair();
        struct samples samples = { 0 };
        struct row_list rows;
        struct error err = { 0 };
        assert_true(row_list_parse(&rows, cases[i].list, &err));
        assert_int_equal(samples_read(&samples, &source, &rows, &err),
                         cases[i].ok);
        if (!cases[i].ok)
            assert_error(err, FAIL_DATA, "'./images' ends early");
        samples_release(&samples);
        row_list_release(&rows);
        source_close(&source);
    }
    made_release(&images);
    free(zeros);
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *shape;
        const char *part;
    } cases[] = {
        { "10,6", "'./images' has 2 dimensions; pictures of one" },
        { "10,1,2,3", "'./images' has 4 dimensions" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put_pair(cases[i].shape, 10);
        for (int by_class = 0; by_class < 2; by_class++) {
            struct source source = open_pair();
            struct samples samples = { 0 };
            struct row_list rows;
            struct error err = { 0 };
            assert_true(row_list_first(&rows, 2, &err));
            assert_false(by_class
                             ? samples_read_class(&samples, &source, 1, 2, &err)
                             : samples_read(&samples, &source, &rows, &err));
            assert_error(err, FAIL_DATA, cases[i].part);
            samples_release(&samples);
            row_list_release(&rows);
            source_close(&source);
        }
    }
}

static void test_no_rows(void **state)
{
    (void)state;
    struct samples samples = { 0 };
    struct row_list rows;
    struct error err = { 0 };

    put_pair("0,2,3", 0);
    struct source source = open_pair();
    assert_true(row_list_first(&rows, 1, &err));
    assert_false(samples_read(&samples, &source, &rows, &err));
    assert_error(err, FAIL_USAGE, "there are no rows to pick from");
    row_list_release(&rows);
    err = (struct error){ 0 };
    assert_true(samples_read_class(&samples, &source, 0, 5, &err));
    assert_int_equal(samples.count, 0);
    assert_no_error(err);
    samples_release(&samples);
    source_close(&source);
}

static int interrupted(void *unused)
{
    struct source source = { 0 };
    struct samples samples = { 0 };
    struct error err = { 0 };

    (void)unused;
    interrupt_install();
    if (!source_open_published(&source, ".", &plain_dataset, &split, NULL, 0,
                               &err))
        return 1;
    raise(SIGINT);
    bool ok = samples_read_class(&samples, &source, 0, 5, &err);
    samples_release(&samples);
    source_close(&source);
    return ok || err.code != FAIL_INTERRUPTED ? 2 : 0;
}

static void test_interrupted(void **state)
{
    (void)state;
    put_pair("10,2,3", 10);
    assert_int_equal(child_run(interrupted, NULL), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lists_refused),
        cmocka_unit_test(test_first_rows),
        IN_TEMP_DIR(test_picking),
        IN_TEMP_DIR(test_class),
        IN_TEMP_DIR(test_class_count_refused),
        IN_TEMP_DIR(test_reads_to_the_end),
        IN_TEMP_DIR(test_shapes),
        IN_TEMP_DIR(test_no_rows),
        IN_TEMP_DIR(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
