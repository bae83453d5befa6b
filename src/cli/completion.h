/* SPDX-License-Identifier: MIT */
/* Completion scripts, made from the tables that the help is made from. */
#ifndef MP_CLI_COMPLETION_H
#define MP_CLI_COMPLETION_H

#include <stdbool.h>

#include "base/writer.h"
#include "cli/command.h"

/* The shells' names, in the order of the enum; ends with NULL. */
extern const char *const completion_shells[];
enum completion_shell { COMPLETION_BASH, COMPLETION_ZSH, COMPLETION_FISH };

/* `commands` ends with NULL. */
bool MUST_USE completion_write(struct writer *to, enum completion_shell shell,
                               const struct command *const *commands,
                               struct error *err);

#endif
