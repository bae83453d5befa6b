/* SPDX-License-Identifier: MIT */
/* Charts: well-formed, with every bar where its count says. */
#include "show/svgchart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"
#include "well_formed.h"

/* The <svg> of a chart; the caller frees it. */
static char *drawn(const struct svgchart *c)
{
    struct bytes_writer bytes;
    struct error err = { 0 };
    struct pen pen = { &bytes.base, &err };

    bytes_writer_init(&bytes);
    svgchart_write(&pen, c);
    assert_true(pen_ok(&pen));
    assert_no_error(err);
    assert_true(writer_write(&bytes.base, "", 1, &err));
    assert_well_formed((const char *)bytes.bytes);
    return (char *)bytes.bytes;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

/* The height, of 1, of the bar with this title; 0 when there is none. */
static double bar_height(const char *svg, const char *title)
{
    char key[128];
    double height = 0;

    snprintf(key, sizeof key, "<title>%s", title);
    const char *at = strstr(svg, key);
    if (!at)
        return 0;
    while (strncmp(at, "height=\"", 8) != 0)
        at--;
    assert_int_equal(sscanf(at, "height=\"%lf\"", &height), 1);
    return height;
}

static const char *const names[] = { "0", "1", "two" };
static const uint64_t train[] = { 50, 0, 150 }, test[] = { 1, 1, 2 };
static const struct svgchart_series both[] = { { "train", train, 200 },
                                               { "test", test, 4 } };

/* Shares of 25%, 0, 75% and 25%, 25%, 50% on an axis up to 80%. */
static void test_shares(void **state)
{
    (void)state;
    struct svgchart c = { .title = "Share",
                          .scale = SVGCHART_SHARE,
                          .series = both,
                          .series_count = 2,
                          .groups = 3,
                          .group_name = names };
    char *svg = drawn(&c);

    assert_non_null(strstr(svg, "aria-label=\"Share\""));
    assert_int_equal(occurrences(svg, "<rect"), 5);
    assert_int_equal(occurrences(svg, "class=\"bar s1\""), 3);
    assert_true(fabs(bar_height(svg, "0, train: 50 (25.00%)") - 25.0 / 80) <
                1e-4);
    assert_true(fabs(bar_height(svg, "two, train: 150 (75.00%)") - 75.0 / 80) <
                1e-4);
    assert_true(fabs(bar_height(svg, "two, test: 2 (50.00%)") - 50.0 / 80) <
                1e-4);
    assert_true(bar_height(svg, "1, train") == 0);
    for (unsigned at = 0; at <= 80; at += 20) {
        char tick[16];
        snprintf(tick, sizeof tick, ">%u%%</text>", at);
        assert_int_equal(occurrences(svg, tick), 1);
    }
    assert_int_equal(occurrences(svg, "<line"), 5);
    free(svg);
}

/* Decades: 10 stands at the bottom, and is seen all the same. */
static void test_log(void **state)
{
    (void)state;
    static const uint64_t counts[] = { 0, 10, 1000, 100000, 1 };
    static const struct svgchart_series few = { "x", counts, 101010 },
                                        one = { "x", counts + 4, 1 };
    struct svgchart c = { .title = "Levels",
                          .scale = SVGCHART_LOG,
                          .series = &few,
                          .series_count = 1,
                          .groups = 4 };
    char *svg = drawn(&c);

    assert_int_equal(occurrences(svg, "<rect"), 3);
    assert_true(bar_height(svg, "1, x: 10 (") > 0.005);
    assert_true(bar_height(svg, "1, x: 10 (") < 0.01);
    assert_true(fabs(bar_height(svg, "2, x: 1000 (") - 0.5) < 1e-4);
    assert_true(fabs(bar_height(svg, "3, x: 100000 (") - 1) < 1e-4);
    assert_non_null(strstr(svg, ">10</text>"));
    assert_non_null(strstr(svg, ">1k</text>"));
    assert_non_null(strstr(svg, ">100k</text>"));
    assert_null(strstr(svg, ">1M</text>"));
    free(svg);
    c.series = &one;
    c.groups = 1;
    svg = drawn(&c);
    assert_int_equal(occurrences(svg, "<rect"), 1);
    assert_non_null(strstr(svg, ">1</text>"));
    assert_non_null(strstr(svg, ">10</text>"));
    free(svg);
}

/* A pixel and a half for one row of a million. */
static void test_thinnest(void **state)
{
    (void)state;
    static const uint64_t counts[] = { 999999, 1, 0 };
    static const struct svgchart_series series = { "x", counts, 1000000 };
    struct svgchart c = { .title = "t",
                          .scale = SVGCHART_SHARE,
                          .series = &series,
                          .series_count = 1,
                          .groups = 3,
                          .group_name = names };
    char *svg = drawn(&c);

    assert_true(fabs(bar_height(svg, "1, x: 1 (0.00%)") - 1.5 / 200) < 1e-4);
    assert_true(bar_height(svg, "two, x") == 0);
    free(svg);
}

static void test_nothing_to_show(void **state)
{
    (void)state;
    static const uint64_t counts[] = { 0, 0, 0 };
    static const struct svgchart_series series = { "x", counts, 0 };
    struct svgchart c = { .title = "t",
                          .series = &series,
                          .series_count = 1,
                          .groups = 3,
                          .group_name = names };

    for (unsigned scale = SVGCHART_SHARE; scale <= SVGCHART_LOG; scale++) {
        c.scale = (enum svgchart_scale)scale;
        char *svg = drawn(&c);
        assert_int_equal(occurrences(svg, "<rect"), 0);
        assert_null(strstr(svg, "nan"));
        assert_null(strstr(svg, "inf"));
        assert_true(occurrences(svg, "<line") >= 2);
        free(svg);
    }
}

static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const hostile[] = { "\"><script>", "a&b", "\x1B\xFF" };
    static const struct svgchart_series series = { "</title>", test, 4 };
    struct svgchart c = { .title = "<>",
                          .scale = SVGCHART_SHARE,
                          .series = &series,
                          .series_count = 1,
                          .groups = 3,
                          .group_name = hostile };
    char *svg = drawn(&c);

    assert_null(strstr(svg, "<script"));
    assert_non_null(strstr(svg, "&quot;&gt;&lt;script&gt;, &lt;/title&gt;: 1"));
    assert_non_null(strstr(svg, "\\x1b\\xff"));
    free(svg);
}

