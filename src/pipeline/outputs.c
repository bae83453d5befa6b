/* SPDX-License-Identifier: MIT */
/* sink_files over a directory. */
#include "pipeline/outputs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/grow.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"

enum { COMPARE_BYTES = 64 * 1024 };

/* ---- single files ---- */

static void file_free(struct sink_file *f)
{
    if (!f)
        return;
    outfile_abandon(&f->out);
    if (f->fd >= 0)
        close(f->fd);
    free(f->name);
    free(f->path);
    free(f);
}

/* Folders of a set are its own: not links to others, and no files. */
static bool check_folders(const struct outputs *o, const char *name,
                          struct error *err)
{
    for (const char *at = strchr(name, '/'); at; at = strchr(at + 1, '/')) {
        struct stat st;
        char *path =
            text_format(err, "%s/%.*s", o->dir, (int)(at - name), name);
        bool ok = path && (lstat(path, &st) != 0 || S_ISDIR(st.st_mode) ||
                           error_set(err, FAIL_USAGE,
                                     "'%s' is not a directory of its own; "
                                     "remove it, or choose another --output",
                                     path));
        free(path);
        if (!ok)
            return false;
    }
    return true;
}

static void reserve(struct sink_file *f)
{
    const struct sink_note *note = &f->note;
    uint64_t bytes = 0;

    if (f->has_note && array_bytes(&note->info, &bytes))
        outfile_reserve(&f->out, note->offset + bytes);
}

static bool open_for(struct outputs *o, struct sink_file *f, struct error *err)
{
    if (o->allow && !o->allow(o->context, f->name, f->path, err))
        return false;
    if (o->mode != OUTPUTS_COMPARE && !check_folders(o, f->name, err))
        return false;
    if (o->mode == OUTPUTS_WRITE) {
        if (!outfile_stage(&f->out, o->dir, f->path, o->flags, err))
            return false;
        reserve(f);
        return true;
    }
    if (o->mode == OUTPUTS_COMPARE && file_is_regular(f->path))
        f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (o->mode == OUTPUTS_COMPARE && f->fd < 0)
        error_set(&f->difference, FAIL_DATA, "it is missing");
    return true;
}

static struct sink_file *add_file(struct outputs *o, const char *name,
                                  const struct sink_note *note,
                                  struct error *err)
{
    struct sink_file **file =
        /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
        array_grow(o->file, &o->room, o->count + 1, sizeof *file, err);

    if (!file)
        return NULL;
    o->file = file;
    struct sink_file *f = calloc(1, sizeof *f);
    if (!f) {
        error_memory(err);
        return NULL;
    }
    f->of = o;
    f->fd = -1;
    f->out.fd = -1;
    f->format = o->format;
    f->has_note = note != NULL;
    if (note)
        f->note = *note;
    f->name = text_copy(name, err);
    f->path = path_join(o->dir, name, err);
    if (!f->name || !f->path || !open_for(o, f, err)) {
        file_free(f);
        return NULL;
    }
    o->file[o->count++] = f;
    return f;
}

static struct sink_file *files_open(struct sink_files *files, const char *name,
                                    const struct sink_note *note,
                                    struct error *err)
{
    return add_file((struct outputs *)files, name, note, err);
}

/* One difference is enough; the rest of the set is still to be compared. */
static bool compare_at(struct sink_file *f, uint64_t at,
                       const unsigned char *bytes, size_t n, struct error *err)
{
    unsigned char there[COMPARE_BYTES];

    while (n > 0 && f->difference.code == FAIL_NONE) {
        size_t part = n < sizeof there ? n : sizeof there;
        ptrdiff_t got = descriptor_read_at(f->fd, at, there, part, err);
        if (got < 0)
            return error_errno(err, "cannot read '%s'", f->path);
        size_t same = 0;
        while (same < (size_t)got && there[same] == bytes[same])
            same++;
        if (same < (size_t)got)
            error_set(&f->difference, FAIL_DATA,
                      "it differs, first at byte %llu",
                      (unsigned long long)(at + same));
        else if ((size_t)got < part)
            error_set(&f->difference, FAIL_DATA, "it ends early, at byte %llu",
                      (unsigned long long)(at + same));
        at += part;
        bytes += part;
        n -= part;
    }
    return true;
}

