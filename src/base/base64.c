/* SPDX-License-Identifier: MIT */
/* Three bytes become four characters of six bits each. */
#include "base/base64.h"

size_t base64_text(char *to, const void *from, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = from;
    char *start = to;

    for (; n > 0; to += 4) {
        size_t some = n < 3 ? n : 3;
        unsigned bits = (unsigned)p[0] << 16;
        if (some > 1)
            bits |= (unsigned)p[1] << 8;
        if (some > 2)
            bits |= p[2];
        to[0] = digits[bits >> 18];
        to[1] = digits[bits >> 12 & 63];
        to[2] = some > 1 ? digits[bits >> 6 & 63] : '=';
        to[3] = some > 2 ? digits[bits & 63] : '=';
        p += some;
        n -= some;
    }
    *to = '\0';
    return (size_t)(to - start);
}
