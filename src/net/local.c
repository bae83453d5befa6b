/* SPDX-License-Identifier: MIT */
/* Copying from a directory: temporary file, check, rename. */
#include "net/local.h"

#include <stdlib.h>

#include "base/outfile.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"
#include "net/url.h"

char *local_path(const char *place, struct error *err)
{
    return url_is_file(place) ? url_file_path(place, err)
                              : text_copy(place, err);
}

/* What cannot be read is what this mirror has not got. */
static struct reader *open_source(const char *from, struct error *err)
{
    struct error why = { 0 };
    struct reader *in = file_is_regular(from) ? file_reader_open(from, &why)
                                              : NULL;

    if (!in)
        error_set(err, FAIL_NETWORK, "%s",
                  why.code != FAIL_NONE ? why.text : "it is not a file there");
    return in;
}

static bool copy_checked(const char *from, const struct transfer_file *file,
                         struct error *err)
{
    struct reader *in = open_source(from, err);
    struct outfile out = { 0 };
    bool ok =
        in &&
        outfile_open(&out, file->path, OUTFILE_REPLACE | OUTFILE_SYNC, err) &&
        reader_copy(in, &out.base, file->max_bytes, err) &&
        outfile_finish(&out, err) &&
        file->check(file->context, out.temp, err) && outfile_commit(&out, err);

    outfile_abandon(&out);
    reader_close(in);
    return ok;
}

bool local_copy(const char *mirror, const struct transfer_file *file,
                struct error *err)
{
    static const char *const no_names[] = { NULL };
    const char *const *other = file->local_names ? file->local_names : no_names;
    struct error why = { 0 };
    char *dir = local_path(mirror, &why);
    bool ok = false;

    for (const char *name = file->name; dir && name && !ok;
         name = *other, other += name != NULL) {
        struct error refused = { 0 };
        char *path = path_join(dir, name, &refused);
        ok = path && file_exists(path) && copy_checked(path, file, &refused);
        free(path);
        /* What is wrong with the first is told, unless all has to stop. */
        if (refused.code > FAIL_DATA || why.code == FAIL_NONE)
            why = refused;
        if (why.code > FAIL_DATA)
            break;
    }
    if (!ok && !dir)
        error_set(err, FAIL_NETWORK, "%s", why.text);
    else if (!ok && why.code == FAIL_NONE)
        error_set(err, FAIL_NETWORK, "%s",
                  path_is_taken(dir) ? "it has no such file"
                                     : "there is no such directory");
    else if (!ok)
        error_pass(err, &why);
    free(dir);
    return ok;
}
