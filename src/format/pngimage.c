/* SPDX-License-Identifier: MIT */
/* The only file that includes libpng. */
#include "format/pngimage.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char signature[8] = { 0x89, 'P',  'N',  'G',
                                            '\r', '\n', 0x1A, '\n' };

/* What libpng's callbacks need to know. */
struct context {
    struct reader *in;
    struct writer *out;
    struct error *err;
    const char *name;
};

bool pngimage_matches(const unsigned char *head, size_t n)
{
    return n >= sizeof signature &&
           memcmp(head, signature, sizeof signature) == 0;
}

/* libpng calls this for every error; it must not return. */
static _Noreturn void on_error(png_structp png, png_const_charp text)
{
    struct context *c = png_get_error_ptr(png);

    error_set(c->err, FAIL_DATA, "'%s' is a damaged PNG (%s)", c->name, text);
    png_longjmp(png, 1);
}

/* The same while writing: the pixels are ours, so it is memory or the place. */
static _Noreturn void on_write_error(png_structp png, png_const_charp text)
{
    struct context *c = png_get_error_ptr(png);

    error_set(c->err, FAIL_SYSTEM, "cannot write '%s' as a PNG (%s)", c->name,
              text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text; /* what matters is an error */
}

static void read_bytes(png_structp png, png_bytep to, size_t n)
{
    struct context *c = png_get_io_ptr(png);

    if (!reader_exact(c->in, to, n, c->err))
        png_error(png, "it ends early");
}

static void write_bytes(png_structp png, png_bytep from, size_t n)
{
    struct context *c = png_get_io_ptr(png);

    if (!writer_write(c->out, from, n, c->err))
        png_error(png, "it cannot be written");
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

/* Everything between setjmp and the return: no local variable of the caller
 * changes in here, so that none is indeterminate after a longjmp. */
static bool read_picture(png_structp png, png_infop info, struct context *c,
                         unsigned char **pixels, size_t *width, size_t *height)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_read_fn(png, c, read_bytes);
    png_set_user_limits(png, 16384, 16384);
    /* Passes over all chunks that are not needed: libpng allocates what the
     * length of a text or a colour profile announces, up to 2 GiB. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    if (png_get_color_type(png, info) != PNG_COLOR_TYPE_GRAY ||
        png_get_bit_depth(png, info) > 8 ||
        png_get_valid(png, info, PNG_INFO_tRNS)) {
        error_set(c->err, FAIL_DATA,
                  "'%s' is a PNG, but not 8-bit grey without transparency; "
                  "convert it, as 'mogrify -colorspace Gray -alpha off -depth "
                  "8' does",
                  c->name);
        png_error(png, "not grey");
    }
    png_set_expand_gray_1_2_4_to_8(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    *width = png_get_image_width(png, info);
    *height = png_get_image_height(png, info);
    /* The header is not trusted with more than this before data has come. */
    if (*width * *height > 16u << 20)
        png_error(png, "more than 16 million pixels");
    *pixels = calloc(*height, *width);
    if (!*pixels) {
        error_memory(c->err);
        png_error(png, "out of memory");
    }
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < *height; y++)
            png_read_row(png, *pixels + y * *width, NULL);
    png_read_end(png, NULL);
    return true;
}

bool pngimage_open(struct array_stream *s, struct error *err)
{
    struct context c = { .in = s->in, .err = err, .name = s->in->name };
    unsigned char *pixels = NULL;
    size_t width = 0, height = 0;
    png_structp png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, &c, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;

    bool ok = info && read_picture(png, info, &c, &pixels, &width, &height);
    png_destroy_read_struct(&png, &info, NULL);
    if (!ok || !reader_at_end(s->in, err)) {
        free(pixels);
        return error_memory(err);
    }
    struct reader *memory =
        owned_bytes_reader_open(pixels, width * height, s->in->name, err);
    if (!memory)
        return false;
    reader_close(s->in);
    s->in = memory;
    s->info = (struct array_info){ .dtype = DTYPE_U8,
                                   .ndims = 3,
                                   .dim = { 1, height, width } };
    s->little = true;
    s->left = width * height;
    return true;
}

enum {
    RUN_LENGTHS = 3,   /* zlib's Z_RLE */
    TINY_BYTES = 4096, /* 63 x 64 pixels */
    /* One block of deflate takes as many symbols, so that the pixels come out
     * in as few bytes as by zlib's own choice. */
    TINY_MEMORY = 6,
};

/* Runs of equal bytes are all that is looked for: that takes a third of the
 * time of zlib's own choice, and nothing is lost by it once rows are filtered.
 * A sheet of 10000 digits takes 66 ms and 1.65 MB instead of 144 and 1.71, at
 * zoom 4 50 ms and 176 kB instead of 42 and 219; of articles of Fashion-MNIST
 * 4.00 MB instead of 4.49.
 *
 * A tiny picture is smaller without filters (a digit 258 bytes; libpng's choice
 * of filters comes to 276), and zlib's usual memory costs more than its
 * deflating: where it ends the heap it goes back to the system after each
 * picture, and comes page by page for the next. With a quarter of it that
 * cannot happen, which makes 15 us out of 39. */
static void set_compression(png_structp png, size_t width, size_t height)
{
    png_set_compression_strategy(png, RUN_LENGTHS);
    /* A byte before each row says how it is filtered. */
    if ((width + 1) * height > TINY_BYTES)
        return;
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_mem_level(png, TINY_MEMORY);
}

static bool write_picture(png_structp png, png_infop info, struct context *c,
                          const unsigned char *pixels, size_t width,
                          size_t height)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_write_fn(png, c, write_bytes, flush_nothing);
    /* libpng's own limit, a million, is for what comes from elsewhere. */
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8,
                 PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    set_compression(png, width, height);
    png_write_info(png, info);
    for (size_t y = 0; y < height; y++)
        png_write_row(png, pixels + y * width);
    png_write_end(png, NULL);
    return true;
}

bool pngimage_write(struct writer *w, const unsigned char *pixels, size_t width,
                    size_t height, struct error *err)
{
    struct context c = { .out = w, .err = err, .name = w->name };
    if (width > PNG_UINT_31_MAX || height > PNG_UINT_31_MAX)
        return error_set(err, FAIL_USAGE,
                         "a picture of %zu x %zu pixels is too large for a PNG",
                         width, height);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &c,
                                              on_write_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;

    bool ok = info && write_picture(png, info, &c, pixels, width, height);
    png_destroy_write_struct(&png, &info);
    return ok || error_memory(err);
}

const char *pngimage_header_version(void)
{
    return PNG_LIBPNG_VER_STRING;
}

const char *pngimage_library_version(void)
{
    return png_get_libpng_ver(NULL);
}
