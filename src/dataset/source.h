/* SPDX-License-Identifier: MIT */
/* Images and labels of one split, read together, row by row, whatever files
 * they stand in. */
#ifndef MP_DATASET_SOURCE_H
#define MP_DATASET_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "dataset/input.h"
#include "dataset/receipt.h"
#include "format/array.h"
#include "format/tree.h"

/* A picture larger than this is no sample of an MNIST-like dataset. */
enum { SOURCE_IMAGE_MAX_BYTES = 1 << 20 };

/* Labels are read in pieces of this size, and one row of them fits. */
enum { SOURCE_LABEL_BYTES = 4096, SOURCE_LABEL_MAX = 65535 };

/* How one's own tables are read. */
struct source_table {
    int label;              /* enum input_label */
    uint64_t height, width; /* of the pictures; 0: they are square */
};

/* One of the two files, and what is learnt of it by reading. */
struct source_part {
    char *path; /* owned */
    struct array_stream stream;
    struct digest file_digest, payload_digest;
    struct raw_facts facts; /* complete after source_finish */
    bool hashing;           /* the facts were not known beforehand */
    bool archived;          /* a member of an NPZ */
};

/* Starts as { 0 }. */
struct source {
    uint64_t count;           /* rows */
    size_t image_bytes;       /* of one picture: one byte per pixel */
    struct array_info images; /* dim[0] is count */
    bool has_labels;
    struct source_part part[CATALOGUE_PARTS];
    struct tree tree;    /* of INPUT_TREE: the names of its classes */
    struct tree_sum sum; /* of INPUT_TREE, when it is hashed on the way */
    uint64_t next_row;
    /* How labels stand in their rows, and what is to be done to both. */
    size_t label_columns, label_column;
    int64_t label_base;
    bool transposed;
    bool table;        /* label and pixels stand in the rows of one array */
    bool labels_alone; /* SOURCE_LABELS */
    bool any_label;    /* SOURCE_ANY_LABEL */
    bool own; /* no published files: any type of whole numbers will do */
    unsigned char *raw; /* owned: some rows as they stand in the file */
};

enum source_flag {
    SOURCE_HASH = 1,  /* hash on the way what the receipt does not know */
    SOURCE_AHEAD = 2, /* unpack the images in a thread of its own */
    SOURCE_AS_PUBLISHED = 4, /* neither turn images nor shift labels */
    SOURCE_LABELS = 8, /* labels alone, where they have a file of their own */
    SOURCE_ANY_LABEL = 16, /* one's own may be any whole numbers: the caller
                              looks for those that are no class */
};

/* How the text of the error ends when a file is not there. */
#define SOURCE_MISSING "is missing"

/* Are all files there? */
bool MUST_USE source_exists(const struct input_split *split, struct error *err);

/* Opens the files of a split. FAIL_SYSTEM when one is missing; FAIL_DATA when
 * they are not 8-bit pictures with a plain list of as many labels, with a hint
 * when they look swapped. Images that were published transposed come out
 * upright, and labels from 0 on, unless SOURCE_AS_PUBLISHED. Pictures and
 * labels of one's own may be of any type, as long as they are whole numbers of
 * 0..255 and 0..65535. table may be NULL. */
bool MUST_USE source_open(struct source *s, const struct input *input,
                          size_t split, const struct source_table *table,
                          const struct receipt *receipt, unsigned flags,
                          struct error *err);

/* The same for one split of a dataset, whose raw files lie in `dir`. */
bool MUST_USE source_open_published(struct source *s, const char *dir,
                                    const struct catalogue_dataset *dataset,
                                    const struct catalogue_split *split,
                                    const struct receipt *receipt,
                                    unsigned flags, struct error *err);

/* Reads up to `rows` rows; returns their number, 0 at the end, -1 with *err
 * set. images gets rows * image_bytes bytes, and is left alone by
 * SOURCE_LABELS; labels are left alone when there are none. */
ptrdiff_t source_read(struct source *s, unsigned char *images, int64_t *labels,
                      size_t rows, struct error *err);

/* After the last row: completes the facts of both parts. Not after
 * SOURCE_LABELS. */
bool MUST_USE source_finish(struct source *s, struct error *err);

void source_close(struct source *s); /* accepts { 0 } and a closed one */

#endif
