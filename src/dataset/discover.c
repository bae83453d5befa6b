/* SPDX-License-Identifier: MIT */
/* Names suggest, contents decide. Nothing but regular files is opened. */
#include "dataset/discover.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/blob.h"
#include "base/listing.h"
#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"
#include "dataset/filename.h"
#include "format/content.h"
#include "format/formats.h"
#include "format/zipfile.h"

/* ---- files ---- */

/* What a regular file is, inside gzip or xz. */
static bool read_content(const char *path, enum content *to, struct error *err)
{
    unsigned char head[READER_PEEK_MAX];
    struct stat st;

    if (stat(path, &st) != 0)
        return error_errno(err, "cannot open '%s'", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, FAIL_USAGE,
                         "'%s' is no regular file; data has to lie in files",
                         path);
    struct reader *in = content_unpack(file_reader_open(path, err), err);
    ptrdiff_t got = in ? reader_peek(in, head, sizeof head, err) : -1;
    reader_close(in);
    if (got >= 0)
        *to = content_recognise(head, (size_t)got);
    return got >= 0;
}

bool discover_check_array(const char *path, struct error *err)
{
    enum content content;

    if (!read_content(path, &content, err))
        return false;
    if (content != CONTENT_IDX && content != CONTENT_NPY)
        return error_set(err, FAIL_DATA,
                         "'%s' is neither IDX nor NPY: it is %s", path,
                         content_phrase(content));
    return true;
}

/* Text under the name of a table is taken for a bad one: the reader tells in
 * which line and column. */
static bool may_be_table(const char *path, enum content content)
{
    return content == CONTENT_CSV ||
           (content == CONTENT_TEXT && filename_is_table(path));
}

static bool check_table(const char *path, struct error *err)
{
    enum content content;

    if (!read_content(path, &content, err))
        return false;
    if (!may_be_table(path, content))
        return error_set(err, FAIL_DATA, "'%s' is no CSV table: it is %s", path,
                         content_phrase(content));
    return true;
}

/* A split of this name: the one that is there, or a new one. */
static struct input_split *need_split(struct input *in, const char *name,
                                      enum input_form form, struct error *err)
{
    size_t i = input_find_split(in, name);

    return i < in->split_count ? &in->split[i]
                               : input_add_split(in, name, form, err);
}

/* Takes `path` in every case; NULL passes through. */
static bool claim(struct input *in, const char *split, enum input_form form,
                  enum catalogue_part part, char *path, struct error *err)
{
    struct input_split *to = path ? need_split(in, split, form, err) : NULL;

    if (to && !to->path[part]) {
        to->path[part] = path;
        return true;
    }
    if (to)
        error_set(err, FAIL_USAGE,
                  "'%s' and '%s' both hold the %s of the split '%s'; move one "
                  "of them elsewhere",
                  to->path[part], path,
                  form == INPUT_TABLE ? "rows" : catalogue_part_name(part),
                  split);
    free(path);
    return false;
}

static bool check_images(const struct input *in, struct error *err)
{
    for (size_t i = 0; i < in->split_count; i++)
        if (!in->split[i].path[PART_IMAGES])
            return error_set(err, FAIL_USAGE,
                             "'%s' has labels of the split '%s', but there are "
                             "no images of it",
                             in->split[i].path[PART_LABELS], in->split[i].name);
    return true;
}

/* ---- NPZ ---- */

/* "x_train.npy": false for any other name. The caller frees *split. */
static bool read_member(const char *name, enum catalogue_part *part,
                        char **split, struct error *err)
{
    static const char suffix[] = ".npy";
    size_t n = strlen(name);

    *split = NULL;
    if (n < 2 + sizeof suffix || !text_ends_with(name, suffix) ||
        name[1] != '_' || (name[0] != 'x' && name[0] != 'y'))
        return false;
    *part = name[0] == 'x' ? PART_IMAGES : PART_LABELS;
    *split =
        text_format(err, "%.*s", (int)(n - 2 - (sizeof suffix - 1)), name + 2);
    return *split != NULL;
}

static bool claim_member(struct input *in, const char *path, const char *name,
                         struct error *err)
{
    enum catalogue_part part;
    char *word;

    if (!read_member(name, &part, &word, err))
        return err->code == FAIL_NONE;
    const char *split = filename_split(word);
    bool ok = claim(in, split, INPUT_NPZ, part, text_copy(path, err), err);
    if (ok) {
        struct input_split *to = &in->split[input_find_split(in, split)];
        to->member[part] = text_copy(name, err);
        ok = to->member[part] != NULL;
    }
    free(word);
    return ok;
}

