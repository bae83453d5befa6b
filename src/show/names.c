/* SPDX-License-Identifier: MIT */
/* Counting and cutting characters of UTF-8. */
#include "show/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Where character i of a masked text begins, or its end; masked text is UTF-8
 * without faults. */
static size_t place_of(const char *text, size_t i)
{
    size_t at = 0;

    while (i-- > 0 && text[at] != '\0')
        do
            at++;
        while (((unsigned char)text[at] & 0xC0) == 0x80);
    return at;
}

size_t name_fit(char to[NAME_BYTES], const char *from, size_t columns)
{
    /* Two characters more than the longest that fits, so that it shows. */
    char masked[NAME_BYTES + 8];
    size_t n = 0;

    text_mask(masked, sizeof masked, from);
    if (masked[place_of(masked, columns)] != '\0')
        memcpy(masked + place_of(masked, columns - 2), "..", 3);
    memcpy(to, masked, strlen(masked) + 1);
    while (to[place_of(to, n)] != '\0')
        n++;
    return n;
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
