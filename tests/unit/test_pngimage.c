/* SPDX-License-Identifier: MIT */
/* PNG pictures: what is written is read, and nothing else is believed. The
 * pictures are made here, by libpng. */
#include "format/pngimage.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- making ---- */

enum { WIDTH = 11, HEIGHT = 7 };

/* A picture as libpng can make it. An error of libpng aborts the test. */
struct picture {
    int depth, color, interlace;
    bool transparent; /* tRNS */
    bool chatty;      /* gamma, text, background, time */
};

/* Writes rows of WIDTH x HEIGHT; returns malloc'd bytes. */
static char *make_png(const struct picture *p, png_bytep *rows, size_t *n)
{
    char *bytes = NULL;
    FILE *f = open_memstream(&bytes, n);
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    static png_color palette[16] = { { 1, 1, 1 }, { 2, 2, 2 } };
    static png_byte alpha[16];
    png_color_16 grey = { 0 };

    png_init_io(png, f);
    png_set_IHDR(png, info, WIDTH, HEIGHT, p->depth, p->color, p->interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (p->color == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 1 << p->depth);
    if (p->transparent)
        png_set_tRNS(png, info, alpha, 1, &grey);
    if (p->chatty) {
        png_text text = { .compression = PNG_TEXT_COMPRESSION_zTXt,
                          .key = (char[]){ "Comment" },
                          .text = (char[]){ "a digit" },
                          .text_length = 7 };
        png_set_text(png, info, &text, 1);
        png_set_gAMA(png, info, 0.1);
        png_set_bKGD(png, info, &grey);
        png_set_pHYs(png, info, 3000, 3000, PNG_RESOLUTION_METER);
    }
    png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(f);
    return bytes;
}

/* Rows of noise, with room for four 16-bit channels. */
static png_byte noise[HEIGHT][WIDTH * 8];
static png_bytep rows[HEIGHT];

static int make_rows(void **state)
{
    (void)state;
    fill_noise(noise, sizeof noise, 12);
    for (size_t y = 0; y < HEIGHT; y++)
        rows[y] = noise[y];
    return 0;
}

/* ---- reading ---- */

/* Opens and reads; the pixels are malloc'd, NULL with *err set. */
static unsigned char *read_png(const void *bytes, size_t n, size_t step,
                               uint64_t dim[ARRAY_MAX_DIMS], struct error *err)
{
    struct array_stream s = { .in = memory_source_open(bytes, n, step, NEVER) };
    unsigned char *pixels = NULL;

    if (pngimage_open(&s, err)) {
        assert_int_equal(s.info.dtype, DTYPE_U8);
        assert_int_equal(s.info.ndims, 3);
        assert_int_equal(s.info.dim[0], 1);
        assert_string_equal(s.in->name, "source");
        memcpy(dim, s.info.dim, sizeof s.info.dim);
        size_t count = (size_t)(s.info.dim[1] * s.info.dim[2]);
        assert_int_equal(s.left, count);
        pixels = malloc(count);
        assert_non_null(pixels);
        assert_int_equal(array_read_native(&s, pixels, count, err), count);
        assert_no_error(*err);
    }
    array_close(&s);
    assert_int_equal(sources_left_open(), 0);
    return pixels;
}

static void check_refused(const void *bytes, size_t n, const char *part)
{
    static const size_t steps[] = { 1, 13, 100000 };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        uint64_t dim[ARRAY_MAX_DIMS];
        struct error err = { 0 };
        assert_null(read_png(bytes, n, steps[i], dim, &err));
        assert_error(err, FAIL_DATA, part);
        assert_error(err, FAIL_DATA, "'source'");
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    static const struct {
        size_t width, height;
    } sizes[] = { { 1, 1 },   { 1, 9 },    { 9, 1 },     { 28, 28 },
                  { 300, 2 }, { 2, 300 },  { 513, 257 }, { 63, 64 },
                  { 64, 64 }, { 4095, 1 }, { 4096, 1 },  { 1, 2048 },
                  { 1, 2049 } };
    static unsigned char pixels[513 * 257];

    fill_noise(pixels, sizeof pixels, 13);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        size_t width = sizes[i].width, height = sizes[i].height;
        struct error err = { 0 };
        struct bytes_writer w, again;
        bytes_writer_init(&w);
        bytes_writer_init(&again);
        assert_true(pngimage_write(&w.base, pixels, width, height, &err));
        assert_true(pngimage_matches(w.bytes, w.n));
        for (size_t step = 1; step < w.n; step = 9 * step + 4) {
            uint64_t dim[ARRAY_MAX_DIMS];
            unsigned char *got = read_png(w.bytes, w.n, step, dim, &err);
            assert_no_error(err);
            assert_int_equal(dim[1], height);
            assert_int_equal(dim[2], width);
            assert_memory_equal(got, pixels, width * height);
            free(got);
        }
        /* The same pixels give the same bytes. */
        assert_true(pngimage_write(&again.base, pixels, width, height, &err));
        assert_int_equal(again.n, w.n);
        assert_memory_equal(again.bytes, w.bytes, w.n);
        bytes_writer_release(&w);
        bytes_writer_release(&again);
    }
}

