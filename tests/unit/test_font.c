/* SPDX-License-Identifier: MIT */
/* The built-in font: what characters look like, where they land, and text that
 * is not ASCII or not even UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sizes.h"
#include "base/text.h"
#include "draw/font.h"

enum { CELL_PIXELS = FONT_WIDTH * FONT_HEIGHT, FIRST = ' ', LAST = '~' };

static struct canvas new_canvas(size_t width, size_t height)
{
    struct canvas c = { 0 };
    struct error err = { 0 };

    assert_true(canvas_init(&c, width, height, '.', &err));
    return c;
}

static void assert_same(const struct canvas *a, const struct canvas *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_memory_equal(a->pixels, b->pixels, a->width * a->height);
}

/* The cell of the first character of `text`, as '#' and '.'. */
static void draw_cell(const char *text, char cell[CELL_PIXELS + 1])
{
    struct canvas c = new_canvas(FONT_WIDTH, FONT_HEIGHT);

    font_draw(&c, 0, 0, 1, text, '#');
    memcpy(cell, c.pixels, CELL_PIXELS);
    cell[CELL_PIXELS] = '\0';
    canvas_release(&c);
}

static void draw_ascii(int code, char cell[CELL_PIXELS + 1])
{
    const char text[] = { (char)code, '\0' };
    draw_cell(text, cell);
}

/* The row in which the picture begins, and the one after its last. */
static void find_rows(const char *cell, size_t *top, size_t *bottom)
{
    const char *first = strchr(cell, '#'), *last = strrchr(cell, '#');

    assert_non_null(first);
    *top = (size_t)(first - cell) / FONT_WIDTH;
    *bottom = (size_t)(last - cell) / FONT_WIDTH + 1;
}

static unsigned count_differences(int a, int b)
{
    char left[CELL_PIXELS + 1], right[CELL_PIXELS + 1];
    unsigned differences = 0;

    draw_ascii(a, left);
    draw_ascii(b, right);
    for (size_t i = 0; i < CELL_PIXELS; i++)
        differences += left[i] != right[i];
    return differences;
}

#define HOLLOW_BOX \
    "#####"        \
    "#...#"        \
    "#...#"        \
    "#...#"        \
    "#...#"        \
    "#...#"        \
    "#####"        \
    "....."        \
    "....."

static void test_pictures(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "A", ".###."
               "#...#"
               "#...#"
               "#####"
               "#...#"
               "#...#"
               "#...#"
               "....."
               "....." },
        { "g", "....."
               "....."
               ".##.#"
               "#..##"
               "#...#"
               "#...#"
               ".####"
               "....#"
               ".###." },
        { "7", "#####"
               "....#"
               "...#."
               "..#.."
               "..#.."
               "..#.."
               "..#.."
               "....."
               "....." },
        { "\xC3\xA9", HOLLOW_BOX },         /* e acute, U+00E9 */
        { "\xE3\x81\x8A", HOLLOW_BOX },     /* hiragana o, U+304A */
        { "\xF0\x9F\x91\x9E", HOLLOW_BOX }, /* a shoe, U+1F45E */
        { "\t", HOLLOW_BOX },
        { "\x7F", HOLLOW_BOX },
        { "\x80", HOLLOW_BOX },
        { "\xFF", HOLLOW_BOX },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char cell[CELL_PIXELS + 1];
        draw_cell(cases[i].text, cell);
        assert_string_equal(cell, cases[i].expected);
    }
}

static void test_characters_differ(void **state)
{
    static const char *const alike[] = { "0O", "0D", "1l", "1I", "lI", "l|",
                                         "I|", "5S", "2Z", "8B", "ce" };

    (void)state;
    for (int a = FIRST; a <= LAST; a++)
        for (int b = a + 1; b <= LAST; b++)
            if (count_differences(a, b) < 2)
                fail_msg("'%c' looks like '%c'", a, b);
    for (size_t i = 0; i < COUNT_OF(alike); i++)
        if (count_differences(alike[i][0], alike[i][1]) < 3)
            fail_msg("'%s' look too much alike", alike[i]);
}

static void test_only_space_is_blank(void **state)
{
    (void)state;
    for (int code = FIRST; code <= LAST; code++) {
        char cell[CELL_PIXELS + 1];
        draw_ascii(code, cell);
        assert_int_equal(strchr(cell, '#') == NULL, code == ' ');
        assert_string_not_equal(cell, HOLLOW_BOX);
    }
}

