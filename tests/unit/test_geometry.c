/* SPDX-License-Identifier: MIT */
/* Pictures turned, inverted, resized and padded, against Python's fractions,
 * PyTorch's documentation, and tents that are summed over all pixels. */
#include "stage/geometry.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

/* ---- known ---- */

/* The bytes of x -> (75 x + 74) mod 65537, from 1 on. */
static const unsigned char noise_picture[4 * 5] = {
    149, 241, 217, 156, 211, /**/
    243, 95,  1,   128, 173, /**/
    238, 236, 44,  32,  162, /**/
    152, 208, 42,  82,  53,
};

static const struct known {
    struct geometry_rules rules;
    size_t height, width;
    unsigned char want[80];
} known[] = {
    /* Bilinear: the formula in Python's fractions. */
    { { .height = 3, .width = 4 },
      3,
      4,
      { 171, 203, 162, 198, 231, 112, 58, 157, 172, 149, 62, 71 } },
    { { .height = 7, .width = 3 }, 7, 3, { 180, 217, 193, 185, 140, 180, 193,
                                           16,  160, 216, 23,  138, 233, 44,
                                           115, 194, 43,  83,  171, 42,  63 } },
    { { .height = 2, .width = 9 },
      2,
      9,
      { 196, 187, 171, 142, 109, 127, 148, 175, 192, 195, 204, 219, 142, 43, 51,
        63, 91, 108 } },
    { { .height = 1, .width = 1 }, 1, 1, { 23 } },
    { { .height = 8, .width = 10 },
      8,
      10,
      { 149, 172, 218, 235, 223, 202, 171, 170, 197, 211, 173, 181, 197, 194,
        173, 160, 153, 162, 188, 202, 220, 198, 154, 112, 74,  75,  115, 147,
        171, 183, 242, 214, 158, 101, 41,  35,  81,  121, 154, 170, 239, 230,
        210, 159, 75,  39,  50,  83,  138, 165, 217, 220, 226, 183, 90,  44,
        44,  67,  112, 135, 174, 184, 205, 172, 86,  49,  63,  72,  78,  80,
        152, 166, 194, 167, 84,  52,  72,  75,  60,  53 } },
    { { .height = 3 },
      3,
      5,
      { 165, 217, 181, 151, 205, 241, 166, 23, 80, 168, 166, 213, 42, 74,
        71 } },
    { { .width = 7 }, 4, 7, { 149, 202, 234, 217, 173, 180, 211, 243, 158, 68,
                              1,   92,  147, 173, 238, 237, 181, 44,  35,  88,
                              162, 152, 184, 161, 42,  71,  70,  53 } },
    /* Nearest. */
    { { .height = 3, .width = 4, .resample = RESAMPLE_NEAREST },
      3,
      4,
      { 149, 241, 156, 211, 238, 236, 32, 162, 152, 208, 82, 53 } },
    { { .height = 7, .width = 3, .resample = RESAMPLE_NEAREST },
      7,
      3,
      { 149, 217, 211, 149, 217, 211, 243, 1,   173, 238, 44,
        162, 238, 44,  162, 152, 42,  53,  152, 42,  53 } },
    { { .height = 1, .width = 1, .resample = RESAMPLE_NEAREST }, 1, 1, { 44 } },
    /* The others, by hand. */
    { { .transpose = true }, 5, 4, { 149, 243, 238, 152, 241, 95,  236,
                                     208, 217, 1,   44,  42,  156, 128,
                                     32,  82,  211, 173, 162, 53 } },
    { { .invert = true },
      4,
      5,
      { 106, 14, 38,  99,  44, 12,  160, 254, 127, 82,
        17,  19, 211, 223, 93, 103, 47,  213, 173, 202 } },
    { { .pad = 1 }, 6, 7, { 0, 0,   0,   0,   0,   0,   0, /**/
                            0, 149, 241, 217, 156, 211, 0, /**/
                            0, 243, 95,  1,   128, 173, 0, /**/
                            0, 238, 236, 44,  32,  162, 0, /**/
                            0, 152, 208, 42,  82,  53,  0, /**/
                            0, 0,   0,   0,   0,   0,   0 } },
    { { .height = 4, .width = 5, .resample = RESAMPLE_NEAREST },
      4,
      5,
      { 149, 241, 217, 156, 211, 243, 95,  1,  128, 173,
        238, 236, 44,  32,  162, 152, 208, 42, 82,  53 } },
    /* All together, in the order of the header; the border stays black. */
    { { .transpose = true, .invert = true, .height = 3, .width = 6, .pad = 2 },
      7,
      10,
      { 0, 0, 0,  0,   0,   0,   0,   0,   0, 0, /**/
        0, 0, 0,  0,   0,   0,   0,   0,   0, 0, /**/
        0, 0, 75, 68,  54,  25,  51,  84,  0, 0, /**/
        0, 0, 38, 146, 247, 218, 212, 213, 0, 0, /**/
        0, 0, 62, 80,  104, 130, 164, 192, 0, 0, /**/
        0, 0, 0,  0,   0,   0,   0,   0,   0, 0, /**/
        0, 0, 0,  0,   0,   0,   0,   0,   0, 0 } },
    { { .transpose = true,
        .invert = true,
        .height = 6,
        .width = 3,
        .resample = RESAMPLE_NEAREST,
        .pad = 1 },
      8,
      5,
      { 0, 0,   0,   0,   0, /**/
        0, 106, 17,  103, 0, /**/
        0, 14,  19,  47,  0, /**/
        0, 38,  211, 213, 0, /**/
        0, 38,  211, 213, 0, /**/
        0, 99,  223, 173, 0, /**/
        0, 44,  93,  202, 0, /**/
        0, 0,   0,   0,   0 } },
    { { .transpose = true, .height = 4 },
      4,
      4,
      { 161, 225, 238, 159, 232, 60, 164, 146, 179, 80, 37, 67, 204, 167, 146,
        57 } },
};

