/* SPDX-License-Identifier: MIT */
/* `prep`: from the raw files of a dataset to a prepared set that is whole or
 * not there. */
#ifndef MP_PIPELINE_PREPARE_H
#define MP_PIPELINE_PREPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/directory.h"
#include "base/error.h"
#include "dataset/input.h"
#include "pipeline/recipe.h"

struct prepare_settings {
    const struct input *input;
    const char *raw_dir, *data_dir;
    const char *output_dir;
    struct recipe recipe;
    /* Constants that have to come out when they are fitted, as a recipe says:
     * other ones are FAIL_DATA. Its scale is not that of `recipe`: none. */
    struct scale expected;
    unsigned jobs;   /* 1: everything in one thread */
    bool force;      /* make it anew; replace files that are not ours */
    bool sync;       /* on disk before they get their names */
    bool if_changed; /* files that would be the same keep their mtime */
    bool dry_run;
    const char *stamp, *depfile; /* NULL: none */
    const char *const *also;     /* further files the set depends on, for the */
    size_t also_count;           /* depfile */
    struct directory_wait wait;
    /* Told why the set is current, or why it is made; NULL: nobody asks. */
    void (*because)(void *context, bool current, const char *reason);
    void *because_context;
    const char *tool; /* "mnistprep 0.1.0", for the manifest */
};

enum prepare_outcome {
    PREPARE_MADE,
    PREPARE_CURRENT, /* the same recipe and sources: nothing was touched */
    PREPARE_WANTED,  /* a dry run: would be made */
};

/* Makes the set. Nothing stands under a final name before all of it has been
 * written: bad input leaves an old set as it was. FAIL_USAGE when a file that
 * is not ours is in the way. `visit` (may be NULL) gets the path of each file
 * of the set, as made, current or wanted; the manifest's comes last. */
bool MUST_USE prepare_dataset(const struct prepare_settings *settings,
                              enum prepare_outcome *outcome,
                              void (*visit)(void *context, const char *path),
                              void *context, struct error *err);

#endif
