/* SPDX-License-Identifier: MIT */
/* Putting a written set in place of an old one, manifest last. */
#ifndef MP_PIPELINE_SETPLACE_H
#define MP_PIPELINE_SETPLACE_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/manifest.h"
#include "pipeline/setrun.h"

/* Stands in a directory while its set is being replaced. Files beside it are
 * ours, whatever they hold. */
#define SETPLACE_MARKER ".mnistprep-incomplete"

/* Commits all files of a set that setrun_write has written, removes those of
 * the old set (may be { 0 }) that it does not have, and writes the manifest. A
 * run that is killed anywhere in between leaves files that are each old or
 * new, and no manifest. */
bool MUST_USE setplace_commit(struct setrun *set, const struct manifest *old,
                              const char *tool, bool sync, struct error *err);

/* Has the set of this manifest a file of that name? */
bool setplace_has_file(const struct manifest *m, const char *name);

#endif
