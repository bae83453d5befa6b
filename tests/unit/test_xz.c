/* SPDX-License-Identifier: MIT */
/* xz read strictly: every stream, every check, and never a file that only
 * looks whole. The packed bytes are made here, by liblzma; without it, xz is
 * recognised and refused. */
#include "format/xz.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/formats.h"
#include "helpers.h"
#include "unpacking.h"

#define MAGIC \
    "\xFD"    \
    "7zXZ\0"

static void test_matches(void **state)
{
    (void)state;
    static const unsigned char head[] = MAGIC;

    assert_true(xz_matches(head, 7));
    assert_true(xz_matches(head, 6));
    for (size_t n = 0; n < 6; n++)
        assert_false(xz_matches(head, n));
    assert_false(xz_matches((const unsigned char *)"\xFD"
                                                   "7zXY\0",
                            6));
    assert_int_equal(content_recognise(head, 6), CONTENT_XZ);
}

static void test_errors_pass(void **state)
{
    (void)state;
    struct error err = { 0 };

    error_set(&err, FAIL_NETWORK, "the cause");
    assert_null(xz_reader_open(NULL, &err));
    assert_error(err, FAIL_NETWORK, "the cause");
}

#if MNISTPREP_HAVE_LZMA

#include <lzma.h>

/* ---- making ---- */

/* Packs n bytes into one stream at `to`; returns its length. */
static size_t stream(unsigned char *to, size_t room, const void *bytes,
                     size_t n, uint32_t preset, lzma_check check)
{
    size_t made = 0;

    if (lzma_easy_buffer_encode(preset, check, NULL, bytes, n, to, &made,
                                room) != LZMA_OK)
        abort();
    return made;
}

/* One stream of the text; returns its length. */
static size_t text_stream(unsigned char *to)
{
    return stream(to, 300, sample_text, SAMPLE_TEXT_BYTES, 6, LZMA_CHECK_CRC64);
}

static void check_unpacks(const void *packed, size_t packed_n,
                          const void *bytes, size_t n)
{
    unpacking_check(xz_reader_open, packed, packed_n, bytes, n);
}

static void check_refused(const void *packed, size_t n, const char *part)
{
    unpacking_check_refused(xz_reader_open, packed, n, part);
}

#define TRUNCATED "is truncated: the xz data ends early"
#define NOT_VALID "is damaged: not valid xz data"
#define TRAILING "has trailing bytes that are not xz"

/* ---- good ---- */

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 100, 65535, 65536, 65537, 300000 };
    static const lzma_check checks[] = { LZMA_CHECK_CRC32, LZMA_CHECK_CRC64,
                                         LZMA_CHECK_SHA256 };
    static unsigned char bytes[300000], packed[310000];

    for (int kind = 0; kind < 2; kind++) {
        if (kind == 0)
            fill_noise(bytes, sizeof bytes, 11); /* grows a little */
        else
            memset(bytes, 0, sizeof bytes); /* shrinks a thousandfold */
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            size_t n = stream(packed, sizeof packed, bytes, sizes[i],
                              i % 2 ? 9 : 0, checks[i % COUNT_OF(checks)]);
            check_unpacks(packed, n, bytes, sizes[i]);
        }
    }
}

/* Streams of different checks behind each other, empty ones, and padding
 * behind each, are one stream. */
static void test_streams(void **state)
{
    (void)state;
    static unsigned char packed[5000];
    char bytes[5 * SAMPLE_TEXT_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < 5; i++) {
        n += stream(packed + n, 300, sample_text, SAMPLE_TEXT_BYTES, 6,
                    i % 2 ? LZMA_CHECK_SHA256 : LZMA_CHECK_CRC32);
        memcpy(bytes + i * SAMPLE_TEXT_BYTES, sample_text, SAMPLE_TEXT_BYTES);
        check_unpacks(packed, n, bytes, (i + 1) * SAMPLE_TEXT_BYTES);
        n += stream(packed + n, 300, "", 0, 6, LZMA_CHECK_CRC64);
        check_unpacks(packed, n, bytes, (i + 1) * SAMPLE_TEXT_BYTES);
        memset(packed + n, 0, 4 * i);
        n += 4 * i;
        check_unpacks(packed, n, bytes, (i + 1) * SAMPLE_TEXT_BYTES);
    }
}