static void test_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const struct known *k = &known[i];
        size_t bytes = k->height * k->width;
        unsigned char out[82];
        struct geometry g = { 0 };
        struct error err = { 0 };

        assert_true(geometry_init(&g, &k->rules, 4, 5, &err));
        assert_int_equal(g.out_height, k->height);
        assert_int_equal(g.out_width, k->width);
        memset(out, 0xA5, sizeof out);
        geometry_apply(&g, noise_picture, 1, out + 1);
        if (memcmp(out + 1, k->want, bytes) != 0)
            fail_msg("row %zu", i);
        assert_int_equal(out[0], 0xA5);
        assert_int_equal(out[bytes + 1], 0xA5);
        geometry_apply(&g, noise_picture, 0, out);
        assert_int_equal(out[0], 0xA5);
        geometry_release(&g);
        assert_null(g.work);
        geometry_release(&g);
    }
}

static void check_small(const struct geometry_rules *rules, size_t height,
                        size_t width, const char *from, const char *want,
                        size_t bytes)
{
    unsigned char out[16];
    struct geometry g = { 0 };
    struct error err = { 0 };

    assert_true(geometry_init(&g, rules, height, width, &err));
    assert_int_equal(g.out_height * g.out_width, bytes);
    geometry_apply(&g, (const unsigned char *)from, 1, out);
    assert_memory_equal(out, want, bytes);
    geometry_release(&g);
}

static void test_by_hand(void **state)
{
    (void)state;
    static const struct geometry_rules four = { .height = 4, .width = 4 };
    static const struct geometry_rules middle = { .height = 1, .width = 1 };
    static const struct geometry_rules turned = { .invert = true,
                                                  .height = 1,
                                                  .width = 1 };
    static const struct geometry_rules wide = { .height = 2, .width = 3 };

    /* The example of PyTorch's nn.Upsample, times 4. */
    check_small(&four, 2, 2, "\4\10\14\20",
                "\4\5\7\10\6\7\11\12\12\13\15\16\14\15\17\20", 16);
    /* Half a level is rounded up, and that after the inversion: 254.5. */
    check_small(&middle, 1, 2, "\0\1", "\1", 1);
    check_small(&turned, 1, 2, "\0\1", "\xFF", 1);
    check_small(&middle, 2, 2, "\0\0\0\1", "\0", 1);
    check_small(&middle, 2, 2, "\0\1\1\0", "\1", 1);
    check_small(&middle, 2, 2, "\xFF\xFF\xFE\xFF", "\xFF", 1);
    check_small(&middle, 1, 3, "\1\7\2", "\7", 1);
    check_small(&wide, 1, 1, "\x4D", "\x4D\x4D\x4D\x4D\x4D\x4D", 6);
}

