/* SPDX-License-Identifier: MIT */
/* The only file that includes libzip, when there is one. libzip inflates and
 * compares the CRC. The rest is done here, because libzip believes the best of
 * several directories, takes whatever memory one asks for, does not tell where
 * a member lies, and looks at no local header: the directory is read here
 * first, and libzip is shown no other. */
#include "format/zipfile.h"

#if MNISTPREP_HAVE_LIBZIP

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/interrupt.h"
#include "base/text.h"
#include "format/zipdir.h"

struct zipfile {
    struct blob *source; /* owned */
    struct zipdir dir;
    struct zip *archive;
    bool opening;         /* libzip sees nothing before the directory */
    uint64_t at;          /* where libzip reads next */
    zip_error_t refusal;  /* what libzip gets when that fails */
    struct error failure; /* and why it failed; stays */
};

struct member_reader {
    struct reader base;
    struct zipfile *z;
    zip_file_t *file;
    uint64_t bytes, left;
    bool broken; /* stays */
};

/* ---- what libzip reads ---- */

static zip_int64_t serve_bytes(struct zipfile *z, void *to, zip_uint64_t most)
{
    uint64_t left = z->source->bytes - z->at;
    size_t n = most < left ? (size_t)most : (size_t)left;

    if (z->opening && z->at < z->dir.directory_at) {
        uint64_t hidden = z->dir.directory_at - z->at;
        if (n > hidden)
            n = (size_t)hidden;
        memset(to, 0, n);
    } else if (z->at >= z->dir.known_at &&
               z->at - z->dir.known_at < z->dir.known_bytes) {
        size_t from = (size_t)(z->at - z->dir.known_at);
        if (n > z->dir.known_bytes - from)
            n = z->dir.known_bytes - from;
        memcpy(to, z->dir.known + from, n);
    } else if (z->failure.code != FAIL_NONE || !interrupt_none(&z->failure) ||
               !blob_read_at(z->source, z->at, to, n, &z->failure)) {
        zip_error_set(&z->refusal, ZIP_ER_READ, EIO);
        return -1;
    }
    z->at += n;
    return (zip_int64_t)n;
}

