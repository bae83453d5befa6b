/* SPDX-License-Identifier: MIT */
/* The only list of commands. */
#include "cmd/commands.h"

#include <string.h>

#include "base/sizes.h"
#include "cli/suggest.h"

const struct command *const commands[] = {
    &command_list,   &command_fetch,     &command_verify,  &command_prep,
    &command_decode, &command_normalize, &command_onehot,  &command_stats,
    &command_dump,   &command_help,      &command_version, NULL,
};

const struct command *command_find(const char *name, struct error *err)
{
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
    const char *names[COUNT_OF(commands)];
    char hint[256];
    size_t n = 0;

    for (; commands[n]; n++) {
        if (strcmp(commands[n]->name, name) == 0)
            return commands[n];
        names[n] = commands[n]->name;
    }
    suggest_nearest(hint, sizeof hint, name, "", names, n);
    error_set(err, FAIL_USAGE, "unknown command '%s'%s", name,
              hint[0] ? hint : "; 'mnistprep help' lists them");
    return NULL;
}
