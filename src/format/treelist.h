/* SPDX-License-Identifier: MIT */
/* What a tree of pictures holds, by name: DIR/<class>/<picture>.png. */
#ifndef MP_FORMAT_TREELIST_H
#define MP_FORMAT_TREELIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct tree_file {
    char *name; /* owned; in the folder of its label */
    uint32_t label;
};

/* Starts as { 0 }. */
struct tree_list {
    char **folder; /* owned, by label; NULL: there is none of this label */
    size_t folder_count;
    bool numbers;           /* the folders' names are the labels */
    struct tree_file *file; /* owned, in the order of the rows */
    size_t file_count, file_room;
};

/* tree_open in tree.h says what a tree may hold, and how it is ordered. Opens
 * directories only. */
bool MUST_USE tree_list_read(struct tree_list *l, const char *dir,
                             struct error *err);
void tree_list_release(struct tree_list *l); /* accepts { 0 } */

#endif
