/* SPDX-License-Identifier: MIT */
/* Pictures encoded by several threads are those that one by one come out. */
#include "format/pngblock.h"

#include <string.h>

#include "base/sizes.h"
#include "format/pngimage.h"
#include "helpers.h"

enum { WIDTH = 9, HEIGHT = 7, PIXELS = WIDTH * HEIGHT, ROWS = 200 };

static unsigned char levels[ROWS * PIXELS];

static int make_levels(void **state)
{
    (void)state;
    fill_noise(levels, sizeof levels, 3);
    memset(levels, 0, sizeof levels / 4); /* some are smaller than others */
    return 0;
}

static void check_block(const struct pngblock *p, size_t first, size_t rows)
{
    struct bytes_writer want;
    struct error err = { 0 };

    bytes_writer_init(&want);
    for (size_t i = 0; i < rows; i++) {
        size_t n = 0;
        const unsigned char *png = pngblock_at(p, i, &n);
        want.n = 0;
        assert_true(pngimage_write(&want.base, levels + (first + i) * PIXELS,
                                   WIDTH, HEIGHT, &err));
        assert_int_equal(n, want.n);
        assert_memory_equal(png, want.bytes, n);
    }
    bytes_writer_release(&want);
}

static void test_same_pictures(void **state)
{
    (void)state;
    static const unsigned workers[] = { 1, 2, 3, 16 };
    static const size_t blocks[] = { ROWS, 1, 0, 17, ROWS / 2 };

    for (size_t i = 0; i < COUNT_OF(workers); i++) {
        struct pngblock p = { 0 };
        struct error err = { 0 };
        assert_true(pngblock_init(&p, workers[i], ROWS, &err));
        for (size_t k = 0; k < COUNT_OF(blocks); k++) {
            size_t first = ROWS - blocks[k];
            assert_true(pngblock_encode(&p, levels + first * PIXELS, blocks[k],
                                        WIDTH, HEIGHT, &err));
            check_block(&p, first, blocks[k]);
        }
        assert_no_error(err);
        pngblock_release(&p);
        pngblock_release(&p);
    }
}

/* libpng refuses a picture without rows or columns. */
static void test_failure(void **state)
{
    (void)state;
    struct pngblock p = { 0 };
    struct error err = { 0 };

    assert_true(pngblock_init(&p, 2, ROWS, &err));
    assert_false(pngblock_encode(&p, levels, 3, 0, HEIGHT, &err));
    assert_error(err, FAIL_SYSTEM, "as a PNG");
    pngblock_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_pictures),
        cmocka_unit_test(test_failure),
    };

    return cmocka_run_group_tests(tests, make_levels, NULL);
}
