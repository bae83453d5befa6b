/* SPDX-License-Identifier: MIT */
/* Three tables. */
#include "show/statstable.h"

#include <inttypes.h>
#include <stdio.h>

#include "show/names.h"

enum { LABEL_BYTES = 24 };

/* The field before a class's, or the whole split's, figures. */
static const char *label_text(char to[LABEL_BYTES], size_t class)
{
    snprintf(to, LABEL_BYTES, "%zu", class);
    return to;
}

static bool write_figures(const char *split, const char *label,
                          const char *name, const struct survey_figures *f,
                          struct writer *w, struct error *err)
{
    const struct pixel_stats *p = &f->pixels;
    char mean[32] = "", std[32] = "";

    if (f->count > 0) {
        snprintf(mean, sizeof mean, "%.17g", p->mean);
        snprintf(std, sizeof std, "%.17g", p->std);
    }
    return name_write(w, split, err) &&
           writer_printf(w, err, "\t%s\t", label) && name_write(w, name, err) &&
           writer_printf(w, err,
                         "\t%" PRIu64 "\t%.17g\t%" PRIu64 "\t%s\t%s\t%u\t%u"
                         "\t%" PRIu64 "\n",
                         f->count, f->share, p->sum, mean, std, p->min, p->max,
                         p->zeros);
}

bool stats_write_classes(const struct survey *s, struct writer *w,
                         struct error *err)
{
    char label[LABEL_BYTES];
    bool ok = writer_printf(w, err,
                            "split\tlabel\tname\tcount\tshare\tpixel_sum\tmean"
                            "\tstd\tmin\tmax\tzeros\n");

    for (size_t i = 0; ok && i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        ok = write_figures(split->name, "all", "", &split->all, w, err);
        for (size_t c = 0; ok && split->has_labels && c < s->class_count; c++)
            ok = write_figures(split->name, label_text(label, c),
                               s->view->class_name[c], &split->classes[c], w,
                               err);
    }
    return ok;
}

static bool write_levels(const char *split, const char *label,
                         const uint64_t *histogram, struct writer *w,
                         struct error *err)
{
    bool ok = true;

    for (unsigned x = 0; ok && x < 256; x++)
        ok = name_write(w, split, err) &&
             writer_printf(w, err, "\t%s\t%u\t%" PRIu64 "\n", label, x,
                           histogram[x]);
    return ok;
}

bool stats_write_levels(const struct survey *s, struct writer *w,
                        struct error *err)
{
    char label[LABEL_BYTES];
    bool ok = writer_printf(w, err, "split\tlabel\tlevel\tcount\n");

    for (size_t i = 0; ok && i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        ok = write_levels(split->name, "all", split->all.histogram, w, err);
        for (size_t c = 0; ok && split->has_labels && c < s->class_count; c++)
            ok = write_levels(split->name, label_text(label, c),
                              split->classes[c].histogram, w, err);
    }
    return ok;
}

bool stats_write_pixels(const struct survey *s, struct writer *w,
                        struct error *err)
{
    bool ok = writer_printf(w, err, "split\ty\tx\tmean\tstd\n");

    for (size_t i = 0; ok && i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        const struct survey_figures *f = &split->all;
        for (size_t p = 0; ok && p < split->height * split->width; p++) {
            ok = name_write(w, split->name, err) &&
                 writer_printf(w, err, "\t%zu\t%zu\t", p / split->width,
                               p % split->width) &&
                 (f->mean ? writer_printf(w, err, "%.17g\t%.17g\n", f->mean[p],
                                          f->std[p])
                          : writer_printf(w, err, "\t\n"));
        }
    }
    return ok;
}
