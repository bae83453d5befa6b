/* SPDX-License-Identifier: MIT */
/* What stats and dump look at: grey pictures with their labels, split by split,
 * from raw files, from files of one's own, or out of a prepared set. */
#ifndef MP_PIPELINE_VIEW_H
#define MP_PIPELINE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/input.h"
#include "dataset/manifest.h"
#include "dataset/source.h"

/* As many as any of the three has; val is one more than the sources'. */
enum { VIEW_SPLITS_MAX = CATALOGUE_SPLITS_MAX + 1 };

/* Starts as { 0 }. What is owned is released by view_release. */
struct view {
    const char *name;                        /* of the dataset */
    const struct catalogue_dataset *dataset; /* borrowed; NULL: one's own */
    const char **class_name;                 /* owned; by label */
    size_t class_count; /* labels are below it; 0: there are no labels */
    const char *split_name[VIEW_SPLITS_MAX];
    size_t split_count;
    bool only[VIEW_SPLITS_MAX]; /* see view_choose */
    bool prepared;
    struct manifest manifest; /* of a prepared set: recipe, sources */
    struct input input;       /* of anything else */
    struct source_table table;
    unsigned flags;  /* SOURCE_AHEAD, SOURCE_AS_PUBLISHED; SOURCE_LABELS: who
                        reads rows wants no pictures, and gets none where
                        labels have a file of their own */
    char *dir;       /* of a prepared set; owned */
    char **own_name; /* owned: texts of class_name */
};

/* The raw files of a dataset. `flags` are source_flags. */
bool MUST_USE view_of_dataset(struct view *v,
                              const struct catalogue_dataset *dataset,
                              const char *raw_dir, unsigned flags,
                              struct error *err);

/* Files of one's own: takes *in in every case (it becomes { 0 }). Reads all
 * labels to learn how many classes there are. table may be NULL. */
bool MUST_USE view_of_input(struct view *v, struct input *in,
                            const struct source_table *table, unsigned flags,
                            struct error *err);

/* The directory of a dataset.json. Grey levels are computed back from the
 * numbers, by the recipe: each has to be exactly what the recipe makes of its
 * level, else FAIL_DATA naming row and pixel when it is read. Rows of a split
 * are those of its source split, manifest.split[].from or the one of its name,
 * that view_rows.source_row tells. FAIL_DATA when images are in no format that
 * can be read, or when levels share a number; when a split is opened, too,
 * where pixel-standard has left zeros of a pixel that never changes in train,
 * but may do so in this split. `catalogue` knows what the source was
 * (view->dataset); NULL: nothing is known. */
bool MUST_USE view_of_prepared(struct view *v, const char *dir,
                               const struct catalogue *catalogue,
                               unsigned flags, struct error *err);

/* Only this split from now on (view->only); NULL: all. FAIL_USAGE, with the
 * names there are, when there is none of that name. */
bool MUST_USE view_choose(struct view *v, const char *split, struct error *err);

/* What the catalogue knows of the rows that a split is, or was prepared from;
 * NULL: nothing, as of one's own, or of a set that was prepared from other
 * pictures, by their hash. Raw files are not hashed: that their rows are the
 * published ones is not certain. */
const struct catalogue_split *view_published(const struct view *v,
                                             size_t split);

void view_release(struct view *v);

/* ---- rows ---- */

/* A split being read. Starts as { 0 }. */
struct view_rows {
    uint64_t count;
    size_t height, width, image_bytes; /* one grey channel, a byte per pixel */
    bool has_labels;
    const uint32_t *source_row; /* count: rows of the source split that they
                                   were; NULL: the same. Lives until closed */
    const char *file;           /* of the labels, for messages */
    struct source source;       /* private, as all that follows */
    struct view_prepared *from_prepared;
};

/* FAIL_DATA for pictures that are not of one grey channel. *r is closed by the
 * caller in any case. */
bool MUST_USE view_rows_open(struct view_rows *r, const struct view *v,
                             size_t split, struct error *err);

/* Reads up to `rows` rows; returns their number, 0 at the end, -1 with *err
 * set. Labels are left alone when there are none, and are not checked. */
ptrdiff_t view_rows_read(struct view_rows *r, unsigned char *images,
                         int64_t *labels, size_t rows, struct error *err);
void view_rows_close(struct view_rows *r);

#endif
