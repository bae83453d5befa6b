/* SPDX-License-Identifier: MIT */
/* Gets the published files of a dataset onto the disk, each verified. */
#ifndef MP_DATASET_FETCH_H
#define MP_DATASET_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/directory.h"
#include "base/error.h"
#include "dataset/catalogue.h"
#include "dataset/rawfile.h"
#include "dataset/store.h"
#include "net/transfer.h"

enum fetch_state {
    FETCH_KEPT,    /* was there, and right */
    FETCH_ARRIVED, /* from a mirror */
    FETCH_WANTED,  /* a dry run: would be downloaded */
    FETCH_FAILED,
};

/* What became of one file. */
struct fetch_result {
    const char *path;
    const struct catalogue_file *file;
    enum fetch_state state;
    enum rawfile_verdict verdict; /* of FETCH_KEPT and FETCH_ARRIVED */
    const char *from;             /* the mirror, of FETCH_ARRIVED */
    const struct error *err;      /* of FETCH_FAILED */
    bool by_hand; /* of FETCH_FAILED: no mirror on the network was to be asked,
                     and err says how else to get the file */
};

struct fetch_settings {
    const struct catalogue *catalogue; /* for naming what a wrong file is */
    struct transfer_settings transfer;
    struct directory_wait wait;
    const char *const *mirrors; /* tried before the catalogue's own */
    size_t mirror_count;
    bool only_mirrors; /* leave out the catalogue's own */
    bool force;        /* replace files that are not ours */
    bool dry_run;      /* what no mirror may be asked for fails here, too */
    bool check;        /* a dry run that only asks what is missing */

    /* Before the first download: how many files and bytes (0: not known) are
     * wanted. And then for each file, in the catalogue's order. */
    void (*starting)(void *context, const struct catalogue_dataset *dataset,
                     size_t files, uint64_t bytes);
    void (*done)(void *context, const struct fetch_result *result);
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
