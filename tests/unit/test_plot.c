/* SPDX-License-Identifier: MIT */
/* Plots of surveys: every figure stands there as text or as a grey, whatever
 * the splits hold; the panels asked for, in their order; all of it larger. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "draw/font.h"
#include "drawn.h"
#include "helpers.h"
#include "show/plot.h"

enum { CLASSES_MOST = 256, PIXELS_MOST = 300 * 300, FONT = 1, HEADING = 2 };

/* A survey and all that it points to. The figures are made up, and differ from
 * each other; nothing here adds up, and a plot need not care. */
struct made_survey {
    struct view view;
    struct survey survey;
    const char *class_name[CLASSES_MOST];
    char text[CLASSES_MOST][64];
    struct survey_figures classes[VIEW_SPLITS_MAX][CLASSES_MOST];
    uint64_t histogram[256];
    double mean[CLASSES_MOST + PIXELS_MOST], std[PIXELS_MOST];
};

static struct made_survey *make_survey(size_t classes, size_t height,
                                       size_t width)
{
    struct made_survey *m = test_calloc(1, sizeof *m);

    m->view.name = "made";
    m->view.class_name = m->class_name;
    m->view.class_count = classes;
    m->survey.view = &m->view;
    m->survey.class_count = classes;
    for (size_t i = 0; i < classes; i++) {
        snprintf(m->text[i], sizeof m->text[i], "class-%zu", i);
        m->class_name[i] = m->text[i];
    }
    for (size_t i = 0; i < 256; i++)
        m->histogram[i] = i == 0 ? 12345 : i;
    for (size_t i = 0; i < COUNT_OF(m->mean); i++)
        m->mean[i] = (double)(i * 37 % 256) / 255;
    for (size_t i = 0; i < PIXELS_MOST; i++)
        m->std[i] = (double)(i % 100) / 200;
    m->std[height * width - 1] = 0.4982;
    for (size_t i = 0; i < VIEW_SPLITS_MAX; i++)
        m->survey.split[i] =
            (struct survey_split){ .height = height, .width = width };
    return m;
}

static struct survey_split *add_split(struct made_survey *m, const char *name,
                                      uint64_t count, bool labels)
{
    size_t at = m->survey.split_count++;
    struct survey_split *s = &m->survey.split[at];

    s->name = name;
    s->has_labels = labels;
    s->all = (struct survey_figures){
        .count = count,
        .share = count > 0,
        .histogram = m->histogram,
        .mean = count > 0 ? m->mean : NULL,
        .std = count > 0 ? m->std : NULL,
    };
    if (count > 0)
        s->all.pixels = (struct pixel_stats){ .count = 1000,
                                              .zeros = 809,
                                              .min = 3,
                                              .max = 251,
                                              .mean = 0.13066,
                                              .std = 0.30811 };
    if (!labels)
        return s;
    s->classes = m->classes[at];
    for (size_t i = 0; i < m->survey.class_count; i++)
        s->classes[i] = (struct survey_figures){
            .count = count > 0 ? 1000 * (at + 1) + i : 0,
            .share = count > 0 ? (double)(i % 9 + 1) / 20 : 0,
            .mean = count > 0 ? m->mean + i : NULL,
        };
    return s;
}

static struct canvas plot(const struct made_survey *m, const char *panels,
                          unsigned zoom)
{
    struct canvas c = { 0 };
    struct error err = { 0 };

    assert_true(plot_draw(&c, &m->survey, panels, zoom, &err));
    assert_no_error(err);
    /* Nothing is cut: the margin is free. */
    for (size_t y = 0; y < c.height; y++)
        for (size_t x = 0; x < c.width; x++)
            if ((x < 20 || y < 20 || x + 20 >= c.width || y + 20 >= c.height) &&
                canvas_at(&c, x, y) != CANVAS_WHITE)
                fail_msg("painted %zu, %zu of %zu x %zu", x, y, c.width,
                         c.height);
    return c;
}

#define assert_text(c, scale, text)             \
    do {                                        \
        if (!canvas_has_text(c, scale, text))   \
            fail_msg("there is no '%s'", text); \
    } while (0)

