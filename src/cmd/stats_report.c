/* SPDX-License-Identifier: MIT */
/* Gathers what the page needs, then writes it. */
#include "cmd/stats_report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "dataset/rawfile.h"
#include "dataset/receipt.h"
#include "pipeline/exhibits.h"
#include "show/htmlreport.h"

struct sources {
    struct htmlreport_source *at; /* owned; names are borrowed from the view */
    size_t count;
    const char *last_path; /* borrowed */
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

/* The receipt's facts as long as the file is the one it speaks of; else the
 * file is hashed. A folder has no hash. */
static bool find_facts(struct raw_facts *facts, const struct receipt *receipt,
                       const char *path, struct error *err)
{
    struct stat st;

    if (receipt->path && receipt_find(receipt, path, facts))
        return true;
    *facts = (struct raw_facts){ 0 };
    return stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
           (rawfile_hash_file(path, facts, err) &&
            rawfile_hash_payload(path, UINT64_MAX, facts, err));
}

static bool was_looked_at(const struct survey *s, const char *split)
{
    for (size_t i = 0; i < s->split_count; i++)
        if (strcmp(s->split[i].name, split) == 0)
            return true;
    return false;
}

/* NULL for one's own, and for what is no file. */
static const char *verdict_on(const struct input_split *split, unsigned part,
                              const struct raw_facts *facts)
{
    if (!split->published || facts->sha256[0] == '\0')
        return NULL;
    switch (rawfile_judge_file(split->path[part], &split->published->part[part],
                               facts)) {
    case RAWFILE_EXACT:
        return "the published file";
    case RAWFILE_REPACKED:
        return "the published data, packed again";
    case RAWFILE_UNSEEN:
        return "intact; of which nobody published a hash";
    case RAWFILE_OTHER:
        break;
    }
    return "not the published file";
}

/* The parts of an archive are in one file, which is looked at once. */
static bool add_split(struct sources *to, const struct input_split *split,
                      const struct receipt *receipt, struct error *err)
{
    for (unsigned part = 0; part < CATALOGUE_PARTS; part++) {
        const char *path = split->path[part];
        struct htmlreport_source *s = &to->at[to->count];
        if (!path)
            continue;
        *s = (struct htmlreport_source){ .split = split->name,
                                         .part = part_name(split, part),
                                         .file = path_base(path) };
        if (to->last_path && strcmp(to->last_path, path) == 0)
            s->facts = s[-1].facts;
        else if (!find_facts(&s->facts, receipt, path, err))
            return false;
        s->verdict = verdict_on(split, part, &s->facts);
        to->last_path = path;
        to->count++;
    }
    return true;
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
    for (size_t i = 0; ok && i < in->split_count; i++)
        if (was_looked_at(s, in->split[i].name))
            ok = add_split(to, &in->split[i], &receipt, err);
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
