/* SPDX-License-Identifier: MIT */
/* What there is help about beside the commands, as tables: exit statuses,
 * environment variables, files. */
#ifndef MP_CLI_TOPICS_H
#define MP_CLI_TOPICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One row for each exit status; ends with a NULL help. */
struct exit_status {
    enum fail code;
    int number;
    const char *help;
};
extern const struct exit_status exit_statuses[];

struct topic_row {
    char word[64]; /* what it is about */
    const char *help;
};

struct topic {
    const char *name;
    const char *heading;          /* in the manual */
    const struct topic_row *rows; /* NULL: the exit statuses */
    const char *after;            /* what holds for all of them */
};

/* In the manual's order; ends with a NULL name. */
extern const struct topic topics[];

/* NULL when there is none of that name. */
const struct topic *topic_find(const char *name);

/* The i-th row; false behind the last. */
bool topic_row(const struct topic *t, size_t i, struct topic_row *to);

#endif
