/* SPDX-License-Identifier: MIT */
/* One flag, set by the handler: the only state of the process we keep. */
#include "base/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Written by the handler, read by every thread. */
static atomic_int pending_signal;

static void note_signal(int number)
{
    pending_signal = number;
}

void interrupt_install(void)
{
    static const int noted[] = { SIGINT, SIGTERM, SIGHUP };
    /* No SA_RESTART: a read that waits for input must come back. A second
     * signal kills at once, for someone who will not wait. */
    struct sigaction note = { .sa_handler = note_signal,
                              .sa_flags = (int)SA_RESETHAND };
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction old;

    sigemptyset(&note.sa_mask);
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
        if (sigaction(noted[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(noted[i], &note, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

int interrupt_signal(void)
{
    return pending_signal;
}

bool interrupt_none(struct error *err)
{
    if (pending_signal == 0)
        return true;
    return error_set(err, FAIL_INTERRUPTED, "interrupted");
}

void interrupt_die(int signal_number)
{
    struct sigaction fatal = { .sa_handler = SIG_DFL };
    sigset_t only;

    sigemptyset(&fatal.sa_mask);
    sigaction(signal_number, &fatal, NULL);
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    raise(signal_number);
    _Exit(128 + signal_number); /* not reached unless the raise was refused */
}
