/* SPDX-License-Identifier: MIT */
/* Figures of small files, against what two plain loops over them say. */
#include "pipeline/survey.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

/* ---- files ---- */

struct set {
    const char *name; /* of the split and of its files */
    size_t rows, height, width;
    const unsigned char *images;
    const unsigned char *labels; /* NULL: none */
};

/* <name>-images and <name>-labels. */
static void put_set(const struct set *s)
{
    char path[64], shape[64];

    snprintf(shape, sizeof shape, "%zu,%zu,%zu", s->rows, s->height, s->width);
    struct made file =
        idx_make(8, shape, s->images, s->rows * s->height * s->width);
    snprintf(path, sizeof path, "%s-images", s->name);
    made_put_gzip(path, &file);
    made_release(&file);
    if (!s->labels)
        return;
    snprintf(shape, sizeof shape, "%zu", s->rows);
    file = idx_make(8, shape, s->labels, s->rows);
    snprintf(path, sizeof path, "%s-labels", s->name);
    made_put(path, &file);
    made_release(&file);
}

static bool open_sets(struct view *v, const struct set *sets, size_t count,
                      struct error *err)
{
    struct input in = { 0 };
    bool ok = true;

    for (size_t i = 0; ok && i < count; i++) {
        char images[64], labels[64];
        put_set(&sets[i]);
        snprintf(images, sizeof images, "%s-images", sets[i].name);
        snprintf(labels, sizeof labels, "%s-labels", sets[i].name);
        ok = input_add_files(&in, "own", images, sets[i].labels ? labels : NULL,
                             sets[i].name, err);
    }
    ok = ok && view_of_input(v, &in, NULL, 0, err);
    input_release(&in);
    return ok;
}

/* ---- the same by hand ---- */

static void check_real(const char *what, double got, double want)
{
    if (!(fabs(got - want) <= 4e-16))
        fail_msg("%s: %.17g, expected %.17g", what, got, want);
}

/* Of the rows of one class, or of all (-1). */
static void check_figures(const struct survey_figures *f, const struct set *s,
                          int class)
{
    size_t pixels = s->height * s->width, rows = 0;
    uint64_t histogram[256] = { 0 };
    double *mean = calloc(pixels, sizeof *mean), sum = 0, spread = 0;

    assert_non_null(mean);
    for (size_t i = 0; i < s->rows; i++) {
        if (class >= 0 && s->labels[i] != class)
            continue;
        rows++;
        for (size_t p = 0; p < pixels; p++) {
            histogram[s->images[i * pixels + p]]++;
            mean[p] += s->images[i * pixels + p];
            sum += s->images[i * pixels + p];
        }
    }
    assert_int_equal(f->count, rows);
    check_real("share", f->share, s->rows ? (double)rows / (double)s->rows : 0);
    assert_memory_equal(f->histogram, histogram, sizeof histogram);
    assert_true((f->mean != NULL) == (rows > 0));
    assert_int_equal(f->pixels.count, rows * pixels);
    assert_int_equal(f->pixels.sum, (uint64_t)sum);
    if (rows > 0) {
        double n = (double)rows, all = n * (double)pixels;
        for (unsigned x = 0; x < 256; x++)
            spread += (double)histogram[x] * (x - sum / all) * (x - sum / all);
        check_real("mean", f->pixels.mean, sum / all / 255);
        check_real("std", f->pixels.std, sqrt(spread / all) / 255);
        for (size_t p = 0; p < pixels; p++)
            check_real("mean picture", f->mean[p], mean[p] / n / 255);
    }
    free(mean);
}

static void check_positions(const struct survey_split *got, const struct set *s)
{
    size_t pixels = s->height * s->width;
    uint64_t constant = 0, blank = 0;

    for (size_t p = 0; p < pixels; p++) {
        long double sum = 0, spread = 0, n = s->rows;
        for (size_t i = 0; i < s->rows; i++)
            sum += s->images[i * pixels + p];
        for (size_t i = 0; i < s->rows; i++) {
            long double off = s->images[i * pixels + p] - sum / n;
            spread += off * off;
        }
        constant += spread == 0;
        blank += sum == 0;
        check_real("deviation", got->all.std[p],
                   sqrt((double)(spread / n)) / 255);
    }
    assert_int_equal(got->constant, constant);
    assert_int_equal(got->blank, blank);
}

