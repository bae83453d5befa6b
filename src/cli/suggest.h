/* SPDX-License-Identifier: MIT */
/* "did you mean": the names nearest to a word that is none of them. */
#ifndef MP_CLI_SUGGEST_H
#define MP_CLI_SUGGEST_H

#include <stddef.h>

/* Letters to insert, remove, replace or swap to get from a to b. */
size_t suggest_distance(const char *a, const char *b);

/* Writes "; did you mean 'x' or 'y'?" with all the names that are equally
 * near, in whatever case, each after `prefix`, or nothing when none is near. */
void suggest_nearest(char *to, size_t size, const char *word,
                     const char *prefix, const char *const *names,
                     size_t count);

/* The same; when none is near, "; there are a, b and c". */
void suggest_all(char *to, size_t size, const char *word,
                 const char *const *names, size_t count);

#endif
