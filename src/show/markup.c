/* SPDX-License-Identifier: MIT */
/* Escaping, and base64 in pieces. */
#include "show/markup.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "show/names.h"

static void put_escaped(struct pen *pen, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const references[] = { "&amp;", "&lt;", "&gt;", "&quot;",
                                              "&#39;" };

    pen_escaped(pen, text, special, references);
}

void markup_text(struct pen *pen, const char *text)
{
    /* A byte becomes four characters at most, "\x9b". */
    size_t room = 4 * strlen(text) + 1;
    char *masked = malloc(room);

    if (!masked) {
        error_memory(pen->err);
        return;
    }
    text_mask(masked, room, text);
    put_escaped(pen, masked);
    free(masked);
}

void markup_text_fit(struct pen *pen, const char *text, size_t columns)
{
    char fit[NAME_BYTES];

    name_fit(fit, text, columns);
    put_escaped(pen, fit);
}

void markup_data(struct pen *pen, const char *type, const void *bytes, size_t n)
{
    enum { PIECE = 3 * 256 }; /* a multiple of 3, so that pieces join */
    const unsigned char *at = bytes;

    pen_format(pen, "data:%s;base64,", type);
    while (n > 0) {
        char text[BASE64_LENGTH(PIECE) + 1];
        size_t some = n < PIECE ? n : PIECE;
        pen_bytes(pen, text, base64_text(text, at, some));
        at += some;
        n -= some;
    }
}
