/* SPDX-License-Identifier: MIT */
/* Text is looked for as it would be drawn, pixel by pixel. */
#include "drawn.h"

#include <string.h>

#include "draw/font.h"
#include "helpers.h"

unsigned char canvas_at(const struct canvas *c, size_t x, size_t y)
{
    assert_true(x < c->width && y < c->height);
    return c->pixels[y * c->width + x];
}

static bool is_black(const struct canvas *c, size_t x, size_t y)
{
    return x < c->width && y < c->height &&
           c->pixels[y * c->width + x] == CANVAS_BLACK;
}

/* Does c show `wanted` at x, y? Both as black and not black; what lies outside
 * of c (x may have wrapped around) is not black. */
static bool stands_at(const struct canvas *c, const struct canvas *wanted,
                      size_t x, size_t y)
{
    for (size_t row = 0; row < wanted->height; row++)
        for (size_t column = 0; column < wanted->width; column++)
            if (is_black(c, x + column, y + row) !=
                is_black(wanted, column, row))
                return false;
    return true;
}

/* The first black pixel, by which most places are passed over fast. */
static size_t first_black(const struct canvas *c)
{
    const unsigned char *at =
        memchr(c->pixels, CANVAS_BLACK, c->width * c->height);

    assert_non_null(at);
    return (size_t)(at - c->pixels);
}

bool canvas_find_text(const struct canvas *c, unsigned scale, const char *text,
                      size_t *x, size_t *y)
{
    struct canvas wanted = { 0 };
    struct error err = { 0 };
    bool found = false;
    /* Room for a character on either side, which has to be free. */
    size_t beside = (size_t)FONT_ADVANCE * scale;

    assert_true(canvas_init(
        &wanted, font_text_width(text, scale) + FONT_ADVANCE + beside,
        (size_t)FONT_ASCENT * scale, CANVAS_WHITE, &err));
    font_draw(&wanted, beside, 0, scale, text, CANVAS_BLACK);
    size_t ink = first_black(&wanted);
    for (size_t top = 0; top < c->height && !found; top++)
        for (size_t left = 0; left < c->width && !found; left++)
            if (is_black(c, left - beside + ink % wanted.width,
                         top + ink / wanted.width) &&
                stands_at(c, &wanted, left - beside, top)) {
                found = true;
                if (x)
                    *x = left;
                if (y)
                    *y = top;
            }
    canvas_release(&wanted);
    return found;
}

bool canvas_has_text(const struct canvas *c, unsigned scale, const char *text)
{
    return canvas_find_text(c, scale, text, NULL, NULL);
}

size_t canvas_run_down(const struct canvas *c, size_t x, size_t y)
{
    size_t n = 1;

    while (y + n < c->height && canvas_at(c, x, y + n) == canvas_at(c, x, y))
        n++;
    return n;
}
