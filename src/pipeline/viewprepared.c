/* SPDX-License-Identifier: MIT */
/* Prepared sets, looked at: arrays as the manifest says, numbers as the recipe
 * says. */
#include "pipeline/viewprepared.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "dataset/filename.h"
#include "dataset/store.h"
#include "format/formats.h"
#include "pipeline/recipe.h"
#include "stage/restore.h"

/* Numbers are read in pieces of about this size, but at least a row. */
enum { PIECE_BYTES = 64 * 1024 };

/* Without --force a set whose files have their sizes passes for done. */
#define AGAIN "; make the set again with 'mnistprep prep --force'"

/* One array of a split. Starts as { 0 }. */
struct prepared_array {
    char *path; /* owned; NULL: there is none */
    struct array_stream stream;
};

struct view_prepared {
    struct recipe recipe;
    struct pixel_moments moments;
    struct restore restore;
    struct prepared_array images, labels;
    bool labels_alone; /* SOURCE_LABELS */
    uint64_t next_row;
    struct error failure;    /* of the row that comes next */
    uint32_t *source_row;    /* owned; NULL: all rows, in order */
    unsigned char *elements; /* owned: piece_rows pictures */
    size_t piece_rows;
};

/* ---- the recipe ---- */

/* The splits of the source, as far as they were prepared: a recipe names
 * those. The texts are the manifest's. */
static bool name_sources(const struct manifest *m, struct input *in,
                         struct error *err)
{
    in->name = m->dataset;
    for (size_t i = 0; i < m->split_count; i++) {
        const struct manifest_split *s = &m->split[i];
        char *name = s->from ? s->from : s->name;
        if (input_find_split(in, name) < in->split_count)
            continue;
        if (in->split_count == CATALOGUE_SPLITS_MAX)
            return error_set(err, FAIL_DATA, "it has too many splits");
        in->split[in->split_count++].name = name;
    }
    return true;
}

/* r->scale borrows the moments. */
static bool read_recipe(const struct manifest *m, struct recipe *r,
                        struct pixel_moments *moments, struct error *err)
{
    struct input in = { 0 };

    if (!name_sources(m, &in, err) || !recipe_from_json(r, m->recipe, &in, err))
        return false;
    if (r->scale.mode != SCALE_PIXEL_STANDARD)
        return true;
    r->scale.pixel = moments;
    return recipe_moments_from_json(moments, m->recipe, err);
}

/* ---- where an array stands ---- */

/* An array that is packed is no array to the manifest, but a file. */
static const struct manifest_file *find_packed(const struct manifest *m,
                                               const char *split,
                                               enum set_array kind,
                                               struct error *err)
{
    const struct manifest_file *found = NULL;
    char *name = text_format(err, "%s-%s.idx.gz", split, set_array_name(kind));

    for (size_t i = 0; name && i < m->file_count; i++)
        if (m->file[i].format && strcmp(m->file[i].format, "idx.gz") == 0 &&
            strcmp(m->file[i].file, name) == 0)
            found = &m->file[i];
    free(name);
    return found;
}

/* Elements from some place of a file to its end. */
static bool open_plain(struct prepared_array *a,
                       const struct manifest_array *at, struct error *err)
{
    unsigned char nowhere[512];

    a->stream = (struct array_stream){ .info = at->info, .little = at->little };
    a->stream.in = file_reader_open(a->path, err);
    uint64_t left = at->offset;
    while (a->stream.in && left > 0) {
        size_t n = left < sizeof nowhere ? (size_t)left : sizeof nowhere;
        if (!reader_exact(a->stream.in, nowhere, n, err))
            return false;
        left -= n;
    }
    a->stream.left = at->info.dim[0];
    for (unsigned i = 1; i < at->info.ndims; i++)
        if (!size_mul(&a->stream.left, at->info.dim[i]))
            return error_set(err, FAIL_DATA, "'%s' is too large", a->path);
    return a->stream.in != NULL;
}

/* Opens one array, when the split has it in a form that can be read. */
static bool open_array(struct prepared_array *a, const struct view *v,
                       size_t split, enum set_array kind, struct error *err)
{
    const struct manifest_split *s = &v->manifest.split[split];
    const struct manifest_array *plain = &s->array[kind];
    const struct manifest_file *packed =
        plain->file ? NULL : find_packed(&v->manifest, s->name, kind, err);
    struct manifest_file file = { .file = plain->file, .bytes = plain->bytes };
    struct error why = { 0 };

    if (packed)
        file = *packed;
    if (!file.file)
        return err->code == FAIL_NONE;
    if (!manifest_file_fits(&file, v->dir, &why))
        return error_set(err, why.code, "%s" AGAIN, why.text);
    a->path = path_join(v->dir, file.file, err);
    if (!a->path)
        return false;
    if (plain->file)
        return open_plain(a, plain, err);
    if (!array_open(&a->stream, file_reader_open(a->path, err), err))
        return false;
    return a->stream.info.dim[0] == s->count ||
           error_set(err, FAIL_DATA,
                     "'%s' has %" PRIu64
                     " rows, but dataset.json says %" PRIu64 AGAIN,
                     a->path, a->stream.info.dim[0], s->count);
}

