/* SPDX-License-Identifier: MIT */
/* The loop over blocks. */
#include "pipeline/count.h"

#include "base/interrupt.h"
#include "pipeline/block.h"
#include "stage/onehot.h"

/* Reads the next block and checks its labels; its rows, 0, or -1. */
static ptrdiff_t next_block(struct source *source, struct block *block,
                            size_t classes, struct error *err)
{
    uint64_t first = source->next_row;

    if (!interrupt_none(err))
        return -1;
    ptrdiff_t rows =
        source_read(source, block->images, block->labels, block->capacity, err);
    if (rows > 0 &&
        !onehot_check_labels(block->labels, (size_t)rows, first, classes,
                             source->part[PART_LABELS].path, err))
        return -1;
    return rows;
}

bool count_source(struct source *source, size_t classes, struct stats *stats,
                  struct error *err)
{
    struct block block = { 0 };
    ptrdiff_t rows = -1;

    if (block_init(&block, block_rows(source->image_bytes, 0),
                   source->image_bytes, err))
        while ((rows = next_block(source, &block, classes, err)) > 0)
            stats_add(stats, block.images, block.labels, (size_t)rows);
    block_release(&block);
    return rows == 0;
}
