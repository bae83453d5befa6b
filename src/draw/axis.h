/* SPDX-License-Identifier: MIT */
/* Where an axis that begins at 0 has its numbers, and what they are. */
#ifndef MP_DRAW_AXIS_H
#define MP_DRAW_AXIS_H

#include <stdbool.h>
#include <stddef.h>

/* Marks at 0, step, 2 * step .. steps * step; the last is the axis' end. */
struct axis {
    double step;  /* 1, 2 or 5 times a power of ten */
    size_t steps; /* at least 1 */
    int decimals; /* that the numbers need */
};

/* The finest axis of at most `steps_most` (at least 1) steps that reaches
 * `most`; `whole`: the numbers are whole ones. One step of 1 when most is not
 * above 0. */
struct axis axis_of(double most, size_t steps_most, bool whole);

/* The number at mark i, and `unit` behind it. */
enum { AXIS_TEXT = 64 };
void axis_text(char to[AXIS_TEXT], const struct axis *a, size_t i,
               const char *unit);

/* 10^power (of at most 20) as 1, 10, 100, 1k, .. 10M, .. 100E. */
void axis_power_text(char to[AXIS_TEXT], size_t power);

#endif
