/* SPDX-License-Identifier: MIT */
/* Folders with all that is in them: measured, synced, removed. */
#ifndef MP_BASE_FOLDER_H
#define MP_BASE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Deeper folders are an error: nothing here makes them. */
enum { FOLDER_DEPTH_MAX = 16 };

/* All files in it and below, and their bytes together. Links are not followed
 * and count as files. */
bool MUST_USE folder_measure(const char *path, uint64_t *files, uint64_t *bytes,
                             struct error *err);

/* Puts a folder and all that is in it on disk, but not its own name. A signal
 * ends it. */
bool MUST_USE folder_sync(const char *path, struct error *err);

/* Removes a folder, or a file; one that is not there is fine. Links are
 * removed themselves. */
bool MUST_USE folder_remove(const char *path, struct error *err);

#endif
