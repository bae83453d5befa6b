/* SPDX-License-Identifier: MIT */
/* help: about everything, one command, or a topic. */
#include "cli/help.h"
#include "cmd/commands.h"

struct help_settings {
    struct common common;
};

static const struct option_row help_options[] = { { .name = NULL } };

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    struct error unknown = { 0 };

    (void)settings;
    if (argc == 0) {
        help_full(stdout, commands);
        return true;
    }
    if (help_topic(stdout, argv[0]))
        return true;
    const struct command *c = command_find(argv[0], &unknown);
    if (!c)
        return error_set(err, unknown.code, "%s", unknown.text);
    help_command(stdout, c);
    return true;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND|TOPIC]",
    .most = 1,
    .group = GROUP_ABOUT,
    .summary = "about a command, or a topic",
    .description = "Shows the commands, the help of one, or a topic: "
                   "exit-status, environment,\nfiles.",
    .options = help_options,
    .settings_size = sizeof(struct help_settings),
    .run = run,
};
