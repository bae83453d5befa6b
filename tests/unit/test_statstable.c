/* SPDX-License-Identifier: MIT */
/* Tables field by field, and the same numbers as JSON. */
#include "show/statstable.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/jsondoc.h"
#include "helpers.h"
#include "made_survey.h"
#include "show/statsjson.h"

typedef bool table_writer(const struct survey *s, struct writer *w,
                          struct error *err);

static char *table_of(table_writer *write, const struct made_survey *m)
{
    struct bytes_writer w;
    struct error err = { 0 };

    bytes_writer_init(&w);
    assert_true(write(&m->survey, &w.base, &err));
    assert_true(writer_write(&w.base, "", 1, &err));
    assert_no_error(err);
    return (char *)w.bytes;
}

static void make_pets(struct made_survey *m)
{
    static const char *const names[] = { "cat", "tab\there", "none" };

    made_survey_init(m, "pets", names, 3);
    made_survey_split(m, "train", (const uint64_t[]){ 6, 2, 0 }, 0);
    made_survey_split(m, "new\nline", NULL, 0);
}

static void test_classes(void **state)
{
    (void)state;
    struct made_survey m;

    make_pets(&m);
    char *text = table_of(stats_write_classes, &m);
    /* Means and deviations from Python. */
    assert_string_equal(
        text,
        "split\tlabel\tname\tcount\tshare\tpixel_sum\tmean\tstd\tmin\tmax"
        "\tzeros\n"
        "train\tall\t\t8\t1\t1636\t0.20049019607843138\t0.14177348574770052"
        "\t0\t103\t8\n"
        "train\t0\tcat\t6\t0.75\t1224\t0.20000000000000001"
        "\t0.1414213562373095\t0\t102\t6\n"
        "train\t1\ttab\\x09here\t2\t0.25\t412\t0.20196078431372549"
        "\t0.14281457046768739\t0\t103\t2\n"
        "train\t2\tnone\t0\t0\t0\t\t\t0\t0\t0\n"
        "new\\x0aline\tall\t\t0\t0\t0\t\t\t0\t0\t0\n");
    free(text);
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *p = text; (p = strstr(p, part)); p++)
        n++;
    return n;
}

static void test_levels(void **state)
{
    (void)state;
    static const char head[] = "split\tlabel\tlevel\tcount\n";
    struct made_survey m;

    make_pets(&m);
    char *text = table_of(stats_write_levels, &m);
    assert_memory_equal(text, head, strlen(head));
    assert_int_equal(count_of(text, "\n"), 1 + 5 * 256);
    assert_int_equal(count_of(text, "train\tall\t"), 256);
    assert_int_equal(count_of(text, "\ntrain\t2\t"), 256);
    assert_int_equal(count_of(text, "new\\x0aline\tall\t"), 256);
    assert_non_null(strstr(text, "\ntrain\tall\t51\t14\ntrain\tall\t52\t2\n"
                                 "train\tall\t53\t0\n"));
    assert_non_null(strstr(text, "\ntrain\t1\t255\t0\ntrain\t2\t0\t0\n"));
    free(text);
}

static void test_pixels(void **state)
{
    (void)state;
    struct made_survey m;

    make_pets(&m);
    char *text = table_of(stats_write_pixels, &m);
    assert_string_equal(text, "split\ty\tx\tmean\tstd\n"
                              "train\t0\t0\t0\t0\n"
                              "train\t0\t1\t0.125\t0.33333333333333331\n"
                              "train\t1\t0\t0.25\t0.66666666666666663\n"
                              "train\t1\t1\t0.375\t1\n"
                              "new\\x0aline\t0\t0\t\t\n"
                              "new\\x0aline\t0\t1\t\t\n"
                              "new\\x0aline\t1\t0\t\t\n"
                              "new\\x0aline\t1\t1\t\t\n");
    free(text);
}