static void check_split(const struct survey *survey, size_t split,
                        const struct set *s)
{
    const struct survey_split *got = &survey->split[split];

    assert_string_equal(got->name, s->name);
    assert_int_equal(got->height, s->height);
    assert_int_equal(got->width, s->width);
    assert_int_equal(got->has_labels, s->labels != NULL);
    check_figures(&got->all, s, -1);
    check_positions(got, s);
    assert_true((got->classes != NULL) == (s->labels != NULL));
    for (size_t c = 0; s->labels && c < survey->class_count; c++) {
        check_figures(&got->classes[c], s, (int)c);
        assert_null(got->classes[c].std);
    }
}

/* ---- tests ---- */

/* More rows than a block has; a class that only one split has; pixels that are
 * constant, of which one is blank; a split without labels. */
static void test_figures(void **state)
{
    (void)state;
    enum { ROWS = 4000, HEIGHT = 7, WIDTH = 5, PIXELS = HEIGHT * WIDTH };
    static unsigned char images[ROWS * PIXELS], labels[ROWS];
    const struct set sets[] = {
        { "train", ROWS, HEIGHT, WIDTH, images, labels },
        { "test", 9, WIDTH, HEIGHT, images + PIXELS, labels + 1 },
        { "more", 1, 1, PIXELS, images, NULL },
    };
    struct view view = { 0 };
    struct survey s = { 0 };
    struct error err = { 0 };

    fill_noise(images, sizeof images, 5);
    for (size_t i = 0; i < ROWS; i++) {
        labels[i] = (unsigned char)(i == 0 ? 7 : i % 4);
        images[i * PIXELS + 3] = 0;
        images[i * PIXELS + 4] = 200;
        if (i != 77)
            images[i * PIXELS + 5] = 0;
    }
    assert_true(open_sets(&view, sets, COUNT_OF(sets), &err));
    assert_true(survey_run(&s, &view, NULL, &err));
    assert_no_error(err);
    assert_int_equal(s.class_count, 8);
    assert_int_equal(s.split_count, 3);
    assert_false(s.audited);
    for (size_t i = 0; i < COUNT_OF(sets); i++)
        check_split(&s, i, &sets[i]);
    assert_int_equal(s.split[0].constant, 2);
    assert_int_equal(s.split[0].blank, 1);
    assert_int_equal(s.split[1].classes[7].count, 0);
    survey_release(&s);
    survey_release(&s);

    /* One split of them. */
    assert_true(view_choose(&view, "test", &err));
    assert_true(survey_run(&s, &view, NULL, &err));
    assert_int_equal(s.split_count, 1);
    check_split(&s, 0, &sets[1]);
    survey_release(&s);
    view_release(&view);
}

static void test_smallest(void **state)
{
    (void)state;
    static const unsigned char pixel = 51, label = 0;
    const struct set set = { "train", 1, 1, 1, &pixel, &label };
    struct view view = { 0 };
    struct survey s = { 0 };
    struct error err = { 0 };

    assert_true(open_sets(&view, &set, 1, &err));
    assert_true(survey_run(&s, &view, NULL, &err));
    check_split(&s, 0, &set);
    assert_true(s.split[0].all.pixels.mean == 0.2);
    assert_int_equal(s.split[0].constant, 1);
    assert_int_equal(s.split[0].blank, 0);
    survey_release(&s);
    view_release(&view);
}

