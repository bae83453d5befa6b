/* SPDX-License-Identifier: MIT */
/* fetch: published files from the mirrors to the disk, verified. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "cmd/commands.h"
#include "cmd/datasets.h"
#include "dataset/fetch.h"
#include "format/jsondoc.h"

struct fetch_options {
    struct common common;
    struct text_list mirrors;
    bool only_mirrors, offline;
    size_t retries, connect_timeout_s, stall_timeout_s, max_time_s;
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
      .takes = ARG_DIR,
      .help = "try this one first: https:, file:, or a directory;\n"
              "may be given several times" },
    { "only-mirrors", 0, FLAG(struct fetch_options, only_mirrors),
      .help = "leave out the catalogue's own mirrors" },
    { "offline", 0, FLAG(struct fetch_options, offline),
      .help = "open no connection; directories still serve. For\n"
              "each file that is missing: what to get, and where\n"
              "to put it (also by MNISTPREP_OFFLINE=1)" },
    { "retries", 0, COUNT(struct fetch_options, retries), .arg = "N",
      .help = "further tries when the network fails (default: 2)" },
    { "connect-timeout", 0, COUNT(struct fetch_options, connect_timeout_s),
      .least = 1, .arg = "S",
      .help = "seconds to wait for a connection (default: 15)" },
    { "stall-timeout", 0, COUNT(struct fetch_options, stall_timeout_s),
      .least = 1, .arg = "S",
      .help = "seconds of silence until a mirror is given up\n"
              "(default: 30)" },
    { "max-time", 0, COUNT(struct fetch_options, max_time_s), .least = 1,
      .arg = "S", .help = "seconds for all of it (default: no limit)" },
    { "cacert", 0, TEXT(struct fetch_options, cacert), .arg = "FILE",
      .takes = ARG_FILE,
      .help = "trust these certificates, in PEM form (also by\n"
              "CURL_CA_BUNDLE or SSL_CERT_FILE)" },
    { .name = NULL },
};

/* What the callbacks need. */
struct talk {
    const struct common *common;
    struct progress progress;
    struct json_t *files; /* NULL without --json */
    size_t wanted;        /* of a dry run */
    struct error missing; /* the last file that is to be got by hand */
    struct error failure;
};

static void on_starting(void *context, const struct catalogue_dataset *dataset,
                        size_t files, uint64_t bytes)
{
    struct talk *t = context;
    char size[24] = "size unknown";

    if (bytes > 0)
        progress_size_text(bytes, size, sizeof size);
    report_note(t->common, "%s: %zu file%s to get, %s", dataset->name, files,
                files == 1 ? "" : "s", size);
}

static void on_trying(void *context, const char *file, const char *mirror,
                      uint64_t resumed_at)
{
    struct talk *t = context;

    progress_clear(&t->progress);
    if (resumed_at > 0)
        report_note(t->common, "%s: continuing at byte %llu from %s", file,
                    (unsigned long long)resumed_at, mirror);
    else
        report_note(t->common, "%s: from %s", file, mirror);
}

static void on_progress(void *context, const char *file, uint64_t file_done,
                        uint64_t file_total, uint64_t done, uint64_t total)
{
    struct talk *t = context;
    struct progress_state state = { file, file_done, file_total, done, total };

    progress_update(&t->progress, &state);
}

static void on_failed(void *context, const char *file, const char *mirror,
                      const char *reason)
{
    struct talk *t = context;

    progress_clear(&t->progress);
    report_note(t->common, "%s: not from %s: %s", file, mirror, reason);
}

static void on_waiting(void *context, const char *file, double seconds)
{
    struct talk *t = context;

    progress_clear(&t->progress);
    report_note(t->common, "%s: trying again in %.1f s", file, seconds);
}

static const char *state_word(enum fetch_state state)
{
    static const char *const words[] = {
        [FETCH_KEPT] = "kept",
        [FETCH_ARRIVED] = "fetched",
        [FETCH_WANTED] = "wanted",
        [FETCH_FAILED] = "failed",
    };
    return words[state];
}

