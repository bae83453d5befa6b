/* SPDX-License-Identifier: MIT */
/* Header, elements in the format's byte order, and the two endings. */
#include "pipeline/arrayfile.h"

static bool write_bytes(struct arrayfile *f, const void *bytes, size_t n,
                        struct error *err)
{
    if (f->to != &f->compare.base)
        return writer_write(f->to, bytes, n, err);
    /* One difference is enough; the other files are still to be compared. */
    if (f->difference.code == FAIL_NONE &&
        !writer_write(f->to, bytes, n, &f->difference) &&
        f->difference.code != FAIL_DATA)
        return error_set(err, f->difference.code, "%s", f->difference.text);
    return true;
}

static bool begin(struct arrayfile *f, const struct format *format,
                  const struct array_info *info, struct error *err)
{
    struct bytes_writer header;

    f->format = format;
    f->info = *info;
    bytes_writer_init(&header);
    bool ok = format->write_header(&header.base, info, err) &&
              write_bytes(f, header.bytes, header.n, err);
    f->header_bytes = header.n;
    bytes_writer_release(&header);
    return ok;
}

bool arrayfile_create(struct arrayfile *f, const char *path,
                      const struct format *format,
                      const struct array_info *info, unsigned flags,
                      struct error *err)
{
    *f = (struct arrayfile){ 0 };
    if (!outfile_open(&f->out, path, flags, err))
        return false;
    f->to = &f->out.base;
    return begin(f, format, info, err);
}

bool arrayfile_compare(struct arrayfile *f, const char *path,
                       const struct format *format,
                       const struct array_info *info, struct error *err)
{
    *f = (struct arrayfile){ 0 };
    if (!compare_writer_open(&f->compare, path, err))
        return false;
    f->to = &f->compare.base;
    return begin(f, format, info, err);
}

bool arrayfile_write(struct arrayfile *f, void *elements, size_t count,
                     struct error *err)
{
    size_t bytes = count * dtype_bytes(f->info.dtype);

    if (f->format->little == dtype_machine_is_little())
        return write_bytes(f, elements, bytes, err);
    dtype_swap(f->info.dtype, elements, count);
    bool ok = write_bytes(f, elements, bytes, err);
    dtype_swap(f->info.dtype, elements, count);
    return ok;
}

bool arrayfile_finish(struct arrayfile *f, struct error *err)
{
    if (f->to != &f->compare.base)
        return outfile_finish(&f->out, err);
    if (f->difference.code == FAIL_NONE)
        (void)!compare_writer_finish(&f->compare, &f->difference);
    return true;
}

bool arrayfile_commit(struct arrayfile *f, struct error *err)
{
    bool ok = f->to == &f->compare.base || outfile_commit(&f->out, err);

    if (ok)
        arrayfile_abandon(f);
    return ok;
}

void arrayfile_abandon(struct arrayfile *f)
{
    outfile_abandon(&f->out);
    compare_writer_release(&f->compare);
    f->to = NULL;
}
