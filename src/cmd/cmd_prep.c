/* SPDX-License-Identifier: MIT */
/* prep: the whole chain in one pass, split by split. */
#include <stdlib.h>
#include <string.h>

#include "base/outfile.h"
#include "base/text.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "cmd/prep_options.h"
#include "format/jsondoc.h"
#include "pipeline/prepare.h"

/* What to prepare, and where. */
struct job {
    const struct prep_settings *s;
    struct datasets datasets;
    struct store store;
    struct input input;
    struct prep_recipe_file recipe;
    char *named; /* owned: the dataset of the recipe */
    const char *also[1];
    struct prepare_settings prepare;
    struct json_t *files; /* NULL without --json */
    struct error failure; /* of the report */
};

static void tell_path(void *context, const char *path)
{
    struct job *j = context;

    if (j->files) {
        struct json_t *doc = jsondoc_object(&j->failure);
        jsondoc_set_text(doc, "path", path, &j->failure);
        jsondoc_append(j->files, doc, &j->failure);
    } else if (!j->s->common.check) {
        report_path(path);
    }
}

static bool choose_own(struct job *j, int argc, char **argv, struct error *err)
{
    const struct common *common = &j->s->common;

    if (!own_input(&j->s->own, argc > 0 ? argv[0] : NULL, &j->input, err) ||
        !catalogue_load(&j->datasets.catalogue, common->catalogue, err))
        return false;
    if (catalogue_find(&j->datasets.catalogue, j->input.name))
        return error_set(err, FAIL_USAGE,
                         "'%s' is a dataset of the catalogue; give data of "
                         "your own another name, as in 'mnistprep prep my-%s "
                         "--from ...'",
                         j->input.name, j->input.name);
    return store_init(&j->store, common->data_dir, j->input.name, err);
}

/* A recipe of data of one's own does not bring the data. */
static void hint_own(const struct job *j, const char *name, struct error *err)
{
    const char *of = j->recipe.dataset;

    if (!of || strcmp(of, name) != 0 || j->datasets.catalogue.count == 0 ||
        catalogue_find(&j->datasets.catalogue, name))
        return;
    *err = (struct error){ 0 };
    error_set(err, FAIL_USAGE,
              "the recipe is of '%s', which is no dataset of the catalogue; "
              "name its files by --from, or --images and --labels",
              name);
}

/* A recipe knows which dataset it is for. */
static bool choose_published(struct job *j, int argc, char **argv,
                             struct error *err)
{
    if (argc == 0 && j->recipe.dataset) {
        j->named = text_copy(j->recipe.dataset, err);
        if (!j->named)
            return false;
        argc = 1;
        argv = &j->named;
    }
    if (!datasets_one(&j->datasets, &j->store, &j->s->common, argc, argv,
                      err)) {
        hint_own(j, argc > 0 ? argv[0] : "", err);
        return false;
    }
    return input_of_dataset(&j->input, j->datasets.chosen[0], j->store.raw,
                            err);
}

static bool set_up(struct job *j, int argc, char **argv, struct error *err)
{
    const struct prep_settings *s = j->s;
    struct prepare_settings *p = &j->prepare;

    if (s->own.split.count > 0 && !own_words_any(&s->own))
        return error_set(
            err, FAIL_USAGE,
            "--split goes with --from or --images; to prepare some "
            "splits only, use --splits");
    if (!own_words_check(&s->own, err))
        return false;
    if (s->output && outfile_is_stdout(s->output))
        return error_set(err, FAIL_USAGE,
                         "prep makes several files, not one for standard "
                         "output; name a directory by --output");
    if (s->fitted_on && !s->recipe)
        return error_set(err, FAIL_USAGE, "--fitted-on goes with --recipe");
    if (s->recipe && !prep_recipe_open(&j->recipe, s->recipe, err))
        return false;
    if (!(own_words_any(&s->own) ? choose_own(j, argc, argv, err)
                                 : choose_published(j, argc, argv, err)))
        return false;
    p->input = &j->input;
    p->raw_dir = j->store.raw;
    p->data_dir = s->common.data_dir;
    p->output_dir = s->output ? s->output : j->store.prepared;
    p->expected = (struct scale){ .mode = SCALE_NONE };
    if (s->recipe)
        j->also[p->also_count++] = s->recipe;
    p->also = j->also;
    return s->recipe ? prep_recipe_again(s, &j->recipe, &j->input, &p->recipe,
                                         &p->expected, err)
                     : prep_recipe(s, &j->input, &p->recipe, err);
}

static void tell(const struct job *j, enum prepare_outcome outcome)
{
    static const char *const words[] = {
        [PREPARE_MADE] = "prepared",
        [PREPARE_WANTED] = "would prepare",
    };

    if (outcome == PREPARE_CURRENT)
        report_note(&j->s->common, "%s is up to date in %s", j->input.name,
                    j->prepare.output_dir);
    else
        report_note(&j->s->common, "%s %s in %s", words[outcome], j->input.name,
                    j->prepare.output_dir);
}

