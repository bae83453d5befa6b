/* SPDX-License-Identifier: MIT */
/* Everything across is in percent of the width, or in a picture stretched to
 * it; everything along in pixels. So a chart needs no script to fit. */
#include "show/svgchart.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "draw/axis.h"

enum {
    PLOT = 200, /* pixels from the lowest to the highest line */
    ABOVE = 10, /* for the upper half of the highest tick's letters */
    TICKS = 6,
    /* On a telephone so many groups have room for a number each; twice as many
     * when every other one stands lower. */
    ROOMY_GROUPS = 24,
    LABELS_MAX = 48,
    LEVEL = 17,        /* pixels from a label to a lower one */
    NAME_LYING = 3,    /* characters that stay upright */
    NAME_LETTERS = 14, /* and that are shown at most */
    LETTER = 7,        /* pixels, where names stand on their side */
};

/* The thinnest bar, of the height: a pixel and a half. */
static const double thinnest = 1.5 / PLOT;

/* From the counts of a series to heights of 0..1. */
struct scale {
    enum svgchart_scale kind;
    double low, high; /* percent, or powers of ten */
    double step;
};

static double percent(uint64_t count, uint64_t whole)
{
    return whole > 0 ? 100 * ((double)count / (double)whole) : 0;
}

static struct scale share_scale(const struct svgchart *c)
{
    double most = 0;

    for (size_t s = 0; s < c->series_count; s++)
        for (size_t g = 0; g < c->groups; g++)
            most =
                fmax(most, percent(c->series[s].count[g], c->series[s].whole));
    struct axis axis = axis_of(most > 0 ? most : 100, TICKS, false);
    return (struct scale){ .kind = SVGCHART_SHARE,
                           .high = (double)axis.steps * axis.step,
                           .step = axis.step };
}

/* Whole decades around all counts above 0. */
static struct scale log_scale(const struct svgchart *c)
{
    double low = INFINITY, high = 0;

    for (size_t s = 0; s < c->series_count; s++)
        for (size_t g = 0; g < c->groups; g++) {
            double count = (double)c->series[s].count[g];
            if (count > 0)
                low = fmin(low, floor(log10(count)));
            high = fmax(high, count);
        }
    low = isinf(low) ? 0 : low;
    high = high > 0 ? ceil(log10(high)) : 1;
    return (struct scale){ .kind = SVGCHART_LOG,
                           .low = low,
                           .high = fmax(high, low + 1),
                           .step = high - low > TICKS ? 2 : 1 };
}

/* Of a count of a series with this whole; 0 for none. */
static double height_of(const struct scale *s, uint64_t count, uint64_t whole)
{
    if (count == 0)
        return 0;
    double value = s->kind == SVGCHART_LOG ? log10((double)count)
                                           : percent(count, whole);
    return fmax((value - s->low) / (s->high - s->low), thinnest);
}

static void put_tick_text(struct pen *pen, const struct scale *s, double at)
{
    char text[AXIS_TEXT];

    if (s->kind == SVGCHART_SHARE) {
        pen_format(pen, "%.10g%%", at);
        return;
    }
    axis_power_text(text, (size_t)at);
    pen_put(pen, text);
}

static void put_lines(struct pen *pen, const struct scale *s)
{
    for (unsigned i = 0;; i++) {
        double at = s->low + i * s->step;
        if (at > s->high + s->step / 2)
            break;
        double y = ABOVE + PLOT * (1 - (at - s->low) / (s->high - s->low));
        if (y < ABOVE - 0.5)
            break;
        pen_format(pen,
                   "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" "
                   "y2=\"%.1f\"/><text class=\"tick\" x=\"-6\" y=\"%.1f\" "
                   "dy=\"0.35em\" text-anchor=\"end\">",
                   y, y, y);
        put_tick_text(pen, s, at);
        pen_put(pen, "</text>\n");
    }
}

static void put_bar(struct pen *pen, const struct svgchart *c,
                    const struct scale *scale, size_t s, size_t g)
{
    const struct svgchart_series *series = &c->series[s];
    uint64_t count = series->count[g];
    double gap = c->group_name ? 0.12 : 0;
    double width = (1 - 2 * gap) / (double)c->series_count;
    double height = height_of(scale, count, series->whole);

    if (count == 0)
        return;
    pen_format(pen,
               "<rect class=\"bar s%zu\" x=\"%.4g\" y=\"%.4f\" "
               "width=\"%.4g\" height=\"%.4f\"><title>",
               s, (double)g + gap + (double)s * width, 1 - height, width,
               height);
    if (c->group_name)
        markup_text(pen, c->group_name[g]);
    else
        pen_format(pen, "%zu", g);
    pen_put(pen, ", ");
    markup_text(pen, series->name);
    pen_format(pen, ": %" PRIu64 " (%.2f%%)</title></rect>\n", count,
               percent(count, series->whole));
}

