/* SPDX-License-Identifier: MIT */
/* gzip written: the same bytes for the same input, however it comes, which zlib
 * unpacks again; and the CRC-32. */
#include "format/gzip.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* for next_in */
#include <zlib.h>

#include "base/sizes.h"
#include "helpers.h"

/* Packs n bytes, `part` at a time; the caller releases `to`. */
static bool pack(struct bytes_writer *to, const void *bytes, size_t n,
                 size_t part, struct error *err)
{
    struct gzip_writer w = { 0 };
    const unsigned char *from = bytes;
    bool ok = true;

    bytes_writer_init(to);
    assert_true(gzip_writer_open(&w, &to->base, err));
    assert_string_equal(w.base.name, to->base.name);
    for (size_t at = 0; ok && at < n; at += part)
        ok = writer_write(&w.base, from + at, n - at < part ? n - at : part,
                          err);
    ok = ok && gzip_writer_finish(&w, err);
    gzip_writer_release(&w);
    gzip_writer_release(&w);
    return ok;
}

static void pack_well(struct bytes_writer *to, const void *bytes, size_t n,
                      size_t part)
{
    struct error err = { 0 };

    assert_true(pack(to, bytes, n, part, &err));
    assert_no_error(err);
}

/* Unpacks one member, which has to end with `from`; returns its length. */
static size_t unpack(const struct bytes_writer *from, unsigned char *to,
                     size_t room)
{
    z_stream z = { 0 };

    z.next_in = from->bytes;
    z.avail_in = (uInt)from->n;
    z.next_out = to;
    z.avail_out = (uInt)room;
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
    return (size_t)z.total_out;
}

/* RFC 1952: magic, deflate, no flags, no time, no hint, system unknown. Then
 * one block of fixed codes (RFC 1951, 3.2.6): for "abc" the bits 1, 01, the
 * codes 0x91, 0x92, 0x93, and seven zeros for the end. Then CRC-32, length. */
static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *packed;
        size_t n;
    } cases[] = {
        { "",
          "\x1F\x8B\x08\0\0\0\0\0\0\xFF"
          "\x03\0"
          "\0\0\0\0"
          "\0\0\0\0",
          20 },
        { "abc",
          "\x1F\x8B\x08\0\0\0\0\0\0\xFF"
          "\x4B\x4C\x4A\x06\0"
          "\xC2\x41\x24\x35"
          "\3\0\0\0",
          23 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t part = 1; part < 4; part++) {
            struct bytes_writer to;
            pack_well(&to, cases[i].text, strlen(cases[i].text), part);
            assert_int_equal(to.n, cases[i].n);
            assert_memory_equal(to.bytes, cases[i].packed, to.n);
            bytes_writer_release(&to);
        }
    }
}

enum { ROOM = 600 * 1000 };

/* Noise, zeros, and something in between that has matches of all distances. */
static void fill(unsigned char *to, int kind)
{
    fill_noise(to, ROOM, 3);
    for (size_t i = 0; i < ROOM && kind == 1; i++)
        to[i] = 0;
    for (size_t i = 0; i < ROOM && kind == 2; i++)
        to[i] = to[i] < 200 ? 0 : to[i] & 0x1F;
    for (size_t i = 33000; i < ROOM && kind == 2; i += 1000)
        memcpy(to + i, to + i - 32000, 300);
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1,     100,    65535,  65536,
                                    65537, 131072, 262145, ROOM };
    static unsigned char bytes[ROOM], back[ROOM + 1];

    for (int kind = 0; kind < 3; kind++) {
        fill(bytes, kind);
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            struct bytes_writer to;
            pack_well(&to, bytes, sizes[i], 1000);
            assert_int_equal(unpack(&to, back, sizeof back), sizes[i]);
            assert_memory_equal(back, bytes, sizes[i]);
            if (kind == 1 && sizes[i] > 1000) /* and it packs */
                assert_true(to.n < sizes[i] / 100);
            bytes_writer_release(&to);
        }
    }
}

/* However it is cut: blocks differ in size from run to run. */
static void test_parts(void **state)
{
    (void)state;
    static const size_t parts[] = { 1, 13, 784, 65535, 65536, 65537, 200000 };
    static unsigned char bytes[ROOM];

    for (int kind = 0; kind < 3; kind++) {
        struct bytes_writer want;
        fill(bytes, kind);
        pack_well(&want, bytes, ROOM, ROOM);
        for (size_t i = 0; i < COUNT_OF(parts); i++) {
            struct bytes_writer have;
            pack_well(&have, bytes, ROOM, parts[i]);
            assert_int_equal(have.n, want.n);
            assert_memory_equal(have.bytes, want.bytes, want.n);
            bytes_writer_release(&have);
        }
        bytes_writer_release(&want);
    }
}

/* Wherever the writer below is full, that is what is told. */
static void test_full(void **state)
{
    (void)state;
    static unsigned char bytes[ROOM];
    struct bytes_writer all;

    fill(bytes, 2);
    pack_well(&all, bytes, ROOM, ROOM);
    for (size_t left = 0; left < all.n; left += left < 30 ? 1 : 4999) {
        struct error err = { 0 };
        struct full_writer full;
        struct gzip_writer w = { 0 };

        full_writer_init(&full, left);
        assert_true(gzip_writer_open(&w, &full.base, &err));
        assert_false(writer_write(&w.base, bytes, ROOM, &err) &&
                     gzip_writer_finish(&w, &err));
        assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        gzip_writer_release(&w);
    }
    bytes_writer_release(&all);
}

static void test_release_of_nothing(void **state)
{
    (void)state;
    struct gzip_writer w = { 0 };

    gzip_writer_release(&w);
    assert_null(w.stream);
}

/* The check value of CRC-32/ISO-HDLC, and binascii.crc32 of Python. */
static void test_crc(void **state)
{
    (void)state;
    static const char digits[] = "123456789";
    static const unsigned char zeros[32] = { 0 };

    for (size_t cut = 0; cut <= 9; cut++)
        assert_int_equal(
            gzip_crc32(gzip_crc32(0, digits, cut), digits + cut, 9 - cut),
            0xCBF43926);
    assert_int_equal(gzip_crc32(0, zeros, sizeof zeros), 0x190A55AD);
    assert_int_equal(gzip_crc32(0, NULL, 0), 0);
    assert_int_equal(gzip_crc32(0x12345678, NULL, 0), 0x12345678);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_release_of_nothing),
        cmocka_unit_test(test_crc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
