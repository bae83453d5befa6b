/* SPDX-License-Identifier: MIT */
/* Asking the terminal what it is, with a limit on patience. */
#ifndef MP_CLI_PROBE_H
#define MP_CLI_PROBE_H

#include <stdbool.h>
#include <stddef.h>

enum probe_result {
    PROBE_NOT_ASKED,
    PROBE_NO_ANSWER,
    PROBE_PLAIN, /* it answered, and has no sixel */
    PROBE_SIXEL,
};

/* Sends "primary device attributes" (CSI c) to the controlling terminal and
 * waits for its answer, a quarter of a second at most or until a signal comes.
 * Asks only when stdout is that terminal, we are in its foreground, and nothing
 * was typed ahead. The terminal's modes are as before when it returns; signals
 * that would kill or stop us in between are held back until then. */
enum probe_result probe_terminal(void);

/* Throws away what came in on the controlling terminal and was not read. */
void probe_drain(void);

/* What n bytes from a terminal say: PROBE_NO_ANSWER while no answer is among
 * them. Extension 4 is sixel: CSI ? class ; extension ; ... c. */
enum probe_result probe_parse(const char *bytes, size_t n);

#endif
