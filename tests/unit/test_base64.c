/* SPDX-License-Identifier: MIT */
/* Bytes as text: the vectors of RFC 4648, and every byte. */
#include "base/base64.h"

#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* Section 10 of the RFC. */
static void test_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char to[16];
        size_t n = strlen(cases[i].from);
        memset(to, 'x', sizeof to);
        assert_int_equal(base64_text(to, cases[i].from, n),
                         strlen(cases[i].to));
        assert_string_equal(to, cases[i].to);
        assert_int_equal(BASE64_LENGTH(n), strlen(cases[i].to));
    }
}

/* All 64 characters, and bytes with the top bit; by Python's base64. */
static void test_all_bytes(void **state)
{
    (void)state;
    static const char want[] =
        "+6JJ8Jc+5Ywz2oEoz3YdxGsSuWAHrlX8o0rxmD/mjTTbginQdx7FbBO6YQivVv2k"
        "S/KZQOeONdyDKtF4H8ZtFLtiCbBX/qVM85pB6I823YQr0nkgx24VvGMKsVj/pk30"
        "m0LpkDfehSzTeiHIbxa9ZAuyWQCnTvWcQ+qRON+GLdR7IslwF75lDLNaAahP9p1E"
        "65I54Icu1XwjynEYv2YNtFsCqVD3nkXskzrhiC/WfSTLchnAZw61XAOqUfifRu2U"
        "O+KJMNd+JcxzGsFoD7ZdBKtS+aBH7pU844ox2H8mzXQbwmkQt14FrFP6oUjvlj3k"
        "izLZgCfOdRzDahG4XwatVA==";
    unsigned char all[256];
    char to[BASE64_LENGTH(sizeof all) + 1];

    for (unsigned i = 0; i < 256; i++)
        all[i] = (unsigned char)(i * 167 + 251);
    base64_text(to, all, sizeof all);
    assert_string_equal(to, want);
}

/* Pieces of a multiple of three bytes make the text of the whole. */
static void test_pieces(void **state)
{
    (void)state;
    unsigned char bytes[100];
    char whole[BASE64_LENGTH(sizeof bytes) + 1];
    char pieces[BASE64_LENGTH(sizeof bytes) + 1];
    size_t used = 0;

    fill_noise(bytes, sizeof bytes, 3);
    base64_text(whole, bytes, sizeof bytes);
    for (size_t at = 0; at < sizeof bytes; at += 33) {
        size_t left = sizeof bytes - at;
        used += base64_text(pieces + used, bytes + at, left < 33 ? left : 33);
    }
    assert_string_equal(pieces, whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
