/* SPDX-License-Identifier: MIT */
/* What a terminal would show of the bytes: each protocol is read back by a
 * small terminal of this test's own. For kitty see test_termkitty.c. */
#include "helpers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "draw/termpicture.h"

enum { SIDE_MAX = 320, PIXELS_MAX = SIDE_MAX * SIDE_MAX, NOT_PAINTED = -1 };

/* What is on the screen: NOT_PAINTED, a grey level, or (sixel) per cent. */
struct screen {
    size_t width, height;
    int pixel[PIXELS_MAX];
};

static struct screen *new_screen(void)
{
    struct screen *s = calloc(1, sizeof *s);

    assert_non_null(s);
    for (size_t i = 0; i < PIXELS_MAX; i++)
        s->pixel[i] = NOT_PAINTED;
    return s;
}

static void paint(struct screen *s, size_t x, size_t y, int level)
{
    assert_in_range(x, 0, SIDE_MAX - 1);
    assert_in_range(y, 0, SIDE_MAX - 1);
    s->pixel[y * SIDE_MAX + x] = level;
    s->width = x + 1 > s->width ? x + 1 : s->width;
    s->height = y + 1 > s->height ? y + 1 : s->height;
}

static int seen(const struct screen *s, size_t x, size_t y)
{
    return s->pixel[y * SIDE_MAX + x];
}

/* ---- pictures ---- */

static struct canvas new_canvas(size_t width, size_t height)
{
    struct canvas c = { 0 };
    struct error err = { 0 };

    assert_true(canvas_init(&c, width, height, 0, &err));
    return c;
}

/* All levels, each beside and above a distant one. */
static struct canvas all_levels(void)
{
    struct canvas c = new_canvas(16, 16);

    for (size_t i = 0; i < 256; i++)
        c.pixels[i] = (unsigned char)(i * 89);
    return c;
}

static struct canvas noise(size_t width, size_t height)
{
    struct canvas c = new_canvas(width, height);

    fill_noise(c.pixels, width * height, width * 1000 + height);
    return c;
}

/* Long runs of a few levels, as in an enlarged digit. */
static struct canvas stripes(size_t width, size_t height)
{
    struct canvas c = new_canvas(width, height);

    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            c.pixels[y * width + x] =
                (unsigned char)(x % 97 < 60 ? 0 : (x + y) / 20 * 50);
    return c;
}

/* ---- half blocks ---- */

/* The levels of xterm's 256 colours that are grey by intention. */
static int grey_of_colour(unsigned long colour)
{
    if (colour == 16)
        return 0;
    if (colour == 231)
        return 255;
    assert_in_range(colour, 232, 255);
    return (int)(8 + 10 * (colour - 232));
}

/* Reads one "CSI ... m" behind its "CSI "; the two colours are changed. */
static const char *read_sgr(const char *p, bool rgb, int *ink, int *ground)
{
    char *end;
    unsigned long which = strtoul(p, &end, 10);

    if (which == 0) {
        *ink = *ground = NOT_PAINTED;
    } else {
        assert_true(which == 38 || which == 48);
        assert_int_equal(*end, ';');
        assert_int_equal(strtoul(end + 1, &end, 10), rgb ? 2 : 5);
        assert_int_equal(*end, ';');
        unsigned long value = strtoul(end + 1, &end, 10);
        if (rgb) {
            assert_int_equal(*end, ';');
            assert_int_equal(strtoul(end + 1, &end, 10), value);
            assert_int_equal(*end, ';');
            assert_int_equal(strtoul(end + 1, &end, 10), value);
        }
        *(which == 38 ? ink : ground) = rgb ? (int)value
                                            : grey_of_colour(value);
    }
    assert_int_equal(*end, 'm');
    return end + 1;
}

static struct screen *show_half(const char *p, const char *end, bool rgb)
{
    static const char block[] = "\xE2\x96\x80"; /* U+2580 */
    struct screen *s = new_screen();
    size_t x = 0, y = 0;
    int ink = NOT_PAINTED, ground = NOT_PAINTED;

    while (p < end) {
        if (strncmp(p, block, 3) == 0) {
            paint(s, x, y, ink);
            s->pixel[(y + 1) * SIDE_MAX + x++] = ground;
            p += 3;
        } else if (*p == ' ') {
            paint(s, x, y, ground);
            s->pixel[(y + 1) * SIDE_MAX + x++] = ground;
            p++;
        } else if (strncmp(p, "\033[", 2) == 0) {
            p = read_sgr(p + 2, rgb, &ink, &ground);
        } else {
            assert_int_equal(*p++, '\n');
            /* Nothing may colour what comes after the picture. */
            assert_int_equal(ink, NOT_PAINTED);
            assert_int_equal(ground, NOT_PAINTED);
            y += 2;
            x = 0;
        }
    }
    assert_int_equal(x, 0);
    return s;
}

static int distance(int a, int b)
{
    return a > b ? a - b : b - a;
}

/* Of all greys of the 256 colours, tried one by one. */
static int least_distance(int level)
{
    int best = distance(level, 0) < distance(level, 255) ? distance(level, 0)
                                                         : distance(level, 255);

    for (int grey = 8; grey <= 238; grey += 10)
        best = distance(level, grey) < best ? distance(level, grey) : best;
    return best;
}

