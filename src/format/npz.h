/* SPDX-License-Identifier: MIT */
/* NPZ, numpy's zip of NPY files, where it holds one array. */
#ifndef MP_FORMAT_NPZ_H
#define MP_FORMAT_NPZ_H

#include "base/error.h"
#include "base/reader.h"

/* Streams the only .npy member of the file at `path`. FAIL_DATA when there is
 * none, or more than one; NULL with *err set. */
struct reader *MUST_USE npz_reader_open(const char *path, struct error *err);

#endif
