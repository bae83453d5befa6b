/* SPDX-License-Identifier: MIT */
/* One list of findings in three forms. */
#include "show/findings.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format/jsondoc.h"
#include "show/names.h"

static const struct audit_row *rows_of(const struct audit *a,
                                       const struct finding *f)
{
    return a->row + f->first_row;
}

static bool has_measure(const struct finding *f)
{
    return f->kind == FINDING_NEAR_DUPLICATE || f->kind == FINDING_IMBALANCE;
}

/* -1 stands for no label, unless the finding is that it is one. */
static bool has_label(const struct finding *f, const struct audit_row *row)
{
    return row->label != -1 || f->kind == FINDING_LABEL_RANGE;
}

/* ---- JSON ---- */

static void set_number(struct json_t *doc, const char *key, double value,
                       struct error *err)
{
    if (value >= 0 && value < 0x1p53 && floor(value) == value)
        jsondoc_set_u64(doc, key, (uint64_t)value, err);
    else
        jsondoc_set_real(doc, key, value, err);
}

static void set_label(struct json_t *doc, const char *key, int64_t label,
                      bool known, struct error *err)
{
    if (known)
        jsondoc_set_i64(doc, key, label, err);
    else
        jsondoc_set_real(doc, key, NAN, err); /* null */
}

static struct json_t *describe_row(const struct survey *s,
                                   const struct finding *f,
                                   const struct audit_row *row,
                                   struct error *err)
{
    struct json_t *doc = jsondoc_object(err);

    jsondoc_set_text(doc, "split", s->view->split_name[row->split], err);
    jsondoc_set_u64(doc, "row", row->row, err);
    set_label(doc, "label", row->label, has_label(f, row), err);
    if (row->source_row >= 0)
        jsondoc_set_u64(doc, "source_row", (uint64_t)row->source_row, err);
    return doc;
}

static struct json_t *describe(const struct survey *s, const struct finding *f,
                               struct error *err)
{
    struct json_t *doc = jsondoc_object(err), *rows = jsondoc_array(err);

    jsondoc_set_text(doc, "kind", finding_name(f->kind), err);
    jsondoc_set_text(doc, "split", s->view->split_name[f->split], err);
    set_label(doc, "label", f->label, f->label >= 0, err);
    if (has_measure(f))
        jsondoc_set_real(doc, "measure", f->measure, err);
    if (f->kind == FINDING_LABEL_ERROR) {
        set_label(doc, "guess", f->guess, f->guess >= 0, err);
        jsondoc_set_text(doc, "source", f->source, err);
    }
    for (size_t i = 0; i < f->row_count; i++)
        jsondoc_append(rows, describe_row(s, f, &rows_of(&s->audit, f)[i], err),
                       err);
    jsondoc_set(doc, "rows", rows, err);
    return doc;
}

void findings_to_json(struct json_t *doc, const struct survey *s,
                      struct error *err)
{
    const struct audit *a = &s->audit;
    struct json_t *audit = jsondoc_object(err), *rules = jsondoc_object(err);
    struct json_t *kinds = jsondoc_object(err), *list = jsondoc_array(err);

    set_number(rules, "near", a->rules.near >= 0 ? a->rules.near : NAN, err);
    set_number(rules, "imbalance", a->rules.imbalance, err);
    jsondoc_set(audit, "rules", rules, err);
    for (int i = 0; i < FINDING_KINDS; i++) {
        struct json_t *kind = jsondoc_object(err);
        jsondoc_set_u64(kind, "findings", a->of_kind[i], err);
        jsondoc_set_u64(kind, "rows", a->rows_of_kind[i], err);
        jsondoc_set_bool(kind, "searched", a->searched[i], err);
        jsondoc_set(kinds, finding_name((enum finding_kind)i), kind, err);
    }
    jsondoc_set(audit, "kinds", kinds, err);
    jsondoc_set_bool(audit, "truncated", a->truncated, err);
    jsondoc_set_u64(audit, "unlike_listed", a->unlike_listed, err);
    for (size_t i = 0; i < a->count; i++)
        jsondoc_append(list, describe(s, &a->finding[i], err), err);
    jsondoc_set(audit, "findings", list, err);
    jsondoc_set(doc, "audit", audit, err);
}

/* ---- a line of text ---- */

enum {
    COLUMNS = 80,
    NAME_COLUMNS = 12,            /* of a split */
    LABELS_SHOWN = 4,             /* of those in a finding */
    LINE_BYTES = 4 * COLUMNS + 1, /* UTF-8 takes at most 4 for a column */
};

/* Grows at its end; how many columns it takes is known. */
struct line {
    char text[LINE_BYTES];
    size_t bytes, columns;
};

/* What does not fit is left out; the callers see to it that all does. */
static void PRINTF_LIKE(2, 3) put(struct line *l, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(l->text + l->bytes, sizeof l->text - l->bytes, fmt, args);
    va_end(args);
    if (n > 0)
        l->columns += text_characters(l->text + l->bytes);
    l->bytes += strlen(l->text + l->bytes);
}

