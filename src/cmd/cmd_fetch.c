/* SPDX-License-Identifier: MIT */
/* fetch: published files from the mirrors to the disk, verified. */
#include <stdio.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "dataset/fetch.h"

struct fetch_options {
    struct common common;
    struct text_list mirrors;
    bool only_mirrors, offline;
    size_t retries, connect_timeout_s, stall_timeout_s;
    const char *cacert;
};

/* As for curl's users: long enough for a slow line, short enough not to be
 * taken for a hang. */
static const struct fetch_options fetch_defaults = {
    .retries = 2,
    .connect_timeout_s = 15,
    .stall_timeout_s = 30,
};

static const struct option_row fetch_rows[] = {
    { "mirror", 0, LIST(struct fetch_options, mirrors), .arg = "URL",
      .help = "try this one first: https:, file:, or a directory;\n"
              "may be given several times" },
    { "only-mirrors", 0, FLAG(struct fetch_options, only_mirrors),
      .help = "leave out the catalogue's own mirrors" },
    { "offline", 0, FLAG(struct fetch_options, offline),
      .help = "open no connection; directories still serve\n"
              "(also by MNISTPREP_OFFLINE=1)" },
    { "retries", 0, COUNT(struct fetch_options, retries), .arg = "N",
      .help = "further rounds when the network fails (default: 2)" },
    { "connect-timeout", 0, COUNT(struct fetch_options, connect_timeout_s),
      .least = 1, .arg = "S",
      .help = "seconds to wait for a connection (default: 15)" },
    { "stall-timeout", 0, COUNT(struct fetch_options, stall_timeout_s),
      .least = 1, .arg = "S",
      .help = "seconds of silence until a mirror is given up\n"
              "(default: 30)" },
    { "cacert", 0, TEXT(struct fetch_options, cacert), .arg = "FILE",
      .help = "trust these certificates, in PEM form" },
    { .name = NULL },
};

/* What the callbacks need. */
struct talk {
    const struct common *common;
    struct progress progress;
};

static void on_trying(void *context, const char *file, const char *mirror)
{
    struct talk *t = context;

    progress_clear(&t->progress);
    report_note(t->common, "fetching %s from %s", file, mirror);
}

static void on_progress(void *context, const char *file, uint64_t done,
                        uint64_t total)
{
    struct talk *t = context;
    progress_update(&t->progress, file, done, total);
}

static void on_failed(void *context, const char *file, const char *mirror,
                      const char *reason)
{
    struct talk *t = context;

    progress_clear(&t->progress);
    report_note(t->common, "%s: not from %s: %s", file, mirror, reason);
}

static void on_done(void *context, const char *path,
                    const struct catalogue_file *file, enum fetch_state state,
                    enum rawfile_verdict verdict)
{
    struct talk *t = context;

    progress_clear(&t->progress);
    if (state == FETCH_WANTED)
        report_note(t->common, "would fetch %s (%llu bytes) to %s", file->name,
                    (unsigned long long)file->bytes, path);
    else if (state == FETCH_KEPT)
        report_detail(t->common, "%s is there, verified", path);
    if (state != FETCH_WANTED && verdict == RAWFILE_REPACKED)
        report_note(t->common,
                    "%s: packed again, but its contents are the published "
                    "ones (payload verified)",
                    path);
    report_text(path);
    putchar('\n');
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    struct fetch_options *o = settings;
    struct talk talk = { .common = &o->common };
    struct datasets datasets = { 0 };
    struct fetch_settings fetch = {
        .transfer = {
            .http = {
                .connect_timeout_s = (unsigned)o->connect_timeout_s,
                .stall_timeout_s = (unsigned)o->stall_timeout_s,
                .cacert = o->cacert,
                .user_agent = "mnistprep/" MNISTPREP_VERSION,
            },
            .retries = (unsigned)o->retries,
            .watch = { on_trying, on_progress, on_failed, &talk },
        },
        .mirrors = o->mirrors.text,
        .mirror_count = o->mirrors.count,
        .only_mirrors = o->only_mirrors,
        .force = o->common.force,
        .dry_run = o->common.dry_run,
        .done = on_done,
        .context = &talk,
    };
    struct error worst = { 0 };
    bool ok = option_environment_flag("MNISTPREP_OFFLINE", &o->offline, err) &&
              datasets_choose(&datasets, &o->common, argc, argv, DATASETS_MNIST,
                              err) &&
              http_start(err);

    fetch.transfer.offline = o->offline;
    progress_init(&talk.progress, &o->common);
    for (size_t i = 0; ok && i < datasets.count; i++) {
        struct store store = { 0 };
        struct error why = { 0 };
        if ((!store_init(&store, o->common.data_dir, datasets.chosen[i]->name,
                         &why) ||
             !fetch_dataset(datasets.chosen[i], &store, &fetch, &why)) &&
            why.code > worst.code)
            worst = why;
        store_release(&store);
    }
    progress_clear(&talk.progress);
    datasets_release(&datasets);
    http_stop();
    if (worst.code != FAIL_NONE)
        ok = error_set(err, worst.code, "%s", worst.text);
    return ok;
}

const struct command command_fetch = {
    .name = "fetch",
    .operands = "[DATASET...]",
    .most = -1,
    .group = GROUP_GET,
    .summary = "download the published files, verify and keep them",
    .description =
        "Brings the published files of a dataset (default: mnist) to\n"
        "DATA/<dataset>/raw/. A file appears there only when its SHA-256 is\n"
        "the published one; a file that is there and right is not touched.\n"
        "Mirrors are tried in order, the next one on any failure. The paths\n"
        "are printed on standard output.",
    .examples = "  mnistprep fetch\n"
                "  mnistprep fetch mnist fashion-mnist\n"
                "  mnistprep fetch --mirror /mnt/datasets/mnist "
                "--only-mirrors\n",
    .options = fetch_rows,
    .uses = USE_DRY_RUN | USE_FORCE,
    .settings_size = sizeof(struct fetch_options),
    .defaults = &fetch_defaults,
    .run = run,
};
