/* SPDX-License-Identifier: MIT */
/* help: about everything, one command, or a topic. */
#include "cli/help.h"
#include "cli/suggest.h"
#include "cmd/commands.h"

/* More than there are commands and topics. */
enum { NAMES_MAX = 64 };

struct help_settings {
    struct common common;
};

static const struct option_row help_options[] = { { .name = NULL } };

static bool unknown(const char *word, struct error *err)
{
    const char *names[NAMES_MAX];
    char hint[256];
    size_t n = 0;

    for (const struct command *const *c = commands; *c && n < NAMES_MAX; c++)
        names[n++] = (*c)->name;
    for (const struct topic *t = topics; t->name && n < NAMES_MAX; t++)
        names[n++] = t->name;
    suggest_nearest(hint, sizeof hint, word, "", names, n);
    return error_set(err, FAIL_USAGE, "'%s' is no command and no topic%s", word,
                     hint[0] ? hint : "; 'mnistprep help' lists them");
}

static bool run(void *settings, int argc, char **argv, struct error *err)
{
    struct error ignored = { 0 };

    (void)settings;
    if (argc == 0) {
        help_full(stdout, commands);
        return true;
    }
    const struct topic *topic = topic_find(argv[0]);
    const struct command *c = command_find(argv[0], &ignored);
    if (!topic && !c)
        return unknown(argv[0], err);
    if (topic)
        help_topic(stdout, topic);
    else
        help_command(stdout, c);
    return true;
}

const struct command command_help = {
    .name = "help",
    .operand = "COMMAND|TOPIC",
    .takes = ARG_HELP,
    .most = 1,
    .group = GROUP_ABOUT,
    .summary = "about a command, or a topic",
    .description = "Shows the commands, the help of one, or a topic: "
                   "exit-status, environment,\nfiles.",
    .options = help_options,
    .settings_size = sizeof(struct help_settings),
    .run = run,
};
