/* SPDX-License-Identifier: MIT */
/* Strict number parsing; atoi and friends accept rubbish. */
#include "base/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool number_parse_u64_n(const char *text, size_t n, uint64_t *to)
{
    uint64_t value = 0;

    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return false;
    }
    *to = value;
    return true;
}

bool number_parse_u64(const char *text, uint64_t *to)
{
    return number_parse_u64_n(text, strlen(text), to);
}

bool number_parse_double(const char *text, double *to)
{
    /* strtod also takes "inf", "nan", "0x1p3" and leading space. The program
     * never calls setlocale, so the decimal point is a point. */
    if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;

    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (*end != '\0' || end == text || !isfinite(value) || errno == ERANGE)
        return false;
    *to = value;
    return true;
}

bool number_parse_double_n(const char *text, size_t n, double *to)
{
    char copy[64];

    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return number_parse_double(copy, to);
}
