/* SPDX-License-Identifier: MIT */
/* The files of a sink, kept in memory: what it wrote where, what it told the
 * manifest, and failures on demand. */
#ifndef MP_TESTS_UNIT_MEMORY_FILES_H
#define MP_TESTS_UNIT_MEMORY_FILES_H

#include "format/sink.h"
#include "helpers.h"

struct memory_file {
    char *name; /* put() files are named "folder/name" */
    unsigned char *bytes;
    size_t n, room;
    bool has_note;
    struct sink_note note;

    unsigned char *written; /* room bytes: is there something at this place? */
    struct sink_file *handle; /* NULL for put() files */
};

/* The test fails at once when a name is used twice or leaves the set's
 * directory, and when a place is written twice. */
struct memory_files {
    struct sink_files base;
    struct memory_file *file; /* in the order they were opened or put */
    size_t count;

    /* Calls until FAIL_SYSTEM with SINK_FAILURE; NEVER. */
    size_t fail_after; /* of write_at and put */
    size_t fail_opens_after;
};

void memory_files_init(struct memory_files *m);
void memory_files_release(struct memory_files *m);

/* NULL when there is none of this name. */
const struct memory_file *memory_files_find(const struct memory_files *m,
                                            const char *name);

/* Fails the test unless there is such a file with exactly these bytes. */
void memory_files_check_bytes(const struct memory_files *m, const char *name,
                              const void *bytes, size_t n);

/* Fails the test when a place of a file was left out. */
void memory_files_check(const struct memory_files *m);

#endif
