/* SPDX-License-Identifier: MIT */
/* A reader that owns the archive it reads from. */
#include "format/npz.h"

#include <stdlib.h>

#include "base/blob.h"
#include "base/text.h"
#include "format/zipfile.h"

struct npz_reader {
    struct reader base;
    struct zipfile *archive;
    struct reader *member;
};

static ptrdiff_t npz_read(struct reader *base, void *to, size_t n,
                          struct error *err)
{
    struct npz_reader *r = (struct npz_reader *)base;
    return reader_read(r->member, to, n, err);
}

static void npz_close(struct reader *base)
{
    struct npz_reader *r = (struct npz_reader *)base;

    reader_close(r->member);
    zipfile_close(r->archive);
    reader_release(base);
    free(r);
}

static const struct reader_ops npz_ops = { npz_read, npz_close };

/* The name of the only array; NULL with *err set. */
static const char *find_array(const struct zipfile *z, const char *path,
                              struct error *err)
{
    struct zipfile_member member;
    const char *found = NULL;

    for (size_t i = 0; zipfile_member_at(z, i, &member); i++) {
        if (!text_ends_with(member.name, ".npy"))
            continue;
        if (found) {
            error_set(err, FAIL_DATA,
                      "'%s' holds several arrays; one is needed", path);
            return NULL;
        }
        found = member.name;
    }
    if (!found)
        error_set(err, FAIL_DATA, "'%s' is a zip archive without an array",
                  path);
    return found;
}

struct reader *npz_reader_open(const char *path, struct error *err)
{
    struct npz_reader *r = calloc(1, sizeof *r);

    if (!r || !reader_init(&r->base, &npz_ops, path, err)) {
        free(r);
        error_memory(err);
        return NULL;
    }
    r->archive = zipfile_open(file_blob_open(path, err), err);
    const char *name = r->archive ? find_array(r->archive, path, err) : NULL;
    if (name)
        r->member = zipfile_reader_open(r->archive, name, err);
    if (r->member)
        return &r->base;
    npz_close(&r->base);
    return NULL;
}
