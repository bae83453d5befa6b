/* SPDX-License-Identifier: MIT */
/* Gathers what the page needs, then writes it. */
#include "cmd/stats_report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "dataset/receipt.h"
#include "pipeline/exhibits.h"
#include "show/htmlreport.h"

struct sources {
    struct htmlreport_source *at; /* owned; names are borrowed from the view */
    size_t count;
};

/* As the manifest says. */
static bool of_prepared(struct sources *to, const struct manifest *m,
                        struct error *err)
{
    to->at = calloc(m->source_count + 1, sizeof *to->at);
    if (!to->at)
        return error_memory(err);
    for (; to->count < m->source_count; to->count++) {
        const struct manifest_source *s = &m->source[to->count];
        to->at[to->count] = (struct htmlreport_source){
            .split = s->split,
            .part = s->part,
            .file = s->file,
            .facts = s->facts,
        };
    }
    return true;
}

static const char *part_name(const struct input_split *split, unsigned part)
{
    switch (split->form) {
    case INPUT_TABLE:
        return "table";
    case INPUT_TREE:
        return "folder";
    case INPUT_NPZ:
        return split->member[part];
    case INPUT_ARRAYS:
        break;
    }
    return catalogue_part_name((enum catalogue_part)part);
}

/* The receipt's facts as long as the file is the one it speaks of; else its
 * size. */
static struct raw_facts facts_of(const struct receipt *receipt,
                                 const char *path)
{
    struct raw_facts facts = { 0 };
    struct stat st;

    if (receipt->path && receipt_find(receipt, path, &facts))
        return facts;
    facts = (struct raw_facts){ 0 };
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        facts.bytes = (uint64_t)st.st_size;
    return facts;
}

static bool was_looked_at(const struct survey *s, const char *split)
{
    for (size_t i = 0; i < s->split_count; i++)
        if (strcmp(s->split[i].name, split) == 0)
            return true;
    return false;
}

static bool of_input(struct sources *to, const struct survey *s,
                     const char *raw_dir, struct error *err)
{
    const struct input *in = &s->view->input;
    struct receipt receipt = { 0 };
    bool ok = !raw_dir || receipt_open(&receipt, raw_dir, err);

    to->at = calloc(CATALOGUE_PARTS * in->split_count + 1, sizeof *to->at);
    if (ok && !to->at)
        ok = error_memory(err);
    for (size_t i = 0; ok && i < in->split_count; i++) {
        const struct input_split *split = &in->split[i];
        for (unsigned part = 0; part < CATALOGUE_PARTS; part++) {
            const char *path = split->path[part];
            if (!path || !was_looked_at(s, split->name))
                continue;
            to->at[to->count++] = (struct htmlreport_source){
                .split = split->name,
                .part = part_name(split, part),
                .file = path_base(path),
                .facts = facts_of(&receipt, path),
            };
        }
    }
    receipt_release(&receipt);
    return ok;
}

bool stats_report_write(const struct survey *s, const char *raw_dir,
                        struct writer *w, struct error *err)
{
    const struct view *view = s->view;
    struct sources sources = { 0 };
    struct exhibits exhibits = { 0 };
    bool ok = view->prepared ? of_prepared(&sources, &view->manifest, err)
                             : of_input(&sources, s, raw_dir, err);

    ok = ok && exhibits_take(&exhibits, s, err);
    if (ok) {
        struct htmlreport_facts facts = {
            .tool = "mnistprep " MNISTPREP_VERSION,
            .source = sources.at,
            .source_count = sources.count,
            .recipe = view->prepared ? view->manifest.recipe : NULL,
            .exhibits = &exhibits,
        };
        ok = htmlreport_write(s, &facts, w, err);
    }
    exhibits_release(&exhibits);
    free(sources.at);
    return ok;
}