static void test_lines_of_writing(void **state)
{
    static const struct {
        const char *characters;
        size_t top, bottom;
    } cases[] = {
        { "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0, FONT_ASCENT },
        { "0123456789", 0, FONT_ASCENT },
        { "bdfhiklt", 0, FONT_ASCENT },
        { "acemnorsuvwxz", 2, FONT_ASCENT },
        { "gpqy", 2, FONT_HEIGHT },
        { "j|", 0, FONT_HEIGHT },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (const char *p = cases[i].characters; *p != '\0'; p++) {
            char cell[CELL_PIXELS + 1];
            size_t top, bottom;
            draw_ascii(*p, cell);
            find_rows(cell, &top, &bottom);
            if (top != cases[i].top || bottom != cases[i].bottom)
                fail_msg("'%c' stands in rows %zu to %zu", *p, top, bottom);
        }
}

static void test_widths(void **state)
{
    static const struct {
        const char *text;
        unsigned scale;
        size_t length, width;
    } cases[] = {
        { "", 1, 0, 0 },
        { "", 3, 0, 0 },
        { "a", 1, 1, 5 },
        { "a", 2, 1, 10 },
        { "ab", 1, 2, 11 },
        { "T-shirt/top", 1, 11, 65 },
        { "T-shirt/top", 2, 11, 130 },
        { "\xC3\xA9", 1, 1, 5 },
        { "a\xE3\x81\x8A\xC3\xA9z", 1, 4, 23 },
        { "\xF0\x9F\x91\x9E!", 3, 2, 33 },
        { "\xC3", 1, 1, 5 },           /* cut in two */
        { "\xC3z", 1, 2, 11 },         /* the same, inside a text */
        { "\x80\x80\x80z", 1, 2, 11 }, /* continuation of nothing */
        { "\xFF\xFE", 1, 2, 11 },      /* never in UTF-8 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(text_characters(cases[i].text), cases[i].length);
        assert_int_equal(font_text_width(cases[i].text, cases[i].scale),
                         cases[i].width);
    }
}

/* font_text_width is what font_draw really takes. */
static void test_width_is_drawn_width(void **state)
{
    (void)state;
    for (unsigned scale = 1; scale <= 3; scale++) {
        struct canvas c = new_canvas(100, FONT_HEIGHT * 3);
        size_t rightmost = 0;
        font_draw(&c, 0, 0, scale, "x\xC3\xA9M", '#');
        for (size_t i = 0; i < c.width * c.height; i++)
            if (c.pixels[i] == '#' && i % c.width > rightmost)
                rightmost = i % c.width;
        assert_int_equal(rightmost + 1, font_text_width("x\xC3\xA9M", scale));
        canvas_release(&c);
    }
}

static void test_advance(void **state)
{
    struct canvas whole = new_canvas(30, 12), parts = new_canvas(30, 12);

    (void)state;
    font_draw(&whole, 2, 1, 1, "4\xC3\xA9 g", '#');
    font_draw(&parts, 2, 1, 1, "4", '#');
    font_draw(&parts, 8, 1, 1, "\xE3\x81\x8A", '#');
    font_draw(&parts, 20, 1, 1, "g", '#');
    assert_same(&whole, &parts);
    canvas_release(&whole);
    canvas_release(&parts);
}

static void test_scale(void **state)
{
    struct canvas small = new_canvas(20, 10), zoomed = new_canvas(60, 30);
    struct canvas drawn = new_canvas(60, 30);

    (void)state;
    font_draw(&small, 1, 1, 1, "Bag", '#');
    canvas_blit(&zoomed, 0, 0, 3, small.pixels, small.width, small.height);
    font_draw(&drawn, 3, 3, 3, "Bag", '#');
    assert_same(&drawn, &zoomed);
    canvas_release(&small);
    canvas_release(&zoomed);
    canvas_release(&drawn);
}

static void test_ground_stays(void **state)
{
    struct canvas c = new_canvas(FONT_WIDTH, FONT_HEIGHT);

    (void)state;
    canvas_fill(&c, 0, 0, 5, 9, 'o');
    font_draw(&c, 0, 0, 1, "-", 'x');
    font_draw(&c, 0, 0, 1, " ", '!');
    assert_memory_equal(c.pixels,
                        "ooooo"
                        "ooooo"
                        "ooooo"
                        "oxxxo"
                        "ooooo"
                        "ooooo"
                        "ooooo"
                        "ooooo"
                        "ooooo",
                        CELL_PIXELS);
    canvas_release(&c);
}

/* A small canvas shows the same as that part of a large one. */
static void test_clipping(void **state)
{
    static const struct {
        size_t x, y;
        unsigned scale;
    } cases[] = {
        { 0, 0, 1 }, { 17, 0, 1 },       { 0, 7, 1 },        { 9, 5, 2 },
        { 0, 0, 9 }, { 20, 0, 1 },       { 0, 12, 1 },       { 19, 11, 1 },
        { 3, 3, 5 }, { SIZE_MAX, 0, 1 }, { 0, SIZE_MAX, 1 },
    };
    enum { WIDTH = 20, HEIGHT = 12 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct canvas small = new_canvas(WIDTH, HEIGHT);
        struct canvas large = new_canvas(500, 120);
        font_draw(&small, cases[i].x, cases[i].y, cases[i].scale, "Egg#", '#');
        font_draw(&large, cases[i].x, cases[i].y, cases[i].scale, "Egg#", '#');
        for (size_t row = 0; row < HEIGHT; row++)
            assert_memory_equal(small.pixels + row * WIDTH,
                                large.pixels + row * large.width, WIDTH);
        canvas_release(&small);
        canvas_release(&large);
    }
}

static void test_first_characters(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        const char *same_as;
    } cases[] = {
        { "abc", 0, "" },
        { "abc", 2, "ab" },
        { "abc", 3, "abc" },
        { "abc", SIZE_MAX, "abc" },
        { "\xC3\xA9\xC3\xA9z", 2, "\xC3\xA9\xC3\xA9" },
        { "", 2, "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct canvas first = new_canvas(40, 20), whole = new_canvas(40, 20);
        font_draw_first(&first, 1, 1, 2, cases[i].text, cases[i].count, '#');
        font_draw(&whole, 1, 1, 2, cases[i].same_as, '#');
        assert_same(&first, &whole);
        canvas_release(&first);
        canvas_release(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_characters_differ),
        cmocka_unit_test(test_only_space_is_blank),
        cmocka_unit_test(test_lines_of_writing),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_width_is_drawn_width),
        cmocka_unit_test(test_advance),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_ground_stays),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_first_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
