/* SPDX-License-Identifier: MIT */
/* A file in kitty's graphics protocol, put together again by a decoder of this
 * test's own. */
#include "helpers.h"

#include <string.h>

#include "base/sizes.h"
#include "draw/termpicture.h"

static unsigned digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);

    assert_non_null(at);
    return (unsigned)(at - digits);
}

/* Appends the n characters, decoded, and returns how many bytes they were. */
static size_t decode_base64(const char *p, size_t n, unsigned char *to)
{
    size_t bits = 0, count = 0;
    unsigned value = 0;

    assert_int_equal(n % 4, 0);
    for (; n > 0 && *p != '='; p++, n--) {
        value = (value << 6 | digit_of(*p)) & 0xFFFF;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            to[count++] = (unsigned char)(value >> bits);
        }
    }
    assert_int_equal(n, bits == 0 ? 0 : bits == 4 ? 2 : 1);
    return count;
}

/* `file` becomes what a terminal gets of it; returns its size. */
static size_t receive_kitty(const char *p, const char *end, unsigned char *file)
{
    static const char first[] = "\033_Ga=T,f=100,q=2,m=",
                      next[] = "\033_Gq=2,m=";
    size_t n = 0;
    char more = '1';

    for (const char *start = first; p < end; start = next) {
        assert_int_equal(more, '1');
        assert_memory_equal(p, start, strlen(start));
        p += strlen(start);
        more = *p++;
        assert_true(more == '0' || more == '1');
        assert_int_equal(*p++, ';');
        const char *stop = strchr(p, '\033');
        assert_non_null(stop);
        assert_in_range(stop - p, 4, 4096);
        n += decode_base64(p, (size_t)(stop - p), file + n);
        p = stop + 1;
        assert_int_equal(*p++, '\\');
    }
    assert_int_equal(more, '0');
    return n;
}

static void test_kitty(void **state)
{
    static const size_t sizes[] = { 1,    2,    3,    4,    67,
                                    3071, 3072, 3073, 6144, 10000 };
    unsigned char bytes[10000], received[10000 + 3];

    (void)state;
    fill_noise(bytes, sizeof bytes, 7);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct bytes_writer w;
        struct error err = { 0 };
        bytes_writer_init(&w);
        assert_true(termpicture_kitty(bytes, sizes[i], &w.base, &err));
        assert_true(writer_write(&w.base, "", 1, &err));
        const char *text = (const char *)w.bytes;
        assert_int_equal(receive_kitty(text, text + w.n - 1, received),
                         sizes[i]);
        assert_memory_equal(received, bytes, sizes[i]);
        bytes_writer_release(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_kitty) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
