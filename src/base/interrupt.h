/* SPDX-License-Identifier: MIT */
/* Signals: the handler only notes that one came; loops ask and fail normally,
 * so that temporary files vanish by the usual path. */
#ifndef MP_BASE_INTERRUPT_H
#define MP_BASE_INTERRUPT_H

#include <stdbool.h>

#include "base/error.h"

/* Notes SIGINT, SIGTERM and SIGHUP (unless they are ignored, as under nohup);
 * ignores SIGPIPE and SIGXFSZ, so that writes fail with EPIPE and EFBIG. */
void interrupt_install(void);

/* The signal that came, 0 if none. */
int interrupt_signal(void);

/* False with FAIL_INTERRUPTED when a signal came. Call it in every loop. */
bool MUST_USE interrupt_none(struct error *err);

/* Dies by the signal itself, so that shells and make see it. */
_Noreturn void interrupt_die(int signal_number);

#endif
