/* SPDX-License-Identifier: MIT */
/* Arrays that grow with what comes: nobody knows beforehand how much that is,
 * and what a header announces is not believed. */
#ifndef MP_BASE_GROW_H
#define MP_BASE_GROW_H

#include <stddef.h>

#include "base/error.h"

/* The array (NULL at first) with room for `needed` elements of `size` bytes:
 * itself, or a copy of at least twice the room, so that each element is moved
 * about once, and then *room is set. NULL with *err set when there is no
 * memory, or when the bytes cannot be counted; the array is then as it was. */
void *array_grow(void *array, size_t *room, size_t needed, size_t size,
                 struct error *err) MUST_USE;

#endif
