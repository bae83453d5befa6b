/* SPDX-License-Identifier: MIT */
/* Trees that are none: what is in the way is refused without a look inside,
 * and pictures that do not fit by name. */
#include <png.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "format/tree.h"
#include "made_tree.h"

/* A picture of another kind, by libpng itself. */
static void put_other_png(const char *path, int depth, int color)
{
    FILE *f = fopen(path, "wb");
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_byte row[TREE_WIDTH * 8] = { 0 };

    png_init_io(png, f);
    png_set_IHDR(png, info, TREE_WIDTH, TREE_HEIGHT, depth, color,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < TREE_HEIGHT; y++)
        png_write_row(png, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    fclose(f);
}

/* Opening the tree fails, and *t stays as it was. */
#define check_refused(code, part) refused_check("t", code, part)
static void refused_check(const char *dir, enum fail code, const char *part)
{
    struct error err = { 0 };
    struct tree t = { 0 };

    assert_false(tree_open(&t, dir, &err));
    assert_error(err, code, part);
    assert_null(t.images.in);
    assert_null(t.labels.in);
    assert_null(t.classes);
}

/* Opening the tree does not look at the second picture; reading does, after
 * the first one has come. */
static void check_second_refused(const char *part)
{
    struct error err = { 0 };
    struct tree t = { 0 };
    unsigned char got[2 * TREE_PIXELS];

    assert_true(tree_open(&t, "t", &err));
    assert_int_equal(array_read_native(&t.images, got, TREE_PIXELS, &err),
                     TREE_PIXELS);
    assert_int_equal(got[0], 10);
    assert_int_equal(array_read_native(&t.images, got, TREE_PIXELS, &err), -1);
    assert_error(err, FAIL_DATA, part);
    tree_close(&t);
}

static void test_trailing_slash(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct tree t = { 0 };

    tree_make();
    file_make("t/1/b.png", "", 0);
    assert_true(tree_open(&t, "t/", &err));
    assert_string_equal(t.images.in->name, "t/");
    unsigned char got[2 * TREE_PIXELS];
    assert_int_equal(array_read_native(&t.images, got, sizeof got, &err), -1);
    assert_error(err, FAIL_DATA, "'t/1/b.png' is no PNG picture: it is empty");
    tree_close(&t);
}

/* ---- what is in the way ---- */

static void test_no_tree(void **state)
{
    (void)state;
    refused_check("t", FAIL_SYSTEM, "cannot open directory 't': No such file");
    file_make("t", "x", 1);
    refused_check("t", FAIL_SYSTEM, "cannot open directory 't': Not a dir");
    unlink("t");
    tree_make_dir("t");
    check_refused(FAIL_DATA, "'t' holds no picture; a tree has a folder");
    tree_make_dir("t/0");
    check_refused(FAIL_DATA, "'t' holds no picture");
    tree_make_dir("t/zero");
    check_refused(FAIL_DATA, "'t' holds no picture");
}

static void make_fifo(const char *path)
{
    assert_int_equal(mkfifo(path, 0666), 0);
}

static void make_text(const char *path)
{
    file_make(path, "a text\n", 7);
}

static void make_dangling_link(const char *path)
{
    assert_int_equal(symlink("nowhere", path), 0);
}

static void make_link_to_fifo(const char *path)
{
    make_fifo("fifo");
    char target[1024];
    assert_non_null(getcwd(target, sizeof target - 6));
    strcat(target, "/fifo");
    assert_int_equal(symlink(target, path), 0);
}

static void make_link_to_device(const char *path)
{
    assert_int_equal(symlink("/dev/zero", path), 0);
}

/* Were a FIFO opened, the test would wait for ever. */
static void test_in_the_way(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        void (*make)(const char *path);
        enum fail code;
        const char *part;
    } cases[] = {
        { "t/2", make_fifo, FAIL_DATA, "'t/2' is not a folder; a tree has" },
        { "t/notes.txt", make_text, FAIL_DATA, "'t/notes.txt' is not a fol" },
        { "t/c.png", make_text, FAIL_DATA, "'t/c.png' is not a folder" },
        { "t/2", make_link_to_fifo, FAIL_DATA, "'t/2' is not a folder" },
        { "t/2", make_dangling_link, FAIL_SYSTEM, "cannot read 't/2': No su" },
        { "t/1/c.png", make_fifo, FAIL_DATA,
          "'t/1/c.png' is a pipe or a device; a tree holds .png pictures" },
        { "t/1/c.png", make_link_to_fifo, FAIL_DATA, "'t/1/c.png' is a pipe" },
        { "t/1/c.png", make_link_to_device, FAIL_DATA, "'t/1/c.png' is a pip" },
        { "t/1/c.png", tree_make_dir, FAIL_DATA,
          "'t/1/c.png' is a directory; a" },
        { "t/1/c.png", make_dangling_link, FAIL_SYSTEM,
          "cannot read 't/1/c.png': No such file" },
        { "t/1/c", make_fifo, FAIL_DATA, "'t/1/c' has no name in .png; a tr" },
        { "t/1/c.txt", make_text, FAIL_DATA, "'t/1/c.txt' has no name in .p" },
        { "t/1/c.jpg", make_text, FAIL_DATA, "remove it or convert it" },
        { "t/1/c.PNG", make_text, FAIL_DATA, "'t/1/c.PNG' has no name in .p" },
        { "t/1/more", tree_make_dir, FAIL_DATA,
          "'t/1/more' has no name in .png" },
    };

    tree_make();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cases[i].make(cases[i].path);
        check_refused(cases[i].code, cases[i].part);
        assert_int_equal(remove(cases[i].path), 0);
        (void)remove("fifo");
    }
    struct error err = { 0 };
    struct tree t = { 0 };
    assert_true(tree_open(&t, "t", &err));
    tree_close(&t);
}

