/* SPDX-License-Identifier: MIT */
/* JSON documents: what is taken, what is found, what comes out. */
#include "format/jsondoc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

/* Parses text with ' for "; fails the test when it is refused. */
static struct json_t *parse(const char *quoted)
{
    struct error err = { 0 };
    char *text = json_text(quoted);
    struct json_t *doc = jsondoc_parse(text, strlen(text), "doc", &err);

    free(text);
    assert_no_error(err);
    assert_non_null(doc);
    return doc;
}

/* ---- parsing ---- */

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "line 1" },
        { " ", "'doc' is not valid JSON: line 1" },
        { "{", "line 1" },
        { "{}x", "line 1" },
        { "{} {}", "line 1" },
        { "[1,\n2,\n,3]", "line 3" },
        { "{'a':1,'a':2}", "duplicate" },
        { "{'o':{'a':1,'b':2,'a':1}}", "duplicate" },
        { "{'a':1,}", "line 1" },
        { "[01]", "line 1" },
        { "[+1]", "line 1" },
        { "[.5]", "line 1" },
        { "[NaN]", "line 1" },
        { "[Infinity]", "line 1" },
        { "[0x10]", "line 1" },
        { "[True]", "line 1" },
        { "[1e999]", "overflow" },
        { "[9223372036854775808]", "too big" },
        { "[-9223372036854775809]", "too big" },
        { "[18446744073709551616]", "too big" },
        { "['\\u0000']", "line 1" },
        { "['\\uD800']", "line 1" },
        { "['\\q']", "line 1" },
        { "['a\nb']", "line 1" },
        { "['a\x01"
          "b']",
          "line 1" },
        { "['\xFF']", "decode byte" },
        { "['\xC0\xAF']", "decode byte" },
        { "['\xED\xA0\x80']", "decode byte" },
        { "['a", "line 1" },
        { "\xEF\xBB\xBF{}", "line 1" },
        { "// c\n{}", "line 1" },
        { "1", "line 1" }, /* a document is a list or an object */
        { "'text'", "line 1" },
        { "null", "line 1" },
        { "<!DOCTYPE html>", "line 1" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        char *text = json_text(cases[i].text);
        struct json_t *doc = jsondoc_parse(text, strlen(text), "doc", &err);
        if (doc)
            fail_msg("row %zu was taken", i);
        if (err.code != FAIL_DATA || !strstr(err.text, cases[i].part))
            print_error("row %zu\n", i);
        assert_error(err, FAIL_DATA, cases[i].part);
        assert_error(err, FAIL_DATA, "'doc' is not valid JSON");
        free(text);
    }
}

/* Exactly n bytes are looked at; a NUL among them is no end. */
static void test_length(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct json_t *doc = jsondoc_parse("[1]rubbish", 3, "doc", &err);

    assert_non_null(doc);
    assert_int_equal(jsondoc_count(doc), 1);
    jsondoc_release(doc);
    assert_null(jsondoc_parse("[1]\0x", 5, "doc", &err));
    assert_error(err, FAIL_DATA, "not valid JSON");
}

/* As deep as a stack allows, and no deeper. */
static void test_depth(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    struct error err = { 0 };
    char *text = malloc(2 * DEEP);
    struct json_t *doc;

    assert_non_null(text);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    assert_null(jsondoc_parse(text, 2 * DEEP, "doc", &err));
    assert_error(err, FAIL_DATA, "depth");
    err = (struct error){ 0 };
    doc = jsondoc_parse(text + DEEP - 100, 200, "doc", &err);
    assert_no_error(err);
    assert_non_null(doc);
    jsondoc_release(doc);
    free(text);
}

static void test_read(void **state)
{
    (void)state;
    static const size_t too_long = (16u << 20) + 1;
    struct error err = { 0 };
    struct json_t *doc;

    json_put("good.json", "{'a':7}\n");
    doc = jsondoc_read("good.json", &err);
    assert_no_error(err);
    assert_int_equal(jsondoc_count(doc), 1);
    jsondoc_release(doc);

    assert_null(jsondoc_read("missing.json", &err));
    assert_error(err, FAIL_SYSTEM, "'missing.json'");

    err = (struct error){ 0 };
    json_put("bad.json", "{\n'a':7\n]\n");
    assert_null(jsondoc_read("bad.json", &err));
    assert_error(err, FAIL_DATA, "'bad.json' is not valid JSON: line 3");

    err = (struct error){ 0 };
    file_make("empty.json", "", 0);
    assert_null(jsondoc_read("empty.json", &err));
    assert_error(err, FAIL_DATA, "'empty.json'");

    err = (struct error){ 0 };
    char *spaces = malloc(too_long);
    assert_non_null(spaces);
    memset(spaces, ' ', too_long);
    memcpy(spaces, "[]", 2);
    file_make("long.json", spaces, too_long);
    free(spaces);
    assert_null(jsondoc_read("long.json", &err));
    assert_error(err, FAIL_DATA, "'long.json'");
}

