/* SPDX-License-Identifier: MIT */
/* Stages alone, on rows that are in memory: what they cost without reading.
 * Prints seconds.
 *
 *   stages stats IMAGES LABELS       histograms of all classes, and all figures
 *   stages duplicates IMAGES LABELS  the search for equal rows
 *   stages affine IMAGES LABELS      a copy of each row, by prep's defaults
 *   stages elastic IMAGES LABELS     a copy of each row, bent
 *
 * IMAGES and LABELS are IDX files without gzip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/reader.h"
#include "base/sizes.h"
#include "stage/augment.h"
#include "stage/duplicates.h"
#include "stage/stats.h"

enum { HEADER = 16, LABEL_HEADER = 8, CLASSES = 256, SIDE = 28 };

struct rows {
    unsigned char *images;
    int64_t *labels;
    size_t count, bytes;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned char *read_file(const char *path, size_t *n, struct error *err)
{
    struct reader *in = file_reader_open(path, err);
    unsigned char *bytes = in ? reader_rest(in, (size_t)1 << 32, n, err) : NULL;

    reader_close(in);
    return bytes;
}

static bool read_rows(struct rows *r, const char *images, const char *labels,
                      struct error *err)
{
    size_t image_bytes = 0, label_bytes = 0;
    unsigned char *label = read_file(labels, &label_bytes, err);

    r->images = read_file(images, &image_bytes, err);
    if (!r->images || !label || label_bytes <= LABEL_HEADER ||
        image_bytes <= HEADER)
        return false;
    r->count = label_bytes - LABEL_HEADER;
    r->bytes = (image_bytes - HEADER) / r->count;
    r->labels = calloc(r->count, sizeof *r->labels);
    for (size_t i = 0; r->labels && i < r->count; i++)
        r->labels[i] = label[LABEL_HEADER + i];
    free(label);
    return r->labels || error_memory(err);
}

static bool run_stats(struct rows *r, struct error *err)
{
    struct stats s = { 0 };
    struct pixel_stats figures = { 0 };
    uint64_t all[256];
    bool ok = stats_init(&s, CLASSES, r->bytes, err);

    if (ok) {
        stats_add(&s, r->images + HEADER, r->labels, r->count);
        stats_total(&s, all);
        ok = pixel_stats_of(all, &figures, err);
    }
    for (size_t c = 0; ok && c < CLASSES; c++)
        ok = s.label_counts[c] == 0 ||
             pixel_stats_of(s.histogram[c], &figures, err);
    stats_release(&s);
    return ok;
}

static int same(void *context, uint64_t a, uint64_t b, struct error *err)
{
    const struct rows *r = context;
    const unsigned char *images = r->images + HEADER;

    (void)err;
    return memcmp(images + a * r->bytes, images + b * r->bytes, r->bytes) == 0;
}

static bool run_duplicates(struct rows *r, struct error *err)
{
    struct duplicates d = { 0 };
    bool ok = true;

    for (size_t i = 0; ok && i < r->count; i++)
        ok = duplicates_add_row(&d, r->images + HEADER + i * r->bytes, r->bytes,
                                err);
    ok = ok && duplicates_find(&d, same, r, err);
    duplicates_release(&d);
    return ok;
}

static bool run_augment(const struct rows *r, const struct augment_rules *rules,
                        struct error *err)
{
    struct augment a = { 0 };
    unsigned char to[SIDE * SIDE];
    bool ok = r->bytes == sizeof to &&
              augment_init(&a, rules, 0, SIDE, SIDE, 1, err);

    for (size_t i = 0; ok && i < r->count; i++)
        augment_picture(&a, 0, i, 1, r->images + HEADER + i * r->bytes, to);
    augment_release(&a);
    return ok;
}

static bool run_affine(struct rows *r, struct error *err)
{
    const struct augment_rules rules = {
        .copies = 1, .rotate = 10, .shift = 2, .stretch = 0.1
    };
    return run_augment(r, &rules, err);
}

static bool run_elastic(struct rows *r, struct error *err)
{
    const struct augment_rules rules = { .copies = 1,
                                         .elastic = 34,
                                         .elastic_sigma = 4 };
    return run_augment(r, &rules, err);
}

static bool run(const char *what, struct rows *r, struct error *err)
{
    static const struct {
        const char *name;
        bool (*run)(struct rows *r, struct error *err);
    } stages[] = {
        { "stats", run_stats },
        { "duplicates", run_duplicates },
        { "affine", run_affine },
        { "elastic", run_elastic },
    };

    for (size_t i = 0; i < COUNT_OF(stages); i++)
        if (strcmp(stages[i].name, what) == 0)
            return stages[i].run(r, err);
    return error_set(err, FAIL_USAGE, "'%s' is no stage", what);
}

int main(int argc, char **argv)
{
    struct rows rows = { 0 };
    struct error err = { 0 };
    bool ok = argc == 4 && read_rows(&rows, argv[2], argv[3], &err);
    double begin = now();

    if (ok)
        ok = run(argv[1], &rows, &err);
    double end = now();
    if (ok)
        printf("%.6f\n", end - begin);
    else
        fprintf(stderr, "stages: %s\n", err.text);
    free(rows.images);
    free(rows.labels);
    return ok ? 0 : 1;
}
