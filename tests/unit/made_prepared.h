/* SPDX-License-Identifier: MIT */
/* For the tests of views: prepared sets as they may lie on a disk, made by
 * other means than prep. */
#ifndef MP_TESTS_UNIT_MADE_PREPARED_H
#define MP_TESTS_UNIT_MADE_PREPARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/dtype.h"

enum { ROWS = 700, HEIGHT = 3, WIDTH = 5, PIXELS = HEIGHT * WIDTH };

/* What a set is made with; { 0 } is a plain one. */
struct wish {
    const char *scale;     /* members of the recipe; NULL: unit */
    double factor, offset; /* number = level / 255 * factor + offset; 0: 1 */
    enum dtype dtype;      /* u8 becomes f32 */
    enum dtype label_dtype;
    const char *layout, *shape; /* after the rows; NULL: hw, "3,5" */
    const char *file;           /* of the images; NULL: i */
    bool big;
    size_t header; /* bytes before the images */
    bool no_labels;
    const char *split; /* NULL: train */
    const char *more;  /* members of the split */
    const char *end;   /* members of the document */
};

/* The levels and labels of all such sets. */
unsigned char level_at(size_t row, size_t pixel);
int64_t label_at(size_t row);

/* Elements in either byte order, after `header` bytes. */
void put_numbers(const char *path, enum dtype type, size_t header, bool big,
                 const double *value, size_t count);

/* The arrays i and l, dataset.json, and both. */
void put_arrays(const struct wish *w);
void put_manifest(const struct wish *w);
void put_set(const struct wish *w);

/* Puts a manifest beside the arrays that are there, and fails the test unless
 * looking at the set does with this error. */
void expect_refusal(const struct wish *w, enum fail code, const char *part);

#endif
