/* SPDX-License-Identifier: MIT */
/* Rows on their way: pictures and labels in buffers that are used again and
 * again. */
#ifndef MP_PIPELINE_BLOCK_H
#define MP_PIPELINE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct block {
    size_t capacity, rows;
    unsigned char *images; /* owned */
    int64_t *labels;       /* owned */
    /* Borrowed, of splits with deformed copies: source rows, and which copy of
     * each is wanted. NULL: no copies. */
    const uint32_t *source_row;
    const uint8_t *copy;
};

/* A block of about 100 KB of pixels, which fits the L2 cache with what is made
 * of it; row_bytes is the largest row that one sample becomes. */
size_t block_rows(size_t image_bytes, size_t row_bytes);
bool MUST_USE block_init(struct block *b, size_t rows, size_t image_bytes,
                         struct error *err);
void block_release(struct block *b); /* accepts { 0 } */

#endif
