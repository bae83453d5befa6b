/* SPDX-License-Identifier: MIT */
/* The only file that includes libcurl. */
#include "net/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/interrupt.h"
#include "base/text.h"

/* A slower server counts as silent. */
enum { STALL_BYTES_PER_S = 100, REDIRECTS_MAX = 10 };

struct transfer_state {
    CURL *curl;
    struct writer *to;
    uint64_t done, max_bytes;
    bool too_long;
    struct error write_error;
    const struct http_progress *progress;
};

bool http_start(struct error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(err, FAIL_SYSTEM, "libcurl cannot start");
    return true;
}

void http_stop(void)
{
    curl_global_cleanup();
}

bool http_is_url(const char *text)
{
    size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return scheme > 0 && strncmp(text + scheme, "://", 3) == 0;
}

/* Where the host begins, behind "user:password@", and its length. */
static const char *find_host(const char *url, size_t *n)
{
    const char *from = strstr(url, "://");

    from = from ? from + 3 : url;
    *n = strcspn(from, "/?#");
    for (size_t i = *n; i-- > 0;) {
        if (from[i] == '@') {
            *n -= i + 1;
            return from + i + 1;
        }
    }
    return from;
}

void http_host(const char *url, char *to, unsigned long size)
{
    size_t n;
    const char *host = find_host(url, &n);

    snprintf(to, size, "%.*s", (int)n, host);
}

/* Plain http can be read and changed on its way, so it is for this machine
 * only: tests, and a mirror behind one's own proxy. */
static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 &&
            host[strspn(host, "0123456789.")] == '\0');
}

static bool is_allowed(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL, *scheme = NULL;
    bool allowed = false;

    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        allowed = strcasecmp(scheme, "https") == 0 ||
                  (strcasecmp(scheme, "http") == 0 && is_loopback(host));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return allowed;
}

static size_t on_body(char *from, size_t size, size_t n, void *user)
{
    struct transfer_state *s = user;
    long status = 0;

    (void)size; /* always 1 */
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return n; /* an error's page: not data */
    /* Counted here, since libcurl's own limit does not see chunked bodies. */
    if (n > s->max_bytes - s->done) {
        s->too_long = true;
        return 0;
    }
    if (!writer_write(s->to, from, n, &s->write_error))
        return 0;
    s->done += n;
    return n;
}

static int on_progress(void *user, curl_off_t total, curl_off_t done,
                       curl_off_t up_total, curl_off_t up)
{
    struct transfer_state *s = user;

    (void)up_total;
    (void)up;
    if (s->progress && s->progress->report)
        s->progress->report(s->progress->context, (uint64_t)done,
                            (uint64_t)total);
    return interrupt_signal() != 0;
}

/* Every option must be taken: one that is not known means no protection. */
#define SET(option, value) \
    (ok = ok && curl_easy_setopt(curl, option, value) == CURLE_OK)

static bool set_options(CURL *curl, const char *url,
                        const struct http_settings *settings,
                        struct transfer_state *state, char *reason,
                        struct curl_slist *headers)
{
    bool ok = true;

    SET(CURLOPT_URL, url);
    SET(CURLOPT_ERRORBUFFER, reason);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "https,http");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | CURLPROTO_HTTP));
#endif
    /* Redirects are followed one by one in http_get, which looks at each. */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_USERAGENT, settings->user_agent);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, state);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, state);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, (long)settings->connect_timeout_s);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S);
    SET(CURLOPT_LOW_SPEED_TIME, (long)settings->stall_timeout_s);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (settings->cacert)
        SET(CURLOPT_CAINFO, settings->cacert);
    return ok;
}

static enum http_outcome outcome_of_status(long status)
{
    static const long passing[] = { 408, 425, 429, 500, 502, 503,
                                    504, 520, 521, 522, 523, 524 };

    if (status == 200)
        return HTTP_DONE;
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (status == passing[i])
            return HTTP_TRY_AGAIN;
    return HTTP_NEXT;
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
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_OUT_OF_MEMORY:
        return HTTP_FATAL;
    default:
        return HTTP_NEXT;
    }
}

/* Puts the outcome in words, in the order of diagnosis: what we did, what the
 * server said, what the line did. */
