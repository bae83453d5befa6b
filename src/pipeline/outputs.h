/* SPDX-License-Identifier: MIT */
/* The files of a set while they are written, compared with those that are
 * there, or only named. */
#ifndef MP_PIPELINE_OUTPUTS_H
#define MP_PIPELINE_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/outfile.h"
#include "base/spool.h"
#include "format/formats.h"
#include "format/sink.h"
#include "pipeline/outputtree.h"

/* The file with the SHA-256 of all others, as sha256sum writes it. */
#define OUTPUTS_SUMS "SHA256SUMS"

/* One file. */
struct sink_file {
    struct outputs *of;
    char *name, *path;           /* owned */
    const struct format *format; /* NULL: it belongs to no format */
    bool has_note;
    struct sink_note note;
    struct outfile out;
    int fd; /* of the file that is compared with; -1: none */
    uint64_t bytes;
    struct error difference;  /* comparing: the first one */
    char sha256[DIGEST_TEXT]; /* after outputs_finish; "": not asked for */
};

enum { OUTPUTS_TREES_MAX = 2 };

/* Starts as { 0 }. */
struct outputs {
    struct sink_files files; /* what sinks are given */
    const char *dir;
    enum outputs_mode mode;
    unsigned flags; /* for outfile */
    bool checksums;
    /* Asked before anything is made under a name; may be NULL. */
    bool (*allow)(void *context, const char *name, const char *path,
                  struct error *err);
    void *context;
    const struct format *format; /* of the sink that is being opened */
    struct sink_file **file;     /* owned */
    size_t count, room;
    struct output_tree tree[OUTPUTS_TREES_MAX];
    size_t tree_count;
    struct spool sums; /* lines for the files in trees */
};

/* dir, allow and its context are borrowed. */
void outputs_init(struct outputs *o, const char *dir, enum outputs_mode mode,
                  unsigned flags);

/* Opens SHA256SUMS, which outputs_finish fills in. */
bool MUST_USE outputs_add_checksums(struct outputs *o, struct error *err);

/* A file of a few bytes, which belongs to no format. */
bool MUST_USE outputs_put(struct outputs *o, const char *name,
                          const struct sink_note *note, const void *bytes,
                          size_t n, struct error *err);

/* After the last write: what is left to do on commit is renaming. What differs
 * from the files that are there is noted in each, and is no failure. */
bool MUST_USE outputs_finish(struct outputs *o, struct error *err);

/* Files that are there with the same bytes stay as they are: outputs_commit is
 * to leave them alone. A signal ends it. */
bool MUST_USE outputs_drop_unchanged(struct outputs *o, struct error *err);

/* Gives all files their names. */
bool MUST_USE outputs_commit(struct outputs *o, struct error *err);

/* Removes what has not been committed; accepts { 0 }. */
void outputs_release(struct outputs *o);

#endif
