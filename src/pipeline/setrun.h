/* SPDX-License-Identifier: MIT */
/* All splits of a set through the stages, by one recipe: what `prep` writes
 * and what `verify` compares with. */
#ifndef MP_PIPELINE_SETRUN_H
#define MP_PIPELINE_SETRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/input.h"
#include "dataset/receipt.h"
#include "pipeline/outputs.h"
#include "pipeline/recipe.h"
#include "pipeline/rowstages.h"
#include "pipeline/supply.h"

/* The sources' splits, and val. */
enum { SETRUN_SPLITS_MAX = CATALOGUE_SPLITS_MAX + 1 };

/* One split that comes out. */
struct setrun_split {
    const char *name;
    size_t source; /* position in the input */
    bool written;  /* else it is there for constants to be fitted on */
    size_t at;     /* position in the sink_set, when written */
    struct plan_split plan;
    uint64_t done; /* rows that have been written */
    struct rowstages stages;
};

/* The file that a column of writers stands in, beside the rows. */
struct setrun_groups {
    char *path; /* owned; NULL: none was read */
    struct raw_facts facts;
    uint32_t *writer; /* owned, by row of train */
};

/* Starts as { 0 }. */
struct setrun {
    const struct input *input;
    const char *output_dir; /* NULL: nothing is written there, and what has to
                               be spooled goes to $TMPDIR */
    const char *data_dir;   /* where other datasets' raw files lie */
    unsigned jobs;          /* 1: everything in one thread */
    struct recipe recipe;   /* with what was fitted */
    struct pixel_moments moments;
    struct receipt receipt;
    struct supply supply[CATALOGUE_SPLITS_MAX]; /* by split of the input */
    struct setrun_groups groups;
    size_t classes;          /* labels that come in are below this */
    const char **class_name; /* owned, of labels that come out; its texts: */
    char **own_name;         /* owned */
    size_t class_count;
    uint16_t *relabel; /* owned; NULL: labels stay */
    struct row_shape shape;
    struct setrun_split split[SETRUN_SPLITS_MAX];
    size_t split_count;
    /* What sinks are told. */
    struct sink_set set;
    struct sink_split set_split[SETRUN_SPLITS_MAX];
    struct outputs outputs;
    struct sink sink[RECIPE_FORMATS_MAX];
};

/* The input, the paths and the moments of a recipe that has constants are
 * borrowed. */
bool MUST_USE setrun_init(struct setrun *set, const struct input *input,
                          const char *raw_dir, const char *data_dir,
                          const char *output_dir, const struct recipe *recipe,
                          unsigned jobs, struct error *err);
void setrun_release(struct setrun *set); /* abandons what is open */

/* Are all raw files there? FAIL_SYSTEM, ending in SOURCE_MISSING, if not. */
bool MUST_USE setrun_has_sources(const struct setrun *set, struct error *err);

/* Opens all sources, reads what the choice of rows depends on, and chooses. */
bool MUST_USE setrun_plan(struct setrun *set, struct error *err);

/* Constants for SCALE_STANDARD and SCALE_PIXEL_STANDARD from the rows of train:
 * a pass of its own. Nothing to do for other scales. */
bool MUST_USE setrun_fit_scale(struct setrun *set, struct error *err);

/* Opens all files, by set->outputs, which the caller has set up. */
bool MUST_USE setrun_open_outputs(struct setrun *set, struct error *err);

/* Reads all sources and writes all files, which are finished but not
 * committed. FAIL_DATA, too, when what was read is not what the catalogue says
 * was published. */
bool MUST_USE setrun_write(struct setrun *set, struct error *err);

#endif
