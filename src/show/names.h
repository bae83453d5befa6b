/* SPDX-License-Identifier: MIT */
/* Names that came from elsewhere, in reports: masked, and cut where a column
 * ends. */
#ifndef MP_SHOW_NAMES_H
#define MP_SHOW_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/writer.h"

enum { NAME_COLUMNS_MAX = 80, NAME_BYTES = 4 * NAME_COLUMNS_MAX + 1 };

/* The masked name in at most `columns` characters (2..NAME_COLUMNS_MAX): a
 * longer one ends with "..". Returns how many they are. */
size_t name_fit(char to[NAME_BYTES], const char *from, size_t columns);

/* The whole name, masked: it has no tab and no newline then. */
bool MUST_USE name_write(struct writer *w, const char *name, struct error *err);

#endif
