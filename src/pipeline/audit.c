/* SPDX-License-Identifier: MIT */
/* Rows are kept as they come; then each kind of finding is looked for. */
#include "pipeline/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/sizes.h"
#include "pipeline/auditwork.h"

static const struct {
    const char *name, *title;
} kinds[FINDING_KINDS] = {
    [FINDING_DUPLICATE] = { "duplicate", "duplicates in one split" },
    [FINDING_DUPLICATE_ACROSS] = { "duplicate-across",
                                   "duplicates across splits" },
    [FINDING_LABEL_CONFLICT] = { "label-conflict",
                                 "equal pictures, different labels" },
    [FINDING_NEAR_DUPLICATE] = { "near-duplicate", "near duplicates" },
    [FINDING_BLANK] = { "blank", "blank pictures" },
    [FINDING_CONSTANT] = { "constant", "pictures of one grey level" },
    [FINDING_LABEL_RANGE] = { "label-range", "labels that are no class" },
    [FINDING_NO_LABELS] = { "no-labels", "splits without labels" },
    [FINDING_EMPTY_CLASS] = { "empty-class", "classes without rows" },
    [FINDING_IMBALANCE] = { "imbalance", "unbalanced classes" },
    [FINDING_TRANSPOSED] = { "transposed", "transposed pictures" },
    [FINDING_LABEL_ERROR] = { "label-error", "known label errors" },
};

const char *finding_name(enum finding_kind kind)
{
    return kinds[kind].name;
}

const char *finding_title(enum finding_kind kind)
{
    return kinds[kind].title;
}

/* ---- findings ---- */

void audit_release(struct audit *a)
{
    free(a->finding);
    free(a->row);
    *a = (struct audit){ 0 };
}

struct finding *audit_new(struct audit *a, enum finding_kind kind, size_t split,
                          int64_t label, struct error *err)
{
    struct finding *finding =
        array_grow(a->finding, &a->room, a->count + 1, sizeof *finding, err);

    if (!finding)
        return NULL;
    a->finding = finding;
    a->of_kind[kind]++;
    a->finding[a->count] = (struct finding){ .kind = kind,
                                             .split = split,
                                             .label = label,
                                             .guess = -1,
                                             .first_row = a->row_count };
    return &a->finding[a->count++];
}

bool audit_put(struct audit *a, const struct audit_work *w, uint64_t row,
               struct error *err)
{
    const struct audit_part *part = audit_part_of(w, row);
    struct finding *finding = &a->finding[a->count - 1];
    uint64_t own = row - part->first;

    struct audit_row *rows =
        array_grow(a->row, &a->row_room, a->row_count + 1, sizeof *rows, err);

    if (!rows)
        return false;
    a->row = rows;
    a->row[a->row_count++] = (struct audit_row){
        .split = part->split,
        .row = own,
        .label = part->has_labels ? w->label[row] : -1,
        .source_row = part->source_row ? (int64_t)part->source_row[own] : -1,
    };
    finding->row_count++;
    a->rows_of_kind[finding->kind]++;
    return true;
}

/* ---- rows ---- */

const struct audit_part *audit_part_of(const struct audit_work *w, uint64_t row)
{
    size_t i = w->part_count - 1;

    while (row < w->part[i].first)
        i--;
    return &w->part[i];
}

bool audit_read(const struct audit_work *w, uint64_t row, unsigned char *to,
                struct error *err)
{
    const struct audit_part *part = audit_part_of(w, row);

    return spool_read(&w->spool, part->at + (row - part->first) * part->bytes,
                      to, part->bytes, err);
}

bool audit_is_class(const struct audit_work *w, int64_t label)
{
    return label >= 0 && (uint64_t)label < w->view->class_count;
}

/* ---- the work ---- */

struct audit_work *audit_begin(const struct view *view,
                               const struct audit_rules *rules,
                               struct error *err)
{
    struct audit_work *w = calloc(1, sizeof *w);

    if (!w) {
        error_memory(err);
        return NULL;
    }
    w->view = view;
    w->rules = *rules;
    if (w->rules.near == 0)
        w->rules.near = AUDIT_NEAR_LEVELS;
    if (w->rules.imbalance == 0)
        w->rules.imbalance = AUDIT_IMBALANCE_RATIO;
    if (spool_init(&w->spool, SPOOL_MEMORY, NULL, err))
        return w;
    audit_abandon(w);
    return NULL;
}

