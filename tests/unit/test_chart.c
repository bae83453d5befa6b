/* SPDX-License-Identifier: MIT */
/* Bar charts: bars as long as their values, whole texts that touch nothing,
 * long labels cut, and nothing drawn beside the place that was given. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "draw/chart.h"
#include "draw/font.h"
#include "drawn.h"
#include "helpers.h"

enum { X = 30, Y = 20, WIDTH = 912, MOST = 300, SERIES_MOST = 9 };

/* A chart with a place to hold all that it points to. */
struct made_chart {
    struct chart chart;
    struct chart_series series[SERIES_MOST];
    double value[SERIES_MOST][MOST];
    uint64_t number[SERIES_MOST][MOST];
    char text[MOST][64], name[SERIES_MOST][32];
    const char *label[MOST];
};

/* Labels "<prefix><group>", values and numbers that are all different. */
static struct made_chart *make_chart(size_t groups, size_t series,
                                     const char *prefix, uint64_t number)
{
    struct made_chart *m = test_calloc(1, sizeof *m);

    for (size_t s = 0; s < series; s++) {
        for (size_t g = 0; g < groups; g++) {
            m->number[s][g] = number + g * 10 + s;
            m->value[s][g] = (double)m->number[s][g];
        }
        snprintf(m->name[s], sizeof m->name[s], "series-%zu", s);
        m->series[s] =
            (struct chart_series){ m->name[s], m->value[s], m->number[s] };
    }
    for (size_t g = 0; g < groups; g++) {
        snprintf(m->text[g], sizeof m->text[g], "%s%zu", prefix, g);
        m->label[g] = m->text[g];
    }
    m->chart = (struct chart){ .axis = "what it is",
                               .unit = "",
                               .whole = true,
                               .groups = groups,
                               .label = m->label,
                               .series = m->series,
                               .series_count = series };
    return m;
}

/* On a canvas with a margin all around, whose pixels have to stay white. */
static struct canvas draw(const struct chart *chart, size_t width)
{
    struct canvas nothing = { 0 }, c = { 0 };
    struct error err = { 0 };
    size_t height = chart_draw(&nothing, X, Y, width, chart);

    assert_true(
        canvas_init(&c, width + 2 * X, height + 2 * Y, CANVAS_WHITE, &err));
    assert_int_equal(chart_draw(&c, X, Y, width, chart), height);
    for (size_t y = 0; y < c.height; y++)
        for (size_t x = 0; x < c.width; x++)
            if ((x < X || x >= X + width || y < Y || y >= Y + height) &&
                canvas_at(&c, x, y) != CANVAS_WHITE)
                fail_msg("painted %zu, %zu of %zu x %zu", x, y, width, height);
    return c;
}

/* The length of an upright bar above this label: its outline and its shade. */
static size_t bar_above(const struct canvas *c, const char *label)
{
    size_t x, y, length = 0;

    assert_true(canvas_find_text(c, 1, label, &x, &y));
    x += font_text_width(label, 1) / 2;
    /* Up from the axis, which is six pixels above. */
    for (y -= 7; canvas_at(c, x, y) < 200; y--)
        length++;
    return length;
}

static void test_lengths_are_proportional(void **state)
{
    static const double values[] = { 0, 1, 25, 50, 80, 100 };
    static const size_t lengths[] = { 0, 2, 40, 80, 128, 160 };
    struct made_chart *m = make_chart(COUNT_OF(values), 1, "g", 0);

    (void)state;
    memcpy(m->value[0], values, sizeof values);
    m->series[0].number = NULL;
    struct canvas c = draw(&m->chart, WIDTH);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        assert_int_equal(bar_above(&c, m->text[i]), lengths[i]);
    canvas_release(&c);
    /* What is almost nothing shows, and nothing does not. */
    m->value[0][1] = 0.0001;
    c = draw(&m->chart, WIDTH);
    assert_int_equal(bar_above(&c, "g0"), 0);
    assert_int_equal(bar_above(&c, "g1"), 1);
    canvas_release(&c);
    test_free(m);
}

