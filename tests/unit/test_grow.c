/* SPDX-License-Identifier: MIT */
/* Arrays that grow: nothing is lost, and what cannot be had is refused. */
#include "base/grow.h"

#include <stdlib.h>

#include "helpers.h"

static void test_grows_and_keeps(void **state)
{
    (void)state;
    struct error err = { 0 };
    uint32_t *array = NULL;
    size_t room = 0, moves = 0;

    for (uint32_t i = 0; i < 100000; i++) {
        size_t before = room;
        uint32_t *grown = array_grow(array, &room, i + 1, sizeof *grown, &err);
        assert_non_null(grown);
        assert_true(room > i);
        if (room == before)
            assert_ptr_equal(grown, array);
        moves += room != before;
        array = grown;
        array[i] = ~i;
    }
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(array[i], ~i);
    assert_in_range(moves, 1, 17); /* doubled, not one by one */
    free(array);
}

/* A block that needs more than twice the room gets it at once. */
static void test_jumps(void **state)
{
    (void)state;
    struct error err = { 0 };
    size_t room = 0;
    char *array = array_grow(NULL, &room, 1, 1, &err);

    assert_non_null(array);
    char *larger = array_grow(array, &room, 1000001, 1, &err);
    assert_non_null(larger);
    assert_true(room >= 1000001);
    larger[1000000] = 1;
    free(larger);
}

/* NULL always means that there was no memory. */
static void test_none_needed(void **state)
{
    (void)state;
    struct error err = { 0 };
    size_t room = 0;
    char *array = array_grow(NULL, &room, 0, 1, &err);

    assert_non_null(array);
    assert_true(room > 0);
    free(array);
}

static void test_too_large(void **state)
{
    (void)state;
    static const struct {
        size_t needed, size;
    } cases[] = {
        { SIZE_MAX / 8 + 1, 8 }, /* the product does not fit */
        { SIZE_MAX / 2 + 2, 2 }, /* nor when the room is not doubled */
        { SIZE_MAX, SIZE_MAX },
        { PTRDIFF_MAX, 1 }, /* it fits, and doubled no object is so large */
    };
    struct error none = { 0 };
    size_t room = 0;
    char *array = array_grow(NULL, &room, 5, 1, &none);
    size_t before = room;

    assert_non_null(array);
    array[4] = 'x';
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = { 0 };
        assert_null(
            array_grow(array, &room, cases[i].needed, cases[i].size, &err));
        assert_error(err, FAIL_SYSTEM, "out of memory");
        assert_int_equal(room, before);
        assert_int_equal(array[4], 'x');
    }
    free(array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_keeps),
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_none_needed),
        cmocka_unit_test(test_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
