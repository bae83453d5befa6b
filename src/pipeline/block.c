/* SPDX-License-Identifier: MIT */
/* Sizes and memory of blocks. */
#include "pipeline/block.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 64 * 1024, ROW_BUFFER_BYTES = 1 << 20 };

size_t block_rows(size_t image_bytes, size_t row_bytes)
{
    size_t rows = BLOCK_BYTES / image_bytes;

    if (row_bytes > 0 && rows > ROW_BUFFER_BYTES / row_bytes)
        rows = ROW_BUFFER_BYTES / row_bytes;
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