static void test_padding(void **state)
{
    (void)state;
    static unsigned char packed[100000];
    size_t n = text_stream(packed);

    for (size_t padding = 0; padding <= 40; padding++) {
        if (padding % 4 == 0)
            check_unpacks(packed, n + padding, sample_text, SAMPLE_TEXT_BYTES);
        else
            check_refused(packed, n + padding, TRAILING);
    }
    n += (sizeof packed - n) / 4 * 4; /* more than one block of input */
    check_unpacks(packed, n, sample_text, SAMPLE_TEXT_BYTES);
}

/* Blocks, as of xz -T, and a filter in front, as of xz --x86. */
static void test_filters(void **state)
{
    (void)state;
    static unsigned char bytes[50000], packed[60000];
    lzma_options_lzma options;
    lzma_options_delta delta = { .type = LZMA_DELTA_TYPE_BYTE, .dist = 28 };
    lzma_filter filters[] = { { LZMA_FILTER_DELTA, &delta },
                              { LZMA_FILTER_LZMA2, &options },
                              { LZMA_VLI_UNKNOWN, NULL } };
    lzma_stream z = LZMA_STREAM_INIT;

    fill_noise(bytes, sizeof bytes, 3);
    assert_false(lzma_lzma_preset(&options, 1));
    assert_int_equal(lzma_stream_encoder(&z, filters, LZMA_CHECK_CRC64),
                     LZMA_OK);
    z.next_out = packed;
    z.avail_out = sizeof packed;
    for (size_t at = 0; at < sizeof bytes; at += 10000) {
        z.next_in = bytes + at;
        z.avail_in = 10000;
        assert_int_equal(
            lzma_code(&z, at < 40000 ? LZMA_FULL_FLUSH : LZMA_FINISH),
            LZMA_STREAM_END);
    }
    check_unpacks(packed, (size_t)z.total_out, bytes, sizeof bytes);
    lzma_end(&z);
}

/* What packs a thousandfold is unpacked piece by piece. */
static void test_bomb(void **state)
{
    (void)state;
    enum { BYTES = 64 << 20 };
    unsigned char *zeros = calloc(1, BYTES);
    static unsigned char packed[100000];

    assert_non_null(zeros);
    size_t n = stream(packed, sizeof packed, zeros, BYTES, 0, LZMA_CHECK_CRC32);
    free(zeros);
    unpacking_check_bomb(xz_reader_open, packed, n, BYTES);
}

static void test_end_stays(void **state)
{
    (void)state;
    unsigned char packed[300];

    unpacking_check_end(xz_reader_open, packed, text_stream(packed));
}

/* ---- damaged ---- */

/* Cut after every byte of two streams: only the end of one is an end. */
static void test_truncated(void **state)
{
    (void)state;
    unsigned char packed[600];
    size_t first = text_stream(packed);
    size_t n = first + text_stream(packed + first);

    for (size_t cut = 0; cut < n; cut++)
        if (cut != first)
            check_refused(packed, cut, TRUNCATED);
    check_unpacks(packed, first, sample_text, SAMPLE_TEXT_BYTES);
}

/* Everything in an xz file is covered by some check or has one legal value:
 * no flipped bit goes unnoticed. */
static void test_every_bit(void **state)
{
    (void)state;
    unsigned char packed[600];
    size_t n = text_stream(packed);

    n += stream(packed + n, 200, "ab", 2, 0, LZMA_CHECK_SHA256);
    memset(packed + n, 0, 4);
    n += 4;
    for (size_t bit = 0; bit < 8 * n; bit++) {
        packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
        struct outcome o = unpack(xz_reader_open, packed, n, 1000, 1000);
        packed[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_error(o.err, FAIL_DATA, "'source'");
        outcome_release(&o);
    }
}

/* Random damage to longer data: no end, or the right bytes. */
static void test_noise(void **state)
{
    (void)state;
    static unsigned char bytes[5000], packed[6000], bad[6000];
    uint64_t noise = 77;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i % 251 * i / 7);
    size_t n =
        stream(packed, sizeof packed, bytes, sizeof bytes, 6, LZMA_CHECK_CRC32);
    for (int i = 0; i < 2000; i++) {
        memcpy(bad, packed, n);
        for (uint64_t k = 0; k <= noise_next(&noise) % 4; k++)
            bad[noise_next(&noise) % n] = (unsigned char)noise_next(&noise);
        struct outcome o = unpack(xz_reader_open, bad, n, 1000, 1000);
        if (o.err.code == FAIL_NONE)
            assert_memory_equal(bad, packed, n);
        else
            assert_error(o.err, FAIL_DATA, "'source'");
        outcome_release(&o);
    }
}

