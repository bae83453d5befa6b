/* SPDX-License-Identifier: MIT */
/* Names cut by characters, masked before. */
#include "show/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_fit(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        size_t columns;
        const char *to;
        size_t length;
    } cases[] = {
        { "", 5, "", 0 },
        { "abcde", 5, "abcde", 5 },
        { "abcdef", 5, "abc..", 5 },
        { "abc", 2, "..", 2 },
        { "ab", 2, "ab", 2 },
        /* Characters of two, three and four bytes count once, and stay
         * whole. */
        { "\xC3\xA4\xC3\xB6\xC3\xBC", 3, "\xC3\xA4\xC3\xB6\xC3\xBC", 3 },
        { "\xC3\xA4\xC3\xB6\xC3\xBC", 2, "..", 2 },
        { "\xE3\x81\x82\xE3\x81\x84\xE3\x81\x86\xE3\x81\x88", 3,
          "\xE3\x81\x82..", 3 },
        { "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 2,
          "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 2 },
        { "\xF0\x9F\x98\x80"
          "abc",
          3, "\xF0\x9F\x98\x80..", 3 },
        /* What a terminal would obey. */
        { "a\x1B[31m", 10, "a\\x1b[31m", 9 },
        { "a\tb\nc", 20, "a\\x09b\\x0ac", 11 },
        { "a\xFF", 9, "a\\xff", 5 },
        { "\xE2\x80\xAE", 9, "\\u202e", 6 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[NAME_BYTES];
        size_t n = name_fit(to, cases[i].from, cases[i].columns);
        if (strcmp(to, cases[i].to) != 0 || n != cases[i].length)
            fail_msg("row %zu: '%s', %zu characters", i, to, n);
    }
}

/* Characters of up to four bytes, and bytes that become four characters. */
static void test_long_names(void **state)
{
    (void)state;
    static const struct {
        const char *piece, *shown;
        size_t columns, bytes;
    } cases[] = {
        { "x", "xxxxxxxx", 80, 80 },
        { "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80\xF0\x9F", 80, 78 * 4 + 2 },
        { "\x01", "\\x01\\x01", 80, 80 },
        { "\xE2\x80\xAE", "\\u202e", 79, 79 },
        { "\xE2\x96\x88", "\xE2\x96\x88\xE2", 20, 18 * 3 + 2 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[NAME_BYTES], *name = malloc(4001);
        size_t piece = strlen(cases[i].piece);
        assert_non_null(name);
        for (size_t j = 0; j < 1000; j++)
            memcpy(name + j * piece, cases[i].piece, piece + 1);
        assert_int_equal(name_fit(to, name, cases[i].columns),
                         cases[i].columns);
        assert_int_equal(strlen(to), cases[i].bytes);
        assert_memory_equal(to, cases[i].shown, strlen(cases[i].shown));
        assert_string_equal(to + cases[i].bytes - 2, "..");
        free(name);
    }
}

static void test_write(void **state)
{
    (void)state;
    static const char name[] = "a\tb\n\x01\xFF\xC3\xA4";
    char *controls = malloc(1001);
    struct bytes_writer w;
    struct full_writer full;
    struct error err = { 0 };

    assert_non_null(controls);
    bytes_writer_init(&w);
    assert_true(name_write(&w.base, name, &err));
    assert_int_equal(w.n, strlen("a\\x09b\\x0a\\x01\\xff\xC3\xA4"));
    assert_memory_equal(w.bytes, "a\\x09b\\x0a\\x01\\xff\xC3\xA4", w.n);
    memset(controls, '\t', 1000);
    controls[1000] = '\0';
    assert_true(name_write(&w.base, controls, &err));
    assert_int_equal(w.n, strlen("a\\x09b\\x0a\\x01\\xff\xC3\xA4") + 4000);
    assert_null(memchr(w.bytes, '\t', w.n));
    bytes_writer_release(&w);
    free(controls);

    full_writer_init(&full, 3);
    assert_false(name_write(&full.base, "four", &err));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
