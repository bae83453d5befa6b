/* SPDX-License-Identifier: MIT */
/* readdir, sorted. */
#include "base/listing.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/interrupt.h"
#include "base/text.h"

void listing_release(struct listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->name[i]);
    free(l->name);
    *l = (struct listing){ 0 };
}

bool listing_add(struct listing *l, const char *name, struct error *err)
{
    char **names =
        array_grow(l->name, &l->room, l->count + 1, sizeof *names, err);

    if (!names)
        return false;
    l->name = names;
    l->name[l->count] = text_copy(name, err);
    return l->name[l->count] && ++l->count;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool listing_read(struct listing *l, const char *dir, struct error *err)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    bool ok = d != NULL;

    if (!d)
        return error_errno(err, "cannot open directory '%s'", dir);
    l->dir = dir;
    while (ok && (errno = 0, entry = readdir(d)) != NULL)
        ok = interrupt_none(err) &&
             (entry->d_name[0] == '.' || listing_add(l, entry->d_name, err));
    if (ok && errno != 0)
        ok = error_errno(err, "cannot read directory '%s'", dir);
    closedir(d);
    if (ok && l->count > 0)
        qsort(l->name, l->count, sizeof *l->name, compare_names);
    return ok;
}
