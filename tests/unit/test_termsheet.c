/* SPDX-License-Identifier: MIT */
/* Rows of pictures with captions: what fits, what is cut, what gets smaller. */
#include "helpers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "draw/termsheet.h"

#define A TERMPICTURE_ASCII
#define S TERMPICTURE_SIXEL
#define K TERMPICTURE_KITTY

/* A sheet as text; the caller frees it. */
static char *sheet_text(const struct termsheet *t,
                        const struct termsheet_picture *pictures, size_t count)
{
    struct bytes_writer w;
    struct error err = { 0 };

    bytes_writer_init(&w);
    assert_true(termsheet_write(t, pictures, count, &w.base, &err));
    assert_true(writer_write(&w.base, "", 1, &err));
    return (char *)w.bytes;
}

static void assert_sheet(const struct termsheet *t,
                         const struct termsheet_picture *pictures, size_t count,
                         const char *expected)
{
    char *text = sheet_text(t, pictures, count);

    assert_string_equal(text, expected);
    free(text);
}

static void test_across(void **state)
{
    static const struct {
        struct termsheet sheet;
        size_t across;
    } cases[] = {
        /* Text: a column for each pixel, and two between pictures. */
        { { A, 80, 0, 28, 28, 4, true }, 2 },
        { { A, 88, 0, 28, 28, 4, true }, 3 },
        { { A, 87, 0, 28, 28, 4, true }, 2 },
        { { A, 58, 9, 28, 28, 1, true }, 2 },
        { { A, 57, 9, 28, 28, 1, true }, 1 },
        { { A, 28, 0, 28, 28, 1, true }, 1 },
        { { A, 27, 0, 28, 28, 1, true }, 1 }, /* of 14 columns */
        { { A, 30, 0, 56, 56, 1, true }, 1 },
        { { A, 1, 0, 28, 28, 1, true }, 1 },
        { { A, 80, 0, 1, 1, 1, false }, 27 },
        /* Pixels: pictures of 28 * zoom or captions of 72 (from zoom 4 on
         * 144), and 4 around them; 8 in a column that does not tell. */
        { { S, 80, 0, 28, 28, 4, true }, 4 },
        { { S, 80, 8, 28, 28, 4, true }, 4 },
        { { S, 80, 16, 28, 28, 4, true }, 8 },
        { { S, 80, 0, 28, 28, 4, false }, 5 },
        { { K, 80, 10, 28, 28, 1, false }, 24 },
        { { K, 80, 10, 28, 28, 1, true }, 10 },
        { { K, 80, 10, 28, 28, 1000, true }, 1 },
        { { K, 19, 8, 28, 28, 4, true }, 1 },
        { { K, 18, 8, 28, 28, 4, true }, 1 }, /* at zoom 3 */
        { { K, 1, 1, 28, 28, 4, true }, 1 },
        { { K, 1, 4, 28, 28, 4, true }, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (termsheet_across(&cases[i].sheet) != cases[i].across)
            fail_msg("case %zu: %zu", i, termsheet_across(&cases[i].sheet));
}

static const unsigned char dark[16] = { 0 };
static const unsigned char bright[16] = { 255, 255, 255, 255, 255, 255,
                                          255, 255, 255, 255, 255, 255,
                                          255, 255, 255, 255 };

static void test_rows(void **state)
{
    const struct termsheet t = { A, 11, 0, 4, 4, 1, true };
    const struct termsheet_picture p[] = { { bright, "abcd" },
                                           { dark, "x" },
                                           { bright, NULL } };

    (void)state;
    assert_sheet(&t, p, 3,
                 "@@@@      \n"
                 "@@@@      \n"
                 "abcd   x  \n"
                 "@@@@\n"
                 "@@@@\n"
                 "    \n");
    assert_sheet(&t, p, 0, "");
}

/* Colours end before the caption begins. */
static void test_half(void **state)
{
    const struct termsheet t = { TERMPICTURE_HALF_RGB, 80, 0, 4, 2, 1, true };
    const struct termsheet_picture p[] = { { bright, "7" } };

    (void)state;
    assert_sheet(&t, p, 1,
                 "\033[48;2;255;255;255m\033[38;2;255;255;255m"
                 "\u2580\u2580\u2580\u2580\033[0m\n"
                 " 7  \n");
}

static void test_no_captions(void **state)
{
    const struct termsheet t = { A, 80, 0, 4, 2, 1, false };
    const struct termsheet_picture p[] = { { bright, "7" }, { bright, "8" } };

    (void)state;
    assert_sheet(&t, p, 2, "@@@@  @@@@\n");
}

#define HIRAGANA_O "\xE3\x81\x8A"

static void test_captions(void **state)
{
    static const struct {
        const char *caption, *shown;
    } cases[] = {
        { "12345678", "12345678" },
        { "123456789", "123456.." },
        { "", "        " },
        { HIRAGANA_O, "   " HIRAGANA_O "    " },
        { HIRAGANA_O "2345678" HIRAGANA_O, HIRAGANA_O "23456.." },
        { "a\033[0m", "a\\x1b[0m" }, /* nothing that a terminal obeys */
        { "\n", "  \\x0a  " },
        { "\xFF", "  \\xff  " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct termsheet t = { A, 80, 0, 8, 2, 1, true };
        struct termsheet_picture p = { bright, cases[i].caption };
        char expected[64];
        snprintf(expected, sizeof expected, "@@@@@@@@\n%s\n", cases[i].shown);
        assert_sheet(&t, &p, 1, expected);
    }
}

/* Means of boxes; those at the edges are cut. */
static void test_shrinking(void **state)
{
    const unsigned char image[5 * 3] = {
        0,   0,   255, 255, 200, /* */
        255, 255, 255, 255, 201, /* */
        10,  20,  30,  40,  51,  /* */
    };
    const struct termsheet t = { TERMPICTURE_HALF_RGB, 3, 0, 5, 3, 1, false };
    const struct termsheet narrow = { A, 1, 0, 5, 3, 1, true };
    const struct termsheet_picture p[] = { { image, "12345" } };

    (void)state;
    assert_sheet(&t, p, 1,
                 "\033[48;2;15;15;15m\033[38;2;128;128;128m\u2580"
                 "\033[48;2;35;35;35m\033[38;2;255;255;255m\u2580"
                 "\033[48;2;51;51;51m\033[38;2;201;201;201m\u2580\033[0m\n");
    /* 2082 / 15 = 139 above black: a quarter of the way. */
    assert_sheet(&narrow, p, 1, ":\n.\n");
}

/* Of the control characters of this sheet, nothing counts as a column. */
static size_t longest_line(const char *text)
{
    size_t longest = 0;

    for (const char *p = text; *p; p += *p == '\n') {
        char line[4096];
        size_t n = 0;
        for (; *p != '\n'; p++) {
            if (*p == '\033')
                p = strchr(p, 'm');
            else
                line[n++] = *p;
        }
        line[n] = '\0';
        size_t length = text_characters(line);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void test_never_wraps(void **state)
{
    static const size_t widths[] = { 1, 2, 5, 28, 29, 64, 100, 300 };
    unsigned char image[300 * 2];

    (void)state;
    fill_noise(image, sizeof image, 3);
    for (size_t columns = 1; columns < 130; columns++) {
        for (size_t i = 0; i < COUNT_OF(widths); i++) {
            struct termsheet t = { columns % 2 ? TERMPICTURE_HALF_256
                                               : TERMPICTURE_ASCII,
                                   columns,
                                   0,
                                   widths[i],
                                   2,
                                   4,
                                   true };
            struct termsheet_picture p[5];
            for (size_t k = 0; k < COUNT_OF(p); k++)
                p[k] = (struct termsheet_picture){ image, "Ankle boot" };
            char *text = sheet_text(&t, p, COUNT_OF(p));
            assert_in_range(longest_line(text), 1, columns);
            free(text);
        }
    }
}

/* From the raster attributes. */
static size_t sixel_width(const char *text)
{
    static const char start[] = "\033P0;1;0q\"1;1;";

    assert_memory_equal(text, start, strlen(start));
    return strtoul(text + strlen(start), NULL, 10);
}

static void test_sixel_fits(void **state)
{
    static const size_t widths[] = { 1, 28, 64, 300 };
    unsigned char image[300 * 2];

    (void)state;
    fill_noise(image, sizeof image, 3);
    for (size_t columns = 2; columns < 100; columns += 7) {
        for (size_t i = 0; i < COUNT_OF(widths); i++) {
            struct termsheet t = { S, columns, 9, widths[i], 2, 4, true };
            struct termsheet_picture p[20];
            for (size_t k = 0; k < COUNT_OF(p); k++)
                p[k] = (struct termsheet_picture){ image, "Ankle boot" };
            size_t n = termsheet_across(&t);
            char *text = sheet_text(&t, p, n < 20 ? n : 20);
            assert_in_range(sixel_width(text), 1, columns * 9);
            free(text);
        }
    }
}

/* The zoom is as asked for where there is room: 28 * 4 and 4 around. */
static void test_sixel_zoom(void **state)
{
    const unsigned char image[28 * 28] = { 0 };
    struct termsheet t = { S, 80, 0, 28, 28, 4, false };
    const struct termsheet_picture p[] = { { image, NULL }, { image, NULL } };

    (void)state;
    char *text = sheet_text(&t, p, 2);
    assert_int_equal(sixel_width(text), 4 + 2 * (112 + 4));
    assert_string_equal(text + strlen(text) - 3, "\033\\\n");
    free(text);
    t.columns = 14; /* 112 pixels: 28 * 3 and 8 */
    text = sheet_text(&t, p, 1);
    assert_int_equal(sixel_width(text), 92);
    free(text);
}

/* One image for each row, each a PNG file. */
static void test_kitty_rows(void **state)
{
    const struct termsheet t = { K, 80, 0, 4, 4, 4, true };
    const struct termsheet_picture p[] = { { bright, "a" }, { dark, "b" },
                                           { dark, "c" },   { dark, "d" },
                                           { dark, "e" },   { dark, "f" },
                                           { dark, "g" },   { dark, "h" },
                                           { dark, "i" } };
    static const char start[] = "\033_Ga=T,f=100,q=2,m=0;iVBORw0KGgo";
    size_t rows = 0;

    (void)state;
    assert_int_equal(termsheet_across(&t), 8);
    char *text = sheet_text(&t, p, COUNT_OF(p));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1, rows++)
        assert_memory_equal(line, start, strlen(start));
    assert_int_equal(rows, 2);
    free(text);
}

static void test_full(void **state)
{
    const struct termsheet_picture p[] = { { bright, "abcdef" },
                                           { dark, "x" } };

    (void)state;
    for (int protocol = A; protocol <= K; protocol++) {
        const struct termsheet t = {
            (enum termpicture_protocol)protocol, 6, 24, 4, 4, 1, true
        };
        char *text = sheet_text(&t, p, 2);
        for (size_t left = 0; left < strlen(text); left++) {
            struct full_writer w;
            struct error err = { 0 };
            full_writer_init(&w, left);
            assert_false(termsheet_write(&t, p, 2, &w.base, &err));
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_across),      cmocka_unit_test(test_rows),
        cmocka_unit_test(test_half),        cmocka_unit_test(test_no_captions),
        cmocka_unit_test(test_captions),    cmocka_unit_test(test_shrinking),
        cmocka_unit_test(test_never_wraps), cmocka_unit_test(test_sixel_fits),
        cmocka_unit_test(test_sixel_zoom),  cmocka_unit_test(test_kitty_rows),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
