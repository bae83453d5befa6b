/* SPDX-License-Identifier: MIT */
/* URLs: what they are made of, which may be asked for, and what is shown of
 * them. */
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

static void test_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        { "https://example.org/", true },
        { "http://127.0.0.1:80", true },
        { "HTTPS://EXAMPLE.ORG/", true },
        { "ftp://example.org/", true },
        { "git+ssh://example.org/", true },
        { "file:///tmp", true },
        { "x://", true },
        { "file:/tmp", false },
        { "/tmp", false },
        { "/tmp/https://x", false },
        { "dir/with://inside", false },
        { "dir", false },
        { "://example.org", false },
        { " https://example.org", false },
        { "https:/example.org", false },
        { "https//example.org", false },
        { "a_b://x", false },
        { "https", false },
        { "", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (url_is_one(cases[i].text) != cases[i].is)
            fail_msg("\"%s\"", cases[i].text);
}

static void test_part(void **state)
{
    (void)state;
    static const char url[] = "https://me@example.org:8443/a%20b?c#d";
    static const struct {
        const char *url;
        enum url_part part;
        const char *text; /* NULL: it is not there */
    } cases[] = {
        { url, URL_SCHEME, "https" },
        { url, URL_USER, "me" },
        { url, URL_HOST, "example.org" },
        { url, URL_PORT, "8443" },
        { url, URL_PATH, "/a b" },
        { "https://example.org/a", URL_USER, NULL },
        { "https://example.org/a", URL_PORT, NULL },
        { "https://example.org", URL_PATH, "/" },
        { "http://[::1]:80/", URL_HOST, "[::1]" },
        { "example.org/a", URL_HOST, NULL },
        { "/srv/data", URL_PATH, NULL },
        { "https://exa mple.org/", URL_HOST, NULL },
        { "https://example.org:99999/", URL_HOST, NULL },
        { "", URL_SCHEME, NULL },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[32] = "before";
        bool there = url_part(cases[i].url, cases[i].part, text, sizeof text);
        if (there != (cases[i].text != NULL) ||
            strcmp(text, there ? cases[i].text : "") != 0)
            fail_msg("row %zu: \"%s\"", i, text);
    }
}

/* A part that does not fit is not there: half a host is another host. */
static void test_part_that_does_not_fit(void **state)
{
    (void)state;
    char host[16];

    memset(host, 'x', sizeof host);
    assert_true(url_part("https://example.org/", URL_HOST, host, 12));
    assert_string_equal(host, "example.org");
    assert_int_equal(host[12], 'x');
    assert_false(url_part("https://example.org/", URL_HOST, host, 11));
    assert_string_equal(host, "");
    assert_false(url_part("https://example.org/", URL_HOST, host, 0));
}

/* Messages name the host alone: never who logs in there, and by what. */
static void test_host(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host;
    } cases[] = {
        { "https://example.org/a/b", "example.org" },
        { "https://example.org", "example.org" },
        { "https://example.org:8443/a", "example.org:8443" },
        { "http://[::1]:80/a", "[::1]:80" },
        { "http://[::1]/a", "[::1]" },
        { "https://user@example.org/a", "example.org" },
        { "https://user:secret@example.org/a", "example.org" },
        { "https://user:secret@example.org:8443", "example.org:8443" },
        { "https://user:80@example.org/a", "example.org" },
        { "https://user:secret@example.org?a=@b", "example.org" },
        { "https://user:secret@example.org#a@b", "example.org" },
        { "https://example.org/a@b", "example.org" },
        { "https://example.org/a:80", "example.org" },
        { "https://example.org/?mail=a@b/c", "example.org" },
        { "https://@example.org/", "example.org" },
        { "https://example.org:99999/", "" },
        { "https://exa mple.org/", "" },
        { "https://", "" },
        { "example.org/a", "" },
        { "/srv/data", "" },
        { "", "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char host[64] = "before";
        url_host(cases[i].url, host, sizeof host);
        if (strcmp(host, cases[i].host) != 0)
            fail_msg("%s: \"%s\"", cases[i].url, host);
    }
}

static void test_host_that_does_not_fit(void **state)
{
    (void)state;
    char host[16];

    memset(host, 'x', sizeof host);
    url_host("https://example.org/", host, 5);
    assert_string_equal(host, "");
    assert_int_equal(host[5], 'x');
    url_host("https://example.org:8443/", host, 14);
    assert_string_equal(host, "example.org:8");
    assert_int_equal(host[14], 'x');
}

