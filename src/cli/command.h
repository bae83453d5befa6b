/* SPDX-License-Identifier: MIT */
/* What a command is to the command line: its name, its options, its words. */
#ifndef MP_CLI_COMMAND_H
#define MP_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/option.h"

enum command_group {
    GROUP_GET,
    GROUP_CONVERT,
    GROUP_LOOK,
    GROUP_ABOUT,
    GROUPS
};

struct command {
    const char *name;
    const char *operand; /* "DATASET", "INPUT"; NULL: none */
    enum argument takes; /* what operands are */
    int least, most;     /* how many; most -1: any number */
    enum command_group group;
    const char *summary;     /* one line, for the list of commands */
    const char *description; /* a few lines of 78 columns, for its help */
    const char *examples;    /* command lines, each with a newline, or NULL */
    const struct option_row *options; /* its own; ends with a NULL name */
    unsigned uses;                    /* of the common options: enum use */
    const char *force_help; /* of --force, when it does more than it says */
    /* Of its settings, which begin with struct common; run() gets them filled
     * over *defaults, or over zeroes when that is NULL. */
    size_t settings_size;
    const void *defaults;
    bool (*run)(void *settings, int argc, char **argv, struct error *err);
};

#endif
