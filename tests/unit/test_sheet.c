/* SPDX-License-Identifier: MIT */
/* The contact sheet: its size, the exact place of every picture and caption,
 * and captions that are too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sizes.h"
#include "draw/font.h"
#include "draw/sheet.h"

enum { TILE = 28, TILE_PIXELS = TILE * TILE };

static const struct sheet_layout small_captioned = {
    .columns = 3,
    .rows = 2,
    .tile_width = TILE,
    .tile_height = TILE,
    .zoom = 2,
    .padding = 4,
    .captions = 1,
};

static struct sheet new_sheet(const struct sheet_layout *layout)
{
    struct sheet s = { 0 };
    struct error err = { 0 };

    assert_true(sheet_init(&s, layout, &err));
    return s;
}

/* A picture in which no two neighbours are alike, and no two pictures are. */
static void make_image(unsigned char image[TILE_PIXELS], size_t position)
{
    for (size_t i = 0; i < TILE_PIXELS; i++)
        image[i] = (unsigned char)(i * 7 + i / TILE * 31 + position * 53);
}

static void assert_same(const struct canvas *a, const struct canvas *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_memory_equal(a->pixels, b->pixels, a->width * a->height);
}

static unsigned char pixel_at(const struct sheet *s, size_t x, size_t y)
{
    assert_in_range(x, 0, s->canvas.width - 1);
    assert_in_range(y, 0, s->canvas.height - 1);
    return s->canvas.pixels[y * s->canvas.width + x];
}

static void assert_white(const struct sheet *s, size_t x, size_t y, size_t w,
                         size_t h)
{
    for (size_t row = y; row < y + h; row++)
        for (size_t column = x; column < x + w; column++)
            if (pixel_at(s, column, row) != CANVAS_WHITE)
                fail_msg("not white at %zu, %zu", column, row);
}

static void assert_picture(const struct sheet *s, size_t x, size_t y,
                           const unsigned char *image)
{
    size_t zoom = s->layout.zoom;

    for (size_t row = 0; row < TILE * zoom; row++)
        for (size_t column = 0; column < TILE * zoom; column++)
            assert_int_equal(pixel_at(s, x + column, y + row),
                             image[row / zoom * TILE + column / zoom]);
}

