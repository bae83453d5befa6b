/* SPDX-License-Identifier: MIT */
/* Which files the rows of a set come from, split by split: those of a dataset
 * of the catalogue, or files of one's own. */
#ifndef MP_DATASET_INPUT_H
#define MP_DATASET_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/catalogue.h"

enum input_form {
    INPUT_ARRAYS, /* IDX or NPY, packed or not: images, and labels in another
                     file or nowhere */
    INPUT_NPZ,    /* two members of one archive */
    INPUT_TABLE,  /* CSV: labels in a column, or nowhere */
    INPUT_TREE,   /* a folder of PNG pictures per class */
};

struct input_split {
    char *name; /* owned */
    enum input_form form;
    char *path[CATALOGUE_PARTS];   /* owned; a table or tree: images alone; no
                                      labels: NULL */
    char *member[CATALOGUE_PARTS]; /* owned; INPUT_NPZ: "x_train.npy", ... */
    const struct catalogue_split *published; /* borrowed; NULL: one's own */
};

/* Where the label stands in a table. */
enum input_label {
    INPUT_LABEL_AUTO, /* as the header says; without one the first column, when
                         the others make a square */
    INPUT_LABEL_FIRST,
    INPUT_LABEL_LAST,
    INPUT_LABEL_NONE,
};

/* Starts as { 0 }. */
struct input {
    char *name;                              /* of the dataset; owned */
    const struct catalogue_dataset *dataset; /* borrowed; NULL: one's own */
    struct input_split split[CATALOGUE_SPLITS_MAX];
    size_t split_count;
};

bool MUST_USE input_of_dataset(struct input *in,
                               const struct catalogue_dataset *dataset,
                               const char *raw_dir, struct error *err);

/* Looks at `path`, by content and never by suffix alone: a CSV table, an NPZ
 * with x_<split> and y_<split>, or a directory: of IDX or NPY pairs under the
 * names that circulate (train-images-idx3-ubyte, t10k-..., <split>-images.*),
 * of tables (<split>.csv, ..._<split>.csv), or a tree of PNG pictures
 * (<split>/<class>/x.png, or <class>/x.png, which is one split), also in a
 * folder png. Splits come in the order train, test, others by name; see
 * filename.h for what is a split's name. One without labels is fine.
 *
 * `split` (NULL: "train") names the split of what gives it no name; FAIL_USAGE
 * where splits have names of their own, unless it is the only one. `name` NULL:
 * the last part of the path without its suffixes. FAIL_USAGE, naming what was
 * looked for, when nothing fits, when several kinds of files are there, when
 * two of them claim one split, or for a name that is no dataset's; FAIL_DATA
 * when a file is not what its name says. What is no regular file is never
 * opened. */
bool MUST_USE input_of_path(struct input *in, const char *name,
                            const char *path, const char *split,
                            struct error *err);

/* The same, but where splits have names of their own, `split` has no effect. */
bool MUST_USE input_look_at_path(struct input *in, const char *name,
                                 const char *path, const char *split,
                                 struct error *err);

/* One split of two files, IDX or NPY (labels NULL: none); called once for each
 * split, NULL being "train". The first call names the dataset; `name` NULL:
 * after the images. FAIL_DATA for other files, FAIL_USAGE for a second split of
 * one name. */
bool MUST_USE input_add_files(struct input *in, const char *name,
                              const char *images, const char *labels,
                              const char *split, struct error *err);

/* For discover.c: a new split without files. NULL with *err set for a name that
 * is no split's, that is there already, or that is one too many. */
struct input_split *MUST_USE input_add_split(struct input *in, const char *name,
                                             enum input_form form,
                                             struct error *err);

void input_release(struct input *in); /* accepts { 0 } */

/* The position of a split; split_count when there is none of that name. */
size_t input_find_split(const struct input *in, const char *name);

#endif
