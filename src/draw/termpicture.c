/* SPDX-License-Identifier: MIT */
/* Grey levels as characters, colours, sixels and base64. */
#include "draw/termpicture.h"

#include <string.h>

#include "base/base64.h"

/* ---- two pixels in a cell ---- */

static unsigned char pixel_at(const struct canvas *c, size_t x, size_t y)
{
    return y < c->height ? c->pixels[y * c->width + x] : CANVAS_BLACK;
}

bool termpicture_ascii(const struct canvas *c, struct writer *to,
                       struct error *err)
{
    /* By their ink in common fonts, on a dark ground. */
    static const char ramp[] = " .:-=+*#%@";
    const size_t steps = sizeof ramp - 1;
    bool ok = true;

    for (size_t y = 0; ok && y < c->height; y += 2) {
        for (size_t x = 0; ok && x < c->width; x++) {
            size_t sum = (size_t)pixel_at(c, x, y) + pixel_at(c, x, y + 1);
            ok = writer_write(to, &ramp[sum * steps / (2 * 256)], 1, err);
        }
        ok = ok && writer_write(to, "\n", 1, err);
    }
    return ok;
}

/* The nearest grey of the 256 colours: 16 is black, 231 white, and 232 to 255
 * are the levels 8, 18, ... 238 of xterm's table. */
static unsigned grey_colour(unsigned level)
{
    if (level < 4)
        return 16;
    if (level > 246)
        return 231;
    return level < 238 ? 232 + (level - 3) / 10 : 255;
}

/* which: 38 for the character, 48 for its ground. */
static bool write_colour(unsigned which, unsigned char level, bool rgb,
                         struct writer *to, struct error *err)
{
    return rgb ? writer_printf(to, err, "\033[%u;2;%u;%u;%um", which, level,
                               level, level)
               : writer_printf(to, err, "\033[%u;5;%um", which,
                               grey_colour(level));
}

/* Colours stay until they change; *now is the present one, -1 if unknown. */
static bool change_colour(int *now, unsigned which, unsigned char level,
                          bool rgb, struct writer *to, struct error *err)
{
    if (*now == level)
        return true;
    *now = level;
    return write_colour(which, level, rgb, to, err);
}

static bool write_half_line(const struct canvas *c, size_t y, bool rgb,
                            struct writer *to, struct error *err)
{
    static const char block[] = "\u2580";
    const bool has_lower = y + 1 < c->height;
    const unsigned char *upper = c->pixels + y * c->width;
    const unsigned char *lower = has_lower ? upper + c->width : NULL;
    int ink = -1, ground = -1;
    bool ok = true;

    for (size_t x = 0; ok && x < c->width; x++) {
        bool black = upper[x] == CANVAS_BLACK && lower &&
                     lower[x] == CANVAS_BLACK;
        ok = (!lower || change_colour(&ground, 48, lower[x], rgb, to, err)) &&
             (black || change_colour(&ink, 38, upper[x], rgb, to, err));
        /* A blank needs no ink, and the shape of what is there remains when
         * the text is copied without its colours. */
        ok = ok && (black ? writer_write(to, " ", 1, err)
                          : writer_write(to, block, sizeof block - 1, err));
    }
    return ok && writer_printf(to, err, "\033[0m\n");
}

bool termpicture_half(const struct canvas *c, bool rgb, struct writer *to,
                      struct error *err)
{
    bool ok = true;

    for (size_t y = 0; ok && y < c->height; y += 2)
        ok = write_half_line(c, y, rgb, to, err);
    return ok;
}

/* ---- sixel ---- */

/* Rows of a band; greys that can be told apart, in per cent. */
enum { BAND = 6, SHADES = 101 };

static unsigned shade_of(unsigned char level)
{
    return (level * 100u + 127) / 255;
}

static void find_shades(const unsigned char *pixels, size_t n,
                        bool used[SHADES])
{
    memset(used, 0, SHADES * sizeof *used);
    for (size_t i = 0; i < n; i++)
        used[shade_of(pixels[i])] = true;
}