static bool files_write_at(struct sink_file *f, uint64_t at, const void *bytes,
                           size_t n, struct error *err)
{
    if (at + n > f->bytes)
        f->bytes = at + n;
    switch (f->of->mode) {
    case OUTPUTS_WRITE:
        return outfile_write_at(&f->out, at, bytes, n, err);
    case OUTPUTS_COMPARE:
        return compare_at(f, at, bytes, n, err);
    case OUTPUTS_NAMES:
        break;
    }
    return true;
}

/* ---- trees ---- */

static bool files_folder(struct sink_files *files, const char *name,
                         struct error *err)
{
    struct outputs *o = (struct outputs *)files;

    if (o->tree_count == OUTPUTS_TREES_MAX)
        return error_set(err, FAIL_USAGE, "too many formats of many files");
    struct output_tree *t = &o->tree[o->tree_count++];
    t->format = o->format;
    t->sync = o->flags & OUTFILE_SYNC;
    return output_tree_name(t, o->dir, name, o->mode, err) &&
           (!o->allow || o->allow(o->context, name, t->path, err)) &&
           output_tree_begin(t, err);
}

static bool add_sum(struct outputs *o, const char *folder, const char *name,
                    const void *bytes, size_t n, struct error *err)
{
    struct digest digest;
    char hex[DIGEST_TEXT];

    if (!digest_init(&digest, DIGEST_SHA256, err))
        return false;
    digest_add(&digest, bytes, n);
    digest_finish(&digest, hex);
    char *line = text_format(err, "%s  %s/%s\n", hex, folder, name);
    bool ok = line && spool_append(&o->sums, line, strlen(line), err);
    free(line);
    return ok;
}

static bool files_put(struct sink_files *files, const char *folder,
                      const char *name, const void *bytes, size_t n,
                      struct error *err)
{
    struct outputs *o = (struct outputs *)files;
    struct output_tree *t = o->tree;

    while (strcmp(t->name, folder) != 0) /* it has been named */
        t++;
    return output_tree_put(t, name, bytes, n, err) &&
           (!o->checksums || o->mode == OUTPUTS_NAMES ||
            add_sum(o, folder, name, bytes, n, err));
}

/* ---- all ---- */

void outputs_init(struct outputs *o, const char *dir, enum outputs_mode mode,
                  unsigned flags)
{
    *o = (struct outputs){
        .files = { files_open, files_write_at, files_folder, files_put },
        .dir = dir,
        .mode = mode,
        .flags = flags,
    };
}

bool outputs_add_checksums(struct outputs *o, struct error *err)
{
    o->format = NULL;
    o->checksums = true;
    return spool_init(&o->sums, SPOOL_MEMORY, o->dir, err) &&
           add_file(o, OUTPUTS_SUMS, NULL, err) != NULL;
}

bool outputs_put(struct outputs *o, const char *name,
                 const struct sink_note *note, const void *bytes, size_t n,
                 struct error *err)
{
    o->format = NULL;
    struct sink_file *f = add_file(o, name, note, err);
    return f && files_write_at(f, 0, bytes, n, err);
}

static bool hash_file(struct sink_file *f, struct error *err)
{
    const char *path = f->of->mode == OUTPUTS_WRITE ? f->out.temp : f->path;
    unsigned char bytes[COMPARE_BYTES];
    struct digest digest;
    ptrdiff_t n = -1;

    if (f->of->mode == OUTPUTS_NAMES || f->difference.code != FAIL_NONE)
        return true;
    struct reader *in = file_reader_open(path, err);
    if (!in || !digest_init(&digest, DIGEST_SHA256, err)) {
        reader_close(in);
        return false;
    }
    while (interrupt_none(err) &&
           (n = reader_read(in, bytes, sizeof bytes, err)) > 0)
        digest_add(&digest, bytes, (size_t)n);
    digest_finish(&digest, f->sha256);
    reader_close(in);
    return n == 0;
}

/* Closes; the end of what is compared has to be the end of the file, too. */
static bool finish_file(struct sink_file *f, struct error *err)
{
    unsigned long long bytes = 0;

    if (f->of->mode == OUTPUTS_WRITE)
        return outfile_finish(&f->out, err);
    if (f->fd < 0)
        return true;
    close(f->fd);
    f->fd = -1;
    if (f->difference.code == FAIL_NONE &&
        (!file_size(f->path, &bytes) || bytes != f->bytes))
        error_set(&f->difference, FAIL_DATA, "it has %llu bytes, not %llu",
                  bytes, (unsigned long long)f->bytes);
    return true;
}

