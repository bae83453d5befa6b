/* SPDX-License-Identifier: MIT */
/* The only file that includes libcurl. */
#include "net/http.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/body.h"
#include "net/url.h"

/* A slower server counts as silent. */
enum { STALL_BYTES_PER_S = 100, REDIRECTS_MAX = 10 };

/* One request under way, through all its redirects. */
struct transfer {
    struct transfer *next; /* in the pool's list */
    struct http_pool *pool;
    struct http_body body;
    char *validator; /* owned copy */
    char *at;        /* owned: the URL now asked for */
    int redirects;
    CURL *curl;
    struct curl_slist *headers;
    bool ignored; /* the body was none of ours, so we closed */
    char reason[CURL_ERROR_SIZE];
};

struct http_pool {
    CURLM *multi;
    const struct http_settings *settings;
    struct transfer *list;
};

bool url_part(const char *url, enum url_part part, char *to, size_t size)
{
    static const struct {
        CURLUPart part;
        unsigned flags;
    } parts[] = {
        [URL_SCHEME] = { CURLUPART_SCHEME, 0 },
        [URL_USER] = { CURLUPART_USER, 0 },
        [URL_HOST] = { CURLUPART_HOST, 0 },
        [URL_PORT] = { CURLUPART_PORT, 0 },
        [URL_PATH] = { CURLUPART_PATH, CURLU_URLDECODE },
    };
    CURLU *parsed = curl_url();
    char *text = NULL;
    bool ok = parsed &&
              curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parsed, parts[part].part, &text,
                           parts[part].flags) == CURLUE_OK &&
              strlen(text) < size;

    if (ok)
        memcpy(to, text, strlen(text) + 1);
    else if (size > 0)
        to[0] = '\0';
    curl_free(text);
    curl_url_cleanup(parsed);
    return ok;
}

/* ---- while the answer comes in ---- */

static size_t on_header(char *line, size_t size, size_t n, void *user)
{
    struct transfer *t = user;

    (void)size; /* always 1 */
    response_headers_add(&t->body.headers, line, n);
    return n;
}

static long status_of(const struct transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* Size of the body, as announced; 0: not. */
static uint64_t announced_bytes(const struct transfer *t)
{
    curl_off_t bytes = -1;
    curl_easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &bytes);
    return bytes > 0 ? (uint64_t)bytes : 0;
}

/* libcurl's own watch over slow transfers averages over five seconds, so a
 * silence is measured by ourselves. */
static int on_progress(void *user, curl_off_t total, curl_off_t done,
                       curl_off_t up_total, curl_off_t up)
{
    struct transfer *t = user;
    unsigned most_s = t->pool->settings->stall_timeout_s;

    (void)total;
    (void)done;
    (void)up_total;
    (void)up;
    return http_body_stalled(&t->body, most_s) ? 1 : 0;
}

static size_t on_body(char *from, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    long status = status_of(t);

    (void)size; /* always 1 */
    /* The page that comes with an error or a redirect is not data, and it may
     * be without end: nothing of it is read. */
    t->ignored = status != 200 && status != 206;
    return !t->ignored &&
                   http_body_take(&t->body, status, announced_bytes(t), from, n)
               ? n
               : 0;
}

/* ---- options ---- */

/* Every option must be taken: one that is not known means no protection. */
#define SET(option, value) \
    (ok = ok && curl_easy_setopt(t->curl, option, value) == CURLE_OK)

static bool set_connection(struct transfer *t)
{
    const struct http_settings *s = t->pool->settings;
    bool ok = true;

#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "https,http");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | CURLPROTO_HTTP));
#endif
    /* Redirects are followed one by one, after a look at each. */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    /* Else a proxy's own headers would be taken for the server's. */
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, (long)s->connect_timeout_s);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S);
    SET(CURLOPT_LOW_SPEED_TIME, (long)s->stall_timeout_s);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_USERAGENT, s->user_agent);
    if (s->cacert)
        SET(CURLOPT_CAINFO, s->cacert);
    if (s->capath)
        SET(CURLOPT_CAPATH, s->capath);
    return ok;
}

static bool set_callbacks(struct transfer *t)
{
    bool ok = true;

    SET(CURLOPT_URL, t->at);
    SET(CURLOPT_PRIVATE, t);
    SET(CURLOPT_ERRORBUFFER, t->reason);
    SET(CURLOPT_HTTPHEADER, t->headers);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, t);
    return ok;
}

