/* SPDX-License-Identifier: MIT */
/* Help, made from the tables of commands, options and topics. */
#ifndef MP_CLI_HELP_H
#define MP_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"
#include "cli/topics.h"

/* What the program does, as in "mnistprep ...". */
extern const char help_purpose[];

/* The titles of the groups of commands. */
extern const char *const help_groups[GROUPS];

/* `commands` ends with NULL. */
void help_concise(FILE *to, const struct command *const *commands);
void help_full(FILE *to, const struct command *const *commands);
void help_command(FILE *to, const struct command *c);
void help_topic(FILE *to, const struct topic *t);

/* "[DATASET...]", "INPUT", or nothing. */
void help_operands(char *to, size_t size, const struct command *c);

#endif
