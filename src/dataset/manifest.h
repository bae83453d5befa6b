/* SPDX-License-Identifier: MIT */
/* dataset.json: what a prepared set is, and what it was made from. Written
 * last, so a manifest whose files have the recorded sizes means "done". */
#ifndef MP_DATASET_MANIFEST_H
#define MP_DATASET_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/outfile.h"
#include "dataset/receipt.h"
#include "format/array.h"
#include "format/sink.h"

/* One array file, relative to the manifest's directory. */
struct manifest_array {
    char *file; /* owned; NULL: this array was not made */
    struct array_info info;
    bool little;
    uint64_t offset;          /* of the first element */
    uint64_t bytes;           /* of the whole file */
    char sha256[DIGEST_TEXT]; /* of the whole file; "": not noted */
};

/* A file, or a folder of very many, that is no single plain array. */
struct manifest_file {
    char *file;   /* owned */
    char *format; /* owned; NULL: none of the formats' own */
    uint64_t bytes;
    bool is_folder;
    uint64_t files; /* in the folder and below */
    char sha256[DIGEST_TEXT];
};

struct manifest_split {
    char *name; /* owned */
    char *from; /* owned: the source split; NULL: the one of this name */
    uint64_t count;
    struct manifest_array array[SET_ARRAYS];
    /* The same arrays in further formats; more_count rows, owned. */
    struct manifest_array *more;
    size_t more_count;
};

struct manifest_source {
    char *split, *part, *file; /* owned */
    struct raw_facts facts;
};

/* Starts as { 0 }; everything in it is owned. */
struct manifest {
    char *dataset;
    char **classes;
    size_t class_count;
    struct json_t *recipe; /* the pipeline's words; opaque here */
    struct manifest_source *source;
    size_t source_count;
    struct manifest_split *split;
    size_t split_count;
    struct manifest_file *file;
    size_t file_count;
};

void manifest_release(struct manifest *m);

/* Reads DIR/dataset.json. FAIL_SYSTEM when there is none, FAIL_DATA when it is
 * damaged or names files outside of DIR. */
bool MUST_USE manifest_read(struct manifest *m, const char *dir,
                            struct error *err);

/* Writes the text of DIR/dataset.json to *to, which replaces an old one on
 * commit. The caller abandons it in any case. */
bool MUST_USE manifest_stage(const struct manifest *m, const char *dir,
                             const char *tool, unsigned outfile_flags,
                             struct outfile *to, struct error *err);

/* Files of a set lie in its own directory or below, nowhere else. */
bool manifest_is_file_name(const char *file);

/* Do both say the same? */
bool manifest_equal(const struct manifest *a, const struct manifest *b);

/* Calls visit for each file and folder; stops and returns false when it does.
 * Those of arrays have no format. */
bool manifest_each_file(const struct manifest *m,
                        bool (*visit)(void *context,
                                      const struct manifest_file *file),
                        void *context);

/* True when this one is there in its recorded size; else false with FAIL_DATA
 * saying what is there. */
bool MUST_USE manifest_file_fits(const struct manifest_file *file,
                                 const char *dir, struct error *err);

/* True when every file is there in its recorded size; else false with
 * FAIL_DATA naming the first that is not. */
bool MUST_USE manifest_files_fit(const struct manifest *m, const char *dir,
                                 struct error *err);

#endif
