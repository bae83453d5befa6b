/* SPDX-License-Identifier: MIT */
/* dataset.json, schema mnistprep.dataset/1: both directions in one place. */
#include "dataset/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/outfile.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/sizes.h"
#include "base/text.h"
#include "dataset/store.h"
#include "format/jsondoc.h"

#define SCHEMA "mnistprep.dataset/1"

/* More than any set has; a damaged manifest may say anything. */
enum { LIST_MAX = 4096 };

void manifest_release(struct manifest *m)
{
    for (size_t i = 0; i < m->class_count; i++)
        free(m->classes[i]);
    free(m->classes);
    for (size_t i = 0; i < m->source_count; i++) {
        free(m->source[i].split);
        free(m->source[i].part);
        free(m->source[i].file);
    }
    free(m->source);
    for (size_t i = 0; i < m->split_count; i++) {
        struct manifest_split *s = &m->split[i];
        for (int kind = 0; kind < SET_ARRAYS; kind++)
            free(s->array[kind].file);
        for (size_t j = 0; j < s->more_count; j++)
            free(s->more[j].file);
        free(s->more);
        free(s->name);
        free(s->from);
    }
    free(m->split);
    for (size_t i = 0; i < m->file_count; i++) {
        free(m->file[i].file);
        free(m->file[i].format);
    }
    free(m->file);
    free(m->dataset);
    jsondoc_release(m->recipe);
    *m = (struct manifest){ 0 };
}

typedef bool file_visitor(void *context, const struct manifest_file *file);

static bool visit_array(const struct manifest_array *a, file_visitor *visit,
                        void *context)
{
    struct manifest_file file = { .file = a->file, .bytes = a->bytes };

    memcpy(file.sha256, a->sha256, sizeof file.sha256);
    return !a->file || visit(context, &file);
}

bool manifest_each_file(const struct manifest *m, file_visitor *visit,
                        void *context)
{
    for (size_t i = 0; i < m->split_count; i++) {
        const struct manifest_split *s = &m->split[i];
        for (int kind = 0; kind < SET_ARRAYS; kind++)
            if (!visit_array(&s->array[kind], visit, context))
                return false;
        for (size_t j = 0; j < s->more_count; j++)
            if (!visit_array(&s->more[j], visit, context))
                return false;
    }
    for (size_t i = 0; i < m->file_count; i++)
        if (!visit(context, &m->file[i]))
            return false;
    return true;
}

static bool measure(const struct manifest_file *file, const char *path,
                    uint64_t *files, uint64_t *bytes)
{
    struct error ignored = { 0 };
    unsigned long long size = 0;

    if (file->is_folder)
        return file_exists(path) &&
               folder_measure(path, files, bytes, &ignored);
    if (!file_size(path, &size))
        return false;
    *bytes = size;
    return true;
}

bool manifest_file_fits(const struct manifest_file *file, const char *dir,
                        struct error *err)
{
    char *path = path_join(dir, file->file, err);
    uint64_t files = 0, bytes = 0;
    bool there = path && measure(file, path, &files, &bytes);
    bool fits = there && bytes == file->bytes &&
                (!file->is_folder || files == file->files);

    if (path && !there)
        error_set(err, FAIL_DATA, "'%s' is missing", path);
    else if (path && !fits && file->is_folder && files != file->files)
        error_set(err, FAIL_DATA, "'%s' has %llu files instead of %llu", path,
                  (unsigned long long)files, (unsigned long long)file->files);
    else if (path && !fits)
        error_set(err, FAIL_DATA, "'%s' has %llu bytes instead of %llu", path,
                  (unsigned long long)bytes, (unsigned long long)file->bytes);
    free(path);
    return fits;
}

struct fit {
    const char *dir;
    struct error *err;
};

static bool file_fits(void *context, const struct manifest_file *file)
{
    const struct fit *fit = context;
    return manifest_file_fits(file, fit->dir, fit->err);
}

bool manifest_files_fit(const struct manifest *m, const char *dir,
                        struct error *err)
{
    struct fit fit = { dir, err };
    return manifest_each_file(m, file_fits, &fit);
}

/* ---- writing ---- */

static struct json_t *make_array(const struct manifest_array *a,
                                 struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *shape = jsondoc_array(err);

    for (unsigned i = 0; i < a->info.ndims; i++)
        jsondoc_append_u64(shape, a->info.dim[i], err);
    jsondoc_set_text(doc, "file", a->file, err);
    jsondoc_set_text(doc, "dtype", dtype_name(a->info.dtype), err);
    jsondoc_set(doc, "shape", shape, err);
    jsondoc_set_text(doc, "byte_order", a->little ? "little" : "big", err);
    jsondoc_set_u64(doc, "offset", a->offset, err);
    jsondoc_set_u64(doc, "bytes", a->bytes, err);
    if (a->sha256[0])
        jsondoc_set_text(doc, "sha256", a->sha256, err);
    return doc;
}

