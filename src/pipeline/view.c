/* SPDX-License-Identifier: MIT */
/* Views of raw files and of one's own; the prepared ones have a room of their
 * own. */
#include "pipeline/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "pipeline/block.h"
#include "pipeline/ownclasses.h"
#include "pipeline/viewprepared.h"

/* ---- what is looked at ---- */

static void take_splits(struct view *v)
{
    v->name = v->input.name;
    v->dataset = v->input.dataset;
    for (size_t i = 0; i < v->input.split_count; i++) {
        v->only[i] = true;
        v->split_name[v->split_count++] = v->input.split[i].name;
    }
}

bool view_of_dataset(struct view *v, const struct catalogue_dataset *dataset,
                     const char *raw_dir, unsigned flags, struct error *err)
{
    uint64_t base = flags & SOURCE_AS_PUBLISHED ? dataset->label_base : 0;
    size_t classes = dataset->class_count + (size_t)base;

    v->flags = flags;
    if (!input_of_dataset(&v->input, dataset, raw_dir, err))
        return false;
    take_splits(v);
    v->class_name = calloc(classes + 1, sizeof *v->class_name);
    if (!v->class_name)
        return error_memory(err);
    v->class_count = classes;
    for (size_t c = 0; c < classes; c++)
        v->class_name[c] = catalogue_class_name(dataset, base, c);
    return true;
}

/* The labels of one split; *any when it has some. */
static bool note_labels(const struct view *v, size_t split,
                        struct own_classes *classes, bool *any,
                        struct error *err)
{
    struct source source = { 0 };
    struct block block = { 0 };
    ptrdiff_t n = 0;
    bool ok = source_open(&source, &v->input, split, &v->table, NULL,
                          SOURCE_LABELS | SOURCE_ANY_LABEL, err) &&
              own_classes_add_tree(classes, &source.tree, err);

    if (ok && source.has_labels) {
        *any = true;
        ok = block_init(&block, block_rows(source.image_bytes, 0),
                        source.image_bytes, err);
        while (ok && (n = interrupt_none(err)
                              ? source_read(&source, block.images, block.labels,
                                            block.capacity, err)
                              : -1) > 0)
            for (ptrdiff_t i = 0; i < n; i++)
                if (block.labels[i] >= 0 && block.labels[i] <= SOURCE_LABEL_MAX)
                    own_classes_add(classes, (uint64_t)block.labels[i]);
    }
    block_release(&block);
    source_close(&source);
    return ok && n == 0;
}

static bool name_own_classes(struct view *v, struct error *err)
{
    struct own_classes own = { 0 };
    bool any = false, ok = true;

    for (size_t i = 0; ok && i < v->split_count; i++)
        ok = note_labels(v, i, &own, &any, err);
    if (ok && any && (ok = own_classes_finish(&own, err))) {
        v->class_name = calloc(own.count, sizeof *v->class_name);
        ok = v->class_name || error_memory(err);
    }
    if (ok && any) {
        for (size_t c = 0; c < own.count; c++)
            v->class_name[c] = own.name[c];
        v->class_count = own.count;
        v->own_name = own.name;
        own.name = NULL;
    }
    own_classes_release(&own);
    return ok;
}

bool view_of_input(struct view *v, struct input *in,
                   const struct source_table *table, unsigned flags,
                   struct error *err)
{
    v->input = *in;
    *in = (struct input){ 0 };
    v->flags = flags | SOURCE_ANY_LABEL;
    if (table)
        v->table = *table;
    take_splits(v);
    return name_own_classes(v, err);
}

bool view_choose(struct view *v, const char *split, struct error *err)
{
    char names[512] = "";
    bool found = false;

    for (size_t i = 0; i < v->split_count; i++) {
        size_t used = strlen(names);
        v->only[i] = !split || strcmp(v->split_name[i], split) == 0;
        found |= v->only[i];
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                 v->split_name[i]);
    }
    return found || error_set(err, FAIL_USAGE,
                              "%s has no split '%s'; its splits are: %s",
                              v->name, split ? split : "", names);
}

/* Were the pictures of a prepared set other ones than the published? */
static bool is_of_others(const struct manifest *m,
                         const struct catalogue_split *published)
{
    const char *known = published->part[PART_IMAGES].payload_sha256;

    for (size_t i = 0; known && i < m->source_count; i++) {
        const struct manifest_source *s = &m->source[i];
        if (strcmp(s->split, published->name) == 0 &&
            strcmp(s->part, catalogue_part_name(PART_IMAGES)) == 0 &&
            s->facts.payload_sha256[0] != '\0' &&
            strcmp(s->facts.payload_sha256, known) != 0)
            return true;
    }
    return false;
}

const struct catalogue_split *view_published(const struct view *v, size_t split)
{
    if (!v->dataset)
        return NULL;
    if (!v->prepared)
        return v->input.split[split].published;
    const struct manifest_split *s = &v->manifest.split[split];
    const struct catalogue_split *published =
        catalogue_find_split(v->dataset, s->from ? s->from : s->name);
    return published && !is_of_others(&v->manifest, published) ? published
                                                               : NULL;
}

void view_release(struct view *v)
{
    free(v->class_name);
    own_classes_free(v->own_name, v->class_count);
    manifest_release(&v->manifest);
    input_release(&v->input);
    free(v->dir);
    *v = (struct view){ 0 };
}

/* ---- rows ---- */

static bool open_source(struct view_rows *r, const struct view *v, size_t split,
                        struct error *err)
{
    const struct source *s = &r->source;

    if (!source_open(&r->source, &v->input, split, &v->table, NULL, v->flags,
                     err))
        return false;
    if (s->images.ndims != 3)
        return error_set(err, FAIL_DATA,
                         "'%s' has %u dimensions; pictures of one grey channel "
                         "have three",
                         s->part[PART_IMAGES].path, s->images.ndims);
    r->count = s->count;
    r->height = (size_t)s->images.dim[1];
    r->width = (size_t)s->images.dim[2];
    r->image_bytes = s->image_bytes;
    r->has_labels = s->has_labels;
    r->file = s->part[s->table ? PART_IMAGES : PART_LABELS].path;
    return true;
}

bool view_rows_open(struct view_rows *r, const struct view *v, size_t split,
                    struct error *err)
{
    return v->prepared ? view_prepared_open(r, v, split, err)
                       : open_source(r, v, split, err);
}

ptrdiff_t view_rows_read(struct view_rows *r, unsigned char *images,
                         int64_t *labels, size_t rows, struct error *err)
{
    ptrdiff_t n = -1;

    if (!interrupt_none(err))
        return -1;
    if (r->from_prepared)
        return view_prepared_read(r, images, labels, rows, err);
    n = source_read(&r->source, images, labels, rows, err);
    /* Only what has been read to its end has its checksum compared. */
    if (n == 0 && !r->source.labels_alone && !source_finish(&r->source, err))
        return -1;
    return n;
}

void view_rows_close(struct view_rows *r)
{
    view_prepared_close(r->from_prepared);
    source_close(&r->source);
    *r = (struct view_rows){ 0 };
}
