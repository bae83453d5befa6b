/* SPDX-License-Identifier: MIT */
/* Images and labels of one split, read together, row by row. */
#ifndef MP_DATASET_SOURCE_H
#define MP_DATASET_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "dataset/catalogue.h"
#include "dataset/receipt.h"
#include "format/array.h"

/* A picture larger than this is no sample of an MNIST-like dataset. */
enum { SOURCE_IMAGE_MAX_BYTES = 1 << 20 };

/* One of the two files, and what is learnt of it by reading. */
struct source_part {
    char *path; /* owned */
    struct array_stream stream;
    struct digest file_digest, payload_digest;
    struct raw_facts facts; /* complete after source_finish */
    bool hashing;           /* the facts were not known beforehand */
};

/* Starts as { 0 }. */
struct source {
    uint64_t count;           /* rows */
    size_t image_bytes;       /* of one picture: one byte per pixel */
    struct array_info images; /* dim[0] is count */
    struct source_part part[CATALOGUE_PARTS];
    uint64_t next_row;
    /* How labels stand in their file, and what is to be done to both. */
    size_t label_columns, label_column;
    int64_t label_base;
    bool transposed;
};

enum source_flag {
    SOURCE_HASH = 1,  /* hash on the way what the receipt does not know */
    SOURCE_AHEAD = 2, /* unpack the images in a thread of its own */
    SOURCE_AS_PUBLISHED = 4, /* neither turn images nor shift labels */
};

/* How the text of the error ends when a file is not there. */
#define SOURCE_MISSING "is missing"

/* Are both files there? */
bool MUST_USE source_exists(const char *dir,
                            const struct catalogue_split *split,
                            struct error *err);

/* Opens DIR/<file> of both parts. FAIL_SYSTEM when one is missing; FAIL_DATA
 * when they are not 8-bit pictures with a plain list of as many labels, with
 * a hint when they look swapped. Images that were published transposed come
 * out upright, and labels from 0 on, unless SOURCE_AS_PUBLISHED. */
bool MUST_USE source_open(struct source *s, const char *dir,
                          const struct catalogue_dataset *dataset,
                          const struct catalogue_split *split,
                          const struct receipt *receipt, unsigned flags,
                          struct error *err);

/* Reads up to `rows` rows; returns their number, 0 at the end, -1 with *err
 * set. images gets rows * image_bytes bytes. */
ptrdiff_t source_read(struct source *s, unsigned char *images, int64_t *labels,
                      size_t rows, struct error *err);

/* After the last row: completes the facts of both parts. */
bool MUST_USE source_finish(struct source *s, struct error *err);

void source_close(struct source *s); /* accepts { 0 } and a closed one */

#endif
