/* SPDX-License-Identifier: MIT */
/* Trees of tiny pictures for the tests that read them. */
#ifndef MP_TESTS_UNIT_MADE_TREE_H
#define MP_TESTS_UNIT_MADE_TREE_H

#include <stddef.h>

#include "helpers.h"

enum { TREE_HEIGHT = 2, TREE_WIDTH = 3, TREE_PIXELS = 6 };

/* A picture whose pixels are `level` and the numbers after it. */
void tree_put(const char *path, unsigned char level);
void tree_put_sized(const char *path, unsigned char level, size_t height,
                    size_t width);

void tree_make_dir(const char *path);

/* t/0/a.png from level 10, t/1/b.png from level 20. */
void tree_make(void);

#endif