static void check_half(struct canvas c, bool rgb)
{
    struct bytes_writer w;
    struct error err = { 0 };

    bytes_writer_init(&w);
    assert_true(termpicture_half(&c, rgb, &w.base, &err));
    assert_true(writer_write(&w.base, "", 1, &err));
    const char *text = (const char *)w.bytes;
    struct screen *s = show_half(text, text + w.n - 1, rgb);
    for (size_t y = 0; y < c.height; y++) {
        for (size_t x = 0; x < c.width; x++) {
            int level = c.pixels[y * c.width + x];
            assert_int_equal(distance(seen(s, x, y), level),
                             rgb ? 0 : least_distance(level));
        }
        assert_int_equal(seen(s, c.width, y), NOT_PAINTED);
    }
    for (size_t x = 0; x < c.width; x++)
        assert_int_equal(seen(s, x, c.height), NOT_PAINTED);
    free(s);
    bytes_writer_release(&w);
    canvas_release(&c);
}

static void test_half_blocks(void **state)
{
    (void)state;
    for (int rgb = 0; rgb < 2; rgb++) {
        check_half(all_levels(), rgb);
        check_half(noise(28, 28), rgb);
        check_half(noise(5, 7), rgb);
        check_half(noise(1, 1), rgb);
        check_half(stripes(300, 31), rgb);
    }
}

static void assert_written(const struct bytes_writer *w, const char *expected)
{
    assert_int_equal(w->n, strlen(expected));
    assert_memory_equal(w->bytes, expected, w->n);
}

/* Colours are not said twice; an odd last line has no ground. */
static void test_half_bytes(void **state)
{
    unsigned char pixels[] = { 0, 0, 255, 9, 9, 9, 7, 7, 7 };
    struct canvas c = { 3, 3, pixels };
    struct bytes_writer w;
    struct error err = { 0 };

    (void)state;
    bytes_writer_init(&w);
    assert_true(termpicture_half(&c, true, &w.base, &err));
    assert_written(&w, "\033[48;2;9;9;9m\033[38;2;0;0;0m\u2580\u2580"
                       "\033[38;2;255;255;255m\u2580\033[0m\n"
                       "\033[38;2;7;7;7m\u2580\u2580\u2580\033[0m\n");
    bytes_writer_release(&w);
    bytes_writer_init(&w);
    c.height = 2;
    assert_true(termpicture_half(&c, false, &w.base, &err));
    assert_written(&w, "\033[48;5;232m\033[38;5;16m\u2580\u2580"
                       "\033[38;5;231m\u2580\033[0m\n");
    bytes_writer_release(&w);
}

/* Black needs no ink: what was there before stays. */
static void test_half_blanks(void **state)
{
    unsigned char pixels[] = { 0, 5, 0, 5, /* */
                               0, 0, 0, 0, /* */
                               0, 0, 0, 0 };
    struct canvas c = { 4, 3, pixels };
    struct bytes_writer w;
    struct error err = { 0 };

    (void)state;
    bytes_writer_init(&w);
    assert_true(termpicture_half(&c, true, &w.base, &err));
    assert_written(&w, "\033[48;2;0;0;0m \033[38;2;5;5;5m\u2580 \u2580\033[0m\n"
                       "\033[38;2;0;0;0m\u2580\u2580\u2580\u2580\033[0m\n");
    bytes_writer_release(&w);
}

/* ---- ASCII ---- */

static void test_ascii(void **state)
{
    unsigned char pixels[] = { 0,  255, 52, 100, 128, 255, 26,  0,
                               0,  255, 52, 103, 128, 254, 25,  255,
                               51, 255, 0,  1,   2,   102, 103, 104 };
    struct canvas c = { 8, 3, pixels };
    struct bytes_writer w;
    struct error err = { 0 };

    (void)state;
    bytes_writer_init(&w);
    /* Steps of 25.6 levels; the third line is as if above black. */
    assert_true(termpicture_ascii(&c, &w.base, &err));
    assert_written(&w, " @:-+@ =\n"
                       " =   .::\n");
    bytes_writer_release(&w);
}

/* ---- sixel ---- */

static unsigned long read_number(const char **p)
{
    char *end;
    unsigned long value = strtoul(*p, &end, 10);

    assert_true(end > *p);
    *p = end;
    return value;
}

static void read_char(const char **p, char expected)
{
    assert_int_equal(**p, expected);
    ++*p;
}

/* "#n" chooses, "#n;2;r;g;b" defines. */
static unsigned long read_sixel_colour(const char **p, int percent[256])
{
    unsigned long n = read_number(p);

    assert_in_range(n, 0, 255);
    if (**p != ';') {
        assert_in_range(percent[n], 0, 100);
        return n;
    }
    read_char(p, ';');
    assert_int_equal(read_number(p), 2);
    read_char(p, ';');
    percent[n] = (int)read_number(p);
    for (int i = 0; i < 2; i++) {
        read_char(p, ';');
        assert_int_equal(read_number(p), percent[n]);
    }
    return n;
}

