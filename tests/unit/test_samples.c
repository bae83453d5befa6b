/* SPDX-License-Identifier: MIT */
/* Rows chosen by number, by class and at random, and picked in the order that
 * was asked for. */
#include "pipeline/samples.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

/* Rows of several blocks: a picture is 6 bytes, a block about 128 KB. */
enum { ROWS = 50000, FEW = 10, HEIGHT = 2, WIDTH = 3, IMAGE = HEIGHT * WIDTH };
enum { TRAIN, TEST };

/* Eight classes, of which the last has no rows; and one label is none. */
static const char *class_names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
static const struct catalogue_dataset dataset = {
    .name = "plain",
    .classes = class_names,
    .class_count = COUNT_OF(class_names),
    .split = { { .name = "train",
                 .part = { { .name = "images" }, { .name = "labels" } } },
               { .name = "test",
                 .part = { { .name = "few" }, { .name = "few-labels" } } } },
    .split_count = 2,
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

/* Files of a split; `there` of the pictures are in them. The test split's are
 * those of train from row 100 on. */
static void put_pair(int split, const char *image_shape, size_t rows,
                     size_t there)
{
    const struct catalogue_file *part = dataset.split[split].part;
    uint64_t first = split == TRAIN ? 0 : 100;
    unsigned char *pixels = malloc(ROWS * IMAGE), *labels = malloc(ROWS);
    char shape[24];

    assert_true(pixels && labels);
    for (uint64_t r = 0; r < ROWS; r++) {
        labels[r] = (unsigned char)label(first + r);
        for (size_t p = 0; p < IMAGE; p++)
            pixels[r * IMAGE + p] = pixel(first + r, p);
    }
    snprintf(shape, sizeof shape, "%zu", rows);
    struct made images = idx_make(0x08, image_shape, pixels, there * IMAGE);
    struct made list = idx_make(0x08, shape, labels, rows);
    made_put_gzip(part[PART_IMAGES].name, &images);
    made_put(part[PART_LABELS].name, &list);
    made_release(&images);
    made_release(&list);
    free(pixels);
    free(labels);
}

static void put_both(void)
{
    put_pair(TRAIN, "50000,2,3", ROWS, ROWS);
    put_pair(TEST, "10,2,3", FEW, FEW);
}

static struct view view_both(void)
{
    struct view v = { 0 };
    struct error err = { 0 };

    assert_true(view_of_dataset(&v, &dataset, ".", 0, &err));
    assert_no_error(err);
    return v;
}

static void check_sample(const struct sample *s, size_t split, uint64_t row)
{
    uint64_t made = split == TRAIN ? row : 100 + row;

    assert_int_equal(s->split, split);
    assert_int_equal(s->row, row);
    assert_true(s->has_label);
    assert_int_equal(s->label, label(made));
    for (size_t p = 0; p < IMAGE; p++)
        assert_int_equal(s->image[p], pixel(made, p));
}

/* ---- picking ---- */

static void test_picking(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "0",           "49999",       "49999,0,25000",
        "3,1,2",       "21844-21847", /* over the end of a block */
        "43688-43692", "9,100-45000",
    };
    struct view v = view_both();

    put_both();
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct samples samples = { 0 };
        struct row_list list = { 0 };
        struct error err = { 0 };

        assert_true(row_list_parse(&list, lists[i], TRAIN, &err));
        if (!samples_read(&samples, &v, &list, &err))
            fail_msg("%s: %s", lists[i], err.text);
        assert_int_equal(samples.count, list.count);
        for (size_t j = 0; j < samples.count; j++) {
            check_sample(&samples.sample[j], TRAIN, list.place[j].row);
            assert_false(samples.sample[j].again);
        }
        assert_int_equal(samples.height, HEIGHT);
        assert_int_equal(samples.width, WIDTH);
        assert_int_equal(samples.split_rows[TRAIN], ROWS);
        assert_int_equal(samples.split_rows[TEST], 0);
        samples_release(&samples);
        assert_null(samples.images);
        samples_release(&samples);
        row_list_release(&list);
    }
    view_release(&v);
}

