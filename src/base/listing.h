/* SPDX-License-Identifier: MIT */
/* The names in a directory, in an order that does not depend on it. */
#ifndef MP_BASE_LISTING_H
#define MP_BASE_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Starts as { 0 }. */
struct listing {
    const char *dir; /* borrowed */
    char **name;     /* owned, and so is each of them; sorted byte by byte */
    size_t count, room;
};

/* All names that do not begin with a dot. */
bool MUST_USE listing_read(struct listing *l, const char *dir,
                           struct error *err);
bool MUST_USE listing_add(struct listing *l, const char *name,
                          struct error *err);
void listing_release(struct listing *l); /* accepts { 0 } */

#endif
