/* SPDX-License-Identifier: MIT */
/* Does the body continue the file, does it fit, does it still come? */
#include "net/body.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "format/content.h"

static bool refuse(struct http_body *b, enum http_outcome outcome,
                   enum fail code, const char *text)
{
    b->refusal.outcome = outcome;
    return error_set(&b->refusal.why, code, "%s", text);
}

/* Where does the body stand in the file? libcurl hands over any 206, also one
 * that begins elsewhere, so its Content-Range is compared here. */
bool http_body_begin(struct http_body *b, long status, uint64_t announced)
{
    const struct http_request *r = &b->request;
    const struct response_headers *h = &b->headers;
    uint64_t at = 0, total = announced;

    if (status == 206) {
        if (!h->has_range || h->range_first != r->from)
            return refuse(b, HTTP_RESTART, FAIL_NETWORK,
                          "it sends another part of the file than was asked "
                          "for");
        at = r->from;
        total = h->range_total;
    } else if (r->count > 0) {
        return refuse(b, HTTP_NEXT, FAIL_NETWORK,
                      r->validator && strcmp(r->validator,
                                             response_headers_validator(h)) != 0
                          ? "the file has changed while it was read"
                          : "it does not serve parts of files (HTTP Range)");
    }
    b->begun = true;
    b->begun_at = at;
    if (!r->begin || r->begin(r->context, at, total,
                              response_headers_validator(h), &b->refusal.why))
        return true;
    b->refusal.outcome = b->refusal.why.code == FAIL_NETWORK ? HTTP_RESTART
                                                             : HTTP_FATAL;
    return false;
}

bool http_body_take(struct http_body *b, long status, uint64_t announced,
                    const char *from, size_t n)
{
    const struct http_request *r = &b->request;

    b->last_byte_s = clock_now_s();
    /* Where a part was asked for, a page that comes whole is a login page, or
     * what is left of a dead link. */
    if (!b->begun && r->count > 0 && status == 200 &&
        content_recognise((const unsigned char *)from, n) == CONTENT_WEB_PAGE)
        return refuse(b, HTTP_NEXT, FAIL_DATA,
                      "a web page, not data (does the network ask for a "
                      "login?)");
    if (!b->begun && !http_body_begin(b, status, announced))
        return false;
    /* Counted here: libcurl's own limit does not see chunked bodies. */
    if (n > r->max_bytes - b->done)
        return refuse(b, HTTP_NEXT, FAIL_DATA,
                      "it sends more bytes than the file has");
    if (!r->write(r->context, from, n, &b->refusal.why)) {
        b->refusal.outcome = HTTP_FATAL;
        return false;
    }
    b->done += n;
    return true;
}

bool http_body_stalled(struct http_body *b, unsigned most_s)
{
    if (!b->begun || clock_now_s() - b->last_byte_s < most_s + 0.5)
        return false;
    b->refusal.outcome = HTTP_TRY_AGAIN;
    error_set(&b->refusal.why, FAIL_NETWORK,
              "it stalled: nothing has come for %u s, after %" PRIu64 " bytes",
              most_s, b->begun_at + b->done);
    return true;
}
