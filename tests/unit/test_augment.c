/* SPDX-License-Identifier: MIT */
/* What copies promise whatever is drawn; tests/cli/augment.bats has their
 * pixels. And the field of displacements. */
#include "stage/augment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "helpers.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE };

static void make_picture(unsigned char *to)
{
    for (int i = 0; i < PIXELS; i++)
        to[i] = (unsigned char)(i * i % 251);
}

static struct augment *begin(const struct augment_rules *rules, uint64_t seed)
{
    static struct augment a;
    struct error err = { 0 };

    assert_true(augment_check(rules, &err));
    assert_true(augment_init(&a, rules, seed, SIDE, SIDE, 1, &err));
    return &a;
}

static void test_copies(void **state)
{
    (void)state;
    static const struct augment_rules cases[] = {
        { .copies = 1, .rotate = 5 },
        { .copies = 1, .shift = 1 },
        { .copies = 1, .stretch = 0.1 },
        { .copies = 1, .shear = 5 },
        { .copies = 1, .elastic = 8, .elastic_sigma = 3 },
    };
    unsigned char from[PIXELS], to[PIXELS], again[PIXELS];

    make_picture(from);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct augment *a = begin(&cases[i], 3);
        augment_picture(a, 0, 7, 0, from, to);
        assert_memory_equal(to, from, PIXELS); /* copy 0 is the picture */
        augment_picture(a, 0, 7, 1, from, to);
        assert_memory_not_equal(to, from, PIXELS);
        augment_picture(a, 0, 8, 1, from, again); /* another row */
        assert_memory_not_equal(to, again, PIXELS);
        augment_picture(a, 0, 7, 2, from, again); /* another copy */
        assert_memory_not_equal(to, again, PIXELS);
        augment_picture(a, 0, 7, 1, from, again); /* the same */
        assert_memory_equal(to, again, PIXELS);
        augment_release(a);
        a = begin(&cases[i], 4); /* another seed */
        augment_picture(a, 0, 7, 1, from, again);
        assert_memory_not_equal(to, again, PIXELS);
        augment_release(a);
    }
}

/* Draws of +-1 pixel stay within one: the middle of a white square is white,
 * and black is black two pixels from it. */
static void test_most(void **state)
{
    (void)state;
    const struct augment_rules rules = { .copies = 1, .shift = 1 };
    unsigned char from[PIXELS] = { 0 }, to[PIXELS];
    struct augment *a = begin(&rules, 0);
    unsigned sides = 0;

    for (int y = 10; y < 18; y++)
        memset(from + y * SIDE + 10, 255, 8);
    for (uint64_t row = 0; row < 500; row++) {
        augment_picture(a, 0, row, 1, from, to);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                bool inside = y >= 11 && y < 17 && x >= 11 && x < 17;
                bool outside = y < 9 || y >= 19 || x < 9 || x >= 19;
                if (inside)
                    assert_int_equal(to[y * SIDE + x], 255);
                if (outside)
                    assert_int_equal(to[y * SIDE + x], 0);
            }
        /* all four sides come about */
        sides |= (to[14 * SIDE + 9] > 200 ? 1u : 0) |
                 (to[14 * SIDE + 18] > 200 ? 2u : 0) |
                 (to[9 * SIDE + 14] > 200 ? 4u : 0) |
                 (to[18 * SIDE + 14] > 200 ? 8u : 0);
    }
    assert_int_equal(sides, 15);
    augment_release(a);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        struct augment_rules rules;
        const char *part;
    } cases[] = {
        { { .rotate = 1 }, "go with --augment" },
        { { .elastic = 1, .elastic_sigma = 4 }, "go with --augment" },
        { { .copies = 1 }, "as they are" },
        { { .copies = 256, .rotate = 1 }, "--augment 256" },
        { { .copies = 1, .rotate = 181 }, "--rotate 181" },
        { { .copies = 1, .rotate = -1 }, "--rotate -1" },
        { { .copies = 1, .rotate = NAN }, "--rotate nan" },
        { { .copies = 1, .shift = 1001 }, "--shift 1001" },
        { { .copies = 1, .stretch = 0.91 }, "--stretch 0.91" },
        { { .copies = 1, .shear = 60.5 }, "--shear 60.5" },
        { { .copies = 1, .elastic = 1e9, .elastic_sigma = 4 }, "--elastic" },
        { { .copies = 1, .elastic = 1, .elastic_sigma = 0.4 }, "0.4" },
        { { .copies = 1, .elastic = 1, .elastic_sigma = 33 }, "33" },
        { { .copies = 1, .elastic = 1, .elastic_sigma = NAN }, "nan" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        assert_false(augment_check(&cases[i].rules, &err));
        assert_error(err, FAIL_USAGE, cases[i].part);
    }
}

/* ---- the field ---- */

/* Noise that is the same everywhere moves all pixels by alpha, but for those
 * that the Gaussian finds an edge beside. */
static void test_constant_noise(void **state)
{
    (void)state;
    static unsigned char noise[2 * PIXELS];
    static int32_t u[PIXELS], v[PIXELS];
    struct error err = { 0 };
    struct elastic e = { 0 };

    memset(noise, 255, PIXELS);
    assert_true(elastic_init(&e, 3, 4, SIDE, SIDE, &err));
    assert_int_equal(elastic_noise_bytes(&e), sizeof noise);
    elastic_field(&e, noise, u, v);
    for (int y = 12; y < 16; y++)
        for (int x = 12; x < 16; x++) {
            assert_in_range(u[y * SIDE + x], 3 * WARP_ONE - 2,
                            3 * WARP_ONE + 2);
            assert_in_range(-v[y * SIDE + x], 3 * WARP_ONE - 2,
                            3 * WARP_ONE + 2);
        }
    assert_in_range(u[0], WARP_ONE / 2, WARP_ONE); /* a quarter is left */
    elastic_release(&e);
}

/* 0.16 alpha / sigma, as the header says, for noise that is uniform. */
static void test_strength(void **state)
{
    (void)state;
    enum { WIDE = 200, ALL = WIDE * WIDE };
    struct error err = { 0 };
    struct elastic e = { 0 };
    unsigned char *noise = malloc(2 * ALL);
    int32_t *u = malloc(ALL * sizeof *u), *v = malloc(ALL * sizeof *v);
    uint64_t state_of_noise = 1;
    double squares = 0;
    size_t count = 0;

    assert_true(noise && u && v);
    for (size_t i = 0; i < 2 * ALL; i++) {
        state_of_noise = state_of_noise * 6364136223846793005u + 1;
        noise[i] = (unsigned char)(state_of_noise >> 56);
    }
    assert_true(elastic_init(&e, 34, 4, WIDE, WIDE, &err));
    elastic_field(&e, noise, u, v);
    for (size_t y = 20; y < WIDE - 20; y++)
        for (size_t x = 20; x < WIDE - 20; x++, count++) {
            double pixels = (double)u[y * WIDE + x] / WARP_ONE;
            squares += pixels * pixels;
        }
    double measured = sqrt(squares / (double)count);
    if (fabs(measured / (0.163 * 34 / 4) - 1) > 0.1)
        fail_msg("%g pixels", measured);
    elastic_release(&e);
    free(noise);
    free(u);
    free(v);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies),   cmocka_unit_test(test_most),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_constant_noise),
        cmocka_unit_test(test_strength),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
