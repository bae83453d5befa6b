/* SPDX-License-Identifier: MIT */
/* raw/receipt.json: what was verified when, so that an unchanged file need
 * not be hashed again. */
#ifndef MP_DATASET_RECEIPT_H
#define MP_DATASET_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

/* What a file holds, by hash; an empty text where it is not known. */
struct raw_facts {
    uint64_t bytes;
    char sha256[DIGEST_TEXT];
    uint64_t payload_bytes;
    char payload_sha256[DIGEST_TEXT];
};

/* Starts as { 0 }. */
struct receipt {
    struct json_t *document;
    char *path;
};

/* A receipt that is missing or damaged is an empty one: it only saves work. */
bool MUST_USE receipt_open(struct receipt *r, const char *raw_dir,
                           struct error *err);
void receipt_release(struct receipt *r);

/* Is the file listed at all, that is: did fetch put it there? */
bool receipt_lists(const struct receipt *r, const char *name);

/* True when the file at `path` still has the size and mtime that were written
 * down with its facts. */
bool receipt_find(const struct receipt *r, const char *path,
                  struct raw_facts *facts);

/* Writes down the facts of the file at `path`, which came from `url` (NULL:
 * it was there), and saves the receipt. */
bool MUST_USE receipt_note(struct receipt *r, const char *path,
                           const struct raw_facts *facts, const char *url,
                           struct error *err);

#endif
