/* SPDX-License-Identifier: MIT */
/* The table, and what goes together. */
#include "cmd/stats_options.h"

#include <string.h>

#include "base/number.h"
#include "base/outfile.h"
#include "cmd/output_name.h"
#include "show/plot.h"

enum { ZOOM_MAX = 4 };

static const char *const tables[] = { "classes", "levels", "pixels", "findings",
                                      NULL };

static const char *const near_words[] = { "off", NULL };

const struct option_row stats_options[] = {
    { "split", 0, TEXT(struct stats_settings, split), .arg = "NAME",
      .takes = ARG_SPLIT, .help = "this split only (default: all)" },
    VIEW_ROWS(struct stats_settings, view),
    { "pixels", 0, FLAG(struct stats_settings, pixels),
      .help = "with --json: also the figures of each pixel" },
    { "tsv", 0, FLAG(struct stats_settings, tsv),
      .help = "a table of tab-separated values" },
    { "table", 0, CHOICE(struct stats_settings, table, tables), .arg = "NAME",
      NOTED(struct stats_settings, table_given),
      .help = "of --tsv: classes (default), levels, pixels, or\n"
              "findings (default with --audit)" },
    { "audit", 0, FLAG(struct stats_settings, audit),
      .help = "look for equal and nearly equal pictures, blank ones,\n"
              "wrong labels, classes out of balance" },
    { "near", 0, TEXT(struct stats_settings, near), .arg = "LEVELS",
      .choices = near_words,
      .help = "of --audit: nearly equal pictures differ by so many\n"
              "grey levels at most, root mean square (default 8);\n"
              "off: they are not looked for" },
    { "strict", 0, FLAG(struct stats_settings, strict),
      .help = "of --audit: findings are an error (exit status 3)" },
    { "plot", 0, TEXT(struct stats_settings, plot), .arg = "FILE",
      .takes = ARG_FILE, .help = "draw a PNG of charts and mean images" },
    { "panels", 0, TEXT(struct stats_settings, panels), .arg = "LIST",
      .takes = ARG_WORDS, .word = plot_panel_name,
      .help = "of --plot: labels,levels,means,deviation (default),\n"
              "or some of them, in another order" },
    { "zoom", 0, COUNT(struct stats_settings, zoom), .least = 1, .arg = "N",
      .help = "of --plot: N times as large, 1 (default) to 4" },
    { "report", 0, TEXT(struct stats_settings, report), .arg = "FILE",
      .takes = ARG_FILE,
      .help = "write all of it as one page of HTML, with the audit" },
    { .name = NULL },
};

/* "off" is a negative number, as in struct audit_rules. */
static bool parse_near(const char *text, double *to)
{
    if (strcmp(text, "off") == 0) {
        *to = -1;
        return true;
    }
    return number_parse_double(text, to) && *to > 0 && *to <= 255;
}

static bool is_stdout(const char *path)
{
    return path && outfile_is_stdout(path);
}

/* What is written where. */
static bool check_outputs(const struct stats_settings *s, struct error *err)
{
    int on_stdout =
        s->common.json + s->tsv + is_stdout(s->plot) + is_stdout(s->report);

    if (on_stdout > 1)
        return error_set(err, FAIL_USAGE,
                         "--json, --tsv, --plot - and --report - exclude each "
                         "other: there is one standard output");
    if (s->plot && s->report && strcmp(s->plot, s->report) == 0)
        return error_set(err, FAIL_USAGE,
                         "--plot and --report name the same file '%s'",
                         s->plot);
    return (!s->plot ||
            output_name_check("--plot", s->plot, OUTPUT_PNG, err)) &&
           (!s->report ||
            output_name_check("--report", s->report, OUTPUT_HTML, err));
}

bool stats_options_check(const struct stats_settings *s, struct error *err)
{
    double near = 0;
    struct error why = { 0 };

    if (s->common.dry_run && !s->plot && !s->report)
        return error_set(err, FAIL_USAGE,
                         "--dry-run goes with --plot or --report; without "
                         "them no file is written");
    if (s->table_given && !s->tsv)
        return error_set(err, FAIL_USAGE, "--table goes with --tsv");
    if (s->pixels && !s->common.json)
        return error_set(err, FAIL_USAGE,
                         "--pixels goes with --json; with --tsv there is "
                         "--table pixels");
    if ((s->near || s->strict) && !stats_options_audits(s))
        return error_set(err, FAIL_USAGE, "--%s goes with --audit",
                         s->near ? "near" : "strict");
    if (s->table_given && s->table == TABLE_FINDINGS &&
        !stats_options_audits(s))
        return error_set(err, FAIL_USAGE, "--table findings goes with --audit");
    if (s->near && !parse_near(s->near, &near))
        return error_set(
            err, FAIL_USAGE,
            "--near: '%s' is no difference; it is a number of grey "
            "levels above 0, up to 255, or off",
            s->near);
    if ((s->panels || s->zoom) && !s->plot)
        return error_set(err, FAIL_USAGE, "--%s goes with --plot",
                         s->panels ? "panels" : "zoom");
    if (!plot_check_panels(s->panels, &why))
        return error_set(err, why.code, "--panels: %s", why.text);
    if (s->zoom > ZOOM_MAX)
        return error_set(err, FAIL_USAGE, "--zoom: %zu is more than %d",
                         s->zoom, ZOOM_MAX);
    return check_outputs(s, err);
}

bool stats_options_audits(const struct stats_settings *s)
{
    return s->audit || s->report;
}

struct audit_rules stats_options_rules(const struct stats_settings *s)
{
    struct audit_rules rules = { 0 };

    if (s->near)
        (void)!parse_near(s->near, &rules.near);
    return rules;
}

enum stats_table stats_options_table(const struct stats_settings *s)
{
    return s->audit && !s->table_given ? TABLE_FINDINGS
                                       : (enum stats_table)s->table;
}
