/* SPDX-License-Identifier: MIT */
/* Setting errors, so that the first cause is the one that is reported. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *e, enum fail code, const char *fmt, ...)
{
    va_list args;

    if (e->code != FAIL_NONE)
        return false;
    e->code = code;
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);
    return false;
}

bool error_errno(struct error *e, const char *fmt, ...)
{
    int cause = errno;
    va_list args;

    if (e->code != FAIL_NONE)
        return false;
    e->code = FAIL_SYSTEM;
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);

    /* A path may be as long as it likes: the reason has to be seen. */
    char reason[128];
    static const size_t most = sizeof e->text - sizeof reason - 2;
    if (strlen(e->text) > most)
        memcpy(e->text + most - 3, "...", 4);
    if (strerror_r(cause, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", cause);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", reason);
    return false;
}

bool error_memory(struct error *e)
{
    return error_set(e, FAIL_SYSTEM, "out of memory");
}

bool error_pass(struct error *e, const struct error *from)
{
    if (e->code == FAIL_NONE)
        *e = *from;
    return false;
}

void error_prefix(struct error *e, const char *fmt, ...)
{
    char rest[sizeof e->text];
    va_list args;

    memcpy(rest, e->text, sizeof rest);
    va_start(args, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, args);
    va_end(args);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", rest);
}
