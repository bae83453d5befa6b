/* SPDX-License-Identifier: MIT */
/* stat, realpath and unlink. */
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool path_is_taken(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool file_is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool path_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool folder_has(const char *dir, const char *name)
{
    struct error ignored = { 0 };
    char *path = path_join(dir, name, &ignored);
    bool there = path && file_exists(path);

    free(path);
    return there;
}

bool file_is_same(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

void path_cut_name(char *path)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    while (n > 1 && path[n - 1] == '/')
        n--;
    path[n] = '\0';
}

/* Where a file is, or would come to be: what is there of its path without
 * links, then the rest of it. malloc'd; NULL: it cannot be told. */
static char *place_of(const char *path)
{
    struct error ignored = { 0 };
    char *part = text_copy(path, &ignored), *there = NULL, *place = NULL;

    while (part && *part && !(there = realpath(part, NULL)))
        path_cut_name(part);
    if (part && !there)
        there = realpath(".", NULL);
    if (there) {
        const char *rest = path + strlen(part);
        rest += strspn(rest, "/");
        place = *rest ? text_format(&ignored, "%s/%s",
                                    strcmp(there, "/") == 0 ? "" : there, rest)
                      : text_copy(there, &ignored);
    }
    free(part);
    free(there);
    return place;
}

/* Takes both, which are malloc'd or NULL. */
static bool is_within(char *inner, char *outer)
{
    size_t n = outer ? strlen(outer) : 0;
    bool within = inner && outer && strncmp(inner, outer, n) == 0 &&
                  (inner[n] == '\0' || inner[n] == '/' || n == 1);

    free(inner);
    free(outer);
    return within;
}

bool path_is_within(const char *path, const char *top)
{
    return is_within(realpath(path, NULL), realpath(top, NULL));
}

bool path_will_be_within(const char *path, const char *top)
{
    return is_within(place_of(path), place_of(top));
}

bool file_size(const char *path, unsigned long long *bytes)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *bytes = (unsigned long long)st.st_size;
    return true;
}

bool file_remove(const char *path, struct error *err)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return error_errno(err, "cannot remove '%s'", path);
    return true;
}