/* ---- what may be asked for ---- */

static void test_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool allowed;
    } cases[] = {
        { "https://example.org/x", true },
        { "HTTPS://EXAMPLE.ORG/x", true },
        { "https://example.org:8443/x", true },
        { "https://127.0.0.1/x", true },
        { "https://example.org/a@b", true },
        { "https://example.org/?a=@b", true },
        /* this machine */
        { "http://127.0.0.1/x", true },
        { "http://127.0.0.1:8080/x", true },
        { "HTTP://127.1.2.3/x", true },
        { "http://localhost/x", true },
        { "http://LOCALHOST:80/x", true },
        { "http://[::1]/x", true },
        { "http://[::1]:8080/x", true },
        /* not this machine, as far as anybody can tell */
        { "http://example.org/x", false },
        { "http://127.evil.com/x", false },
        { "http://127.0.0.1.evil.com/x", false },
        { "http://127.0.0.1evil.com/x", false },
        { "http://127-0-0-1.evil.com/x", false },
        { "http://localhost.evil.com/x", false },
        { "http://localhost.:80/x", false },
        { "http://notlocalhost/x", false },
        { "http://evil.com/127.0.0.1", false },
        { "http://evil.com#127.0.0.1", false },
        { "http://evil.com?@127.0.0.1", false },
        { "http://evil.com\\@127.0.0.1/x", false },
        { "http://0.0.0.0/x", false },
        { "http://128.0.0.1/x", false },
        { "http://1270.0.0.1/x", false },
        { "http://10.0.0.1/x", false },
        { "http://[::]/x", false },
        { "http://[::2]/x", false },
        { "http://[1::1]/x", false },
        { "http://[::ffff:127.0.0.1]/x", false },
        { "http://[fe80::1]/x", false },
        /* who logs in is not where it goes, and is to be nobody */
        { "http://127.0.0.1@evil.com/x", false },
        { "http://localhost:80@evil.com/x", false },
        { "http://user@127.0.0.1/x", false },
        { "http://user:secret@localhost/x", false },
        { "https://user@example.org/x", false },
        { "https://user:secret@example.org/x", false },
        { "https://:secret@example.org/x", false },
        { "https://user:se@cret@example.org/x", false },
        /* other protocols, and none */
        { "ftp://127.0.0.1/x", false },
        { "ftps://127.0.0.1/x", false },
        { "gopher://127.0.0.1/x", false },
        { "telnet://127.0.0.1/x", false },
        { "smb://127.0.0.1/x", false },
        { "dict://127.0.0.1/x", false },
        { "unknown://127.0.0.1/x", false },
        { "httpsx://example.org/x", false },
        { "muchtoolongascheme://example.org/x", false },
        { "file:///etc/passwd", false },
        { "file://127.0.0.1/etc/passwd", false },
        { "127.0.0.1/x", false },
        { "//127.0.0.1/x", false },
        { "https://", false },
        { "https://example.org:99999/x", false },
        { "https://exa mple.org/x", false },
        { "https://example.org\r\n/x", false },
        { "", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (url_is_allowed(cases[i].url) != cases[i].allowed)
            fail_msg("%s", cases[i].url);
}

/* What does not fit is no way around it. */
static void test_is_allowed_long(void **state)
{
    (void)state;
    char url[1200];

    snprintf(url, sizeof url, "https://example.org/%01000d", 0);
    assert_true(url_is_allowed(url));
    snprintf(url, sizeof url, "https://%01000d.example.org/", 0);
    assert_false(url_is_allowed(url));
    snprintf(url, sizeof url, "https://%01000d@example.org/", 0);
    assert_false(url_is_allowed(url));
}

static void test_is_downgrade(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        bool down;
    } cases[] = {
        { "https://a.org/", "https://b.org/", false },
        { "https://a.org/", "HTTPS://b.org/", false },
        { "https://a.org/", "http://a.org/", true },
        { "HTTPS://a.org/", "http://127.0.0.1/", true },
        { "https://a.org/", "ftp://a.org/", true },
        { "https://a.org/", "file:///etc/passwd", true },
        { "https://a.org/", "/relative", true },
        { "https://a.org/", "", true },
        { "http://127.0.0.1/", "http://127.0.0.1/", false },
        { "http://127.0.0.1/", "https://a.org/", false },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (url_is_downgrade(cases[i].from, cases[i].to) != cases[i].down)
            fail_msg("from %s to %s", cases[i].from, cases[i].to);
}

/* ---- file: ---- */

static void test_file_path(void **state)
{
    (void)state;
    static const struct {
        const char *url, *path;
    } cases[] = {
        { "file:///srv/data", "/srv/data" },
        { "file:///srv/data/", "/srv/data/" },
        { "file:/srv/data", "/srv/data" },
        { "FILE:///srv/data", "/srv/data" },
        { "file://localhost/srv/data", "/srv/data" },
        { "file:///srv/my%20data", "/srv/my data" },
        { "file:///srv/100%25", "/srv/100%" },
        { "file:///srv/%2541", "/srv/%41" }, /* decoded once */
        { "file:///srv/%63af%C3%A9", "/srv/caf\xC3\xA9" },
        { "file:///srv/a+b", "/srv/a+b" },
        { "file:///srv/a%2Fb", "/srv/a/b" },
        { "file:///srv/a%23b%3Fc", "/srv/a#b?c" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        char *path = url_file_path(cases[i].url, &err);
        assert_no_error(err);
        if (!path || strcmp(path, cases[i].path) != 0)
            fail_msg("%s: \"%s\"", cases[i].url, path ? path : "none");
        free(path);
    }
}

static void test_file_path_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "file://example.org/srv/data", /* somebody else's disk */
        "file:///srv/a%00b",           "file:///srv/a%0Ab", "file:", "",
    };

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct error err = { 0 };
        char *path = url_file_path(urls[i], &err);
        if (path)
            fail_msg("%s: \"%s\"", urls[i], path);
        assert_error(err, FAIL_USAGE, "is no valid file: URL");
    }
}