static void test_log_axis(void **state)
{
    static const double values[] = { 0, 1, 10, 100, 1000, 10000, 300 };
    struct made_chart *m = make_chart(COUNT_OF(values), 1, "g", 0);

    (void)state;
    memcpy(m->value[0], values, sizeof values);
    m->series[0].number = NULL;
    m->chart.log_axis = true;
    struct canvas c = draw(&m->chart, WIDTH);
    assert_int_equal(bar_above(&c, "g0"), 0);
    /* 1 is at 12, 10000 at 160. */
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(bar_above(&c, m->text[i + 1]), 12 + i * 37);
    assert_int_equal(bar_above(&c, "g6"),
                     (size_t)(12 + 37 * 2.477121254719662 + 0.5));
    static const char *const marks[] = { "0", "1", "10", "100", "1k", "10k" };
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        assert_true(canvas_has_text(&c, 1, marks[i]));
    assert_false(canvas_has_text(&c, 1, "100k"));
    canvas_release(&c);
    test_free(m);
}

/* It begins where the values do, so that their differences are seen. */
static void test_log_axis_begins_at_the_least(void **state)
{
    static const double values[] = { 0, 1000, 2000, 100000 };
    struct made_chart *m = make_chart(COUNT_OF(values), 1, "g", 0);

    (void)state;
    memcpy(m->value[0], values, sizeof values);
    m->series[0].number = NULL;
    m->chart.log_axis = true;
    struct canvas c = draw(&m->chart, WIDTH);
    assert_int_equal(bar_above(&c, "g0"), 0);
    assert_int_equal(bar_above(&c, "g1"), 12);
    assert_int_equal(bar_above(&c, "g2"),
                     (size_t)(12 + 74 * 0.3010299956639812 + 0.5));
    assert_int_equal(bar_above(&c, "g3"), 160);
    static const char *const marks[] = { "0", "1k", "10k", "100k" };
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        assert_true(canvas_has_text(&c, 1, marks[i]));
    assert_false(canvas_has_text(&c, 1, "100"));
    canvas_release(&c);
    /* One value, a power of ten: a decade above it. */
    m->value[0][1] = m->value[0][2] = m->value[0][3] = 100;
    c = draw(&m->chart, WIDTH);
    assert_int_equal(bar_above(&c, "g3"), 12);
    assert_true(canvas_has_text(&c, 1, "1k"));
    canvas_release(&c);
    test_free(m);
}

static void test_histogram(void **state)
{
    struct made_chart *m = make_chart(256, 1, "", 0);
    size_t x, y;

    (void)state;
    m->series[0].number = NULL;
    m->chart.histogram = true;
    for (size_t g = 0; g < 256; g++) {
        m->value[0][g] = g % 2 ? 50 : 100;
        m->label[g] = g == 0 || g == 255 ? m->text[g] : NULL;
    }
    struct canvas c = draw(&m->chart, WIDTH);
    assert_true(canvas_find_text(&c, 1, "255", &x, &y));
    assert_false(canvas_has_text(&c, 1, "128"));
    /* Three pixels for each level, and none between two. */
    size_t left = x + 8 + 2 - 256 * 3, base = y - 6;
    for (size_t g = 0; g < 256; g++)
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(canvas_at(&c, left + 3 * g + i, base - 100) < 200,
                             g % 2 == 0);
    canvas_release(&c);
    test_free(m);
}

/* All texts are there, whole and free of each other, whatever there is to
 * draw; `draw` sees to it that nothing is cut at the edges. */
