/* SPDX-License-Identifier: MIT */
/* What the names of data files say: which split, which part of it. Whether it
 * is true, their contents tell. */
#ifndef MP_DATASET_FILENAME_H
#define MP_DATASET_FILENAME_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/catalogue.h"

enum {
    FILENAME_PLAIN_MAX = 64,
    FILENAME_FILE_MAX = 100,
    FILENAME_SPLIT_SIZE = 256, /* of any name that a directory can hold */
};

/* Letters, digits, '.', '_' and '-', the first neither '.' nor '-': names of
 * datasets and splits become parts of file names. */
bool filename_is_plain(const char *name);

/* The same of the name of a published file, which may be longer. */
bool filename_is_plain_file(const char *name);

enum filename_kind {
    FILENAME_OTHER,
    FILENAME_ARRAY,      /* train-images-idx3-ubyte.gz, val_labels.npy, ... */
    FILENAME_TABLE,      /* train.csv, mnist_test.csv.gz, ... */
    FILENAME_HEADERLESS, /* train-images.f32: what `prep` writes as bin */
};

struct filename_role {
    enum filename_kind kind;
    enum catalogue_part part; /* of an array */
    char split[FILENAME_SPLIT_SIZE];
};

/* `file` is a name without directories. A well-known split at the end of what
 * comes before "-images" counts alone (emnist-letters-train-images is of
 * train), and anything else as it is. Tables have to end in a well-known one:
 * all kinds of tables lie beside those. */
void filename_read_role(const char *file, struct filename_role *to);

/* Does it end as the name of a table does, packed or not? */
bool filename_is_table(const char *path);

/* "t10k" is "test"; all others are what they are. */
const char *filename_split(const char *word);

/* The last part of a path without suffixes such as .csv.gz; the caller frees
 * it. May be anything: see filename_is_plain. */
char *MUST_USE filename_stem(const char *path, struct error *err);

#endif
