/* SPDX-License-Identifier: MIT */
/* What the unit tests share: sources and sinks that misbehave on demand, a
 * directory to write in, children, and checks that say what was wrong. */
#ifndef MP_TESTS_UNIT_HELPERS_H
#define MP_TESTS_UNIT_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cmocka wants the headers above before its own. */
#include <cmocka.h>

#include "base/error.h"
#include "base/reader.h"
#include "base/writer.h"

/* ---- errors ---- */

/* Fails the test unless *err has this code and a text of one line in which
 * `part` stands. */
#define assert_error(err, code, part) \
    error_check(&(err), code, part, __FILE__, __LINE__)
void error_check(const struct error *err, enum fail code, const char *part,
                 const char *file, int line);

/* Fails the test, with the text, when there is an error. */
#define assert_no_error(err) error_check_none(&(err), __FILE__, __LINE__)
void error_check_none(const struct error *err, const char *file, int line);

/* Rows of tables of cases: what is refused, and what the error says. */
struct path_refused {
    const char *path;
    enum fail code;
    const char *part;
};
struct bytes_refused {
    const char *bytes;
    size_t n;
    const char *part;
};

/* The first two members of the latter; NULs within the literal count. */
#define BYTES(literal) literal, sizeof(literal) - 1

/* ---- readers and writers ---- */

#define NEVER SIZE_MAX

/* Reads memory, at most `step` bytes at a time, and fails with FAIL_NETWORK
 * and SOURCE_FAILURE after `fail_at` bytes. */
#define SOURCE_FAILURE "the source of the test fails"
struct reader *memory_source_open(const void *bytes, size_t n, size_t step,
                                  size_t fail_at);

/* Sources opened and not yet closed: 0 at the end of a test. */
unsigned sources_left_open(void);

/* All that a reader gives, until it ends or fails. */
struct outcome {
    unsigned char *bytes; /* owned */
    size_t n;
    struct error err;
};

/* Reads at most `part` bytes at a time, then closes r. */
struct outcome outcome_read(struct reader *r, size_t part);
void outcome_release(struct outcome *o);

/* Takes `left` bytes and then fails with FAIL_SYSTEM and SINK_FAILURE. */
#define SINK_FAILURE "the sink of the test is full"
struct full_writer {
    struct writer base;
    size_t left;
};
void full_writer_init(struct full_writer *w, size_t left);

/* Bytes that do not compress well and differ by seed. */
void fill_noise(void *to, size_t n, uint64_t seed);

/* The next number of a small generator; *state must not be 0. */
uint64_t noise_next(uint64_t *state);

/* ---- files ---- */

/* Setup and teardown: the test runs in an empty directory, which goes away
 * with all that is in it. A descriptor that is left open fails the test. */
int temp_dir_enter(void **state);
int temp_dir_leave(void **state);
#define IN_TEMP_DIR(test) \
    cmocka_unit_test_setup_teardown(test, temp_dir_enter, temp_dir_leave)

void file_make(const char *path, const void *bytes, size_t n);
bool file_holds(const char *path, const void *bytes, size_t n);

bool file_is_link(const char *path); /* symbolic */

/* Names in a directory, without "." and "..". */
size_t entries_count(const char *path);

/* ---- children ---- */

/* Runs work(argument) in a child and returns its exit status, or 128 + the
 * signal that ended it. The child must not use cmocka's assertions. */
int child_run(int (*work)(void *argument), void *argument);

/* The same for work that waits for what does not come: SIGTERM, which
 * interrupt.c notes, must end it. A signal that only ends system calls must
 * not, if it is to be patient. */
int child_interrupt(int (*work)(void *argument), void *argument, bool patient);

/* In a child: from root to nobody, so that permissions and limits hold. */
bool privileges_drop(void);

/* The thread sanitizer delivers a signal only in the calls that it knows. */
#if defined(__SANITIZE_THREAD__)
#define SIGNALS_COME_LATE 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIGNALS_COME_LATE 1
#endif
#endif
#ifndef SIGNALS_COME_LATE
#define SIGNALS_COME_LATE 0
#endif

#endif
