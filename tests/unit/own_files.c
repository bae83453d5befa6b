/* SPDX-License-Identifier: MIT */
/* Small files of every kind, and what input makes of them. */
#include "own_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "fixtures.h"
#include "helpers.h"

/* ---- making ---- */

void put(const char *path, const void *bytes, size_t n, bool g)
{
    struct made file = made_copy(bytes, n);
    const char *slash = strrchr(path, '/');
    struct error err = { 0 };
    char parent[200];

    if (slash) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        assert_true(directory_make(parent, &err));
    }
    (g ? made_put_gzip : made_put)(path, &file);
    made_release(&file);
}

/* What its suffix says: x.csv.gz is a table, packed. A slash at the end makes a
 * folder. */
static void put_by_name(const char *path)
{
    static const struct {
        const char *part, *bytes;
        size_t n;
    } kinds[] = {
        { ".csv", BYTES(CSV) },
        { ".npy", BYTES(NPY) },
        { ".png", BYTES(PNG) },
        { "", BYTES(IDX) },
    };
    size_t length = strlen(path), i = 0;
    struct error err = { 0 };

    if (path[length - 1] == '/') {
        assert_true(directory_make(path, &err));
        return;
    }
    while (!strstr(path, kinds[i].part))
        i++;
    put(path, kinds[i].bytes, kinds[i].n,
        length > 3 && strcmp(path + length - 3, ".gz") == 0);
}

void put_all(const char *paths)
{
    char one[200];

    while (*paths) {
        size_t n = strcspn(paths, " ");
        snprintf(one, sizeof one, "%.*s", (int)n, paths);
        put_by_name(one);
        paths += n + strspn(paths + n, " ");
    }
}

void remove_all(void)
{
    assert_int_equal(system("rm -rf ./*"), 0); /* NOLINT(cert-env33-c) */
}

/* ---- telling ---- */

static size_t tell(char *to, size_t used, size_t size, const char *before,
                   const char *text)
{
    if (used >= size || !text)
        return used;
    return used +
           (size_t)snprintf(to + used, size - used, "%s%s", before, text);
}

/* "name: train arrays IMAGES LABELS; test ...". */
static void describe(const struct input *in, char *to, size_t size)
{
    static const char *const forms[] = { " arrays", " npz", " table", " tree" };
    size_t used = tell(to, 0, size, in->name, ":");

    for (size_t i = 0; i < in->split_count; i++) {
        const struct input_split *s = &in->split[i];
        used = tell(to, used, size, i ? "; " : " ", s->name);
        used = tell(to, used, size, forms[s->form], "");
        for (int part = 0; part < CATALOGUE_PARTS; part++) {
            used = tell(to, used, size, " ", s->path[part]);
            used = tell(to, used, size, ":", s->member[part]);
        }
        assert_null(s->published);
    }
}

void assert_described(const struct input *in, const char *want)
{
    char got[2000];

    assert_null(in->dataset);
    describe(in, got, sizeof got);
    if (strcmp(got, want) != 0)
        fail_msg("%s\nexpected: %s", got, want);
}

void expect_path(const char *name, const char *path, const char *split,
                 const char *want)
{
    struct input in = { 0 };
    struct error err = { 0 };
    bool ok = input_of_path(&in, name, path, split, &err);

    assert_no_error(err);
    assert_true(ok);
    assert_described(&in, want);
    input_release(&in);
    assert_null(in.name);
    input_release(&in);
}

void expect_refusal(const char *name, const char *path, const char *split,
                    enum fail code, const char *part)
{
    struct input in = { 0 };
    struct error err = { 0 };

    if (input_of_path(&in, name, path, split, &err))
        fail_msg("'%s' was accepted, instead of: %s", path, part);
    assert_error(err, code, part);
    input_release(&in);
}
