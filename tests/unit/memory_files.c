/* SPDX-License-Identifier: MIT */
/* A sink's files as blocks of memory that grow. */
#include "memory_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Finds the file again wherever the list of files has moved to. */
struct sink_file {
    struct memory_files *owner;
    size_t at;
};

static bool take_one(size_t *left, struct error *err)
{
    if (*left == 0)
        return error_set(err, FAIL_SYSTEM, "%s", SINK_FAILURE);
    if (*left != NEVER)
        --*left;
    return true;
}

/* Takes `name`. */
static struct memory_file *add(struct memory_files *m, char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") ||
        strstr(name, "//"))
        fail_msg("a file is called '%s'", name);
    if (memory_files_find(m, name))
        fail_msg("there are two files called '%s'", name);
    struct memory_file *more = realloc(m->file, (m->count + 1) * sizeof *more);
    if (!more)
        abort();
    m->file = more;
    m->file[m->count] = (struct memory_file){ .name = name };
    return &m->file[m->count++];
}

static char *join(const char *folder, const char *slash, const char *name)
{
    size_t room = strlen(folder) + strlen(name) + 2;
    char *joined = malloc(room);

    if (!joined)
        abort();
    snprintf(joined, room, "%s%s%s", folder, slash, name);
    return joined;
}

/* Room for n bytes, and zeros in what is new of `written`. */
static void make_room(struct memory_file *f, size_t n)
{
    if (n <= f->room)
        return;
    size_t room = n > 2 * f->room ? n : 2 * f->room;
    f->bytes = realloc(f->bytes, room);
    f->written = realloc(f->written, room);
    if (!f->bytes || !f->written)
        abort();
    memset(f->written + f->room, 0, room - f->room);
    f->room = room;
}

static void fill(struct memory_file *f, uint64_t at, const void *bytes,
                 size_t n)
{
    if (n == 0)
        return;
    if (at > (size_t)1 << 32)
        fail_msg("'%s' is written to at %llu", f->name, (unsigned long long)at);
    size_t first = (size_t)at;
    make_room(f, first + n);
    const unsigned char *twice = memchr(f->written + first, 1, n);
    if (twice)
        fail_msg("'%s' is written to twice at %zu", f->name,
                 (size_t)(twice - f->written));
    memcpy(f->bytes + first, bytes, n);
    memset(f->written + first, 1, n);
    f->n = first + n > f->n ? first + n : f->n;
}

static struct sink_file *memory_open(struct sink_files *files, const char *name,
                                     const struct sink_note *note,
                                     struct error *err)
{
    struct memory_files *m = (struct memory_files *)files;

    if (!take_one(&m->fail_opens_after, err))
        return NULL;
    struct sink_file *handle = malloc(sizeof *handle);
    if (!handle)
        abort();
    *handle = (struct sink_file){ m, m->count };
    struct memory_file *f = add(m, join("", "", name));
    f->handle = handle;
    f->has_note = note != NULL;
    if (note)
        f->note = *note;
    return handle;
}

static bool memory_write_at(struct sink_file *file, uint64_t at,
                            const void *bytes, size_t n, struct error *err)
{
    struct memory_files *m = file->owner;

    if (!take_one(&m->fail_after, err))
        return false;
    fill(&m->file[file->at], at, bytes, n);
    return true;
}

static bool memory_put(struct sink_files *files, const char *folder,
                       const char *name, const void *bytes, size_t n,
                       struct error *err)
{
    struct memory_files *m = (struct memory_files *)files;

    if (!take_one(&m->fail_after, err))
        return false;
    fill(add(m, join(folder, "/", name)), 0, bytes, n);
    return true;
}

/* Files in folders are kept by their whole names. */
static bool memory_folder(struct sink_files *files, const char *name,
                          struct error *err)
{
    (void)files;
    (void)name;
    (void)err;
    return true;
}

void memory_files_init(struct memory_files *m)
{
    *m = (struct memory_files){
        .base = { memory_open, memory_write_at, memory_folder, memory_put },
        .fail_after = NEVER,
        .fail_opens_after = NEVER,
    };
}

void memory_files_release(struct memory_files *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free(m->file[i].name);
        free(m->file[i].bytes);
        free(m->file[i].written);
        free(m->file[i].handle);
    }
    free(m->file);
    m->file = NULL;
    m->count = 0;
}

const struct memory_file *memory_files_find(const struct memory_files *m,
                                            const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->file[i].name, name) == 0)
            return &m->file[i];
    return NULL;
}

void memory_files_check_bytes(const struct memory_files *m, const char *name,
                              const void *bytes, size_t n)
{
    const struct memory_file *f = memory_files_find(m, name);

    if (!f)
        fail_msg("there is no file '%s'", name);
    if (f->n != n)
        fail_msg("'%s' has %zu bytes, and %zu were expected", name, f->n, n);
    for (size_t i = 0; i < n; i++)
        if (f->bytes[i] != ((const unsigned char *)bytes)[i])
            fail_msg("'%s' differs at byte %zu: it is %02x", name, i,
                     f->bytes[i]);
}

void memory_files_check(const struct memory_files *m)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct memory_file *f = &m->file[i];
        const unsigned char *hole = f->n > 0 ? memchr(f->written, 0, f->n)
                                             : NULL;
        if (hole)
            fail_msg("'%s' has a hole at %zu", f->name,
                     (size_t)(hole - f->written));
    }
}
