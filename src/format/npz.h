/* SPDX-License-Identifier: MIT */
/* NPZ, numpy's zip of NPY files: read member by member, and written whole. */
#ifndef MP_FORMAT_NPZ_H
#define MP_FORMAT_NPZ_H

#include "base/error.h"
#include "base/reader.h"
#include "format/sink.h"

/* Streams the only .npy member of the file at `path`. FAIL_DATA when there is
 * none, or more than one; NULL with *err set. */
struct reader *MUST_USE npz_reader_open(const char *path, struct error *err);

/* Streams the member of exactly this name ("x_train.npy"). FAIL_DATA when it is
 * missing. */
struct reader *MUST_USE npz_member_open(const char *path, const char *member,
                                        struct error *err);

/* Is there a member of this name in the archive? False, too, with *err set,
 * when it cannot be read. */
bool npz_has_member(const char *path, const char *member, struct error *err);

/* One file <dataset>.npz with Keras' names x_train, y_train, x_test, y_test;
 * further splits likewise. Members are stored, and begin at multiples of 64. */
extern const struct sink_ops npz_sink;

#endif