static void close_array(struct prepared_array *a)
{
    array_close(&a->stream);
    free(a->path);
    *a = (struct prepared_array){ 0 };
}

/* ---- what is looked at ---- */

/* Names go into paths. */
static bool check_names(const struct manifest *m, struct error *err)
{
    if (!filename_is_plain(m->dataset))
        return error_set(err, FAIL_DATA, "'%s' is no name for a dataset",
                         m->dataset);
    if (m->split_count == 0 || m->split_count > VIEW_SPLITS_MAX)
        return error_set(err, FAIL_DATA, "%zu splits are not supported",
                         m->split_count);
    for (size_t i = 0; i < m->split_count; i++)
        if (!filename_is_plain(m->split[i].name))
            return error_set(err, FAIL_DATA, "'%s' is no name for a split",
                             m->split[i].name);
    return true;
}

/* One of its files that can be looked at as data of one's own; NULL: none. */
static const struct manifest_file *find_own(const struct manifest *m)
{
    static const char *const looked_at[] = { "csv", "pjreddie", "png",
                                             "torchvision" };

    for (size_t f = 0; f < COUNT_OF(looked_at); f++)
        for (size_t i = 0; i < m->file_count; i++)
            if (m->file[i].format &&
                strcmp(m->file[i].format, looked_at[f]) == 0)
                return &m->file[i];
    return NULL;
}

static bool refuse_images(const struct view *v, const char *split,
                          struct error *err)
{
    const struct manifest_file *own = find_own(&v->manifest);
    size_t length = own ? strlen(own->file) : 0;
    char hint[300] = "";

    /* Pairs of arrays are found by their folder. */
    if (own && strcmp(own->format, "torchvision") == 0)
        length = (size_t)(path_base(own->file) - own->file) - 1;
    if (own)
        snprintf(hint, sizeof hint, "look at them with --from '%s/%.*s', or ",
                 v->dir, (int)length, own->file);
    return error_set(err, FAIL_DATA,
                     "'%s' has the images of '%s' in no format that can be "
                     "looked at as a prepared set; %s%sprepare it with "
                     "--format bin, npy, idx or idx.gz",
                     v->dir, split, hint,
                     own ? "" : "look at what it was made from, or ");
}

static bool check_images(const struct view *v, struct error *err)
{
    const struct manifest *m = &v->manifest;

    for (size_t i = 0; i < m->split_count; i++) {
        if (m->split[i].array[SET_IMAGES].file ||
            find_packed(m, m->split[i].name, SET_IMAGES, err))
            continue;
        return refuse_images(v, m->split[i].name, err);
    }
    return true;
}

/* Can levels be told from the numbers? */
static bool check_recipe(struct view *v, struct error *err)
{
    struct recipe r;
    struct pixel_moments moments = { 0 };
    struct restore restore = { 0 };
    struct error why = { 0 };
    bool ok = read_recipe(&v->manifest, &r, &moments, err);

    if (ok && !restore_init(&restore, &r.scale, (enum dtype)r.dtype,
                            moments.pixels ? moments.pixels : 1, &why))
        ok = error_set(err, why.code, "%s%s", why.text,
                       why.code == FAIL_DATA
                           ? "; look at what it was made from, or prepare it "
                             "with --dtype f32"
                           : "");
    if (ok && r.as_published)
        v->flags |= SOURCE_AS_PUBLISHED;
    restore_release(&restore);
    pixel_moments_release(&moments);
    return ok;
}

static bool name_classes(struct view *v, struct error *err)
{
    const struct manifest *m = &v->manifest;
    bool any = false;

    for (size_t i = 0; i < m->split_count; i++)
        any |= m->split[i].array[SET_LABELS].file ||
               find_packed(m, m->split[i].name, SET_LABELS, err);
    if (!any)
        return err->code == FAIL_NONE;
    v->class_name = calloc(m->class_count + 1, sizeof *v->class_name);
    if (!v->class_name)
        return error_memory(err);
    v->class_count = m->class_count;
    for (size_t c = 0; c < m->class_count; c++)
        v->class_name[c] = m->classes[c];
    return true;
}

