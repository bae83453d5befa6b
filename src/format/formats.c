/* SPDX-License-Identifier: MIT */
/* One row per format, and opening by content. */
#include "format/formats.h"

#include <stdio.h>
#include <string.h>

#include "base/sizes.h"
#include "format/arrayfiles.h"
#include "format/csv.h"
#include "format/gzip.h"
#include "format/idx.h"
#include "format/libsvm.h"
#include "format/npy.h"
#include "format/npz.h"
#include "format/pngimage.h"
#include "format/safetensors.h"
#include "format/tfrecord.h"
#include "format/torchvision.h"
#include "format/tree.h"
#include "format/webdataset.h"
#include "format/xz.h"

static bool write_nothing(struct writer *w, const struct array_info *info,
                          struct error *err)
{
    (void)w;
    (void)info;
    (void)err;
    return true;
}

const struct format formats[] = {
    { .name = "bin",
      .write_header = write_nothing,
      .little = true,
      .sink = &arrayfiles_sink },
    { .name = "npy",
      .content = CONTENT_NPY,
      .open = npy_open,
      .write_header = npy_write_header,
      .little = true,
      .suffix = "npy",
      .sink = &arrayfiles_sink },
    { .name = "idx",
      .content = CONTENT_IDX,
      .open = idx_open,
      .write_header = idx_write_header,
      .suffix = "idx",
      .sink = &arrayfiles_sink },
    { .name = "idx.gz",
      .write_header = idx_write_header,
      .suffix = "idx.gz",
      .gzip = true,
      .sink = &arrayfiles_sink },
    { .name = "npz", .sink = &npz_sink },
    { .name = "safetensors", .sink = &safetensors_sink },
    { .name = "libsvm", .sink = &libsvm_sink },
    { .name = "csv",
      .content = CONTENT_CSV,
      .open = csv_open,
      .sink = &csv_sink },
    { .name = "pjreddie", .sink = &pjreddie_sink },
    { .name = "torchvision", .sink = &torchvision_sink },
    { .name = "png",
      .content = CONTENT_PNG,
      .open = pngimage_open,
      .sink = &tree_sink },
    { .name = "tfrecord", .sink = &tfrecord_sink },
    { .name = "webdataset", .sink = &webdataset_sink },
    { .name = NULL },
};

static bool is_array_writable(const struct format *f)
{
    return f->write_header != NULL && !f->gzip;
}

static bool is_set_writable(const struct format *f)
{
    return f->sink != NULL;
}

static const struct format *
find(const char *name, bool (*fits)(const struct format *f), struct error *err)
{
    char known[160] = "";
    size_t used = 0;

    for (const struct format *f = formats; f->name; f++) {
        if (!fits(f))
            continue;
        if (strcmp(f->name, name) == 0)
            return f;
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s",
                                     used ? ", " : "", f->name);
    }
    error_set(err, FAIL_USAGE, "unknown format '%s'; there are %s", name,
              known);
    return NULL;
}

const struct format *format_find_writable(const char *name, struct error *err)
{
    return find(name, is_array_writable, err);
}

const struct format *format_find_sink(const char *name, struct error *err)
{
    return find(name, is_set_writable, err);
}

static const char *nth(size_t i, bool (*fits)(const struct format *f))
{
    for (const struct format *f = formats; f->name; f++)
        if (fits(f) && i-- == 0)
            return f->name;
    return NULL;
}

const char *format_writable_name(size_t i)
{
    return nth(i, is_array_writable);
}

const char *format_sink_name(size_t i)
{
    return nth(i, is_set_writable);
}

const char *format_suffix(const struct format *f, enum dtype dtype)
{
    return f->suffix ? f->suffix : dtype_name(dtype);
}

static bool peek_content(struct reader *in, enum content *content,
                         struct error *err)
{
    unsigned char head[READER_PEEK_MAX];
    ptrdiff_t got = reader_peek(in, head, sizeof head, err);

    if (got < 0)
        return false;
    *content = content_recognise(head, (size_t)got);
    return true;
}

/* What a whole file may be packed in. */
static const struct packing {
    enum content content;
    struct reader *(*open)(struct reader *source, struct error *err);
} packings[] = {
    { CONTENT_GZIP, gzip_reader_open },
    { CONTENT_XZ, xz_reader_open },
};

static const struct packing *find_packing(enum content content)
{
    for (size_t i = 0; i < COUNT_OF(packings); i++)
        if (packings[i].content == content)
            return &packings[i];
    return NULL;
}

struct reader *content_unpack(struct reader *in, struct error *err)
{
    enum content content;

    if (!in)
        return NULL;
    if (!peek_content(in, &content, err)) {
        reader_close(in);
        return NULL;
    }
    const struct packing *packing = find_packing(content);
    return packing ? packing->open(in, err) : in;
}

bool array_open(struct array_stream *s, struct reader *in, struct error *err)
{
    return array_open_unpacked(s, content_unpack(in, err), err);
}

bool array_open_unpacked(struct array_stream *s, struct reader *in,
                         struct error *err)
{
    struct array_stream new = { .in = in };
    const struct packing *packing = NULL;
    enum content content;

    if (!new.in || !peek_content(new.in, &content, err))
        goto bad;
    for (const struct format *f = formats; f->name; f++) {
        if (!f->open || f->content != content)
            continue;
        if (!f->open(&new, err))
            goto bad;
        *s = new;
        return true;
    }
    /* What is packed was unpacked: if it still is, it was packed twice. */
    packing = find_packing(content);
    if (packing)
        error_set(err, FAIL_DATA,
                  "'%s' is packed twice: inside it is %s again; unpack it once "
                  "with gunzip or unxz",
                  new.in->name, content_phrase(content));
    else
        error_set(err, FAIL_DATA,
                  "'%s' is no array file: it is %s; IDX, NPY, PNG and CSV "
                  "can be read, also inside gzip or xz",
                  new.in->name, content_phrase(content));
bad:
    reader_close(new.in);
    return false;
}