static bool print_json(struct job *j, enum prepare_outcome outcome,
                       struct error *err)
{
    static const char *const words[] = {
        [PREPARE_MADE] = "made",
        [PREPARE_CURRENT] = "current",
        [PREPARE_WANTED] = "wanted",
    };
    struct json_t *doc = jsondoc_object(&j->failure);

    jsondoc_set_text(doc, "schema", "mnistprep.prep/1", &j->failure);
    jsondoc_set_text(doc, "dataset", j->input.name, &j->failure);
    jsondoc_set_text(doc, "state", words[outcome], &j->failure);
    jsondoc_set_text(doc, "directory", j->prepare.output_dir, &j->failure);
    jsondoc_set(doc, "files", j->files, &j->failure);
    j->files = NULL;
    return report_json(doc, &j->failure) || error_pass(err, &j->failure);
}

static void tell_reason(void *context, bool current, const char *reason)
{
    const struct job *j = context;

    report_detail(&j->s->common, "%s: %s: %s", j->prepare.output_dir,
                  current ? "nothing is to be done" : "the set is to be made",
                  reason);
}

static void release_job(struct job *j)
{
    jsondoc_release(j->files);
    prep_recipe_close(&j->recipe);
    free(j->named);
    input_release(&j->input);
    store_release(&j->store);
    datasets_release(&j->datasets);
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct prep_settings *s = settings;
    struct job j = {
        .s = s,
        .prepare = { .jobs = (unsigned)s->common.jobs,
                     .force = s->common.force,
                     .sync = s->sync,
                     .if_changed = s->if_changed,
                     .dry_run = s->common.dry_run || s->common.check,
                     .stamp = s->stamp,
                     .depfile = s->depfile,
                     .because = tell_reason,
                     .because_context = &j,
                     .wait = { (unsigned)s->common.lock_timeout_s,
                               report_waiting, settings },
                     .tool = "mnistprep " MNISTPREP_VERSION },
    };
    enum prepare_outcome outcome = PREPARE_MADE;
    bool ok = set_up(&j, argc, argv, err);

    if (ok) {
        j.files = s->common.json ? jsondoc_array(&j.failure) : NULL;
        ok = prepare_dataset(&j.prepare, &outcome, tell_path, &j, err) &&
             (!s->common.json || print_json(&j, outcome, err));
        if (!ok && j.input.dataset)
            datasets_hint_fetch(j.input.dataset, err);
    }
    if (ok && s->common.check && outcome == PREPARE_WANTED)
        ok = error_set(err, FAIL_STALE, "%s is to be prepared in %s",
                       j.input.name, j.prepare.output_dir);
    else if (ok)
        tell(&j, outcome);
    release_job(&j);
    return ok;
}

const struct command command_prep = {
    .name = "prep",
    .operand = "DATASET",
    .takes = ARG_DATASET,
    .most = 1,
    .group = GROUP_GET,
    .summary = "raw files to float, label and one-hot files, in one pass",
    .description =
        "Makes DATA/<dataset>/prepared/ from the raw files that fetch left:\n"
        "<split>-images.f32, <split>-labels.u8, <split>-onehot.f32, and\n"
        "dataset.json, which tells how. Files appear when all are whole, the\n"
        "manifest last. The same recipe on the same sources does nothing the\n"
        "second time, unless --force asks for it; -v says why it does or does\n"
        "not. The paths are printed on standard output; --json says, too,\n"
        "whether the set was made, is current, or is wanted (-n, --check).\n"
        "\n"
        "Stages, in this order: rows (--classes, --drop-duplicates, --val,\n"
        "--shuffle, --per-class, --limit, --folds), pictures (--transpose,\n"
        "--invert, --size, --pad), deformed copies (--augment), numbers\n"
        "(--scale, --dtype). Options that choose, order or copy rows leave\n"
        "<split>-rows.u32: for each row, its row in the source split.",
    .examples =
        "  mnistprep fetch && mnistprep prep\n"
        "  mnistprep prep fashion-mnist --scale standard --label-dtype i64\n"
        "  mnistprep prep --dtype u8 --no-onehot --format npy -o out\n"
        "  mnistprep prep --val 5000 --stratify --shuffle --seed 1\n"
        "  mnistprep prep --augment 4 --rotate 15 --shift 2 --shuffle\n"
        "  mnistprep prep digits --from train.csv --format idx -o digits\n",
    .options = prep_options,
    .uses = USE_JSON | USE_DRY_RUN | USE_FORCE | USE_JOBS | USE_LOCK |
            USE_CHECK,
    .force_help = "make the set again; replace another set, and files\n"
                  "that mnistprep did not make",
    .settings_size = sizeof(struct prep_settings),
    .run = run,
};
