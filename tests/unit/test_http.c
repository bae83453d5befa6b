/* SPDX-License-Identifier: MIT */
/* URLs: which are taken, which are refused before anything is connected. The
 * transfers themselves are tested against a server, in tests/cli/fetch.bats. */
#include "net/http.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

static void test_is_url(void **state)
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
        if (http_is_url(cases[i].text) != cases[i].is)
            fail_msg("\"%s\"", cases[i].text);
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
        { "https://user@example.org/a", "example.org" },
        { "https://user:secret@example.org/a", "example.org" },
        { "https://user:secret@example.org:8443", "example.org:8443" },
        { "https://user:se@cret@example.org/a", "example.org" },
        { "https://user:secret@example.org?a=@b", "example.org" },
        { "https://user:secret@example.org#a@b", "example.org" },
        { "https://example.org/a@b", "example.org" },
        { "https://example.org/?mail=a@b/c", "example.org" },
        { "https://@example.org/", "example.org" },
        { "https:///a", "" },
        { "example.org/a", "example.org" },
        { "", "" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char host[64] = "before";
        http_host(cases[i].url, host, sizeof host);
        if (strcmp(host, cases[i].host) != 0)
            fail_msg("%s: \"%s\"", cases[i].url, host);
    }
}

static void test_host_is_cut(void **state)
{
    (void)state;
    char host[8];

    memset(host, 'x', sizeof host);
    http_host("https://example.org/", host, 5);
    assert_string_equal(host, "exam");
    assert_int_equal(host[5], 'x');
}

static void test_file_path(void **state)
{
    (void)state;
    static const struct {
        const char *url, *path;
    } cases[] = {
        { "file:///srv/data", "/srv/data" },
        { "file:/srv/data", "/srv/data" },
        { "FILE:///srv/data", "/srv/data" },
        { "file://localhost/srv/data", "/srv/data" },
        { "file:///srv/my%20data", "/srv/my data" },
        { "file:///srv/100%25", "/srv/100%" },
        { "file:///srv/%63af%C3%A9", "/srv/caf\xC3\xA9" },
        { "file:///srv/a+b", "/srv/a+b" },
        { "file:///srv/a%2Fb", "/srv/a/b" },
        { "file:///srv/a%23b%3Fc", "/srv/a#b?c" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        char *path = http_file_path(cases[i].url, &err);
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
        char *path = http_file_path(urls[i], &err);
        if (path)
            fail_msg("%s: \"%s\"", urls[i], path);
        assert_error(err, FAIL_USAGE, "is no valid file: URL");
    }
}

/* ---- refusal ---- */

static bool somebody_came(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

static void count_reports(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    ++*(unsigned *)context;
}

static const struct http_settings settings = { .connect_timeout_s = 5,
                                               .stall_timeout_s = 5,
                                               .user_agent = "test" };

static void test_refused(void **state)
{
    (void)state;
    /* %u is the port that would notice. */
    static const char *const urls[] = {
        /* not this machine, as far as anybody can tell */
        "http://0.0.0.0:%u/x",
        "http://[::ffff:127.0.0.1]:%u/x",
        "http://127.0.0.1.example.org:%u/x",
        "http://localhost.example.org:%u/x",
        "http://example.org:%u/x",
        /* who logs in is not where it goes */
        "http://127.0.0.1@0.0.0.0:%u/x",
        "http://localhost:80@0.0.0.0:%u/x",
        "http://[::1]:x@0.0.0.0:%u/x",
        /* other protocols, and none */
        "ftp://127.0.0.1:%u/x",
        "ftps://127.0.0.1:%u/x",
        "gopher://127.0.0.1:%u/x",
        "telnet://127.0.0.1:%u/x",
        "tftp://127.0.0.1:%u/x",
        "ldap://127.0.0.1:%u/x",
        "smb://127.0.0.1:%u/x",
        "dict://127.0.0.1:%u/x",
        "scp://127.0.0.1:%u/x",
        "unknown://127.0.0.1:%u/x",
        "127.0.0.1:%u/x",
        "//127.0.0.1:%u/x",
        "file:///etc/passwd?%u",
        "file://127.0.0.1:%u/etc/passwd",
        "http://%u",
        "http://",
        "",
    };
    unsigned port;
    int fd = port_listen(&port);

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        char url[128];
        struct bytes_writer to;
        unsigned reports = 0;
        struct http_progress progress = { count_reports, &reports };
        struct error why = { 0 };
        const char *gap = strstr(urls[i], "%u");

        snprintf(url, sizeof url, "%.*s", (int)strcspn(urls[i], "%"), urls[i]);
        if (gap)
            snprintf(url + strlen(url), sizeof url - strlen(url), "%u%s", port,
                     gap + 2);
        bytes_writer_init(&to);
        struct http_result result =
            http_get(url, &to.base, 1000, &settings, &progress, &why);
        if (result.outcome != HTTP_NEXT || result.status != 0 || to.n != 0 ||
            reports != 0 || somebody_came(fd))
            fail_msg("%s: outcome %d, %zu bytes", url, (int)result.outcome,
                     to.n);
        assert_error(why, FAIL_NETWORK, "is refused: only https");
        bytes_writer_release(&to);
    }
    close(fd);
}

/* What is refused is named without the password that stands in it. */
static void test_refused_without_password(void **state)
{
    (void)state;
    struct bytes_writer to;
    struct error why = { 0 };

    bytes_writer_init(&to);
    struct http_result result = http_get("http://user:secret@example.org/x",
                                         &to.base, 1000, &settings, NULL, &why);
    assert_int_equal(result.outcome, HTTP_NEXT);
    assert_error(why, FAIL_NETWORK, "example.org");
    assert_null(strstr(why.text, "secret"));
    bytes_writer_release(&to);
}

/* The same port is tried, and in vain, when the URL is one of this machine:
 * the refusals above are not for want of a way there. */
static void test_loopback_is_tried(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://127.0.0.1:%u/x",
        "http://LOCALHOST:%u/x",
        "HTTP://user:secret@127.0.0.1:%u/x",
        "https://127.0.0.1:%u/x",
    };
    unsigned port = port_closed();

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        char url[128];
        struct bytes_writer to;
        struct error why = { 0 };

        snprintf(url, sizeof url, "%.*s%u/x", (int)strcspn(urls[i], "%"),
                 urls[i], port);
        bytes_writer_init(&to);
        struct http_result result =
            http_get(url, &to.base, 1000, &settings, NULL, &why);
        if (result.outcome != HTTP_TRY_AGAIN || result.status != 0)
            fail_msg("%s: outcome %d", url, (int)result.outcome);
        assert_int_equal(why.code, FAIL_NETWORK);
        assert_null(strstr(why.text, "refused: only"));
        assert_null(strstr(why.text, "secret"));
        assert_int_equal(to.n, 0);
        bytes_writer_release(&to);
    }
}

static void test_versions(void **state)
{
    (void)state;
    char text[64], cut[4];

    http_library_version(text, sizeof text);
    assert_non_null(strchr(text, '.'));
    assert_non_null(strchr(text, '('));
    http_library_version(cut, sizeof cut);
    assert_memory_equal(cut, text, 3);
    assert_int_equal(cut[3], '\0');
    assert_non_null(strchr(http_header_version(), '.'));
}

static int start(void **state)
{
    struct error err = { 0 };

    (void)state;
    proxies_forget();
    return http_start(&err) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_stop();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_url),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_host_is_cut),
        cmocka_unit_test(test_file_path),
        cmocka_unit_test(test_file_path_refused),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_without_password),
        cmocka_unit_test(test_loopback_is_tried),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