static struct http_result conclude(struct transfer_state *s, CURLcode code,
                                   const char *reason, struct error *why)
{
    struct http_result result = { outcome_of_code(code), 0 };

    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &result.status);
    if (!interrupt_none(why)) {
        result.outcome = HTTP_FATAL;
    } else if (s->write_error.code != FAIL_NONE) {
        error_set(why, s->write_error.code, "%s", s->write_error.text);
        result.outcome = HTTP_FATAL;
    } else if (s->too_long) {
        error_set(why, FAIL_DATA, "it sends more than the file's %llu bytes",
                  (unsigned long long)s->max_bytes);
        result.outcome = HTTP_NEXT;
    } else if (code == CURLE_PARTIAL_FILE) {
        error_set(why, FAIL_NETWORK, "the connection was cut after %llu bytes",
                  (unsigned long long)s->done);
    } else if (code != CURLE_OK) {
        error_set(why, FAIL_NETWORK, "%s",
                  reason[0] ? reason : curl_easy_strerror(code));
    } else if (result.status != 200) {
        error_set(why, FAIL_NETWORK, "it answers with HTTP status %ld",
                  result.status);
        result.outcome = outcome_of_status(result.status);
    }
    return result;
}

/* One request. *next gets the target of a redirect, malloc'd, or NULL. */
static struct http_result get_once(const char *url,
                                   struct transfer_state *state,
                                   const struct http_settings *settings,
                                   char **next, struct error *why)
{
    struct http_result result = { HTTP_FATAL, 0 };
    char reason[CURL_ERROR_SIZE] = "";
    const char *target = NULL;
    /* Asked for as it is: some hosts relabel .gz files as encoded. */
    struct curl_slist *headers =
        curl_slist_append(NULL, "Accept-Encoding: identity");

    *next = NULL;
    state->curl = curl_easy_init();
    if (!state->curl || !headers) {
        error_memory(why);
    } else if (!set_options(state->curl, url, settings, state, reason,
                            headers)) {
        error_set(why, FAIL_SYSTEM, "libcurl refuses its settings");
    } else {
        CURLcode code = curl_easy_perform(state->curl);
        if (code == CURLE_OK)
            curl_easy_getinfo(state->curl, CURLINFO_REDIRECT_URL, &target);
        if (target)
            *next = text_copy(target, why);
        else
            result = conclude(state, code, reason, why);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(state->curl);
    return result;
}

/* Names the URL without the password that may stand in it. */
static void refuse(const char *url, struct error *why)
{
    size_t n;
    const char *host = find_host(url, &n), *scheme_end = strstr(url, "://");

    error_set(why, FAIL_NETWORK,
              "'%.*s%s' is refused: only https, and http to this machine, are "
              "safe",
              scheme_end ? (int)(scheme_end + 3 - url) : 0, url, host);
}

struct http_result http_get(const char *url, struct writer *to,
                            uint64_t max_bytes,
                            const struct http_settings *settings,
                            const struct http_progress *progress,
                            struct error *why)
{
    struct transfer_state state = { .to = to,
                                    .max_bytes = max_bytes,
                                    .progress = progress };
    struct http_result result = { HTTP_FATAL, 0 };
    char *at = text_copy(url, why);

    for (int hops = 0; at; hops++) {
        char *next = NULL;
        if (!is_allowed(at)) {
            refuse(at, why);
            result.outcome = HTTP_NEXT;
        } else if (hops > REDIRECTS_MAX) {
            error_set(why, FAIL_NETWORK, "it redirects more than %d times",
                      REDIRECTS_MAX);
            result.outcome = HTTP_NEXT;
        } else {
            result = get_once(at, &state, settings, &next, why);
        }
        free(at);
        at = next;
    }
    return result;
}

char *http_file_path(const char *url, struct error *err)
{
    CURLU *parts = curl_url();
    char *path = NULL, *copy = NULL;

    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PATH, &path, CURLU_URLDECODE) ==
            CURLUE_OK)
        copy = text_copy(path, err);
    else
        error_set(err, FAIL_USAGE, "'%s' is no valid file: URL", url);
    curl_free(path);
    curl_url_cleanup(parts);
    return copy;
}

const char *http_header_version(void)
{
    return LIBCURL_VERSION;
}

void http_library_version(char *to, unsigned long size)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    snprintf(to, size, "%s (%s)", info->version,
             info->ssl_version ? info->ssl_version : "no TLS");
}