static void test_geometry(void **state)
{
    static const struct {
        struct sheet_layout layout;
        size_t width, height;
        size_t position, x, y;
    } cases[] = {
        /* Without captions, cells are as large as the pictures. */
        { { 1, 1, 28, 28, 1, 0, 0, 0 }, 28, 28, 0, 0, 0 },
        { { 3, 2, 28, 28, 2, 0, 0, 0 }, 168, 112, 5, 112, 56 },
        { { 3, 2, 28, 28, 2, 5, 0, 0 }, 188, 127, 0, 5, 5 },
        { { 3, 2, 28, 28, 2, 5, 0, 0 }, 188, 127, 2, 127, 5 },
        { { 3, 2, 28, 28, 2, 5, 0, 9 }, 188, 127, 3, 5, 66 },
        { { 2, 3, 10, 20, 3, 1, 0, 0 }, 63, 184, 5, 32, 123 },
        /* Twelve characters are wider than a small picture ... */
        { { 3, 2, 28, 28, 2, 4, 1, 0 }, 232, 152, 0, 12, 4 },
        { { 3, 2, 28, 28, 2, 4, 1, 0 }, 232, 152, 4, 88, 78 },
        { { 2, 1, 5, 7, 1, 0, 1, 0 }, 144, 21, 1, 105, 0 },
        { { 3, 3, 28, 28, 4, 8, 1, 0 }, 464, 452, 8, 328, 304 },
        { { 3, 2, 28, 28, 2, 4, 1, 12 }, 232, 152, 4, 88, 78 },
        /* ... and narrower than these. */
        { { 2, 2, 28, 28, 3, 2, 1, 0 }, 174, 202, 3, 88, 102 },
        { { 2, 2, 28, 28, 8, 2, 1, 0 }, 454, 510, 3, 228, 256 },
        /* Ten characters and one; two would be narrower than the picture. */
        { { 3, 2, 28, 28, 2, 4, 1, 10 }, 214, 152, 4, 79, 78 },
        { { 3, 2, 28, 28, 2, 4, 1, 1 }, 184, 152, 4, 64, 78 },
        /* Two lines are ten pixels apart, or twenty. */
        { { 3, 2, 28, 28, 2, 4, 2, 1 }, 184, 172, 4, 64, 88 },
        { { 1, 2, 28, 28, 4, 0, 2, 1 }, 112, 320, 1, 0, 160 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet s = new_sheet(&cases[i].layout);
        size_t x, y;
        sheet_picture_at(&cases[i].layout, cases[i].position, &x, &y);
        assert_int_equal(s.canvas.width, cases[i].width);
        assert_int_equal(s.canvas.height, cases[i].height);
        assert_int_equal(x, cases[i].x);
        assert_int_equal(y, cases[i].y);
        assert_white(&s, 0, 0, s.canvas.width, s.canvas.height);
        sheet_release(&s);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        struct sheet_layout layout;
        const char *reason;
    } cases[] = {
        { { 0, 1, 28, 28, 1, 0, 0, 0 }, "at least 1" },
        { { 1, 0, 28, 28, 1, 0, 0, 0 }, "at least 1" },
        { { 1, 1, 0, 28, 1, 0, 0, 0 }, "at least 1" },
        { { 1, 1, 28, 0, 1, 0, 1, 0 }, "at least 1" },
        { { 1, 1, 28, 28, 0, 0, 1, 0 }, "at least 1" },
        { { 400, 400, 28, 28, 1, 0, 1, 0 }, "400 x 400 pictures at zoom 1" },
        { { 1, 1, 28, 28, 400, 0, 0, 0 }, "smaller zoom" },
        { { 1, 1, 28, 28, UINT32_MAX, 0, 1, 0 }, "100 million" },
        { { 1, 1, 28, 28, 1, UINT32_MAX, 0, 0 }, "100 million" },
        { { SIZE_MAX, SIZE_MAX, 28, 28, 1, 1, 1, 0 }, "100 million" },
        { { 1, 1, SIZE_MAX, SIZE_MAX, 2, 1, 1, 0 }, "100 million" },
        /* Products that wrap around to a small number. */
        { { 1, 1, SIZE_MAX / 2 + 2, 1, 2, 0, 0, 0 }, "100 million" },
        { { 1, 1, 1, SIZE_MAX / 2 + 2, 2, 0, 0, 0 }, "100 million" },
        { { SIZE_MAX / 4 + 2, 1, 4, 1, 1, 0, 0, 0 }, "100 million" },
        { { 1, SIZE_MAX / 4 + 2, 1, 4, 1, 0, 0, 0 }, "100 million" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet s = { 0 };
        struct error err = { 0 };
        assert_false(sheet_init(&s, &cases[i].layout, &err));
        assert_int_equal(err.code, FAIL_USAGE);
        if (!strstr(err.text, cases[i].reason))
            fail_msg("no '%s' in '%s'", cases[i].reason, err.text);
        assert_null(s.canvas.pixels);
        assert_int_equal(s.layout.columns, 0);
    }
}

static void test_pictures_are_exact(void **state)
{
    static const struct sheet_layout layouts[] = {
        { 3, 2, TILE, TILE, 1, 0, 0, 0 }, { 2, 3, TILE, TILE, 3, 1, 0, 0 },
        { 3, 2, TILE, TILE, 1, 2, 1, 0 }, { 3, 3, TILE, TILE, 2, 4, 2, 0 },
        { 2, 2, TILE, TILE, 4, 8, 1, 1 }, { 2, 2, TILE, TILE, 7, 0, 2, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        struct sheet s = new_sheet(&layouts[i]);
        size_t count = layouts[i].columns * layouts[i].rows;
        unsigned char image[TILE_PIXELS];

        /* All are placed before any is checked: none may harm another. */
        for (size_t position = 0; position < count; position++) {
            make_image(image, position);
            sheet_place(&s, position, image, "MMMMMMMMMMM");
            sheet_caption(&s, position, 1, "MMMMMMMMMMM");
        }
        for (size_t position = 0; position < count; position++) {
            size_t x, y;
            make_image(image, position);
            sheet_picture_at(&layouts[i], position, &x, &y);
            assert_picture(&s, x, y, image);
        }
        sheet_release(&s);
    }
}

/* The place by hand: the cell is 72 wide, starts at 80 and 78, the picture is
 * 56 high, and the caption is three pixels below it. */
static void test_caption_is_centred(void **state)
{
    static const struct {
        const char *caption;
        size_t x;
    } cases[] = {
        { "7", 114 },           /* 5 wide: 116 - 2 */
        { "Bag", 108 },         /* 17 wide: 116 - 8 */
        { "Coat", 105 },        /* 23 wide: 116 - 11 */
        { "T-shirt/top", 84 },  /* 65 wide: 116 - 32 */
        { "\xE3\x81\x8A", 114 } /* one character of three bytes */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet drawn = new_sheet(&small_captioned);
        struct sheet expected = new_sheet(&small_captioned);
        unsigned char image[TILE_PIXELS];

        make_image(image, i);
        sheet_place(&drawn, 4, image, cases[i].caption);
        canvas_blit(&expected.canvas, 88, 78, 2, image, TILE, TILE);
        font_draw(&expected.canvas, cases[i].x, 137, 1, cases[i].caption, 0);
        assert_same(&drawn.canvas, &expected.canvas);
        sheet_release(&drawn);
        sheet_release(&expected);
    }
}

static void test_large_pictures_have_large_captions(void **state)
{
    const struct sheet_layout layout = { 1, 1, TILE, TILE, 4, 8, 1, 0 };
    struct sheet drawn = new_sheet(&layout), expected = new_sheet(&layout);
    unsigned char image[TILE_PIXELS];

    (void)state;
    make_image(image, 0);
    sheet_place(&drawn, 0, image, "Ankle boot");
    canvas_blit(&expected.canvas, 24, 8, 4, image, TILE, TILE);
    font_draw(&expected.canvas, 80 - 59, 8 + 112 + 6, 2, "Ankle boot", 0);
    assert_same(&drawn.canvas, &expected.canvas);
    sheet_release(&drawn);
    sheet_release(&expected);
}

/* One picture, the n-th, with a caption on it. */
static struct sheet captioned_sheet(size_t n, unsigned zoom,
                                    const char *caption)
{
    struct sheet_layout layout = small_captioned;
    unsigned char image[TILE_PIXELS];

    layout.zoom = zoom;
    struct sheet s = new_sheet(&layout);
    make_image(image, n);
    sheet_place(&s, 1, image, caption);
    return s;
}

#define ACCENTED "\xC3\xA9"
#define THREE(text) text text text

static void test_shortening(void **state)
{
    static const struct {
        unsigned zoom;
        const char *caption, *same_as;
    } cases[] = {
        { 2, "abcdefghijkl", "abcdefghi.." },
        { 2, "abcdefghijklmnopqrstuvwxyz", "abcdefghi.." },
        { 1, "abcdefghijkl", "abcdefghi.." },
        { 4, "abcdefghijkl", "abcdefghi.." },
        /* 84 pixels hold fourteen characters; one stays free. */
        { 3, "abcdefghijklmn", "abcdefghijk.." },
        { 2, THREE(THREE(ACCENTED)) THREE("z"), THREE(THREE(ACCENTED)) ".." },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet a = captioned_sheet(i, cases[i].zoom, cases[i].caption);
        struct sheet b = captioned_sheet(i, cases[i].zoom, cases[i].same_as);
        assert_same(&a.canvas, &b.canvas);
        sheet_release(&a);
        sheet_release(&b);
    }
}

/* Whole captions that just fit, told apart in their last character. */
static void test_no_shortening(void **state)
{
    static const struct {
        unsigned zoom;
        const char *one, *other;
    } cases[] = {
        { 2, "abcdefghijk", "abcdefghijz" },
        { 3, "abcdefghijklm", "abcdefghijklz" },
        { 4, "abcdefghijk", "abcdefghijz" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet a = captioned_sheet(i, cases[i].zoom, cases[i].one);
        struct sheet b = captioned_sheet(i, cases[i].zoom, cases[i].other);
        assert_memory_not_equal(a.canvas.pixels, b.canvas.pixels,
                                a.canvas.width * a.canvas.height);
        sheet_release(&a);
        sheet_release(&b);
    }
}

static void test_captions_stay_in_their_cell(void **state)
{
    struct sheet_layout layout = small_captioned;
    unsigned char image[TILE_PIXELS];

    (void)state;
    layout.padding = 0;
    struct sheet s = new_sheet(&layout);
    make_image(image, 0);
    sheet_place(&s, 1, image, "MMMMMMMMMMMMMMMMMMMMMMMMMMM");
    /* Between two captions stays the width of a gap, and more, free. */
    assert_white(&s, 0, 0, 72 + 3, 140);
    assert_white(&s, 144 - 3, 0, 72 + 3, 140);
    assert_white(&s, 0, 68, 216, 72);
    sheet_release(&s);
}

static void test_without_caption(void **state)
{
    static const struct {
        unsigned captions;
        const char *caption;
    } cases[] = { { 1, NULL }, { 1, "" }, { 0, "Bag" } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet_layout layout = small_captioned;
        unsigned char image[TILE_PIXELS];
        size_t x, y;

        layout.captions = cases[i].captions;
        struct sheet drawn = new_sheet(&layout), expected = new_sheet(&layout);
        make_image(image, i);
        sheet_place(&drawn, 3, image, cases[i].caption);
        sheet_picture_at(&layout, 3, &x, &y);
        canvas_blit(&expected.canvas, x, y, 2, image, TILE, TILE);
        assert_same(&drawn.canvas, &expected.canvas);
        sheet_release(&drawn);
        sheet_release(&expected);
    }
}

/* The second line is ten pixels lower at scale 1, and twenty at scale 2. */
static void test_second_line(void **state)
{
    static const struct {
        unsigned zoom, scale;
        size_t x, y;
    } cases[] = { { 2, 1, 80 + 36 - 11, 4 + 56 + 3 + 10 },
                  { 4, 2, 4 + 144 + 4 + 72 - 23, 4 + 112 + 6 + 20 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheet_layout layout = small_captioned;
        unsigned char image[TILE_PIXELS];

        layout.captions = 2;
        layout.zoom = cases[i].zoom;
        struct sheet drawn = new_sheet(&layout), expected = new_sheet(&layout);
        make_image(image, i);
        sheet_place(&drawn, 1, image, "Bag");
        sheet_place(&expected, 1, image, "Bag");
        sheet_caption(&drawn, 1, 1, "1234");
        font_draw(&expected.canvas, cases[i].x, cases[i].y, cases[i].scale,
                  "1234", 0);
        assert_same(&drawn.canvas, &expected.canvas);
        /* There is no third. */
        sheet_caption(&drawn, 1, 2, "1234");
        assert_same(&drawn.canvas, &expected.canvas);
        sheet_release(&drawn);
        sheet_release(&expected);
    }
}

static void test_release(void **state)
{
    struct sheet s = new_sheet(&small_captioned);

    (void)state;
    sheet_release(&s);
    assert_null(s.canvas.pixels);
    assert_int_equal(s.layout.columns, 0);
    sheet_release(&s);
    sheet_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geometry),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_pictures_are_exact),
        cmocka_unit_test(test_caption_is_centred),
        cmocka_unit_test(test_large_pictures_have_large_captions),
        cmocka_unit_test(test_shortening),
        cmocka_unit_test(test_no_shortening),
        cmocka_unit_test(test_captions_stay_in_their_cell),
        cmocka_unit_test(test_without_caption),
        cmocka_unit_test(test_second_line),
        cmocka_unit_test(test_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
