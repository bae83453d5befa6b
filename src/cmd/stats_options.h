/* SPDX-License-Identifier: MIT */
/* The options of stats. */
#ifndef MP_CMD_STATS_OPTIONS_H
#define MP_CMD_STATS_OPTIONS_H

#include <stdbool.h>

#include "cli/option.h"
#include "cmd/view_options.h"
#include "pipeline/audit.h"

enum stats_table { TABLE_CLASSES, TABLE_LEVELS, TABLE_PIXELS, TABLE_FINDINGS };

struct stats_settings {
    struct common common;
    struct view_options view;
    const char *split;
    bool pixels, tsv;
    int table; /* enum stats_table */
    bool table_given;
    bool audit, strict;
    const char *near;
    const char *plot, *panels, *report;
    size_t zoom; /* 0: not given */
};

extern const struct option_row stats_options[];

/* FAIL_USAGE for options that do not go together, and for values that are
 * none. */
bool MUST_USE stats_options_check(const struct stats_settings *s,
                                  struct error *err);

/* The page of --report shows findings too. */
bool stats_options_audits(const struct stats_settings *s);

/* The settings have been checked. */
struct audit_rules stats_options_rules(const struct stats_settings *s);

/* Which table --tsv is: findings when they are asked for and no other is. */
enum stats_table stats_options_table(const struct stats_settings *s);

#endif
