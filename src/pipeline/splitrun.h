/* SPDX-License-Identifier: MIT */
/* One split through the stages: rows from a source, block by block, to the
 * array files of images, labels and one-hot rows. */
#ifndef MP_PIPELINE_SPLITRUN_H
#define MP_PIPELINE_SPLITRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/manifest.h"
#include "dataset/source.h"
#include "pipeline/arrayfile.h"
#include "pipeline/recipe.h"
#include "stage/stats.h"

/* The rows of one block, all in buffers that are used again and again. */
struct block {
    size_t capacity; /* rows */
    unsigned char *images;
    int64_t *labels;
};

/* A block of about 128 KB of pixels, which fits the L2 cache with what is made
 * of it; row_bytes is the largest row that one sample becomes. */
size_t block_rows(size_t image_bytes, size_t row_bytes);
bool MUST_USE block_init(struct block *b, size_t rows, size_t image_bytes,
                         struct error *err);
void block_release(struct block *b);

/* Starts as { 0 }. */
struct splitrun {
    struct source source;
    const char *name; /* of the split */
    size_t classes;
    const struct recipe *recipe;
    /* By kind and by position in recipe->format. */
    struct arrayfile file[MANIFEST_ARRAYS][RECIPE_FORMATS_MAX];
};

/* What an array of this kind is for `rows` rows of the source. */
struct array_info splitrun_info(const struct splitrun *run,
                                enum manifest_kind kind);

/* "train-images.f32", malloc'd; NULL with *err set. */
char *MUST_USE splitrun_file_name(const struct splitrun *run,
                                  enum manifest_kind kind, size_t format,
                                  struct error *err);

/* Reads the source to its end and writes all files, which are finished but
 * not committed. */
bool MUST_USE splitrun_write(struct splitrun *run, struct error *err);

/* Reads the source to its end for its statistics alone. */
bool MUST_USE splitrun_count(struct source *source, size_t classes,
                             struct stats *stats, struct error *err);

void splitrun_release(struct splitrun *run); /* abandons what is open */

#endif