static void test_trailing(void **state)
{
    (void)state;
    static const struct bytes_refused cases[] = {
        { BYTES("x"), TRAILING },
        { BYTES("\n"), TRAILING },
        { BYTES("<html>"), TRAILING },
        { BYTES("\0\0\0\0x"), TRAILING },
        { BYTES("\0\0" MAGIC), TRAILING },
        { BYTES("7zXZ"), TRAILING },
        { BYTES("\x1F\x8B\x08"), TRAILING },
        { BYTES("\xFD"), TRUNCATED },
        { BYTES(MAGIC), TRUNCATED },
        { BYTES("\0\0\0\0" MAGIC), TRUNCATED },
        { BYTES("\xFD, and not a stream"), NOT_VALID },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char packed[400];
        size_t n = text_stream(packed);
        memcpy(packed + n, cases[i].bytes, cases[i].n);
        check_refused(packed, n + cases[i].n, cases[i].part);
    }
}

static void test_not_xz(void **state)
{
    (void)state;
    check_refused("", 0, TRUNCATED);
    check_refused("<!DOCTYPE html><html>", 21, NOT_VALID);
    check_refused("\0\0\x08\x01\0\0\0\0\0\0\0\0", 12, NOT_VALID);
    check_refused("\x5D\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 13,
                  NOT_VALID); /* xz --format=lzma */
}

/* A failure stays one, however often the reader is asked. */
static void check_stays(const unsigned char *packed, size_t n)
{
    struct error err = { 0 };
    struct reader *r =
        xz_reader_open(memory_source_open(packed, n, 50, NEVER), &err);
    unsigned char to[1000];
    ptrdiff_t got;

    while ((got = reader_read(r, to, sizeof to, &err)) > 0)
        ;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(got, -1);
        assert_error(err, FAIL_DATA, "'source'");
        err = (struct error){ 0 };
        got = reader_read(r, to, sizeof to, &err);
    }
    reader_close(r);
}

static void test_failure_stays(void **state)
{
    (void)state;
    unsigned char packed[700] = { 0 };
    size_t n = text_stream(packed);

    check_stays(packed, n + 3);
    check_stays(packed, n - 1);
    packed[n + 4] = 'x';
    check_stays(packed, n + 5);
    memset(packed + n, 0, 5);
    check_stays(packed, n + 2 + text_stream(packed + n + 2));
    packed[n - 1] ^= 1;
    check_stays(packed, n);
    n = stream(packed, 300, sample_text, SAMPLE_TEXT_BYTES, 6, LZMA_CHECK_NONE);
    check_stays(packed, n);
}

/* What cannot be compared is not read. */
static void test_no_checksum(void **state)
{
    (void)state;
    unsigned char packed[600];
    size_t n =
        stream(packed, 300, sample_text, SAMPLE_TEXT_BYTES, 6, LZMA_CHECK_NONE);

    check_refused(packed, n, "has no checksum that can be compared");
    n = text_stream(packed);
    n += stream(packed + n, 300, sample_text, SAMPLE_TEXT_BYTES, 6,
                LZMA_CHECK_NONE);
    check_refused(packed, n, "has no checksum that can be compared");

    /* a kind of checksum that is only reserved */
    lzma_stream_flags flags = { .check = 2, .backward_size = LZMA_VLI_UNKNOWN };
    assert_int_equal(lzma_stream_header_encode(&flags, packed), LZMA_OK);
    check_refused(packed, n, "has no checksum that can be compared");
}

/* ---- memory ---- */

/* A stream of the text for which a dictionary of so many bytes is asked. */
static size_t wide_stream(unsigned char *to, size_t room, uint32_t dictionary)
{
    lzma_options_lzma options;
    lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &options },
                              { LZMA_VLI_UNKNOWN, NULL } };
    size_t made = 0;

    if (lzma_lzma_preset(&options, 0))
        abort();
    options.dict_size = 4096; /* what it really takes */
    if (lzma_stream_buffer_encode(
            filters, LZMA_CHECK_CRC32, NULL, (const uint8_t *)sample_text,
            SAMPLE_TEXT_BYTES, to, &made, room) != LZMA_OK)
        abort();

    /* Then the block's header, behind that of the stream, says another. */
    lzma_block block = { .version = 0,
                         .check = LZMA_CHECK_CRC32,
                         .filters = filters };
    block.header_size = lzma_block_header_size_decode(to[12]);
    lzma_filter found[LZMA_FILTERS_MAX + 1];
    block.filters = found;
    if (lzma_block_header_decode(&block, NULL, to + 12) != LZMA_OK)
        abort();
    ((lzma_options_lzma *)found[0].options)->dict_size = dictionary;
    if (lzma_block_header_encode(&block, to + 12) != LZMA_OK)
        abort();
    lzma_filters_free(found, NULL);
    return made;
}