static void test_texts_are_whole(void **state)
{
    static const struct {
        size_t groups, series;
        const char *prefix;
        uint64_t number;
        size_t width;
        bool upright;
    } cases[] = {
        { 10, 1, "c", 6000, WIDTH, true },
        { 10, 2, "c", 60000, WIDTH, true },
        { 10, 2, "T-shirt/to", 6000, WIDTH, true },
        { 10, 2, "A name of 16 ch", 6000, WIDTH, false },
        { 10, 5, "c", 60000, WIDTH, false },
        { 1, 1, "c", 3, WIDTH, true },
        { 1, 1, "only", 12345678901234567, WIDTH, true },
        { 2, 9, "class ", 123456789012345, WIDTH, false },
        { 26, 2, "c", 4800, WIDTH, false },
        { 20, 1, "c", 600, WIDTH, true },
        { 47, 1, "c", 7, WIDTH, false },
        { 49, 2, "i", 6000, WIDTH, false },
        { 62, 2, "c", 34585, WIDTH, false },
        { 256, 2, "c", 7000, WIDTH, false },
        { 256, 9, "c", 7000, WIDTH, false },
        { 300, 1, "a name of 22 char..", 123456, WIDTH, false },
        { 10, 2, "a name of 23 characters", 1234567890123456, 400, false },
        { 10, 2, "c", 6000, 400, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct made_chart *m = make_chart(cases[i].groups, cases[i].series,
                                          cases[i].prefix, cases[i].number);
        struct canvas c = draw(&m->chart, cases[i].width);
        size_t y[2];

        assert_true(canvas_has_text(&c, 1, "what it is"));
        for (size_t g = 0; g < cases[i].groups; g++) {
            if (!canvas_has_text(&c, 1, m->text[g]))
                fail_msg("case %zu: no '%s'", i, m->text[g]);
            for (size_t s = 0; s < cases[i].series; s++) {
                char number[32];
                snprintf(number, sizeof number, "%llu",
                         (unsigned long long)m->number[s][g]);
                if (!canvas_has_text(&c, 1, number))
                    fail_msg("case %zu: no number %s", i, number);
            }
            /* A few of many are enough: looking for text takes its time. */
            g += cases[i].groups / 8;
        }
        if (cases[i].groups > 1) {
            assert_true(canvas_find_text(&c, 1, m->text[0], NULL, &y[0]) &&
                        canvas_find_text(&c, 1, m->text[1], NULL, &y[1]));
            assert_int_equal(y[0] == y[1], cases[i].upright);
        }
        for (size_t s = 0; s < cases[i].series; s++)
            assert_int_equal(canvas_has_text(&c, 1, m->name[s]),
                             cases[i].series > 1);
        canvas_release(&c);
        test_free(m);
    }
}

static void test_bars_to_the_right(void **state)
{
    struct made_chart *m = make_chart(10, 2, "a longer label than fits ", 0);
    size_t x, y;

    (void)state;
    for (size_t g = 0; g < 10; g++) {
        m->text[g][0] = (char)('A' + g);
        m->value[0][g] = m->value[1][g] = 10.0 * (double)g;
    }
    m->value[0][0] = 100;
    struct canvas c = draw(&m->chart, WIDTH);
    /* Cut, and 25 characters of room in front of the bar. */
    assert_true(canvas_find_text(&c, 1, "A longer label than fi..", &x, &y));
    assert_false(canvas_has_text(&c, 1, m->text[0]));
    /* The label's upper edge is beside the first bar of its group, and a group
     * is two bars of 10 and a gap of 6. */
    size_t left = x + 25 * FONT_ADVANCE, runs[5];
    for (size_t g = 0; g < 5; g++) {
        runs[g] = 0;
        while (canvas_at(&c, left + runs[g], y + 26 * g) < 200)
            runs[g]++;
    }
    assert_in_range(runs[1], 15, 100);
    for (size_t g = 2; g < 5; g++)
        assert_in_range(runs[g], runs[1] * g - g, runs[1] * g + g);
    assert_in_range(runs[0], runs[1] * 10 - 10, runs[1] * 10 + 10);
    canvas_release(&c);
    test_free(m);
}

static void test_shades(void **state)
{
    (void)state;
    for (size_t count = 2; count <= SERIES_MOST; count++)
        for (size_t s = 1; s < count; s++)
            assert_true(chart_shade(s, count) >=
                        chart_shade(s - 1, count) + 12);
    assert_true(chart_shade(0, 2) > CANVAS_BLACK);
    assert_true(chart_shade(8, 9) < CANVAS_WHITE - 30);
}

/* Values of nothing: an axis to 1, no bars. */
static void test_all_zero(void **state)
{
    struct made_chart *m = make_chart(3, 1, "g", 0);

    (void)state;
    for (size_t g = 0; g < 3; g++)
        m->value[0][g] = 0, m->number[0][g] = 0;
    struct canvas c = draw(&m->chart, WIDTH);
    for (size_t g = 0; g < 3; g++)
        assert_int_equal(bar_above(&c, m->text[g]), 0);
    assert_true(canvas_has_text(&c, 1, "1"));
    canvas_release(&c);
    test_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_are_proportional),
        cmocka_unit_test(test_log_axis),
        cmocka_unit_test(test_log_axis_begins_at_the_least),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_texts_are_whole),
        cmocka_unit_test(test_bars_to_the_right),
        cmocka_unit_test(test_shades),
        cmocka_unit_test(test_all_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
