/* SPDX-License-Identifier: MIT */
/* A folder of very many small files, written beside the one that is there and
 * put in its place as a whole; or compared with it, file by file. */
#ifndef MP_PIPELINE_OUTPUTTREE_H
#define MP_PIPELINE_OUTPUTTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/formats.h"

/* What becomes of the files of a set: nothing, as only their names are wanted;
 * or they are made; or compared with those that are there. */
enum outputs_mode { OUTPUTS_NAMES, OUTPUTS_WRITE, OUTPUTS_COMPARE };

/* Starts as { 0 }. */
struct output_tree {
    enum outputs_mode mode;
    char *name, *path, *staging; /* owned */
    const struct format *format;
    bool sync;               /* on disk before it gets its name */
    uint64_t files, bytes;   /* put so far */
    struct error difference; /* comparing: the first one */
};

/* The names of a tree in `dir`. It is released by the caller in any case. */
bool MUST_USE output_tree_name(struct output_tree *t, const char *dir,
                               const char *name, enum outputs_mode mode,
                               struct error *err);

/* To write: makes the folder that will be renamed. */
bool MUST_USE output_tree_begin(struct output_tree *t, struct error *err);

/* A whole file, "train/7/00042.png". What differs is noted in t->difference,
 * and is no failure. */
bool MUST_USE output_tree_put(struct output_tree *t, const char *name,
                              const void *bytes, size_t n, struct error *err);

/* After the last one: what is there besides is a difference, too. What is
 * written gets on disk, if that is wanted. */
bool MUST_USE output_tree_finish(struct output_tree *t, struct error *err);

/* The new tree takes the old one's place, which goes with all that is in it. */
bool MUST_USE output_tree_commit(struct output_tree *t, struct error *err);

/* Removes what has not been committed. */
void output_tree_release(struct output_tree *t);

#endif
