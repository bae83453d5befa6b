/* SPDX-License-Identifier: MIT */
/* Header, elements in the format's byte order, and the two endings. */
#include "pipeline/arrayfile.h"

bool arrayfile_create(struct arrayfile *f, const char *path,
                      const struct format *format,
                      const struct array_info *info, unsigned flags,
                      struct error *err)
{
    *f = (struct arrayfile){ .format = format, .info = *info };
    return outfile_open(&f->out, path, flags, err) &&
           format->write_header(&f->out.base, info, err);
}

bool arrayfile_write(struct arrayfile *f, void *elements, size_t count,
                     struct error *err)
{
    size_t bytes = count * dtype_bytes(f->info.dtype);

    if (f->format->little == dtype_machine_is_little())
        return writer_write(&f->out.base, elements, bytes, err);
    dtype_swap(f->info.dtype, elements, count);
    bool ok = writer_write(&f->out.base, elements, bytes, err);
    dtype_swap(f->info.dtype, elements, count);
    return ok;
}

bool arrayfile_finish(struct arrayfile *f, struct error *err)
{
    return outfile_finish(&f->out, err);
}

bool arrayfile_commit(struct arrayfile *f, struct error *err)
{
    return outfile_commit(&f->out, err);
}

void arrayfile_abandon(struct arrayfile *f)
{
    outfile_abandon(&f->out);
}