/* ---- what is shown ---- */

static void test_public(void **state)
{
    (void)state;
    static const struct {
        const char *url, *shown;
    } cases[] = {
        { "https://example.org/a", "https://example.org/a" },
        { "https://user@example.org/a", "https://example.org/a" },
        { "https://user:secret@example.org/a", "https://example.org/a" },
        { "https://:secret@example.org", "https://example.org" },
        { "https://u:secret@example.org:8443", "https://example.org:8443" },
        { "https://u:secret@[::1]:80/a", "https://[::1]:80/a" },
        { "https://u:secret@example.org?a=@b", "https://example.org?a=@b" },
        { "https://u:secret@example.org#a@b", "https://example.org#a@b" },
        { "https://u:secret@example.org/a@b", "https://example.org/a@b" },
        { "https://u:se@cret@example.org/a", "https://example.org/a" },
        { "https://u@d.org:secret@example.org/a", "https://example.org/a" },
        { "ftp://u:secret@example.org/a", "ftp://example.org/a" },
        { "https://example.org/a@b", "https://example.org/a@b" },
        { "https://example.org?a=b@c", "https://example.org?a=b@c" },
        { "/srv/data", "/srv/data" },
        { "/srv/a@b", "/srv/a@b" },
        { "data", "data" },
        { "", "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char shown[64] = "before";
        url_public(cases[i].url, shown, sizeof shown);
        if (strcmp(shown, cases[i].shown) != 0)
            fail_msg("%s: \"%s\"", cases[i].url, shown);
    }
}

/* libcurl takes these for the host example.org, so that they are no rubbish
 * that may be shown as it is. */
static void test_public_of_odd_urls(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https:///user:secret@example.org/a",
        "HTTPS://user:secret@example.org/a",
        "https://user;auth=secret@example.org/a",
        "https://user:secret@@example.org/a",
    };

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        char shown[64];
        url_public(urls[i], shown, sizeof shown);
        if (strstr(shown, "secret"))
            fail_msg("%s: \"%s\"", urls[i], shown);
    }
}

static void test_public_is_cut(void **state)
{
    (void)state;
    char shown[32];

    for (size_t size = 1; size < 20; size++) {
        memset(shown, 'x', sizeof shown);
        url_public("https://user:secret@example.org/", shown, size);
        assert_int_equal(strlen(shown), size - 1);
        assert_memory_equal(shown, "https://example.org/", size - 1);
        assert_int_equal(shown[size], 'x');
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_one),
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_part_that_does_not_fit),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_host_that_does_not_fit),
        cmocka_unit_test(test_is_allowed),
        cmocka_unit_test(test_is_allowed_long),
        cmocka_unit_test(test_is_downgrade),
        cmocka_unit_test(test_file_path),
        cmocka_unit_test(test_file_path_refused),
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_public_of_odd_urls),
        cmocka_unit_test(test_public_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
