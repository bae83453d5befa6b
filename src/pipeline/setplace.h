/* SPDX-License-Identifier: MIT */
/* Putting a written set in place of an old one, manifest last. */
#ifndef MP_PIPELINE_SETPLACE_H
#define MP_PIPELINE_SETPLACE_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/manifest.h"
#include "pipeline/setrun.h"

/* What we have put into a directory: the set that is there, or what a run that
 * was killed has left of one. Starts as { 0 }. */
struct setplace {
    struct manifest manifest; /* of the set that is there, or { 0 } */
    bool has_manifest;
    bool incomplete;     /* a run was killed while it put a set in place */
    struct json_t *ours; /* the names of all files that are ours */
};

/* FAIL_USAGE when a dataset.json is there that is none of ours, unless
 * `force`. */
bool MUST_USE setplace_look(struct setplace *place, const char *dir, bool force,
                            struct error *err);
void setplace_release(struct setplace *place);

/* Is the file of this name ours? */
bool setplace_is_ours(const struct setplace *place, const char *name);

/* Calls visit with the name of each file that is ours; stops and returns false
 * when it does. */
bool setplace_each(const struct setplace *place,
                   bool (*visit)(void *context, const char *name,
                                 struct error *err),
                   void *context, struct error *err);

/* Commits all files of a set that setrun_write has written, removes what else
 * is ours, and writes the manifest. A run that is killed anywhere in between
 * leaves files that are each old or new, no manifest, and a note of what is
 * ours for the next run. if_changed: files that would be the same stay. */
bool MUST_USE setplace_commit(struct setplace *place, struct setrun *set,
                              const char *tool, bool sync, bool if_changed,
                              struct error *err);

/* The manifest of a set whose files are open and whose sources have been read
 * to their ends; *m starts as { 0 } and is released by the caller in any
 * case. */
bool MUST_USE setplace_describe(struct manifest *m, const struct setrun *set,
                                struct error *err);

#endif