/* A zip_source_callback: a file that can be read anywhere. */
static zip_int64_t serve(void *zipfile, void *data, zip_uint64_t n,
                         zip_source_cmd_t command)
{
    struct zipfile *z = zipfile;
    zip_int64_t at;

    switch (command) {
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_READ:
        return serve_bytes(z, data, n);
    case ZIP_SOURCE_SEEK:
        at = zip_source_seek_compute_offset(z->at, z->source->bytes, data, n,
                                            &z->refusal);
        if (at < 0)
            return -1;
        z->at = (uint64_t)at;
        return 0;
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)z->at;
    case ZIP_SOURCE_STAT:
        zip_stat_init(data);
        ((struct zip_stat *)data)->size = z->source->bytes;
        ((struct zip_stat *)data)->valid = ZIP_STAT_SIZE;
        return sizeof(struct zip_stat);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&z->refusal, data, n);
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
            ZIP_SOURCE_SUPPORTS, -1);
    default:
        zip_error_set(&z->refusal, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* What made libzip fail: the source, the memory, or the archive's bytes. */
static bool explain(const struct zipfile *z, const char *name,
                    zip_error_t *error, struct error *err)
{
    if (z->failure.code != FAIL_NONE)
        return error_pass(err, &z->failure);
    if (zip_error_code_zip(error) == ZIP_ER_MEMORY)
        return error_memory(err);
    return error_set(err, FAIL_DATA,
                     "'%s' is damaged (%s, says libzip); get the file again",
                     name, zip_error_strerror(error));
}

/* libzip reads the directory once more, from what is known. */
static bool open_archive(struct zipfile *z, struct error *err)
{
    zip_error_t error;

    zip_error_init(&error);
    zip_source_t *source = zip_source_function_create(serve, z, &error);
    z->opening = true;
    if (source)
        z->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
    z->opening = false;
    if (!z->archive) {
        explain(z, z->source->name, &error, err);
        if (source)
            zip_source_free(source);
    }
    zip_error_fini(&error);
    return z->archive != NULL;
}

/* Both of us must have read the same. */
static bool agree(const struct zipfile *z, struct error *err)
{
    bool same = zip_get_num_entries(z->archive, 0) == (zip_int64_t)z->dir.count;

    for (size_t i = 0; same && i < z->dir.count; i++) {
        const struct zipdir_entry *e = &z->dir.entries[i];
        struct zip_stat s;
        same = zip_stat_index(z->archive, i, ZIP_FL_UNCHANGED, &s) == 0 &&
               s.size == e->bytes && s.comp_size == e->packed_bytes &&
               ((e->flags & ZIPDIR_ENCRYPTED) != 0 ||
                (s.crc == e->crc && s.comp_method == e->method));
    }
    return same || zipdir_damaged(&z->dir,
                                  "its directory can be read in two ways", err);
}

struct zipfile *zipfile_open(struct blob *source, struct error *err)
{
    struct zipfile *z = source ? calloc(1, sizeof *z) : NULL;

    if (!z) {
        blob_close(source);
        error_memory(err);
        return NULL;
    }
    z->source = source;
    zip_error_init(&z->refusal);
    if (zipdir_load(&z->dir, source, err) && open_archive(z, err) &&
        agree(z, err)) {
        zipdir_forget(&z->dir);
        return z;
    }
    zipfile_close(z);
    return NULL;
}

void zipfile_close(struct zipfile *z)
{
    if (!z)
        return;
    if (z->archive)
        zip_discard(z->archive);
    zip_error_fini(&z->refusal);
    zipdir_release(&z->dir);
    blob_close(z->source);
    free(z);
}

/* ---- members ---- */

size_t zipfile_count(const struct zipfile *z)
{
    return z->dir.count;
}

static struct zipfile_member member_of(const struct zipdir_entry *e)
{
    return (struct zipfile_member){ e->name, e->bytes, e->packed_bytes,
                                    e->crc };
}

bool zipfile_member_at(const struct zipfile *z, size_t i,
                       struct zipfile_member *to)
{
    if (i >= z->dir.count)
        return false;
    *to = member_of(&z->dir.entries[i]);
    return true;
}

bool zipfile_find(const struct zipfile *z, const char *name,
                  struct zipfile_member *to, struct error *err)
{
    const struct zipdir_entry *e = zipdir_find(&z->dir, name, err);

    if (!e)
        return false;
    *to = member_of(e);
    return true;
}

/* ---- reading ---- */

static ptrdiff_t member_fail(struct member_reader *r, const char *how,
                             struct error *err)
{
    r->broken = true;
    error_set(err, FAIL_DATA,
              "'%s' is damaged: it %s the %" PRIu64 " bytes that it is to "
              "have; get the file again",
              r->base.name, how, r->bytes);
    return -1;
}

static ptrdiff_t member_read(struct reader *base, void *to, size_t n,
                             struct error *err)
{
    struct member_reader *r = (struct member_reader *)base;
    unsigned char extra;
    /* The byte behind the last one: asking for it makes libzip compare. */
    bool ask = r->left == 0;

    if (r->broken)
        return member_fail(r, "does not have", err);
    zip_int64_t got = zip_fread(r->file, ask ? &extra : to,
                                ask ? 1 : (n < r->left ? n : r->left));
    if (got < 0) {
        explain(r->z, base->name, zip_file_get_error(r->file), err);
        return -1;
    }
    if (!ask && got == 0)
        return member_fail(r, "ends before", err);
    if (ask && got > 0)
        return member_fail(r, "goes on after", err);
    r->left -= (uint64_t)got;
    return (ptrdiff_t)got;
}

static void member_close(struct reader *base)
{
    struct member_reader *r = (struct member_reader *)base;

    if (r->file)
        zip_fclose(r->file);
    reader_free(base);
}

static const struct reader_ops member_ops = { member_read, member_close };

struct reader *zipfile_reader_open(struct zipfile *z, const char *name,
                                   struct error *err)
{
    const struct zipdir_entry *e = zipdir_find(&z->dir, name, err);
    char *full_name = e ? text_format(err, "%s in %s", name, z->source->name)
                        : NULL;
    struct member_reader *r =
        full_name ? reader_new(sizeof *r, &member_ops, full_name, err) : NULL;

    free(full_name);
    if (!r)
        return NULL;
    r->z = z;
    r->bytes = r->left = e->bytes;
    if (zipdir_know_header(&z->dir, e, r->base.name, err)) {
        r->file = zip_fopen_index(
            z->archive, (zip_uint64_t)(e - z->dir.entries), ZIP_FL_UNCHANGED);
        if (!r->file)
            explain(z, r->base.name, zip_get_error(z->archive), err);
    }
    zipdir_forget(&z->dir);
    if (r->file)
        return &r->base;
    member_close(&r->base);
    return NULL;
}

const char *zipfile_header_version(void)
{
    return LIBZIP_VERSION;
}

const char *zipfile_library_version(void)
{
    return zip_libzip_version();
}

#else

static bool missing(struct error *err)
{
    return error_set(err, FAIL_USAGE,
                     "this build cannot read zip archives (libzip was "
                     "missing)");
}

struct zipfile *zipfile_open(struct blob *source, struct error *err)
{
    blob_close(source);
    missing(err);
    return NULL;
}

/* There is no zipfile for any of these. */

void zipfile_close(struct zipfile *z)
{
    (void)z;
}

size_t zipfile_count(const struct zipfile *z)
{
    (void)z;
    return 0;
}

bool zipfile_member_at(const struct zipfile *z, size_t i,
                       struct zipfile_member *to)
{
    (void)z;
    (void)i;
    (void)to;
    return false;
}

bool zipfile_find(const struct zipfile *z, const char *name,
                  struct zipfile_member *to, struct error *err)
{
    (void)z;
    (void)name;
    (void)to;
    return missing(err);
}

struct reader *zipfile_reader_open(struct zipfile *z, const char *name,
                                   struct error *err)
{
    (void)z;
    (void)name;
    missing(err);
    return NULL;
}

const char *zipfile_header_version(void)
{
    return NULL;
}

const char *zipfile_library_version(void)
{
    return NULL;
}

#endif
