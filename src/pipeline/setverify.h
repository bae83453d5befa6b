/* SPDX-License-Identifier: MIT */
/* The proof that a prepared set is what its recipe makes of its sources. */
#ifndef MP_PIPELINE_SETVERIFY_H
#define MP_PIPELINE_SETVERIFY_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/catalogue.h"

enum setverify_status {
    SETVERIFY_OK, /* by all bytes: made again, or hashed */
    SETVERIFY_MISSING,
    SETVERIFY_DAMAGED,
    SETVERIFY_SIZE_ONLY, /* the size is right; its bytes cannot be judged */
};

/* One file of the set, and what is wrong with it (NULL: nothing). */
typedef void setverify_visitor(void *context, const char *file,
                               enum setverify_status status,
                               const char *problem);

/* Reads the manifest of prepared_dir, makes the set again in memory, and
 * compares byte by byte. `visit` gets each file. When the raw files are not all
 * there, or *recomputed is false, files are compared with the SHA-256 that the
 * manifest has of them, or SHA256SUMS of a folder's, and by size where it has
 * none, and *recomputed becomes false. False when even that is not possible.
 * dataset is NULL for one's own, whose sources the manifest does not find
 * again. */
bool MUST_USE setverify(const struct catalogue_dataset *dataset,
                        const char *raw_dir, const char *data_dir,
                        const char *prepared_dir, unsigned jobs,
                        bool *recomputed, setverify_visitor *visit,
                        void *context, struct error *err);

#endif
