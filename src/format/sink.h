/* SPDX-License-Identifier: MIT */
/* What all output formats of a prepared set have in common: a sink is told of
 * the whole set, gets its rows block by block, and writes files by name through
 * its caller, who alone knows directories. */
#ifndef MP_FORMAT_SINK_H
#define MP_FORMAT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/writer.h"
#include "format/array.h"

struct format;
struct pngblock;

/* The arrays a split can have, in the order of their names in the manifest. */
enum set_array {
    SET_IMAGES,
    SET_LABELS,
    SET_ONEHOT,
    SET_ROWS,   /* u32: for each row, its row in the source split */
    SET_FOLDS,  /* u8: for each row, the fold of cross-validation */
    SET_COPIES, /* u8: for each row, which deformed copy; 0: the row itself */
    SET_ARRAYS
};
const char *set_array_name(enum set_array kind); /* "images", ... */

/* ---- what a sink is told ---- */

struct sink_split {
    const char *name;
    uint64_t rows;
    /* As they come in blocks; ndims is 0 for an array that is not made. */
    struct array_info array[SET_ARRAYS];
};

/* Borrowed by the sink for its whole life. */
struct sink_set {
    const char *dataset;        /* "fashion-mnist" */
    const char *const *classes; /* class_count names, by label */
    size_t class_count;
    size_t height, width; /* of every picture; 0: the rows are no pictures */
    /* Pictures and labels were left as the dataset's own files have them. */
    bool as_published;
    const struct sink_split *split;
    size_t split_count;
};

/* Rows of one split that follow on those of its last block. */
struct sink_block {
    size_t split;   /* position in the set */
    uint64_t first; /* row of the split */
    size_t rows;
    const unsigned char *levels; /* rows * height * width grey levels, before
                                    scaling; 0 is black */
    const struct pngblock *png;  /* the same encoded, where some sink of the set
                                    wants it */
    const uint16_t *label;       /* NULL: the split has no labels */
    /* The arrays by kind, in this machine's byte order; NULL: not made. A sink
     * may swap bytes in place, and swaps them back. */
    void *elements[SET_ARRAYS];
};

/* ---- files, by the caller ---- */

/* A file that is being written, or compared with the one that is there. */
struct sink_file;

/* Tells the manifest that a file holds one array, from `offset` to its end. */
struct sink_note {
    size_t split;
    enum set_array kind;
    struct array_info info;
    bool little;
    uint64_t offset;
};

struct sink_files {
    /* A file of this name, relative to the set ("train.csv", "MNIST/raw/..."),
     * which stays the caller's. note is NULL when it is not one plain array.
     * NULL with *err set. */
    struct sink_file *(*open)(struct sink_files *files, const char *name,
                              const struct sink_note *note, struct error *err);
    /* n bytes at any place; each place once, no place left out in the end. */
    bool (*write_at)(struct sink_file *file, uint64_t at, const void *bytes,
                     size_t n, struct error *err);
    /* A folder that very many small files will be put in; named when a sink is
     * opened, as its files are. */
    bool (*folder)(struct sink_files *files, const char *name,
                   struct error *err);
    /* A whole small file: folder is the top of the tree ("png"), name what
     * follows ("train/7/00042.png"). */
    bool (*put)(struct sink_files *files, const char *folder, const char *name,
                const void *bytes, size_t n, struct error *err);
};

/* Writes to a file from some place on. */
struct sink_cursor {
    struct writer base;
    struct sink_files *files;
    struct sink_file *file;
    uint64_t at;
};
void sink_cursor_init(struct sink_cursor *c, struct sink_files *files,
                      struct sink_file *file, uint64_t at);

/* Writes one array of a block; elements[kind] is there. */
bool MUST_USE sink_write_array(struct writer *to, const struct sink_block *b,
                               enum set_array kind,
                               const struct array_info *info, bool little,
                               struct error *err);

/* ---- sinks ---- */

struct sink;

/* One per kind of output; each call returns false with *err set. */
struct sink_ops {
    bool levels; /* keeps grey levels 0..255, whatever the scale, and needs
                    pictures */
    bool png;    /* wants pictures encoded */
    bool needs_labels;
    bool apart; /* nothing of one split depends on another: their blocks may be
                   written at once, each split's by one thread */
    /* Opens all files, so that their names are known; *state is the sink's. */
    bool (*open)(struct sink *s, struct error *err);
    bool (*write)(struct sink *s, const struct sink_block *b,
                  struct error *err);
    /* After the last block of the last split; NULL: nothing is left to do. */
    bool (*finish)(struct sink *s, struct error *err);
    /* Frees the state, also after a failure; NULL: there is none. */
    void (*close)(struct sink *s);
};

/* Starts as { 0 }. */
struct sink {
    const struct format *format;
    const struct sink_set *set;
    struct sink_files *files;
    void *state;
};

/* For sinks: opens the file that fmt names; note as for sink_files. NULL with
 * *err set. */
struct sink_file *MUST_USE sink_open_file(const struct sink *s,
                                          const struct sink_note *note,
                                          struct error *err, const char *fmt,
                                          ...) PRINTF_LIKE(4, 5);

/* FAIL_USAGE, too, when the format cannot hold this set: no pictures, no
 * labels. */
bool MUST_USE sink_open(struct sink *s, const struct format *format,
                        const struct sink_set *set, struct sink_files *files,
                        struct error *err);
bool MUST_USE sink_write(struct sink *s, const struct sink_block *b,
                         struct error *err);
bool MUST_USE sink_finish(struct sink *s, struct error *err);
void sink_close(struct sink *s); /* accepts { 0 } and a closed one */

#endif