/* CURLOPT_RANGE, not CURLOPT_RESUME_FROM: only with the former a server may
 * answer If-Range with the whole file. */
static bool set_range(struct transfer *t)
{
    const struct http_request *r = &t->body.request;
    char range[64];
    bool ok = true;

    if (r->from == 0 && r->count == 0)
        return true;
    if (r->count > 0)
        snprintf(range, sizeof range, "%" PRIu64 "-%" PRIu64, r->from,
                 r->from + r->count - 1);
    else
        snprintf(range, sizeof range, "%" PRIu64 "-", r->from);
    SET(CURLOPT_RANGE, range);
    return ok;
}

static bool add_header(struct transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->headers, line);

    t->headers = longer ? longer : t->headers;
    return longer != NULL;
}

static bool make_headers(struct transfer *t)
{
    char line[HTTP_VALIDATOR_MAX + 16];

    /* Asked for as it is: some hosts relabel .gz files as encoded. */
    if (!add_header(t, "Accept-Encoding: identity"))
        return false;
    if (t->body.request.from == 0 || !t->validator)
        return true;
    snprintf(line, sizeof line, "If-Range: %s", t->validator);
    return add_header(t, line);
}

/* ---- beginning and ending ---- */

static void transfer_stop(struct transfer *t)
{
    if (t->curl) {
        curl_multi_remove_handle(t->pool->multi, t->curl);
        curl_easy_cleanup(t->curl);
    }
    curl_slist_free_all(t->headers);
    t->curl = NULL;
    t->headers = NULL;
}

static void transfer_free(struct transfer *t)
{
    transfer_stop(t);
    free(t->validator);
    free(t->at);
    free(t);
}

/* Asks for t->at. */
static bool transfer_go(struct transfer *t, struct error *err)
{
    t->reason[0] = '\0';
    t->ignored = false;
    t->body.headers = (struct response_headers){ 0 };
    t->curl = curl_easy_init();
    if (!t->curl || !make_headers(t))
        return error_memory(err);
    if (!set_connection(t) || !set_callbacks(t) || !set_range(t) ||
        curl_multi_add_handle(t->pool->multi, t->curl) != CURLM_OK)
        return error_set(err, FAIL_SYSTEM, "libcurl refuses its settings");
    return true;
}

static enum http_outcome outcome_of_code(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return HTTP_DONE;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return HTTP_TRY_AGAIN;
    case CURLE_OUT_OF_MEMORY:
        return HTTP_FATAL;
    default:
        return HTTP_NEXT;
    }
}

/* Asked for by the server. Before libcurl 8.12 a date in the past comes out
 * as a negative number. */
static unsigned retry_after(const struct transfer *t)
{
    curl_off_t seconds = 0;

    curl_easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds <= 0)
        return 0;
    return seconds < HTTP_RETRY_AFTER_MAX_S ? (unsigned)seconds
                                            : HTTP_RETRY_AFTER_MAX_S;
}

/* Puts the outcome in words, in the order of diagnosis: what we refused, what
 * the server said, what the line did. */
static struct http_answer conclude(struct transfer *t, CURLcode code)
{
    struct http_answer a = { .outcome = outcome_of_code(code) };

    a.status = status_of(t);
    a.retry_after_s = retry_after(t);
    if (code == CURLE_OK && a.status < 300 && !t->body.begun)
        (void)http_body_begin(&t->body, a.status,
                              announced_bytes(t)); /* a body of no bytes */
    if (t->body.refusal.why.code != FAIL_NONE) {
        a.outcome = t->body.refusal.outcome;
        a.why = t->body.refusal.why;
    } else if (a.status >= 300) {
        a.outcome = response_status_may_pass(a.status) ? HTTP_TRY_AGAIN
                                                       : HTTP_NEXT;
        error_set(&a.why, FAIL_NETWORK, "it answers with HTTP status %ld",
                  a.status);
    } else if (code == CURLE_PARTIAL_FILE) {
        error_set(&a.why, FAIL_NETWORK,
                  "the connection was cut after %" PRIu64 " bytes",
                  t->body.begun_at + t->body.done);
    } else if (code != CURLE_OK) {
        error_set(&a.why, FAIL_NETWORK, "%s",
                  t->reason[0] ? t->reason : curl_easy_strerror(code));
    }
    return a;
}