bool view_of_prepared(struct view *v, const char *dir,
                      const struct catalogue *catalogue, unsigned flags,
                      struct error *err)
{
    struct manifest *m = &v->manifest;
    struct error why = { 0 };

    v->prepared = true;
    v->flags = flags;
    v->dir = text_copy(dir, err);
    if (!v->dir || !manifest_read(m, dir, err))
        return false;
    if (!check_names(m, &why) || !check_recipe(v, &why))
        return error_set(err, why.code, "'%s/%s': %s", dir, STORE_MANIFEST,
                         why.text);
    if (!check_images(v, err) || !name_classes(v, err))
        return false;
    v->name = m->dataset;
    v->dataset = catalogue ? catalogue_find(catalogue, m->dataset) : NULL;
    for (size_t i = 0; i < m->split_count; i++) {
        v->only[i] = true;
        v->split_name[v->split_count++] = m->split[i].name;
    }
    return true;
}

/* ---- rows ---- */

static bool find_shape(struct view_rows *r, const struct prepared_array *images,
                       const struct recipe *recipe, struct error *err)
{
    const struct array_info *info = &images->stream.info;
    unsigned axes = recipe->layout == LAYOUT_HW ? 3 : 4;
    unsigned first = recipe->layout == LAYOUT_CHW ? 2 : 1;
    unsigned channel = recipe->layout == LAYOUT_CHW ? 1 : 3;
    char shape[ARRAY_SHAPE_TEXT];
    uint64_t pixels = 0;

    array_shape_text(info, shape);
    if (info->dtype != (enum dtype)recipe->dtype)
        return error_set(err, FAIL_DATA,
                         "'%s' holds %s, but its recipe makes %s" AGAIN,
                         images->path, dtype_name(info->dtype),
                         dtype_name((enum dtype)recipe->dtype));
    if (info->ndims != axes || (axes == 4 && info->dim[channel] != 1))
        return error_set(err, FAIL_DATA,
                         "'%s' has %s numbers; pictures of one grey channel "
                         "are needed, in the layout %s",
                         images->path, shape, recipe_layouts[recipe->layout]);
    if (!array_row_elements(info, &pixels) || pixels == 0 ||
        pixels > SOURCE_IMAGE_MAX_BYTES)
        return error_set(err, FAIL_DATA,
                         "'%s' has images of %s; more than %d pixels each is "
                         "not supported",
                         images->path, shape, SOURCE_IMAGE_MAX_BYTES);
    r->image_bytes = (size_t)pixels;
    r->height = (size_t)info->dim[first];
    r->width = (size_t)info->dim[first + 1];
    return true;
}

static bool check_labels(const struct prepared_array *labels, struct error *err)
{
    const struct array_info *info = &labels->stream.info;
    char shape[ARRAY_SHAPE_TEXT];

    if (!labels->path || (info->ndims == 1 && !dtype_is_float(info->dtype)))
        return true;
    array_shape_text(info, shape);
    return error_set(err, FAIL_DATA,
                     "'%s' holds %s of %s, not a list of labels" AGAIN,
                     labels->path, shape, dtype_name(info->dtype));
}

/* Of a pixel that never changed, pixel-standard leaves zeros. What they were is
 * known of the rows that the scale was fitted on, and of no others. */
static bool check_lost(const struct view_prepared *p, const char *split,
                       struct error *err)
{
    const struct pixel_moments *m = &p->moments;
    size_t lost = 0;

    for (size_t i = 0; i < m->pixels; i++)
        lost += m->std[i] == 0;
    if (lost == 0 || (strcmp(split, "train") == 0 && !p->recipe.fitted_on[0]))
        return true;
    return error_set(err, FAIL_DATA,
                     "'%s': the levels of %zu pixels are lost, which never "
                     "change in the rows that pixel-standard was fitted on; "
                     "look at the raw files%s, or prepare another scale",
                     p->images.path, lost,
                     p->recipe.fitted_on[0] ? "" : ", or at --split train");
}

/* The rows of the source, when some were chosen or put in order. */
static bool read_source_rows(struct view_prepared *p, const struct view *v,
                             size_t split, struct error *err)
{
    uint64_t count = v->manifest.split[split].count;
    struct prepared_array rows = { 0 };
    bool ok = open_array(&rows, v, split, SET_ROWS, err);

    if (ok && rows.path) {
        const struct array_info *info = &rows.stream.info;
        if (info->ndims != 1 || info->dtype != DTYPE_U32)
            ok = error_set(err, FAIL_DATA, "'%s' is no list of rows" AGAIN,
                           rows.path);
        else if (!(p->source_row =
                       malloc(((size_t)count + 1) * sizeof *p->source_row)))
            ok = error_memory(err);
        else
            ok = array_read_native(&rows.stream, p->source_row, (size_t)count,
                                   err) >= 0;
    }
    close_array(&rows);
    return ok;
}

