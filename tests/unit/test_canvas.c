/* SPDX-License-Identifier: MIT */
/* Painting on a canvas: every case shows the canvas it expects, as text. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sizes.h"
#include "draw/canvas.h"

enum { WIDTH = 5, HEIGHT = 3 };

static struct canvas new_canvas(void)
{
    struct canvas c = { 0 };
    struct error err = { 0 };

    assert_true(canvas_init(&c, WIDTH, HEIGHT, '.', &err));
    return c;
}

/* The expected rows are separated by spaces. */
static void assert_looks_like(const struct canvas *c, const char *expected)
{
    char seen[HEIGHT * (WIDTH + 1)];

    for (size_t row = 0; row < HEIGHT; row++) {
        memcpy(seen + row * (WIDTH + 1), c->pixels + row * WIDTH, WIDTH);
        seen[row * (WIDTH + 1) + WIDTH] = row + 1 < HEIGHT ? ' ' : '\0';
    }
    assert_string_equal(seen, expected);
}

static void test_sizes(void **state)
{
    static const struct {
        uint64_t width, height;
        bool fits;
    } cases[] = {
        { 1, 1, true },
        { 0, 1, false },
        { 1, 0, false },
        { 0, 0, false },
        { 10000, 10000, true },
        { 10000, 10001, false },
        { 100000000, 1, true },
        { 1, 100000000, true },
        { 100000001, 1, false },
        { 1, 100000001, false },
        { UINT64_C(1) << 32, UINT64_C(1) << 32, false }, /* wraps to 0 */
        { UINT64_MAX, UINT64_MAX, false },               /* wraps to 1 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(canvas_fits(cases[i].width, cases[i].height),
                         cases[i].fits);
}

static void test_init_fills(void **state)
{
    struct canvas c = new_canvas();

    (void)state;
    assert_int_equal(c.width, WIDTH);
    assert_int_equal(c.height, HEIGHT);
    assert_looks_like(&c, "..... ..... .....");
    canvas_release(&c);
    assert_null(c.pixels);
    assert_int_equal(c.width, 0);
    assert_int_equal(c.height, 0);
}

static void test_init_refuses(void **state)
{
    unsigned char pixel = 7;
    struct canvas c = { 1, 1, &pixel };
    struct error err = { 0 };

    (void)state;
    assert_false(canvas_init(&c, 20000, 30000, 0, &err));
    assert_int_equal(err.code, FAIL_USAGE);
    assert_non_null(strstr(err.text, "20000 x 30000 pixels"));
    assert_non_null(strstr(err.text, "100 million"));
    assert_ptr_equal(c.pixels, &pixel);
    assert_int_equal(c.width, 1);

    err = (struct error){ 0 };
    assert_false(canvas_init(&c, 0, 5, 0, &err));
    assert_int_equal(err.code, FAIL_USAGE);
}

static void test_fill(void **state)
{
    static const struct {
        size_t x, y, w, h;
        const char *expected;
    } cases[] = {
        { 1, 1, 2, 1, "..... .##.. ....." },
        { 0, 0, 5, 3, "##### ##### #####" },
        { 4, 2, 1, 1, "..... ..... ....#" },
        { 3, 1, 9, 9, "..... ...## ...##" },
        { 3, 0, SIZE_MAX, SIZE_MAX, "...## ...## ...##" },
        { 1, 1, 0, 1, "..... ..... ....." },
        { 1, 1, 1, 0, "..... ..... ....." },
        { 5, 0, 1, 1, "..... ..... ....." },
        { 0, 3, 1, 1, "..... ..... ....." },
        { SIZE_MAX, SIZE_MAX, 3, 3, "..... ..... ....." },
        { SIZE_MAX, 0, SIZE_MAX, 1, "..... ..... ....." },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct canvas c = new_canvas();
        canvas_fill(&c, cases[i].x, cases[i].y, cases[i].w, cases[i].h, '#');
        assert_looks_like(&c, cases[i].expected);
        canvas_release(&c);
    }
}

static void test_blit(void **state)
{
    static const struct {
        size_t x, y;
        unsigned zoom;
        size_t w, h;
        const char *expected;
    } cases[] = {
        { 0, 0, 1, 3, 2, "abc.. def.. ....." },
        { 2, 1, 1, 3, 2, "..... ..abc ..def" },
        { 1, 0, 1, 2, 3, ".ab.. .cd.. .ef.." },
        { 0, 0, 2, 2, 1, "aabb. aabb. ....." },
        { 1, 1, 2, 3, 2, "..... .aabb .aabb" },
        { 0, 0, 3, 2, 1, "aaabb aaabb aaabb" },
        { 4, 2, 1, 3, 2, "..... ..... ....a" },
        { 4, 0, UINT_MAX, 3, 2, "....a ....a ....a" },
        { 5, 0, 1, 3, 2, "..... ..... ....." },
        { 0, 3, 1, 3, 2, "..... ..... ....." },
        { SIZE_MAX, SIZE_MAX, 2, 3, 2, "..... ..... ....." },
        { 0, 0, 1, 0, 0, "..... ..... ....." },
    };
    static const unsigned char image[] = { 'a', 'b', 'c', 'd', 'e', 'f' };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct canvas c = new_canvas();
        canvas_blit(&c, cases[i].x, cases[i].y, cases[i].zoom, image,
                    cases[i].w, cases[i].h);
        assert_looks_like(&c, cases[i].expected);
        canvas_release(&c);
    }
}

static void test_empty_canvas(void **state)
{
    struct canvas c = { 0 };
    const unsigned char pixel = 1;

    (void)state;
    canvas_fill(&c, 0, 0, 1, 1, 1);
    canvas_blit(&c, 0, 0, 1, &pixel, 1, 1);
    canvas_release(&c);
    canvas_release(&c);
    canvas_release(NULL);
    assert_null(c.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_init_fills),
        cmocka_unit_test(test_init_refuses),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_blit),
        cmocka_unit_test(test_empty_canvas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
