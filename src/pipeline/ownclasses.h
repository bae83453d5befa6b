/* SPDX-License-Identifier: MIT */
/* The classes of data of one's own: as many as the largest label needs, with
 * the names that folders give them. */
#ifndef MP_PIPELINE_OWNCLASSES_H
#define MP_PIPELINE_OWNCLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "format/tree.h"

/* Starts as { 0 }. */
struct own_classes {
    size_t count;
    char **name;  /* owned, count texts; NULL before own_classes_finish */
    char **named; /* private, as what follows: names by folders */
    size_t named_count;
};

/* A label below 2^16. */
void own_classes_add(struct own_classes *c, uint64_t label);

/* The names of a split's folders; those of the split that has most of them
 * count. A tree without classes is none. */
bool MUST_USE own_classes_add_tree(struct own_classes *c,
                                   const struct tree *tree, struct error *err);

/* Names them, and makes it one class when there are no labels at all. What has
 * no other name is called by its number. */
bool MUST_USE own_classes_finish(struct own_classes *c, struct error *err);

void own_classes_release(struct own_classes *c); /* accepts { 0 } */

/* Frees `count` texts, some of which may be NULL, and their list. */
void own_classes_free(char **name, size_t count);

#endif