/* Labels under the bars: all of a few, numbers where long names do not fit,
 * fewer of very many; and the last level of 256. */
static void test_labels(void **state)
{
    (void)state;
    static char text[200][16];
    static const char *name[200];
    static uint64_t counts[256];
    struct svgchart_series series = { "x", counts, 200 };
    struct svgchart c = { .title = "t",
                          .scale = SVGCHART_SHARE,
                          .series = &series,
                          .series_count = 1,
                          .group_name = name };

    for (size_t i = 0; i < 200; i++) {
        snprintf(text[i], sizeof text[i], "class %zu", i);
        name[i] = text[i];
        counts[i] = 1;
    }
    c.groups = 24;
    char *svg = drawn(&c);
    assert_int_equal(occurrences(svg, "rotate(-90)"), 24);
    assert_non_null(strstr(svg, ">class 23</text>"));
    free(svg);
    c.groups = 47;
    svg = drawn(&c);
    assert_null(strstr(svg, "rotate"));
    assert_null(strstr(svg, ">class 23</text>"));
    assert_non_null(strstr(svg, ">46</text>"));
    assert_int_equal(occurrences(svg, "text-anchor=\"middle\""), 47);
    free(svg);
    c.groups = 200;
    svg = drawn(&c);
    assert_int_equal(occurrences(svg, "text-anchor=\"middle\""), 40);
    free(svg);
    c.group_name = NULL;
    c.groups = 256;
    svg = drawn(&c);
    assert_int_equal(occurrences(svg, "text-anchor=\"middle\""), 9);
    assert_non_null(strstr(svg, ">224</text>"));
    assert_non_null(strstr(svg, ">255</text>"));
    free(svg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_thinnest),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
