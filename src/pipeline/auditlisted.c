/* SPDX-License-Identifier: MIT */
/* Label errors that the catalogue lists, as far as the rows are those that it
 * speaks of. */
#include <string.h>

#include "pipeline/auditwork.h"

/* Where a class of the dataset stands among those of the view, which may have
 * been chosen or begin later; -1: nowhere. */
static int64_t label_of_class(const struct view *v, size_t class)
{
    for (size_t label = 0; label < v->class_count; label++)
        if (strcmp(v->class_name[label], v->dataset->classes[class]) == 0)
            return (int64_t)label;
    return -1;
}

static const struct catalogue_label_error *
listed_error(const struct audit_part *part, const struct catalogue_split *of,
             uint64_t own)
{
    return catalogue_find_label_error(
        of, part->source_row ? part->source_row[own] : own);
}

static bool has_listed_label(const struct audit_work *w, uint64_t row,
                             const struct catalogue_label_error *e)
{
    int64_t label = label_of_class(w->view, e->given);

    return label >= 0 && w->label[row] == label;
}

/* Is the list about these rows? Of ten classes one row in ten would have its
 * label by chance. */
static bool is_about(const struct audit_work *w, const struct audit_part *part,
                     const struct catalogue_split *of, struct audit *to)
{
    uint64_t like = 0, unlike = 0;

    for (uint64_t own = 0; own < part->rows; own++) {
        const struct catalogue_label_error *e = listed_error(part, of, own);
        if (e && has_listed_label(w, part->first + own, e))
            like++;
        else if (e)
            unlike++;
    }
    to->unlike_listed += unlike;
    return like > unlike || unlike == 0;
}

static bool report_part(const struct audit_work *w,
                        const struct audit_part *part,
                        const struct catalogue_split *of, struct audit *to,
                        struct error *err)
{
    for (uint64_t own = 0; own < part->rows; own++) {
        const struct catalogue_label_error *e = listed_error(part, of, own);
        uint64_t row = part->first + own;
        if (!e || !has_listed_label(w, row, e))
            continue;
        struct finding *finding =
            audit_new(to, FINDING_LABEL_ERROR, part->split, w->label[row], err);
        if (!finding)
            return false;
        finding->source = of->label_error_source;
        if (e->has_guess)
            finding->guess = label_of_class(w->view, e->guess);
        if (!audit_put(to, w, row, err))
            return false;
    }
    return true;
}

bool audit_find_listed(const struct audit_work *w, struct audit *to,
                       struct error *err)
{
    for (size_t i = 0; i < w->part_count; i++) {
        const struct audit_part *part = &w->part[i];
        const struct catalogue_split *of =
            part->has_labels ? view_published(w->view, part->split) : NULL;
        if (!of || of->label_error_count == 0 || !is_about(w, part, of, to))
            continue;
        to->searched[FINDING_LABEL_ERROR] = true;
        if (!report_part(w, part, of, to, err))
            return false;
    }
    return true;
}
