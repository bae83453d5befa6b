/* SPDX-License-Identifier: MIT */
/* Some rows of a split, picked out to be looked at. */
#ifndef MP_PIPELINE_SAMPLES_H
#define MP_PIPELINE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/source.h"

/* "0,5,10-20": rows in the order they are asked for; a row may come twice. */
struct row_list {
    uint64_t *row; /* owned */
    size_t count;
};

bool MUST_USE row_list_parse(struct row_list *list, const char *text,
                             struct error *err);
bool MUST_USE row_list_first(struct row_list *list, size_t count,
                             struct error *err);
void row_list_release(struct row_list *list);

struct sample {
    uint64_t row;
    int64_t label;
    unsigned char *image; /* into samples.images */
};

/* Starts as { 0 }; everything is owned. */
struct samples {
    struct sample *sample;
    size_t count;
    size_t width, height;
    unsigned char *images;
};

/* Reads the source until all rows are found. FAIL_USAGE when one is beyond the
 * end; FAIL_DATA for pictures that are not of one grey channel. */
bool MUST_USE samples_read(struct samples *s, struct source *source,
                           const struct row_list *rows, struct error *err);

/* Reads the first `count` rows of one class, or fewer when there are no more. */
bool MUST_USE samples_read_class(struct samples *s, struct source *source,
                                 int64_t label, size_t count,
                                 struct error *err);
void samples_release(struct samples *s);

#endif
