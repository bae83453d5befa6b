/* SPDX-License-Identifier: MIT */
/* The tables for fish: its own `complete`, once for each option of a
 * command. */
#include "cli/completionparts.h"

/* Inside of '', where help comes in one line. */
static const char special[] = "\\'\n";
static const char *const escapes[] = { "\\\\", "\\'", " " };

/* What is offered: -f without files, -F with them, -x as -r -f. */
static void put_argument(struct pen *p, const struct option_row *row,
                         const struct command *const *commands)
{
    static const char *const kinds[] = {
        [ARG_TEXT] = "",
        [ARG_WORDS] = "",
        [ARG_HELP] = "",
        [ARG_DIR] = "(__fish_complete_directories (__mnistprep_token))",
        [ARG_DATASET] = "(__mnistprep_ask --names)",
        [ARG_SPLIT] = "(__mnistprep_splits)",
        [ARG_SPLITS] = "(__mnistprep_list (__mnistprep_splits))",
    };

    if (row->takes == ARG_FILE) {
        pen_put(p, " -r -F");
    } else if (completion_has_words(row)) {
        pen_put(p, row->takes == ARG_WORDS ? " -x -a '(__mnistprep_list"
                                           : " -x -a '");
        completion_words(p, row, commands);
        pen_put(p, row->takes == ARG_WORDS ? ")'" : "'");
    } else {
        pen_put(p, " -x");
        if (row->takes != ARG_TEXT)
            pen_format(p, " -a '%s'", kinds[row->takes]);
    }
}

static void put_option(struct pen *p, const struct command *c,
                       const struct option_row *row,
                       const struct command *const *commands)
{
    pen_put(p, "complete -c mnistprep");
    if (c)
        pen_format(p, " -n '__mnistprep_in %s'", c->name);
    if (row->letter)
        pen_format(p, " -s %c", row->letter);
    pen_format(p, " -l %s", row->name);
    if (row->arg)
        put_argument(p, row, commands);
    pen_put(p, " -d '");
    pen_escaped(p, row->help, special, escapes);
    pen_put(p, "'\n");
}

static void put_command(struct pen *p, const struct command *c,
                        const struct command *const *commands)
{
    struct option_walk walk = { .command = c };
    struct option_row row;

    pen_format(p, "complete -c mnistprep -n '__mnistprep_in \"\"' -a %s -d '",
               c->name);
    pen_escaped(p, c->summary, special, escapes);
    pen_put(p, "'\n");
    if (c->operand) {
        row = completion_operand(c);
        pen_format(p, "complete -c mnistprep -n '__mnistprep_in %s %d'",
                   c->name, c->most);
        put_argument(p, &row, commands);
        pen_put(p, "\n");
    }
    while (option_next(&walk, &row))
        if (!walk.common || row.use != 0)
            put_option(p, c, &row, commands);
}

/* What an option of the command takes is no operand. */
static void put_takes(struct pen *p, const struct command *c)
{
    struct option_walk walk = { .command = c };
    struct option_row row;

    pen_format(p, "        case '%s'\n            contains -- $argv[2]",
               c ? c->name : "");
    while (option_next(&walk, &row)) {
        if (!row.arg)
            continue;
        if (row.letter)
            pen_format(p, " -%c", row.letter);
        pen_format(p, " --%s", row.name);
    }
    pen_put(p, "\n");
}

void completion_fish(struct pen *p, const struct command *const *commands)
{
    struct option_walk walk = { .command = NULL };
    struct option_row row;

    pen_put(p, "# fish completion for mnistprep, made by "
               "'mnistprep help --completion fish'\n\n");
    pen_put(p, "set -g __mnistprep_places");
    completion_places(p);
    pen_put(p, "\n\n");
    pen_put(p, "# Does the option take an argument?\n"
               "function __mnistprep_takes # COMMAND OPTION\n"
               "    switch $argv[1]\n");
    put_takes(p, NULL);
    for (const struct command *const *c = commands; *c; c++)
        put_takes(p, *c);
    pen_put(p, "        case '*'\n            false\n    end\nend\n\n");
    pen_bytes(p, fish_part, fish_part_bytes);
    pen_put(p, "complete -c mnistprep -f\n");
    while (option_next(&walk, &row))
        put_option(p, NULL, &row, commands);
    for (const struct command *const *c = commands; *c; c++)
        put_command(p, *c, commands);
}