static bool write_sums(struct outputs *o, struct sink_file *sums,
                       struct error *err)
{
    struct sink_cursor to;
    char buffer[4096];
    bool ok = true;

    sink_cursor_init(&to, &o->files, sums, 0);
    for (size_t i = 0; ok && i < o->count; i++) {
        struct sink_file *f = o->file[i];
        if (f == sums)
            continue;
        char *line = text_format(err, "%s  %s\n", f->sha256, f->name);
        ok = line && writer_write(&to.base, line, strlen(line), err);
        free(line);
    }
    for (uint64_t at = 0; ok && at < o->sums.bytes;) {
        uint64_t left = o->sums.bytes - at;
        size_t n = left < sizeof buffer ? (size_t)left : sizeof buffer;
        ok = spool_read(&o->sums, at, buffer, n, err) &&
             writer_write(&to.base, buffer, n, err);
        at += n;
    }
    return ok;
}

static bool all_equal(const struct outputs *o)
{
    bool equal = true;

    for (size_t i = 0; i < o->count; i++)
        equal = equal && o->file[i]->difference.code == FAIL_NONE;
    for (size_t i = 0; i < o->tree_count; i++)
        equal = equal && o->tree[i].difference.code == FAIL_NONE;
    return equal;
}

/* The sums of files that are wrong cannot be told: then only their size is
 * compared, by the manifest. */
static bool finish_sums(struct outputs *o, struct sink_file *sums,
                        struct error *err)
{
    unsigned long long bytes = 0;

    if (all_equal(o))
        return write_sums(o, sums, err) && finish_file(sums, err) &&
               hash_file(sums, err);
    if (file_size(sums->path, &bytes))
        sums->bytes = bytes;
    return finish_file(sums, err);
}

bool outputs_finish(struct outputs *o, struct error *err)
{
    struct sink_file *sums = NULL;

    for (size_t i = 0; i < o->count; i++) {
        struct sink_file *f = o->file[i];
        if (o->checksums && strcmp(f->name, OUTPUTS_SUMS) == 0)
            sums = f;
        else if (!finish_file(f, err) || (o->checksums && !hash_file(f, err)))
            return false;
    }
    for (size_t i = 0; i < o->tree_count; i++)
        if (!output_tree_finish(&o->tree[i], err))
            return false;
    return !sums || finish_sums(o, sums, err);
}

/* ---- the names ---- */

/* False also when a signal ends it, which is all that *err says. */
static bool same_bytes(const char *a, const char *b, struct error *err)
{
    struct error ignored = { 0 };
    unsigned char one[COMPARE_BYTES], other[COMPARE_BYTES];
    struct reader *x = file_reader_open(a, &ignored);
    struct reader *y = x ? file_reader_open(b, &ignored) : NULL;
    ptrdiff_t n = -1, m = -2;

    while (y && interrupt_none(err) &&
           (n = reader_fill(x, one, sizeof one, &ignored)) > 0 &&
           (m = reader_fill(y, other, sizeof other, &ignored)) == n &&
           memcmp(one, other, (size_t)n) == 0)
        ;
    if (n == 0)
        m = reader_fill(y, other, sizeof other, &ignored);
    reader_close(x);
    reader_close(y);
    return n == 0 && m == 0;
}

static bool is_unchanged(const struct sink_file *f, struct error *err)
{
    unsigned long long bytes = 0;

    return file_size(f->path, &bytes) && bytes == f->bytes &&
           same_bytes(f->out.temp, f->path, err);
}

bool outputs_drop_unchanged(struct outputs *o, struct error *err)
{
    for (size_t i = 0; i < o->count; i++)
        if (is_unchanged(o->file[i], err))
            outfile_abandon(&o->file[i]->out);
    return err->code == FAIL_NONE;
}

bool outputs_commit(struct outputs *o, struct error *err)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->file[i]->out.path && !outfile_commit(&o->file[i]->out, err))
            return false;
    for (size_t i = 0; i < o->tree_count; i++)
        if (!output_tree_commit(&o->tree[i], err))
            return false;
    return true;
}

void outputs_release(struct outputs *o)
{
    for (size_t i = 0; i < o->count; i++)
        file_free(o->file[i]);
    free(o->file);
    for (size_t i = 0; i < o->tree_count; i++)
        output_tree_release(&o->tree[i]);
    spool_release(&o->sums);
    *o = (struct outputs){ 0 };
}