bool view_prepared_open(struct view_rows *r, const struct view *v, size_t split,
                        struct error *err)
{
    struct view_prepared *p = calloc(1, sizeof *p);
    size_t row;

    if (!p)
        return error_memory(err);
    r->from_prepared = p;
    if (!read_recipe(&v->manifest, &p->recipe, &p->moments, err) ||
        !open_array(&p->images, v, split, SET_IMAGES, err) ||
        !find_shape(r, &p->images, &p->recipe, err) ||
        !open_array(&p->labels, v, split, SET_LABELS, err) ||
        !check_labels(&p->labels, err) || !read_source_rows(p, v, split, err) ||
        !restore_init(&p->restore, &p->recipe.scale,
                      (enum dtype)p->recipe.dtype, r->image_bytes, err) ||
        !check_lost(p, v->split_name[split], err))
        return false;
    row = r->image_bytes * dtype_bytes((enum dtype)p->recipe.dtype);
    p->piece_rows = row < PIECE_BYTES ? PIECE_BYTES / row : 1;
    p->elements = malloc(p->piece_rows * row);
    if (!p->elements)
        return error_memory(err);
    r->count = v->manifest.split[split].count;
    r->has_labels = p->labels.path != NULL;
    p->labels_alone = v->flags & SOURCE_LABELS;
    r->source_row = p->source_row;
    r->file = p->labels.path;
    return true;
}

/* Returns the rows before the first one that cannot be had, and why that is in
 * p->failure: how far it comes does not depend on how many are asked for. */
static size_t read_pictures(struct view_prepared *p, size_t image_bytes,
                            unsigned char *to, size_t rows)
{
    enum dtype dtype = (enum dtype)p->recipe.dtype;
    size_t done = 0;

    while (done < rows && p->failure.code == FAIL_NONE) {
        size_t n = rows - done < p->piece_rows ? rows - done : p->piece_rows;
        size_t all = n * image_bytes;
        if (array_read_native(&p->images.stream, p->elements, all,
                              &p->failure) < 0)
            break;
        size_t good = restore_levels(&p->restore, p->elements, n,
                                     to + done * image_bytes);
        done += good / image_bytes;
        if (good < all)
            error_set(
                &p->failure, FAIL_DATA,
                "'%s', row %" PRIu64 ", pixel %zu: its recipe makes %.9g of no "
                "grey level" AGAIN,
                p->images.path, p->next_row + done, good % image_bytes,
                dtype_load(dtype, p->elements + good * dtype_bytes(dtype)));
    }
    return done;
}

static bool read_labels(struct view_prepared *p, int64_t *to, size_t rows,
                        struct error *err)
{
    struct array_stream *stream = &p->labels.stream;
    size_t bytes = dtype_bytes(stream->info.dtype);
    unsigned char raw[SOURCE_LABEL_BYTES];

    for (size_t done = 0; done < rows;) {
        size_t n = rows - done;
        if (n > sizeof raw / bytes)
            n = sizeof raw / bytes;
        if (array_read_native(stream, raw, n, err) < 0)
            return false;
        for (size_t i = 0; i < n; i++)
            to[done++] = dtype_load_whole(stream->info.dtype, raw + i * bytes);
    }
    return true;
}

ptrdiff_t view_prepared_read(struct view_rows *r, unsigned char *images,
                             int64_t *labels, size_t rows, struct error *err)
{
    struct view_prepared *p = r->from_prepared;
    uint64_t left = r->count - p->next_row;
    size_t n = left < rows ? (size_t)left : rows;

    if (!p->labels_alone)
        n = read_pictures(p, r->image_bytes, images, n);
    if (n == 0 && p->failure.code != FAIL_NONE)
        error_pass(err, &p->failure);
    if (err->code != FAIL_NONE ||
        (r->has_labels && !read_labels(p, labels, n, err)))
        return -1;
    p->next_row += n;
    /* An array without rows has not been read at all so far. */
    if (n == 0 && !p->labels_alone &&
        (!reader_at_end(p->images.stream.in, err) ||
         (r->has_labels && !reader_at_end(p->labels.stream.in, err))))
        return -1;
    return (ptrdiff_t)n;
}

void view_prepared_close(struct view_prepared *p)
{
    if (!p)
        return;
    close_array(&p->images);
    close_array(&p->labels);
    restore_release(&p->restore);
    pixel_moments_release(&p->moments);
    free(p->source_row);
    free(p->elements);
    free(p);
}