static void test_memory(void **state)
{
    (void)state;
    static const struct {
        uint32_t mib;
        bool accepted;
    } cases[] = { { 1, true },    { 64, true },    { 96, false },
                  { 128, false }, { 1536, false }, { 4095, false } };
    unsigned char packed[300];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = wide_stream(packed, sizeof packed, cases[i].mib << 20);
        if (cases[i].accepted) {
            check_unpacks(packed, n, sample_text, SAMPLE_TEXT_BYTES);
        } else {
            check_refused(packed, n, "MiB of memory to unpack");
            check_refused(packed, n, "pack it again with xz -9 or less");
            check_stays(packed, n);
        }
    }
}

/* The largest preset there is. */
static void test_extreme(void **state)
{
    (void)state;
    unsigned char packed[300];
    size_t n = stream(packed, sizeof packed, sample_text, SAMPLE_TEXT_BYTES,
                      9 | LZMA_PRESET_EXTREME, LZMA_CHECK_CRC64);

    assert_in_range(lzma_easy_decoder_memusage(9 | LZMA_PRESET_EXTREME),
                    64 << 20, 96 << 20);
    check_unpacks(packed, n, sample_text, SAMPLE_TEXT_BYTES);
}

/* ---- around it ---- */

static void test_source_errors_pass(void **state)
{
    (void)state;
    unsigned char packed[600] = { 0 };
    size_t n = text_stream(packed);
    n += text_stream(packed + n) + 100; /* and padding */

    unpacking_check_source_errors(xz_reader_open, packed, n);
}

/* An array file is unpacked by its content, and only once. */
static void test_array_open(void **state)
{
    (void)state;
    static const unsigned char idx[] = "\0\0\x08\x02\0\0\0\2\0\0\0\3abcdef";
    unsigned char once[300], twice[400], got[10];
    size_t n =
        stream(once, sizeof once, idx, sizeof idx - 1, 6, LZMA_CHECK_CRC64);
    size_t m = stream(twice, sizeof twice, once, n, 6, LZMA_CHECK_CRC64);
    struct array_stream s = { 0 };
    struct error err = { 0 };

    assert_true(array_open(&s, memory_source_open(once, n, 7, NEVER), &err));
    assert_int_equal(array_read_native(&s, got, sizeof got, &err), 6);
    assert_memory_equal(got, "abcdef", 6);
    array_close(&s);

    struct outcome o = outcome_read(
        content_unpack(memory_source_open(once, n, 7, NEVER), &err), 100);
    assert_no_error(o.err);
    assert_int_equal(o.n, sizeof idx - 1);
    assert_memory_equal(o.bytes, idx, o.n);
    outcome_release(&o);

    assert_no_error(err);
    assert_false(array_open(&s, memory_source_open(twice, m, 7, NEVER), &err));
    assert_error(err, FAIL_DATA,
                 "'source' is packed twice: inside it is xz again");
    assert_int_equal(sources_left_open(), 0);
}

static void test_versions(void **state)
{
    (void)state;
    assert_string_equal(xz_header_version(), LZMA_VERSION_STRING);
    assert_string_equal(xz_library_version(), lzma_version_string());
}

#else

static void test_missing(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct array_stream s = { 0 };

    assert_null(xz_reader_open(memory_source_open(MAGIC, 6, 6, NEVER), &err));
    assert_error(err, FAIL_USAGE,
                 "this build cannot read xz (liblzma was missing)");
    err = (struct error){ 0 };
    assert_false(array_open(&s, memory_source_open(MAGIC, 6, 6, NEVER), &err));
    assert_error(err, FAIL_USAGE, "'source' is xz, and this build cannot");
    assert_int_equal(sources_left_open(), 0);
    assert_null(xz_header_version());
    assert_null(xz_library_version());
}

#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_errors_pass),
#if MNISTPREP_HAVE_LZMA
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_end_stays),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_trailing),
        cmocka_unit_test(test_not_xz),
        cmocka_unit_test(test_failure_stays),
        cmocka_unit_test(test_no_checksum),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_extreme),
        cmocka_unit_test(test_source_errors_pass),
        cmocka_unit_test(test_array_open),
        cmocka_unit_test(test_versions),
#else
        cmocka_unit_test(test_missing),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
