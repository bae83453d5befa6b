/* SPDX-License-Identifier: MIT */
/* Folders with all that is in them: counted and removed, and no link
 * followed. */
#include "base/folder.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/path.h"
#include "helpers.h"

static void make_tree(void)
{
    assert_int_equal(mkdir("top", 0777), 0);
    assert_int_equal(mkdir("top/a", 0777), 0);
    assert_int_equal(mkdir("top/a/b", 0777), 0);
    file_make("top/one", "1", 1);
    file_make("top/a/two", "22", 2);
    file_make("top/a/b/three", "333", 3);
}

static void test_measure(void **state)
{
    struct error err = { 0 };
    uint64_t files = 99, bytes = 99;

    (void)state;
    make_tree();
    assert_true(folder_measure("top", &files, &bytes, &err));
    assert_int_equal(files, 3);
    assert_int_equal(bytes, 6);
    assert_true(folder_measure("top/one", &files, &bytes, &err));
    assert_int_equal(files, 1);
    assert_int_equal(bytes, 1);
    assert_false(folder_measure("nowhere", &files, &bytes, &err));
    assert_error(err, FAIL_SYSTEM, "nowhere");
}

static void test_remove(void **state)
{
    struct error err = { 0 };

    (void)state;
    make_tree();
    assert_int_equal(mkdir("kept", 0777), 0);
    file_make("kept/file", "x", 1);
    assert_int_equal(symlink("../kept", "top/link"), 0);
    assert_int_equal(symlink("../../kept/file", "top/a/link"), 0);
    assert_true(folder_remove("top", &err));
    assert_false(path_is_taken("top"));
    assert_true(file_holds("kept/file", "x", 1));
    assert_true(folder_remove("top", &err)); /* it is gone: fine */
    assert_true(folder_remove("kept/file", &err));
    assert_int_equal(entries_count("kept"), 0);
    assert_no_error(err);
}

/* A link in the place of the folder is removed itself. */
static void test_link(void **state)
{
    struct error err = { 0 };

    (void)state;
    make_tree();
    assert_int_equal(symlink("top", "link"), 0);
    assert_true(folder_remove("link", &err));
    assert_false(path_is_taken("link"));
    assert_true(file_holds("top/a/b/three", "333", 3));
}

static void test_too_deep(void **state)
{
    struct error err = { 0 };
    char path[256] = "deep";
    size_t used = 4;

    (void)state;
    assert_int_equal(mkdir(path, 0777), 0);
    for (int i = 0; i < FOLDER_DEPTH_MAX; i++) {
        used += (size_t)snprintf(path + used, sizeof path - used, "/d");
        assert_int_equal(mkdir(path, 0777), 0);
    }
    assert_false(folder_remove("deep", &err));
    assert_error(err, FAIL_SYSTEM, "deep");
    assert_true(path_is_taken(path));
}

/* What a killed run has left is swept, be it a folder. */
static void test_sweep(void **state)
{
    (void)state;
    assert_int_equal(mkdir(DIRECTORY_TEMP_PREFIX "999999999-png", 0777), 0);
    file_make(DIRECTORY_TEMP_PREFIX "999999999-png/x", "x", 1);
    file_make("kept", "x", 1);
    directory_sweep(".");
    assert_int_equal(entries_count("."), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_measure), IN_TEMP_DIR(test_remove),
        IN_TEMP_DIR(test_link),    IN_TEMP_DIR(test_too_deep),
        IN_TEMP_DIR(test_sweep),
    };

    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