static void test_no_room(void **state)
{
    (void)state;
    static table_writer *const writers[] = { stats_write_classes,
                                             stats_write_levels,
                                             stats_write_pixels };
    struct made_survey m;

    make_pets(&m);
    for (size_t i = 0; i < COUNT_OF(writers); i++) {
        char *text = table_of(writers[i], &m);
        for (size_t room = 0; room < strlen(text); room += 29) {
            struct full_writer w;
            struct error err = { 0 };
            full_writer_init(&w, room);
            assert_false(writers[i](&m.survey, &w.base, &err));
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        }
        free(text);
    }
}

/* ---- JSON ---- */

/* `want` without the brackets: no JSON document is a number alone. */
static void expect_json(struct json_t *doc, const char *key, const char *want)
{
    struct error err = { 0 };
    struct json_t *list = jsondoc_array(&err);

    jsondoc_append(list, jsondoc_keep(jsondoc_find(doc, key)), &err);
    char *got = jsondoc_dump_line(list, &err);
    assert_no_error(err);
    assert_non_null(got);
    if (strncmp(got + 1, want, strlen(want)) != 0 ||
        strcmp(got + 1 + strlen(want), "]") != 0)
        fail_msg("%s: %s, expected %s", key, got, want);
    free(got);
    jsondoc_release(list);
}

static void test_json(void **state)
{
    (void)state;
    struct made_survey m;
    struct error err = { 0 };

    make_pets(&m);
    struct json_t *doc = stats_to_json(&m.survey, true, &err);
    assert_no_error(err);
    assert_string_equal(jsondoc_find_text(doc, "schema"), "mnistprep.stats/1");
    assert_string_equal(jsondoc_find_text(doc, "dataset"), "pets");
    assert_string_equal(jsondoc_find_text(doc, "view"), "own");
    struct json_t *splits = jsondoc_find(doc, "splits");
    struct json_t *train = jsondoc_find(splits, "train");
    expect_json(train, "count", "8");
    expect_json(train, "shape", "[2,2]");
    expect_json(train, "labels", "{\"counts\":[6,2,0]}");
    expect_json(train, "per_pixel",
                "{\"mean\":[0.0,0.125,0.25,0.375],\"std\":[0.0,"
                "0.33333333333333331,0.66666666666666663,1.0]}");
    struct json_t *pixels = jsondoc_find(train, "pixels");
    expect_json(pixels, "constant", "2");
    expect_json(pixels, "blank", "1");
    assert_int_equal(jsondoc_count(jsondoc_find(pixels, "histogram")), 256);
    struct json_t *classes = jsondoc_find(train, "classes");
    expect_json(jsondoc_at(classes, 1), "name", "\"tab\\there\"");
    expect_json(jsondoc_at(classes, 1), "share", "0.25");
    expect_json(jsondoc_at(classes, 1), "max", "103");
    expect_json(jsondoc_at(classes, 1), "mean_image",
                "[0.0,0.20000000000000001,0.20392156862745098,"
                "0.40392156862745099]");
    expect_json(jsondoc_at(classes, 2), "mean", "null");
    expect_json(jsondoc_at(classes, 2), "std", "null");
    expect_json(jsondoc_at(classes, 2), "mean_image", "null");

    /* Nothing is known of a split without rows, and no class without labels. */
    struct json_t *empty = jsondoc_find(splits, "new\nline");
    expect_json(empty, "labels", "null");
    expect_json(empty, "classes", "[]");
    expect_json(empty, "per_pixel", "{\"mean\":null,\"std\":null}");
    expect_json(jsondoc_find(empty, "pixels"), "mean", "null");
    expect_json(jsondoc_find(empty, "pixels"), "sum", "0");
    jsondoc_release(doc);

    m.view.prepared = true;
    doc = stats_to_json(&m.survey, false, &err);
    assert_string_equal(jsondoc_find_text(doc, "view"), "prepared");
    train = jsondoc_find(jsondoc_find(doc, "splits"), "train");
    assert_null(jsondoc_find(train, "per_pixel"));
    assert_null(jsondoc_find(jsondoc_at(jsondoc_find(train, "classes"), 0),
                             "mean_image"));
    jsondoc_release(doc);
    assert_no_error(err);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes), cmocka_unit_test(test_levels),
        cmocka_unit_test(test_pixels),  cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
