/* SPDX-License-Identifier: MIT */
/* One hash for all of a tree of pictures: is it the same tree still? */
#ifndef MP_FORMAT_TREESUM_H
#define MP_FORMAT_TREESUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "format/treelist.h"

/* The SHA-256 of a list: first the folders, as "<folder>/", which are the
 * classes; then the pictures in the order of the rows, as `sha256sum -z` writes
 * them, "<SHA-256>  <folder>/<name>". Each entry ends with a zero byte. Starts
 * as { 0 }. */
struct tree_sum {
    struct digest list;
    uint64_t bytes; /* of the pictures' files together */
};

/* Takes the folders. */
bool MUST_USE tree_sum_init(struct tree_sum *s, const struct tree_list *l,
                            struct error *err);

/* The next picture: the i-th of the list. */
void tree_sum_add(struct tree_sum *s, const struct tree_list *l, size_t i,
                  const char sha256[DIGEST_TEXT], uint64_t bytes);

/* Writes the hash and releases s, whose bytes stay. */
void tree_sum_finish(struct tree_sum *s, char sha256[DIGEST_TEXT]);
void tree_sum_release(struct tree_sum *s); /* accepts { 0 } */

/* All of it for a tree on the disk, whose files are read, not decoded. */
bool MUST_USE tree_sum_of(const char *dir, char sha256[DIGEST_TEXT],
                          uint64_t *bytes, struct error *err);

#endif
