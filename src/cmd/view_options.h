/* SPDX-License-Identifier: MIT */
/* What is looked at, as stats and dump understand it: raw files, a prepared
 * set, or data of one's own. */
#ifndef MP_CMD_VIEW_OPTIONS_H
#define MP_CMD_VIEW_OPTIONS_H

#include <stdbool.h>

#include "cli/option.h"
#include "cmd/datasets.h"
#include "dataset/store.h"
#include "pipeline/recipe.h"
#include "pipeline/view.h"

struct view_options {
    const char *from, *shape;
    struct text_list images, labels; /* lists, so that a second one is seen */
    int label_column;                /* position in recipe_labels */
    bool prepared, as_published;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): designators and members take none */

/* The rows for a settings struct that has `struct view_options at`. --split is
 * the command's own, as its default is. */
#define VIEW_ROWS(s, at)                                                    \
    { "prepared", 0, FLAG(s, at.prepared),                                  \
      .help = "what prep made, in DATA/<dataset>/prepared" },               \
        { "from",                                                           \
          0,                                                                \
          TEXT(s, at.from),                                                 \
          .arg = "PATH",                                                    \
          .takes = ARG_FILE,                                                \
          .help = "a prepared set elsewhere, or data of one's own: a CSV\n" \
                  "table, an NPZ, or a folder of IDX or NPY pairs,\n"       \
                  "tables, or PNGs by class" },                             \
        { "images",                                                         \
          0,                                                                \
          LIST(s, at.images),                                               \
          .arg = "FILE",                                                    \
          .takes = ARG_FILE,                                                \
          .help = "or one or two files, IDX or NPY; of one split" },        \
        { "labels",           0,                                            \
          LIST(s, at.labels), .arg = "FILE",                                \
          .takes = ARG_FILE,  .help = "of --images" },                      \
        { "label-column", 0, CHOICE(s, at.label_column, recipe_labels),     \
          .arg = "WHERE",                                                   \
          .help = "of tables: auto (default), first, last or none" },       \
        { "shape", 0, TEXT(s, at.shape), .arg = "HxW",                      \
          .help = "of pictures in tables that are not square" },            \
        AS_PUBLISHED_ROW(s, at.as_published, .noted = 0)

/* NOLINTEND(bugprone-macro-parentheses) */

/* A view, and what it borrows. Starts as { 0 }. */
struct opened_view {
    struct view view;
    struct datasets datasets;
    struct store store; /* of the dataset of that name */
};

/* Opens what options and operands name, and chooses `split` of it (NULL: all).
 * FAIL_USAGE for what does not go together and for names that are not there.
 * *to is released by the caller in any case. */
bool MUST_USE view_options_open(struct opened_view *to,
                                const struct view_options *o,
                                const struct common *common, const char *split,
                                int argc, char **argv, struct error *err);

/* FAIL_USAGE when an output of this name would replace what is read. */
bool MUST_USE opened_view_spares(const struct opened_view *v, const char *path,
                                 struct error *err);

/* Puts what to do behind an error about files that are not there. */
void opened_view_hint(const struct opened_view *v, struct error *err);

void opened_view_release(struct opened_view *v); /* accepts { 0 } */

#endif
