/* SPDX-License-Identifier: MIT */
/* Foreign text made safe to print, growing text, paths. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_mask(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        { "", "" },
        { "train-images.idx3 (1).gz", "train-images.idx3 (1).gz" },
        { "Gr\xC3\xBC\xC3\x9F"
          "e",
          "Gr\xC3\xBC\xC3\x9F"
          "e" },
        { "\xE6\x95\xB0\xF0\x9F\x98\x80", "\xE6\x95\xB0\xF0\x9F\x98\x80" },
        { "back\\slash", "back\\slash" },
        /* terminal sequences: colour, title, the same by C1 */
        { "\x1B[31mred", "\\x1b[31mred" },
        { "\x1B]0;title\x07", "\\x1b]0;title\\x07" },
        { "\xC2\x9B"
          "31m",
          "\\u009b31m" },
        { "\xC2\x85|\xC2\x80|\xC2\x9F", "\\u0085|\\u0080|\\u009f" },
        { "\x9B"
          "31m",
          "\\x9b31m" },
        { "a\nb\rc\td\be", "a\\x0ab\\x0dc\\x09d\\x08e" },
        { "\x7F", "\\x7f" },
        { "\xC2\xA0", "\xC2\xA0" }, /* the first one after C1 */
        /* direction: override, isolate, marks, separators, BOM */
        { "\xE2\x80\xAE"
          "gpj.exe",
          "\\u202egpj.exe" },
        { "\xE2\x81\xA6\xE2\x81\xA9", "\\u2066\\u2069" },
        { "\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", "\\u200e\\u200f\\u061c" },
        { "\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029" },
        { "\xEF\xBB\xBF<html", "\\ufeff<html" },
        /* not UTF-8: alone, cut short, overlong, surrogate, too large */
        { "\xFF\xFE", "\\xff\\xfe" },
        { "\x80", "\\x80" },
        { "\xC3", "\\xc3" },
        { "\xC3(", "\\xc3(" },
        { "\xE6\x95", "\\xe6\\x95" },
        { "\xF0\x9F\x98", "\\xf0\\x9f\\x98" },
        { "\xF0\x9F\x98(", "\\xf0\\x9f\\x98(" },
        { "\xC0\xAF", "\\xc0\\xaf" },
        { "\xC1\x9B", "\\xc1\\x9b" },
        { "\xE0\x80\x9B", "\\xe0\\x80\\x9b" },
        { "\xF0\x80\x80\x9B", "\\xf0\\x80\\x80\\x9b" },
        { "\xE0\x9F\xBF", "\\xe0\\x9f\\xbf" },
        { "\xED\xA0\x80", "\\xed\\xa0\\x80" },
        { "\xED\xBF\xBF", "\\xed\\xbf\\xbf" },
        { "\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
        { "\xF8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[256];
        text_mask(to, sizeof to, cases[i].from);
        if (strcmp(to, cases[i].to) != 0)
            fail_msg("row %zu came out as %s", i, to);
    }
}

