/* SPDX-License-Identifier: MIT */
/* Single members of a published zip archive, without the archive: its
 * directory and the members alone are read, by HTTP Range. */
#ifndef MP_DATASET_ARCHIVE_H
#define MP_DATASET_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/catalogue.h"
#include "net/transfer.h"

/* For each of `files`, `members` has its name in the archive. They go to their
 * places as by transfer_files: checked, synced, renamed; what could not be had
 * says why in its err. A mirror is asked for mirror/archive->name; in a
 * directory on this machine the files may also lie by themselves. */
void archive_fetch(const struct catalogue_file *archive,
                   struct transfer_file *files, const char *const *members,
                   size_t count, const struct transfer_settings *settings);

#endif
