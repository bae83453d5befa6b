/* SPDX-License-Identifier: MIT */
/* Bars of text, for histograms in a terminal. */
#ifndef MP_SHOW_BARS_H
#define MP_SHOW_BARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BAR_COLUMNS_MAX = 80, BAR_BYTES = 3 * BAR_COLUMNS_MAX + 1 };

/* The bar of `value` where `most` takes all `columns` (at most
 * BAR_COLUMNS_MAX): eighths of a column by the blocks U+2588..U+258F, or whole
 * ones by '#'. Nothing for 0, and at least the thinnest piece for anything
 * else. value <= most. */
void bar_text(char to[BAR_BYTES], uint64_t value, uint64_t most, size_t columns,
              bool blocks);

#endif