void audit_abandon(struct audit_work *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->part_count; i++)
        free(w->part[i].source_row);
    spool_release(&w->spool);
    duplicates_release(&w->equal);
    free(w->next);
    free(w->label);
    free(w->level);
    free(w->one);
    free(w->other);
    free(w);
}

static bool copy_source_rows(struct audit_part *part,
                             const struct view_rows *rows, struct error *err)
{
    if (!rows->source_row)
        return true;
    size_t bytes = (size_t)rows->count * sizeof *part->source_row;
    part->source_row = malloc(bytes + 1);
    if (!part->source_row)
        return error_memory(err);
    memcpy(part->source_row, rows->source_row, bytes);
    return true;
}

bool audit_split(struct audit_work *w, size_t split,
                 const struct view_rows *rows, struct error *err)
{
    struct audit_part *part = &w->part[w->part_count++];

    *part = (struct audit_part){ .split = split,
                                 .first = w->rows,
                                 .height = rows->height,
                                 .width = rows->width,
                                 .bytes = rows->image_bytes,
                                 .at = w->spool.bytes,
                                 .has_labels = rows->has_labels };
    return copy_source_rows(part, rows, err);
}

static bool make_room(struct audit_work *w, size_t rows, struct error *err)
{
    size_t needed = (size_t)w->rows + rows, room = w->room;
    int64_t *label = array_grow(w->label, &room, needed, sizeof *label, err);

    if (!label)
        return false;
    w->label = label;
    int16_t *level = array_grow(w->level, &w->room, needed, sizeof *level, err);
    if (!level)
        return false;
    w->level = level;
    return true;
}

static int16_t level_of(const unsigned char *image, size_t bytes)
{
    return memcmp(image, image + 1, bytes - 1) == 0 ? image[0]
                                                    : AUDIT_MANY_LEVELS;
}

bool audit_add(struct audit_work *w, const unsigned char *images,
               const int64_t *labels, size_t rows, struct error *err)
{
    struct audit_part *part = &w->part[w->part_count - 1];

    if (!make_room(w, rows, err) ||
        !spool_append(&w->spool, images, rows * part->bytes, err))
        return false;
    for (size_t i = 0; i < rows; i++) {
        const unsigned char *image = images + i * part->bytes;
        if (!duplicates_add_row(&w->equal, image, part->bytes, err))
            return false;
        w->label[w->rows] = labels ? labels[i] : 0;
        w->level[w->rows] = level_of(image, part->bytes);
        w->rows++;
        part->rows++;
    }
    return true;
}

/* Buffers for two pictures of any size. */
static bool make_buffers(struct audit_work *w, struct error *err)
{
    size_t most = 1;

    for (size_t i = 0; i < w->part_count; i++)
        most = w->part[i].bytes > most ? w->part[i].bytes : most;
    w->one = malloc(most);
    w->other = malloc(most);
    return (w->one && w->other) || error_memory(err);
}

/* What the rows allow to look for. */
static void note_searches(const struct audit_work *w, struct audit *to)
{
    bool labels = false;

    for (size_t i = 0; i < w->part_count; i++)
        labels = labels || w->part[i].has_labels;
    for (int i = 0; i < FINDING_KINDS; i++)
        to->searched[i] = true;
    to->searched[FINDING_LABEL_CONFLICT] = labels;
    to->searched[FINDING_NEAR_DUPLICATE] = w->rules.near >= 0;
    to->searched[FINDING_LABEL_RANGE] = labels;
    to->searched[FINDING_EMPTY_CLASS] = labels;
    to->searched[FINDING_IMBALANCE] = labels;
    to->searched[FINDING_TRANSPOSED] = false;
    to->searched[FINDING_LABEL_ERROR] = false;
}

bool audit_finish(struct audit_work *w, struct audit *to, struct error *err)
{
    bool ok = make_buffers(w, err);

    *to = (struct audit){ .rules = w->rules };
    note_searches(w, to);
    ok = ok && audit_find_equal(w, to, err) &&
         (w->rules.near < 0 || audit_find_near(w, to, err)) &&
         audit_find_plain(w, to, err) && audit_find_labels(w, to, err) &&
         audit_find_transposed(w, to, err) && audit_find_listed(w, to, err);
    if (!ok)
        audit_release(to);
    audit_abandon(w);
    return ok;
}
