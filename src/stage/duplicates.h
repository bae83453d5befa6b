/* SPDX-License-Identifier: MIT */
/* Rows that are equal: found by a hash, proved by comparing all of them. */
#ifndef MP_STAGE_DUPLICATES_H
#define MP_STAGE_DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Not cryptographic: equals are compared. With a key that nobody can foretell,
 * nobody can make rows that differ and all have one hash, which would be
 * compared each with each. */
uint64_t row_hash(uint64_t key, const unsigned char *row, size_t n);

/* Sets of rows are added one after the other, as train and then test; rows are
 * numbered on through all of them. Starts as { 0 }. */
struct duplicates {
    uint64_t *hash;  /* owned, by row */
    uint32_t *first; /* owned, by row: the first row that is equal to it, which
                         is itself where there is none before; complete after
                         duplicates_find */
    uint64_t rows;
    size_t room;
    uint64_t key; /* drawn with the first row */
};
bool MUST_USE duplicates_add_row(struct duplicates *d, const unsigned char *row,
                                 size_t n, struct error *err);

/* The same for a row whose hash is known. */
bool MUST_USE duplicates_add(struct duplicates *d, uint64_t hash,
                             struct error *err);
void duplicates_release(struct duplicates *d);

/* Are rows a and b equal? -1 with *err set when they cannot be read. */
typedef int duplicates_same(void *context, uint64_t a, uint64_t b,
                            struct error *err);

/* Fills in d->first. Rows whose hashes are equal are compared by `same`. */
bool MUST_USE duplicates_find(struct duplicates *d, duplicates_same *same,
                              void *context, struct error *err);

#endif
