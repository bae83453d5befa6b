/* SPDX-License-Identifier: MIT */
/* Rows that somebody named one by one, on the command line or in a file. */
#ifndef MP_PIPELINE_ROWLIST_H
#define MP_PIPELINE_ROWLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"
#include "pipeline/view.h"

/* As many as a sheet of 100 million pixels has. */
enum { ROW_LIST_MAX = 1000000 };

struct row_place {
    size_t split; /* its position in the view */
    uint64_t row; /* of that split; there may be no such row */
    size_t line;  /* of the file, from 1 on; 0: of no file */
};

/* In the order they are asked for; a row may come twice. Starts as { 0 }. */
struct row_list {
    struct row_place *place; /* owned */
    size_t count, room;
    char *file; /* owned; whose lines they are. NULL: of no file */
};

/* FAIL_USAGE beyond ROW_LIST_MAX rows. */
bool MUST_USE row_list_add(struct row_list *list, struct row_place place,
                           struct error *err);

/* Adds "0,5,10-20", rows of one split. FAIL_USAGE for other texts. */
bool MUST_USE row_list_parse(struct row_list *list, const char *text,
                             size_t split, struct error *err);

/* Adds the rows of a file to its end: lines of "SPLIT<TAB>ROW", with or without
 * a tab and anything more behind, or of "ROW" in the split `plain`. A header
 * (its first field is "split"), lines without a row, empty lines, those that
 * begin with '#', and rows of splits that were not chosen (view->only) are
 * passed over. FAIL_USAGE, naming the line, for anything else. */
bool MUST_USE row_list_read(struct row_list *list, struct reader *from,
                            const struct view *v, size_t plain,
                            struct error *err);

void row_list_release(struct row_list *list);

#endif
