/* SPDX-License-Identifier: MIT */
/* The sections, in the order that mdoc(7) asks for. */
#include "cli/manpage.h"

#include <string.h>

#include "base/pen.h"
#include "cli/help.h"
#include "cli/mdoc.h"
#include "cli/topics.h"

/* ---- lists of a word and what is said about it ---- */

static void begin_list(struct pen *p)
{
    pen_put(p, ".Bl -tag -width Ds\n");
}

static void end_list(struct pen *p)
{
    pen_put(p, ".El\n");
}

static void put_option(struct pen *p, const struct option_row *row)
{
    pen_put(p, ".It ");
    if (row->letter)
        pen_format(p, "Fl %c , ", row->letter);
    pen_put(p, "Fl \\-");
    mdoc_escape(p, row->name);
    if (row->arg) {
        pen_put(p, " Ar \\&");
        mdoc_escape(p, row->arg);
    }
    pen_put(p, "\n");
    mdoc_text(p, row->help);
}

/* Of a command those that not every command has; of none those that all do. */
static void put_options(struct pen *p, const struct command *c)
{
    struct option_walk walk = { .command = c };
    struct option_row row;
    bool any = false;

    while (option_next(&walk, &row)) {
        if (c && walk.common && row.use == 0)
            continue;
        if (!any)
            begin_list(p);
        any = true;
        put_option(p, &row);
    }
    if (any)
        end_list(p);
}

/* ---- sections ---- */

static void put_usage(struct pen *p, const struct command *c)
{
    char operands[64];

    help_operands(operands, sizeof operands, c);
    pen_format(p, ".Nm Cm %s\n.Op Ar OPTION...\n", c->name);
    if (c->least == 0 && c->operand) /* Op has brackets of its own */
        pen_format(p, ".Op Ar %.*s\n", (int)strlen(operands) - 2, operands + 1);
    else if (c->operand)
        pen_format(p, ".Ar %s\n", operands);
}

static void put_synopsis(struct pen *p, const struct command *const *commands)
{
    pen_put(p, ".Sh SYNOPSIS\n");
    for (; *commands; commands++)
        put_usage(p, *commands);
}

static const char *longest_name(const struct command *const *commands)
{
    const char *longest = "";

    for (; *commands; commands++)
        if (strlen((*commands)->name) > strlen(longest))
            longest = (*commands)->name;
    return longest;
}

static void put_groups(struct pen *p, const struct command *const *commands)
{
    const char *longest = longest_name(commands);

    for (enum command_group g = 0; g < GROUPS; g++) {
        pen_format(p, ".Pp\n%s:\n", help_groups[g]);
        pen_format(p, ".Bl -tag -compact -width %s\n", longest);
        for (const struct command *const *c = commands; *c; c++) {
            if ((*c)->group != g)
                continue;
            pen_format(p, ".It Cm %s\n", (*c)->name);
            mdoc_text(p, (*c)->summary);
        }
        end_list(p);
    }
}

static void put_description(struct pen *p,
                            const struct command *const *commands)
{
    pen_put(p, ".Sh DESCRIPTION\n.Nm\n");
    mdoc_escape(p, help_purpose);
    pen_put(p, ".\n");
    put_groups(p, commands);
    pen_put(p, ".Pp\n");
    mdoc_text(p, "Options may stand before or after operands, and those that "
                 "every command understands also before the command. Long "
                 "options are not abbreviated; an argument follows as the next "
                 "word or, of a long option, behind an equals sign. All that "
                 "stands behind -- is an operand.");
    pen_put(p, ".Pp\n");
    mdoc_text(p, "Standard output has data and results, standard error all "
                 "that is said about them.");
}

static void put_commands(struct pen *p, const struct command *const *commands)
{
    pen_put(p, ".Sh COMMANDS\n");
    for (; *commands; commands++) {
        pen_format(p, ".Ss %s\n", (*commands)->name);
        put_usage(p, *commands);
        pen_put(p, ".Pp\n");
        mdoc_text(p, (*commands)->description);
        put_options(p, *commands);
    }
}

static void put_common(struct pen *p)
{
    pen_put(p, ".Sh COMMON OPTIONS\n");
    mdoc_text(p, "Every command understands these.");
    put_options(p, NULL);
}

static void put_topic(struct pen *p, const struct topic *t)
{
    struct topic_row row;

    pen_format(p, ".Sh %s\n", t->heading);
    begin_list(p);
    for (size_t i = 0; topic_row(t, i, &row); i++) {
        pen_put(p, ".It Sy \\&");
        mdoc_escape(p, row.word + strspn(row.word, " "));
        pen_put(p, "\n");
        mdoc_text(p, row.help);
    }
    end_list(p);
    pen_put(p, ".Pp\n");
    mdoc_text(p, t->after);
}

static void put_examples(struct pen *p, const struct command *const *commands)
{
    pen_put(p, ".Sh EXAMPLES\n");
    for (bool first = true; *commands; commands++) {
        if (!(*commands)->examples)
            continue;
        pen_put(p, first ? "" : ".Pp\n");
        first = false;
        pen_format(p, ".Cm %s :\n", (*commands)->name);
        mdoc_text(p, (*commands)->summary);
        pen_put(p, ".Bd -literal -offset indent\n");
        mdoc_literal(p, (*commands)->examples, 2);
        pen_put(p, ".Ed\n");
    }
}

bool manpage_write(struct writer *to, const struct command *const *commands,
                   struct error *err)
{
    struct pen p = { to, err };

    pen_put(&p, ".\\\" Made by 'mnistprep help --man'.\n"
                ".Dd " MNISTPREP_DATE "\n"
                ".Dt MNISTPREP 1\n"
                ".Os\n"
                ".Sh NAME\n"
                ".Nm mnistprep\n.Nd ");
    mdoc_escape(&p, help_purpose);
    pen_put(&p, "\n");
    put_synopsis(&p, commands);
    put_description(&p, commands);
    put_commands(&p, commands);
    put_common(&p);
    for (const struct topic *t = topics; t->name; t++)
        put_topic(&p, t);
    put_examples(&p, commands);
    return pen_ok(&p);
}