static size_t encode(char *to, unsigned code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        to[1] = '\0';
    } else if (code < 0x800) {
        snprintf(to, 8, "%c%c", (char)(0xC0 | code >> 6),
                 (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        snprintf(to, 8, "%c%c%c", (char)(0xE0 | code >> 12),
                 (char)(0x80 | (code >> 6 & 0x3F)),
                 (char)(0x80 | (code & 0x3F)));
    } else {
        snprintf(to, 8, "%c%c%c%c", (char)(0xF0 | code >> 18),
                 (char)(0x80 | (code >> 12 & 0x3F)),
                 (char)(0x80 | (code >> 6 & 0x3F)),
                 (char)(0x80 | (code & 0x3F)));
    }
    return strlen(to);
}

/* Every character: the dangerous ones are masked and no other one is. */
static void test_mask_every_character(void **state)
{
    (void)state;
    static const struct {
        unsigned first, last;
    } masked[] = {
        { 0x01, 0x1F },     { 0x7F, 0x9F },     { 0x061C, 0x061C },
        { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2066, 0x2069 },
        { 0xFEFF, 0xFEFF },
    };

    for (unsigned code = 1; code <= 0x10FFFF; code++) {
        char from[8], to[32], want[32];
        bool mask = false;

        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        size_t n = encode(from, code);
        for (size_t i = 0; i < COUNT_OF(masked); i++)
            mask |= code >= masked[i].first && code <= masked[i].last;
        if (mask)
            snprintf(want, sizeof want, n == 1 ? "\\x%02x" : "\\u%04x", code);
        else
            memcpy(want, from, n + 1);
        text_mask(to, sizeof to, from);
        if (strcmp(to, want) != 0)
            fail_msg("U+%04X came out as %s", code, to);
    }
}

static void test_mask_every_byte(void **state)
{
    (void)state;

    for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
        char from[2] = { (char)byte, '\0' }, to[32], want[32];
        snprintf(want, sizeof want, "\\x%02x", byte);
        text_mask(to, sizeof to, from);
        assert_string_equal(to, want);
    }
}

static void test_mask_cuts_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        size_t size;
        const char *to;
    } cases[] = {
        { "abc", 4, "abc" },
        { "abc", 3, "ab" },
        { "abc", 1, "" },
        { "a\xC3\xBC", 4, "a\xC3\xBC" },
        { "a\xC3\xBC", 3, "a" },
        { "\xF0\x9F\x98\x80", 4, "" },
        { "\xF0\x9F\x98\x80", 5, "\xF0\x9F\x98\x80" },
        { "a\x1B", 5, "a" },
        { "a\x1B", 6, "a\\x1b" },
        { "\xE2\x80\xAE", 6, "" },
        { "\xE2\x80\xAE", 7, "\\u202e" },
        /* what is cut off is cut off: nothing shorter slips in after it */
        { "a\x1B"
          "b",
          4, "a" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[32];
        memset(to, '#', sizeof to);
        text_mask(to, cases[i].size, cases[i].from);
        assert_string_equal(to, cases[i].to);
        assert_int_equal(to[cases[i].size], '#');
    }
}

/* Whatever comes in, at whatever size: nothing a terminal obeys, no broken
 * character, no byte behind the end. */
static void test_mask_noise(void **state)
{
    (void)state;
    uint64_t noise = 2024;

    for (unsigned round = 0; round < 50000; round++) {
        char from[24], to[80], again[80];
        size_t size = 1 + noise_next(&noise) % 78;

        for (size_t i = 0; i < sizeof from; i++) {
            uint64_t v = noise_next(&noise) >> 20;
            /* often a byte that begins or continues a character */
            from[i] = (char)(v & 0x300 ? 0x80 | (v & 0x7F) : v & 0xFF);
        }
        from[sizeof from - 1] = '\0';
        memset(to, '#', sizeof to);
        text_mask(to, size, from);
        assert_true(strlen(to) < size);
        assert_int_equal(to[size], '#');
        for (const char *p = to; *p; p++)
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7F);
        /* Nothing is left to mask, so every character is whole. */
        text_mask(again, sizeof again, to);
        assert_string_equal(again, to);
    }
}

static void test_format(void **state)
{
    (void)state;
    struct error err = { 0 };
    char *text = text_format(&err, "%s-%d", "rows", 3);

    assert_string_equal(text, "rows-3");
    free(text);
    text = text_format(&err, "%*d", 100000, 7);
    assert_int_equal(strlen(text), 100000);
    free(text);
    text = text_copy("50% %s", &err);
    assert_string_equal(text, "50% %s");
    free(text);
    text = text_copy("", &err);
    assert_string_equal(text, "");
    free(text);
    assert_no_error(err);
}

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *list, *words[5];
    } cases[] = {
        { NULL, { NULL } },
        { "", { "", NULL } },
        { "train", { "train", NULL } },
        { "3,5,8", { "3", "5", "8", NULL } },
        { ",a,,", { "", "a", "", "" } },
        { "a b, c", { "a b", " c", NULL } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *list = cases[i].list;
        char word[TEXT_WORD_BYTES];

        for (size_t n = 0; cases[i].words[n]; n++) {
            assert_true(text_next_word(&list, word));
            assert_string_equal(word, cases[i].words[n]);
        }
        assert_null(list);
        assert_false(text_next_word(&list, word));
    }
}

