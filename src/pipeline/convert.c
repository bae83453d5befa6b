/* SPDX-License-Identifier: MIT */
/* decode, normalize and onehot as loops over blocks of elements. */
#include "pipeline/convert.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "base/path.h"
#include "pipeline/arrayfile.h"
#include "stage/onehot.h"

enum { BLOCK_ELEMENTS = 64 * 1024 };

/* A conversion under way; starts as { 0 }. */
struct conversion {
    struct array_stream in;
    struct arrayfile out;
    void *from, *to; /* BLOCK_ELEMENTS of the input, and what they become */
};

static bool open_input(struct conversion *c, const struct convert_paths *paths,
                       struct error *err)
{
    struct reader *in = content_unpack(file_reader_open(paths->from, err), err);

    /* A signal ends the wait for a pipe in this thread, but not in another. */
    if (paths->jobs > 1 && strcmp(paths->from, "-") != 0 &&
        file_is_regular(paths->from))
        in = ahead_reader_open(in, err);
    return array_open_unpacked(&c->in, in, err);
}

/* `to_bytes`: what one element of the input becomes. */
static bool open_output(struct conversion *c, const struct convert_paths *paths,
                        const struct array_info *info, size_t to_bytes,
                        struct error *err)
{
    c->from = malloc(BLOCK_ELEMENTS * sizeof(int64_t));
    c->to = malloc(BLOCK_ELEMENTS * to_bytes);
    if (!c->from || !c->to)
        return error_memory(err);
    return arrayfile_create(&c->out, paths->to, paths->format, info,
                            paths->outfile_flags, err);
}

/* Elements in this machine's order; their number, 0 at the end, or -1. */
static ptrdiff_t next_block(struct conversion *c, size_t elements,
                            struct error *err)
{
    if (!interrupt_none(err))
        return -1;
    return array_read_native(&c->in, c->from, elements, err);
}

static bool finish(struct conversion *c, const struct convert_paths *paths,
                   bool ok, struct error *err)
{
    if (paths->written)
        *paths->written = c->out.out.bytes;
    ok = ok && arrayfile_finish(&c->out, err) && arrayfile_commit(&c->out, err);
    arrayfile_abandon(&c->out);
    array_close(&c->in);
    free(c->from);
    free(c->to);
    return ok;
}

bool convert_decode(const struct convert_paths *paths, struct error *err)
{
    struct conversion c = { 0 };
    ptrdiff_t n = -1;
    bool ok = open_input(&c, paths, err) &&
              open_output(&c, paths, &c.in.info, 1, err);

    while (ok && (n = next_block(&c, BLOCK_ELEMENTS, err)) > 0)
        ok = arrayfile_write(&c.out, c.from, (size_t)n, err);
    return finish(&c, paths, ok && n == 0, err);
}

static bool check_pixels(const struct array_stream *in, struct error *err)
{
    if (in->labelled)
        return error_set(err, FAIL_DATA,
                         "'%s' is a table with a column of labels, which are "
                         "no pixels; use 'mnistprep prep NAME --from FILE'",
                         in->in->name);
    if (in->info.ndims >= 2)
        return true;
    return error_set(err, FAIL_DATA,
                     "'%s' is a plain list, not images; were images and "
                     "labels swapped?",
                     in->in->name);
}

/* How many elements are read at once: whole pictures, as SCALE_PIXEL_STANDARD
 * needs them. 0 with *err set when one does not fit. */
static size_t picture_elements(const struct array_stream *in, size_t *pixels,
                               struct error *err)
{
    uint64_t row;

    if (!array_row_elements(&in->info, &row) || row > BLOCK_ELEMENTS) {
        error_set(err, FAIL_DATA,
                  "'%s' has pictures of more than %d pixels, too large for "
                  "--scale pixel-standard",
                  in->in->name, BLOCK_ELEMENTS);
        return 0;
    }
    *pixels = (size_t)row;
    return BLOCK_ELEMENTS / (size_t)row * (size_t)row;
}

/* What a scale is fitted on. */
struct fitting {
    struct scale scale;
    struct pixel_moments moments;
    uint64_t histogram[256];
    struct pixel_sums sums;
    /* To be the same when the input is read again. */
    struct array_info info;
    struct stat file;
};

static bool fit_by_pixel(struct conversion *c, struct fitting *f,
                         struct error *err)
{
    size_t pixels, elements = picture_elements(&c->in, &pixels, err);
    ptrdiff_t n = -1;

    if (elements == 0 || !pixel_sums_init(&f->sums, pixels, err))
        return false;
    while ((n = next_block(c, elements, err)) > 0)
        pixel_sums_add(&f->sums, c->from, (size_t)n / pixels);
    return n == 0 && scale_fit_pixels(&f->scale, &f->sums, &f->moments, err);
}

static bool fit_all(struct conversion *c, struct fitting *f, struct error *err)
{
    const unsigned char *levels = c->from;
    ptrdiff_t n;

    while ((n = next_block(c, BLOCK_ELEMENTS, err)) > 0)
        for (ptrdiff_t i = 0; i < n; i++)
            f->histogram[levels[i]]++;
    return n == 0 && scale_fit(&f->scale, f->histogram, err);
}

/* One that is not there is for open_input() to tell. */
static bool look_at_file(const char *path, struct stat *to)
{
    return strcmp(path, "-") != 0 &&
           (stat(path, to) != 0 || S_ISREG(to->st_mode));
}

/* The first pass of SCALE_STANDARD and SCALE_PIXEL_STANDARD. */
static bool fit(struct fitting *f, const struct convert_paths *paths,
                struct error *err)
{
    struct conversion c = { 0 };
    const char *scale = scale_name(f->scale.mode);

