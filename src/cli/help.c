/* SPDX-License-Identifier: MIT */
/* Usage texts of at most 80 columns. */
#include "cli/help.h"

#include <string.h>

enum { COLUMN = 26 }; /* where the words about an option begin */

const char help_purpose[] =
    "prepares MNIST-family datasets for training, and proves them right";

const char *const help_groups[GROUPS] = {
    [GROUP_GET] = "Get and check",
    [GROUP_CONVERT] = "Convert",
    [GROUP_LOOK] = "Look",
    [GROUP_ABOUT] = "About",
};

static void print_commands(FILE *to, const struct command *const *commands)
{
    for (enum command_group g = 0; g < GROUPS; g++) {
        fprintf(to, "\n%s:\n", help_groups[g]);
        for (const struct command *const *c = commands; *c; c++)
            if ((*c)->group == g)
                fprintf(to, "  %-11s %s\n", (*c)->name, (*c)->summary);
    }
}

void help_concise(FILE *to, const struct command *const *commands)
{
    fprintf(
        to,
        "mnistprep %s.\n\n"
        "  mnistprep fetch && mnistprep prep      MNIST as flat float files "
        "in data/\n"
        "  mnistprep dump --grid 8x8 --captions   a picture of its first "
        "samples\n",
        help_purpose);
    print_commands(to, commands);
    fputs("\n'mnistprep help COMMAND' tells the rest.\n", to);
}

/* A word, and what is said about it, from a column on. Help texts break at
 * their newlines, under their own column. */
static void print_entry(FILE *to, const char *word, const char *help,
                        int column)
{
    int n = (int)strlen(word);

    if (n < column - 1)
        fprintf(to, "%-*s", column, word);
    else
        fprintf(to, "%s\n%*s", word, column, "");
    for (const char *line = help; line;) {
        size_t length = strcspn(line, "\n");
        fprintf(to, "%.*s\n", (int)length, line);
        line = line[length] ? line + length + 1 : NULL;
        if (line)
            fprintf(to, "%*s", column, "");
    }
}

static void print_option(FILE *to, const struct option_row *row)
{
    char word[64];

    snprintf(word, sizeof word, "  %c%c%s--%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ", " : "  ",
             row->name, row->arg ? " " : "", row->arg ? row->arg : "");
    print_entry(to, word, row->help, COLUMN);
}

/* The common ones alone, or the command's own alone. */
static void print_options(FILE *to, const struct command *c, bool common)
{
    struct option_walk walk = { .command = c };
    struct option_row row;

    while (option_next(&walk, &row))
        if (walk.common == common)
            print_option(to, &row);
}

void help_full(FILE *to, const struct command *const *commands)
{
    help_concise(to, commands);
    fputs("\nOptions of every command, before or after its name:\n", to);
    print_options(to, NULL, true);
    fputs("\nTopics: ", to);
    for (const struct topic *t = topics; t->name; t++)
        fprintf(to, "%s%s", t == topics ? "" : ", ", t->name);
    fputs(" ('mnistprep help TOPIC')\n", to);
}

void help_operands(char *to, size_t size, const struct command *c)
{
    bool optional = c->least == 0;

    snprintf(to, size, "%s%s%s%s", c->operand && optional ? "[" : "",
             c->operand ? c->operand : "", c->most < 0 ? "..." : "",
             c->operand && optional ? "]" : "");
}

void help_command(FILE *to, const struct command *c)
{
    char operands[64];

    help_operands(operands, sizeof operands, c);
    fprintf(to, "usage: mnistprep %s [OPTION...]%s%s\n\n%s\n", c->name,
            operands[0] ? " " : "", operands, c->description);
    if (c->options->name) {
        fputs("\nOptions:\n", to);
        print_options(to, c, false);
    }
    fputs("\nCommon options:\n", to);
    print_options(to, c, true);
    if (c->examples)
        fprintf(to, "\nExamples:\n%s", c->examples);
}

void help_topic(FILE *to, const struct topic *t)
{
    struct topic_row row;
    size_t longest = 0;

    for (size_t i = 0; topic_row(t, i, &row); i++)
        if (strlen(row.word) > longest)
            longest = strlen(row.word);
    int column = longest + 4 < COLUMN ? (int)longest + 4 : COLUMN;
    for (size_t i = 0; topic_row(t, i, &row); i++) {
        char word[sizeof row.word + 2];
        snprintf(word, sizeof word, "  %s", row.word);
        print_entry(to, word, row.help, column);
    }
    fprintf(to, "\n%s\n", t->after);
}