/* Grey of each depth, in rows or interlaced, with talk around it or without. */
static void test_grey(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        const struct picture p = { .depth = 1 << i / 4,
                                   .color = PNG_COLOR_TYPE_GRAY,
                                   .interlace = i & 1 ? PNG_INTERLACE_ADAM7
                                                      : PNG_INTERLACE_NONE,
                                   .chatty = i & 2 };
        uint64_t dim[ARRAY_MAX_DIMS];
        struct error err = { 0 };
        size_t n = 0;
        char *bytes = make_png(&p, rows, &n);
        unsigned char *got = read_png(bytes, n, 50, dim, &err);
        assert_no_error(err);
        assert_int_equal(dim[1], HEIGHT);
        assert_int_equal(dim[2], WIDTH);
        int most = (1 << p.depth) - 1;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int bit = x * p.depth;
                int level = noise[y][bit / 8] >> (8 - p.depth - bit % 8) & most;
                assert_int_equal(got[y * WIDTH + x], level * 255 / most);
            }
        }
        free(got);
        free(bytes);
    }
}

static void test_other_kinds(void **state)
{
    (void)state;
    static const struct picture kinds[] = {
        { .depth = 8, .color = PNG_COLOR_TYPE_RGB },
        { .depth = 16, .color = PNG_COLOR_TYPE_RGB },
        { .depth = 8, .color = PNG_COLOR_TYPE_RGB_ALPHA },
        { .depth = 8, .color = PNG_COLOR_TYPE_GRAY_ALPHA },
        { .depth = 16, .color = PNG_COLOR_TYPE_GRAY_ALPHA },
        { .depth = 16, .color = PNG_COLOR_TYPE_GRAY },
        { .depth = 8, .color = PNG_COLOR_TYPE_GRAY, .transparent = true },
        { .depth = 1, .color = PNG_COLOR_TYPE_GRAY, .transparent = true },
        { .depth = 1, .color = PNG_COLOR_TYPE_PALETTE },
        { .depth = 4, .color = PNG_COLOR_TYPE_PALETTE, .transparent = true },
    };
    static png_byte grey[HEIGHT][WIDTH * 8]; /* all channels alike */
    png_bytep grey_rows[HEIGHT];

    for (size_t y = 0; y < HEIGHT; y++)
        grey_rows[y] = grey[y];
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        size_t n = 0;
        char *bytes = make_png(&kinds[i], i == 0 ? grey_rows : rows, &n);
        check_refused(bytes, n, "not 8-bit grey without transparency");
        free(bytes);
    }
}

static void test_matches(void **state)
{
    (void)state;
    const unsigned char *head = (const unsigned char *)"\x89PNG\r\n\x1A\n.";

    assert_true(pngimage_matches(head, 9));
    assert_true(pngimage_matches(head, 8));
    assert_false(pngimage_matches(head, 7));
    assert_false(pngimage_matches(head, 0));
    assert_false(pngimage_matches((const unsigned char *)"\x89PNG\n\n\x1A\n",
                                  8)); /* as a text transfer leaves it */
}

/* ---- damaged ---- */

