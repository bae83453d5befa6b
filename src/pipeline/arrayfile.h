/* SPDX-License-Identifier: MIT */
/* One array written as one file in one format. */
#ifndef MP_PIPELINE_ARRAYFILE_H
#define MP_PIPELINE_ARRAYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/outfile.h"
#include "format/formats.h"

/* Starts as { 0 }, which abandon accepts. */
struct arrayfile {
    const struct format *format;
    struct array_info info;
    struct outfile out;
};

/* Writes the header to a file that appears on commit. */
bool MUST_USE arrayfile_create(struct arrayfile *f, const char *path,
                               const struct format *format,
                               const struct array_info *info, unsigned flags,
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
