/* SPDX-License-Identifier: MIT */
/* The tables for zsh: specifications for its _arguments. */
#include "cli/completionparts.h"

/* What ends something in a specification, and the quote that it stands in; and
 * help comes in one line. */
static const char special[] = "\\:[]'\n";
static const char *const escapes[] = {
    "\\\\", "\\:", "\\[", "\\]", "'\\''", " "
};

static void put_action(struct pen *p, const struct option_row *row,
                       const struct command *const *commands)
{
    static const char *const actions[] = {
        [ARG_TEXT] = " ",
        [ARG_WORDS] = " ",
        [ARG_HELP] = " ",
        [ARG_FILE] = "_files",
        [ARG_DIR] = "_files -/",
        [ARG_DATASET] = "_mnistprep_datasets",
        [ARG_SPLIT] = "_mnistprep_splits",
        [ARG_SPLITS] = "_sequence _mnistprep_splits",
    };

    pen_put(p, ":");
    pen_escaped(p, row->arg, special, escapes);
    if (!completion_has_words(row)) {
        pen_format(p, ":%s'", actions[row->takes]);
        return;
    }
    pen_put(p, row->takes == ARG_WORDS ? ":_sequence compadd -" : ":(");
    completion_words(p, row, commands);
    pen_put(p, row->takes == ARG_WORDS ? "'" : ")'");
}

/* An option is offered once, or, when it makes a list, always. */
static void put_option(struct pen *p, const struct option_row *row,
                       const struct command *const *commands)
{
    pen_put(p, "        ");
    if (row->kind == OPTION_LIST)
        pen_put(p, "\\*");
    else if (row->letter)
        pen_format(p, "'(-%c --%s)'", row->letter, row->name);
    if (row->letter)
        pen_format(p, "{-%c%s,--%s%s}'", row->letter, row->arg ? "+" : "",
                   row->name, row->arg ? "=" : "");
    else
        pen_format(p, "--%s%s'", row->name, row->arg ? "=" : "");
    pen_put(p, "[");
    pen_escaped(p, row->help, special, escapes);
    pen_put(p, "]");
    if (row->arg)
        put_action(p, row, commands);
    else
        pen_put(p, "'");
    pen_put(p, "\n");
}

static void put_operand(struct pen *p, const struct command *c,
                        const struct command *const *commands)
{
    struct option_row row = completion_operand(c);

    pen_put(p, c->most < 0     ? "        '*"
               : c->least == 0 ? "        ':"
                               : "        '");
    put_action(p, &row, commands);
    pen_put(p, "\n");
}

static void put_specs(struct pen *p, const struct command *c,
                      const struct command *const *commands)
{
    struct option_walk walk = { .command = c };
    struct option_row row;

    pen_format(p, "    ('%s') specs=(\n", c ? c->name : "");
    while (option_next(&walk, &row))
        put_option(p, &row, commands);
    if (c && c->operand)
        put_operand(p, c, commands);
    pen_put(p, "    ) ;;\n");
}

static void put_commands(struct pen *p, const struct command *const *commands)
{
    pen_put(p, "typeset -ga _mnistprep_commands=(\n");
    for (; *commands; commands++) {
        pen_format(p, "    '%s:", (*commands)->name);
        pen_escaped(p, (*commands)->summary, special, escapes);
        pen_put(p, "'\n");
    }
    pen_put(p, ")\n\n");
}

void completion_zsh(struct pen *p, const struct command *const *commands)
{
    pen_put(p, "#compdef mnistprep\n"
               "# Made by 'mnistprep help --completion zsh'.\n\n");
    put_commands(p, commands);
    pen_put(p, "typeset -ga _mnistprep_places=(");
    completion_places(p);
    pen_put(p, " )\n\n");
    pen_put(p, "# For _arguments: what the command $1 understands, or all "
               "do.\n"
               "_mnistprep_specs() {\n    case $1 in\n");
    put_specs(p, NULL, commands);
    for (const struct command *const *c = commands; *c; c++)
        put_specs(p, *c, commands);
    pen_put(p, "    (*) specs=() ;;\n    esac\n}\n\n");
    pen_bytes(p, zsh_part, zsh_part_bytes);
}