/* The one of four with and without interlacing and talk. */
static char *make_small_png(int i, size_t *n)
{
    const struct picture p = { .depth = 8,
                               .color = PNG_COLOR_TYPE_GRAY,
                               .interlace = i & 1,
                               .chatty = i & 2 };
    return make_png(&p, rows, n);
}

/* Cut after every byte, with and without interlacing and talk. */
static void test_truncated(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        size_t n = 0;
        char *bytes = make_small_png(i, &n);
        for (size_t cut = 0; cut < n; cut++) {
            uint64_t dim[ARRAY_MAX_DIMS];
            struct error err = { 0 };
            assert_null(read_png(bytes, cut, 100, dim, &err));
            assert_error(err, FAIL_DATA, "'source' ends early");
        }
        free(bytes);
    }
}

/* Each bit turned over: an error, or the same picture; never another one. */
static void test_every_bit(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        size_t n = 0;
        char *bytes = make_small_png(i, &n);
        unsigned accepted = 0;
        for (size_t bit = 0; bit < 8 * n; bit++) {
            uint64_t dim[ARRAY_MAX_DIMS];
            struct error err = { 0 };
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
            unsigned char *got = read_png(bytes, n, 1000, dim, &err);
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
            if (!got) {
                assert_error(err, FAIL_DATA, "'source'");
                continue;
            }
            accepted++;
            assert_true(dim[1] == HEIGHT && dim[2] == WIDTH);
            for (size_t y = 0; y < HEIGHT; y++)
                assert_memory_equal(got + y * WIDTH, noise[y], WIDTH);
            free(got);
        }
        /* Only what has no bearing on the pixels may be damaged. */
        assert_true(i & 2 ? accepted < 4 * n : accepted == 0);
        free(bytes);
    }
}

static void test_trailing(void **state)
{
    (void)state;
    static const struct picture p = { .depth = 8,
                                      .color = PNG_COLOR_TYPE_GRAY };
    size_t n = 0;
    char *bytes = make_png(&p, rows, &n);
    char *longer = malloc(n + 1);

    assert_non_null(longer);
    memcpy(longer, bytes, n);
    longer[n] = '\0';
    check_refused(longer, n + 1, "'source' goes on");
    free(longer);
    free(bytes);
}

/* ---- hostile ---- */

/* A signature and an IHDR of this size, with the right checksum. */
static size_t make_header(unsigned char *to, uint32_t width, uint32_t height,
                          const char *rest)
{
    memcpy(to, "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16);
    store_be32(to + 16, width);
    store_be32(to + 20, height);
    memcpy(to + 24, rest, 5);
    store_be32(to + 29, (uint32_t)crc32(0, to + 12, 17));
    return 33;
}

static void test_hostile_sizes(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height;
        const char *part;
    } cases[] = {
        { 0, 1, "is a damaged PNG" },
        { 1, 0, "is a damaged PNG" },
        { 0xFFFFFFFF, 0xFFFFFFFF, "is a damaged PNG" },
        { 0x7FFFFFFF, 0x7FFFFFFF, "is a damaged PNG" },
        { 0x7FFFFFFF, 1, "is a damaged PNG" },
        { 1, 0x7FFFFFFF, "is a damaged PNG" },
        { 65536, 65536, "is a damaged PNG" },
        { 16385, 1, "is a damaged PNG" },
        { 1, 16385, "is a damaged PNG" },
    };
    unsigned char bytes[100];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n =
            make_header(bytes, cases[i].width, cases[i].height, "\x08\0\0\0\0");
        check_refused(bytes, n, cases[i].part);
    }
    /* Beyond 16 million pixels nothing is allocated; below, the picture must
     * still come. */
    size_t n = make_header(bytes, 16384, 16384, "\x08\0\0\0\0");
    memcpy(bytes + n, "\0\0\0\0IDAT\x35\xAF\x06\x1E", 12);
    check_refused(bytes, n + 12, "more than 16 million pixels");
    make_header(bytes, 16384, 1025, "\x08\0\0\0\0");
    check_refused(bytes, n + 12, "more than 16 million pixels");
    make_header(bytes, 16384, 1024, "\x08\0\0\0\0");
    check_refused(bytes, n + 12, "'source' ends early");
}

