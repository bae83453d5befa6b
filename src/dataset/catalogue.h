/* SPDX-License-Identifier: MIT */
/* What datasets exist: data/catalogue.json, which is built into the program,
 * and catalogues of one's own. */
#ifndef MP_DATASET_CATALOGUE_H
#define MP_DATASET_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CATALOGUE_DATASETS_MAX = 64,
    CATALOGUE_SPLITS_MAX = 8,
    CATALOGUE_PARTS = 2, /* images, labels */
};

/* One published file. At least one of its hashes is known; the other strings
 * are NULL and the sizes 0 where nobody knows them. */
struct catalogue_file {
    const char *name;
    uint64_t bytes;
    const char *sha256;
    const char
        *git_blob;   /* SHA-1 of "blob SIZE\0" and the bytes, as git does */
    const char *md5; /* where nobody published a SHA-256 */
    const char *sha256_seen; /* elsewhere, not confirmed: if it differs, that
                                is told, and no error */
    const char
        *member; /* its name in the dataset's archive; NULL: on its own */
    uint64_t payload_bytes; /* after gunzip */
    const char *payload_sha256;
};

/* A published label that is known to be wrong, or doubtful. Labels are classes
 * here, whatever label_base is. */
struct catalogue_label_error {
    uint64_t row; /* of the split, from 0 */
    size_t given; /* as published */
    bool has_guess;
    size_t guess; /* what the picture shows; without: nobody agrees */
};

struct catalogue_split {
    const char *name;
    uint64_t count;     /* rows; 0: not stated */
    bool is_window;     /* a part of the rows of its files: count of them, */
    uint64_t first_row; /* from this one on */
    struct catalogue_file part[CATALOGUE_PARTS];
    struct catalogue_label_error *label_error; /* owned; rows rise */
    size_t label_error_count;
    const char *label_error_source; /* who says so; NULL: not stated */
};

enum catalogue_part { PART_IMAGES, PART_LABELS };
const char *catalogue_part_name(enum catalogue_part part);

struct catalogue_dataset {
    const char *name, *title, *licence, *homepage;
    const char **classes; /* class_count names, by label */
    size_t class_count;
    /* How the files differ from what training wants: each image is transposed,
     * labels begin with label_base, or stand in a column of a table. */
    bool transposed;
    uint64_t label_base;
    bool has_label_column;
    uint64_t label_column;
    /* The zip archive that has the files as members; no name: there is none. */
    struct catalogue_file archive;
    const char **mirrors; /* URLs and directories, the best first */
    size_t mirror_count;
    struct catalogue_split split[CATALOGUE_SPLITS_MAX];
    size_t split_count;
};

/* Starts as { 0 }. Everything in it lives until catalogue_release. */
struct catalogue {
    struct catalogue_dataset dataset[CATALOGUE_DATASETS_MAX];
    size_t count;
    struct json_t *documents[2];
};

/* Reads the built-in catalogue, and then the file `extra` (may be NULL), whose
 * datasets replace those of the same name. */
bool MUST_USE catalogue_load(struct catalogue *c, const char *extra,
                             struct error *err);
void catalogue_release(struct catalogue *c);

/* NULL when there is none of that name. */
const struct catalogue_dataset *catalogue_find(const struct catalogue *c,
                                               const char *name);

/* Several splits may lie in one file: is this the first split that has it? */
bool catalogue_is_first_of_file(const struct catalogue_dataset *d, size_t split,
                                enum catalogue_part part);

/* Labels as published may begin with label_base: then there are so many more,
 * and the first ones have no class. The name of `label` where labels begin
 * with `base`. */
const char *catalogue_class_name(const struct catalogue_dataset *d,
                                 uint64_t base, uint64_t label);

/* Whose payload has this SHA-256? False when nobody's. */
struct catalogue_match {
    const struct catalogue_dataset *dataset;
    const struct catalogue_split *split;
    enum catalogue_part part;
};
bool catalogue_find_payload(const struct catalogue *c, const char *sha256,
                            struct catalogue_match *to);

const struct catalogue_split *
catalogue_find_split(const struct catalogue_dataset *d, const char *name);

/* The label error that is listed for a row of the split; NULL: there is
 * none. */
const struct catalogue_label_error *
catalogue_find_label_error(const struct catalogue_split *s, uint64_t row);

#endif