static void add_result(struct talk *t, const struct fetch_result *r)
{
    struct error *err = &t->failure;
    struct json_t *doc = jsondoc_object(err);
    bool there = r->state == FETCH_KEPT || r->state == FETCH_ARRIVED;

    jsondoc_set_text(doc, "file", r->file->name, err);
    jsondoc_set_text(doc, "path", r->path, err);
    jsondoc_set_text(doc, "state", state_word(r->state), err);
    jsondoc_set_bool(doc, "repacked", there && r->verdict == RAWFILE_REPACKED,
                     err);
    jsondoc_set_text(doc, "mirror", r->from, err);
    jsondoc_set_text(doc, "error",
                     r->state == FETCH_FAILED ? r->err->text : NULL, err);
    jsondoc_append(t->files, doc, err);
}

/* Offline each file that is missing is to be got by hand, so each has its line;
 * the last of them is told when all is done. */
static void tell_missing(struct talk *t, const struct fetch_result *r)
{
    if (!r->by_hand)
        return;
    if (t->missing.code != FAIL_NONE)
        report_error(t->common, &t->missing);
    t->missing = *r->err;
}

static void on_done(void *context, const struct fetch_result *r)
{
    struct talk *t = context;
    bool there = r->state == FETCH_KEPT || r->state == FETCH_ARRIVED;

    progress_clear(&t->progress);
    tell_missing(t, r);
    t->wanted += r->state == FETCH_WANTED;
    if (r->state == FETCH_WANTED && r->file->bytes > 0)
        report_note(t->common, "would fetch %s (%llu bytes) to %s",
                    r->file->name, (unsigned long long)r->file->bytes, r->path);
    else if (r->state == FETCH_WANTED)
        report_note(t->common, "would fetch %s to %s", r->file->name, r->path);
    else if (r->state == FETCH_KEPT)
        report_detail(t->common, "%s is there, verified", r->path);
    if (there && r->verdict == RAWFILE_REPACKED)
        report_note(t->common,
                    "%s: packed in another way, but its contents are the "
                    "published ones (payload verified)",
                    r->path);
    if (there && r->verdict == RAWFILE_UNSEEN)
        report_note(t->common,
                    "%s: intact, but not the bytes that were seen elsewhere "
                    "(nobody published their SHA-256)",
                    r->path);
    if (t->files) {
        add_result(t, r);
    } else if (r->state != FETCH_FAILED) {
        report_path(r->path);
    }
}

static struct fetch_settings make_settings(const struct fetch_options *o,
                                           struct talk *talk)
{
    const char *bundle = option_environment("CURL_CA_BUNDLE");
    const char *file = option_environment("SSL_CERT_FILE");
    struct fetch_settings fetch = {
        .mirrors = o->mirrors.text,
        .mirror_count = o->mirrors.count,
        .only_mirrors = o->only_mirrors,
        .force = o->common.force,
        .dry_run = o->common.dry_run,
        .check = o->common.check,
        .starting = on_starting,
        .done = on_done,
        .context = talk,
    };

    fetch.transfer = (struct transfer_settings){
        .retries = (unsigned)o->retries,
        .deadline = deadline_after((unsigned)o->max_time_s),
        .offline = o->offline,
        .watch = { on_trying, on_progress, on_failed, on_waiting, talk },
    };
    fetch.transfer.http = (struct http_settings){
        .connect_timeout_s = (unsigned)o->connect_timeout_s,
        .stall_timeout_s = (unsigned)o->stall_timeout_s,
        /* libcurl itself looks at none of these. */
        .cacert = o->cacert ? o->cacert
                  : bundle  ? bundle
                            : file,
        .capath = option_environment("SSL_CERT_DIR"),
        .user_agent = "mnistprep/" MNISTPREP_VERSION,
    };
    return fetch;
}

/* All datasets, also after one failed; the most severe failure decides. */
static bool fetch_all(const struct datasets *datasets,
                      const struct fetch_options *o,
                      const struct fetch_settings *fetch, struct talk *talk,
                      struct error *err)
{
    struct error worst = { 0 };