/* Of both splits, some more than once. */
static void test_several_splits(void **state)
{
    (void)state;
    static const struct {
        size_t split;
        uint64_t row;
        bool again;
    } places[] = {
        { TEST, 9, false },    { TRAIN, 7, false }, { TRAIN, 7, true },
        { TEST, 0, false },    { TEST, 7, false },  { TRAIN, 49999, false },
        { TRAIN, 109, false }, { TEST, 9, true },   { TRAIN, 7, true },
    };
    struct view v = view_both();
    struct samples samples = { 0 };
    struct row_list list = { 0 };
    struct error err = { 0 };

    put_both();
    for (size_t i = 0; i < COUNT_OF(places); i++)
        assert_true(row_list_add(
            &list, (struct row_place){ places[i].split, places[i].row, 0 },
            &err));
    assert_true(samples_read(&samples, &v, &list, &err));
    assert_int_equal(samples.count, COUNT_OF(places));
    for (size_t i = 0; i < samples.count; i++) {
        check_sample(&samples.sample[i], places[i].split, places[i].row);
        assert_int_equal(samples.sample[i].again, places[i].again);
    }
    assert_int_equal(samples.split_rows[TRAIN], ROWS);
    assert_int_equal(samples.split_rows[TEST], FEW);
    samples_release(&samples);
    row_list_release(&list);
    view_release(&v);
}

static void expect_refused(const struct row_list *list, enum fail code,
                           const char *part)
{
    struct view v = view_both();
    struct samples samples = { 0 };
    struct error err = { 0 };

    assert_false(samples_read(&samples, &v, list, &err));
    assert_error(err, code, part);
    samples_release(&samples);
    view_release(&v);
}

static void test_beyond(void **state)
{
    (void)state;
    struct row_place last = { TRAIN, 0, 0 }, beyond = { TEST, 10, 3 };
    struct row_list list = { 0 };
    struct error err = { 0 };

    put_both();
    assert_true(row_list_parse(&list, "100-90000", TRAIN, &err));
    expect_refused(&list, FAIL_USAGE,
                   "there is no row 50000 in 'train'; the rows are 0 to 49999");
    row_list_release(&list);
    assert_true(row_list_add(&list, last, &err) &&
                row_list_add(&list, beyond, &err));
    list.file = strdup("rows.tsv");
    expect_refused(&list, FAIL_USAGE,
                   "'rows.tsv', line 3: there is no row 10 in 'test'; the rows "
                   "are 0 to 9");
    put_pair(TEST, "0,2,3", 0, 0);
    expect_refused(&list, FAIL_USAGE,
                   "'rows.tsv', line 3: there are no rows to pick from in "
                   "'test'");
    row_list_release(&list);
}

/* No further than needed: damage is seen only before the last row. */
static void test_damage(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool ok;
    } cases[] = {
        { "5,21000", true },
        { "5,49999", false },
        { "30000", false },
    };
    struct view v = view_both();

    put_pair(TRAIN, "50000,2,3", ROWS, 30000);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct samples samples = { 0 };
        struct row_list list = { 0 };
        struct error err = { 0 };
        assert_true(row_list_parse(&list, cases[i].list, TRAIN, &err));
        assert_int_equal(samples_read(&samples, &v, &list, &err), cases[i].ok);
        if (!cases[i].ok)
            assert_error(err, FAIL_DATA, "'./images' ends early");
        samples_release(&samples);
        row_list_release(&list);
    }
    view_release(&v);
}

static void test_shapes(void **state)
{
    (void)state;
    struct row_list list = { 0 };
    struct error err = { 0 };

    assert_true(row_list_parse(&list, "1", TRAIN, &err) &&
                row_list_parse(&list, "1", TEST, &err));
    put_pair(TRAIN, "10,6", FEW, FEW);
    put_pair(TEST, "10,3,2", FEW, FEW);
    expect_refused(&list, FAIL_DATA,
                   "'./images' has 2 dimensions; pictures of one");
    put_pair(TRAIN, "10,2,3", FEW, FEW);
    expect_refused(&list, FAIL_DATA,
                   "pictures of 2x3 and of 3x2 cannot be shown together; "
                   "choose one by --split test");
    row_list_release(&list);
}

