/* SPDX-License-Identifier: MIT */
/* stats: exact counts, means and deviations, in words or as JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "dataset/source.h"
#include "format/jsondoc.h"
#include "pipeline/count.h"
#include "stage/stats.h"

struct stats_settings {
    struct common common;
    const char *split;
    bool as_published;
};

static const struct option_row stats_options[] = {
    { "split", 0, TEXT(struct stats_settings, split), .arg = "NAME",
      .help = "this split only (default: all)" },
    AS_PUBLISHED_ROW(struct stats_settings, as_published, .noted = 0),
    { .name = NULL },
};

/* What is reported of one split. */
struct split_report {
    const struct catalogue_dataset *dataset;
    const struct catalogue_split *split;
    uint64_t label_base; /* of the labels as they are read */
    struct array_info images;
    struct stats stats;
    struct pixel_stats pixels;
};

static bool scan(struct split_report *r, const char *raw_dir, unsigned flags,
                 struct error *err)
{
    struct source source = { 0 };
    size_t classes = r->dataset->class_count + (size_t)r->label_base;
    uint64_t histogram[256];
    bool ok = source_open_published(&source, raw_dir, r->dataset, r->split,
                                    NULL, flags, err) &&
              stats_init(&r->stats, classes, source.image_bytes, err) &&
              count_source(&source, classes, &r->stats, err);

    if (ok) {
        r->images = source.images;
        stats_total(&r->stats, histogram);
        ok = pixel_stats_of(histogram, &r->pixels, err);
    }
    source_close(&source);
    return ok;
}

static void set_moments(struct json_t *doc, const struct pixel_stats *p,
                        struct error *err)
{
    jsondoc_set_real(doc, "mean", p->mean, err);
    jsondoc_set_real(doc, "std", p->std, err);
}

static struct json_t *describe_classes(const struct split_report *r,
                                       struct error *err)
{
    struct json_t *list = jsondoc_array(err);

    for (size_t c = 0; c < r->stats.classes; c++) {
        struct json_t *doc = jsondoc_object(err);
        struct pixel_stats pixels = { 0 };
        (void)!pixel_stats_of(r->stats.histogram[c], &pixels, err);
        jsondoc_set_u64(doc, "label", c, err);
        jsondoc_set_text(doc, "name",
                         catalogue_class_name(r->dataset, r->label_base, c),
                         err);
        jsondoc_set_u64(doc, "count", r->stats.label_counts[c], err);
        jsondoc_set_u64(doc, "pixel_sum", pixels.sum, err);
        set_moments(doc, &pixels, err);
        jsondoc_append(list, doc, err);
    }
    return list;
}

static struct json_t *describe(const struct split_report *r, struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *shape = jsondoc_array(err);
    struct json_t *pixels = jsondoc_object(err), *labels = jsondoc_object(err);
    struct json_t *counts = jsondoc_array(err);

    for (unsigned i = 1; i < r->images.ndims; i++)
        jsondoc_append_u64(shape, r->images.dim[i], err);
    for (size_t c = 0; c < r->stats.classes; c++)
        jsondoc_append_u64(counts, r->stats.label_counts[c], err);
    jsondoc_set_u64(pixels, "min", r->pixels.min, err);
    jsondoc_set_u64(pixels, "max", r->pixels.max, err);
    jsondoc_set_u64(pixels, "sum", r->pixels.sum, err);
    jsondoc_set_u64(pixels, "sum_squares", r->pixels.sum_squares, err);
    set_moments(pixels, &r->pixels, err);
    jsondoc_set_u64(pixels, "zeros", r->pixels.zeros, err);
    jsondoc_set(labels, "counts", counts, err);
    jsondoc_set_u64(doc, "count", r->stats.rows, err);
    jsondoc_set(doc, "shape", shape, err);
    jsondoc_set(doc, "pixels", pixels, err);
    jsondoc_set(doc, "labels", labels, err);
    jsondoc_set(doc, "classes", describe_classes(r, err), err);
    return doc;
}

