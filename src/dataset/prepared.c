/* SPDX-License-Identifier: MIT */
/* The public reader of include/mnistprep.h: a manifest and mapped files. */
#include "mnistprep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/text.h"
#include "dataset/manifest.h"

_Static_assert((int)MNISTPREP_U8 == (int)DTYPE_U8 &&
                   (int)MNISTPREP_I64 == (int)DTYPE_I64 &&
                   (int)MNISTPREP_F16 == (int)DTYPE_F16 &&
                   (int)MNISTPREP_F64 == (int)DTYPE_F64,
               "the public types are the private ones");

/* A whole file in memory. */
struct mapping {
    void *start; /* NULL: nothing mapped */
    size_t bytes;
};

struct mnistprep_dataset {
    struct manifest manifest;
    struct mnistprep_split *split;
    struct mapping *mapping; /* SET_ARRAYS per split */
};

/* Maps the file, after comparing its size with the manifest's. */
static bool map_file(const char *path, uint64_t bytes, struct mapping *to,
                     struct error *err)
{
    struct stat st;
    void *start = MAP_FAILED;
    int fd = descriptor_open_regular(path, err);

    if (fd < 0)
        return false;
    if (fstat(fd, &st) != 0) {
        error_errno(err, "cannot open '%s'", path);
    } else if ((uint64_t)st.st_size != bytes) {
        error_set(err, FAIL_DATA,
                  "'%s' has another size than its dataset.json says; run "
                  "mnistprep prep again",
                  path);
    } else if (bytes == 0) {
        start = NULL; /* nothing to map is not an error */
    } else {
        start = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (start == MAP_FAILED)
            error_errno(err, "cannot map '%s'", path);
    }
    close(fd);
    if (start == MAP_FAILED)
        return false;
    *to = (struct mapping){ start, (size_t)bytes };
    return true;
}

static bool open_array(const char *dir, const struct manifest_array *from,
                       struct mnistprep_array *to, struct mapping *mapping,
                       struct error *err)
{
    char *path = path_join(dir, from->file, err);
    bool ok = path != NULL;

    if (ok && from->little != dtype_machine_is_little() &&
        dtype_bytes(from->info.dtype) > 1)
        ok = error_set(err, FAIL_DATA,
                       "'%s' has the byte order of another kind of machine",
                       path);
    if (ok && from->offset % dtype_bytes(from->info.dtype) != 0)
        ok = error_set(err, FAIL_DATA,
                       "'%s' has elements that do not begin at a multiple of "
                       "their size",
                       path);
    ok = ok && map_file(path, from->bytes, mapping, err);
    free(path);
    if (!ok)
        return false;
    to->dtype = (enum mnistprep_dtype)from->info.dtype;
    to->ndims = from->info.ndims;
    for (unsigned i = 0; i < from->info.ndims; i++)
        to->shape[i] = from->info.dim[i];
    to->bytes = from->bytes - from->offset;
    to->data = to->bytes > 0 ? (const char *)mapping->start + from->offset
                             : NULL;
    return true;
}

static bool open_split(struct mnistprep_dataset *d, const char *dir, size_t i,
                       struct error *err)
{
    const struct manifest_split *from = &d->manifest.split[i];
    struct mnistprep_split *to = &d->split[i];
    struct mnistprep_array *arrays[SET_ARRAYS] = {
        [SET_IMAGES] = &to->images, [SET_LABELS] = &to->labels,
        [SET_ONEHOT] = &to->onehot, [SET_ROWS] = &to->rows,
        [SET_FOLDS] = &to->folds,   [SET_COPIES] = &to->copies,
    };

    to->name = from->name;
    to->count = from->count;
    for (size_t kind = 0; kind < SET_ARRAYS; kind++)
        if (from->array[kind].file &&
            !open_array(dir, &from->array[kind], arrays[kind],
                        &d->mapping[i * SET_ARRAYS + kind], err))
            return false;
    return true;
}

static bool open_dataset(struct mnistprep_dataset *d, const char *dir,
                         struct error *err)
{
    if (!manifest_read(&d->manifest, dir, err))
        return false;
    d->split = calloc(d->manifest.split_count + 1, sizeof *d->split);
    d->mapping =
        calloc((d->manifest.split_count + 1) * SET_ARRAYS, sizeof *d->mapping);
    if (!d->split || !d->mapping)
        return error_memory(err);
    for (size_t i = 0; i < d->manifest.split_count; i++)
        if (!open_split(d, dir, i, err))
            return false;
    return true;
}

struct mnistprep_dataset *mnistprep_open(const char *directory, char *why,
                                         size_t why_size)
{
    struct error err = { 0 };
    struct mnistprep_dataset *d = calloc(1, sizeof *d);

    if (!d)
        error_memory(&err);
    else if (open_dataset(d, directory, &err))
        return d;
    mnistprep_close(d);
    if (why && why_size > 0)
        text_mask(why, why_size,
                  err.text); /* names in a manifest are foreign */
    return NULL;
}

void mnistprep_close(struct mnistprep_dataset *dataset)
{
    if (!dataset)
        return;
    for (size_t i = 0;
         dataset->mapping && i < dataset->manifest.split_count * SET_ARRAYS;
         i++)
        if (dataset->mapping[i].start)
            munmap(dataset->mapping[i].start, dataset->mapping[i].bytes);
    free(dataset->mapping);
    free(dataset->split);
    manifest_release(&dataset->manifest);
    free(dataset);
}

const char *mnistprep_name(const struct mnistprep_dataset *dataset)
{
    return dataset->manifest.dataset;
}

size_t mnistprep_class_count(const struct mnistprep_dataset *dataset)
{
    return dataset->manifest.class_count;
}

const char *mnistprep_class_name(const struct mnistprep_dataset *dataset,
                                 size_t label)
{
    return label < dataset->manifest.class_count
               ? dataset->manifest.classes[label]
               : NULL;
}

size_t mnistprep_split_count(const struct mnistprep_dataset *dataset)
{
    return dataset->manifest.split_count;
}

const struct mnistprep_split *
mnistprep_split_at(const struct mnistprep_dataset *dataset, size_t position)
{
    return position < dataset->manifest.split_count ? &dataset->split[position]
                                                    : NULL;
}

const struct mnistprep_split *
mnistprep_find_split(const struct mnistprep_dataset *dataset, const char *name)
{
    for (size_t i = 0; i < dataset->manifest.split_count; i++)
        if (strcmp(dataset->split[i].name, name) == 0)
            return &dataset->split[i];
    return NULL;
}

size_t mnistprep_dtype_bytes(enum mnistprep_dtype dtype)
{
    return dtype_bytes((enum dtype)dtype);
}
