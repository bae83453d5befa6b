/* SPDX-License-Identifier: MIT */
/* The rows of one source split, handed out in the orders of the output splits
 * that take them: streamed where every order is that of the source, else from
 * a spool. */
#ifndef MP_PIPELINE_SUPPLY_H
#define MP_PIPELINE_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/spool.h"
#include "dataset/source.h"
#include "pipeline/block.h"
#include "stage/duplicates.h"
#include "stage/plan.h"

/* How a source is opened, each time it is. */
struct supply_from {
    const struct input *input;
    size_t split;
    const struct source_table *table;
    const struct receipt *receipt;
    unsigned flags;
};

/* Starts as { 0 }. */
struct supply {
    struct supply_from from;
    struct source source; /* open while streaming, and then for its facts */
    bool open;
    uint64_t rows;
    size_t image_bytes;
    struct array_info images;
    bool has_labels;
    uint16_t *label; /* owned, of all rows; NULL: not collected */
    size_t label_room;
    bool spooled; /* pictures are in the spool, and the source has ended */
    struct spool spool;
    /* Of the pass before this one; "": there was none, or no such part. */
    char payload_sha256[CATALOGUE_PARTS][DIGEST_TEXT];
};

/* Opens the source. */
bool MUST_USE supply_open(struct supply *s, const struct supply_from *from,
                          struct error *err);

/* Reads the labels of all rows, and leaves the pictures for later. FAIL_DATA
 * when supply_open saw another number of rows. */
bool MUST_USE supply_collect_labels(struct supply *s, struct error *err);

/* Reads all rows into the spool, whose file would lie in `dir`, and their
 * labels. The hashes of the pictures are added to *equal, unless it is NULL. */
bool MUST_USE supply_spool(struct supply *s, const char *dir,
                           struct duplicates *equal, struct error *err);

/* One of the output splits: which rows it takes, and who gets them. */
struct supply_taker {
    const struct plan_split *plan;
    bool (*take)(void *context, struct block *rows, struct error *err);
    void *context;
    struct block block; /* starts as { 0 }; the supply's */
    uint64_t next;      /* starts as 0: the next row of the plan */
};

/* Hands all rows to those who take them, in blocks of `capacity` rows, and
 * reads the source to its end. FAIL_DATA for a label that is not below
 * `classes`. When the rows come from the source itself, it can be done once
 * only after each supply_open. */
bool MUST_USE supply_feed(struct supply *s, size_t capacity, size_t classes,
                          struct supply_taker *takers, size_t count,
                          struct error *err);

/* Opens the source once more for another supply_feed, if need be. Here or there
 * it is FAIL_DATA when other rows come than the first time: the files were
 * replaced in the meantime. */
bool MUST_USE supply_rewind(struct supply *s, struct error *err);

void supply_release(struct supply *s);

#endif
