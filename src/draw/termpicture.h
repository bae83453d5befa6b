/* SPDX-License-Identifier: MIT */
/* A canvas as bytes that a terminal shows. The ground is dark in all of them:
 * level 0 is black (or blank), 255 is the brightest. */
#ifndef MP_DRAW_TERMPICTURE_H
#define MP_DRAW_TERMPICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"
#include "draw/canvas.h"

enum termpicture_protocol {
    TERMPICTURE_ASCII,    /* plain characters */
    TERMPICTURE_HALF_256, /* half blocks in the greys of 256 colours */
    TERMPICTURE_HALF_RGB, /* half blocks in all greys */
    TERMPICTURE_SIXEL,
    TERMPICTURE_KITTY,
};

/* Characters from " .:-=+*#%@", one for two pixels, one above the other, whose
 * mean it stands for: a cell of a terminal is about twice as high as wide. What
 * an odd height lacks is black. Every line has `width` characters and ends with
 * a newline. */
bool MUST_USE termpicture_ascii(const struct canvas *c, struct writer *to,
                                struct error *err);

/* The upper half block U+2580 in the colour of the upper pixel on that of the
 * lower one; a space where both are black. rgb: exactly, by the 24-bit escapes
 * (38;2 and 48;2); else by the nearest of 26 greys of the 256 colours: 16, 232
 * to 255, 231. Every line is `width` columns wide and ends with all colours
 * reset and a newline; nothing is painted below the last line of an odd
 * height. */
bool MUST_USE termpicture_half(const struct canvas *c, bool rgb,
                               struct writer *to, struct error *err);

/* Sixel as of the VT340 manual (EK-VT3XX-TP-001, chapter 14). Colours there
 * are per cent, so that 255 levels become the nearest of 101, and pixels are
 * square by raster attributes. No newline follows. */
bool MUST_USE termpicture_sixel(const struct canvas *c, struct writer *to,
                                struct error *err);

/* A PNG file by kitty's graphics protocol
 * (https://sw.kovidgoyal.net/kitty/graphics-protocol/): shown at once, without
 * an answer from the terminal, in base64 by chunks of at most 4096 characters.
 * No newline follows. */
bool MUST_USE termpicture_kitty(const unsigned char *png, size_t n,
                                struct writer *to, struct error *err);

#endif