static void test_figures_are_written(void **state)
{
    struct made_survey *m = make_survey(3, 4, 5);
    static const char *const texts[] = {
        "train: 60000 images",
        "test: 10000 images",
        "class-0",
        "class-2",
        "1000",
        "1002",
        "2000",
        "2002",
        "train: min 3, max 251, mean 0.1307 and deviation 0.3081 of x/255, "
        "80.9% zeros",
        "test: min 3, max 251, mean 0.1307 and deviation 0.3081 of x/255, "
        "80.9% zeros",
        "10k",
        "100k",
        "255",
        "at most 0.4982, at y 3, x 4",
        "0.4982",
        /* the longest bar is 15% of its split */
        "15%",
        "0%",
    };

    (void)state;
    add_split(m, "train", 60000, true);
    add_split(m, "test", 10000, true);
    struct canvas c = plot(m, NULL, 1);
    assert_text(&c, HEADING, "made: train 60000, test 10000");
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_text(&c, FONT, texts[i]);
    assert_false(canvas_has_text(&c, FONT, "1003"));
    canvas_release(&c);
    test_free(m);
}

/* One split: bars of counts, and no legend. */
static void test_single_split(void **state)
{
    struct made_survey *m = make_survey(3, 4, 5);

    (void)state;
    add_split(m, "test", 10000, true);
    struct canvas c = plot(m, "labels", 1);
    assert_text(&c, HEADING, "made: test 10000");
    assert_text(&c, FONT, "images");
    assert_text(&c, FONT, "1200"); /* of the axis, in steps of 200 */
    assert_false(canvas_has_text(&c, FONT, "test: 10000 images"));
    canvas_release(&c);
    test_free(m);
}

/* Where the heading of a panel is; 0 when it is not there. */
static size_t heading_at(const struct canvas *c, const char *heading)
{
    size_t y = 0;

    return canvas_find_text(c, HEADING, heading, NULL, &y) ? y : 0;
}

static void test_panels_and_their_order(void **state)
{
    static const char *const headings[] = { "Images per class",
                                            "Pixels per grey level",
                                            "Mean image of each class",
                                            "Deviation of each pixel" };
    static const struct {
        const char *panels;
        const char *order; /* positions of headings, as they follow */
    } cases[] = {
        { NULL, "0123" },
        { "labels,levels,means,deviation", "0123" },
        { "deviation,means,levels,labels", "3210" },
        { "means,labels", "20" },
        { "levels", "1" },
    };
    struct made_survey *m = make_survey(3, 4, 5);

    (void)state;
    add_split(m, "train", 60000, true);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct canvas c = plot(m, cases[i].panels, 1);
        size_t above = 0, found = 0;
        for (const char *p = cases[i].order; *p != '\0'; p++) {
            size_t y = heading_at(&c, headings[*p - '0']);
            assert_true(y > above);
            above = y;
        }
        for (size_t k = 0; k < COUNT_OF(headings); k++)
            found += heading_at(&c, headings[k]) > 0;
        assert_int_equal(found, strlen(cases[i].order));
        canvas_release(&c);
    }
    test_free(m);
}

static void test_zoom(void **state)
{
    struct made_survey *m = make_survey(10, 28, 28);

    (void)state;
    add_split(m, "train", 60000, true);
    struct canvas one = plot(m, NULL, 1);
    for (unsigned zoom = 2; zoom <= 4; zoom++) {
        struct canvas c = plot(m, NULL, zoom);
        assert_int_equal(c.width, zoom * one.width);
        assert_int_equal(c.height, zoom * one.height);
        for (size_t y = 0; y < c.height; y++)
            for (size_t x = 0; x < c.width; x++)
                if (canvas_at(&c, x, y) != canvas_at(&one, x / zoom, y / zoom))
                    fail_msg("zoom %u: %zu, %zu differs", zoom, x, y);
        canvas_release(&c);
    }
    canvas_release(&one);
    test_free(m);
}

