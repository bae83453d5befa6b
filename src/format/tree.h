/* SPDX-License-Identifier: MIT */
/* Trees of PNG pictures, a folder per class, as torchvision's ImageFolder and
 * Keras read them. */
#ifndef MP_FORMAT_TREE_H
#define MP_FORMAT_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "format/array.h"
#include "format/sink.h"
#include "format/treesum.h"

/* A tree as two arrays. Starts as { 0 }. */
struct tree {
    struct array_stream images; /* u8, rows x height x width */
    struct array_stream labels; /* i32, rows, in this machine's byte order */
    char **classes;             /* owned, class_count names, by label */
    size_t class_count;
};

/* Opens DIR/<class>/<name>.png. Rows come in the order of the file names,
 * byte by byte, whichever the class (a name that stands in two classes: in the
 * order of their labels). When all folders' names are whole numbers below
 * 65536, those are the labels, and the classes 0 to the largest; else the
 * labels are the folders' places in the order of their names, and these the
 * classes. A folder may be empty, which keeps its place; not all of them.
 *
 * Names that begin with a dot are passed over, links are followed. Anything
 * else but folders and in them regular files *.png is FAIL_DATA naming it, and
 * is not opened; so are two folders of one label, and more than 2^31 files.
 *
 * Memory is for the names. The pictures are read as the stream is: one that is
 * no 8-bit grey PNG, or not of the first one's size, is FAIL_DATA then. */
bool MUST_USE tree_open(struct tree *t, const char *dir, struct error *err);

/* The same; *sum, which stays the caller's and outlives the images, has taken
 * all pictures when the last of them has been read. NULL: no hashing. */
bool MUST_USE tree_open_summed(struct tree *t, const char *dir,
                               struct tree_sum *sum, struct error *err);
void tree_close(struct tree *t); /* accepts { 0 } and a closed one */

/* png/<split>/<label>/<row>.png: labels and rows in as many digits as the
 * largest needs (rows in five at least), so that names sort. tree_open of
 * png/<split> gives the same rows in the same order. */
extern const struct sink_ops tree_sink;

#endif
