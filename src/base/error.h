/* SPDX-License-Identifier: MIT */
/* Errors are data: a kind, which decides the exit status, and one sentence. */
#ifndef MP_BASE_ERROR_H
#define MP_BASE_ERROR_H

#include <stdbool.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE __attribute__((warn_unused_result))

/* In rising severity: with several files, the highest one decides. */
enum fail {
    FAIL_NONE,
    FAIL_STALE,       /* --check: something would change */
    FAIL_NETWORK,     /* unreachable, timed out, offline: worth another try */
    FAIL_DATA,        /* damaged or unexpected input */
    FAIL_SYSTEM,      /* the system refused: I/O, memory, permissions */
    FAIL_USAGE,       /* wrong option, argument, or a file in the way */
    FAIL_PIPE,        /* nobody reads standard output any more */
    FAIL_INTERRUPTED, /* a signal asked us to stop */
};

struct error {
    enum fail code;
    char text[1024]; /* one sentence: no newline, no program name, but for
                        foreign text in it, which report.h masks */
};

/* All four keep the first error, so that clean-up cannot hide the cause, and
 * return false, so that a caller can write `return error_set(...)`. */
bool error_set(struct error *e, enum fail code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Appends the text of errno; the code is FAIL_SYSTEM. */
bool error_errno(struct error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

bool error_memory(struct error *e);

/* What went wrong elsewhere, as it is. */
bool error_pass(struct error *e, const struct error *from);

/* Puts "fmt: " before the text of an error that is already set. */
void error_prefix(struct error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
