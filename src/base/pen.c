/* SPDX-License-Identifier: MIT */
/* The first failure stays. */
#include "base/pen.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool pen_ok(const struct pen *p)
{
    return p->err->code == FAIL_NONE;
}

void pen_bytes(struct pen *p, const void *bytes, size_t n)
{
    if (pen_ok(p))
        (void)!writer_write(p->to, bytes, n, p->err);
}

void pen_put(struct pen *p, const char *text)
{
    pen_bytes(p, text, strlen(text));
}

void pen_format(struct pen *p, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    assert(n >= 0 && (size_t)n < sizeof text);
    pen_bytes(p, text, (size_t)n);
}

void pen_escaped(struct pen *p, const char *text, const char *special,
                 const char *const *escapes)
{
    while (*text) {
        size_t n = strcspn(text, special);
        pen_bytes(p, text, n);
        text += n;
        if (*text)
            pen_put(p, escapes[strchr(special, *text++) - special]);
    }
}