/* Follows a redirect when there is one; *a tells why not. */
static bool follow(struct transfer *t, struct http_answer *a)
{
    const char *target = NULL;

    curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &target);
    if (!target)
        return false;
    *a = (struct http_answer){ .outcome = HTTP_NEXT, .status = status_of(t) };
    if (++t->redirects > REDIRECTS_MAX)
        return error_set(&a->why, FAIL_NETWORK,
                         "it redirects more than %d times", REDIRECTS_MAX);
    if (!url_is_allowed(target) || url_is_downgrade(t->at, target))
        return error_set(&a->why, FAIL_NETWORK,
                         "it redirects to '%s', which is refused: only https, "
                         "and http to this machine, are safe",
                         target);
    char *copy = text_copy(target, &a->why);
    if (!copy)
        return false;
    free(t->at);
    t->at = copy;
    transfer_stop(t);
    return transfer_go(t, &a->why);
}

static void unlink_transfer(struct transfer *t)
{
    struct transfer **at = &t->pool->list;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
}

static void finish(struct transfer *t, CURLcode code)
{
    struct http_answer answer = { 0 };

    if ((code == CURLE_OK || t->ignored) && status_of(t) >= 300 &&
        status_of(t) < 400 && follow(t, &answer))
        return;
    if (answer.why.code == FAIL_NONE)
        answer = conclude(t, code);
    unlink_transfer(t);
    struct http_request request = t->body.request;
    transfer_free(t); /* first: done may start the next one */
    request.done(request.context, &answer);
}

/* ---- the pool ---- */

struct http_pool *http_pool_open(const struct http_settings *settings,
                                 struct error *err)
{
    struct http_pool *pool = calloc(1, sizeof *pool);

    if (pool && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        pool->settings = settings;
        pool->multi = curl_multi_init();
        if (pool->multi)
            return pool;
        curl_global_cleanup();
    }
    free(pool);
    error_set(err, FAIL_SYSTEM, "libcurl cannot start");
    return NULL;
}

void http_pool_close(struct http_pool *pool)
{
    if (!pool)
        return;
    for (struct transfer *t = pool->list, *next; t; t = next) {
        next = t->next;
        transfer_free(t);
    }
    curl_multi_cleanup(pool->multi);
    curl_global_cleanup();
    free(pool);
}

bool http_pool_start(struct http_pool *pool, const struct http_request *request,
                     struct error *err)
{
    struct transfer *t = calloc(1, sizeof *t);

    if (!t)
        return error_memory(err);
    t->pool = pool;
    t->body.request = *request;
    t->at = text_copy(request->url, err);
    t->validator = request->validator ? text_copy(request->validator, err)
                                      : NULL;
    t->body.request.url = NULL; /* only the copies live on */
    t->body.request.validator = t->validator;
    if (!url_is_allowed(request->url))
        error_set(err, FAIL_NETWORK,
                  "refused: only https, and http to this machine, are safe, "
                  "and without a user name");
    if (err->code != FAIL_NONE || !transfer_go(t, err)) {
        transfer_free(t);
        return false;
    }
    t->next = pool->list;
    pool->list = t;
    return true;
}

/* Ends what has come to its end; their number. */
static size_t finish_all(struct http_pool *pool)
{
    size_t finished = 0;
    CURLMsg *message;
    int queued;

    while ((message = curl_multi_info_read(pool->multi, &queued)) != NULL) {
        struct transfer *t = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        finish(t, code);
        finished++;
    }
    return finished;
}

bool http_pool_run(struct http_pool *pool, int wait_ms, struct error *err)
{
    int running;

    if (curl_multi_perform(pool->multi, &running) != CURLM_OK ||
        (finish_all(pool) == 0 &&
         curl_multi_poll(pool->multi, NULL, 0, wait_ms, NULL) != CURLM_OK))
        return error_set(err, FAIL_SYSTEM, "libcurl cannot go on");
    return true;
}

const char *http_header_version(void)
{
    return LIBCURL_VERSION;
}

void http_library_version(char *to, size_t size)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    snprintf(to, size, "%s (%s)", info->version,
             info->ssl_version ? info->ssl_version : "no TLS");
}
