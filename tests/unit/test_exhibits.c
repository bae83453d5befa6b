/* SPDX-License-Identifier: MIT */
/* Which pictures a report shows, and that they are those of their rows. */
#include "pipeline/exhibits.h"

#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"
#include "pipeline/view.h"

enum { HEIGHT = 2, WIDTH = 3, PIXELS = HEIGHT * WIDTH };

/* A row's picture tells its split and row. */
static void paint(unsigned char image[PIXELS], unsigned split, unsigned row)
{
    image[0] = (unsigned char)split;
    image[1] = (unsigned char)(row & 255);
    image[2] = (unsigned char)(row >> 8);
    for (unsigned p = 3; p < PIXELS; p++)
        image[p] = (unsigned char)(row * 7 + p);
}

static void put_split(const char *name, unsigned split, unsigned rows,
                      const unsigned char *labels)
{
    unsigned char images[PIXELS * 2000];
    char shape[32], path[64];

    assert_true(rows <= 2000);
    for (unsigned i = 0; i < rows; i++)
        paint(images + (size_t)i * PIXELS, split, i);
    snprintf(shape, sizeof shape, "%u,%d,%d", rows, HEIGHT, WIDTH);
    snprintf(path, sizeof path, "%s-images", name);
    struct made made = idx_make(8, shape, images, (size_t)rows * PIXELS);
    made_put(path, &made);
    made_release(&made);
    if (!labels)
        return;
    snprintf(shape, sizeof shape, "%u", rows);
    snprintf(path, sizeof path, "%s-labels", name);
    made = idx_make(8, shape, labels, rows);
    made_put(path, &made);
    made_release(&made);
}

/* A view of the splits put above, and a survey that knows of it what exhibits
 * want to know. */
struct exhibition {
    struct view view;
    struct survey survey;
    struct exhibits exhibits;
    struct finding finding[8];
    struct audit_row row[64];
};

static void add_split(struct input *in, const char *name, bool labels)
{
    char path[2][64];
    struct error err = { 0 };

    snprintf(path[0], sizeof path[0], "%s-images", name);
    snprintf(path[1], sizeof path[1], "%s-labels", name);
    assert_true(input_add_files(in, "made", path[0], labels ? path[1] : NULL,
                                name, &err));
}

static void open_view(struct exhibition *x, const char *first,
                      const char *second, bool labels)
{
    struct error err = { 0 };
    struct input in = { 0 };

    *x = (struct exhibition){ 0 };
    add_split(&in, first, labels);
    if (second)
        add_split(&in, second, labels);
    assert_true(view_of_input(&x->view, &in, NULL, 0, &err));
    assert_no_error(err);
    x->survey.view = &x->view;
    x->survey.class_count = x->view.class_count;
    x->survey.audit.finding = x->finding;
    x->survey.audit.row = x->row;
    for (size_t i = 0; i < x->view.split_count; i++)
        x->survey.split[x->survey.split_count++] =
            (struct survey_split){ .name = x->view.split_name[i],
                                   .height = HEIGHT,
                                   .width = WIDTH,
                                   .has_labels = labels };
}

static void close_view(struct exhibition *x)
{
    exhibits_release(&x->exhibits);
    exhibits_release(&x->exhibits);
    view_release(&x->view);
}

static void add_row(struct exhibition *x, size_t split, uint64_t row,
                    int64_t label)
{
    struct audit *a = &x->survey.audit;

    a->row[a->row_count++] =
        (struct audit_row){ .split = split, .row = row, .label = label };
    a->finding[a->count - 1].row_count++;
}

static void add_finding(struct exhibition *x, enum finding_kind kind)
{
    struct audit *a = &x->survey.audit;

    x->survey.audited = true;
    a->finding[a->count++] =
        (struct finding){ .kind = kind, .first_row = a->row_count };
}

static void assert_shows(const struct exhibit *e, size_t split, uint64_t row,
                         int64_t label)
{
    unsigned char want[PIXELS];

    paint(want, (unsigned)split, (unsigned)row);
    assert_int_equal(e->split, split);
    assert_int_equal(e->row, row);
    assert_int_equal(e->label, label);
    assert_int_equal(e->height, HEIGHT);
    assert_int_equal(e->width, WIDTH);
    assert_memory_equal(e->pixels, want, PIXELS);
}

/* Classes of 1, 30 and 0 rows, and one whose first row is the last of all. */
static void test_samples(void **state)
{
    (void)state;
    unsigned char labels[2000] = { 0 };
    struct exhibition x;
    struct error err = { 0 };

    memset(labels, 1, sizeof labels);
    labels[7] = 0;
    labels[1999] = 3;
    put_split("test", 0, 3, labels);
    put_split("train", 1, 2000, labels);
    open_view(&x, "test", "train", true);
    assert_true(exhibits_take(&x.exhibits, &x.survey, &err));
    const struct exhibits *e = &x.exhibits;
    assert_int_equal(e->split, 1);
    assert_int_equal(e->per_class, 24);
    assert_int_equal(e->classes_shown, 4);
    assert_int_equal(e->sample_count, 26);
    assert_shows(&e->sample[0], 1, 7, 0);
    for (uint64_t i = 0; i < 24; i++)
        assert_shows(&e->sample[1 + i], 1, i < 7 ? i : i + 1, 1);
    assert_shows(&e->sample[25], 1, 1999, 3);
    close_view(&x);
}

