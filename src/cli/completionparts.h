/* SPDX-License-Identifier: MIT */
/* What the scripts for the shells are made of. Each is a part that is the same
 * for any table, written for that shell (completion.bash and so on), and the
 * tables in its words. */
#ifndef MP_CLI_COMPLETIONPARTS_H
#define MP_CLI_COMPLETIONPARTS_H

#include <stddef.h>

#include "base/pen.h"
#include "cli/command.h"

/* The shells' parts as bytes; the .c files are made by cmake/embed.cmake. */
extern const unsigned char bash_part[], zsh_part[], fish_part[];
extern const size_t bash_part_bytes, zsh_part_bytes, fish_part_bytes;

/* `commands` ends with NULL. */
void completion_bash(struct pen *p, const struct command *const *commands);
void completion_zsh(struct pen *p, const struct command *const *commands);
void completion_fish(struct pen *p, const struct command *const *commands);

/* A command's operands, as if they were the argument of an option. */
struct option_row completion_operand(const struct command *c);

/* The words that an argument can be, each behind a blank. */
void completion_words(struct pen *p, const struct option_row *row,
                      const struct command *const *commands);

/* The options of all commands that name files, each behind a blank. */
void completion_places(struct pen *p);

/* Has an argument such words? */
bool completion_has_words(const struct option_row *row);

#endif
