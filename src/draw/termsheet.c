/* SPDX-License-Identifier: MIT */
/* How many pictures fit, how small they have to be, and a row at a time. */
#include "draw/termsheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/sheet.h"
#include "format/pngimage.h"

enum {
    GAP = 2,                /* columns between pictures */
    SHEET_PADDING = 4,      /* pixels around pictures */
    USUAL_COLUMN_PIXELS = 8 /* of a terminal that does not tell */
};

/* Where the pictures stand, and what they have to be to stand there. */
struct fit {
    size_t across;
    size_t shrink;        /* the side of a box of pixels that becomes one */
    size_t width, height; /* of a picture after that */
    unsigned zoom;
    bool captions;
};

static bool is_text(const struct termsheet *t)
{
    return t->protocol != TERMPICTURE_SIXEL && t->protocol != TERMPICTURE_KITTY;
}

/* Boxes at the right and lower edges may be cut. */
static size_t boxes(size_t length, size_t box)
{
    return (length - 1) / box + 1;
}

static void fit_size(struct fit *f, const struct termsheet *t, size_t shrink)
{
    f->shrink = shrink;
    f->width = boxes(t->width, shrink);
    f->height = boxes(t->height, shrink);
}

/* ---- room for text ---- */

static struct fit fit_text(const struct termsheet *t)
{
    struct fit f = { .zoom = 1, .captions = t->captions };

    fit_size(&f, t, boxes(t->width, t->columns));
    f.across = (t->columns + GAP) / (f.width + GAP);
    return f;
}

/* ---- room for pixels ---- */

static struct sheet_layout sheet_of(const struct fit *f, size_t columns)
{
    return (struct sheet_layout){ .columns = columns,
                                  .rows = 1,
                                  .tile_width = f->width,
                                  .tile_height = f->height,
                                  .zoom = f->zoom,
                                  .padding = SHEET_PADDING,
                                  .captions = f->captions };
}

/* Pixels from one picture to the next. */
static size_t pitch(const struct fit *f)
{
    struct sheet_layout two = sheet_of(f, 2);
    size_t first, second, y;

    sheet_picture_at(&two, 0, &first, &y);
    sheet_picture_at(&two, 1, &second, &y);
    return second - first;
}

static bool fits(const struct fit *f, size_t room)
{
    return SHEET_PADDING + pitch(f) <= room;
}

static struct fit fit_pixels(const struct termsheet *t)
{
    size_t room = t->columns *
                  (t->column_pixels ? t->column_pixels : USUAL_COLUMN_PIXELS);
    /* The smallest picture tells whether there is room for captions. */
    struct fit f = { .width = 1, .height = 1, .zoom = 1 };

    f.captions = t->captions;
    f.captions = f.captions && fits(&f, room);
    fit_size(&f, t, 1);
    f.zoom = t->zoom;
    while (f.zoom > 1 && !fits(&f, room))
        f.zoom--;
    while (f.width > 1 && !fits(&f, room))
        fit_size(&f, t, f.shrink + 1);
    f.across = room > SHEET_PADDING ? (room - SHEET_PADDING) / pitch(&f) : 1;
    return f;
}

static struct fit fit_pictures(const struct termsheet *t)
{
    struct fit f = is_text(t) ? fit_text(t) : fit_pixels(t);

    /* Where nothing fits, as in a window of one column. */
    f.across = f.across > 0 ? f.across : 1;
    return f;
}

size_t termsheet_across(const struct termsheet *t)
{
    return fit_pictures(t).across;
}

/* ---- pictures ---- */

/* The mean of the box whose top left corner is x, y, rounded. */
static unsigned char mean_of_box(const struct termsheet *t,
                                 const unsigned char *image, size_t x, size_t y,
                                 size_t box)
{
    size_t right = t->width - x < box ? t->width : x + box;
    size_t bottom = t->height - y < box ? t->height : y + box;
    size_t count = (right - x) * (bottom - y);
    uint64_t sum = 0;

    for (size_t row = y; row < bottom; row++)
        for (size_t column = x; column < right; column++)
            sum += image[row * t->width + column];
    return (unsigned char)((sum + count / 2) / count);
}

static void shrink(const struct termsheet *t, const struct fit *f,
                   const unsigned char *image, unsigned char *to)
{
    for (size_t y = 0; y < t->height; y += f->shrink)
        for (size_t x = 0; x < t->width; x += f->shrink)
            *to++ = mean_of_box(t, image, x, y, f->shrink);
}