static void test_no_labels(void **state)
{
    (void)state;
    struct view v = { 0 };
    struct input in = { 0 };
    struct samples samples = { 0 };
    struct row_list list = { 0 };
    struct error err = { 0 };
    const struct sample_rule rule = { .per_class = true, .count = 1 };

    put_both();
    assert_true(input_add_files(&in, "mine", "few", NULL, NULL, &err));
    assert_true(view_of_input(&v, &in, NULL, 0, &err));
    assert_true(row_list_parse(&list, "2", 0, &err));
    assert_true(samples_read(&samples, &v, &list, &err));
    assert_false(samples.sample[0].has_label);
    assert_int_equal(samples.sample[0].image[0], pixel(102, 0));
    assert_false(samples_choose(&list, &v, &rule, &err));
    assert_error(err, FAIL_USAGE, "mine, train has no labels, so no classes");
    samples_release(&samples);
    row_list_release(&list);
    view_release(&v);
}

static int interrupted(void *unused)
{
    struct view v = { 0 };
    struct samples samples = { 0 };
    struct row_list list = { 0 };
    struct error err = { 0 };

    (void)unused;
    interrupt_install();
    if (!view_of_dataset(&v, &dataset, ".", 0, &err) ||
        !row_list_parse(&list, "3", TRAIN, &err))
        return 1;
    raise(SIGINT);
    bool ok = samples_read(&samples, &v, &list, &err);
    samples_release(&samples);
    row_list_release(&list);
    view_release(&v);
    return ok || err.code != FAIL_INTERRUPTED ? 2 : 0;
}

static void test_interrupted(void **state)
{
    (void)state;
    put_both();
    assert_int_equal(child_run(interrupted, NULL), 0);
}

/* ---- choosing ---- */

static struct row_list choose(const struct sample_rule *rule)
{
    struct view v = view_both();
    struct row_list list = { 0 };
    struct error err = { 0 };

    assert_true(samples_choose(&list, &v, rule, &err));
    assert_no_error(err);
    view_release(&v);
    return list;
}

static void expect_rows(const struct sample_rule *rule, const uint64_t *row,
                        size_t count)
{
    struct row_list list = choose(rule);

    assert_int_equal(list.count, count);
    for (size_t i = 0; i < count; i++) {
        if (list.place[i].row != row[i])
            fail_msg("at %zu: row %zu, not %zu", i, (size_t)list.place[i].row,
                     (size_t)row[i]);
        assert_int_equal(list.place[i].split, rule->split);
        assert_int_equal(list.place[i].line, 0);
    }
    row_list_release(&list);
}

