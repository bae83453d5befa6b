/* SPDX-License-Identifier: MIT */
/* What is wanted is known beforehand, so one pass over each split that has
 * some of it is enough, and it ends with the last one. */
#include "pipeline/exhibits.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "pipeline/block.h"

/* ---- what is wanted ---- */

/* How many pictures of this size fit, at most `most`. */
static size_t fitting(size_t image_bytes, size_t groups, size_t most)
{
    size_t fit = EXHIBITS_BYTES_MAX / (image_bytes > 0 ? image_bytes : 1);

    fit /= groups > 0 ? groups : 1;
    return fit < most ? fit : most;
}

static size_t position_in_view(const struct view *v, const char *split)
{
    size_t i = 0;

    while (i < v->split_count && strcmp(v->split_name[i], split) != 0)
        i++;
    return i;
}

static const struct survey_split *split_of_samples(const struct survey *s)
{
    for (size_t i = 0; i < s->split_count; i++)
        if (strcmp(s->split[i].name, "train") == 0)
            return &s->split[i];
    return &s->split[0];
}

static size_t largest_image(const struct survey *s)
{
    size_t most = 0;

    for (size_t i = 0; i < s->split_count; i++) {
        size_t bytes = s->split[i].height * s->split[i].width;
        most = bytes > most ? bytes : most;
    }
    return most;
}

/* Room for the samples: a place for each class and number. */
static bool want_samples(struct exhibits *e, const struct survey *s,
                         struct error *err)
{
    const struct survey_split *from = split_of_samples(s);
    size_t classes = from->has_labels ? s->class_count : 1;

    e->split = position_in_view(s->view, from->name);
    e->classes_shown = classes < EXHIBITS_CLASSES_MAX ? classes
                                                      : EXHIBITS_CLASSES_MAX;
    e->per_class = fitting(from->height * from->width, e->classes_shown,
                           EXHIBITS_PER_CLASS);
    e->sample = calloc(e->classes_shown * e->per_class + 1, sizeof *e->sample);
    return e->sample || error_memory(err);
}

/* The rows of the findings, without their pixels yet. */
static bool want_findings(struct exhibits *e, const struct survey *s,
                          struct error *err)
{
    size_t most = fitting(largest_image(s), FINDING_KINDS, EXHIBITS_PER_KIND);

    for (size_t i = 0; s->audited && i < s->audit.count; i++) {
        const struct finding *f = &s->audit.finding[i];
        struct exhibit **found = &e->found[f->kind];
        size_t *count = &e->found_count[f->kind];
        if (!*found)
            *found = calloc(EXHIBITS_PER_KIND, sizeof **found);
        if (!*found)
            return error_memory(err);
        for (size_t r = 0; r < f->row_count && *count < most; r++) {
            const struct audit_row *row = &s->audit.row[f->first_row + r];
            (*found)[(*count)++] =
                (struct exhibit){ .split = row->split,
                                  .row = row->row,
                                  .label = row->label,
                                  .source_row = row->source_row };
        }
    }
    return true;
}

/* ---- reading ---- */

/* One split being read. */
struct pass {
    struct exhibits *e;
    size_t split, height, width;
    size_t *class_count; /* samples so far; NULL: none from this split */
    size_t samples_left;
    size_t findings_left; /* places still empty */
};

static bool keep(struct exhibit *to, const struct pass *p,
                 const unsigned char *image, struct error *err)
{
    size_t bytes = p->height * p->width;

    to->height = p->height;
    to->width = p->width;
    to->pixels = malloc(bytes > 0 ? bytes : 1);
    if (!to->pixels)
        return error_memory(err);
    memcpy(to->pixels, image, bytes);
    return true;
}

static bool keep_sample(struct pass *p, const unsigned char *image,
                        int64_t label, uint64_t row, struct error *err)
{
    struct exhibits *e = p->e;
    size_t class = label > 0 ? (size_t)label : 0;

    if (!p->class_count || label >= (int64_t)e->classes_shown ||
        p->class_count[class] == e->per_class)
        return true;
    struct exhibit *to =
        &e->sample[class * e->per_class + p->class_count[class]++];
    *to = (struct exhibit){ .split = p->split, .row = row, .label = label };
    p->samples_left--;
    return keep(to, p, image, err);
}

