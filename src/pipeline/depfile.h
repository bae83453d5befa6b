/* SPDX-License-Identifier: MIT */
/* A rule for make: what a file was made of, as `gcc -MD -MP` writes it. */
#ifndef MP_PIPELINE_DEPFILE_H
#define MP_PIPELINE_DEPFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Writes "target: prerequisite" to `path`, a line for each, and an empty rule
 * for each prerequisite, so that make does not stop when one is gone. Names are
 * escaped for GNU make; FAIL_USAGE, naming it, for one that make cannot be
 * told: with a control character (but for a tab), or x(y), the member of an
 * archive. Ninja and CMake read the file, too, when names are plain or have
 * spaces, # or $. The file appears when it is whole, and replaces an old one.
 */
bool MUST_USE depfile_write(const char *path, const char *target,
                            const char *const *prerequisites, size_t count,
                            struct error *err);

#endif
