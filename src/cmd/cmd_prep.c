/* SPDX-License-Identifier: MIT */
/* prep: the whole chain in one pass, split by split. */
#include <stdio.h>

#include "base/number.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "cmd/scale_options.h"
#include "pipeline/prepare.h"

struct prep_settings {
    struct common common;
    struct scale_options scale;
    const char *splits, *formats, *smoothing, *output;
    int label_dtype;
    bool no_onehot, as_published, sync;
};

/* The first is the default. */
static const char *const label_dtype_names[] = { "u8", "i32", "i64", NULL };

static const struct option_row prep_options[] = {
    SCALE_ROWS(struct prep_settings),
    { "label-dtype", 0,
      CHOICE(struct prep_settings, label_dtype, label_dtype_names),
      .arg = "TYPE", .help = "u8 (default), i32 or i64" },
    { "no-onehot", 0, FLAG(struct prep_settings, no_onehot),
      .help = "leave out the one-hot rows" },
    { "smoothing", 0, TEXT(struct prep_settings, smoothing), .arg = "E",
      .help = "one-hot rows of 1 - E + E/C and E/C (default: 0)" },
    AS_PUBLISHED_ROW(struct prep_settings),
    { "splits", 0, TEXT(struct prep_settings, splits), .arg = "LIST",
      .help = "these only, as in train,test (default: all)" },
    { "format", 0, TEXT(struct prep_settings, formats), .arg = "LIST",
      .help = "bin, npy, idx or several, as in bin,npy\n(default: bin)" },
    { "output", 'o', TEXT(struct prep_settings, output), .arg = "DIR",
      .help = "where to (default: DATA/<dataset>/prepared)" },
    { "sync", 0, FLAG(struct prep_settings, sync),
      .help = "wait until the files are on disk" },
    { .name = NULL },
};

static bool make_recipe(const struct prep_settings *s,
                        const struct catalogue_dataset *d, struct recipe *r,
                        struct error *err)
{
    *r = (struct recipe){ .onehot = !s->no_onehot,
                          .as_published = s->as_published };
    if (s->smoothing && !number_parse_double(s->smoothing, &r->smoothing))
        return error_set(err, FAIL_USAGE, "--smoothing: '%s' is no number",
                         s->smoothing);
    return dtype_parse(label_dtype_names[s->label_dtype], &r->label_dtype) &&
           scale_options_resolve(&s->scale, &r->scale, &r->dtype, err) &&
           recipe_parse_formats(r, s->formats ? s->formats : "bin", err) &&
           recipe_parse_splits(r, d, s->splits, err);
}

static void print_path(void *context, const char *path)
{
    (void)context;
    report_path(path);
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct prep_settings *s = settings;
    struct datasets datasets = { 0 };
    struct store store = { 0 };
    struct prepare_settings prepare = {
        .jobs = (unsigned)s->common.jobs,
        .force = s->common.force,
        .sync = s->sync,
        .dry_run = s->common.dry_run,
        .wait = { (unsigned)s->common.lock_timeout_s, report_waiting,
                  settings },
        .tool = "mnistprep " MNISTPREP_VERSION,
    };
    enum prepare_outcome outcome = PREPARE_MADE;
    bool ok = datasets_one(&datasets, &store, &s->common, argc, argv, err) &&
              make_recipe(s, datasets.chosen[0], &prepare.recipe, err);

    if (ok) {
        prepare.dataset = datasets.chosen[0];
        prepare.raw_dir = store.raw;
        prepare.output_dir = s->output ? s->output : store.prepared;
        ok = prepare_dataset(&prepare, &outcome, print_path, NULL, err);
        if (!ok)
            datasets_hint_fetch(prepare.dataset, err);
    }
    if (ok && outcome == PREPARE_CURRENT)
        report_note(&s->common, "%s is up to date in %s", prepare.dataset->name,
                    prepare.output_dir);
    else if (ok)
        report_note(&s->common, "%s %s in %s",
                    outcome == PREPARE_WANTED ? "would prepare" : "prepared",
                    prepare.dataset->name, prepare.output_dir);
    store_release(&store);
    datasets_release(&datasets);
    return ok;
}

const struct command command_prep = {
    .name = "prep",
    .operands = "[DATASET]",
    .most = 1,
    .group = GROUP_GET,
    .summary = "raw files to float, label and one-hot files, in one pass",
    .description =
        "Makes DATA/<dataset>/prepared/ from the raw files that fetch left:\n"
        "<split>-images.f32, <split>-labels.u8, <split>-onehot.f32, and\n"
        "dataset.json, which tells how. Files appear when all are whole, the\n"
        "manifest last. The same recipe on the same sources does nothing the\n"
        "second time. The paths are printed on standard output.",
    .examples = "  mnistprep fetch && mnistprep prep\n"
                "  mnistprep prep fashion-mnist --scale standard "
                "--label-dtype i64\n"
                "  mnistprep prep --dtype u8 --no-onehot --format npy -o out\n",
    .options = prep_options,
    .uses = USE_DRY_RUN | USE_FORCE | USE_JOBS | USE_LOCK,
    .settings_size = sizeof(struct prep_settings),
    .run = run,
};
