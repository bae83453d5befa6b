/* SPDX-License-Identifier: MIT */
/* For the tests of what is drawn: finding text and pictures on a canvas. */
#ifndef MP_TESTS_UNIT_DRAWN_H
#define MP_TESTS_UNIT_DRAWN_H

#include <stdbool.h>
#include <stddef.h>

#include "draw/canvas.h"

/* Whether this text stands somewhere on the canvas in black, whole: no other
 * character touches it. *x and *y (either may be NULL) become the top left
 * corner of the first such place, from top to bottom. */
bool canvas_find_text(const struct canvas *c, unsigned scale, const char *text,
                      size_t *x, size_t *y);
bool canvas_has_text(const struct canvas *c, unsigned scale, const char *text);

/* How many pixels below x, y (that one included) have its level. */
size_t canvas_run_down(const struct canvas *c, size_t x, size_t y);

unsigned char canvas_at(const struct canvas *c, size_t x, size_t y);

#endif
