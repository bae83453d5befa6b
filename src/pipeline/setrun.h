/* SPDX-License-Identifier: MIT */
/* All splits of a dataset through the stages, by one recipe: what `prep`
 * writes and what `verify` compares with. */
#ifndef MP_PIPELINE_SETRUN_H
#define MP_PIPELINE_SETRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/catalogue.h"
#include "dataset/receipt.h"
#include "pipeline/recipe.h"
#include "pipeline/splitrun.h"

struct setrun {
    const struct catalogue_dataset *dataset;
    const char *raw_dir, *output_dir;
    unsigned jobs;        /* 1: everything in one thread */
    struct recipe recipe; /* with what was fitted */
    uint64_t label_base;  /* of the labels that come out */
    size_t classes;       /* they are below this */
    struct receipt receipt;
    struct splitrun run[CATALOGUE_SPLITS_MAX]; /* by position in dataset */
};

/* The paths are borrowed. */
bool MUST_USE setrun_init(struct setrun *set,
                          const struct catalogue_dataset *dataset,
                          const char *raw_dir, const char *output_dir,
                          const struct recipe *recipe, unsigned jobs,
                          struct error *err);
void setrun_release(struct setrun *set); /* abandons what is open */

/* One file of the set, open or not. */
struct setrun_file {
    size_t split; /* position in dataset */
    enum manifest_kind kind;
    size_t format; /* position in recipe.format */
    const char *path;
    struct arrayfile *file;
};

/* Calls `visit` for every file the set has; stops when it returns false. */
bool MUST_USE setrun_each_file(struct setrun *set,
                               bool (*visit)(void *context,
                                             const struct setrun_file *f,
                                             struct error *err),
                               void *context, struct error *err);

/* mean and std for SCALE_STANDARD from the rows of train: a pass of its own,
 * before the others. Nothing to do for other scales. */
bool MUST_USE setrun_fit_scale(struct setrun *set, struct error *err);

/* Are all raw files there? FAIL_SYSTEM, ending in SOURCE_MISSING, if not. */
bool MUST_USE setrun_has_sources(const struct setrun *set, struct error *err);

bool MUST_USE setrun_open_sources(struct setrun *set, struct error *err);

/* Reads all sources and writes all files, which are finished but not
 * committed. FAIL_DATA, too, when what was read is not what the catalogue says
 * was published. */
bool MUST_USE setrun_write(struct setrun *set, struct error *err);

#endif