/* A chunk that is not needed may announce 2 GiB: it is passed over, not
 * allocated. Exit status 0: the memory stayed small. */
static int open_long_chunks(void *argument)
{
    static const char *const names[] = {
        "zTXt", "tEXt", "iTXt", "iCCP", "sPLT", "eXIf", "pCAL", "sCAL", "hIST",
        "tIME", "bKGD", "gAMA", "sBIT", "abCd", "PLTE", "tRNS", "IDAT", "IEND",
    };
    struct rusage before, after;
    (void)argument;

    getrusage(RUSAGE_SELF, &before);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        unsigned char bytes[200] = { 0 };
        struct error err = { 0 };
        size_t n = make_header(bytes, 1, 1, "\x08\0\0\0\0");
        store_be32(bytes + n, 0x7FFFFFFF);
        memcpy(bytes + n + 4, names[i], 4);
        struct array_stream s = { .in = memory_source_open(bytes, sizeof bytes,
                                                           100, NEVER) };
        if (pngimage_open(&s, &err) || err.code != FAIL_DATA)
            return 1;
        array_close(&s);
    }
    getrusage(RUSAGE_SELF, &after);
#ifdef __linux__ /* where the unit is 1024 bytes */
    return after.ru_maxrss - before.ru_maxrss < 100 * 1024 ? 0 : 2;
#else
    return 0;
#endif
}

static void test_hostile_chunks(void **state)
{
    (void)state;
    assert_int_equal(child_run(open_long_chunks, NULL), 0);
}

static void test_errors_pass(void **state)
{
    (void)state;
    static const struct picture p = { .depth = 8,
                                      .color = PNG_COLOR_TYPE_GRAY };
    size_t n = 0;
    char *bytes = make_png(&p, rows, &n);

    for (size_t at = 0; at <= n; at++) {
        struct error err = { 0 };
        struct array_stream s = { .in = memory_source_open(bytes, n, 10, at) };
        assert_false(pngimage_open(&s, &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        array_close(&s);
    }
    free(bytes);
    assert_int_equal(sources_left_open(), 0);
}

static void test_write_errors(void **state)
{
    (void)state;
    static const unsigned char pixels[28 * 28];
    struct error err = { 0 };
    struct bytes_writer w;

    bytes_writer_init(&w);
    assert_true(pngimage_write(&w.base, pixels, 28, 28, &err));
    for (size_t room = 0; room < w.n; room++) {
        struct full_writer full;
        err = (struct error){ 0 };
        full_writer_init(&full, room);
        assert_false(pngimage_write(&full.base, pixels, 28, 28, &err));
        assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    }
    bytes_writer_release(&w);
}

/* libpng takes no more than a million by itself, from anybody. */
static void test_wide_picture(void **state)
{
    (void)state;
    enum { WIDE = 1000001 };
    struct error err = { 0 };
    struct bytes_writer w;
    unsigned char *pixels = calloc(WIDE, 1);

    assert_non_null(pixels);
    bytes_writer_init(&w);
    if (!pngimage_write(&w.base, pixels, WIDE, 1, &err))
        fail_msg("%s", err.text);
    assert_memory_equal(w.bytes + 16, "\x00\x0f\x42\x41", 4);
    bytes_writer_release(&w);
    bytes_writer_init(&w);
    assert_false(pngimage_write(&w.base, pixels, (size_t)1 << 31, 1, &err));
    assert_error(err, FAIL_USAGE, "2147483648 x 1");
    assert_int_equal(w.n, 0);
    bytes_writer_release(&w);
    free(pixels);
}

static void test_versions(void **state)
{
    (void)state;
    assert_string_equal(pngimage_header_version(), PNG_LIBPNG_VER_STRING);
    assert_string_equal(pngimage_library_version(), png_libpng_ver);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_grey),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_trailing),
        cmocka_unit_test(test_hostile_sizes),
        cmocka_unit_test(test_hostile_chunks),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_write_errors),
        cmocka_unit_test(test_wide_picture),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, make_rows, NULL);
}