static bool discover_npz(struct input *in, const char *path, struct error *err)
{
    struct zipfile *z = zipfile_open(file_blob_open(path, err), err);
    struct zipfile_member member;
    bool ok = z != NULL;

    for (size_t i = 0; ok && zipfile_member_at(z, i, &member); i++)
        ok = claim_member(in, path, member.name, err);
    zipfile_close(z);
    if (ok && in->split_count == 0)
        ok = error_set(err, FAIL_DATA,
                       "'%s' has no arrays of the names x_train and y_train, "
                       "x_test and y_test, or the like",
                       path);
    return ok && check_images(in, err);
}

/* ---- a file of its own ---- */

static bool discover_file(struct input *in, const char *path, const char *split,
                          struct error *err)
{
    enum content content;

    if (!read_content(path, &content, err))
        return false;
    if (may_be_table(path, content))
        return claim(in, split ? split : "train", INPUT_TABLE, PART_IMAGES,
                     text_copy(path, err), err);
    switch (content) {
    case CONTENT_ZIP:
        return discover_npz(in, path, err);
    case CONTENT_IDX:
    case CONTENT_NPY:
        return error_set(err, FAIL_USAGE,
                         "'%s' is one array; name the file of images by "
                         "--images, and that of labels by --labels",
                         path);
    default:
        return error_set(err, FAIL_DATA,
                         "'%s' is %s; a CSV table, an NPZ archive or a "
                         "directory can be read",
                         path, content_phrase(content));
    }
}

/* ---- directories ---- */

/* Files of this kind by their names; each has to be what its name says. */
static bool discover_files(struct input *in, const struct listing *l,
                           enum filename_kind kind, struct error *err)
{
    bool table = kind == FILENAME_TABLE;
    bool ok = true;

    for (size_t i = 0; ok && i < l->count; i++) {
        struct filename_role role;
        filename_read_role(l->name[i], &role);
        if (role.kind != kind)
            continue;
        char *path = path_join(l->dir, l->name[i], err);
        if (path && path_is_folder(path)) {
            free(path);
            continue;
        }
        ok = path &&
             (table ? check_table(path, err) : discover_check_array(path, err));
        if (!ok)
            free(path);
        ok = ok && claim(in, role.split, table ? INPUT_TABLE : INPUT_ARRAYS,
                         table ? PART_IMAGES : role.part, path, err);
    }
    return ok && check_images(in, err);
}

static bool discover_arrays(struct input *in, const struct listing *l,
                            const char *split, struct error *err)
{
    (void)split;
    return discover_files(in, l, FILENAME_ARRAY, err);
}

static bool discover_tables(struct input *in, const struct listing *l,
                            const char *split, struct error *err)
{
    (void)split;
    return discover_files(in, l, FILENAME_TABLE, err);
}

/* ---- trees ---- */

static bool has_pictures(const char *dir, bool *yes, struct error *err)
{
    struct listing l = { 0 };
    bool ok = listing_read(&l, dir, err);

    *yes = false;
    for (size_t i = 0; ok && !*yes && i < l.count; i++)
        *yes = text_ends_with(l.name[i], ".png");
    listing_release(&l);
    return ok;
}

/* Folders with pictures. */
static bool has_classes(const char *dir, bool *yes, struct error *err)
{
    struct listing l = { 0 };
    bool ok = listing_read(&l, dir, err);

    *yes = false;
    for (size_t i = 0; ok && !*yes && i < l.count; i++) {
        char *path = path_join(dir, l.name[i], err);
        ok = path && (!path_is_folder(path) || has_pictures(path, yes, err));
        free(path);
    }
    listing_release(&l);
    return ok;
}

/* Is this folder a class, or a split, which is then added? */
static bool discover_folder(struct input *in, const char *path, bool *is_class,
                            struct error *err)
{
    bool is_split;

    if (!has_pictures(path, is_class, err) || *is_class)
        return *is_class;
    if (!has_classes(path, &is_split, err))
        return false;
    return !is_split || claim(in, filename_split(path_base(path)), INPUT_TREE,
                              PART_IMAGES, text_copy(path, err), err);
}

static bool discover_folders(struct input *in, const struct listing *l,
                             const char *split, struct error *err)
{
    const char *class = NULL;
    bool ok = true;

    for (size_t i = 0; ok && i < l->count; i++) {
        char *path = path_join(l->dir, l->name[i], err);
        bool is_class = false;
        ok = path && (!path_is_folder(path) ||
                      discover_folder(in, path, &is_class, err));
        if (is_class)
            class = l->name[i];
        free(path);
    }
    if (!ok || !class)
        return ok;
    if (in->split_count > 0)
        return error_set(err, FAIL_USAGE,
                         "'%s' has pictures in the folder '%s', as if it were "
                         "a class, but a folder deeper in '%s', as if that "
                         "were a split",
                         l->dir, class, in->split[0].name);
    return claim(in, split ? split : "train", INPUT_TREE, PART_IMAGES,
                 text_copy(l->dir, err), err);
}

