/* SPDX-License-Identifier: MIT */
/* The pictures of a block of rows as PNG, encoded by several threads: three
 * quarters of what a format of PNGs takes is deflate. */
#ifndef MP_FORMAT_PNGBLOCK_H
#define MP_FORMAT_PNGBLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"

/* Starts as { 0 }. */
struct pngblock {
    unsigned workers;
    struct bytes_writer *out;     /* owned, by worker: pictures it encoded */
    struct pngblock_place *place; /* owned, by row */
};

/* For blocks of at most `rows` rows (at least 1), by up to `workers`
 * threads. */
bool MUST_USE pngblock_init(struct pngblock *p, unsigned workers, size_t rows,
                            struct error *err);
void pngblock_release(struct pngblock *p); /* accepts { 0 } */

/* Encodes the grey levels of `rows` pictures; those of the last block go. The
 * same levels give the same bytes, whatever the threads. */
bool MUST_USE pngblock_encode(struct pngblock *p, const unsigned char *levels,
                              size_t rows, size_t width, size_t height,
                              struct error *err);

/* The picture of a row that was encoded: n bytes, until the next block. */
const unsigned char *pngblock_at(const struct pngblock *p, size_t row,
                                 size_t *n);

#endif