/* ---- a row of pictures as text ---- */

static bool write_spaces(size_t count, struct writer *to, struct error *err)
{
    bool ok = true;

    for (; ok && count > 0; count--)
        ok = writer_write(to, " ", 1, err);
    return ok;
}

/* Fills exactly `width` columns. */
static bool write_caption(const char *caption, size_t width, struct writer *to,
                          struct error *err)
{
    static const char ending[] = "..";
    char text[256] = "";

    if (caption)
        text_mask(text, sizeof text, caption);
    size_t length = text_characters(text);
    size_t shown = length <= width ? length : width;
    size_t dots = length <= width             ? 0
                  : width < sizeof ending - 1 ? width
                                              : sizeof ending - 1;
    size_t before = (width - shown) / 2;
    return write_spaces(before, to, err) &&
           writer_write(to, text, text_first_bytes(text, shown - dots), err) &&
           writer_write(to, ending, dots, err) &&
           write_spaces(width - shown - before, to, err);
}

static bool write_captions(const struct termsheet_picture *pictures,
                           size_t count, size_t width, struct writer *to,
                           struct error *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < count; i++)
        ok = (i == 0 || write_spaces(GAP, to, err)) &&
             write_caption(pictures[i].caption, width, to, err);
    return ok && writer_write(to, "\n", 1, err);
}

/* `small` has room for a picture. */
static bool write_text_row(const struct termsheet *t, const struct fit *f,
                           const struct termsheet_picture *pictures,
                           size_t count, unsigned char *small,
                           struct writer *to, struct error *err)
{
    struct canvas row = { 0 };
    bool ok = canvas_init(&row, count * (f->width + GAP) - GAP, f->height,
                          CANVAS_BLACK, err);

    for (size_t i = 0; ok && i < count; i++) {
        shrink(t, f, pictures[i].image, small);
        canvas_blit(&row, i * (f->width + GAP), 0, 1, small, f->width,
                    f->height);
    }
    if (ok && t->protocol == TERMPICTURE_ASCII)
        ok = termpicture_ascii(&row, to, err);
    else if (ok)
        ok = termpicture_half(&row, t->protocol == TERMPICTURE_HALF_RGB, to,
                              err);
    canvas_release(&row);
    return ok &&
           (!f->captions || write_captions(pictures, count, f->width, to, err));
}

/* ---- a row of pictures as one image ---- */

static bool write_png(const struct canvas *c, struct writer *to,
                      struct error *err)
{
    struct bytes_writer png;

    bytes_writer_init(&png);
    bool ok = pngimage_write(&png.base, c->pixels, c->width, c->height, err) &&
              termpicture_kitty(png.bytes, png.n, to, err);
    bytes_writer_release(&png);
    return ok;
}

static bool write_pixel_row(const struct termsheet *t, const struct fit *f,
                            const struct termsheet_picture *pictures,
                            size_t count, unsigned char *small,
                            struct writer *to, struct error *err)
{
    struct sheet_layout layout = sheet_of(f, count);
    struct sheet sheet = { 0 };
    bool ok = sheet_init(&sheet, &layout, err);

    for (size_t i = 0; ok && i < count; i++) {
        shrink(t, f, pictures[i].image, small);
        sheet_place(&sheet, i, small, pictures[i].caption);
    }
    ok = ok && (t->protocol == TERMPICTURE_KITTY
                    ? write_png(&sheet.canvas, to, err)
                    : termpicture_sixel(&sheet.canvas, to, err));
    sheet_release(&sheet);
    return ok && writer_write(to, "\n", 1, err);
}

bool termsheet_write(const struct termsheet *t,
                     const struct termsheet_picture *pictures, size_t count,
                     struct writer *to, struct error *err)
{
    struct fit f = fit_pictures(t);
    unsigned char *small = malloc(f.width * f.height);
    bool ok = small || error_memory(err);

    for (size_t at = 0; ok && at < count; at += f.across) {
        size_t n = count - at < f.across ? count - at : f.across;
        ok = is_text(t)
                 ? write_text_row(t, &f, pictures + at, n, small, to, err)
                 : write_pixel_row(t, &f, pictures + at, n, small, to, err);
    }
    free(small);
    return ok;
}
