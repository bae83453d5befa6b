/* SPDX-License-Identifier: MIT */
/* Which rows a dump shows, and what is written under them. */
#include "cmd/dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cli/suggest.h"

/* Of a sheet that fits, when nothing says how many. */
enum { AUTO_COUNT = 25 };

/* ---- which rows ---- */

size_t dump_default_split(const struct view *v)
{
    size_t first = v->split_count;

    for (size_t i = v->split_count; i-- > 0;) {
        if (v->only[i] && strcmp(v->split_name[i], "train") == 0)
            return i;
        if (v->only[i])
            first = i;
    }
    return first;
}

static bool find_class(const struct view *v, const char *text, int64_t *label,
                       struct error *err)
{
    char hint[256] = "";
    uint64_t number;

    for (size_t c = 0; c < v->class_count; c++) {
        if (strcmp(v->class_name[c], text) == 0) {
            *label = (int64_t)c;
            return true;
        }
    }
    if (v->class_count == 0)
        return error_set(err, FAIL_USAGE,
                         "--class: %s has no labels, so no classes", v->name);
    bool is_number = number_parse_u64(text, &number);
    if (is_number && number < v->class_count) {
        *label = (int64_t)number;
        return true;
    }
    if (!is_number)
        suggest_nearest(hint, sizeof hint, text, "",
                        (const char *const *)v->class_name, v->class_count);
    return error_set(err, FAIL_USAGE,
                     "--class: %s has no class '%s'; its labels are 0 to %zu%s",
                     v->name, text, v->class_count - 1, hint);
}

static bool choose_by_rule(struct dump *d, struct error *err)
{
    const struct dump_settings *s = d->settings;
    struct sample_rule rule = { .split = d->split,
                                .per_class = s->per_class > 0,
                                .of_class = s->class_name != NULL,
                                .count = s->count,
                                .random = d->request.random,
                                .seed = d->request.seed };

    if (s->per_class > 0)
        rule.count = s->per_class;
    else if (s->count == 0 && d->request.form == DUMP_SHEET)
        rule.count = d->request.columns > 0
                         ? d->request.columns * d->request.rows
                         : AUTO_COUNT;
    else if (s->count == 0)
        rule.count = d->across > 0 ? d->across : 1;
    return (!s->class_name ||
            find_class(d->view, s->class_name, &rule.label, err)) &&
           samples_choose(&d->list, d->view, &rule, err);
}

static bool choose_from_file(struct dump *d, struct error *err)
{
    const struct dump_settings *s = d->settings;
    struct reader *file = file_reader_open(s->rows, err);
    bool ok = file && row_list_read(&d->list, file, d->view, d->split, err);

    reader_close(file);
    if (ok && s->count > 0 && s->count < d->list.count)
        d->list.count = s->count;
    return ok && (d->list.count > 0 ||
                  error_set(err, FAIL_USAGE, "there are no rows in '%s'",
                            d->list.file));
}

bool dump_choose(struct dump *d, struct error *err)
{
    const struct dump_settings *s = d->settings;
    bool ok = s->rows    ? choose_from_file(d, err)
              : s->index ? row_list_parse(&d->list, s->index, d->split, err)
                         : choose_by_rule(d, err);

    if (ok && d->list.count == 0)
        ok = error_set(err, FAIL_DATA, "there is no such sample in '%s'",
                       d->view->split_name[d->split]);
    return ok;
}

bool dump_read(struct dump *d, struct error *err)
{
    if (!samples_read(&d->samples, d->view, &d->list, err))
        return false;
    for (size_t i = 1; i < d->list.count; i++)
        d->several |= d->list.place[i].split != d->list.place[0].split;
    return true;
}

/* ---- how they are shown ---- */

bool dump_begins_row(const struct dump *d, size_t i)
{
    const struct sample *s = &d->samples.sample[i];
    return d->settings->per_class > 0 && i > 0 && s->label != s[-1].label;
}

void dump_caption_init(struct dump_caption *c, const struct dump *d, size_t i)
{
    const struct sample *s = &d->samples.sample[i];
    bool valid = s->label >= 0 && (uint64_t)s->label < d->view->class_count;

    *c = (struct dump_caption){ 0 };
    snprintf(c->label, sizeof c->label, "label %" PRId64, s->label);
    if (s->has_label)
        c->class_name = valid ? d->view->class_name[s->label] : c->label;
    if (!d->settings->rows)
        return;
    if (d->several)
        snprintf(c->place, sizeof c->place, "%.30s %" PRIu64,
                 d->view->split_name[s->split], s->row);
    else
        snprintf(c->place, sizeof c->place, "#%" PRIu64, s->row);
    c->row = c->place;
}