/* Every pixel may be painted once only. */
static struct screen *show_sixel(const char *p)
{
    struct screen *s = new_screen();
    int percent[256];
    size_t x = 0, y = 0;
    unsigned long colour = 0, width, height;

    memset(percent, -1, sizeof percent);
    assert_memory_equal(p, "\033P0;1;0q\"1;1;", 13);
    p += 13;
    width = read_number(&p);
    read_char(&p, ';');
    height = read_number(&p);
    while (*p != '\033') {
        size_t count = 1;
        char c = *p++;
        if (c == '!') {
            count = read_number(&p);
            assert_in_range(count, 1, width);
            c = *p++;
        }
        if (c == '#') {
            colour = read_sixel_colour(&p, percent);
        } else if (c == '$') {
            x = 0;
        } else if (c == '-') {
            x = 0;
            y += 6;
        } else {
            assert_in_range(c, '?', '~');
            for (; count > 0; count--, x++)
                for (size_t bit = 0; bit < 6; bit++)
                    if ((c - '?') >> bit & 1) {
                        assert_int_equal(seen(s, x, y + bit), NOT_PAINTED);
                        paint(s, x, y + bit, percent[colour]);
                    }
        }
    }
    assert_string_equal(p, "\033\\");
    assert_int_equal(s->width, width);
    assert_int_equal(s->height, height);
    return s;
}

static void check_sixel(struct canvas c)
{
    struct bytes_writer w;
    struct error err = { 0 };

    bytes_writer_init(&w);
    assert_true(termpicture_sixel(&c, &w.base, &err));
    assert_true(writer_write(&w.base, "", 1, &err));
    struct screen *s = show_sixel((const char *)w.bytes);
    assert_int_equal(s->width, c.width);
    assert_int_equal(s->height, c.height);
    for (size_t y = 0; y < c.height; y++)
        for (size_t x = 0; x < c.width; x++) {
            /* The nearest of 101: half a per cent, or 1.275 levels, away. */
            int level = c.pixels[y * c.width + x];
            assert_in_range(distance(1000 * level, 2550 * seen(s, x, y)), 0,
                            1275);
        }
    free(s);
    bytes_writer_release(&w);
    canvas_release(&c);
}

static void test_sixel(void **state)
{
    (void)state;
    check_sixel(all_levels());
    check_sixel(noise(1, 1));
    check_sixel(noise(7, 5));
    check_sixel(noise(3, 6));
    check_sixel(noise(4, 13));
    check_sixel(noise(64, 48));
    check_sixel(stripes(320, 20));
    check_sixel(new_canvas(100, 12));
}

/* Runs that are shorter by a count have one; empty ends are left out; only
 * the colours that are used are defined. */
static void test_sixel_bytes(void **state)
{
    unsigned char pixels[2 * 9] = { 0, 0, 0, 0, 255, 255, 255, 128, 0,
                                    0, 0, 0, 0, 0,   0,   0,   0,   0 };
    struct canvas c = { 9, 2, pixels };
    struct bytes_writer w;
    struct error err = { 0 };

    (void)state;
    bytes_writer_init(&w);
    assert_true(termpicture_sixel(&c, &w.base, &err));
    assert_written(&w, "\033P0;1;0q\"1;1;9;2"
                       "#0;2;0;0;0#50;2;50;50;50#100;2;100;100;100"
                       "#0!4B!4AB$#50!7?@$#100!4?@@@\033\\");
    bytes_writer_release(&w);
}

/* ---- sinks that fail ---- */

static bool write_as(enum termpicture_protocol protocol, const struct canvas *c,
                     struct writer *to, struct error *err)
{
    switch (protocol) {
    case TERMPICTURE_ASCII:
        return termpicture_ascii(c, to, err);
    case TERMPICTURE_HALF_256:
        return termpicture_half(c, false, to, err);
    case TERMPICTURE_HALF_RGB:
        return termpicture_half(c, true, to, err);
    case TERMPICTURE_SIXEL:
        return termpicture_sixel(c, to, err);
    case TERMPICTURE_KITTY:
        return termpicture_kitty(c->pixels, c->width * c->height, to, err);
    }
    return false;
}

static void test_full(void **state)
{
    struct canvas c = noise(9, 8);

    (void)state;
    for (enum termpicture_protocol p = TERMPICTURE_ASCII;
         p <= TERMPICTURE_KITTY; p++) {
        struct bytes_writer all;
        struct error err = { 0 };
        bytes_writer_init(&all);
        assert_true(write_as(p, &c, &all.base, &err));
        for (size_t left = 0; left < all.n; left++) {
            struct full_writer w;
            struct error full = { 0 };
            full_writer_init(&w, left);
            assert_false(write_as(p, &c, &w.base, &full));
            assert_error(full, FAIL_SYSTEM, SINK_FAILURE);
        }
        bytes_writer_release(&all);
    }
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_blocks), cmocka_unit_test(test_half_bytes),
        cmocka_unit_test(test_half_blanks), cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_sixel),       cmocka_unit_test(test_sixel_bytes),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