/* The longest name that a folder can have is a word; what is longer is none,
 * and the list goes on behind it. */
static void test_long_words(void **state)
{
    (void)state;
    char text[1000], word[TEXT_WORD_BYTES];

    for (size_t n = 254; n < 300; n++) {
        const char *list = text;

        memset(text, 'x', n);
        memcpy(text + n, ",y", 3);
        assert_true(text_next_word(&list, word));
        assert_int_equal(strlen(word), n < 256 ? n : 256);
        assert_true(text_next_word(&list, word));
        assert_string_equal(word, "y");
        assert_false(text_next_word(&list, word));
    }
}

static void test_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count, first, first_two; /* bytes */
    } cases[] = {
        { "", 0, 0, 0 },
        { "a", 1, 1, 1 },
        { "T-shirt/top", 11, 1, 2 },
        { "\xC3\xA9", 1, 2, 2 },
        { "a\xE3\x81\x8A\xC3\xA9z", 4, 1, 4 },
        { "\xF0\x9F\x91\x9E!", 2, 4, 5 },
        { "\xC3", 1, 1, 1 },          /* cut in two */
        { "\xC3z", 2, 1, 2 },         /* the same, inside a text */
        { "\x80\x80\x80z", 2, 3, 4 }, /* continuation of nothing */
        { "a\x80z", 3, 1, 2 },
        { "\xFF\xFE", 2, 1, 2 }, /* never in UTF-8 */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *text = cases[i].text;

        assert_int_equal(text_characters(text), cases[i].count);
        assert_int_equal(text_first_bytes(text, 0), 0);
        assert_int_equal(text_first_bytes(text, 1), cases[i].first);
        assert_int_equal(text_first_bytes(text, 2), cases[i].first_two);
        assert_int_equal(text_first_bytes(text, SIZE_MAX), strlen(text));
    }
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *dir, *name, *joined, *base;
    } cases[] = {
        { "data", "mnist", "data/mnist", "mnist" },
        { "data/", "mnist", "data/mnist", "mnist" },
        { "/", "mnist", "/mnist", "mnist" },
        { ".", "a.b", "./a.b", "a.b" },
        { "a/b/c", "d e", "a/b/c/d e", "d e" },
        { "a", "", "a/", "" },
    };
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *path = path_join(cases[i].dir, cases[i].name, &err);
        assert_string_equal(path, cases[i].joined);
        assert_string_equal(path_base(path), cases[i].base);
        free(path);
    }
    assert_string_equal(path_base("alone"), "alone");
    assert_string_equal(path_base(""), "");
    assert_no_error(err);
}

static void test_ends_with(void **state)
{
    (void)state;

    assert_true(text_ends_with("images.gz", ".gz"));
    assert_true(text_ends_with("images.gz", ""));
    assert_true(text_ends_with(".gz", ".gz"));
    assert_true(text_ends_with("", ""));
    assert_false(text_ends_with("gz", ".gz"));
    assert_false(text_ends_with("", ".gz"));
    assert_false(text_ends_with("images.gz.part", ".gz"));
    assert_false(text_ends_with("images.GZ", ".gz"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_mask_every_character),
        cmocka_unit_test(test_mask_every_byte),
        cmocka_unit_test(test_mask_cuts_between_characters),
        cmocka_unit_test(test_mask_noise),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_ends_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
