/* SPDX-License-Identifier: MIT */
/* A file from a directory on this machine that serves as a mirror. */
#ifndef MP_NET_LOCAL_H
#define MP_NET_LOCAL_H

#include <stdbool.h>

#include "base/error.h"
#include "net/wanted.h"

/* The path behind a directory or file: URL, malloc'd; NULL with *err set. */
char *MUST_USE local_path(const char *place, struct error *err);

/* Copies the first of the file's names that is there and that check accepts to
 * file->path. FAIL_NETWORK when there is none, FAIL_DATA when check refused. */
bool MUST_USE local_copy(const char *mirror, const struct transfer_file *file,
                         struct error *err);

#endif
