/* SPDX-License-Identifier: MIT */
/* What is in a directory. */
#include "base/listing.h"

#include <sys/stat.h>
#include <unistd.h>

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

static void test_folder(void **state)
{
    (void)state;
    make_things();
    assert_true(path_is_folder("top"));
    assert_true(path_is_folder("top/link"));
    assert_false(path_is_folder("top/b"));
    assert_false(path_is_folder("top/dangling"));
    assert_false(path_is_folder("nowhere"));
}

static void test_has(void **state)
{
    (void)state;
    make_things();
    assert_true(folder_has("top", "b"));
    assert_true(folder_has("top/", "b"));
    assert_true(folder_has("top", ".hidden"));
    assert_true(folder_has("top/link", ".."));
    assert_false(folder_has("top", "dangling"));
    assert_false(folder_has("top", "c"));
    assert_false(folder_has("top/b", "b"));
    assert_false(folder_has("nowhere", "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_read),
        IN_TEMP_DIR(test_folder),
        IN_TEMP_DIR(test_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
