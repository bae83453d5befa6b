/* SPDX-License-Identifier: MIT */
/* The few response headers that matter for files, parsed with distrust. */
#ifndef MP_NET_HEADER_H
#define MP_NET_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEADER_VALUE_MAX = 256 };

/* Is this status one that may be gone in a moment: 408, 429, most of 5xx? */
bool response_status_may_pass(long status);

/* What one response says; starts as { 0 }. */
struct response_headers {
    char etag[HEADER_VALUE_MAX];
    char last_modified[HEADER_VALUE_MAX];
    bool has_range; /* a Content-Range that makes sense */
    uint64_t range_first, range_last;
    uint64_t range_total; /* 0: not told */
};

/* Takes one header line of n bytes, with its line end or not. A status line
 * begins a new response, and forgets the last one. */
void response_headers_add(struct response_headers *h, const char *line,
                          size_t n);

/* The strong validator: an ETag that is not weak, else the date of the last
 * change; "" when there is neither. */
const char *response_headers_validator(const struct response_headers *h);

/* "bytes 0-499/1234" or "bytes 0-499/" and an asterisk, exactly. */
bool response_range_parse(const char *text, struct response_headers *to);

#endif
