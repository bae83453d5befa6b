/* SPDX-License-Identifier: MIT */
/* One object per split; what there are no rows for is null. */
#include "show/statsjson.h"

#include <math.h>

#include "format/jsondoc.h"

static void set_figures(struct json_t *doc, const struct survey_figures *f,
                        struct error *err)
{
    bool any = f->count > 0;

    jsondoc_set_real(doc, "mean", any ? f->pixels.mean : NAN, err);
    jsondoc_set_real(doc, "std", any ? f->pixels.std : NAN, err);
}

static void set_reals(struct json_t *doc, const char *key, const double *x,
                      size_t n, struct error *err)
{
    if (!x) {
        jsondoc_set_text(doc, key, NULL, err);
        return;
    }
    struct json_t *list = jsondoc_array(err);
    for (size_t i = 0; i < n; i++)
        jsondoc_append_real(list, x[i], err);
    jsondoc_set(doc, key, list, err);
}

static struct json_t *of_pixels(const struct survey_split *s, struct error *err)
{
    const struct pixel_stats *p = &s->all.pixels;
    struct json_t *doc = jsondoc_object(err), *levels = jsondoc_array(err);

    for (size_t x = 0; x < 256; x++)
        jsondoc_append_u64(levels, s->all.histogram[x], err);
    jsondoc_set_u64(doc, "min", p->min, err);
    jsondoc_set_u64(doc, "max", p->max, err);
    jsondoc_set_u64(doc, "sum", p->sum, err);
    jsondoc_set_u64(doc, "sum_squares", p->sum_squares, err);
    set_figures(doc, &s->all, err);
    jsondoc_set_u64(doc, "zeros", p->zeros, err);
    jsondoc_set_u64(doc, "constant", s->constant, err);
    jsondoc_set_u64(doc, "blank", s->blank, err);
    jsondoc_set(doc, "histogram", levels, err);
    return doc;
}

static struct json_t *of_class(const struct survey *s,
                               const struct survey_split *split, size_t class,
                               bool per_pixel, struct error *err)
{
    const struct survey_figures *f = &split->classes[class];
    struct json_t *doc = jsondoc_object(err);

    jsondoc_set_u64(doc, "label", class, err);
    jsondoc_set_text(doc, "name", s->view->class_name[class], err);
    jsondoc_set_u64(doc, "count", f->count, err);
    jsondoc_set_real(doc, "share", f->share, err);
    jsondoc_set_u64(doc, "pixel_sum", f->pixels.sum, err);
    set_figures(doc, f, err);
    jsondoc_set_u64(doc, "min", f->pixels.min, err);
    jsondoc_set_u64(doc, "max", f->pixels.max, err);
    jsondoc_set_u64(doc, "zeros", f->pixels.zeros, err);
    if (per_pixel)
        set_reals(doc, "mean_image", f->mean, split->height * split->width,
                  err);
    return doc;
}

static void set_labels(struct json_t *doc, const struct survey *s,
                       const struct survey_split *split, bool per_pixel,
                       struct error *err)
{
    struct json_t *labels = NULL, *classes = jsondoc_array(err);

    if (split->has_labels) {
        struct json_t *counts = jsondoc_array(err);
        for (size_t c = 0; c < s->class_count; c++) {
            jsondoc_append_u64(counts, split->classes[c].count, err);
            jsondoc_append(classes, of_class(s, split, c, per_pixel, err), err);
        }
        labels = jsondoc_object(err);
        jsondoc_set(labels, "counts", counts, err);
        jsondoc_set(doc, "labels", labels, err);
    } else {
        jsondoc_set_text(doc, "labels", NULL, err);
    }
    jsondoc_set(doc, "classes", classes, err);
}

static struct json_t *of_split(const struct survey *s,
                               const struct survey_split *split, bool per_pixel,
                               struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *shape = jsondoc_array(err);

    jsondoc_append_u64(shape, split->height, err);
    jsondoc_append_u64(shape, split->width, err);
    jsondoc_set_u64(doc, "count", split->all.count, err);
    jsondoc_set(doc, "shape", shape, err);
    jsondoc_set(doc, "pixels", of_pixels(split, err), err);
    set_labels(doc, s, split, per_pixel, err);
    if (per_pixel) {
        size_t n = split->height * split->width;
        struct json_t *maps = jsondoc_object(err);
        set_reals(maps, "mean", split->all.mean, n, err);
        set_reals(maps, "std", split->all.std, n, err);
        jsondoc_set(doc, "per_pixel", maps, err);
    }
    return doc;
}

struct json_t *stats_to_json(const struct survey *s, bool per_pixel,
                             struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *splits = jsondoc_object(err);

    jsondoc_set_text(doc, "schema", "mnistprep.stats/1", err);
    jsondoc_set_text(doc, "dataset", s->view->name, err);
    jsondoc_set_text(doc, "view",
                     s->view->prepared  ? "prepared"
                     : s->view->dataset ? "raw"
                                        : "own",
                     err);
    for (size_t i = 0; i < s->split_count; i++)
        jsondoc_set(splits, s->split[i].name,
                    of_split(s, &s->split[i], per_pixel, err), err);
    jsondoc_set(doc, "splits", splits, err);
    return doc;
}
