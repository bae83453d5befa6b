/* SPDX-License-Identifier: MIT */
/* Response headers: what is taken of them, and what is no header at all. */
#include "net/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_status_may_pass(void **state)
{
    (void)state;
    static const struct {
        long status;
        bool may_pass;
    } cases[] = {
        { 0, false },   { 200, false }, { 206, false }, { 301, false },
        { 400, false }, { 401, false }, { 403, false }, { 404, false },
        { 408, true },  { 410, false }, { 416, false }, { 425, true },
        { 429, true },  { 500, true },  { 501, false }, { 502, true },
        { 503, true },  { 504, true },  { 505, false }, { 511, false },
        { 520, true },  { 524, true },  { 599, false }, { -1, false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (response_status_may_pass(cases[i].status) != cases[i].may_pass)
            fail_msg("%ld", cases[i].status);
}

/* In memory of its own size: what is read behind the line is noticed. */
static void add_bytes(struct response_headers *h, const char *line, size_t n)
{
    char *copy = malloc(n + (n == 0));

    assert_non_null(copy);
    memcpy(copy, line, n);
    response_headers_add(h, copy, n);
    free(copy);
}

/* Lines end with \n, which belongs to them; a last one may go without. */
static struct response_headers parse(const char *lines)
{
    struct response_headers h = { 0 };

    while (*lines) {
        size_t n = strcspn(lines, "\n");
        n += lines[n] == '\n';
        add_bytes(&h, lines, n);
        lines += n;
    }
    return h;
}

/* ---- ETag and Last-Modified ---- */

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *line, *etag, *last_modified;
    } cases[] = {
        { "ETag: \"abc\"\r\n", "\"abc\"", "" },
        { "ETag: \"abc\"\n", "\"abc\"", "" },
        { "ETag: \"abc\"", "\"abc\"", "" },
        { "etag: \"abc\"\r\n", "\"abc\"", "" },
        { "ETAG: \"aBc\"\r\n", "\"aBc\"", "" },
        { "ETag:\"abc\"\r\n", "\"abc\"", "" },
        { "ETag: \t  \"abc\" \t \r\n", "\"abc\"", "" },
        { "ETag: \"a b\"\r\n", "\"a b\"", "" },
        { "ETag: \"a:b\"\r\n", "\"a:b\"", "" },
        { "ETag: W/\"abc\"\r\n", "W/\"abc\"", "" },
        { "last-MODIFIED: Mon\r\n", "", "Mon" },
        { "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n", "",
          "Mon, 01 Jan 2024 00:00:00 GMT" },
        /* no such header */
        { "ETag : \"abc\"\r\n", "", "" },
        { " ETag: \"abc\"\r\n", "", "" },
        { "XETag: \"abc\"\r\n", "", "" },
        { "ETags: \"abc\"\r\n", "", "" },
        { "ETa: \"abc\"\r\n", "", "" },
        { "X: ETag: \"abc\"\r\n", "", "" },
        { "ETag", "", "" },
        { "ETag\r\n", "", "" },
        { ": \"abc\"\r\n", "", "" },
        { "\r\n", "", "" },
        { "", "", "" },
        /* no such value */
        { "ETag:", "", "" },
        { "ETag: \r\n", "", "" },
        { "ETag: \"a\tb\"\r\n", "", "" },
        { "ETag: \"a\rb\"\r\n", "", "" },
        { "ETag: \"a\x1B[2Jb\"\r\n", "", "" },
        { "ETag: \"a\x7F\"\r\n", "", "" },
        { "ETag: \"caf\xC3\xA9\"\r\n", "", "" },
        { "ETag: \"a\xFF\"\r\n", "", "" },
        { "Last-Modified: Mon\aday\r\n", "", "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct response_headers h = parse(cases[i].line);
        if (strcmp(h.etag, cases[i].etag) != 0 ||
            strcmp(h.last_modified, cases[i].last_modified) != 0 || h.has_range)
            fail_msg("row %zu: \"%s\", \"%s\"", i, h.etag, h.last_modified);
    }
}

/* A line is as long as it is said to be, whatever stands in it or behind. */
static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        size_t n;
        const char *etag;
    } cases[] = {
        { "ETag: \"abc\"\r\nETag: \"x\"", 13, "\"abc\"" },
        { "ETag: \"abc\"", 9, "\"ab" },
        { "ETag: \"abc\"", 5, "" },
        { "ETag: \"abc\"", 4, "" },
        { "ETag: \"abc\"", 0, "" },
        { "ETag: \"a\0b\"\r\n", 13, "" },
        { "ETag: \"ab\"\0\r\n", 13, "" },
        { "ETag: \"ab\"\0", 11, "" },
        { "ETag:\0", 6, "" },
        { "ET\0g: \"ab\"", 10, "" },
        { "\0", 1, "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct response_headers h = { 0 };
        add_bytes(&h, cases[i].line, cases[i].n);
        if (strcmp(h.etag, cases[i].etag) != 0)
            fail_msg("row %zu: \"%s\"", i, h.etag);
    }
}

