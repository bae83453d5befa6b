/* SPDX-License-Identifier: MIT */
/* Values as greys, and the strip of greys that explains them. */
#include "draw/map.h"

#include <stdio.h>
#include <string.h>

#include "draw/axis.h"
#include "draw/font.h"

enum {
    SCALE_GAP = 8, /* between picture and strip */
    SCALE_WIDTH = 12,
    SCALE_LEAST = 64, /* as high, beside the lowest picture */
    MARK = 3,
    NUMBER_GAP = 3,
    NUMBER_ROOM = 8, /* characters */
    NUMBER_PITCH = FONT_HEIGHT + 3,
    STEPS_MOST = 5,
    GREY_FRAME = 160,
    GREY_MARK = 96,
};

static unsigned char grey_of(double value, double most)
{
    double part = most > 0 ? value / most : 0;

    return (unsigned char)((part < 1 ? part : 1) * CANVAS_WHITE + 0.5);
}

/* A line around, for what is white at its edge. */
static void draw_framed(struct canvas *c, size_t x, size_t y, size_t w,
                        size_t h)
{
    canvas_fill(c, x - 1, y - 1, w + 2, h + 2, GREY_FRAME);
}

void map_draw_picture(struct canvas *c, size_t x, size_t y, const struct map *m)
{
    draw_framed(c, x, y, m->width * m->zoom, m->height * m->zoom);
    for (size_t row = 0; row < m->height; row++)
        for (size_t column = 0; column < m->width; column++)
            canvas_fill(c, x + column * m->zoom, y + row * m->zoom, m->zoom,
                        m->zoom,
                        grey_of(m->value[row * m->width + column], m->most));
}

size_t map_width(const struct map *m)
{
    return m->width * m->zoom + SCALE_GAP + SCALE_WIDTH + MARK + NUMBER_GAP +
           NUMBER_ROOM * FONT_ADVANCE;
}

static size_t scale_height(const struct map *m)
{
    size_t picture = m->height * m->zoom;

    return picture > SCALE_LEAST ? picture : SCALE_LEAST;
}

/* The numbers at both ends stand out by half their height. */
size_t map_height(const struct map *m)
{
    return scale_height(m) + FONT_ASCENT / 2 + 1;
}

/* A mark at `y`, and its number beside it. */
static void draw_mark(struct canvas *c, size_t x, size_t y, const char *number)
{
    canvas_fill(c, x, y, MARK, 1, GREY_MARK);
    font_draw(c, x + MARK + NUMBER_GAP, y - FONT_ASCENT / 2, 1, number,
              CANVAS_BLACK);
}

static void draw_scale(struct canvas *c, size_t x, size_t y, size_t height,
                       double most)
{
    struct axis axis = axis_of(most, STEPS_MOST, false);
    size_t last = height - 1;
    char text[AXIS_TEXT];

    draw_framed(c, x, y, SCALE_WIDTH, height);
    for (size_t row = 0; row < height; row++)
        canvas_fill(c, x, y + last - row, SCALE_WIDTH, 1,
                    grey_of(most > 0 ? (double)row : 0, (double)last));
    for (size_t i = 0; i == 0 || (most > 0 && i <= axis.steps); i++) {
        double at = (double)i * axis.step;
        if (i > 0 && at / most * (double)last + NUMBER_PITCH > (double)last)
            break;
        axis_text(text, &axis, i, "");
        draw_mark(c, x + SCALE_WIDTH,
                  y + last -
                      (i > 0 ? (size_t)(at / most * (double)last + 0.5) : 0),
                  text);
    }
    if (!(most > 0))
        return;
    snprintf(text, sizeof text, "%.4f", most);
    draw_mark(c, x + SCALE_WIDTH, y, text);
}

void map_draw(struct canvas *c, size_t x, size_t y, const struct map *m)
{
    map_draw_picture(c, x, y, m);
    draw_scale(c, x + m->width * m->zoom + SCALE_GAP, y, scale_height(m),
               m->most);
}