/* ---- against tents ---- */

/* Every pixel of the source, and one more of its edge on each side, is the top
 * of a tent whose foot is the next pixels': another way to say bilinear. In
 * units of 1 / (2 * length). */
static int64_t tent(size_t i, size_t length, size_t from, int64_t pixel)
{
    int64_t at = (2 * (int64_t)i + 1) * (int64_t)from - (int64_t)length;
    int64_t distance = at - 2 * (int64_t)length * pixel;
    int64_t weight = 2 * (int64_t)length - llabs(distance);

    return weight > 0 ? weight : 0;
}

static size_t clamped(int64_t pixel, size_t from)
{
    return pixel < 0 ? 0 : (size_t)pixel < from ? (size_t)pixel : from - 1;
}

struct sizes {
    size_t from_height, from_width, height, width;
};

static unsigned char tents(const struct sizes *s, const unsigned char *from,
                           size_t y, size_t x)
{
    int64_t sum = 0, whole = 4 * (int64_t)(s->height * s->width);

    for (int64_t i = -1; i <= (int64_t)s->from_height; i++)
        for (int64_t j = -1; j <= (int64_t)s->from_width; j++)
            sum += tent(y, s->height, s->from_height, i) *
                   tent(x, s->width, s->from_width, j) *
                   from[clamped(i, s->from_height) * s->from_width +
                        clamped(j, s->from_width)];
    int64_t below = sum / whole;
    return (unsigned char)(2 * (sum - below * whole) >= whole ? below + 1
                                                              : below);
}

/* Two thirds of the pixels are black or white, as in drawings. */
static void fill_drawing(unsigned char *to, size_t n, uint64_t seed)
{
    fill_noise(to, n, seed);
    for (size_t i = 0; i < n; i++)
        to[i] = to[i] % 3 == 0 ? 0 : to[i] % 3 == 1 ? 255 : to[i];
}

/* Each pair of sizes up to 7, three pictures through one geometry. */
static void test_small_sizes(void **state)
{
    (void)state;
    enum { MOST = 7, PICTURES = 3 };
    unsigned char from[PICTURES * MOST * MOST], out[PICTURES * MOST * MOST];

    for (size_t i = 0; i < (size_t)MOST * MOST * MOST * MOST; i++) {
        const struct sizes s = { i % MOST + 1, i / MOST % MOST + 1,
                                 i / (MOST * MOST) % MOST + 1,
                                 i / (MOST * MOST * MOST) + 1 };
        const struct geometry_rules rules = { .height = s.height,
                                              .width = s.width };
        size_t in_bytes = s.from_height * s.from_width;
        size_t bytes = s.height * s.width;
        struct geometry g = { 0 };
        struct error err = { 0 };

        fill_drawing(from, sizeof from, i + 1);
        assert_true(
            geometry_init(&g, &rules, s.from_height, s.from_width, &err));
        geometry_apply(&g, from, PICTURES, out);
        for (size_t j = 0; j < PICTURES * bytes; j++) {
            unsigned char want = tents(&s, from + j / bytes * in_bytes,
                                       j % bytes / s.width, j % s.width);
            if (out[j] != want)
                fail_msg("%zux%zu to %zux%zu: byte %zu is %u, not %u",
                         s.from_height, s.from_width, s.height, s.width, j,
                         out[j], want);
        }
        geometry_release(&g);
    }
}

/* The largest pictures, where sums come closest to 2^32; forty pixels of each
 * are compared, and all of a white one. */
static void check_large(const struct sizes *s, unsigned char *from,
                        unsigned char *out)
{
    const struct geometry_rules rules = { .height = s->height,
                                          .width = s->width };
    size_t in_bytes = s->from_height * s->from_width;
    size_t bytes = s->height * s->width;
    struct geometry g = { 0 };
    struct error err = { 0 };

    assert_true(geometry_init(&g, &rules, s->from_height, s->from_width, &err));
    fill_drawing(from, in_bytes, bytes);
    geometry_apply(&g, from, 1, out);
    for (size_t i = 0; i < bytes; i += bytes / 40 + 1)
        if (out[i] != tents(s, from, i / s->width, i % s->width))
            fail_msg("%zux%zu: byte %zu", s->height, s->width, i);
    memset(from, 255, in_bytes);
    geometry_apply(&g, from, 1, out);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(out[i], 255);
    geometry_release(&g);
}