static void test_long_values(void **state)
{
    (void)state;
    static const int lengths[] = { HEADER_VALUE_MAX - 2, HEADER_VALUE_MAX - 1,
                                   HEADER_VALUE_MAX, HEADER_VALUE_MAX + 1,
                                   10 * HEADER_VALUE_MAX };

    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        char line[11 * HEADER_VALUE_MAX];
        size_t want = lengths[i] < HEADER_VALUE_MAX ? (size_t)lengths[i] : 0;

        snprintf(line, sizeof line, "ETag: \"%0*d\"   \r\n", lengths[i] - 2, 0);
        struct response_headers h = parse(line);
        assert_int_equal(strlen(h.etag), want);
        snprintf(line, sizeof line, "Last-Modified: %0*d\r\n", lengths[i], 0);
        h = parse(line);
        assert_int_equal(strlen(h.last_modified), want);
        /* Leading zeros are a number's, too. */
        snprintf(line, sizeof line, "Content-Range: bytes 0-1/%0*d9\r\n",
                 lengths[i] - 11, 0);
        h = parse(line);
        assert_int_equal(h.has_range, want > 0);
    }
}

static void test_validator(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *validator;
    } cases[] = {
        { "", "" },
        { "ETag: \"a\"\r\n", "\"a\"" },
        { "Last-Modified: Mon\r\n", "Mon" },
        { "ETag: \"a\"\r\nLast-Modified: Mon\r\n", "\"a\"" },
        { "Last-Modified: Mon\r\nETag: \"a\"\r\n", "\"a\"" },
        { "ETag: W/\"a\"\r\n", "" },
        { "ETag: w/\"a\"\r\n", "" },
        { "ETag: W/\"a\"\r\nLast-Modified: Mon\r\n", "Mon" },
        { "ETag: a\r\n", "" },
        { "ETag: a\r\nLast-Modified: Mon\r\n", "Mon" },
        { "ETag:\r\nLast-Modified: Mon\r\n", "Mon" },
        { "ETag: \"a\x01\"\r\nLast-Modified: Mon\r\n", "Mon" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct response_headers h = parse(cases[i].lines);
        if (strcmp(response_headers_validator(&h), cases[i].validator) != 0)
            fail_msg("row %zu: %s", i, response_headers_validator(&h));
    }
}

