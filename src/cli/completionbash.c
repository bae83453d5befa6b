/* SPDX-License-Identifier: MIT */
/* The tables for bash: functions that look up, as bash 3.2 has no other
 * tables. */
#include "cli/completionparts.h"

static const char *const kinds[] = {
    [ARG_TEXT] = "word",     [ARG_WORDS] = "words",     [ARG_FILE] = "file",
    [ARG_DIR] = "dir",       [ARG_DATASET] = "dataset", [ARG_SPLIT] = "split",
    [ARG_SPLITS] = "splits", [ARG_HELP] = "word",
};

static const char *name_of(const struct command *c)
{
    return c ? c->name : "";
}

static void put_argument(struct pen *p, const struct option_row *row,
                         const struct command *const *commands)
{
    pen_format(p, ") REPLY='%s", kinds[row->takes]);
    completion_words(p, row, commands);
    pen_put(p, "' ;;\n");
}

static void put_takes(struct pen *p, const struct command *c,
                      const struct command *const *commands)
{
    struct option_walk walk = { .command = c };
    struct option_row row;

    while (option_next(&walk, &row)) {
        if (!row.arg)
            continue;
        pen_format(p, "    %s:--%s", name_of(c), row.name);
        if (row.letter)
            pen_format(p, " | %s:-%c", name_of(c), row.letter);
        put_argument(p, &row, commands);
    }
    if (c && c->operand) {
        row = completion_operand(c);
        pen_format(p, "    %s:", c->name);
        put_argument(p, &row, commands);
    }
}

static void put_options(struct pen *p, const struct command *c)
{
    struct option_walk walk = { .command = c };
    struct option_row row;

    pen_format(p, "    '%s') REPLY='", name_of(c));
    while (option_next(&walk, &row)) {
        if (row.letter)
            pen_format(p, "-%c ", row.letter);
        pen_format(p, "--%s ", row.name);
    }
    pen_put(p, "' ;;\n");
}

void completion_bash(struct pen *p, const struct command *const *commands)
{
    pen_put(p, "# bash completion for mnistprep, made by "
               "'mnistprep help --completion bash'\n\n"
               "_mnistprep_commands='");
    for (const struct command *const *c = commands; *c; c++)
        pen_format(p, "%s ", (*c)->name);
    pen_put(p, "'\n\n# The options of the command $1, or of all.\n"
               "_mnistprep_options() {\n    case $1 in\n");
    put_options(p, NULL);
    for (const struct command *const *c = commands; *c; c++)
        put_options(p, *c);
    pen_put(p, "    *) REPLY= ;;\n    esac\n}\n\n"
               "# What stands behind the option $2 of the command $1, or, "
               "without $2, its\n# operands: a kind, and the words that "
               "it can be. Nothing behind a flag.\n"
               "_mnistprep_takes() {\n    case $1:$2 in\n");
    put_takes(p, NULL, commands);
    for (const struct command *const *c = commands; *c; c++)
        put_takes(p, *c, commands);
    pen_put(p, "    *) REPLY= ;;\n    esac\n}\n\n"
               "# How many operands the command $1 takes at most.\n"
               "_mnistprep_most() {\n    case $1 in\n");
    for (const struct command *const *c = commands; *c; c++)
        if ((*c)->most >= 0)
            pen_format(p, "    %s) REPLY=%d ;;\n", (*c)->name, (*c)->most);
    pen_put(p, "    *) REPLY=1000000 ;;\n    esac\n}\n\n");
    pen_bytes(p, bash_part, bash_part_bytes);
}
