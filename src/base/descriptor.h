/* SPDX-License-Identifier: MIT */
/* File descriptors, read and written to the last byte: system calls may do a
 * part, and are made again after a signal that does not ask us to stop.
 *
 * Where it is not said otherwise, what fails sets *err only when such a signal
 * did; otherwise errno tells the cause, for which the caller has the words.
 * error_set() and error_errno() keep the first error, so `descriptor_write(...)
 * || error_errno(...)` says the right thing in both cases. */
#ifndef MP_BASE_DESCRIPTOR_H
#define MP_BASE_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Opens a regular file to read, and waits for nobody: a FIFO or a device in its
 * place is FAIL_DATA, as a directory is. -1 with *err set in every case. */
int MUST_USE descriptor_open_regular(const char *path, struct error *err);

/* What one read(2) gives: up to n bytes, 0 at the end, or -1. */
ptrdiff_t MUST_USE descriptor_read(int fd, void *to, size_t n,
                                   struct error *err);

/* n bytes, fewer only where the file ends, or -1. */
ptrdiff_t MUST_USE descriptor_read_at(int fd, uint64_t at, void *to, size_t n,
                                      struct error *err);

bool MUST_USE descriptor_write(int fd, const void *from, size_t n,
                               struct error *err);
bool MUST_USE descriptor_write_at(int fd, uint64_t at, const void *from,
                                  size_t n, struct error *err);

#endif