/* What `prep --format png` writes has one more folder above. */
static bool discover_trees(struct input *in, const struct listing *l,
                           const char *split, struct error *err)
{
    struct listing below = { 0 };

    if (!discover_folders(in, l, split, err))
        return false;
    if (in->split_count > 0)
        return true;
    char *path = path_join(l->dir, "png", err);
    bool ok = path && (!path_is_folder(path) ||
                       (listing_read(&below, path, err) &&
                        discover_folders(in, &below, split, err)));
    listing_release(&below);
    free(path);
    return ok;
}

/* ---- what there is ---- */

static const struct kind {
    const char *phrase;
    bool (*discover)(struct input *in, const struct listing *l,
                     const char *split, struct error *err);
} kinds[] = {
    { "IDX or NPY files", discover_arrays },
    { "CSV tables", discover_tables },
    { "folders of pictures", discover_trees },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool tell_nothing(const struct listing *l, struct error *err)
{
    struct filename_role role;

    for (size_t i = 0; i < l->count; i++) {
        filename_read_role(l->name[i], &role);
        if (role.kind == FILENAME_HEADERLESS)
            return error_set(err, FAIL_USAGE,
                             "'%s' has only files without a header, such as "
                             "'%s': nothing tells what is in them; prepare it "
                             "with --format npy or idx to read it again",
                             l->dir, l->name[i]);
    }
    return error_set(err, FAIL_USAGE,
                     "'%s' holds nothing that can be read: neither IDX nor NPY "
                     "files (train-images-idx3-ubyte.gz, train-images.npy), "
                     "nor CSV tables (train.csv), nor folders of PNG pictures "
                     "(train/7/1.png, 7/1.png)",
                     l->dir);
}

static bool tell_several(const struct listing *l, const struct input found[],
                         struct error *err)
{
    char *list = text_copy("", err);

    for (size_t k = 0; list && k < KINDS; k++) {
        if (found[k].split_count == 0)
            continue;
        char *longer = text_format(err, "%s%s%s ('%s')", list,
                                   *list ? ", and " : "", kinds[k].phrase,
                                   found[k].split[0].path[PART_IMAGES]);
        free(list);
        list = longer;
    }
    if (list)
        error_set(err, FAIL_USAGE,
                  "'%s' holds %s; name one file or folder of it", l->dir, list);
    free(list);
    return false;
}

static bool take_found(struct input *in, const struct listing *l,
                       struct input found[], struct error *err)
{
    size_t count = 0, which = 0;

    for (size_t k = 0; k < KINDS; k++) {
        if (found[k].split_count == 0)
            continue;
        which = k;
        count++;
    }
    if (count == 0)
        return tell_nothing(l, err);
    if (count > 1)
        return tell_several(l, found, err);
    memcpy(in->split, found[which].split, sizeof in->split);
    in->split_count = found[which].split_count;
    found[which] = (struct input){ 0 };
    return true;
}

static bool discover_directory(struct input *in, const char *path,
                               const char *split, struct error *err)
{
    struct input found[KINDS] = { 0 };
    struct listing l = { 0 };
    bool ok = listing_read(&l, path, err);

    for (size_t k = 0; ok && k < KINDS; k++)
        ok = kinds[k].discover(&found[k], &l, split, err);
    ok = ok && take_found(in, &l, found, err);
    for (size_t k = 0; k < KINDS; k++)
        input_release(&found[k]);
    listing_release(&l);
    return ok;
}

/* ---- the order of splits ---- */

static int rank(const char *split)
{
    return strcmp(split, "train") == 0 ? 0 : strcmp(split, "test") == 0 ? 1 : 2;
}

/* As in the catalogue: train, test, and others by their names. */
static int compare_splits(const void *a, const void *b)
{
    const struct input_split *x = a, *y = b;
    int ranks = rank(x->name) - rank(y->name);

    return ranks ? ranks : strcmp(x->name, y->name);
}

bool discover_path(struct input *in, const char *path, const char *split,
                   struct error *err)
{
    if (!(path_is_folder(path) ? discover_directory(in, path, split, err)
                               : discover_file(in, path, split, err)))
        return false;
    qsort(in->split, in->split_count, sizeof *in->split, compare_splits);
    return true;
}
