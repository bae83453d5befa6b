/* SPDX-License-Identifier: MIT */
/* Doubling, with its arithmetic checked in one place. */
#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIRST_ROOM = 64 };

void *array_grow(void *array, size_t *room, size_t needed, size_t size,
                 struct error *err)
{
    size_t larger = *room > 0 ? *room : FIRST_ROOM;

    if (array && needed <= *room)
        return array;
    while (larger < needed)
        larger = larger <= SIZE_MAX / 2 ? 2 * larger : needed;
    /* No object is larger, and a sanitizer ends the program that asks. */
    void *grown = larger <= PTRDIFF_MAX / size ? realloc(array, larger * size)
                                               : NULL;
    if (!grown) {
        error_memory(err);
        return NULL;
    }
    *room = larger;
    return grown;
}