static void put_bars(struct pen *pen, const struct svgchart *c,
                     const struct scale *scale)
{
    pen_format(pen,
               "<svg y=\"%d\" width=\"100%%\" height=\"%d\" "
               "viewBox=\"0 0 %zu 1\" preserveAspectRatio=\"none\">\n",
               ABOVE, PLOT, c->groups);
    for (size_t s = 0; s < c->series_count; s++)
        for (size_t g = 0; g < c->groups; g++)
            put_bar(pen, c, scale, s, g);
    pen_put(pen, "</svg>\n");
}

/* ---- what stands under the bars ---- */

struct labels {
    bool names;     /* else numbers */
    bool standing;  /* names on their side */
    bool staggered; /* every other one lower */
    size_t step;
    int height; /* pixels */
};

static struct labels labels_of(const struct svgchart *c)
{
    struct labels l = { .names = c->group_name != NULL };
    size_t longest = 0;

    if (!l.names) {
        /* 0, 32, 64, .. of 256. */
        l.step = c->groups > 8 ? c->groups / 8 : 1;
        l.height = LEVEL;
        return l;
    }
    for (size_t g = 0; g < c->groups; g++) {
        size_t n = text_characters(c->group_name[g]);
        longest = n > longest ? n : longest;
    }
    longest = longest < NAME_LETTERS ? longest : NAME_LETTERS;
    l.standing = longest > NAME_LYING && c->groups <= ROOMY_GROUPS;
    l.names = l.standing || longest <= NAME_LYING;
    l.staggered = c->groups > ROOMY_GROUPS;
    l.step = (c->groups + LABELS_MAX - 1) / LABELS_MAX;
    l.height = l.standing    ? (int)longest * LETTER + 6
               : l.staggered ? 2 * LEVEL
                             : LEVEL;
    return l;
}

static void put_label(struct pen *pen, const struct svgchart *c,
                      const struct labels *l, size_t g)
{
    double x = 100 * ((double)g + 0.5) / (double)c->groups;
    int y = ABOVE + PLOT + (l->standing ? 6 : LEVEL - 2);

    if (l->staggered && g / l->step % 2 == 1)
        y += LEVEL;
    if (l->standing)
        /* Only a picture within can stand at a percentage and be turned. */
        pen_format(pen,
                   "<svg x=\"%.4g%%\" y=\"%d\" overflow=\"visible\">"
                   "<text class=\"tick\" transform=\"rotate(-90)\" "
                   "dy=\"0.35em\" text-anchor=\"end\">",
                   x, y);
    else
        pen_format(pen,
                   "<text class=\"tick\" x=\"%.4g%%\" y=\"%d\" "
                   "text-anchor=\"middle\">",
                   x, y);
    if (l->names)
        markup_text_fit(pen, c->group_name[g], NAME_LETTERS);
    else
        pen_format(pen, "%zu", g);
    pen_put(pen, l->standing ? "</text></svg>\n" : "</text>\n");
}

void svgchart_write(struct pen *pen, const struct svgchart *c)
{
    struct scale scale = c->scale == SVGCHART_LOG ? log_scale(c)
                                                  : share_scale(c);
    struct labels labels = labels_of(c);

    pen_format(pen,
               "<svg class=\"chart\" role=\"img\" width=\"100%%\" "
               "height=\"%d\" aria-label=\"",
               ABOVE + PLOT + labels.height + 2);
    markup_text(pen, c->title);
    pen_put(pen, "\">\n");
    put_lines(pen, &scale);
    put_bars(pen, c, &scale);
    for (size_t g = 0; g < c->groups; g += labels.step)
        put_label(pen, c, &labels, g);
    /* The last number says how far they go. */
    if (!c->group_name && (c->groups - 1) % labels.step >= labels.step / 2)
        put_label(pen, c, &labels, c->groups - 1);
    pen_put(pen, "</svg>\n");
}