/* ---- pictures that are none ---- */

static void test_no_pictures(void **state)
{
    (void)state;
    static const struct bytes_refused cases[] = {
        { "", 0, "'t/1/b.png' is no PNG picture: it is empty" },
        { "a text\n", 7, "'t/1/b.png' is no PNG picture: it is text; get" },
        { "<html>", 6, "'t/1/b.png' is no PNG picture: it is a web page" },
        { "\0\0\x08\3", 4, "'t/1/b.png' is no PNG picture: it is IDX" },
        { "\x1f\x8b\x08\0", 4, "'t/1/b.png' is no PNG picture: it is gzip" },
        { "\xff\xd8\xff\xe0\0\x10", 6, "it is of an unknown kind" },
        { "\x89PNG\r\n\x1A\n", 8, "'t/1/b.png' ends early" },
    };

    tree_make();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        file_make("t/1/b.png", cases[i].bytes, cases[i].n);
        check_second_refused(cases[i].part);
    }
    file_make("t/0/a.png", "a text\n", 7); /* the first is read at once */
    check_refused(FAIL_DATA, "'t/0/a.png' is no PNG picture: it is text");
}

static void test_other_kinds(void **state)
{
    (void)state;
    tree_make();
    put_other_png("t/1/b.png", 16, PNG_COLOR_TYPE_GRAY);
    check_second_refused("'t/1/b.png' is a PNG, but not 8-bit grey");
    put_other_png("t/1/b.png", 8, PNG_COLOR_TYPE_RGB);
    check_second_refused("'t/1/b.png' is a PNG, but not 8-bit grey");
    put_other_png("t/0/a.png", 16, PNG_COLOR_TYPE_GRAY);
    check_refused(FAIL_DATA, "'t/0/a.png' is a PNG, but not 8-bit grey");
}