static void test_first(void **state)
{
    (void)state;
    static const uint64_t row[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    static const uint64_t of_class[] = { 2, 9 }; /* 102, 109: labels 4 */
    const uint64_t each[] = { 5, 6, 0, 7, 1, 8, 2, 9, 3, 4 };

    put_both();
    expect_rows(&(struct sample_rule){ .split = TRAIN, .count = 3 }, row, 3);
    expect_rows(&(struct sample_rule){ .split = TEST, .count = 3 }, row, 3);
    expect_rows(&(struct sample_rule){ .split = TEST, .count = UINT64_MAX },
                row, FEW);
    expect_rows(
        &(struct sample_rule){
            .split = TEST, .of_class = true, .label = 4, .count = 5 },
        of_class, 2);
    expect_rows(
        &(struct sample_rule){
            .split = TEST, .of_class = true, .label = 7, .count = 5 },
        NULL, 0);
    expect_rows(
        &(struct sample_rule){ .split = TEST, .per_class = true, .count = 100 },
        each, FEW);

    struct row_list list = choose(
        &(struct sample_rule){ .of_class = true, .label = 5, .count = 10000 });
    assert_int_equal(list.count, 7143);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(list.place[i].row, 7 * i + 5);
    row_list_release(&list);
    /* The label that is no class belongs to none: row 40000 is left out. */
    list = choose(
        &(struct sample_rule){ .of_class = true, .label = 2, .count = 10000 });
    assert_int_equal(list.count, 7142);
    assert_int_equal(list.place[5713].row, 39993);
    assert_int_equal(list.place[5714].row, 40007);
    row_list_release(&list);
}

/* By a second implementation of the permutation, in Python, on the Philox of
 * numpy: permutation_at(0), (1), (2) of purpose 4, and of 4 + 256 (label + 1)
 * over the rows of a class. */
static void test_random(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed, any[3], each[7][3];
    } cases[] = {
        { 0,
          { 15535, 31926, 26970 },
          { { 40481, 41482, 20020 },
            { 33104, 11530, 35288 },
            { 28184, 23291, 13596 },
            { 542, 25945, 34730 },
            { 11, 3343, 34934 },
            { 41382, 21026, 3232 },
            { 11241, 34551, 10884 } } },
        { 7,
          { 46916, 17732, 21464 },
          { { 4466, 15169, 32669 },
            { 6056, 38067, 5650 },
            { 11811, 48631, 21562 },
            { 29200, 983, 38062 },
            { 37349, 13248, 47982 },
            { 20375, 8307, 44973 },
            { 12340, 9603, 18136 } } },
    };

    put_both();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sample_rule rule = { .count = 3,
                                    .random = true,
                                    .seed = cases[i].seed };
        expect_rows(&rule, cases[i].any, 3);
        rule.per_class = true;
        expect_rows(&rule, cases[i].each[0], 21);
        rule.per_class = false;
        rule.of_class = true;
        for (rule.label = 0; rule.label < 7; rule.label++)
            expect_rows(&rule, cases[i].each[rule.label], 3);
    }
}

/* Each row once, whether all are wanted or all of each class. */
static void test_random_each_once(void **state)
{
    (void)state;
    put_both();
    for (int per_class = 0; per_class < 2; per_class++) {
        struct row_list list = choose(&(struct sample_rule){
            .per_class = per_class, .count = ROWS, .random = true, .seed = 3 });
        bool *seen = calloc(ROWS, sizeof *seen);
        size_t in_place = 0;

        assert_non_null(seen);
        assert_int_equal(list.count, per_class ? ROWS - 1 : ROWS);
        for (size_t i = 0; i < list.count; i++) {
            uint64_t row = list.place[i].row;
            assert_true(row < ROWS && !seen[row]);
            seen[row] = true;
            in_place += row == i;
            if (per_class && i > 0)
                assert_true(label(list.place[i - 1].row) <= label(row));
        }
        assert_true(in_place < 20);
        if (per_class)
            assert_false(seen[40000]);
        free(seen);
        row_list_release(&list);
    }
}

/* Labels that break off are seen, and files that are missing. */
static void test_choice_refused(void **state)
{
    (void)state;
    struct sample_rule rule = { .per_class = true, .count = 1 };
    struct view v = view_both();
    struct row_list list = { 0 };
    struct error err = { 0 };
    struct made few = idx_make(0x08, "50000", "123", 3);

    assert_false(samples_choose(&list, &v, &rule, &err));
    assert_error(err, FAIL_SYSTEM, "'./images' is missing");
    put_both();
    made_put("labels", &few);
    made_release(&few);
    err = (struct error){ 0 };
    assert_false(samples_choose(&list, &v, &rule, &err));
    assert_error(err, FAIL_DATA, "'./labels' ends early");
    row_list_release(&list);
    view_release(&v);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_picking),        IN_TEMP_DIR(test_several_splits),
        IN_TEMP_DIR(test_beyond),         IN_TEMP_DIR(test_damage),
        IN_TEMP_DIR(test_shapes),         IN_TEMP_DIR(test_no_labels),
        IN_TEMP_DIR(test_interrupted),    IN_TEMP_DIR(test_first),
        IN_TEMP_DIR(test_random),         IN_TEMP_DIR(test_random_each_once),
        IN_TEMP_DIR(test_choice_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
