/* SPDX-License-Identifier: MIT */
/* Help, made from the tables of commands and options. */
#ifndef MP_CLI_HELP_H
#define MP_CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/command.h"

/* `commands` ends with NULL. */
void help_concise(FILE *to, const struct command *const *commands);
void help_full(FILE *to, const struct command *const *commands);
void help_command(FILE *to, const struct command *c);

/* "exit-status", "environment", "files": false when there is no such topic. */
bool help_topic(FILE *to, const char *topic);

/* The topics' names; ends with NULL. */
const char *const *help_topics(void);

#endif
