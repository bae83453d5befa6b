/* SPDX-License-Identifier: MIT */
/* What is in a directory. */
#include "base/listing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "helpers.h"

static void make_things(void)
{
    assert_int_equal(mkdir("top", 0777), 0);
    assert_int_equal(mkdir("top/folder", 0777), 0);
    file_make("top/b", "1", 1);
    file_make("top/B", "1", 1);
    file_make("top/.hidden", "1", 1);
    assert_int_equal(symlink("folder", "top/link"), 0);
    assert_int_equal(symlink("nowhere", "top/dangling"), 0);
}

static void test_read(void **state)
{
    static const char *const names[] = { "B", "b", "dangling", "folder",
                                         "link" };
    struct listing l = { 0 };
    struct error err = { 0 };

    (void)state;
    make_things();
    assert_true(listing_read(&l, "top", &err));
    assert_int_equal(l.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < l.count; i++)
        assert_string_equal(l.name[i], names[i]);
    listing_release(&l);
    assert_int_equal(l.count, 0);

    assert_false(listing_read(&l, "nowhere", &err));
    assert_error(err, FAIL_SYSTEM, "'nowhere'");
    listing_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