static struct json_t *make_file(const struct manifest_file *f,
                                struct error *err)
{
    struct json_t *doc = jsondoc_object(err);

    jsondoc_set_text(doc, "file", f->file, err);
    if (f->format)
        jsondoc_set_text(doc, "format", f->format, err);
    if (f->is_folder)
        jsondoc_set_u64(doc, "files", f->files, err);
    jsondoc_set_u64(doc, "bytes", f->bytes, err);
    if (f->sha256[0])
        jsondoc_set_text(doc, "sha256", f->sha256, err);
    return doc;
}

static struct json_t *make_split(const struct manifest_split *s,
                                 struct error *err)
{
    struct json_t *doc = jsondoc_object(err);

    jsondoc_set_u64(doc, "count", s->count, err);
    if (s->from)
        jsondoc_set_text(doc, "from", s->from, err);
    for (int kind = 0; kind < SET_ARRAYS; kind++)
        if (s->array[kind].file)
            jsondoc_set(doc, set_array_name((enum set_array)kind),
                        make_array(&s->array[kind], err), err);
    if (s->more_count > 0) {
        struct json_t *more = jsondoc_array(err);
        for (size_t i = 0; i < s->more_count; i++)
            jsondoc_append(more, make_array(&s->more[i], err), err);
        jsondoc_set(doc, "also", more, err);
    }
    return doc;
}

static struct json_t *make_source(const struct manifest_source *s,
                                  struct error *err)
{
    struct json_t *doc = jsondoc_object(err);

    jsondoc_set_text(doc, "split", s->split, err);
    jsondoc_set_text(doc, "part", s->part, err);
    jsondoc_set_text(doc, "file", s->file, err);
    jsondoc_set_u64(doc, "bytes", s->facts.bytes, err);
    jsondoc_set_text(doc, "sha256", s->facts.sha256, err);
    jsondoc_set_u64(doc, "payload_bytes", s->facts.payload_bytes, err);
    jsondoc_set_text(doc, "payload_sha256", s->facts.payload_sha256, err);
    return doc;
}

static struct json_t *make_document(const struct manifest *m, const char *tool,
                                    struct error *err)
{
    struct json_t *doc = jsondoc_object(err);
    struct json_t *classes = jsondoc_array(err), *sources = jsondoc_array(err);
    struct json_t *splits = jsondoc_object(err);

    for (size_t i = 0; i < m->class_count; i++)
        jsondoc_append_text(classes, m->classes[i], err);
    for (size_t i = 0; i < m->source_count; i++)
        jsondoc_append(sources, make_source(&m->source[i], err), err);
    for (size_t i = 0; i < m->split_count; i++)
        jsondoc_set(splits, m->split[i].name, make_split(&m->split[i], err),
                    err);
    jsondoc_set_text(doc, "schema", SCHEMA, err);
    jsondoc_set_text(doc, "tool", tool, err);
    jsondoc_set_text(doc, "dataset", m->dataset, err);
    jsondoc_set(doc, "classes", classes, err);
    jsondoc_set(doc, "recipe", jsondoc_keep(m->recipe), err);
    jsondoc_set(doc, "sources", sources, err);
    jsondoc_set(doc, "splits", splits, err);
    if (m->file_count > 0) {
        struct json_t *files = jsondoc_array(err);
        for (size_t i = 0; i < m->file_count; i++)
            jsondoc_append(files, make_file(&m->file[i], err), err);
        jsondoc_set(doc, "files", files, err);
    }
    return doc;
}

bool manifest_equal(const struct manifest *a, const struct manifest *b)
{
    struct error err = { 0 };
    struct json_t *one = make_document(a, "", &err);
    struct json_t *other = make_document(b, "", &err);
    bool equal = err.code == FAIL_NONE && jsondoc_equal(one, other);

    jsondoc_release(one);
    jsondoc_release(other);
    return equal;
}

bool manifest_stage(const struct manifest *m, const char *dir, const char *tool,
                    unsigned outfile_flags, struct outfile *to,
                    struct error *err)
{
    struct json_t *doc = make_document(m, tool, err);
    char *path = path_join(dir, STORE_MANIFEST, err);
    char *text = jsondoc_dump(doc, err);
    bool ok = path && text &&
              outfile_open(to, path, outfile_flags | OUTFILE_REPLACE, err) &&
              writer_write(&to->base, text, strlen(text), err) &&
              outfile_finish(to, err);