static void test_no_rows(void **state)
{
    (void)state;
    static const unsigned char pixels[6] = { 1, 2, 3, 4, 5, 6 };
    static const unsigned char labels[1] = { 1 };
    const struct set sets[] = { { "train", 1, 2, 3, pixels, labels },
                                { "test", 0, 2, 3, pixels, labels } };
    static const struct pixel_stats none;
    struct view view = { 0 };
    struct survey s = { 0 };
    struct error err = { 0 };

    assert_true(open_sets(&view, sets, 2, &err));
    assert_true(survey_run(&s, &view, NULL, &err));
    assert_no_error(err);
    check_split(&s, 0, &sets[0]);
    const struct survey_split *empty = &s.split[1];
    assert_int_equal(empty->height, 2);
    assert_int_equal(empty->width, 3);
    assert_int_equal(empty->constant, 0);
    assert_int_equal(empty->blank, 0);
    check_figures(&empty->all, &sets[1], -1);
    assert_memory_equal(&empty->all.pixels, &none, sizeof none);
    assert_null(empty->all.std);
    for (int c = 0; c < 2; c++)
        check_figures(&empty->classes[c], &sets[1], c);
    survey_release(&s);
    view_release(&view);
}

/* A dataset of three classes, and a label 3 in row 1. */
static void test_label_that_is_no_class(void **state)
{
    (void)state;
    static const char *names[] = { "a", "b", "c" };
    static const struct catalogue_dataset dataset = {
        .name = "three",
        .classes = names,
        .class_count = 3,
        .split = { { .name = "train",
                     .part = { { .name = "train-images" },
                               { .name = "train-labels" } } } },
        .split_count = 1,
    };
    static const unsigned char pixels[] = { 10, 20, 30, 40 };
    static const unsigned char labels[] = { 2, 3, 0, 2 };
    const struct set set = { "train", 4, 1, 1, pixels, labels };
    const struct audit_rules rules = { 0 };
    struct view view = { 0 };
    struct survey s = { 0 };
    struct error err = { 0 };

    put_set(&set);
    assert_true(view_of_dataset(&view, &dataset, ".", 0, &err));
    assert_false(survey_run(&s, &view, NULL, &err));
    assert_error(err, FAIL_DATA, "row 1 has label 3");
    assert_non_null(strstr(err.text, "train-labels"));
    survey_release(&s);

    err = (struct error){ 0 };
    assert_true(survey_run(&s, &view, &rules, &err));
    assert_no_error(err);
    assert_true(s.audited);
    assert_int_equal(s.audit.rows_of_kind[FINDING_LABEL_RANGE], 1);
    check_figures(&s.split[0].all, &set, -1);
    for (int c = 0; c < 3; c++)
        check_figures(&s.split[0].classes[c], &set, c);
    survey_release(&s);
    view_release(&view);
}

/* The second split is cut off. */
static void test_damaged(void **state)
{
    (void)state;
    static const unsigned char pixels[400] = { 1 }, labels[4] = { 0 };
    const struct set sets[] = { { "train", 4, 10, 10, pixels, labels },
                                { "test", 4, 10, 10, pixels, labels } };
    const struct audit_rules rules = { 0 };
    struct view view = { 0 };
    struct survey s = { 0 };
    struct error err = { 0 };

    assert_true(open_sets(&view, sets, 2, &err));
    struct made file = idx_make(8, "4,10,10", pixels, 399);
    made_put("test-images", &file);
    made_release(&file);
    assert_false(survey_run(&s, &view, &rules, &err));
    assert_error(err, FAIL_DATA, "test-images");
    assert_false(s.audited);
    survey_release(&s);
    view_release(&view);
}

/* In a child, as the signal is noted for good. */
static int interrupted(void *unused)
{
    (void)unused;
    static const unsigned char pixel = 1, label = 0;
    const struct set set = { "train", 1, 1, 1, &pixel, &label };
    struct view view = { 0 };
    struct survey s = { 0 };
    struct error err = { 0 };

    interrupt_install();
    bool opened = open_sets(&view, &set, 1, &err);
    raise(SIGTERM);
    bool ok = survey_run(&s, &view, NULL, &err);
    survey_release(&s);
    view_release(&view);
    return opened && !ok && err.code == FAIL_INTERRUPTED ? 0 : 1;
}

static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(child_run(interrupted, NULL), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_figures), IN_TEMP_DIR(test_smallest),
        IN_TEMP_DIR(test_no_rows), IN_TEMP_DIR(test_label_that_is_no_class),
        IN_TEMP_DIR(test_damaged), IN_TEMP_DIR(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
