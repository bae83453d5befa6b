/* SPDX-License-Identifier: MIT */
/*
 * mnistprep.h - opens a dataset that `mnistprep prep` has prepared.
 *
 *     char why[256];
 *     struct mnistprep_dataset *d =
 *         mnistprep_open("data/mnist/prepared", why, sizeof why);
 *     const struct mnistprep_split *train = mnistprep_find_split(d, "train");
 *     const float *pixels = train->images.data;   // count x 28 x 28
 *     const unsigned char *labels = train->labels.data;
 *     mnistprep_close(d);
 *
 * The arrays are mapped read-only from their files: opening costs no time and
 * no memory, and pages come in as they are read. All data is in the byte order
 * of the files, which is little-endian; on a big-endian machine
 * mnistprep_open refuses. A dataset may be used by many threads at once.
 *
 * Link with -lmnistprep. The library prints nothing and has no state outside
 * of the datasets it opened.
 */
#ifndef MNISTPREP_H
#define MNISTPREP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum mnistprep_dtype {
    MNISTPREP_U8,
    MNISTPREP_I8,
    MNISTPREP_I16,
    MNISTPREP_I32,
    MNISTPREP_I64,
    MNISTPREP_F16,
    MNISTPREP_BF16,
    MNISTPREP_F32,
    MNISTPREP_F64,
    MNISTPREP_U32
};

/* Elements in C order: the last dimension runs fastest. */
struct mnistprep_array {
    const void *data; /* NULL when the set has no such array, or no rows */
    enum mnistprep_dtype dtype;
    size_t ndims;
    uint64_t shape[8]; /* shape[0] is the number of rows */
    uint64_t bytes;    /* of all elements together */
};

struct mnistprep_split {
    const char *name;              /* "train", "test", ... */
    uint64_t count;                /* rows */
    struct mnistprep_array images; /* count x height x width */
    struct mnistprep_array labels; /* count, or none */
    struct mnistprep_array onehot; /* count x classes, or none */
    struct mnistprep_array rows;   /* count: the row of each in its source; none
                                      when they are all, in order */
    struct mnistprep_array folds;  /* count: of cross-validation, or none */
    struct mnistprep_array copies; /* count: which deformed copy, 0 for the row
                                      itself; none when there are no copies */
};

struct mnistprep_dataset;

/* Opens the directory that holds dataset.json. NULL on failure: `why` (may be
 * NULL), of why_size bytes, then holds one sentence, in which control
 * characters of file names are masked. Nothing is waited for: a FIFO in place
 * of a file is a failure. The caller closes what was opened. */
struct mnistprep_dataset *mnistprep_open(const char *directory, char *why,
                                         size_t why_size);

/* Releases everything the dataset handed out; accepts NULL. */
void mnistprep_close(struct mnistprep_dataset *dataset);

/* The dataset's name, "mnist". */
const char *mnistprep_name(const struct mnistprep_dataset *dataset);

size_t mnistprep_class_count(const struct mnistprep_dataset *dataset);

/* The name of a label; NULL when there is no such label. */
const char *mnistprep_class_name(const struct mnistprep_dataset *dataset,
                                 size_t label);

/* Splits by position, and by name; NULL when there is none. */
size_t mnistprep_split_count(const struct mnistprep_dataset *dataset);
const struct mnistprep_split *
mnistprep_split_at(const struct mnistprep_dataset *dataset, size_t position);
const struct mnistprep_split *
mnistprep_find_split(const struct mnistprep_dataset *dataset, const char *name);

/* Bytes of one element. */
size_t mnistprep_dtype_bytes(enum mnistprep_dtype dtype);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