/* What a redirect or an interim answer said is not said of the file. */
static void test_status_line(void **state)
{
    (void)state;
    static const char before[] = "ETag: \"a\"\r\nLast-Modified: Mon\r\n"
                                 "Content-Range: bytes 0-1/2\r\n";
    static const struct {
        const char *line;
        bool forgets;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\n", true },
        { "HTTP/2 206\r\n", true },
        { "HTTP/", true },
        { "HTTP", false },
        { " HTTP/1.1 200 OK\r\n", false },
        { "X: HTTP/1.1 200\r\n", false },
        { "\r\n", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char lines[256];

        snprintf(lines, sizeof lines, "%s%s", before, cases[i].line);
        struct response_headers h = parse(lines);
        bool forgot = h.etag[0] == '\0' && h.last_modified[0] == '\0' &&
                      !h.has_range && h.range_last == 0 && h.range_total == 0;
        if (forgot != cases[i].forgets ||
            strcmp(response_headers_validator(&h), forgot ? "" : "\"a\"") != 0)
            fail_msg("row %zu", i);
    }

    struct response_headers h = parse("HTTP/1.1 302 Found\r\nETag: \"a\"\r\n"
                                      "Last-Modified: Mon\r\n\r\n"
                                      "HTTP/1.1 200 OK\r\nETag: \"b\"\r\n\r\n");
    assert_string_equal(response_headers_validator(&h), "\"b\"");
    assert_string_equal(h.last_modified, "");
}

/* ---- Content-Range ---- */

static void test_range(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t first, last, total;
    } cases[] = {
        { "bytes 0-499/1234", 0, 499, 1234 },
        { "Bytes 0-499/1234", 0, 499, 1234 },
        { "BYTES 0-499/1234", 0, 499, 1234 },
        { "bytes 0-0/1", 0, 0, 1 },
        { "bytes 7-7/8", 7, 7, 8 },
        { "bytes 500-1233/1234", 500, 1233, 1234 },
        { "bytes 0-499/*", 0, 499, 0 },
        { "bytes 007-008/009", 7, 8, 9 },
        { "bytes 5000000000-5000000009/5000000010", 5000000000, 5000000009,
          5000000010 },
        { "bytes 0-18446744073709551614/18446744073709551615", 0,
          UINT64_MAX - 1, UINT64_MAX },
        { "bytes 18446744073709551615-18446744073709551615/*", UINT64_MAX,
          UINT64_MAX, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct response_headers h = { 0 };
        char line[128];

        if (!response_range_parse(cases[i].text, &h) || !h.has_range ||
            h.range_first != cases[i].first || h.range_last != cases[i].last ||
            h.range_total != cases[i].total)
            fail_msg("%s", cases[i].text);
        snprintf(line, sizeof line, "content-RANGE:  %s \r\n", cases[i].text);
        struct response_headers added = parse(line);
        assert_true(added.has_range);
        assert_int_equal(added.range_first, cases[i].first);
        assert_int_equal(added.range_last, cases[i].last);
        assert_int_equal(added.range_total, cases[i].total);
    }
}

static const char *const hostile_ranges[] = {
    "",
    "bytes",
    "bytes ",
    "bytes -",
    "bytes /",
    "bytes -/",
    "bytes */1234", /* of status 416 */
    "bytes 0-499",
    "bytes 0/1234",
    "bytes 0-/1234",
    "bytes -499/1234",
    "bytes 0-499/",
    "bytes=0-499/1234",
    "bytes\t0-499/1234",
    "bytes0-499/1234",
    "items 0-499/1234",
    "0-499/1234",
    " bytes 0-499/1234",
    "bytes  0-499/1234",
    "bytes 0 -499/1234",
    "bytes 0- 499/1234",
    "bytes 0-499 /1234",
    "bytes 0-499/ 1234",
    "bytes 0-499/1234 ",
    "bytes 0-499/* ",
    "bytes 0-499/**",
    "bytes 0-499/*1",
    "bytes *-499/1234",
    "bytes 0-*/1234",
    "bytes 0/499-1234",
    "bytes 0-499/1234/5",
    "bytes 0-499-500/1234",
    "bytes --0-499/1234",
    "bytes +0-499/1234",
    "bytes 0-+499/1234",
    "bytes 0-499/+1234",
    "bytes 0-499/-1234",
    "bytes 0-499/1234,",
    "bytes 0-499/1234x",
    "bytes 0x0-499/1234",
    "bytes 0-4.99/1234",
    "bytes 0-499/1e4",
    /* which cannot be */
    "bytes 500-499/1234",
    "bytes 1-0/*",
    "bytes 0-499/499",
    "bytes 0-0/0",
    "bytes 0-499/0",
    "bytes 1233-1234/1234",
    "bytes 18446744073709551616-18446744073709551617/*",
    "bytes 0-18446744073709551616/*",
    "bytes 0-499/18446744073709551616",
    "bytes 0-18446744073709551615/18446744073709551615",
    "bytes 0-499/99999999999999999999999999999999999999",
};

static void test_range_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile_ranges); i++) {
        struct response_headers h = { .range_first = 1,
                                      .range_last = 2,
                                      .range_total = 3 };

        if (response_range_parse(hostile_ranges[i], &h) || h.has_range ||
            h.range_first != 1 || h.range_last != 2 || h.range_total != 3)
            fail_msg("\"%s\"", hostile_ranges[i]);
    }
}

static void test_range_lines_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Content-Range: bytes 0-499\r\n",
        "Content-Range: bytes 500-499/1234\r\n",
        "Content-Range: bytes\x01 0-499/1234\r\n",
        "Content-Range: bytes 0-499/1234\x1B\r\n",
        "Content-Range : bytes 0-499/1234\r\n",
        "Content-Ranges: bytes 0-499/1234\r\n",
        "Range: bytes 0-499/1234\r\n",
        "Content-Range:",
    };

    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (parse(lines[i]).has_range)
            fail_msg("row %zu", i);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_may_pass),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_validator),
        cmocka_unit_test(test_status_line),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_range_refused),
        cmocka_unit_test(test_range_lines_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
