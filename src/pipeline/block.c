/* SPDX-License-Identifier: MIT */
/* Sizes and memory of blocks. */
#include "pipeline/block.h"

#include <stdlib.h>

/* Writes that begin and end within a page are slow, and so are small ones: 188
 * MB took 55 ms in pieces of 83 rows of floats, 42 in pieces of 128. Rows of 28
 * x 28 floats end with a page after every 64 of them. */
enum { BLOCK_BYTES = 128 * 1024, ROW_BUFFER_BYTES = 1 << 20, EVEN_ROWS = 64 };

size_t block_rows(size_t image_bytes, size_t row_bytes)
{
    size_t rows = BLOCK_BYTES / image_bytes;

    if (row_bytes > 0 && rows > ROW_BUFFER_BYTES / row_bytes)
        rows = ROW_BUFFER_BYTES / row_bytes;
    if (rows > EVEN_ROWS)
        rows -= rows % EVEN_ROWS;
    return rows > 0 ? rows : 1;
}

bool block_init(struct block *b, size_t rows, size_t image_bytes,
                struct error *err)
{
    *b = (struct block){ .capacity = rows };
    b->images = malloc(rows * image_bytes);
    b->labels = calloc(rows, sizeof *b->labels);
    if (b->images && b->labels)
        return true;
    block_release(b);
    return error_memory(err);
}

void block_release(struct block *b)
{
    free(b->images);
    free(b->labels);
    *b = (struct block){ 0 };
}