/* Masked, and cut to NAME_COLUMNS with "..". */
static void put_name(struct line *l, const char *name)
{
    char fit[NAME_BYTES];

    name_fit(fit, name, NAME_COLUMNS);
    put(l, "%s", fit);
}

/* ---- text ---- */

/* " (label 4, 9": each label of the rows once, up to LABELS_SHOWN of them. */
static void put_labels(struct line *l, const struct survey *s,
                       const struct finding *f)
{
    const struct audit_row *rows = rows_of(&s->audit, f);
    int64_t shown[LABELS_SHOWN];
    size_t count = 0;

    for (size_t i = 0; i < f->row_count; i++) {
        size_t same = 0;
        while (same < count && shown[same] != rows[i].label)
            same++;
        if (same < count || !has_label(f, &rows[i]))
            continue;
        if (count == LABELS_SHOWN) {
            put(l, ", ..");
            return;
        }
        shown[count] = rows[i].label;
        put(l, "%s%" PRId64, count == 0 ? " (label " : ", ", rows[i].label);
        count++;
    }
}

/* What is said of the rows behind them. */
static void put_tail(struct line *l, const struct survey *s,
                     const struct finding *f)
{
    put_labels(l, s, f);
    bool labelled = l->bytes > 0;
    if (f->kind == FINDING_LABEL_ERROR && f->guess >= 0)
        put(l, ", looks like %" PRId64, f->guess);
    if (f->kind == FINDING_LABEL_ERROR && f->guess < 0)
        put(l, ", disputed");
    if (labelled)
        put(l, ")");
    if (f->kind == FINDING_NEAR_DUPLICATE)
        put(l, ", %.2f levels apart", f->measure);
}

/* " and 17 more rows"; nothing for none. */
static void put_more(struct line *l, size_t rows)
{
    if (rows > 0)
        put(l, " and %zu more row%s", rows, rows == 1 ? "" : "s");
}

/* "train 0, 2, test 17": as many as fit, and the first one. */
static void put_rows(struct line *l, const struct survey *s,
                     const struct finding *f)
{
    const struct audit_row *rows = rows_of(&s->audit, f);
    struct line tail = { .bytes = 0 };
    size_t shown = 0;

    put_tail(&tail, s, f);
    for (; shown < f->row_count; shown++) {
        struct line longer = *l, rest = tail;
        if (shown > 0)
            put(&longer, ", ");
        if (shown == 0 || rows[shown].split != rows[shown - 1].split) {
            put_name(&longer, s->view->split_name[rows[shown].split]);
            put(&longer, " ");
        }
        put(&longer, "%" PRIu64, rows[shown].row);
        put_more(&rest, f->row_count - shown - 1);
        if (shown > 0 && longer.columns + rest.columns > COLUMNS)
            break;
        *l = longer;
    }
    put_more(l, f->row_count - shown);
    put(l, "%s", tail.text);
}

static bool write_finding(const struct survey *s, const struct finding *f,
                          struct writer *w, struct error *err)
{
    struct line l = { .bytes = 0 };

    put(&l, "  ");
    if (f->row_count > 0)
        put_rows(&l, s, f);
    else
        put_name(&l, s->view->split_name[f->split]);
    if (f->kind == FINDING_EMPTY_CLASS)
        put(&l, ": label %" PRId64, f->label);
    if (f->kind == FINDING_IMBALANCE)
        put(&l, ": the largest class has %.2f times the rows of the smallest",
            f->measure);
    return writer_printf(w, err, "%s\n", l.text);
}

/* "near duplicates: 3 findings, 6 rows" */
static bool write_title(const struct audit *a, enum finding_kind kind,
                        struct writer *w, struct error *err)
{
    size_t count = a->of_kind[kind];
    uint64_t rows = a->rows_of_kind[kind];

    return writer_printf(w, err, "%s: %zu finding%s", finding_title(kind),
                         count, count == 1 ? "" : "s") &&
           (rows == 0 || writer_printf(w, err, ", %" PRIu64 " row%s", rows,
                                       rows == 1 ? "" : "s")) &&
           writer_printf(w, err, "\n");
}

/* Who says so, of label errors: each once, as far as it fits the line. */
static bool write_sources(const struct finding *f, size_t count,
                          struct writer *w, struct error *err)
{
    static const char lead[] = "  according to ";
    const char *last = NULL;

    for (size_t i = 0; i < count; i++) {
        char masked[COLUMNS - sizeof lead + 2];
        if (!f[i].source || (last && strcmp(f[i].source, last) == 0))
            continue;
        last = f[i].source;
        text_mask(masked, sizeof masked, last);
        if (!writer_printf(w, err, "%s%s\n", lead, masked))
            return false;
    }
    return true;
}

