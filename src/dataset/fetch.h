/* SPDX-License-Identifier: MIT */
/* Gets the published files of a dataset onto the disk, each verified. */
#ifndef MP_DATASET_FETCH_H
#define MP_DATASET_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/catalogue.h"
#include "dataset/rawfile.h"
#include "dataset/store.h"
#include "net/transfer.h"

enum fetch_state {
    FETCH_KEPT,    /* was there, and right */
    FETCH_ARRIVED, /* from a mirror */
    FETCH_WANTED,  /* a dry run: would be downloaded */
};

struct fetch_settings {
    struct transfer_settings transfer;
    const char *const *mirrors; /* tried before the catalogue's own */
    size_t mirror_count;
    bool only_mirrors; /* leave out the catalogue's own */
    bool force;        /* replace files that are not ours */
    bool dry_run;

    /* Called for each file, in the catalogue's order. */
    void (*done)(void *context, const char *path,
                 const struct catalogue_file *file, enum fetch_state state,
                 enum rawfile_verdict verdict);
    void *context;
};

/* Goes on with the other files when one cannot be had, and then reports the
 * most severe failure. A right file that is there is never touched; a wrong
 * one that fetch did not write is FAIL_USAGE without `force`. */
bool MUST_USE fetch_dataset(const struct catalogue_dataset *dataset,
                            const struct store *store,
                            const struct fetch_settings *settings,
                            struct error *err);

#endif
