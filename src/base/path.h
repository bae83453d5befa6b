/* SPDX-License-Identifier: MIT */
/* What stands at a path: questions about it, and its removal. Nothing is
 * opened. */
#ifndef MP_BASE_PATH_H
#define MP_BASE_PATH_H

#include <stdbool.h>

#include "base/error.h"

bool file_exists(const char *path);

/* Does the name exist at all, be it a broken link? */
bool path_is_taken(const char *path);

/* A regular file, or a link to one. */
bool file_is_regular(const char *path);

/* A directory, or a link to one. */
bool path_is_folder(const char *path);

/* Is there something of this name in the directory? No, too, where nobody can
 * tell. */
bool folder_has(const char *dir, const char *name);

/* Do both names lead to the same file? */
bool file_is_same(const char *a, const char *b);

/* Is `path` the file or folder `top`, or does it lie somewhere in it? The
 * second one also asks it of what is not there yet. */
bool path_is_within(const char *path, const char *top);
bool path_will_be_within(const char *path, const char *top);

/* The size of a regular file; false when there is none. */
bool file_size(const char *path, unsigned long long *bytes);

/* Removes the file; one that is not there is fine. */
bool MUST_USE file_remove(const char *path, struct error *err);

/* Cuts it to the name of what holds it: "a/b/" to "a", "/a" to "/", "a" to
 * "". */
void path_cut_name(char *path);

#endif
