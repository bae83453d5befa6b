/* SPDX-License-Identifier: MIT */
/* Names and contents, and what they add up to. */
#include "dataset/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dataset/discover.h"
#include "dataset/filename.h"

bool input_of_dataset(struct input *in, const struct catalogue_dataset *dataset,
                      const char *raw_dir, struct error *err)
{
    in->dataset = dataset;
    in->name = text_copy(dataset->name, err);
    if (!in->name)
        return false;
    for (size_t i = 0; i < dataset->split_count; i++) {
        struct input_split *to = &in->split[in->split_count++];
        to->published = &dataset->split[i];
        to->name = text_copy(dataset->split[i].name, err);
        if (!to->name)
            return false;
        for (int part = 0; part < CATALOGUE_PARTS; part++) {
            to->path[part] =
                path_join(raw_dir, dataset->split[i].part[part].name, err);
            if (!to->path[part])
                return false;
        }
    }
    return true;
}

void input_release(struct input *in)
{
    for (size_t i = 0; i < in->split_count; i++) {
        free(in->split[i].name);
        for (int part = 0; part < CATALOGUE_PARTS; part++) {
            free(in->split[i].path[part]);
            free(in->split[i].member[part]);
        }
    }
    free(in->name);
    *in = (struct input){ 0 };
}

size_t input_find_split(const struct input *in, const char *name)
{
    size_t i = 0;

    while (i < in->split_count && strcmp(in->split[i].name, name) != 0)
        i++;
    return i;
}

struct input_split *input_add_split(struct input *in, const char *name,
                                    enum input_form form, struct error *err)
{
    struct input_split *to = &in->split[in->split_count];

    if (!filename_is_plain(name))
        error_set(err, FAIL_USAGE,
                  "'%s' is no name for a split; it takes at most %d letters, "
                  "digits, '.', '_' and '-', the first no '.' or '-'",
                  name, FILENAME_PLAIN_MAX);
    else if (input_find_split(in, name) < in->split_count)
        error_set(err, FAIL_USAGE,
                  "there are two splits of the name '%s'; name one of them "
                  "otherwise by --split",
                  name);
    else if (in->split_count == CATALOGUE_SPLITS_MAX)
        error_set(err, FAIL_USAGE,
                  "there are more than %d splits, '%s' among them; that is not "
                  "supported",
                  CATALOGUE_SPLITS_MAX, name);
    if (err->code != FAIL_NONE)
        return NULL;
    *to = (struct input_split){ .form = form, .name = text_copy(name, err) };
    if (!to->name)
        return NULL;
    in->split_count++;
    return to;
}

/* Names the dataset; NULL: after this file or directory. */
static bool name_dataset(struct input *in, const char *name, const char *path,
                         struct error *err)
{
    if (in->name)
        return true;
    in->name = name ? text_copy(name, err) : filename_stem(path, err);
    if (!in->name)
        return false;
    if (filename_is_plain(in->name))
        return true;
    if (!name)
        return error_set(err, FAIL_USAGE,
                         "'%s' gives no name to a dataset; put one at the end "
                         "of the command",
                         path);
    return error_set(err, FAIL_USAGE,
                     "'%s' is no name for a dataset; it takes at most %d "
                     "letters, digits, '.', '_' and '-', the first no '.' or "
                     "'-'",
                     name, FILENAME_PLAIN_MAX);
}

/* Sources are opened more than once, and their names stand in the manifest. */
static bool check_is_file(const char *path, struct error *err)
{
    return strcmp(path, "-") != 0 ||
           error_set(err, FAIL_USAGE,
                     "standard input cannot be read twice; put it into a file");
}

bool input_look_at_path(struct input *in, const char *name, const char *path,
                        const char *split, struct error *err)
{
    return check_is_file(path, err) && discover_path(in, path, split, err) &&
           name_dataset(in, name, path, err);
}

bool input_of_path(struct input *in, const char *name, const char *path,
                   const char *split, struct error *err)
{
    if (!input_look_at_path(in, name, path, split, err))
        return false;
    if (split && (in->split_count > 1 || strcmp(in->split[0].name, split) != 0))
        return error_set(err, FAIL_USAGE,
                         "'%s' has splits with names of their own ('%s'%s); "
                         "leave out --split",
                         path, in->split[0].name,
                         in->split_count > 1 ? ", ..." : "");
    return true;
}

bool input_add_files(struct input *in, const char *name, const char *images,
                     const char *labels, const char *split, struct error *err)
{
    const char *const paths[CATALOGUE_PARTS] = { images, labels };
    struct input_split *to;

    for (int part = 0; part < CATALOGUE_PARTS; part++)
        if (paths[part] && (!check_is_file(paths[part], err) ||
                            !discover_check_array(paths[part], err)))
            return false;
    to = input_add_split(in, split ? split : "train", INPUT_ARRAYS, err);
    if (!to)
        return false;
    for (int part = 0; part < CATALOGUE_PARTS; part++) {
        if (!paths[part])
            continue;
        to->path[part] = text_copy(paths[part], err);
        if (!to->path[part])
            return false;
    }
    return name_dataset(in, name, images, err);
}
