/* SPDX-License-Identifier: MIT */
/* The loop over blocks: read, check, convert, write. */
#include "pipeline/splitrun.h"

#include <stdlib.h>

#include "base/interrupt.h"
#include "base/text.h"
#include "stage/onehot.h"

enum { BLOCK_BYTES = 128 * 1024, ROW_BUFFER_BYTES = 1 << 20 };

/* ---- blocks ---- */

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
    b->labels = malloc(rows * sizeof *b->labels);
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

bool splitrun_count(struct source *source, size_t classes, struct stats *stats,
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

/* ---- what is written ---- */

struct array_info splitrun_info(const struct splitrun *run,
                                enum manifest_kind kind)
{
    struct array_info info = { .ndims = 1, .dim = { run->source.count } };

    switch (kind) {
    case MANIFEST_IMAGES:
        info = run->source.images;
        info.dtype = run->recipe->dtype;
        break;
    case MANIFEST_LABELS:
        info.dtype = run->recipe->label_dtype;
        break;
    case MANIFEST_ONEHOT:
        info.dtype = DTYPE_F32;
        info.ndims = 2;
        info.dim[1] = run->classes;
        break;
    }
    return info;
}

char *splitrun_file_name(const struct splitrun *run, enum manifest_kind kind,
                         size_t format, struct error *err)
{
    struct array_info info = splitrun_info(run, kind);

    return text_format(err, "%s-%s.%s", run->name, manifest_kind_name(kind),
                       format_suffix(run->recipe->format[format], info.dtype));
}

/* The stages of a run, and one buffer for each kind of output. */
struct stages {
    struct normalize normalize;
    struct onehot onehot;
    unsigned char *elements[MANIFEST_ARRAYS];
    size_t row_elements[MANIFEST_ARRAYS];
};

static size_t element_bytes(const struct splitrun *run, int kind)
{
    return dtype_bytes(splitrun_info(run, (enum manifest_kind)kind).dtype);
}

static bool stages_init(struct stages *s, const struct splitrun *run,
                        size_t rows, struct error *err)
{
    const struct recipe *recipe = run->recipe;

    s->row_elements[MANIFEST_IMAGES] = run->source.image_bytes;
    s->row_elements[MANIFEST_LABELS] = 1;
    s->row_elements[MANIFEST_ONEHOT] = run->classes;
    for (int kind = 0; kind < MANIFEST_ARRAYS; kind++) {
        s->elements[kind] =
            malloc(rows * s->row_elements[kind] * element_bytes(run, kind));
        if (!s->elements[kind])
            return error_memory(err);
    }
    return normalize_init(&s->normalize, &recipe->scale, recipe->dtype, err) &&
           onehot_init(&s->onehot, run->classes, recipe->smoothing, err);
}

static void stages_release(struct stages *s)
{
    for (int kind = 0; kind < MANIFEST_ARRAYS; kind++)
        free(s->elements[kind]);
}

static void narrow_labels(enum dtype to, const int64_t *labels, size_t rows,
                          unsigned char *elements)
{
    size_t bytes = dtype_bytes(to);

    for (size_t i = 0; i < rows; i++)
        dtype_store(to, elements + i * bytes, (double)labels[i]);
}

static bool write_block(struct splitrun *run, struct stages *s,
                        const struct block *block, size_t rows,
                        struct error *err)
{
    normalize_u8(&s->normalize, block->images, rows * run->source.image_bytes,
                 s->elements[MANIFEST_IMAGES]);
    narrow_labels(run->recipe->label_dtype, block->labels, rows,
                  s->elements[MANIFEST_LABELS]);
    if (run->recipe->onehot)
        onehot_rows(&s->onehot, block->labels, rows,
                    (float *)(void *)s->elements[MANIFEST_ONEHOT]);
    for (int kind = 0; kind < MANIFEST_ARRAYS; kind++)
        for (size_t f = 0; f < run->recipe->format_count; f++)
            if (run->file[kind][f].to &&
                !arrayfile_write(&run->file[kind][f], s->elements[kind],
                                 rows * s->row_elements[kind], err))
                return false;
    return true;
}

static bool finish_files(struct splitrun *run, struct error *err)
{
    for (int kind = 0; kind < MANIFEST_ARRAYS; kind++)
        for (size_t f = 0; f < run->recipe->format_count; f++)
            if (run->file[kind][f].to &&
                !arrayfile_finish(&run->file[kind][f], err))
                return false;
    return true;
}

bool splitrun_write(struct splitrun *run, struct error *err)
{
    size_t pixels = run->source.image_bytes;
    size_t image_row = pixels * dtype_bytes(run->recipe->dtype);
    size_t onehot_row = run->classes * sizeof(float);
    size_t rows =
        block_rows(pixels, image_row > onehot_row ? image_row : onehot_row);
    struct block block = { 0 };
    struct stages stages = { 0 };
    ptrdiff_t got = -1;
    bool ok = stages_init(&stages, run, rows, err) &&
              block_init(&block, rows, pixels, err);

    while (ok &&
           (got = next_block(&run->source, &block, run->classes, err)) > 0)
        ok = write_block(run, &stages, &block, (size_t)got, err);
    ok = ok && got == 0 && source_finish(&run->source, err) &&
         finish_files(run, err);
    block_release(&block);
    stages_release(&stages);
    return ok;
}

void splitrun_release(struct splitrun *run)
{
    for (int kind = 0; kind < MANIFEST_ARRAYS; kind++)
        for (size_t f = 0; f < RECIPE_FORMATS_MAX; f++)
            arrayfile_abandon(&run->file[kind][f]);
    source_close(&run->source);
}
