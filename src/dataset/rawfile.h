/* SPDX-License-Identifier: MIT */
/* Is a file the published one? Decided by hash, told in words. */
#ifndef MP_DATASET_RAWFILE_H
#define MP_DATASET_RAWFILE_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/catalogue.h"
#include "dataset/receipt.h"

/* Hashes the file at `path` as it is. */
bool MUST_USE rawfile_hash_file(const char *path, struct raw_facts *facts,
                                struct error *err);

/* Hashes what the file holds after unpacking, up to `most` bytes: more, or
 * damage, is FAIL_DATA. */
bool MUST_USE rawfile_hash_payload(const char *path, uint64_t most,
                                   struct raw_facts *facts, struct error *err);

/* Do these facts make it the published file, or a copy packed again? */
enum rawfile_verdict {
    RAWFILE_EXACT,    /* the published bytes */
    RAWFILE_REPACKED, /* other gzip, the published payload */
    RAWFILE_UNSEEN,   /* intact, of an archive; not the bytes seen elsewhere */
    RAWFILE_OTHER,
};

enum rawfile_verdict rawfile_judge(const struct catalogue_file *published,
                                   const struct raw_facts *facts);

/* The same, looking into the file at `path` where it is pinned by other hashes
 * than SHA-256. */
enum rawfile_verdict rawfile_judge_file(const char *path,
                                        const struct catalogue_file *published,
                                        const struct raw_facts *facts);

/* Hash and judgement, and the words for what it is instead: false with
 * FAIL_DATA naming the cause in the order not a file, web page, another file of
 * the catalogue (`known` may be NULL), short, wrong size, wrong hash. */
bool MUST_USE rawfile_check(const char *path,
                            const struct catalogue_file *published,
                            const struct catalogue *known,
                            struct raw_facts *facts,
                            enum rawfile_verdict *verdict, struct error *err);

#endif