    if (!look_at_file(paths->from, &f->file))
        return error_set(err, FAIL_USAGE,
                         "--scale %s reads its input twice, so it needs a "
                         "regular file, not '%s'",
                         scale, paths->from);
    bool ok = open_input(&c, paths, err) && check_pixels(&c.in, err);
    if (ok && c.in.info.dtype != DTYPE_U8)
        ok = error_set(err, FAIL_DATA,
                       "'%s' has pixels of type %s; --scale %s needs u8",
                       paths->from, dtype_name(c.in.info.dtype), scale);
    c.from = ok ? malloc(BLOCK_ELEMENTS) : NULL;
    ok = ok && (c.from || error_memory(err)) &&
         (f->scale.mode == SCALE_PIXEL_STANDARD ? fit_by_pixel(&c, f, err)
                                                : fit_all(&c, f, err));
    f->info = c.in.info;
    pixel_sums_release(&f->sums);
    array_close(&c.in);
    free(c.from);
    return ok;
}

static bool refuse_changed(const char *path, struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' was changed while it was read; run again", path);
}

/* Moments and buffers are for pictures of the first pass. */
static bool check_same_shape(const struct fitting *f,
                             const struct array_stream *in, struct error *err)
{
    return (f->info.dtype == in->info.dtype &&
            array_same_shape(&f->info, &in->info)) ||
           refuse_changed(in->in->name, err);
}

/* After the second pass: constants and rows are of the same file. */
static bool check_same_file(const struct fitting *f, const char *path,
                            struct error *err)
{
    const struct stat *first = &f->file;
    struct stat now;

    if (stat(path, &now) == 0 && now.st_dev == first->st_dev &&
        now.st_ino == first->st_ino && now.st_size == first->st_size &&
        now.st_mtim.tv_sec == first->st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == first->st_mtim.tv_nsec)
        return true;
    return refuse_changed(path, err);
}

bool convert_normalize(const struct convert_paths *paths,
                       const struct scale *scale, enum dtype dtype,
                       struct error *err)
{
    struct conversion c = { 0 };
    struct fitting fitted = { .scale = *scale };
    struct normalize normalize = { 0 };
    struct pixel_place place = { 0 };
    size_t pixels = 1, elements = BLOCK_ELEMENTS;
    ptrdiff_t n = -1;
    bool again = scale_is_fitted(scale);
    bool ok = (!again || fit(&fitted, paths, err)) &&
              normalize_init(&normalize, &fitted.scale, dtype, err) &&
              open_input(&c, paths, err) && check_pixels(&c.in, err) &&
              (!again || check_same_shape(&fitted, &c.in, err));

    if (ok && scale->mode == SCALE_PIXEL_STANDARD)
        ok = (elements = picture_elements(&c.in, &pixels, err)) > 0;
    if (ok) {
        struct array_info info = c.in.info;
        info.dtype = dtype;
        place.file = c.in.in->name;
        /* At least 1: rows of nothing are refused on opening. */
        ok = (array_row_elements(&info, &place.row_pixels) ||
              error_memory(err)) &&
             open_output(&c, paths, &info, dtype_bytes(dtype), err);
    }
    while (ok && (n = next_block(&c, elements, err)) > 0) {
        ok = normalize_any(&normalize, c.in.info.dtype, c.from, (size_t)n, c.to,
                           &place, err) &&
             arrayfile_write(&c.out, c.to, (size_t)n, err);
        place.first += (uint64_t)n;
    }
    ok = ok && n == 0 && (!again || check_same_file(&fitted, paths->from, err));
    normalize_release(&normalize);
    pixel_moments_release(&fitted.moments);
    return finish(&c, paths, ok, err);
}

static bool check_label_array(const struct array_stream *in, struct error *err)
{
    if (in->info.ndims != 1)
        return error_set(err, FAIL_DATA,
                         "'%s' has %u dimensions, labels have one; were images "
                         "and labels swapped?",
                         in->in->name, in->info.ndims);
    if (dtype_is_float(in->info.dtype))
        return error_set(err, FAIL_DATA,
                         "'%s' has labels of type %s; whole numbers are needed",
                         in->in->name, dtype_name(in->info.dtype));
    return true;
}

bool convert_onehot(const struct convert_paths *paths, size_t classes,
                    double smoothing, struct error *err)
{
    struct conversion c = { 0 };
    struct onehot onehot;
    size_t rows = 0;
    int64_t *labels = NULL;
    uint64_t first = 0;
    ptrdiff_t n = -1;
    bool ok = onehot_init(&onehot, classes, smoothing, err);

    if (ok) {
        rows = classes < BLOCK_ELEMENTS ? BLOCK_ELEMENTS / classes : 1;
        labels = malloc(rows * sizeof *labels);
        ok = (labels || error_memory(err)) && open_input(&c, paths, err) &&
             check_label_array(&c.in, err);
    }

    if (ok) {
        struct array_info info = { .dtype = DTYPE_F32,
                                   .ndims = 2,
                                   .dim = { c.in.info.dim[0], classes } };
        ok = open_output(&c, paths, &info, sizeof(float), err);
    }
    while (ok && (n = next_block(&c, rows, err)) > 0) {
        const unsigned char *raw = c.from;
        for (ptrdiff_t i = 0; i < n; i++)
            labels[i] = dtype_load_whole(
                c.in.info.dtype,
                raw + (size_t)i * dtype_bytes(c.in.info.dtype));
        ok = onehot_check_labels(labels, (size_t)n, first, classes,
                                 c.in.in->name, err);
        if (ok) {
            onehot_rows(&onehot, labels, (size_t)n, c.to);
            ok = arrayfile_write(&c.out, c.to, (size_t)n * classes, err);
        }
        first += (uint64_t)n;
    }
    free(labels);
    return finish(&c, paths, ok && n == 0, err);
}
