/* SPDX-License-Identifier: MIT */
/* Trees, made by hand. */
#include "made_tree.h"

#include <sys/stat.h>

#include "format/pngimage.h"

/* A picture of this size whose pixels are `level` and the numbers after. */
void tree_put_sized(const char *path, unsigned char level, size_t height,
                    size_t width)
{
    unsigned char levels[64];
    struct error err = { 0 };
    struct bytes_writer w;

    for (size_t i = 0; i < sizeof levels; i++)
        levels[i] = (unsigned char)(level + i);
    bytes_writer_init(&w);
    assert_true(pngimage_write(&w.base, levels, width, height, &err));
    file_make(path, w.bytes, w.n);
    bytes_writer_release(&w);
}

void tree_put(const char *path, unsigned char level)
{
    tree_put_sized(path, level, TREE_HEIGHT, TREE_WIDTH);
}

void tree_make_dir(const char *path)
{
    if (mkdir(path, 0777) != 0)
        fail_msg("cannot make the directory '%s'", path);
}

/* Two classes of one picture each. */
void tree_make(void)
{
    tree_make_dir("t");
    tree_make_dir("t/0");
    tree_make_dir("t/1");
    tree_put("t/0/a.png", 10);
    tree_put("t/1/b.png", 20);
}