static void print(const struct split_report *r, struct error *err)
{
    const struct pixel_stats *p = &r->pixels;

    report_text(r->dataset->name);
    fputs(", ", stdout);
    report_text(r->split->name);
    printf(": %" PRIu64 " images of ", r->stats.rows);
    for (unsigned i = 1; i < r->images.ndims; i++)
        printf("%s%" PRIu64, i > 1 ? "x" : "", r->images.dim[i]);
    printf("\n  pixels  min %u, max %u, sum %" PRIu64 ", zeros %" PRIu64,
           p->min, p->max, p->sum, p->zeros);
    if (p->count > 0)
        printf(" (%.1f%%)\n          mean %.12f, deviation %.12f (of x/255)",
               100.0 * (double)p->zeros / (double)p->count, p->mean, p->std);
    puts("\n\n  label     count   share    mean  deviation  name");
    for (size_t c = 0; c < r->stats.classes; c++) {
        struct pixel_stats of_class = { 0 };
        uint64_t count = r->stats.label_counts[c];
        (void)!pixel_stats_of(r->stats.histogram[c], &of_class, err);
        printf("  %5zu  %8" PRIu64 "  %5.1f%%", c, count,
               r->stats.rows ? 100.0 * (double)count / (double)r->stats.rows
                             : 0.0);
        if (count > 0)
            printf("  %6.4f     %6.4f  ", of_class.mean, of_class.std);
        else
            fputs("       -          -  ", stdout);
        report_text(catalogue_class_name(r->dataset, r->label_base, c));
        putchar('\n');
    }
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct stats_settings *s = settings;
    struct datasets datasets = { 0 };
    struct store store = { 0 };
    const struct catalogue_dataset *d = NULL;
    const struct catalogue_split *only = NULL;
    unsigned flags = (s->common.jobs > 1 ? SOURCE_AHEAD : 0u) |
                     (s->as_published ? SOURCE_AS_PUBLISHED : 0u);
    struct json_t *splits = s->common.json ? jsondoc_object(err) : NULL;
    bool ok = datasets_one(&datasets, &store, &s->common, argc, argv, err);

    if (ok)
        d = datasets.chosen[0];
    if (ok && s->split)
        ok = (only = datasets_split(d, s->split, err)) != NULL;
    for (size_t i = 0; ok && i < d->split_count; i++) {
        struct split_report report = {
            .dataset = d,
            .split = &d->split[i],
            .label_base = s->as_published ? d->label_base : 0,
        };
        if (only && only != report.split)
            continue;
        ok = scan(&report, store.raw, flags, err);
        if (ok && s->common.json)
            jsondoc_set(splits, report.split->name, describe(&report, err),
                        err);
        else if (ok)
            print(&report, err);
        if (ok && !s->common.json && !only && i + 1 < d->split_count)
            putchar('\n');
        stats_release(&report.stats);
    }
    if (!ok && d)
        datasets_hint_fetch(d, err);
    if (ok && s->common.json) {
        struct json_t *doc = jsondoc_object(err);
        jsondoc_set_text(doc, "schema", "mnistprep.stats/1", err);
        jsondoc_set_text(doc, "dataset", d->name, err);
        jsondoc_set(doc, "splits", splits, err);
        splits = NULL;
        ok = report_json(doc, err);
    }
    jsondoc_release(splits);
    store_release(&store);
    datasets_release(&datasets);
    return ok;
}

const struct command command_stats = {
    .name = "stats",
    .operands = "[DATASET]",
    .most = 1,
    .group = GROUP_LOOK,
    .summary = "counts, means, deviations, balance of the classes",
    .description =
        "Reads the raw files of a dataset (default: mnist) and reports exact\n"
        "figures of pixels and labels: sums in integers, mean and population\n"
        "deviation of x/255, all of it also per class.",
    .examples = "  mnistprep stats\n"
                "  mnistprep stats fashion-mnist --split test --json\n",
    .options = stats_options,
    .uses = USE_JSON | USE_JOBS,
    .settings_size = sizeof(struct stats_settings),
    .run = run,
};