/* Also where the number of pixels is the same. */
static void test_other_sizes(void **state)
{
    (void)state;
    tree_make();
    tree_put_sized("t/1/b.png", 20, TREE_WIDTH, TREE_HEIGHT);
    check_second_refused("'t/1/b.png' has 3 x 2 pixels, and 't/0/a.png' has "
                         "2 x 3; all pictures of a tree must have one size");
    tree_put_sized("t/1/b.png", 20, TREE_HEIGHT, TREE_WIDTH + 1);
    check_second_refused("'t/1/b.png' has 2 x 4 pixels");
    tree_put_sized("t/1/b.png", 20, 1, 1);
    check_second_refused("'t/1/b.png' has 1 x 1 pixels");
}

/* Cut anywhere, or longer than it says. */
static void test_damaged(void **state)
{
    (void)state;
    unsigned char bytes[1000];

    tree_make();
    FILE *f = fopen("t/1/b.png", "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes - 1, f);
    fclose(f);
    assert_in_range(n, 60, 200);
    for (size_t cut = 8; cut < n; cut++) {
        file_make("t/1/b.png", bytes, cut);
        check_second_refused("'t/1/b.png' ends early");
    }
    bytes[n] = 0;
    file_make("t/1/b.png", bytes, n + 1);
    check_second_refused("'t/1/b.png' goes on after the end");
}

/* ---- the system refuses ---- */

/* Each returns 0 when the refusal is as it should be. */
static int open_forbidden(void *path)
{
    struct error err = { 0 };
    struct tree t = { 0 };

    if (!privileges_drop())
        return 2;
    return !tree_open(&t, "t", &err) && err.code == FAIL_SYSTEM &&
                   strstr(err.text, path) &&
                   strstr(err.text, "Permission denied")
               ? 0
               : 1;
}

static void test_forbidden(void **state)
{
    (void)state;
    static const struct {
        const char *path, *part;
    } cases[] = { { "t", "cannot open directory 't'" },
                  { "t/1", "cannot open directory 't/1'" },
                  { "t/0/a.png", "cannot open 't/0/a.png'" } };

    tree_make();
    assert_int_equal(chmod(".", 0755), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char part[40];
        snprintf(part, sizeof part, "%s", cases[i].part);
        assert_int_equal(chmod(cases[i].path, 0), 0);
        assert_int_equal(child_run(open_forbidden, part), 0);
        assert_int_equal(chmod(cases[i].path, 0755), 0);
    }
}

static int open_interrupted(void *unused)
{
    struct error err = { 0 };
    struct tree t = { 0 };

    (void)unused;
    interrupt_install();
    raise(SIGTERM);
    return !tree_open(&t, "t", &err) && err.code == FAIL_INTERRUPTED ? 0 : 1;
}

static int read_interrupted(void *unused)
{
    struct error err = { 0 };
    struct tree t = { 0 };
    unsigned char got[TREE_PIXELS];

    (void)unused;
    interrupt_install();
    if (!tree_open(&t, "t", &err))
        return 1;
    raise(SIGTERM);
    if (array_read_native(&t.images, got, TREE_PIXELS, &err) != TREE_PIXELS ||
        array_read_native(&t.images, got, TREE_PIXELS, &err) != -1)
        return 2;
    tree_close(&t);
    return err.code == FAIL_INTERRUPTED ? 0 : 3;
}

static void test_interrupted(void **state)
{
    (void)state;
    tree_make();
    assert_int_equal(child_run(open_interrupted, NULL), 0);
    assert_int_equal(child_run(read_interrupted, NULL), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_trailing_slash), IN_TEMP_DIR(test_no_tree),
        IN_TEMP_DIR(test_in_the_way),     IN_TEMP_DIR(test_no_pictures),
        IN_TEMP_DIR(test_other_kinds),    IN_TEMP_DIR(test_other_sizes),
        IN_TEMP_DIR(test_damaged),        IN_TEMP_DIR(test_forbidden),
        IN_TEMP_DIR(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
