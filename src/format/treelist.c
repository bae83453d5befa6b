/* SPDX-License-Identifier: MIT */
/* Listing a tree of pictures: names are looked at, and no file is opened. */
#include "format/treelist.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/grow.h"
#include "base/interrupt.h"
#include "base/listing.h"
#include "base/number.h"
#include "base/text.h"

enum { LABELS = 65536 }; /* labels have 16 bits in what comes after */

/* Rows are counted in 32 bits there. */
static const uint64_t files_max = (uint64_t)1 << 31;

/* ---- folders ---- */

static bool check_folders(const struct listing *n, const char *dir,
                          struct error *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < n->count; i++) {
        struct stat st;
        char *path = path_join(dir, n->name[i], err);
        ok = path != NULL;
        if (ok && stat(path, &st) != 0)
            ok = error_errno(err, "cannot read '%s'", path);
        else if (ok && !S_ISDIR(st.st_mode))
            ok = error_set(err, FAIL_DATA,
                           "'%s' is not a folder; a tree has a folder for each "
                           "class, with .png pictures in it, and nothing else",
                           path);
        free(path);
    }
    return ok;
}

static bool is_label(const char *name, uint64_t *label)
{
    return number_parse_u64(name, label) && *label < LABELS;
}

/* True when all names are labels; *count is then one more than the largest. */
static bool all_are_labels(const struct listing *n, size_t *count)
{
    uint64_t largest = 0;

    for (size_t i = 0; i < n->count; i++) {
        uint64_t label;
        if (!is_label(n->name[i], &label))
            return false;
        if (label > largest)
            largest = label;
    }
    *count = (size_t)largest + 1;
    return true;
}

/* Moves the sorted names to the places of their labels, for all of which there
 * is room. */
static bool place_folders(struct tree_list *l, struct listing *n,
                          const char *dir, struct error *err)
{
    for (size_t i = 0; i < n->count; i++) {
        uint64_t label;
        if (!l->numbers || !is_label(n->name[i], &label))
            label = i;
        if (l->folder[label])
            return error_set(err, FAIL_DATA,
                             "'%s' has two folders for label %" PRIu64
                             ", '%s' and '%s'; put them together",
                             dir, label, l->folder[label], n->name[i]);
        l->folder[label] = n->name[i];
        n->name[i] = NULL;
    }
    return true;
}

static bool number_folders(struct tree_list *l, struct listing *n,
                           const char *dir, struct error *err)
{
    size_t count = n->count;

    if (count == 0)
        return true;
    if (count > LABELS)
        return error_set(err, FAIL_DATA,
                         "'%s' has %zu folders; there can be %d classes", dir,
                         count, LABELS);
    l->numbers = all_are_labels(n, &count);
    l->folder = calloc(count, sizeof *l->folder);
    if (!l->folder)
        return error_memory(err);
    l->folder_count = count;
    return place_folders(l, n, dir, err);
}

static bool read_folders(struct tree_list *l, const char *dir,
                         struct error *err)
{
    struct listing n = { 0 };
    bool ok = listing_read(&n, dir, err) && check_folders(&n, dir, err) &&
              number_folders(l, &n, dir, err);

    listing_release(&n);
    return ok;
}

/* ---- files ---- */

/* By name, then by label: the order of the rows. */
static int compare_files(const void *a, const void *b)
{
    const struct tree_file *one = a, *other = b;
    int order = strcmp(one->name, other->name);

    return order != 0
               ? order
               : (one->label > other->label) - (one->label < other->label);
}

/* A FIFO would be waited for without end, so nothing is opened unseen. */
static bool check_file(const char *dir, const char *name, struct error *err)
{
    struct stat st;
    char *path = path_join(dir, name, err);
    bool ok = path != NULL;

    if (ok && !text_ends_with(name, ".png"))
        ok = error_set(err, FAIL_DATA,
                       "'%s' has no name in .png; a tree holds .png pictures "
                       "only; remove it or convert it",
                       path);
    else if (ok && stat(path, &st) != 0)
        ok = error_errno(err, "cannot read '%s'", path);
    else if (ok && !S_ISREG(st.st_mode))
        ok = error_set(
            err, FAIL_DATA, "'%s' is %s; a tree holds .png pictures only", path,
            S_ISDIR(st.st_mode) ? "a directory" : "a pipe or a device");
    free(path);
    return ok;
}

/* Moves the names, which are checked, behind the files. */
static bool add_files(struct tree_list *l, struct listing *n, uint32_t label,
                      const char *dir, struct error *err)
{
    if (n->count == 0)
        return true;
    if (n->count > files_max - l->file_count)
        return error_set(err, FAIL_DATA,
                         "with '%s' there are more than %" PRIu64
                         " pictures, which is too many",
                         dir, files_max);
    struct tree_file *file = array_grow(
        l->file, &l->file_room, l->file_count + n->count, sizeof *file, err);
    if (!file)
        return false;
    l->file = file;
    for (size_t i = 0; i < n->count; i++) {
        l->file[l->file_count++] = (struct tree_file){ n->name[i], label };
        n->name[i] = NULL;
    }
    return true;
}

static bool read_folder(struct tree_list *l, const char *dir, uint32_t label,
                        struct error *err)
{
    struct listing n = { 0 };
    bool ok = listing_read(&n, dir, err);

    for (size_t i = 0; ok && i < n.count; i++)
        ok = interrupt_none(err) && check_file(dir, n.name[i], err);
    ok = ok && add_files(l, &n, label, dir, err);
    listing_release(&n);
    return ok;
}

static bool read_files(struct tree_list *l, const char *dir, struct error *err)
{
    bool ok = true;

    for (size_t label = 0; ok && label < l->folder_count; label++) {
        if (!l->folder[label])
            continue;
        char *path = path_join(dir, l->folder[label], err);
        ok = path && read_folder(l, path, (uint32_t)label, err);
        free(path);
    }
    if (ok && l->file_count == 0)
        ok = error_set(err, FAIL_DATA,
                       "'%s' holds no picture; a tree has a folder for each "
                       "class, with .png pictures in it",
                       dir);
    if (ok)
        qsort(l->file, l->file_count, sizeof *l->file, compare_files);
    return ok;
}

/* ---- the list ---- */

bool tree_list_read(struct tree_list *l, const char *dir, struct error *err)
{
    struct tree_list new = { 0 };

    if (!read_folders(&new, dir, err) || !read_files(&new, dir, err)) {
        tree_list_release(&new);
        return false;
    }
    *l = new;
    return true;
}

void tree_list_release(struct tree_list *l)
{
    for (size_t i = 0; i < l->folder_count; i++)
        free(l->folder[i]);
    free(l->folder);
    for (size_t i = 0; i < l->file_count; i++)
        free(l->file[i].name);
    free(l->file);
    *l = (struct tree_list){ 0 };
}