static bool write_kind(const struct survey *s, enum finding_kind kind,
                       struct writer *w, struct error *err)
{
    const struct audit *a = &s->audit;
    size_t count = a->of_kind[kind];
    const struct finding *f = a->finding;
    bool ended = a->truncated && kind == FINDING_NEAR_DUPLICATE;

    if (!write_title(a, kind, w, err))
        return false;
    while (f->kind != kind)
        f++;
    for (size_t n = 0; n < count && n < FINDINGS_SHOWN; n++)
        if (!write_finding(s, &f[n], w, err))
            return false;
    if (count > FINDINGS_SHOWN &&
        !writer_printf(w, err, "  and %zu more; --json or --tsv has %s\n",
                       count - FINDINGS_SHOWN, ended ? "them" : "all"))
        return false;
    return write_sources(f, count, w, err);
}

/* "nothing found: duplicate, blank", with the names of those that were looked
 * for; over several lines when there are many. */
static bool write_absent(const struct audit *a, struct writer *w,
                         struct error *err)
{
    struct line l = { .bytes = 0 };
    bool first = true;

    for (int i = 0; i < FINDING_KINDS; i++) {
        const char *name = finding_name((enum finding_kind)i);
        if (!a->searched[i] || a->of_kind[i] > 0)
            continue;
        if (l.columns + strlen(name) + 3 > COLUMNS) {
            if (!writer_printf(w, err, "%s,\n", l.text))
                return false;
            l = (struct line){ .bytes = 0 };
            put(&l, "  %s", name);
        } else {
            put(&l, "%s%s", first ? "not found: " : ", ", name);
        }
        first = false;
    }
    return first || writer_printf(w, err, "%s\n", l.text);
}

/* What keeps the findings from being all there are. */
static bool write_limits(const struct audit *a, struct writer *w,
                         struct error *err)
{
    bool one = a->unlike_listed == 1;

    return (!a->truncated ||
            writer_printf(w, err,
                          "near duplicates were too many: the search ended "
                          "early, there may be more\n")) &&
           (a->unlike_listed == 0 ||
            writer_printf(w, err,
                          "%" PRIu64 " row%s listed as %slabel error%s %s "
                          "here, and %s left out\n",
                          a->unlike_listed, one ? "" : "s", one ? "a " : "",
                          one ? "" : "s",
                          one ? "has another label" : "have other labels",
                          one ? "is" : "are"));
}

bool findings_write_text(const struct survey *s, struct writer *w,
                         struct error *err)
{
    const struct audit *a = &s->audit;
    size_t found = 0;

    for (int i = 0; i < FINDING_KINDS; i++)
        found += a->of_kind[i] > 0;
    bool ok = found == 0
                  ? writer_printf(w, err, "audit: nothing found\n")
                  : writer_printf(w, err, "audit: %zu kind%s of findings\n",
                                  found, found == 1 ? "" : "s");
    for (int i = 0; ok && i < FINDING_KINDS; i++)
        if (a->of_kind[i] > 0)
            ok = write_kind(s, (enum finding_kind)i, w, err);
    return ok && write_limits(a, w, err) && write_absent(a, w, err);
}

/* ---- TSV ---- */

static bool write_measure(const struct finding *f, struct writer *w,
                          struct error *err)
{
    return has_measure(f) ? writer_printf(w, err, "%.17g\n", f->measure)
                          : writer_printf(w, err, "\n");
}

/* Of a finding's row, or of one without, where row is NULL. */
static bool write_cells(const struct survey *s, const struct finding *f,
                        const struct audit_row *row, size_t group,
                        struct writer *w, struct error *err)
{
    char name[256], number[24] = "", label[24] = "";

    text_mask(name, sizeof name,
              s->view->split_name[row ? row->split : f->split]);
    if (row)
        snprintf(number, sizeof number, "%" PRIu64, row->row);
    if (row && has_label(f, row))
        snprintf(label, sizeof label, "%" PRId64, row->label);
    if (!row && f->label >= 0)
        snprintf(label, sizeof label, "%" PRId64, f->label);
    return writer_printf(w, err, "%s\t%s\t%s\t%s\t%zu\t", name, number, label,
                         finding_name(f->kind), group) &&
           write_measure(f, w, err);
}

bool findings_write_table(const struct survey *s, struct writer *w,
                          struct error *err)
{
    const struct audit *a = &s->audit;
    bool ok =
        writer_printf(w, err, "split\trow\tlabel\tfinding\tgroup\tmeasure\n");

    for (size_t i = 0; ok && i < a->count; i++) {
        const struct finding *f = &a->finding[i];
        for (size_t j = 0; ok && j < f->row_count; j++)
            ok = write_cells(s, f, &rows_of(a, f)[j], i + 1, w, err);
        if (ok && f->row_count == 0)
            ok = write_cells(s, f, NULL, i + 1, w, err);
    }
    return ok;
}