/* No train: the first one. No labels: no classes. */
static void test_samples_without_labels(void **state)
{
    (void)state;
    struct exhibition x;
    struct error err = { 0 };

    put_split("dev", 0, 40, NULL);
    put_split("eval", 1, 40, NULL);
    open_view(&x, "dev", "eval", false);
    assert_true(exhibits_take(&x.exhibits, &x.survey, &err));
    assert_int_equal(x.exhibits.classes_shown, 1);
    assert_int_equal(x.exhibits.sample_count, 24);
    for (uint64_t i = 0; i < 24; i++)
        assert_shows(&x.exhibits.sample[i], 0, i, -1);
    close_view(&x);
}

/* Only what was surveyed is read. */
static void test_chosen_split(void **state)
{
    (void)state;
    static const unsigned char labels[5] = { 0 };
    struct exhibition x;
    struct error err = { 0 };

    put_split("train", 0, 5, labels);
    put_split("test", 1, 5, labels);
    open_view(&x, "train", "test", true);
    x.survey.split[0] = x.survey.split[1];
    x.survey.split_count = 1;
    assert_true(exhibits_take(&x.exhibits, &x.survey, &err));
    assert_int_equal(x.exhibits.split, 1);
    assert_shows(&x.exhibits.sample[0], 1, 0, 0);
    close_view(&x);
}

/* Rows of several findings and splits, one of them twice; at most 24 of a
 * kind, in their order. */
static void test_findings(void **state)
{
    (void)state;
    static const unsigned char labels[300] = { 0 };
    struct exhibition x;
    struct error err = { 0 };

    put_split("train", 0, 300, labels);
    put_split("test", 1, 300, labels);
    open_view(&x, "train", "test", true);
    add_finding(&x, FINDING_DUPLICATE_ACROSS);
    add_row(&x, 0, 299, 0);
    add_row(&x, 1, 299, 0);
    x.row[1].source_row = 4711;
    add_finding(&x, FINDING_BLANK);
    for (uint64_t i = 0; i < 20; i++)
        add_row(&x, 0, 200 + i, 0);
    add_finding(&x, FINDING_BLANK);
    for (uint64_t i = 0; i < 20; i++)
        add_row(&x, 1, 10 + i, 0);
    add_finding(&x, FINDING_EMPTY_CLASS);
    add_finding(&x, FINDING_LABEL_ERROR);
    add_row(&x, 1, 10, 0);
    add_row(&x, 1, 10, 0);
    assert_true(exhibits_take(&x.exhibits, &x.survey, &err));
    const struct exhibits *e = &x.exhibits;
    assert_int_equal(e->found_count[FINDING_DUPLICATE_ACROSS], 2);
    assert_shows(&e->found[FINDING_DUPLICATE_ACROSS][0], 0, 299, 0);
    assert_shows(&e->found[FINDING_DUPLICATE_ACROSS][1], 1, 299, 0);
    assert_int_equal(e->found[FINDING_DUPLICATE_ACROSS][1].source_row, 4711);
    assert_int_equal(e->found_count[FINDING_BLANK], 24);
    for (uint64_t i = 0; i < 24; i++)
        assert_shows(&e->found[FINDING_BLANK][i], i < 20 ? 0 : 1,
                     i < 20 ? 200 + i : i - 10, 0);
    assert_int_equal(e->found_count[FINDING_EMPTY_CLASS], 0);
    assert_int_equal(e->found_count[FINDING_LABEL_ERROR], 2);
    assert_shows(&e->found[FINDING_LABEL_ERROR][1], 1, 10, 0);
    assert_int_equal(e->found_count[FINDING_DUPLICATE], 0);
    close_view(&x);
}

/* Fewer of each class, so that all together stay below a limit. */
static void test_large_pictures(void **state)
{
    (void)state;
    static const unsigned char labels[] = { 0, 1, 1 };
    struct exhibition x;
    struct error err = { 0 };

    put_split("train", 0, 3, labels);
    open_view(&x, "train", NULL, true);
    /* Two classes of 16 MB: what the survey says is believed. */
    x.survey.split[0].height = x.survey.split[0].width = 4096;
    assert_true(exhibits_take(&x.exhibits, &x.survey, &err));
    assert_int_equal(x.exhibits.per_class, 1);
    assert_int_equal(x.exhibits.sample_count, 2);
    assert_shows(&x.exhibits.sample[1], 0, 1, 1);
    close_view(&x);
}

/* A file that went away since the survey, or has become shorter. */
static void test_damage(void **state)
{
    (void)state;
    static const unsigned char labels[3] = { 0 };
    struct exhibition x;
    struct error err = { 0 };

    put_split("train", 0, 3, labels);
    open_view(&x, "train", NULL, true);
    file_make("train-images", "\0\0\10\3\0\0\0\3\0\0\0\2\0\0\0\3abcdefghij",
              26);
    assert_false(exhibits_take(&x.exhibits, &x.survey, &err));
    assert_error(err, FAIL_DATA, "train-images");
    err = (struct error){ 0 };
    assert_int_equal(remove("train-images"), 0);
    assert_false(exhibits_take(&x.exhibits, &x.survey, &err));
    assert_error(err, FAIL_SYSTEM, "train-images");
    assert_null(x.exhibits.sample);
    close_view(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_samples),
        IN_TEMP_DIR(test_samples_without_labels),
        IN_TEMP_DIR(test_chosen_split),
        IN_TEMP_DIR(test_findings),
        IN_TEMP_DIR(test_large_pictures),
        IN_TEMP_DIR(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
