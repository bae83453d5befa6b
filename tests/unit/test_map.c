/* SPDX-License-Identifier: MIT */
/* Maps: every value as its grey, and the scale with its numbers. */
#include <stdio.h>

#include "base/sizes.h"
#include "draw/font.h"
#include "draw/map.h"
#include "drawn.h"
#include "helpers.h"

enum { X = 12, Y = 9 };

static struct canvas draw(const struct map *m)
{
    struct canvas c = { 0 };
    struct error err = { 0 };
    size_t width = map_width(m), height = map_height(m);

    assert_true(
        canvas_init(&c, width + 2 * X, height + 2 * Y, CANVAS_WHITE, &err));
    map_draw(&c, X, Y, m);
    /* The upper end's number stands out by three pixels, the frame by one. */
    for (size_t y = 0; y < c.height; y++)
        for (size_t x = 0; x < c.width; x++)
            if ((x < X - 1 || x >= X + width || y < Y - 3 || y >= Y + height) &&
                canvas_at(&c, x, y) != CANVAS_WHITE)
                fail_msg("painted %zu, %zu", x, y);
    return c;
}

static void test_greys(void **state)
{
    static const double values[] = { 0, 0.1, 0.2, 0.25, 0.5, 0.001 };
    static const unsigned char greys[] = { 0, 51, 102, 128, 255, 1 };
    struct map m = { values, 3, 2, 40, 0.5 };
    struct canvas c = draw(&m);

    (void)state;
    for (size_t y = 0; y < 80; y++)
        for (size_t x = 0; x < 120; x++)
            assert_int_equal(canvas_at(&c, X + x, Y + y),
                             greys[y / 40 * 3 + x / 40]);
    canvas_release(&c);
}

static void test_scale(void **state)
{
    static const double values[] = { 0.4482 };
    struct map m = { values, 1, 1, 200, 0.4482 };
    struct canvas c = draw(&m);
    /* Marks at value / most of 199 pixels above the lower end. */
    static const struct {
        const char *text;
        size_t y;
    } marks[] = {
        { "0.0", Y + 199 },       { "0.1", Y + 199 - 44 },
        { "0.2", Y + 199 - 89 },  { "0.3", Y + 199 - 133 },
        { "0.4", Y + 199 - 178 }, { "0.4482", Y },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t x, y;
        assert_true(canvas_find_text(&c, 1, marks[i].text, &x, &y));
        assert_int_equal(y + FONT_ASCENT / 2, marks[i].y);
        assert_int_equal(canvas_at(&c, x - 5, marks[i].y), 96);
        /* The strip's grey is that of the number. */
        unsigned grey = canvas_at(&c, x - 12, marks[i].y);
        size_t from_end = Y + 199 - marks[i].y;
        assert_in_range(grey, from_end * 255 / 199, from_end * 255 / 199 + 1);
    }
    canvas_release(&c);
}

/* No number near the upper end comes too close to the largest value's. */
static void test_numbers_keep_apart(void **state)
{
    (void)state;
    for (unsigned n = 1; n < 60; n++) {
        double value = n / 97.0;
        struct map m = { &value, 1, 1, 70, value };
        char text[32];
        struct canvas c = draw(&m);
        snprintf(text, sizeof text, "%.4f", value);
        assert_true(canvas_has_text(&c, 1, text));
        canvas_release(&c);
    }
}

static void test_all_zero_is_black(void **state)
{
    static const double values[] = { 0, 0 };
    struct map m = { values, 2, 1, 3, 0 };
    struct canvas c = draw(&m);

    (void)state;
    assert_int_equal(canvas_at(&c, X, Y), CANVAS_BLACK);
    assert_int_equal(canvas_at(&c, X + 5, Y + 2), CANVAS_BLACK);
    assert_true(canvas_has_text(&c, 1, "0"));
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greys),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_numbers_keep_apart),
        cmocka_unit_test(test_all_zero_is_black),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