static void test_large_sizes(void **state)
{
    (void)state;
    static const struct sizes cases[] = {
        { 5, 3, 1024, 1024 },   { 3, 7, 1, 1 << 20 }, { 2, 2, 1 << 20, 1 },
        { 1024, 1024, 3, 5 },   { 1, 1 << 20, 1, 9 }, { 28, 28, 1024, 1023 },
        { 1023, 1025, 17, 31 }, { 1, 1, 1024, 1024 }, { 33, 2, 1021, 1019 },
    };
    unsigned char *from = malloc(1 << 20), *out = malloc(1 << 20);

    assert_true(from && out);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_large(&cases[i], from, out);
    free(from);
    free(out);
}

/* ---- rules ---- */

static void test_none(void **state)
{
    (void)state;
    static const struct geometry_rules some[] = {
        { .transpose = true }, { .invert = true }, { .height = 1 },
        { .width = 1 },        { .pad = 1 },
    };
    static const struct geometry_rules none = { .resample = RESAMPLE_NEAREST };
    unsigned char out[sizeof noise_picture];
    struct geometry g = { 0 };
    struct error err = { 0 };

    for (size_t i = 0; i < COUNT_OF(some); i++)
        assert_false(geometry_is_none(&some[i]));
    assert_true(geometry_is_none(&none));
    assert_true(geometry_init(&g, &none, 4, 5, &err));
    geometry_apply(&g, noise_picture, 1, out);
    assert_memory_equal(out, noise_picture, sizeof out);
    geometry_release(&g);
    assert_string_equal(resample_name(RESAMPLE_BILINEAR), "bilinear");
    assert_string_equal(resample_name(RESAMPLE_NEAREST), "nearest");
}

static void test_sizes_refused(void **state)
{
    (void)state;
    static const uint64_t most = UINT64_MAX;
    const struct {
        struct geometry_rules rules;
        size_t height, width;
        const char *part; /* NULL: taken */
    } cases[] = {
        { { .height = 1024, .width = 1024 }, 28, 28, NULL },
        { { .height = 1024, .width = 1025 }, 28, 28, "larger than 1 MB" },
        { { .height = 1022, .width = 1022, .pad = 1 }, 28, 28, NULL },
        { { .height = 1022, .width = 1023, .pad = 1 }, 28, 28, "--pad" },
        { { .pad = 498 }, 28, 28, NULL },
        { { .pad = 499 }, 28, 28, "larger than 1 MB" },
        { { .pad = most }, 28, 28, "larger than 1 MB" },
        { { .pad = most / 2 + 1 }, 28, 28, "larger than 1 MB" },
        { { .height = most }, 28, 28, "larger than 1 MB" },
        { { .height = most, .width = most }, 28, 28, "larger than 1 MB" },
        { { .height = most, .pad = 1 }, 28, 28, "larger than 1 MB" },
        { { .width = UINT64_C(1) << 63, .height = 2 }, 28, 28, "--size" },
        { { .height = 4 }, 28, 1 << 18, NULL },
        { { .height = 5 }, 28, 1 << 18, "larger than 1 MB" },
        { { .transpose = true, .height = 5 }, 28, 1 << 18, NULL },
        { { .invert = true }, 0, 28, "the rows are no pictures" },
        { { .invert = true }, 28, 0, "the rows are no pictures" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct geometry g = { .in_height = 4711 };
        struct error err = { 0 };
        bool ok = geometry_init(&g, &cases[i].rules, cases[i].height,
                                cases[i].width, &err);

        if (ok != (cases[i].part == NULL))
            fail_msg("row %zu", i);
        if (ok) {
            geometry_release(&g);
        } else {
            assert_error(err, FAIL_USAGE, cases[i].part);
            assert_int_equal(g.in_height, 4711);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_small_sizes),
        cmocka_unit_test(test_large_sizes),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_sizes_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