static void test_same_again(void **state)
{
    struct made_survey *m = make_survey(10, 28, 28);

    (void)state;
    add_split(m, "train", 60000, true);
    struct canvas a = plot(m, NULL, 1), b = plot(m, NULL, 1);
    assert_int_equal(a.height, b.height);
    assert_memory_equal(a.pixels, b.pixels, a.width * a.height);
    canvas_release(&a);
    canvas_release(&b);
    test_free(m);
}

/* Each tile is 84 wide, its name centred 5 pixels below it. */
static void test_mean_images(void **state)
{
    struct made_survey *m = make_survey(13, 14, 28);

    (void)state;
    struct survey_split *split = add_split(m, "train", 60000, true);
    split->classes[11].mean = NULL;
    split->classes[11].count = 0;
    struct canvas c = plot(m, "means", 1);
    for (size_t k = 0; k < 13; k++) {
        size_t x, y, width = font_text_width(m->text[k], 1);
        assert_true(canvas_find_text(&c, FONT, m->text[k], &x, &y));
        assert_int_equal(x - (84 - width) / 2, 24 + k % 10 * 92);
        x = 24 + k % 10 * 92;
        y -= 5 + 14 * 3;
        for (size_t row = 0; row < 14 * 3; row++)
            for (size_t column = 0; column < 84; column++) {
                double mean = m->mean[k + row / 3 * 28 + column / 3];
                assert_int_equal(canvas_at(&c, x + column, y + row),
                                 k == 11 ? CANVAS_WHITE : lround(mean * 255));
            }
    }
    canvas_release(&c);
    test_free(m);
}

/* The largest of all splits is white on every map. */
static void test_deviation_maps(void **state)
{
    struct made_survey *m = make_survey(2, 28, 28);
    static double faint[28 * 28];
    size_t x, y;

    (void)state;
    add_split(m, "train", 60000, true);
    faint[30] = 0.2491;
    add_split(m, "test", 10000, true)->all.std = faint;
    struct canvas c = plot(m, "deviation", 1);
    assert_true(
        canvas_find_text(&c, FONT, "at most 0.4982, at y 27, x 27", &x, &y));
    y += 14;
    for (size_t row = 0; row < 224; row++)
        for (size_t column = 0; column < 224; column++)
            assert_int_equal(
                canvas_at(&c, x + column, y + row),
                lround(m->std[row / 8 * 28 + column / 8] / 0.4982 * 255));
    assert_true(
        canvas_find_text(&c, FONT, "at most 0.2491, at y 1, x 2", &x, &y));
    assert_int_equal(canvas_at(&c, x + 16, y + 14 + 8), 128);
    assert_int_equal(canvas_at(&c, x + 15, y + 14 + 8), 0);
    canvas_release(&c);
    test_free(m);
}

static void test_without_labels(void **state)
{
    struct made_survey *m = make_survey(0, 28, 28);

    (void)state;
    m->view.class_name = NULL;
    add_split(m, "own", 500, false);
    struct canvas c = plot(m, NULL, 1);
    assert_text(&c, FONT, "own: no labels");
    assert_text(&c, FONT, "own: no labels; the mean of all images");
    assert_text(&c, FONT, "500");
    canvas_release(&c);
    test_free(m);
}

static void test_splits_of_all_kinds(void **state)
{
    struct made_survey *m = make_survey(10, 28, 28);
    static const char *const texts[] = {
        "bare: no labels",
        "empty: no images",
        "train: 60000 images",
        "empty: 0 images",
    };

    (void)state;
    add_split(m, "bare", 500, false);
    add_split(m, "empty", 0, true);
    add_split(m, "train", 60000, true);
    struct canvas c = plot(m, NULL, 1);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_text(&c, FONT, texts[i]);
    canvas_release(&c);
    /* The split for many classes is train, wherever it stands. */
    m->survey.class_count = 10;
    add_split(m, "test", 10000, true);
    add_split(m, "dig", 10240, true);
    c = plot(m, "means", 1);
    assert_text(&c, FONT,
                "train: each class with its count (one split is shown: there "
                "are many classes)");
    canvas_release(&c);
    test_free(m);
}