/* ---- finding ---- */

static void test_find(void **state)
{
    (void)state;
    static const struct {
        const char *doc;
        const char *text;
        bool is_u64, is_real, is_bool;
        uint64_t u64;
        double real;
        bool truth;
    } cases[] = {
        { .doc = "{'k':'t'}", .text = "t" },
        { .doc = "{'k':''}", .text = "" },
        { .doc = "{'k':'7'}", .text = "7" },
        { .doc = "{'k':0}", .is_u64 = true, .is_real = true },
        { .doc = "{'k':7}",
          .is_u64 = true,
          .u64 = 7,
          .is_real = true,
          .real = 7 },
        { .doc = "{'k':9223372036854775807}",
          .is_u64 = true,
          .u64 = INT64_MAX,
          .is_real = true,
          .real = 9223372036854775807.0 },
        { .doc = "{'k':-1}", .is_real = true, .real = -1 },
        { .doc = "{'k':7.0}", .is_real = true, .real = 7 },
        { .doc = "{'k':0.1307}", .is_real = true, .real = 0.1307 },
        { .doc = "{'k':1e3}", .is_real = true, .real = 1000 },
        { .doc = "{'k':true}", .is_bool = true, .truth = true },
        { .doc = "{'k':false}", .is_bool = true },
        { .doc = "{'k':null}" },
        { .doc = "{'k':[]}" },
        { .doc = "{'k':{}}" },
        { .doc = "{'K':'t'}" },
        { .doc = "{}" },
        { .doc = "['k']" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_t *doc = parse(cases[i].doc);
        uint64_t u64 = 4711;
        double real = 4711;
        bool truth = !cases[i].truth;
        const char *text = jsondoc_find_text(doc, "k");
        bool same_text = cases[i].text ? text && !strcmp(text, cases[i].text)
                                       : !text;

        if (!same_text || jsondoc_find_u64(doc, "k", &u64) != cases[i].is_u64 ||
            u64 != (cases[i].is_u64 ? cases[i].u64 : 4711) ||
            jsondoc_find_real(doc, "k", &real) != cases[i].is_real ||
            real != (cases[i].is_real ? cases[i].real : 4711) ||
            jsondoc_find_bool(doc, "k", &truth) != cases[i].is_bool ||
            truth != (cases[i].is_bool ? cases[i].truth : !cases[i].truth))
            fail_msg("%s", cases[i].doc);
        jsondoc_release(doc);
    }
}

/* A missing document has no members, and nothing is released twice. */
static void test_find_in_nothing(void **state)
{
    (void)state;
    const char *key = "untouched";
    uint64_t u64 = 1;
    double real = 1;
    bool truth = true;

    assert_null(jsondoc_find(NULL, "k"));
    assert_null(jsondoc_find_text(NULL, "k"));
    assert_false(jsondoc_find_u64(NULL, "k", &u64));
    assert_false(jsondoc_find_real(NULL, "k", &real));
    assert_false(jsondoc_find_bool(NULL, "k", &truth));
    assert_int_equal(jsondoc_count(NULL), 0);
    assert_null(jsondoc_at(NULL, 0));
    assert_null(jsondoc_member_at(NULL, 0, &key));
    assert_null(jsondoc_text(NULL));
    assert_false(jsondoc_u64(NULL, &u64));
    assert_null(jsondoc_keep(NULL));
    assert_string_equal(key, "untouched");
    jsondoc_release(NULL);
}

static void test_elements(void **state)
{
    (void)state;
    struct json_t *doc = parse("{'z':['a',5,-5],'a':1,'m':{'x':2,'b':3}}");
    struct json_t *list = jsondoc_find(doc, "z");
    static const char *const keys[] = { "z", "a", "m" };
    uint64_t n = 0;
    const char *key = NULL;

    assert_int_equal(jsondoc_count(list), 3);
    assert_string_equal(jsondoc_text(jsondoc_at(list, 0)), "a");
    assert_null(jsondoc_text(jsondoc_at(list, 1)));
    assert_true(jsondoc_u64(jsondoc_at(list, 1), &n));
    assert_int_equal(n, 5);
    assert_false(jsondoc_u64(jsondoc_at(list, 0), &n));
    assert_false(jsondoc_u64(jsondoc_at(list, 2), &n));
    assert_null(jsondoc_at(list, 3));
    assert_null(jsondoc_at(doc, 0));

    assert_int_equal(jsondoc_count(doc), COUNT_OF(keys));
    for (size_t i = 0; i < COUNT_OF(keys); i++) { /* not sorted */
        assert_ptr_equal(jsondoc_member_at(doc, i, &key),
                         jsondoc_find(doc, keys[i]));
        assert_string_equal(key, keys[i]);
    }
    key = "untouched";
    assert_null(jsondoc_member_at(doc, COUNT_OF(keys), &key));
    assert_null(jsondoc_member_at(list, 0, &key));
    assert_string_equal(key, "untouched");
    assert_int_equal(jsondoc_count(jsondoc_find(doc, "a")), 0);
    jsondoc_release(doc);
}

static void test_kinds(void **state)
{
    (void)state;
    struct json_t *doc = parse("{'o':{},'l':[],'t':'','n':null,'i':0}");
    const char *key;

    for (size_t i = 0; i < jsondoc_count(doc); i++) {
        struct json_t *value = jsondoc_member_at(doc, i, &key);
        assert_int_equal(jsondoc_is_object(value), *key == 'o');
        assert_int_equal(jsondoc_is_array(value), *key == 'l');
    }
    assert_true(jsondoc_is_object(doc));
    assert_false(jsondoc_is_object(NULL));
    assert_false(jsondoc_is_array(NULL));
    jsondoc_release(doc);
}

static void test_keep(void **state)
{
    (void)state;
    struct json_t *doc = parse("{'in':{'a':'text'}}");
    struct json_t *inner = jsondoc_keep(jsondoc_find(doc, "in"));

    jsondoc_release(doc);
    assert_string_equal(jsondoc_find_text(inner, "a"), "text");
    jsondoc_release(inner);
}

static void test_equal(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        { "{}", "{}", true },
        { "{'a':1,'b':[2]}", "{ 'b' : [2], 'a' : 1 }", true },
        { "{'a':1}", "{'a':2}", false },
        { "{'a':1}", "{'a':1.0}", false },
        { "{'a':1}", "{'a':'1'}", false },
        { "{'a':1}", "{'a':1,'b':1}", false },
        { "[1,2]", "[2,1]", false },
        { "[]", "{}", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json_t *a = parse(cases[i].a), *b = parse(cases[i].b);
        if (jsondoc_equal(a, b) != cases[i].equal ||
            jsondoc_equal(b, a) != cases[i].equal || !jsondoc_equal(a, a))
            fail_msg("%s and %s", cases[i].a, cases[i].b);
        jsondoc_release(a);
        jsondoc_release(b);
    }
    assert_false(jsondoc_equal(NULL, NULL));
}

/* ---- making ---- */

static void test_dump(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct json_t *doc = jsondoc_object(&err), *list = jsondoc_array(&err);

    jsondoc_set_text(doc, "z", "t \"q\" \\ \n \xC3\xA9\xE2\x80\xAE", &err);
    jsondoc_set_text(doc, "none", NULL, &err);
    jsondoc_set_u64(doc, "n", 60000, &err);
    jsondoc_set_real(doc, "r", 0.5, &err);
    jsondoc_set_real(doc, "nan", (double)NAN, &err);
    jsondoc_set_real(doc, "inf", -(double)INFINITY, &err);
    jsondoc_set_bool(doc, "yes", true, &err);
    jsondoc_set_bool(doc, "no", false, &err);
    jsondoc_append_text(list, "b", &err);
    jsondoc_append_text(list, NULL, &err);
    jsondoc_append_u64(list, 0, &err);
    jsondoc_append(list, jsondoc_object(&err), &err);
    jsondoc_set(doc, "a", list, &err);
    jsondoc_set_u64(doc, "n", 70000, &err); /* keeps its place */
    char *text = jsondoc_dump(doc, &err);
    assert_no_error(err);
    char *want = json_text("{\n  'z': 't \\'q\\' \\\\ \\n \\u00E9\\u202E',\n"
                           "  'none': null,\n  'n': 70000,\n  'r': 0.5,\n"
                           "  'nan': null,\n  'inf': null,\n  'yes': true,\n"
                           "  'no': false,\n"
                           "  'a': [\n    'b',\n    null,\n    0,\n    {}\n"
                           "  ]\n}\n");
    assert_string_equal(text, want);
    free(want);
    free(text);
    jsondoc_release(doc);
}

/* Every double comes back as it was; so does every integer that JSON has. */
static void test_numbers_come_back(void **state)
{
    (void)state;
    static const double reals[] = { 0.1307,
                                    0.3081,
                                    1.0 / 3,
                                    1e-300,
                                    -0.0,
                                    5e-324,
                                    1e22,
                                    255,
                                    1.0 / 7,
                                    0x1p-1022,
                                    0x1.fffffffffffffp1023 };
    static const uint64_t wholes[] = { 0, 1, UINT64_C(1) << 53,
                                       (UINT64_C(1) << 53) + 1, INT64_MAX };
    struct error err = { 0 };
    struct json_t *doc = jsondoc_object(&err), *list = jsondoc_array(&err);

    for (size_t i = 0; i < COUNT_OF(reals); i++) {
        char key[2] = { (char)('a' + i), '\0' };
        jsondoc_set_real(doc, key, reals[i], &err);
    }
    for (size_t i = 0; i < COUNT_OF(wholes); i++)
        jsondoc_append_u64(list, wholes[i], &err);
    jsondoc_append_u64(list, UINT64_MAX, &err); /* as nearly as JSON can */
    jsondoc_set(doc, "wholes", list, &err);
    char *text = jsondoc_dump(doc, &err);
    assert_non_null(text);
    struct json_t *back = jsondoc_parse(text, strlen(text), "doc", &err);
    assert_no_error(err);
    for (size_t i = 0; i < COUNT_OF(reals); i++) {
        char key[2] = { (char)('a' + i), '\0' };
        double value = 4711;
        if (!jsondoc_find_real(back, key, &value) ||
            memcmp(&value, &reals[i], sizeof value) != 0)
            fail_msg("%.17g came back as %.17g", reals[i], value);
    }
    for (size_t i = 0; i < COUNT_OF(wholes); i++) {
        uint64_t value = 4711;
        assert_true(
            jsondoc_u64(jsondoc_at(jsondoc_find(back, "wholes"), i), &value));
        assert_true(value == wholes[i]);
    }
    assert_non_null(strstr(text, "1.8446744073709552e19"));
    free(text);
    jsondoc_release(back);
    jsondoc_release(doc);
}

static void test_masked(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct json_t *doc = jsondoc_object(&err);

    jsondoc_set_text(doc, "a", "caf\xE9 \xC3\xA9", &err);
    assert_no_error(err);
    assert_string_equal(jsondoc_find_text(doc, "a"), "caf\\xe9 \xC3\xA9");
    jsondoc_release(doc);
}

/* An error on the way, also somebody else's, leaves no document behind. */
static void test_error_while_making(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct json_t *doc = jsondoc_object(&err), *list = jsondoc_array(&err);

    jsondoc_set_text(list, "key", "a list has no keys", &err);
    assert_int_equal(err.code, FAIL_SYSTEM);
    jsondoc_set_u64(doc, "n", 1, &err);
    assert_null(jsondoc_dump(doc, &err));
    assert_int_equal(err.code, FAIL_SYSTEM);

    err = (struct error){ 0 };
    jsondoc_append_u64(doc, 1, &err);
    assert_int_equal(err.code, FAIL_SYSTEM);
    err = (struct error){ 0 };
    jsondoc_set(doc, "k", NULL, &err);
    assert_int_equal(err.code, FAIL_SYSTEM);

    err = (struct error){ 0 };
    error_set(&err, FAIL_DATA, "earlier");
    assert_null(jsondoc_dump(doc, &err));
    assert_error(err, FAIL_DATA, "earlier");
    jsondoc_release(list);
    jsondoc_release(doc);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_depth),
        IN_TEMP_DIR(test_read),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_in_nothing),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_keep),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_numbers_come_back),
        cmocka_unit_test(test_masked),
        cmocka_unit_test(test_error_while_making),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
