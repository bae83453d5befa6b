/* SPDX-License-Identifier: MIT */
/* ETag, Last-Modified and Content-Range. */
#include "net/header.h"

#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/sizes.h"

bool response_status_may_pass(long status)
{
    static const long passing[] = { 408, 425, 429, 500, 502, 503,
                                    504, 520, 521, 522, 523, 524 };

    for (size_t i = 0; i < COUNT_OF(passing); i++)
        if (status == passing[i])
            return true;
    return false;
}

/* Copies the value when the line is that header; one that is too long or holds
 * control characters is as if it were not there. */
static bool take_value(const char *line, size_t n, const char *name,
                       char to[HEADER_VALUE_MAX])
{
    size_t length = strlen(name);

    if (n <= length || strncasecmp(line, name, length) != 0 ||
        line[length] != ':')
        return false;
    const char *from = line + length + 1, *end = line + n;
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    while (end > from && strchr(" \t\r\n", end[-1]) && end[-1] != '\0')
        end--;
    to[0] = '\0';
    if ((size_t)(end - from) >= HEADER_VALUE_MAX)
        return true;
    for (const char *p = from; p < end; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7F)
            return true;
    memcpy(to, from, (size_t)(end - from));
    to[end - from] = '\0';
    return true;
}

bool response_range_parse(const char *text, struct response_headers *to)
{
    static const char unit[] = "bytes ";
    uint64_t first, last, total = 0;

    if (strncasecmp(text, unit, sizeof unit - 1) != 0)
        return false;
    text += sizeof unit - 1;
    const char *dash = strchr(text, '-'), *slash = strchr(text, '/');
    if (!dash || !slash || dash > slash ||
        !number_parse_u64_n(text, (size_t)(dash - text), &first) ||
        !number_parse_u64_n(dash + 1, (size_t)(slash - dash - 1), &last) ||
        last < first)
        return false;
    if (strcmp(slash + 1, "*") != 0 &&
        (!number_parse_u64(slash + 1, &total) || total <= last))
        return false;
    to->has_range = true;
    to->range_first = first;
    to->range_last = last;
    to->range_total = total;
    return true;
}

void response_headers_add(struct response_headers *h, const char *line,
                          size_t n)
{
    char range[HEADER_VALUE_MAX];

    if (n >= 5 && strncmp(line, "HTTP/", 5) == 0)
        *h = (struct response_headers){ 0 };
    else if (take_value(line, n, "Content-Range", range))
        response_range_parse(range, h);
    else if (!take_value(line, n, "ETag", h->etag))
        take_value(line, n, "Last-Modified", h->last_modified);
}

const char *response_headers_validator(const struct response_headers *h)
{
    return h->etag[0] == '"' ? h->etag : h->last_modified;
}
