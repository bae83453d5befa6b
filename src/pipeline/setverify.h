/* SPDX-License-Identifier: MIT */
/* The proof that a prepared set is what its recipe makes of its sources. */
#ifndef MP_PIPELINE_SETVERIFY_H
#define MP_PIPELINE_SETVERIFY_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/catalogue.h"

/* Reads the manifest of prepared_dir, makes the set again in memory, and
 * compares byte by byte. `visit` gets the name of each file and, when it is
 * not right, what is wrong with it (else NULL). When the raw files are not all
 * there, sizes are compared instead, and *recomputed is false. False when even
 * that is not possible. */
bool MUST_USE setverify(const struct catalogue_dataset *dataset,
                        const char *raw_dir, const char *prepared_dir,
                        unsigned jobs, bool *recomputed,
                        void (*visit)(void *context, const char *file,
                                      const char *problem),
                        void *context, struct error *err);

#endif
