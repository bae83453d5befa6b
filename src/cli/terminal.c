/* SPDX-License-Identifier: MIT */
/* Guesses by the environment first; asking the terminal is the last resort. */
#include "cli/terminal.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/number.h"
#include "base/sizes.h"
#include "cli/probe.h"

const char *const terminal_protocols[] = { "auto",  "half",  "ascii",
                                           "kitty", "sixel", NULL };

static bool is(const char *variable, const char *value)
{
    const char *have = option_environment(variable);
    return have && strcmp(have, value) == 0;
}

static bool starts(const char *variable, const char *start)
{
    const char *have = option_environment(variable);
    return have && strncmp(have, start, strlen(start)) == 0;
}

/* "de_DE.UTF-8@euro", and "UTF-8" alone on macOS. */
static bool is_utf8(const char *locale)
{
    static const char *const names[] = { "UTF-8", "utf8" };
    size_t length = strcspn(locale, "@");

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        size_t n = strlen(names[i]);
        if (length >= n && strncasecmp(locale + length - n, names[i], n) == 0)
            return true;
    }
    return false;
}

bool terminal_has_blocks(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *locale = NULL;

    for (size_t i = 0; !locale && i < COUNT_OF(variables); i++)
        locale = option_environment(variables[i]);
    /* The font of the Linux console has 512 characters at most, and few
     * blocks are among them. */
    return locale && is_utf8(locale) && !is("TERM", "dumb") &&
           !is("TERM", "linux");
}

size_t terminal_columns(int fd)
{
    const char *given = option_environment("COLUMNS");
    struct winsize size;
    uint64_t columns;

    if (given && number_parse_u64(given, &columns) && columns > 0 &&
        columns < 10000)
        return (size_t)columns;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

/* 0 where the terminal does not tell. */
static size_t column_pixels(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 0;
    return size.ws_xpixel / size.ws_col;
}

static enum termpicture_protocol half_blocks(void)
{
    return is("COLORTERM", "truecolor") || is("COLORTERM", "24bit")
               ? TERMPICTURE_HALF_RGB
               : TERMPICTURE_HALF_256;
}

static enum termpicture_protocol text(void)
{
    return terminal_has_blocks() ? half_blocks() : TERMPICTURE_ASCII;
}

static bool wants_plain(const struct common *common)
{
    return !isatty(STDOUT_FILENO) || !option_environment("TERM") ||
           is("TERM", "dumb") || common->color == COLOR_NEVER ||
           (common->color == COLOR_AUTO && option_environment("NO_COLOR"));
}

/* These draw the terminal anew from what they have understood; the variables
 * of the terminal around them say nothing. */
static bool in_multiplexer(void)
{
    return option_environment("TMUX") || option_environment("STY") ||
           option_environment("ZELLIJ") || starts("TERM", "tmux") ||
           starts("TERM", "screen");
}

static bool is_kitty(void)
{
    return is("TERM", "xterm-kitty") || is("TERM", "xterm-ghostty") ||
           is("TERM_PROGRAM", "ghostty") || is("TERM_PROGRAM", "WezTerm");
}

static bool find_out(struct terminal *t, const struct common *common,
                     struct error *err)
{
    t->sheet.protocol = TERMPICTURE_ASCII;
    if (wants_plain(common))
        return true;
    t->sheet.protocol = text();
    if (in_multiplexer())
        return true;
    if (is_kitty()) {
        t->sheet.protocol = TERMPICTURE_KITTY;
        return true;
    }
    enum probe_result result = probe_terminal();
    if (result == PROBE_SIXEL)
        t->sheet.protocol = TERMPICTURE_SIXEL;
    t->owes_answer = result == PROBE_NO_ANSWER;
    return interrupt_none(err);
}

bool terminal_ask(struct terminal *t, const struct common *common, int protocol,
                  struct error *err)
{
    *t = (struct terminal){ .sheet = { .columns =
                                           terminal_columns(STDOUT_FILENO),
                                       .column_pixels = column_pixels() } };
    switch ((enum terminal_protocol)protocol) {
    case TERMINAL_AUTO:
        return find_out(t, common, err);
    case TERMINAL_HALF:
        t->sheet.protocol = half_blocks();
        break;
    case TERMINAL_ASCII:
        t->sheet.protocol = TERMPICTURE_ASCII;
        break;
    case TERMINAL_KITTY:
        t->sheet.protocol = TERMPICTURE_KITTY;
        break;
    case TERMINAL_SIXEL:
        t->sheet.protocol = TERMPICTURE_SIXEL;
        break;
    }
    return true;
}

void terminal_settle(struct terminal *t)
{
    if (t->owes_answer)
        probe_drain();
    t->owes_answer = false;
}
