/* SPDX-License-Identifier: MIT */
/* Maps whose pictures are known beforehand. */
#include "stage/warp.h"

#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

#define ONE ((int64_t)WARP_ONE)

static const unsigned char picture[3][4] = { { 10, 20, 30, 40 },
                                             { 50, 60, 70, 80 },
                                             { 90, 100, 110, 120 } };

static void test_known(void **state)
{
    (void)state;
    static const struct {
        struct warp_map map;
        unsigned char to[3][4];
    } cases[] = {
        /* as it is */
        { { { 0, ONE, 0 }, { 0, 0, ONE } },
          { { 10, 20, 30, 40 }, { 50, 60, 70, 80 }, { 90, 100, 110, 120 } } },
        /* one pixel to the left: the right edge goes on */
        { { { ONE, ONE, 0 }, { 0, 0, ONE } },
          { { 20, 30, 40, 40 }, { 60, 70, 80, 80 }, { 100, 110, 120, 120 } } },
        /* two pixels down: the upper edge goes on */
        { { { 0, ONE, 0 }, { -2 * ONE, 0, ONE } },
          { { 10, 20, 30, 40 }, { 10, 20, 30, 40 }, { 10, 20, 30, 40 } } },
        /* half a pixel to the left, a quarter up */
        { { { ONE / 2, ONE, 0 }, { ONE / 4, 0, ONE } },
          { { 25, 35, 45, 50 }, { 65, 75, 85, 90 }, { 95, 105, 115, 120 } } },
        /* a share that is no half: 10 + 10 * 0.749 is rounded down */
        { { { ONE * 749 / 1000, 0, 0 }, { 0, 0, 0 } },
          { { 17, 17, 17, 17 }, { 17, 17, 17, 17 }, { 17, 17, 17, 17 } } },
        /* halves are rounded up: 10 + 10 * 0.25 */
        { { { ONE / 4, 0, 0 }, { 0, 0, 0 } },
          { { 13, 13, 13, 13 }, { 13, 13, 13, 13 }, { 13, 13, 13, 13 } } },
        /* mirrored */
        { { { 3 * ONE, -ONE, 0 }, { 0, 0, ONE } },
          { { 40, 30, 20, 10 }, { 80, 70, 60, 50 }, { 120, 110, 100, 90 } } },
        /* transposed, as far as it goes */
        { { { 0, 0, ONE }, { 0, ONE, 0 } },
          { { 10, 50, 90, 90 }, { 20, 60, 100, 100 }, { 30, 70, 110, 110 } } },
        /* far away on both sides */
        { { { ONE << 30, ONE, 0 }, { -(ONE << 30), 0, ONE } },
          { { 40, 40, 40, 40 }, { 40, 40, 40, 40 }, { 40, 40, 40, 40 } } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char to[3][4];
        warp_picture(&picture[0][0], 3, 4, &cases[i].map, NULL, &to[0][0]);
        if (memcmp(to, cases[i].to, sizeof to) != 0)
            fail_msg("case %zu begins with %u %u %u %u, %u %u", i, to[0][0],
                     to[0][1], to[0][2], to[0][3], to[1][0], to[1][1]);
    }
}

/* Each pixel has a displacement of its own, in both directions. */
static void test_field(void **state)
{
    (void)state;
    static const int32_t u[12] = { WARP_ONE, 0, 0, 0, 0, 0, 0, -WARP_ONE / 2 };
    static const int32_t v[12] = { WARP_ONE, 0, 0, WARP_ONE / 2 };
    static const unsigned char expected[3][4] = { { 60, 20, 30, 60 },
                                                  { 50, 60, 70, 75 },
                                                  { 90, 100, 110, 120 } };
    const struct warp_map same = { { 0, ONE, 0 }, { 0, 0, ONE } };
    const struct warp_field field = { u, v };
    unsigned char to[3][4];

    warp_picture(&picture[0][0], 3, 4, &same, &field, &to[0][0]);
    assert_memory_equal(to, expected, sizeof to);
}

/* One pixel has no neighbours, and nothing else may be read: sanitizers see. */
static void test_one_pixel(void **state)
{
    (void)state;
    const struct warp_map map = { { 12345, 777, -999 }, { -54321, 33, 7 } };
    unsigned char from = 77, to = 0;

    warp_picture(&from, 1, 1, &map, NULL, &to);
    assert_int_equal(to, 77);
}

/* Black stays black and white white, wherever between pixels. */
static void test_extremes(void **state)
{
    (void)state;
    unsigned char black[64] = { 0 }, white[64], to[64];

    memset(white, 255, sizeof white);
    for (int64_t shift = -ONE; shift < ONE; shift += 97) {
        const struct warp_map map = { { shift, ONE, 3 },
                                      { shift / 3, 5, ONE } };
        warp_picture(black, 8, 8, &map, NULL, to);
        assert_memory_equal(to, black, sizeof to);
        warp_picture(white, 8, 8, &map, NULL, to);
        assert_memory_equal(to, white, sizeof to);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_one_pixel),
        cmocka_unit_test(test_extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
