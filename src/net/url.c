/* SPDX-License-Identifier: MIT */
/* Judging URLs by their parts. */
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool url_is_one(const char *text)
{
    size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return scheme > 0 && strncmp(text + scheme, "://", 3) == 0;
}

void url_host(const char *url, char *to, size_t size)
{
    char port[16];

    if (!url_part(url, URL_HOST, to, size))
        return;
    size_t used = strlen(to);
    if (url_part(url, URL_PORT, port, sizeof port))
        snprintf(to + used, size - used, ":%s", port);
}

static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 &&
            host[strspn(host, "0123456789.")] == '\0');
}

/* Plain http can be read and changed on its way, so it is for this machine
 * only: tests, and a mirror behind one's own proxy. */
bool url_is_allowed(const char *url)
{
    char scheme[8], host[256], user[256];

    if (!url_part(url, URL_SCHEME, scheme, sizeof scheme) ||
        !url_part(url, URL_HOST, host, sizeof host) ||
        url_part(url, URL_USER, user, sizeof user))
        return false;
    return strcasecmp(scheme, "https") == 0 ||
           (strcasecmp(scheme, "http") == 0 && is_loopback(host));
}

bool url_is_downgrade(const char *from, const char *to)
{
    char before[8], after[8];

    return url_part(from, URL_SCHEME, before, sizeof before) &&
           strcasecmp(before, "https") == 0 &&
           !(url_part(to, URL_SCHEME, after, sizeof after) &&
             strcasecmp(after, "https") == 0);
}

char *url_file_path(const char *url, struct error *err)
{
    size_t size = strlen(url) + 1;
    char *path = malloc(size);

    if (!path) {
        error_memory(err);
    } else if (!url_part(url, URL_PATH, path, size)) {
        error_set(err, FAIL_USAGE, "'%s' is no valid file: URL", url);
        free(path);
        path = NULL;
    }
    return path;
}

void url_public(const char *url, char *to, size_t size)
{
    const char *host = strstr(url, "://");
    size_t authority = host ? strcspn(host + 3, "/?#") : 0;
    const char *at = host ? memchr(host + 3, '@', authority) : NULL;

    if (at)
        snprintf(to, size, "%.*s%s", (int)(host + 3 - url), url, at + 1);
    else
        snprintf(to, size, "%s", url);
}
