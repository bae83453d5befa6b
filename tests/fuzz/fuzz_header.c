/* SPDX-License-Identifier: MIT */
/* Response headers of a server that says anything, line by line: ranges make
 * sense, and validators are printable. */
#include "fuzz.h"
#include "net/header.h"

static void check(const struct response_headers *h)
{
    const char *validator = response_headers_validator(h);

    MUST(strlen(validator) < HEADER_VALUE_MAX);
    for (const char *p = validator; *p; p++)
        MUST((unsigned char)*p >= ' ' && *p != 127);
    if (!h->has_range)
        return;
    MUST(h->range_first <= h->range_last);
    MUST(h->range_total == 0 || h->range_last < h->range_total);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct response_headers h = { 0 };
    const char *at = (const char *)bytes;

    while (n > 0) {
        const char *end = memchr(at, '\n', n);
        size_t line = end ? (size_t)(end - at) + 1 : n;
        response_headers_add(&h, at, line);
        check(&h);
        at += line;
        n -= line;
    }
    return 0;
}