/* A run of one character: by a count where that is shorter. */
static bool write_run(char sixel, size_t count, struct writer *to,
                      struct error *err)
{
    const char same[] = { sixel, sixel, sixel };

    return count > sizeof same ? writer_printf(to, err, "!%zu%c", count, sixel)
                               : writer_write(to, same, count, err);
}

/* The pixels of this shade in a column of a band: the topmost is bit 0. */
static char sixel_at(const unsigned char *band, size_t width, size_t rows,
                     size_t x, unsigned shade)
{
    unsigned bits = 0;

    for (size_t row = 0; row < rows; row++)
        if (shade_of(band[row * width + x]) == shade)
            bits |= 1u << row;
    return (char)('?' + bits);
}

static bool write_shade(const unsigned char *band, size_t width, size_t rows,
                        unsigned shade, struct writer *to, struct error *err)
{
    size_t run = 0;
    char last = '?';
    bool ok = writer_printf(to, err, "#%u", shade);

    for (size_t x = 0; ok && x < width; x++) {
        char sixel = sixel_at(band, width, rows, x, shade);
        if (run > 0 && sixel != last) {
            ok = write_run(last, run, to, err);
            run = 0;
        }
        last = sixel;
        run++;
    }
    /* Nothing has to be said about empty columns at the end. */
    return ok && (last == '?' || write_run(last, run, to, err));
}

/* One shade over the other, each from the left margin ('$'). */
static bool write_band(const unsigned char *band, size_t width, size_t rows,
                       struct writer *to, struct error *err)
{
    bool used[SHADES], ok = true;
    const char *before = "";

    find_shades(band, width * rows, used);
    for (unsigned shade = 0; ok && shade < SHADES; shade++) {
        if (!used[shade])
            continue;
        ok = writer_printf(to, err, "%s", before) &&
             write_shade(band, width, rows, shade, to, err);
        before = "$";
    }
    return ok;
}

bool termpicture_sixel(const struct canvas *c, struct writer *to,
                       struct error *err)
{
    bool used[SHADES];
    bool ok =
        writer_printf(to, err, "\033P0;1;0q\"1;1;%zu;%zu", c->width, c->height);

    /* Only what is used: some terminals have 16 colours, and some pictures
     * need no more. */
    find_shades(c->pixels, c->width * c->height, used);
    for (unsigned shade = 0; ok && shade < SHADES; shade++)
        if (used[shade])
            ok = writer_printf(to, err, "#%u;2;%u;%u;%u", shade, shade, shade,
                               shade);
    for (size_t y = 0; ok && y < c->height; y += BAND) {
        size_t rows = c->height - y < BAND ? c->height - y : BAND;
        ok = (y == 0 || writer_write(to, "-", 1, err)) &&
             write_band(c->pixels + y * c->width, c->width, rows, to, err);
    }
    return ok && writer_printf(to, err, "\033\\");
}

/* ---- kitty ---- */

/* The protocol allows 4096 characters at a time: four for three bytes. */
enum { CHUNK_CHARACTERS = 4096, CHUNK_BYTES = CHUNK_CHARACTERS / 4 * 3 };

bool termpicture_kitty(const unsigned char *png, size_t n, struct writer *to,
                       struct error *err)
{
    char text[CHUNK_CHARACTERS + 1];
    bool ok = true;

    for (size_t at = 0; ok && at < n; at += CHUNK_BYTES) {
        size_t part = n - at < CHUNK_BYTES ? n - at : CHUNK_BYTES;
        int more = at + part < n;
        /* a=T: show it; f=100: PNG; q=2: answer nothing, not even errors,
         * which the shell would take for something typed. */
        ok = (at == 0
                  ? writer_printf(to, err, "\033_Ga=T,f=100,q=2,m=%d;", more)
                  : writer_printf(to, err, "\033_Gq=2,m=%d;", more)) &&
             writer_write(to, text, base64_text(text, png + at, part), err) &&
             writer_printf(to, err, "\033\\");
    }
    return ok;
}