    free(text);
    free(path);
    jsondoc_release(doc);
    return ok;
}

/* ---- reading ---- */

/* A copy of a text member, NULL with *err set when there is none. */
static char *copy_text(struct json_t *doc, const char *key, struct error *err)
{
    const char *text = jsondoc_find_text(doc, key);

    if (text)
        return text_copy(text, err);
    error_set(err, FAIL_DATA, "\"%s\" is missing", key);
    return NULL;
}

static bool copy_hash(struct json_t *doc, const char *key, char to[DIGEST_TEXT])
{
    const char *text = jsondoc_find_text(doc, key);

    if (!text || strlen(text) >= DIGEST_TEXT)
        return false;
    memcpy(to, text, strlen(text) + 1);
    return true;
}

bool manifest_is_file_name(const char *file)
{
    for (const char *part = file;;) {
        size_t n = strcspn(part, "/");
        if (n == 0 || (n == 1 && part[0] == '.') ||
            (n == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        if (part[n] == '\0')
            return true;
        part += n + 1;
    }
}

static bool read_array(struct json_t *doc, struct manifest_array *a,
                       struct error *err)
{
    const char *dtype = jsondoc_find_text(doc, "dtype");
    const char *order = jsondoc_find_text(doc, "byte_order");
    struct json_t *shape = jsondoc_find(doc, "shape");
    uint64_t elements_bytes;

    a->file = copy_text(doc, "file", err);
    if (!a->file)
        return false;
    a->info.ndims = (unsigned)jsondoc_count(shape);
    bool ok = manifest_is_file_name(a->file) && dtype &&
              dtype_parse(dtype, &a->info.dtype) && order &&
              (strcmp(order, "little") == 0 || strcmp(order, "big") == 0) &&
              jsondoc_count(shape) >= 1 &&
              jsondoc_count(shape) <= ARRAY_MAX_DIMS &&
              jsondoc_find_u64(doc, "offset", &a->offset) &&
              jsondoc_find_u64(doc, "bytes", &a->bytes);
    for (unsigned i = 0; ok && i < a->info.ndims; i++)
        ok = jsondoc_u64(jsondoc_at(shape, i), &a->info.dim[i]) &&
             (i == 0 || a->info.dim[i] > 0);
    ok = ok && array_bytes(&a->info, &elements_bytes) &&
         size_add(&elements_bytes, a->offset) && elements_bytes == a->bytes;
    if (!ok)
        return error_set(err, FAIL_DATA, "the entry of '%s' makes no sense",
                         a->file);
    a->little = strcmp(order, "little") == 0;
    if (jsondoc_find(doc, "sha256") && !copy_hash(doc, "sha256", a->sha256))
        return error_set(err, FAIL_DATA, "the sum of '%s' makes no sense",
                         a->file);
    return true;
}

static bool read_file(struct json_t *doc, struct manifest_file *f,
                      struct error *err)
{
    const char *format = jsondoc_find_text(doc, "format");

    f->file = copy_text(doc, "file", err);
    if (!f->file)
        return false;
    if (!manifest_is_file_name(f->file) ||
        !jsondoc_find_u64(doc, "bytes", &f->bytes))
        return error_set(err, FAIL_DATA, "the entry of '%s' makes no sense",
                         f->file);
    f->is_folder = jsondoc_find_u64(doc, "files", &f->files);
    f->format = format ? text_copy(format, err) : NULL;
    if ((jsondoc_find(doc, "files") && !f->is_folder) ||
        (jsondoc_find(doc, "sha256") && !copy_hash(doc, "sha256", f->sha256)))
        return error_set(err, FAIL_DATA, "the entry of '%s' makes no sense",
                         f->file);
    return !format || f->format;
}

static bool read_split(struct json_t *doc, const char *name,
                       struct manifest_split *s, struct error *err)
{
    struct json_t *also = jsondoc_find(doc, "also");
    size_t more = jsondoc_count(also);

    const char *from = jsondoc_find_text(doc, "from");

    s->name = text_copy(name, err);
    s->from = from ? text_copy(from, err) : NULL;
    if (!s->name || (from && !s->from))
        return false;
    if (!jsondoc_find_u64(doc, "count", &s->count) || more > LIST_MAX)
        return error_set(err, FAIL_DATA, "split '%s' makes no sense", name);
    for (int kind = 0; kind < SET_ARRAYS; kind++) {
        struct manifest_array *a = &s->array[kind];
        struct json_t *entry =
            jsondoc_find(doc, set_array_name((enum set_array)kind));
        if (entry && !read_array(entry, a, err))
            return false;
        if (entry && a->info.dim[0] != s->count)
            return error_set(err, FAIL_DATA,
                             "'%s' and the count of '%s' disagree", a->file,
                             name);
    }
    s->more = calloc(more + 1, sizeof *s->more);
    if (!s->more)
        return error_memory(err);
    for (; s->more_count < more; s->more_count++)
        if (!read_array(jsondoc_at(also, s->more_count),
                        &s->more[s->more_count], err)) {
            s->more_count++;
            return false;
        }
    return true;
}

static bool read_source(struct json_t *doc, struct manifest_source *s,
                        struct error *err)
{
    s->split = copy_text(doc, "split", err);
    s->part = copy_text(doc, "part", err);
    s->file = copy_text(doc, "file", err);
    if (!s->split || !s->part || !s->file)
        return false;
    if (!jsondoc_find_u64(doc, "bytes", &s->facts.bytes) ||
        !copy_hash(doc, "sha256", s->facts.sha256) ||
        !copy_hash(doc, "payload_sha256", s->facts.payload_sha256))
        return error_set(err, FAIL_DATA, "the source '%s' makes no sense",
                         s->file);
    jsondoc_find_u64(doc, "payload_bytes", &s->facts.payload_bytes);
    return true;
}

static bool read_document(struct json_t *doc, struct manifest *m,
                          struct error *err)
{
    const char *schema = jsondoc_find_text(doc, "schema");
    struct json_t *classes = jsondoc_find(doc, "classes");
    struct json_t *sources = jsondoc_find(doc, "sources");
    struct json_t *splits = jsondoc_find(doc, "splits");
    size_t class_count = jsondoc_count(classes);
    size_t source_count = jsondoc_count(sources);
    size_t split_count = jsondoc_count(splits);
    struct json_t *files = jsondoc_find(doc, "files");
    size_t file_count = jsondoc_count(files);

    if (!schema || strcmp(schema, SCHEMA) != 0)
        return error_set(err, FAIL_DATA, "its schema is not " SCHEMA);
    if (!jsondoc_is_array(classes) || !jsondoc_is_array(sources) ||
        !jsondoc_is_object(splits) ||
        !jsondoc_is_object(jsondoc_find(doc, "recipe")))
        return error_set(err, FAIL_DATA,
                         "\"classes\", \"recipe\", \"sources\" or "
                         "\"splits\" is missing, or is something else");
    if (files && !jsondoc_is_array(files))
        return error_set(err, FAIL_DATA, "\"files\" is no list");
    if (class_count > 65536 || source_count > LIST_MAX ||
        split_count > LIST_MAX || file_count > LIST_MAX)
        return error_set(err, FAIL_DATA, "it is too large");
    m->dataset = copy_text(doc, "dataset", err);
    m->recipe = jsondoc_keep(jsondoc_find(doc, "recipe"));
    m->classes = calloc(class_count + 1, sizeof *m->classes);
    m->source = calloc(source_count + 1, sizeof *m->source);
    m->split = calloc(split_count + 1, sizeof *m->split);
    if (!m->dataset)
        return false;
    m->file = calloc(file_count + 1, sizeof *m->file);
    if (!m->classes || !m->source || !m->split || !m->file)
        return error_memory(err);
    while (m->file_count < file_count) {
        size_t i = m->file_count++;
        if (!read_file(jsondoc_at(files, i), &m->file[i], err))
            return false;
    }
    for (; m->class_count < class_count; m->class_count++) {
        const char *name = jsondoc_text(jsondoc_at(classes, m->class_count));
        if (!name)
            return error_set(err, FAIL_DATA, "a class has no name");
        m->classes[m->class_count] = text_copy(name, err);
        if (!m->classes[m->class_count])
            return false;
    }
    while (m->source_count < source_count) {
        size_t i = m->source_count++;
        if (!read_source(jsondoc_at(sources, i), &m->source[i], err))
            return false;
    }
    while (m->split_count < split_count) {
        size_t i = m->split_count++;
        const char *name = NULL;
        struct json_t *split = jsondoc_member_at(splits, i, &name);
        if (!read_split(split, name, &m->split[i], err))
            return false;
    }
    return true;
}

bool manifest_read(struct manifest *m, const char *dir, struct error *err)
{
    char *path = path_join(dir, STORE_MANIFEST, err);
    /* Not of a FIFO: whoever opens a directory is not to wait for ever. */
    struct json_t *doc =
        path ? jsondoc_read_from(regular_reader_open(path, err), err) : NULL;
    struct error why = { 0 };
    bool ok = doc && read_document(doc, m, &why);

    if (doc && !ok)
        error_set(err, why.code, "'%s': %s", path, why.text);
    jsondoc_release(doc);
    free(path);
    return ok;
}
