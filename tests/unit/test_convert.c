/* SPDX-License-Identifier: MIT */
/* What the filters refuse before they read or reserve anything. Their bytes are
 * compared with numpy's by the tests of the command line. */
#include "pipeline/convert.h"

#include "base/path.h"
#include "helpers.h"

static void test_no_classes(void **state)
{
    const struct convert_paths paths = { .from = "in", .to = "out", .jobs = 1 };
    struct error err = { 0 };

    (void)state;
    assert_false(convert_onehot(&paths, 0, 0, &err));
    assert_error(err, FAIL_USAGE, "0 classes are not possible");
    assert_false(path_is_taken("out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_no_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
