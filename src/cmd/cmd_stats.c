/* SPDX-License-Identifier: MIT */
/* stats: exact figures and findings, in words, as JSON or as a table, as a
 * picture and as a page. */
#include <stdio.h>

#include "base/outfile.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "cmd/commands.h"
#include "cmd/stats_options.h"
#include "cmd/stats_report.h"
#include "format/pngimage.h"
#include "pipeline/survey.h"
#include "show/findings.h"
#include "show/plot.h"
#include "show/statsjson.h"
#include "show/statstable.h"
#include "show/statstext.h"

/* ---- on standard output ---- */

static bool print_json(const struct stats_settings *s,
                       const struct survey *survey, struct error *err)
{
    struct json_t *doc = stats_to_json(survey, s->pixels, err);

    if (survey->audited)
        findings_to_json(doc, survey, err);
    return report_json(doc, err);
}

static bool write_table(enum stats_table table, const struct survey *survey,
                        struct writer *w, struct error *err)
{
    switch (table) {
    case TABLE_LEVELS:
        return stats_write_levels(survey, w, err);
    case TABLE_PIXELS:
        return stats_write_pixels(survey, w, err);
    case TABLE_FINDINGS:
        return findings_write_table(survey, w, err);
    case TABLE_CLASSES:
        break;
    }
    return stats_write_classes(survey, w, err);
}

static bool write_words(const struct survey *survey, struct writer *w,
                        struct error *err)
{
    const struct text_style style = { .blocks = terminal_has_blocks() };

    return stats_write_text(survey, &style, w, err) &&
           (!survey->audited || (writer_printf(w, err, "\n") &&
                                 findings_write_text(survey, w, err)));
}

/* All of it or nothing: it is printed when it is complete. */
static bool print_text(const struct stats_settings *s,
                       const struct survey *survey, struct error *err)
{
    struct bytes_writer text;

    bytes_writer_init(&text);
    bool ok = s->tsv
                  ? write_table(stats_options_table(s), survey, &text.base, err)
                  : write_words(survey, &text.base, err);
    if (ok)
        fwrite(text.bytes, 1, text.n, stdout);
    bytes_writer_release(&text);
    return ok;
}

/* ---- files ---- */

/* They are opened before the work, so that one in the way is found first. */
struct files {
    struct outfile plot, report;
};

static bool open_file(struct outfile *out, const char *path,
                      const struct common *common,
                      const struct opened_view *opened, struct error *err)
{
    struct error terminal = { 0 };

    if (!path)
        return true;
    if (!opened_view_spares(opened, path, err))
        return false;
    if (!report_no_terminal(path, &terminal))
        return error_set(err, FAIL_USAGE,
                         "standard output is a terminal, which shows neither "
                         "PNG nor HTML; name a file, or use a pipe");
    return outfile_open(out, path, report_outfile_flags(common), err);
}

static bool write_plot(const struct stats_settings *s,
                       const struct survey *survey, struct writer *w,
                       struct error *err)
{
    struct canvas canvas = { 0 };
    unsigned zoom = s->zoom ? (unsigned)s->zoom : 1;
    bool ok =
        plot_draw(&canvas, survey, s->panels, zoom, err) &&
        pngimage_write(w, canvas.pixels, canvas.width, canvas.height, err);

    canvas_release(&canvas);
    return ok;
}

static void tell_dry_run(const struct common *common, const char *path,
                         const struct outfile *out)
{
    if (path && common->dry_run)
        report_would_write(common, path, out->bytes);
}

/* Both are whole before either appears. */
static bool write_files(const struct stats_settings *s, struct files *files,
                        const struct survey *survey, const char *raw_dir,
                        struct error *err)
{
    if ((s->plot && !write_plot(s, survey, &files->plot.base, err)) ||
        (s->report &&
         !stats_report_write(survey, raw_dir, &files->report.base, err)))
        return false;
    tell_dry_run(&s->common, s->plot, &files->plot);
    tell_dry_run(&s->common, s->report, &files->report);
    return (!s->plot || outfile_commit(&files->plot, err)) &&
           (!s->report || outfile_commit(&files->report, err));
}

static bool is_stdout(const char *path)
{
    return path && outfile_is_stdout(path);
}

/* On standard output, unless something else goes there. */
static void tell_path(const struct stats_settings *s, const char *path)
{
    if (!path || is_stdout(path))
        return;
    if (!s->common.json && !s->tsv && !is_stdout(s->plot) &&
        !is_stdout(s->report))
        report_path(path);
    else if (!s->common.dry_run) /* which has told it already */
        report_note(&s->common, "wrote '%s'", path);
}

/* ---- the command ---- */

static bool print(const struct stats_settings *s, const struct survey *survey,
                  struct error *err)
{
    tell_path(s, s->plot);
    tell_path(s, s->report);
    if (s->common.json)
        return print_json(s, survey, err);
    return (!s->tsv && (s->plot || s->report)) || print_text(s, survey, err);
}

static bool judge(const struct stats_settings *s, const struct survey *survey,
                  struct error *err)
{
    size_t count = survey->audit.count;

    if (!s->strict || count == 0)
        return true;
    return error_set(err, FAIL_DATA,
                     "%zu finding%s; with --strict there has to be none", count,
                     count == 1 ? "" : "s");
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    const struct stats_settings *s = settings;
    const struct audit_rules rules = stats_options_rules(s);
    struct opened_view opened = { 0 };
    struct files files = { 0 };
    struct survey survey = { 0 };
    bool ok = stats_options_check(s, err) &&
              view_options_open(&opened, &s->view, &s->common, s->split, argc,
                                argv, err) &&
              open_file(&files.plot, s->plot, &s->common, &opened, err) &&
              open_file(&files.report, s->report, &s->common, &opened, err) &&
              survey_run(&survey, &opened.view,
                         stats_options_audits(s) ? &rules : NULL, err);

    if (!ok)
        opened_view_hint(&opened, err);
    /* Only raw files have a receipt beside them. */
    const struct view *v = &opened.view;
    const char *raw_dir = v->dataset && !v->prepared ? opened.store.raw : NULL;
    ok = ok && write_files(s, &files, &survey, raw_dir, err) &&
         print(s, &survey, err) && judge(s, &survey, err);
    outfile_abandon(&files.plot);
    outfile_abandon(&files.report);
    survey_release(&survey);
    opened_view_release(&opened);
    return ok;
}

const struct command command_stats = {
    .name = "stats",
    .operand = "DATASET",
    .takes = ARG_DATASET,
    .most = 1,
    .group = GROUP_LOOK,
    .summary = "figures of pixels and classes, defects, plots, a report",
    .description =
        "Reports exact figures of a dataset (default: mnist; its raw files, "
        "or\n"
        "what the options name): sums in integers, mean and population\n"
        "deviation of x/255, the spread of grey levels, all of it also per\n"
        "class. With --audit also what may be wrong with the rows.",
    .examples =
        "  mnistprep stats\n"
        "  mnistprep stats fashion-mnist --split test --json\n"
        "  mnistprep stats --prepared --tsv --table levels\n"
        "  mnistprep stats --audit --near off\n"
        "  mnistprep stats kmnist --plot kmnist.png --report kmnist.html\n",
    .options = stats_options,
    .uses = USE_JSON | USE_DRY_RUN | USE_JOBS | USE_FORCE,
    .force_help = "of --plot and --report: replace existing files",
    .settings_size = sizeof(struct stats_settings),
    .run = run,
};
