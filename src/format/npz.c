/* SPDX-License-Identifier: MIT */
/* A reader that owns the archive it reads from, and a sink that lays out its
 * archive before the first row: only the CRC-32s come last. */
#include "format/npz.h"

#include <stdlib.h>
#include <string.h>

#include "base/blob.h"
#include "base/sizes.h"
#include "base/text.h"
#include "format/gzip.h"
#include "format/npy.h"
#include "format/zipfile.h"
#include "format/zipstored.h"

/* ---- reading ---- */

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
    reader_free(base);
}

static const struct reader_ops npz_ops = { npz_read, npz_close };

/* Opens the archive; NULL with *err set. */
static struct npz_reader *open_archive(const char *path, struct error *err)
{
    struct npz_reader *r = reader_new(sizeof *r, &npz_ops, path, err);

    if (!r)
        return NULL;
    r->archive = zipfile_open(file_blob_open(path, err), err);
    if (r->archive)
        return r;
    npz_close(&r->base);
    return NULL;
}

/* Takes r; a name of NULL passes through. */
static struct reader *open_member(struct npz_reader *r, const char *name,
                                  struct error *err)
{
    if (name)
        r->member = zipfile_reader_open(r->archive, name, err);
    if (r->member)
        return &r->base;
    npz_close(&r->base);
    return NULL;
}

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
    struct npz_reader *r = open_archive(path, err);
    return r ? open_member(r, find_array(r->archive, path, err), err) : NULL;
}

struct reader *npz_member_open(const char *path, const char *member,
                               struct error *err)
{
    struct npz_reader *r = open_archive(path, err);
    return r ? open_member(r, member, err) : NULL;
}

bool npz_has_member(const char *path, const char *member, struct error *err)
{
    struct zipfile *z = zipfile_open(file_blob_open(path, err), err);
    struct zipfile_member at;
    bool found = false;

    for (size_t i = 0; z && !found && zipfile_member_at(z, i, &at); i++)
        found = strcmp(at.name, member) == 0;
    zipfile_close(z);
    return found;
}

/* ---- writing ---- */

/* Keras' names; one-hot rows have none. */
static const struct {
    enum set_array kind;
    char name;
} keras_arrays[] = { { SET_IMAGES, 'x' }, { SET_LABELS, 'y' } };

struct npz_array {
    struct writer base; /* notes the CRC-32 of what passes */
    struct sink_cursor to;
    uint32_t crc;
    size_t split;
    enum set_array kind;
    char *name; /* owned */
};

struct npz_output {
    struct sink_file *file;
    struct npz_array *arrays;         /* owned: count, */
    struct zipstored_member *members; /* owned: likewise */
    size_t count;
    uint64_t directory_at;
};

static bool array_write(struct writer *base, const void *from, size_t n,
                        struct error *err)
{
    struct npz_array *a = (struct npz_array *)base;

    a->crc = gzip_crc32(a->crc, from, n);
    return writer_write(&a->to.base, from, n, err);
}

static const struct writer_ops array_ops = { array_write };

/* The bytes of an array as a member: its NPY header and its elements. */
static bool count_bytes(const struct array_info *info, uint64_t *bytes,
                        struct error *err)
{
    struct bytes_writer header;

    bytes_writer_init(&header);
    bool ok = npy_write_header(&header.base, info, err);
    if (ok && !(array_bytes(info, bytes) && size_add(bytes, header.n)))
        ok = error_set(err, FAIL_USAGE,
                       "the arrays are too large for --format npz");
    bytes_writer_release(&header);
    return ok;
}

static bool add_array(struct npz_output *o, const struct sink_set *set,
                      size_t split, size_t which, struct error *err)
{
    enum set_array kind = keras_arrays[which].kind;
    const struct array_info *info = &set->split[split].array[kind];

    if (info->ndims == 0)
        return true;
    char *name = text_format(err, "%c_%s.npy", keras_arrays[which].name,
                             set->split[split].name);
    if (!name)
        return false;
    o->arrays[o->count] = (struct npz_array){
        .base = { &array_ops, name }, .split = split, .kind = kind, .name = name
    };
    struct zipstored_member *member = &o->members[o->count++];
    member->name = name;
    return count_bytes(info, &member->bytes, err);
}

static bool npz_sink_open(struct sink *s, struct error *err)
{
    const struct sink_set *set = s->set;
    struct npz_output *o = s->state = calloc(1, sizeof *o);

    if (!o)
        return error_memory(err);
    size_t most = set->split_count * COUNT_OF(keras_arrays);
    o->arrays = calloc(most, sizeof *o->arrays);
    o->members = calloc(most, sizeof *o->members);
    if (!o->arrays || !o->members)
        return error_memory(err);
    for (size_t i = 0; i < most; i++)
        if (!add_array(o, set, i / COUNT_OF(keras_arrays),
                       i % COUNT_OF(keras_arrays), err))
            return false;
    if (!zipstored_layout(o->members, o->count, &o->directory_at, err))
        return false;
    o->file = sink_open_file(s, NULL, err, "%s.npz", set->dataset);
    if (!o->file)
        return false;
    for (size_t i = 0; i < o->count; i++) {
        struct npz_array *a = &o->arrays[i];

        sink_cursor_init(&a->to, s->files, o->file, o->members[i].bytes_at);
        if (!npy_write_header(&a->base, &set->split[a->split].array[a->kind],
                              err))
            return false;
    }
    return true;
}

static bool npz_sink_write(struct sink *s, const struct sink_block *b,
                           struct error *err)
{
    struct npz_output *o = s->state;

    for (size_t i = 0; i < o->count; i++) {
        struct npz_array *a = &o->arrays[i];

        if (a->split == b->split &&
            !sink_write_array(&a->base, b, a->kind,
                              &s->set->split[a->split].array[a->kind], true,
                              err))
            return false;
    }
    return true;
}

/* What has to know the CRC-32s: headers and directory. */
static bool npz_sink_finish(struct sink *s, struct error *err)
{
    struct npz_output *o = s->state;
    struct sink_cursor to;

    for (size_t i = 0; i < o->count; i++) {
        o->members[i].crc = o->arrays[i].crc;
        sink_cursor_init(&to, s->files, o->file, o->members[i].header_at);
        if (!zipstored_write_header(&to.base, &o->members[i], err))
            return false;
    }
    sink_cursor_init(&to, s->files, o->file, o->directory_at);
    return zipstored_write_directory(&to.base, o->members, o->count,
                                     o->directory_at, err);
}

static void npz_sink_close(struct sink *s)
{
    struct npz_output *o = s->state;

    if (!o)
        return;
    for (size_t i = 0; i < o->count; i++)
        free(o->arrays[i].name);
    free(o->arrays);
    free(o->members);
    free(o);
}

const struct sink_ops npz_sink = {
    .open = npz_sink_open,
    .write = npz_sink_write,
    .finish = npz_sink_finish,
    .close = npz_sink_close,
};
