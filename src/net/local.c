/* SPDX-License-Identifier: MIT */
/* Copying from a directory: temporary file, check, rename. */
#include "net/local.h"

#include <stdlib.h>
#include <strings.h>

#include "base/directory.h"
#include "base/outfile.h"
#include "base/reader.h"
#include "base/text.h"
#include "net/url.h"

enum { COPY_BYTES = 64 * 1024 };

static bool is_file_url(const char *mirror)
{
    return strncasecmp(mirror, "file:", 5) == 0;
}

bool transfer_is_local(const char *mirror)
{
    return is_file_url(mirror) || !url_is_one(mirror);
}

char *local_path(const char *place, struct error *err)
{
    return is_file_url(place) ? url_file_path(place, err)
                              : text_copy(place, err);
}

static bool copy_bytes(struct reader *in, struct writer *to, uint64_t most,
                       struct error *err)
{
    unsigned char *buffer = malloc(COPY_BYTES);
    uint64_t done = 0;
    ptrdiff_t got = -1;

    if (!buffer)
        return error_memory(err);
    while ((got = reader_read(in, buffer, COPY_BYTES, err)) > 0) {
        done += (uint64_t)got;
        if (done > most) {
            error_set(err, FAIL_DATA, "it is longer than the file can be");
            break;
        }
        if (!writer_write(to, buffer, (size_t)got, err))
            break;
    }
    free(buffer);
    return got == 0;
}

static bool copy_checked(const char *from, const struct transfer_file *file,
                         struct error *err)
{
    struct reader *in = file_reader_open(from, err);
    struct outfile out = { 0 };
    bool ok =
        in &&
        outfile_open(&out, file->path, OUTFILE_REPLACE | OUTFILE_SYNC, err) &&
        copy_bytes(in, &out.base, file->max_bytes, err) &&
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
    char *dir = local_path(mirror, err);
    bool ok = false, found = false;

    for (const char *name = file->name; dir && name && !found;
         name = *other, other += name != NULL) {
        char *path = path_join(dir, name, err);
        found = path && file_exists(path);
        ok = found && copy_checked(path, file, err);
        free(path);
    }
    if (dir && !found)
        error_set(err, FAIL_NETWORK, "it has no such file");
    free(dir);
    return ok;
}
