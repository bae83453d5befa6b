/* SPDX-License-Identifier: MIT */
/* Two tables per split, whose columns are as wide as what stands in them. */
#include "show/statstext.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/sizes.h"
#include "show/bars.h"
#include "show/names.h"

/* Two short of a terminal's: a full last column makes some go to a new line. */
enum { TEXT_COLUMNS = 78, CLASS_NAME_COLUMNS = 20, SPLIT_NAME_COLUMNS = 20 };

static int digits(uint64_t n)
{
    return snprintf(NULL, 0, "%" PRIu64, n);
}

static int at_least(int least, int n)
{
    return n > least ? n : least;
}

static double percent(uint64_t part, uint64_t of)
{
    return 100.0 * (double)part / (double)of;
}

static bool write_heading(const struct survey *s, const struct survey_split *sp,
                          struct writer *w, struct error *err)
{
    char rest[128], split[NAME_BYTES], dataset[NAME_BYTES];
    int n = snprintf(rest, sizeof rest, ": %" PRIu64 " image%s of %zux%zu",
                     sp->all.count, sp->all.count == 1 ? "" : "s", sp->height,
                     sp->width);
    size_t room = TEXT_COLUMNS - (size_t)n - 2;

    room -= name_fit(split, sp->name, SPLIT_NAME_COLUMNS);
    name_fit(dataset, s->view->name, room);
    return writer_printf(w, err, "%s, %s%s\n", dataset, split, rest);
}

static bool write_figures(const struct survey_split *s, struct writer *w,
                          struct error *err)
{
    const struct pixel_stats *p = &s->all.pixels;
    size_t pixels = s->height * s->width;

    if (!writer_printf(
            w, err, "  pixels  min %u, max %u, sum %" PRIu64 ", zeros %" PRIu64,
            p->min, p->max, p->sum, p->zeros))
        return false;
    if (s->all.count == 0)
        return writer_printf(w, err, "\n");
    return writer_printf(w, err,
                         " (%.1f%%)\n"
                         "          mean %.12f, deviation %.12f (of x/255)\n",
                         percent(p->zeros, p->count), p->mean, p->std) &&
           (s->constant > 0
                ? writer_printf(w, err,
                                "          %" PRIu64
                                " of %zu constant, %" PRIu64 " always 0\n",
                                s->constant, pixels, s->blank)
                : writer_printf(w, err, "          none of %zu constant\n",
                                pixels));
}

/* ---- grey levels ---- */

enum { BINS = 16, BIN_LEVELS = 256 / BINS };

/* The ground, level 0, is counted apart, and has no bar: all others would be
 * too short to be told from each other. */
static bool write_levels(const struct survey_split *s,
                         const struct text_style *style, struct writer *w,
                         struct error *err)
{
    const uint64_t zeros = s->all.pixels.zeros, all = s->all.pixels.count;
    uint64_t bin[BINS] = { 0 }, most = 1;
    char bar[BAR_BYTES];

    for (size_t x = 1; x < 256; x++)
        bin[x / BIN_LEVELS] += s->all.histogram[x];
    for (size_t i = 0; i < BINS; i++)
        most = bin[i] > most ? bin[i] : most;
    int width = at_least(5, digits(most > zeros ? most : zeros));
    size_t columns = TEXT_COLUMNS - (size_t)width - 21;
    bool ok = writer_printf(w, err,
                            "\n   levels  %*s   share\n"
                            "        0  %*" PRIu64 "  %5.1f%%\n",
                            width, "count", width, zeros, percent(zeros, all));
    for (unsigned i = 0; ok && i < BINS; i++) {
        bar_text(bar, bin[i], most, columns, style->blocks);
        ok = writer_printf(w, err, "  %3u-%3u  %*" PRIu64 "  %5.1f%%%s%s\n",
                           i > 0 ? i * BIN_LEVELS : 1,
                           i * BIN_LEVELS + BIN_LEVELS - 1, width, bin[i],
                           percent(bin[i], all), *bar ? "  " : "", bar);
    }
    return ok;
}

/* ---- classes ---- */

/* Columns of the table. */
struct columns {
    int label, count, name;
    size_t bar;
    uint64_t most;
};

static struct columns columns_of(const struct survey *s,
                                 const struct survey_split *split)
{
    struct columns c = { .most = 1, .name = 4 };
    char name[NAME_BYTES];

    for (size_t i = 0; i < s->class_count; i++) {
        uint64_t count = split->classes[i].count;
        c.most = count > c.most ? count : c.most;
        c.name = at_least(c.name, (int)name_fit(name, s->view->class_name[i],
                                                CLASS_NAME_COLUMNS));
    }
    c.label = at_least(5, digits(s->class_count));
    c.count = at_least(5, digits(c.most));
    c.bar = TEXT_COLUMNS - 35 - (size_t)(c.label + c.count + c.name);
    return c;
}

static bool write_class(const struct survey *s, size_t class,
                        const struct survey_figures *f, const struct columns *c,
                        const struct text_style *style, struct writer *w,
                        struct error *err)
{
    char name[NAME_BYTES], bar[BAR_BYTES], moments[64];
    int length =
        (int)name_fit(name, s->view->class_name[class], CLASS_NAME_COLUMNS);

    bar_text(bar, f->count, c->most, c->bar, style->blocks);
    if (f->count > 0)
        snprintf(moments, sizeof moments, "%6.4f     %6.4f", f->pixels.mean,
                 f->pixels.std);
    else
        snprintf(moments, sizeof moments, "%6s  %9s", "-", "-");
    return writer_printf(w, err, "  %*zu  %*" PRIu64 "  %5.1f%%  %s  %s%*s%s\n",
                         c->label, class, c->count, f->count, 100.0 * f->share,
                         moments, name, *bar ? c->name - length + 2 : 0, "",
                         bar);
}

static bool write_classes(const struct survey *s,
                          const struct survey_split *split,
                          const struct text_style *style, struct writer *w,
                          struct error *err)
{
    if (!split->has_labels)
        return writer_printf(w, err, "\n  no labels\n");
    const struct columns c = columns_of(s, split);
    bool ok = writer_printf(w, err,
                            "\n  %*s  %*s   share    mean  deviation  "
                            "name\n",
                            c.label, "label", c.count, "count");
    for (size_t i = 0; ok && i < s->class_count; i++)
        ok = write_class(s, i, &split->classes[i], &c, style, w, err);
    return ok;
}

bool stats_write_text(const struct survey *s, const struct text_style *style,
                      struct writer *w, struct error *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < s->split_count; i++) {
        const struct survey_split *split = &s->split[i];
        ok = (i == 0 || writer_printf(w, err, "\n")) &&
             write_heading(s, split, w, err) && write_figures(split, w, err) &&
             (split->all.count == 0 || write_levels(split, style, w, err)) &&
             write_classes(s, split, style, w, err);
    }
    return ok;
}
