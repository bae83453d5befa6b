/* SPDX-License-Identifier: MIT */
/* DATASET operands: from names on the command line to the catalogue. */
#ifndef MP_CMD_DATASETS_H
#define MP_CMD_DATASETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/listing.h"
#include "cli/option.h"
#include "dataset/catalogue.h"
#include "dataset/store.h"

/* Starts as { 0 }; released by datasets_release. */
struct datasets {
    struct catalogue catalogue;
    const struct catalogue_dataset *chosen[CATALOGUE_DATASETS_MAX];
    size_t count;
    struct listing own; /* names of prepared sets that no catalogue knows */
};

enum datasets_default {
    DATASETS_MNIST,
    DATASETS_ALL, /* of the catalogue, and prepared sets of one's own, which
                     can be named, too */
};

/* FAIL_USAGE, with a suggestion, for a name the catalogue does not have. */
const struct catalogue_dataset *datasets_find(const struct catalogue *known,
                                              const char *name,
                                              struct error *err);

/* Loads the catalogue and finds the named datasets; without names, the
 * default. FAIL_USAGE, with a suggestion, for a name it does not have. */
bool MUST_USE datasets_choose(struct datasets *d, const struct common *common,
                              int argc, char **argv,
                              enum datasets_default without, struct error *err);
void datasets_release(struct datasets *d);

/* The row for a settings struct that has `bool at`; what follows goes into
 * it. */
#define AS_PUBLISHED_ROW(s, at, ...)                                         \
    {                                                                        \
        "as-published", 0, FLAG(s, at), __VA_ARGS__,                         \
            .help = "leave images as they are in the files (EMNIST's are\n"  \
                    "transposed), and labels (emnist-letters' begin with 1)" \
    }

/* One dataset and where it lies. */
bool MUST_USE datasets_one(struct datasets *d, struct store *store,
                           const struct common *common, int argc, char **argv,
                           struct error *err);

/* FAIL_USAGE, with a suggestion, when the dataset has no such split. */
const struct catalogue_split *datasets_split(const struct catalogue_dataset *d,
                                             const char *name,
                                             struct error *err);

/* Puts "; run 'mnistprep fetch mnist' first" behind an error about a raw file
 * that is not there. */
void datasets_hint_fetch(const struct catalogue_dataset *d, struct error *err);

#endif
