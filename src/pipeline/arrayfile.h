/* SPDX-License-Identifier: MIT */
/* One array written as one file in one format; or compared with such a file
 * that is there already. */
#ifndef MP_PIPELINE_ARRAYFILE_H
#define MP_PIPELINE_ARRAYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outfile.h"
#include "base/writer.h"
#include "format/formats.h"

/* Starts as { 0 }, which abandon accepts. */
struct arrayfile {
    const struct format *format;
    struct array_info info;
    uint64_t header_bytes; /* in front of the elements */
    struct outfile out;
    struct compare_writer compare;
    struct error difference; /* comparing: the first one found */
    struct writer *to;       /* one of the two above; NULL: not open */
};

/* Writes the header to a file that appears on commit. */
bool MUST_USE arrayfile_create(struct arrayfile *f, const char *path,
                               const struct format *format,
                               const struct array_info *info, unsigned flags,
                               struct error *err);

/* Compares with the file at `path` instead. What differs is noted in
 * f->difference and is no failure of the calls below. */
bool MUST_USE arrayfile_compare(struct arrayfile *f, const char *path,
                                const struct format *format,
                                const struct array_info *info,
                                struct error *err);

/* Writes elements given in this machine's byte order. They may be swapped in
 * place meanwhile, and are as before afterwards. */
bool MUST_USE arrayfile_write(struct arrayfile *f, void *elements, size_t count,
                              struct error *err);

/* After the last element; then commit is only a rename. */
bool MUST_USE arrayfile_finish(struct arrayfile *f, struct error *err);
bool MUST_USE arrayfile_commit(struct arrayfile *f, struct error *err);
void arrayfile_abandon(struct arrayfile *f);

#endif
