/* SPDX-License-Identifier: MIT */
/* PNG pictures in grey, by libpng. */
#ifndef MP_FORMAT_PNGIMAGE_H
#define MP_FORMAT_PNGIMAGE_H

#include "format/array.h"

bool pngimage_matches(const unsigned char *head, size_t n); /* needs 8 */

/* Reads the picture from s->in, which then holds its grey levels: u8, shape
 * 1 x height x width. Pictures in colour (also one that shows grey), 16-bit and
 * transparent ones are refused with FAIL_DATA. */
bool MUST_USE pngimage_open(struct array_stream *s, struct error *err);

/* Writes an 8-bit grey picture of width * height bytes, row by row. The same
 * pixels give the same bytes with the same zlib. */
bool MUST_USE pngimage_write(struct writer *w, const unsigned char *pixels,
                             size_t width, size_t height, struct error *err);

const char *pngimage_header_version(void);
const char *pngimage_library_version(void);

#endif