static void test_nothing_but_empty_splits(void **state)
{
    struct made_survey *m = make_survey(10, 28, 28);

    (void)state;
    add_split(m, "train", 0, true);
    add_split(m, "test", 0, true);
    struct canvas c = plot(m, NULL, 1);
    assert_text(&c, HEADING, "made: train 0, test 0");
    assert_text(&c, FONT, "test: no images");
    canvas_release(&c);
    test_free(m);
}

#define TEN(text) text text text text text text text text text text

/* Cut to 24 characters, not bytes; the title is wrapped. */
static void test_long_names(void **state)
{
    struct made_survey *m = make_survey(2, 28, 28);

    (void)state;
    m->view.name = TEN("dataset ");
    for (size_t i = 0; i + 1 < VIEW_SPLITS_MAX; i++)
        add_split(m, TEN("0123456789"), 123456789012345, true);
    add_split(m, TEN("\xC3\xA9"), 1, true);
    struct canvas c = plot(m, NULL, 1);
    assert_text(&c, HEADING, "dataset dataset datase..:");
    assert_text(&c, FONT, "0123456789012345678901..: 123456789012345 images");
    assert_text(&c, FONT, TEN("\xC3\xA9") ": 1 images");
    canvas_release(&c);
    test_free(m);
}

static void test_sizes(void **state)
{
    static const struct {
        size_t classes, height, width, splits;
    } cases[] = { { 1, 1, 1, 1 },    { 256, 1, 1, 2 },  { 3, 300, 300, 2 },
                  { 1, 1, 1200, 2 }, { 2, 2000, 1, 1 }, { 256, 28, 28, 9 },
                  { 62, 20, 16, 2 }, { 49, 64, 64, 2 }, { 10, 28, 28, 9 } };
    static const char *const names[] = { "a", "b", "c", "d", "e",
                                         "f", "g", "h", "i" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct made_survey *m =
            make_survey(cases[i].classes, cases[i].height, cases[i].width);
        char last[64];
        for (size_t s = 0; s < cases[i].splits; s++)
            add_split(m, names[s], 1000, true);
        struct canvas c = plot(m, NULL, 1);
        snprintf(last, sizeof last, "class-%zu", cases[i].classes - 1);
        assert_text(&c, FONT, last);
        snprintf(last, sizeof last, "at most 0.4982, at y %zu, x %zu",
                 cases[i].height - 1, cases[i].width - 1);
        assert_text(&c, FONT, last);
        canvas_release(&c);
        test_free(m);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *panels, *reason;
    } cases[] = {
        { "lables", "'lables' is no panel" },
        { "labels,mean", "there are labels, levels, means and deviation" },
        { "labels, means", "' means' is no panel" },
        { "", "'' is no panel" },
        { "labels,", "'' is no panel" },
        { "Labels", "'Labels' is no panel" },
        { "means,labels,means", "'means' is asked for twice" },
    };
    struct made_survey *m = make_survey(3, 4, 5);

    (void)state;
    add_split(m, "train", 60000, true);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct canvas c = { 0 };
        struct error err = { 0 };
        assert_false(plot_draw(&c, &m->survey, cases[i].panels, 1, &err));
        assert_error(err, FAIL_USAGE, cases[i].reason);
        assert_null(c.pixels);
    }
    test_free(m);
}

static void test_too_large(void **state)
{
    struct made_survey *m = make_survey(256, 300, 300);
    struct canvas c = { 0 };
    struct error err = { 0 };

    (void)state;
    add_split(m, "train", 60000, true);
    assert_false(plot_draw(&c, &m->survey, NULL, 4, &err));
    assert_error(err, FAIL_USAGE, "100 million");
    assert_error(err, FAIL_USAGE,
                 "ask for a smaller zoom, or for fewer panels");
    assert_null(c.pixels);
    c = plot(m, "labels", 4);
    canvas_release(&c);
    test_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_written),
        cmocka_unit_test(test_single_split),
        cmocka_unit_test(test_panels_and_their_order),
        cmocka_unit_test(test_zoom),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_mean_images),
        cmocka_unit_test(test_deviation_maps),
        cmocka_unit_test(test_without_labels),
        cmocka_unit_test(test_splits_of_all_kinds),
        cmocka_unit_test(test_nothing_but_empty_splits),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
