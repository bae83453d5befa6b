/* SPDX-License-Identifier: MIT */
/* What the stages of a split take room for. What comes out of them is compared
 * with numpy's by the tests of prep. */
#include "pipeline/rowstages.h"

#include "helpers.h"

enum { SIDE = 4, ROWS = 8 };

static void init(struct rowstages *s, const struct recipe *recipe,
                 unsigned jobs)
{
    const struct array_info images = { DTYPE_U8, 3, { ROWS, SIDE, SIDE } };
    struct row_shape shape;
    struct error err = { 0 };

    assert_true(row_shape_of(&shape, recipe, &images, &err));
    assert_true(
        rowstages_init(s, recipe, &shape, 10, NULL, true, ROWS, jobs, &err));
    assert_no_error(err);
}

/* A recipe's copies are those of train: val and test pay nothing for them. */
static void test_room_for_copies(void **state)
{
    struct recipe recipe = { .scale = { .mode = SCALE_UNIT },
                             .dtype = DTYPE_F32,
                             .label_dtype = DTYPE_U8 };
    struct rowstages s;

    (void)state;
    recipe.augment.copies = 3;
    init(&s, &recipe, 2);
    assert_non_null(s.deformed);
    assert_int_equal(s.augment.workers, 2);
    rowstages_release(&s);

    init(&s, &recipe, 0);
    assert_null(s.deformed);
    assert_int_equal(s.augment.workers, 0);

    unsigned char images[ROWS * SIDE * SIDE] = { 0 };
    struct block rows = { .images = images, .rows = ROWS };
    struct error err = { 0 };
    assert_ptr_equal(rowstages_levels(&s, &rows, &err), images);
    rowstages_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_room_for_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
