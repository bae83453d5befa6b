/* SPDX-License-Identifier: MIT */
/* Where things stand on a contact sheet, and putting them there. */
#include "draw/sheet.h"

#include <assert.h>

#include "base/sizes.h"
#include "base/text.h"
#include "draw/font.h"

enum {
    /* "T-shirt/top" is the longest name in the family that must stay whole. */
    CAPTION_CHARACTERS = 11,
    /* Under a picture of this width, small letters look lost. */
    LARGE_PICTURE = 112,
    CAPTION_LINE = FONT_HEIGHT + 1, /* from one line to the next */
    /* A caption stands nearer to its own picture than to the next. */
    CAPTION_ABOVE = 3,
    CAPTION_BELOW = 2,
};

/* 64 bits, because these also measure layouts that turn out too large: a tile
 * of CANVAS_MAX_PIXELS under the largest zoom still fits. */
static uint64_t picture_width(const struct sheet_layout *l)
{
    return (uint64_t)l->tile_width * l->zoom;
}

static uint64_t picture_height(const struct sheet_layout *l)
{
    return (uint64_t)l->tile_height * l->zoom;
}

static unsigned caption_scale(const struct sheet_layout *l)
{
    return picture_width(l) < LARGE_PICTURE ? 1 : 2;
}

static uint64_t cell_width(const struct sheet_layout *l)
{
    size_t length = l->caption_length;

    if (length == 0 || length > CAPTION_CHARACTERS)
        length = CAPTION_CHARACTERS;
    /* One more than is ever drawn, to keep neighbours apart. */
    uint64_t caption = (uint64_t)(length + 1) * FONT_ADVANCE * caption_scale(l);
    return l->captions && caption > picture_width(l) ? caption
                                                     : picture_width(l);
}

/* From the top of the picture to the top of its caption. */
static uint64_t caption_offset(const struct sheet_layout *l)
{
    return picture_height(l) + CAPTION_ABOVE * caption_scale(l);
}

static uint64_t cell_height(const struct sheet_layout *l)
{
    uint64_t lines =
        (uint64_t)CAPTION_LINE * l->captions - (CAPTION_LINE - FONT_HEIGHT);

    return l->captions
               ? caption_offset(l) + (lines + CAPTION_BELOW) * caption_scale(l)
               : picture_height(l);
}

/* The length of `count` cells with padding around each; false when no canvas
 * is that long. */
static bool measure(size_t count, uint64_t cell, unsigned padding, size_t *to)
{
    uint64_t total = cell;

    if (!size_add(&total, padding) || !size_mul(&total, count) ||
        !size_add(&total, padding) || total > CANVAS_MAX_PIXELS)
        return false;
    *to = (size_t)total;
    return true;
}

bool sheet_init(struct sheet *s, const struct sheet_layout *layout,
                struct error *err)
{
    const struct sheet_layout *l = layout;
    size_t width, height;

    if (l->columns == 0 || l->rows == 0 || l->tile_width == 0 ||
        l->tile_height == 0 || l->zoom == 0)
        return error_set(err, FAIL_USAGE,
                         "a contact sheet needs columns, rows, pictures and a "
                         "zoom of at least 1");
    if (l->tile_width > CANVAS_MAX_PIXELS ||
        l->tile_height > CANVAS_MAX_PIXELS ||
        !measure(l->columns, cell_width(l), l->padding, &width) ||
        !measure(l->rows, cell_height(l), l->padding, &height) ||
        !canvas_fits(width, height))
        return error_set(err, FAIL_USAGE,
                         "a contact sheet of %zu x %zu pictures at zoom %u "
                         "has more than %d million pixels; "
                         "ask for fewer pictures or a smaller zoom",
                         l->columns, l->rows, l->zoom,
                         CANVAS_MAX_PIXELS / 1000000);

    struct canvas canvas;
    if (!canvas_init(&canvas, width, height, CANVAS_WHITE, err))
        return false;
    *s = (struct sheet){ *layout, canvas };
    return true;
}

void sheet_release(struct sheet *s)
{
    if (!s)
        return;
    canvas_release(&s->canvas);
    *s = (struct sheet){ 0 };
}

void sheet_picture_at(const struct sheet_layout *layout, size_t position,
                      size_t *x, size_t *y)
{
    assert(position / layout->columns < layout->rows);
    size_t column = position % layout->columns;
    size_t row = position / layout->columns;
    size_t width = (size_t)cell_width(layout);
    size_t height = (size_t)cell_height(layout);

    *x = layout->padding + column * (width + layout->padding) +
         (width - (size_t)picture_width(layout)) / 2;
    *y = layout->padding + row * (height + layout->padding);
}

/* Draws at most `room` characters, centred on `middle`. */
static void draw_line(struct canvas *c, size_t middle, size_t y, unsigned scale,
                      const char *text, size_t room)
{
    size_t length = text_characters(text);
    size_t shown = length <= room ? length : room;
    size_t width = (shown * FONT_ADVANCE - 1) * scale;

    font_draw_cut(c, middle - width / 2, y, scale, text, room, CANVAS_BLACK);
}

void sheet_place(struct sheet *s, size_t position, const unsigned char *image,
                 const char *caption)
{
    const struct sheet_layout *l = &s->layout;
    size_t x, y;

    sheet_picture_at(l, position, &x, &y);
    canvas_blit(&s->canvas, x, y, l->zoom, image, l->tile_width,
                l->tile_height);
    if (caption)
        sheet_caption(s, position, 0, caption);
}

void sheet_caption(struct sheet *s, size_t position, unsigned line,
                   const char *caption)
{
    const struct sheet_layout *l = &s->layout;
    unsigned scale = caption_scale(l);
    size_t room = (size_t)cell_width(l) / (FONT_ADVANCE * scale) - 1;
    size_t x, y;

    if (line >= l->captions || *caption == '\0')
        return;
    sheet_picture_at(l, position, &x, &y);
    y += (size_t)caption_offset(l) + (size_t)line * CAPTION_LINE * scale;
    draw_line(&s->canvas, x + (size_t)picture_width(l) / 2, y, scale, caption,
              room);
}
