/* SPDX-License-Identifier: MIT */
/* A staging folder, and the two renames. */
#include "pipeline/outputtree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/folder.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"

bool output_tree_name(struct output_tree *t, const char *dir, const char *name,
                      enum outputs_mode mode, struct error *err)
{
    t->mode = mode;
    t->name = text_copy(name, err);
    t->path = path_join(dir, name, err);
    t->staging = text_format(err, "%s/" DIRECTORY_TEMP_PREFIX "%ld-%s", dir,
                             (long)getpid(), name);
    return t->name && t->path && t->staging;
}

bool output_tree_begin(struct output_tree *t, struct error *err)
{
    /* One of an earlier run of the same number may still lie there. */
    return t->mode != OUTPUTS_WRITE ||
           (folder_remove(t->staging, err) && directory_make(t->staging, err));
}

static bool write_in_tree(const struct output_tree *t, const char *name,
                          const void *bytes, size_t n, struct error *err)
{
    char *path = path_join(t->staging, name, err);

    if (!path)
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == ENOENT) { /* the first file of its folder */
        char *parent =
            text_format(err, "%.*s", (int)(path_base(path) - path), path);
        if (parent && directory_make(parent, err))
            fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        free(parent);
    }
    struct outfile out = { .fd = fd, .path = path };
    bool ok = fd >= 0 && err->code == FAIL_NONE &&
              outfile_write_at(&out, 0, bytes, n, err);
    if (fd < 0 && err->code == FAIL_NONE)
        error_errno(err, "cannot create '%s'", path);
    if (fd >= 0 && close(fd) != 0 && ok)
        ok = error_errno(err, "cannot write '%s'", path);
    free(path);
    return ok;
}

static bool compare_in_tree(struct output_tree *t, const char *name,
                            const void *bytes, size_t n, struct error *err)
{
    struct reader *in = NULL;
    unsigned char *there = NULL;
    size_t got = 0;
    char *path = path_join(t->path, name, err);

    if (!path)
        return false;
    if (t->difference.code == FAIL_NONE) {
        if (!file_is_regular(path))
            error_set(&t->difference, FAIL_DATA, "'%s' is missing", path);
        else if ((in = file_reader_open(path, &t->difference)) != NULL)
            there = reader_rest(in, n, &got, &t->difference);
        if (there && (got != n || memcmp(there, bytes, n) != 0))
            error_set(&t->difference, FAIL_DATA, "'%s' differs", path);
    }
    reader_close(in);
    free(there);
    free(path);
    return true;
}

bool output_tree_put(struct output_tree *t, const char *name, const void *bytes,
                     size_t n, struct error *err)
{
    t->files++;
    t->bytes += n;
    switch (t->mode) {
    case OUTPUTS_WRITE:
        return write_in_tree(t, name, bytes, n, err);
    case OUTPUTS_COMPARE:
        return compare_in_tree(t, name, bytes, n, err);
    case OUTPUTS_NAMES:
        break;
    }
    return true;
}

bool output_tree_finish(struct output_tree *t, struct error *err)
{
    uint64_t files = 0, bytes = 0;

    /* Now that all are written, the folders, too. */
    if (t->mode == OUTPUTS_WRITE && t->sync)
        return folder_sync(t->staging, err);
    if (t->mode != OUTPUTS_COMPARE || t->difference.code != FAIL_NONE)
        return true;
    if (!folder_measure(t->path, &files, &bytes, err))
        return false;
    if (files != t->files)
        error_set(&t->difference, FAIL_DATA, "'%s' has %llu files, not %llu",
                  t->path, (unsigned long long)files,
                  (unsigned long long)t->files);
    return true;
}

bool output_tree_commit(struct output_tree *t, struct error *err)
{
    char *old = text_format(err, "%s-old", t->staging);
    bool ok = old != NULL, replaces = ok && path_is_taken(t->path);

    if (replaces && rename(t->path, old) != 0)
        ok = error_errno(err, "cannot rename '%s'", t->path);
    if (ok && rename(t->staging, t->path) != 0) {
        ok = error_errno(err, "cannot rename to '%s'", t->path);
        /* If this fails, too, the old tree is left under its other name. */
        if (replaces)
            (void)!rename(old, t->path);
    }
    ok = ok && (!t->sync || directory_sync_of(t->path, err)) &&
         folder_remove(old, err);
    free(old);
    return ok;
}

void output_tree_release(struct output_tree *t)
{
    struct error ignored = { 0 };

    if (t->mode == OUTPUTS_WRITE && t->staging)
        (void)!folder_remove(t->staging, &ignored);
    free(t->name);
    free(t->path);
    free(t->staging);
    *t = (struct output_tree){ 0 };
}
