/* SPDX-License-Identifier: MIT */
/* The pass over the rows, and the figures that follow from its sums. */
#include "pipeline/survey.h"

#include <stdlib.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "base/thread.h"
#include "pipeline/block.h"
#include "stage/onehot.h"

/* What is open while a split is being read. */
struct pass {
    const struct view *view;
    struct audit_work *audit; /* borrowed; NULL: labels have to be classes */
    struct view_rows rows;
    struct block block;
    struct class_sums sums; /* their last class takes what is none */
};

static bool open_pass(struct pass *p, struct survey_split *s, size_t split,
                      struct error *err)
{
    size_t slots = p->view->class_count + 1;

    if (!view_rows_open(&p->rows, p->view, split, err))
        return false;
    s->name = p->view->split_name[split];
    s->height = p->rows.height;
    s->width = p->rows.width;
    s->has_labels = p->rows.has_labels;
    return (!p->audit || audit_split(p->audit, split, &p->rows, err)) &&
           block_init(&p->block, block_rows(p->rows.image_bytes, 0),
                      p->rows.image_bytes, err) &&
           stats_init(&s->stats, slots, p->rows.image_bytes, err) &&
           pixel_sums_init(&s->sums, p->rows.image_bytes, err) &&
           class_sums_init(&p->sums, slots, p->rows.image_bytes, err);
}

static void close_pass(struct pass *p)
{
    class_sums_release(&p->sums);
    block_release(&p->block);
    view_rows_close(&p->rows);
}

/* Shows the rows to the audit, if there is one, and makes sure that labels are
 * below the number of classes, or that number for those that are no class:
 * such rows count among all, and in no class. */
static bool settle_labels(struct pass *p, size_t rows, uint64_t first,
                          struct error *err)
{
    int64_t *labels = p->block.labels;
    size_t classes = p->view->class_count;

    if (p->audit && !audit_add(p->audit, p->block.images,
                               p->rows.has_labels ? labels : NULL, rows, err))
        return false;
    if (!p->rows.has_labels) /* as block_init left them: 0 */
        return true;
    if (!p->audit)
        return onehot_check_labels(labels, rows, first, classes, p->rows.file,
                                   err);
    for (size_t i = 0; i < rows; i++)
        if (labels[i] < 0 || (uint64_t)labels[i] >= classes)
            labels[i] = (int64_t)classes;
    return true;
}

/* Adds the next block; its rows, 0, or -1. */
static ptrdiff_t add_block(struct pass *p, struct survey_split *s,
                           struct error *err)
{
    struct block *b = &p->block;

    if (!interrupt_none(err))
        return -1;
    ptrdiff_t n =
        view_rows_read(&p->rows, b->images, b->labels, b->capacity, err);
    if (n <= 0)
        return n;
    if (!settle_labels(p, (size_t)n, s->stats.rows, err))
        return -1;
    stats_add(&s->stats, b->images, b->labels, (size_t)n);
    class_sums_add(&p->sums, b->images, b->labels, (size_t)n);
    pixel_sums_add(&s->sums, b->images, (size_t)n);
    return n;
}

/* ---- what follows from the sums ---- */

static bool complete_all(struct survey_split *s, struct error *err)
{
    struct survey_figures *all = &s->all;

    all->count = s->stats.rows;
    all->histogram = s->total;
    stats_total(&s->stats, s->total);
    if (all->count == 0)
        return true;
    all->share = 1;
    if (!pixel_stats_of(s->total, &all->pixels, err) ||
        !pixel_moments_of(&s->sums, &s->moments, err))
        return false;
    all->mean = s->moments.mean;
    all->std = s->moments.std;
    for (size_t p = 0; p < s->sums.pixels; p++) {
        s->constant += s->moments.std[p] == 0;
        s->blank += s->sums.sum[p] == 0;
    }
    return true;
}

static bool complete_class(struct survey_split *s, size_t class,
                           const struct class_sums *sums, struct error *err)
{
    struct survey_figures *f = &s->classes[class];
    size_t first = class * sums->pixels;

    f->count = s->stats.label_counts[class];
    f->histogram = s->stats.histogram[class];
    if (f->count == 0)
        return true;
    f->share = (double)f->count / (double)s->stats.rows;
    for (size_t p = first; p < first + sums->pixels; p++)
        s->class_mean[p] = (double)sums->sum[p] / (255.0 * (double)f->count);
    f->mean = s->class_mean + first;
    return pixel_stats_of(f->histogram, &f->pixels, err);
}

static bool complete_classes(struct survey_split *s, size_t classes,
                             struct class_sums *sums, struct error *err)
{
    class_sums_settle(sums);
    s->classes = calloc(sums->classes, sizeof *s->classes);
    /* The product was found to fit by class_sums_init. */
    s->class_mean = calloc(sums->classes * sums->pixels, sizeof *s->class_mean);
    if (!s->classes || !s->class_mean)
        return error_memory(err);
    bool ok = true;
    for (size_t c = 0; ok && c < classes; c++)
        ok = complete_class(s, c, sums, err);
    return ok;
}

static bool survey_split_run(struct survey_split *s, struct pass *p,
                             size_t split, struct error *err)
{
    ptrdiff_t n = -1;

    if (open_pass(p, s, split, err))
        while ((n = add_block(p, s, err)) > 0)
            ;
    return n == 0 && complete_all(s, err) &&
           (!s->has_labels ||
            complete_classes(s, p->view->class_count, &p->sums, err));
}

struct work {
    struct survey *survey;
    struct audit_work *audit; /* NULL: there is no audit */
    /* By split of the survey: which one of the view it is. */
    size_t from[VIEW_SPLITS_MAX];
};

static bool run_split(void *context, unsigned worker, size_t task,
                      struct error *err)
{
    const struct work *w = context;
    struct pass p = { .view = w->survey->view, .audit = w->audit };
    bool ok = survey_split_run(&w->survey->split[task], &p, w->from[task], err);

    (void)worker;
    close_pass(&p);
    return ok;
}

/* While the first split is unpacked, for which all others wait, there is time
 * to read them: two at once, each with its own thread that reads ahead. An
 * audit takes rows in their order. */
enum { SIDE_BY_SIDE = 2 };

bool survey_run(struct survey *s, const struct view *view,
                const struct audit_rules *rules, struct error *err)
{
    struct work w = { .survey = s };
    bool threads = (view->flags & SOURCE_AHEAD) && !rules;

    s->view = view;
    s->class_count = view->class_count;
    for (size_t i = 0; i < view->split_count; i++)
        if (view->only[i])
            w.from[s->split_count++] = i;
    w.audit = rules ? audit_begin(view, rules, err) : NULL;
    bool ok = (w.audit || !rules) &&
              threads_run(threads ? SIDE_BY_SIDE : 1, s->split_count, run_split,
                          &w, err);
    if (!ok || !rules) {
        audit_abandon(w.audit);
        return ok;
    }
    s->audited = audit_finish(w.audit, &s->audit, err);
    return s->audited;
}

void survey_release(struct survey *s)
{
    for (size_t i = 0; i < s->split_count; i++) {
        struct survey_split *split = &s->split[i];
        free(split->classes);
        free(split->class_mean);
        stats_release(&split->stats);
        pixel_sums_release(&split->sums);
        pixel_moments_release(&split->moments);
    }
    audit_release(&s->audit);
    *s = (struct survey){ 0 };
}
