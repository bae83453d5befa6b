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

bool url_is_file(const char *text)
{
    return strncasecmp(text, "file:", 5) == 0;
}

bool mirror_is_local(const char *mirror)
{
    return url_is_file(mirror) || !url_is_one(mirror);
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

/* Where host and port begin, behind any user name; *authority is what stands
 * before the path. libcurl passes over any number of slashes. */
static const char *find_host(const char *url, const char **authority)
{
    const char *colon = strchr(url, ':');

    *authority = NULL;
    if (!url_is_one(url) || !colon)
        return NULL;
    *authority = colon + 1 + strspn(colon + 1, "/");
    for (const char *at = *authority + strcspn(*authority, "/?#");
         at > *authority; at--)
        if (at[-1] == '@')
            return at;
    return *authority;
}

static bool names_user(const char *url)
{
    const char *authority;

    return find_host(url, &authority) != authority;
}

/* Plain http can be read and changed on its way, so it is for this machine
 * only: tests, and a mirror behind one's own proxy. */
bool url_is_allowed(const char *url)
{
    char scheme[8], host[256];

    if (!url_part(url, URL_SCHEME, scheme, sizeof scheme) ||
        !url_part(url, URL_HOST, host, sizeof host) || names_user(url))
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
        url_public(url, path, size);
        error_set(err, FAIL_USAGE, "'%s' is no valid file: URL", path);
        free(path);
        path = NULL;
    }
    return path;
}

void url_public(const char *url, char *to, size_t size)
{
    const char *authority, *host = find_host(url, &authority);

    if (host)
        snprintf(to, size, "%.*s%s", (int)(authority - url), url, host);
    else
        snprintf(to, size, "%s", url);
}
