/* SPDX-License-Identifier: MIT */
/* Digests against the answers that the standards and git give. */
#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* FIPS 180-4 and its examples; the SHA-1 ones are `git hash-object` of an
 * empty file and of "hello world", and `printf abc | sha1sum`. */
static const struct {
    enum digest_kind kind;
    const char *text;
    size_t n;
    const char *hex;
} known[] = {
    { DIGEST_SHA256, "", 0,
      "e3b0c44298fc1c149afbf4c8996fb924"
      "27ae41e4649b934ca495991b7852b855" },
    { DIGEST_SHA256, "abc", 3,
      "ba7816bf8f01cfea414140de5dae2223"
      "b00361a396177a9cb410ff61f20015ad" },
    { DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      56,
      "248d6a61d20638b8e5c026930c3e6039"
      "a33ce45964ff2167f6ecedd419db06c1" },
    { DIGEST_SHA1, "blob 0\0", 7, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" },
    { DIGEST_SHA1, "blob 11\0hello world", 19,
      "95d09f2b10159347eece71399a7e2e907ea3df4f" },
    { DIGEST_SHA1, "abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d" },
};

static void test_known_answers(void **state)
{
    (void)state;
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        /* in two parts, cut everywhere */
        for (size_t cut = 0; cut <= known[i].n; cut++) {
            struct digest d = { .bytes = 99 };
            char hex[DIGEST_TEXT];
            memset(hex, '#', sizeof hex);
            assert_true(digest_init(&d, known[i].kind, &err));
            digest_add(&d, known[i].text, cut);
            assert_int_equal(d.bytes, cut);
            digest_add(&d, known[i].text + cut, known[i].n - cut);
            assert_int_equal(d.bytes, known[i].n);
            digest_finish(&d, hex);
            assert_string_equal(hex, known[i].hex);
            assert_null(d.context); /* released */
        }
    }
    assert_no_error(err);
}

static void test_million(void **state)
{
    (void)state;
    static const size_t parts[] = { 1, 63, 64, 65, 4096, 1000000 };
    struct error err = { 0 };
    char *text = malloc(1000000);

    assert_non_null(text);
    memset(text, 'a', 1000000);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct digest d = { 0 };
        char hex[DIGEST_TEXT];
        assert_true(digest_init(&d, DIGEST_SHA256, &err));
        for (size_t left = 1000000; left > 0;) {
            size_t n = left < parts[i] ? left : parts[i];
            digest_add(&d, text, n);
            left -= n;
        }
        digest_finish(&d, hex);
        assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
                                 "f1809a48a497200e046d39ccc7112cd0");
    }
    free(text);
    assert_no_error(err);
}

/* The leak checker sees what is not released. */
static void test_release(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct digest d = { 0 };

    digest_release(&d);
    assert_true(digest_init(&d, DIGEST_SHA1, &err));
    digest_add(&d, "abc", 3);
    digest_release(&d);
    digest_release(&d);
    assert_null(d.context);
    assert_no_error(err);
}

static void test_two_at_once(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct digest a = { 0 }, b = { 0 };
    static const char abc[] = "abc";
    char hex[DIGEST_TEXT];

    assert_true(digest_init(&a, DIGEST_SHA256, &err));
    assert_true(digest_init(&b, DIGEST_SHA1, &err));
    for (size_t i = 0; i < 3; i++) {
        digest_add(&a, &abc[i], 1);
        digest_add(&b, &abc[i], 1);
    }
    digest_finish(&b, hex);
    assert_string_equal(hex, known[5].hex);
    digest_finish(&a, hex);
    assert_string_equal(hex, known[1].hex);
}

static void test_version(void **state)
{
    (void)state;
    const char *version = digest_library_version();

    assert_non_null(strstr(version, "SSL"));
    assert_null(strchr(version, '\n'));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_release),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
