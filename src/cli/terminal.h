/* SPDX-License-Identifier: MIT */
/* What the terminal can show: characters, columns, pictures.
 *
 * To show pictures (--preview):
 *
 *     struct terminal t;
 *     if (!terminal_ask(&t, &s->common, s->protocol, err))
 *         return false;
 *     t.sheet.width = ..., t.sheet.height = ..., t.sheet.zoom = ...,
 *     t.sheet.captions = true;
 *     count = termsheet_across(&t.sheet);            what fits, by default
 *     ... read the pictures ...
 *     ok = termsheet_write(&t.sheet, pictures, count, &bytes.base, err);
 *     ... print the bytes ...
 *     terminal_settle(&t); */
#ifndef MP_CLI_TERMINAL_H
#define MP_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/option.h"
#include "draw/termsheet.h"

/* Can it show block characters (U+2580 to U+259F)? By the environment alone:
 * the locale is UTF-8, and TERM is neither "dumb" nor "linux". */
bool terminal_has_blocks(void);

/* COLUMNS, which is the user's word, else the width of the terminal that fd is,
 * else 80. */
size_t terminal_columns(int fd);

/* --protocol, for a CHOICE row: these names, in the order of the enum. */
extern const char *const terminal_protocols[];
enum terminal_protocol {
    TERMINAL_AUTO,
    TERMINAL_HALF,
    TERMINAL_ASCII,
    TERMINAL_KITTY,
    TERMINAL_SIXEL
};

struct terminal {
    struct termsheet sheet; /* the terminal's part is set, the rest is 0 */
    bool owes_answer;       /* see terminal_settle */
};

/* How to show pictures on stdout. A protocol (an enum terminal_protocol) that
 * is not TERMINAL_AUTO is taken as it is, also without a terminal. auto is
 * - ASCII where stdout is no terminal, where TERM is unset or "dumb", with
 *   --color never, and with NO_COLOR unless --color always was given;
 * - half blocks, or ASCII without terminal_has_blocks(), in tmux and its like;
 * - kitty for terminals that say so by TERM or TERM_PROGRAM;
 * - else the terminal is asked (cli/probe.h): sixel if it can, or half blocks,
 *   or ASCII, as above.
 * Half blocks have all greys with COLORTERM=truecolor or 24bit, else those of
 * 256 colours. False with FAIL_INTERRUPTED when a signal came meanwhile. */
bool MUST_USE terminal_ask(struct terminal *t, const struct common *common,
                           int protocol, struct error *err);

/* Call it when all is printed: throws away what a terminal that had been asked
 * answered too late, which the shell would take for a command. */
void terminal_settle(struct terminal *t);

#endif
