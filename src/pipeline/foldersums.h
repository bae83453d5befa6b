/* SPDX-License-Identifier: MIT */
/* A folder of a set against the lines that SHA256SUMS has of its files. */
#ifndef MP_PIPELINE_FOLDERSUMS_H
#define MP_PIPELINE_FOLDERSUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Hashes all files of `folder` in `dir` that DIR/SHA256SUMS lists, which have
 * to be `files`. FAIL_DATA naming the first that is missing or differs; what is
 * not listed is not looked for. */
bool MUST_USE folder_sums_check(const char *dir, const char *folder,
                                uint64_t files, struct error *err);

#endif
