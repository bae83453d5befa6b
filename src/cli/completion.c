/* SPDX-License-Identifier: MIT */
/* What the shells have in common. */
#include "cli/completion.h"

#include "cli/completionparts.h"
#include "cli/topics.h"

const char *const completion_shells[] = { "bash", "zsh", "fish", NULL };

struct option_row completion_operand(const struct command *c)
{
    return (
        struct option_row){ .name = "", .arg = c->operand, .takes = c->takes };
}

static void put_names(struct pen *p, const struct command *const *commands)
{
    for (; *commands; commands++)
        pen_format(p, " %s", (*commands)->name);
    for (const struct topic *t = topics; t->name; t++)
        pen_format(p, " %s", t->name);
}

void completion_words(struct pen *p, const struct option_row *row,
                      const struct command *const *commands)
{
    const char *word;

    if (row->takes == ARG_HELP)
        put_names(p, commands);
    for (size_t i = 0; (word = option_word(row, i)); i++)
        pen_format(p, " %s", word);
}

void completion_places(struct pen *p)
{
    struct option_walk walk = { .command = NULL };
    struct option_row row;

    while (option_next(&walk, &row)) {
        if (row.takes != ARG_FILE && row.takes != ARG_DIR)
            continue;
        if (row.letter)
            pen_format(p, " -%c", row.letter);
        pen_format(p, " --%s", row.name);
    }
}

bool completion_has_words(const struct option_row *row)
{
    return row->takes == ARG_HELP || option_word(row, 0);
}

bool completion_write(struct writer *to, enum completion_shell shell,
                      const struct command *const *commands, struct error *err)
{
    static void (*const write[])(struct pen *,
                                 const struct command *const *) = {
        [COMPLETION_BASH] = completion_bash,
        [COMPLETION_ZSH] = completion_zsh,
        [COMPLETION_FISH] = completion_fish,
    };
    struct pen p = { to, err };

    write[shell](&p, commands);
    return pen_ok(&p);
}
