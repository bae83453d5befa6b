/* SPDX-License-Identifier: MIT */
/* Names made safe, and cut where they are too long. */
#include "show/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

size_t name_fit(char to[NAME_BYTES], const char *from, size_t columns)
{
    /* Two characters more than the longest that fits, so that it shows. */
    char masked[NAME_BYTES + 8];

    text_mask(masked, sizeof masked, from);
    if (text_characters(masked) > columns)
        memcpy(masked + text_first_bytes(masked, columns - 2), "..", 3);
    memcpy(to, masked, strlen(masked) + 1);
    return text_characters(to);
}

bool name_write(struct writer *w, const char *name, struct error *err)
{
    /* \xNN for each byte at worst. */
    size_t size = 4 * strlen(name) + 1;
    char *masked = malloc(size);

    if (!masked)
        return error_memory(err);
    text_mask(masked, size, name);
    bool ok = writer_write(w, masked, strlen(masked), err);
    free(masked);
    return ok;
}
