/* SPDX-License-Identifier: MIT */
/* Escaping, and base64 in pieces. */
#include "show/markup.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "show/names.h"

bool markup_ok(const struct markup *m)
{
    return m->err->code == FAIL_NONE;
}

void markup_bytes(struct markup *m, const void *bytes, size_t n)
{
    if (markup_ok(m))
        (void)!writer_write(m->to, bytes, n, m->err);
}

void markup_put(struct markup *m, const char *html)
{
    markup_bytes(m, html, strlen(html));
}

void markup_format(struct markup *m, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    /* What is formatted here is short: numbers, and elements around them. */
    assert(n >= 0 && (size_t)n < sizeof text);
    markup_bytes(m, text, (size_t)n);
}

/* NULL for what stands for itself. */
static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_escaped(struct markup *m, const char *text, size_t n)
{
    size_t done = 0;

    for (size_t i = 0; i < n; i++) {
        const char *instead = reference(text[i]);
        if (!instead)
            continue;
        markup_bytes(m, text + done, i - done);
        markup_put(m, instead);
        done = i + 1;
    }
    markup_bytes(m, text + done, n - done);
}

void markup_text(struct markup *m, const char *text)
{
    /* A byte becomes four characters at most, "\x9b". */
    size_t room = 4 * strlen(text) + 1;
    char *masked = malloc(room);

    if (!masked) {
        error_memory(m->err);
        return;
    }
    text_mask(masked, room, text);
    put_escaped(m, masked, strlen(masked));
    free(masked);
}

void markup_text_fit(struct markup *m, const char *text, size_t columns)
{
    char fit[NAME_BYTES];

    name_fit(fit, text, columns);
    put_escaped(m, fit, strlen(fit));
}

void markup_data(struct markup *m, const char *type, const void *bytes,
                 size_t n)
{
    enum { PIECE = 3 * 256 }; /* a multiple of 3, so that pieces join */
    const unsigned char *at = bytes;

    markup_format(m, "data:%s;base64,", type);
    while (n > 0) {
        char text[BASE64_LENGTH(PIECE) + 1];
        size_t some = n < PIECE ? n : PIECE;
        markup_bytes(m, text, base64_text(text, at, some));
        at += some;
        n -= some;
    }
}
