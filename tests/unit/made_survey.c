/* SPDX-License-Identifier: MIT */
/* Figures from counts. */
#include "made_survey.h"

#include <math.h>
#include <string.h>

#include "helpers.h"

void made_survey_init(struct made_survey *m, const char *dataset,
                      const char *const *classes, size_t class_count)
{
    memset(m, 0, sizeof *m);
    assert_true(class_count <= MADE_CLASSES);
    for (size_t c = 0; c < class_count; c++)
        m->name[c] = classes[c];
    m->view.name = dataset;
    m->view.class_name = m->name;
    m->view.class_count = class_count;
    m->survey.view = &m->view;
    m->survey.class_count = class_count;
}

static void add_rows(uint64_t histogram[256], size_t label, uint64_t rows)
{
    histogram[0] += rows;
    histogram[51] += rows;
    histogram[51 + label] += rows;
    histogram[102 + label] += rows;
}

static void complete(struct survey_figures *f, uint64_t rows,
                     const uint64_t *histogram)
{
    struct error err = { 0 };

    f->count = rows;
    f->histogram = histogram;
    if (rows > 0)
        assert_true(pixel_stats_of(histogram, &f->pixels, &err));
}

static void add_class(struct made_survey *m, size_t split, size_t label,
                      uint64_t rows, uint64_t all)
{
    struct survey_figures *f = &m->classes[split][label];
    double *mean = m->mean[split][label];

    add_rows(m->histogram[split][label], label, rows);
    complete(f, rows, m->histogram[split][label]);
    mean[1] = 0.2;
    mean[2] = (51 + (double)label) / 255;
    mean[3] = (102 + (double)label) / 255;
    f->mean = rows > 0 ? mean : NULL;
    f->share = all > 0 ? (double)rows / (double)all : 0;
}

void made_survey_split(struct made_survey *m, const char *name,
                       const uint64_t *counts, uint64_t rows)
{
    size_t at = m->survey.split_count++;
    struct survey_split *s = &m->survey.split[at];

    assert_true(at < MADE_SPLITS);
    m->view.split_name[m->view.split_count] = name;
    m->view.only[m->view.split_count++] = true;
    *s = (struct survey_split){
        .name = name, .height = 2, .width = 2, .has_labels = counts != NULL
    };
    for (size_t c = 0; counts && c < m->survey.class_count; c++)
        rows += counts[c];
    for (size_t c = 0; counts && c < m->survey.class_count; c++) {
        add_class(m, at, c, counts[c], rows);
        add_rows(s->total, c, counts[c]);
    }
    if (counts)
        s->classes = m->classes[at];
    else
        add_rows(s->total, 0, rows);
    complete(&s->all, rows, s->total);
    if (rows == 0)
        return;
    s->all.share = 1;
    s->constant = 2;
    s->blank = 1;
    s->all.mean = m->all_mean[at];
    s->all.std = m->all_std[at];
    for (size_t p = 0; p < MADE_PIXELS; p++) {
        m->all_mean[at][p] = 0.125 * (double)p;
        m->all_std[at][p] = 1.0 / 3 * (double)p;
    }
}
