/* SPDX-License-Identifier: MIT */
/* The table of commands. */
#ifndef MP_CMD_COMMANDS_H
#define MP_CMD_COMMANDS_H

#include "cli/command.h"

extern const struct command command_list, command_fetch, command_verify,
    command_decode, command_normalize, command_onehot, command_prep,
    command_stats, command_dump, command_help, command_version;

/* In the order of the help; ends with NULL. */
extern const struct command *const commands[];

/* NULL, with a suggestion in *err, when there is none of that name. */
const struct command *command_find(const char *name, struct error *err);

#endif