    for (size_t i = 0; i < datasets->count; i++) {
        const struct catalogue_dataset *d = datasets->chosen[i];
        struct store store = { 0 };
        struct error why = { 0 };
        if ((!store_init(&store, o->common.data_dir, d->name, &why) ||
             !fetch_dataset(d, &store, fetch, &why)) &&
            why.code > worst.code)
            worst = why;
        store_release(&store);
        if (worst.code == FAIL_INTERRUPTED)
            break;
    }
    if (worst.code == FAIL_NETWORK && talk->missing.code != FAIL_NONE)
        worst = talk->missing;
    else if (talk->missing.code != FAIL_NONE)
        report_error(talk->common, &talk->missing);
    return worst.code == FAIL_NONE || error_pass(err, &worst);
}

/* For a person at a terminal, who may not know yet; with the same places. */
static void hint_prep(const struct fetch_options *o,
                      const struct datasets *datasets)
{
    const struct common *c = &o->common;
    const char *usual = option_environment("MNISTPREP_DATA_DIR");
    bool elsewhere = strcmp(c->data_dir, usual ? usual : "data") != 0;

    if (c->json || c->dry_run || datasets->count != 1 ||
        !isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO))
        return;
    report_note(c, "next: mnistprep prep %s%s%s%s%s%s%s",
                datasets->chosen[0]->name, elsewhere ? " -C '" : "",
                elsewhere ? c->data_dir : "", elsewhere ? "'" : "",
                c->catalogue ? " --catalogue '" : "",
                c->catalogue ? c->catalogue : "", c->catalogue ? "'" : "");
}

/* Without it curl would say so mirror by mirror, as if the network failed. */
static bool check_cacert(const char *path, struct error *err)
{
    return !path || access(path, R_OK) == 0 ||
           error_errno(err, "--cacert: cannot read '%s'", path);
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    struct fetch_options *o = settings;
    struct talk talk = { .common = &o->common };
    struct datasets datasets = { 0 };
    bool ok =
        option_environment_flag("MNISTPREP_OFFLINE", &o->offline, err) &&
        check_cacert(o->cacert, err) &&
        datasets_choose(&datasets, &o->common, argc, argv, DATASETS_MNIST, err);

    if (ok) {
        struct fetch_settings fetch = make_settings(o, &talk);
        fetch.catalogue = &datasets.catalogue;
        fetch.wait =
            (struct directory_wait){ (unsigned)o->common.lock_timeout_s,
                                     report_waiting, &o->common };
        progress_init(&talk.progress, &o->common);
        talk.files = o->common.json ? jsondoc_array(err) : NULL;
        ok = fetch_all(&datasets, o, &fetch, &talk, err);
        progress_clear(&talk.progress);
    }
    if (talk.files) {
        struct json_t *doc = jsondoc_object(&talk.failure);
        jsondoc_set_text(doc, "schema", "mnistprep.fetch/1", &talk.failure);
        jsondoc_set(doc, "files", talk.files, &talk.failure);
        if (!report_json(doc, &talk.failure))
            ok = error_pass(err, &talk.failure);
    }
    if (ok && o->common.check && talk.wanted > 0)
        ok = error_set(err, FAIL_STALE, "%zu files are to be fetched",
                       talk.wanted);
    if (ok)
        hint_prep(o, &datasets);
    datasets_release(&datasets);
    return ok;
}

const struct command command_fetch = {
    .name = "fetch",
    .operand = "DATASET",
    .takes = ARG_DATASET,
    .most = -1,
    .group = GROUP_GET,
    .summary = "download the published files, verify and keep them",
    .description =
        "Brings the published files of a dataset (default: mnist) to\n"
        "DATA/<dataset>/raw/. A file appears there only when its SHA-256 is\n"
        "the published one; a file that is there and right is not touched.\n"
        "Mirrors are tried in order, the next one on any failure; a download\n"
        "that was cut is continued, by the next run too. The paths are\n"
        "printed on standard output.",
    .examples = "  mnistprep fetch\n"
                "  mnistprep fetch mnist fashion-mnist\n"
                "  mnistprep fetch --mirror /mnt/datasets/mnist "
                "--only-mirrors\n",
    .options = fetch_rows,
    .uses = USE_JSON | USE_DRY_RUN | USE_CHECK | USE_FORCE | USE_LOCK,
    .force_help = "replace files that mnistprep did not make",
    .settings_size = sizeof(struct fetch_options),
    .defaults = &fetch_defaults,
    .run = run,
};