static bool keep_findings(struct pass *p, const unsigned char *image,
                          uint64_t row, struct error *err)
{
    for (size_t k = 0; p->findings_left > 0 && k < FINDING_KINDS; k++)
        for (size_t i = 0; i < p->e->found_count[k]; i++) {
            struct exhibit *to = &p->e->found[k][i];
            if (to->split != p->split || to->row != row || to->pixels)
                continue;
            p->findings_left--;
            if (!keep(to, p, image, err))
                return false;
        }
    return true;
}

static bool read_rows(struct pass *p, struct view_rows *rows,
                      struct block *block, struct error *err)
{
    uint64_t first = 0;
    bool labelled = rows->has_labels;

    while (p->samples_left > 0 || p->findings_left > 0) {
        if (!interrupt_none(err))
            return false;
        ptrdiff_t n = view_rows_read(rows, block->images, block->labels,
                                     block->capacity, err);
        if (n <= 0)
            return n == 0;
        for (size_t i = 0; i < (size_t)n; i++) {
            const unsigned char *image = block->images + i * rows->image_bytes;
            int64_t label = labelled ? block->labels[i] : -1;
            /* A label of -1 in the file is none of ours. */
            bool sample = !labelled || label >= 0;
            if ((sample && !keep_sample(p, image, label, first + i, err)) ||
                !keep_findings(p, image, first + i, err))
                return false;
        }
        first += (uint64_t)n;
    }
    return true;
}

static size_t findings_in(const struct exhibits *e, size_t split)
{
    size_t n = 0;

    for (size_t k = 0; k < FINDING_KINDS; k++)
        for (size_t i = 0; i < e->found_count[k]; i++)
            n += e->found[k][i].split == split;
    return n;
}

static bool read_split(struct exhibits *e, const struct view *view,
                       size_t split, struct error *err)
{
    struct view_rows rows = { 0 };
    struct block block = { 0 };
    size_t class_count[EXHIBITS_CLASSES_MAX] = { 0 };
    struct pass p = { .e = e,
                      .split = split,
                      .findings_left = findings_in(e, split) };

    if (split == e->split) {
        p.class_count = class_count;
        p.samples_left = e->classes_shown * e->per_class;
    }
    if (p.findings_left == 0 && p.samples_left == 0)
        return true;
    bool ok = view_rows_open(&rows, view, split, err) &&
              block_init(&block, block_rows(rows.image_bytes, 0),
                         rows.image_bytes, err);
    p.height = rows.height;
    p.width = rows.width;
    ok = ok && read_rows(&p, &rows, &block, err);
    block_release(&block);
    view_rows_close(&rows);
    return ok;
}

/* Classes with few rows leave places empty. */
static void close_ranks(struct exhibits *e)
{
    for (size_t i = 0; i < e->classes_shown * e->per_class; i++)
        if (e->sample[i].pixels)
            e->sample[e->sample_count++] = e->sample[i];
}

bool exhibits_take(struct exhibits *e, const struct survey *s,
                   struct error *err)
{
    bool ok = s->split_count == 0 ||
              (want_samples(e, s, err) && want_findings(e, s, err));

    for (size_t i = 0; ok && i < s->split_count; i++)
        ok = read_split(e, s->view, position_in_view(s->view, s->split[i].name),
                        err);
    if (e->sample)
        close_ranks(e);
    if (!ok)
        exhibits_release(e);
    return ok;
}

void exhibits_release(struct exhibits *e)
{
    for (size_t i = 0; i < e->sample_count; i++)
        free(e->sample[i].pixels);
    free(e->sample);
    for (size_t k = 0; k < FINDING_KINDS; k++) {
        for (size_t i = 0; i < e->found_count[k]; i++)
            free(e->found[k][i].pixels);
        free(e->found[k]);
    }
    *e = (struct exhibits){ 0 };
}
