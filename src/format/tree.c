/* SPDX-License-Identifier: MIT */
/* Trees of pictures, read: one picture after another is decoded. */
#include "format/tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/text.h"
#include "format/content.h"
#include "format/pngimage.h"
#include "format/treelist.h"
#include "format/treesum.h"

/* ---- pictures ---- */

/* Its name is the tree's directory. */
struct tree_reader {
    struct reader base;
    struct tree_list list;
    struct tree_sum *sum;  /* borrowed; NULL: none is wanted */
    size_t next;           /* the file that comes after `pixels` */
    unsigned char *pixels; /* owned: one picture; NULL before the first */
    size_t height, width;  /* of all of them */
    size_t at;             /* pixels that have been read */
};

static char *picture_path(const struct tree_reader *r, size_t i,
                          struct error *err)
{
    const struct tree_file *file = &r->list.file[i];

    return text_format(err, "%s%s%s/%s", r->base.name,
                       text_ends_with(r->base.name, "/") ? "" : "/",
                       r->list.folder[file->label], file->name);
}

/* Decoding reads the file to its end, so that all of it is in the digest; NULL:
 * there is none. */
static bool open_picture(struct array_stream *s, const char *path,
                         struct digest *digest, struct error *err)
{
    unsigned char head[READER_PEEK_MAX];

    s->in = file_reader_open(path, err);
    if (digest)
        s->in = digest_reader_open(s->in, digest, err);
    ptrdiff_t got = s->in ? reader_peek(s->in, head, sizeof head, err) : -1;
    if (got < 0)
        return false;
    enum content content = content_recognise(head, (size_t)got);
    if (content != CONTENT_PNG)
        return error_set(err, FAIL_DATA,
                         "'%s' is no PNG picture: it is %s; get it again, or "
                         "remove it",
                         path, content_phrase(content));
    return pngimage_open(s, err);
}

/* The first picture decides. */
static bool check_size(struct tree_reader *r, const struct array_info *info,
                       const char *path, struct error *err)
{
    size_t height = (size_t)info->dim[1], width = (size_t)info->dim[2];

    if (!r->pixels) {
        r->pixels = malloc(height * width);
        if (!r->pixels)
            return error_memory(err);
        r->height = height;
        r->width = width;
    }
    if (height == r->height && width == r->width)
        return true;
    char *first = picture_path(r, 0, err);
    if (first)
        error_set(err, FAIL_DATA,
                  "'%s' has %zu x %zu pixels, and '%s' has %zu x %zu; all "
                  "pictures of a tree must have one size",
                  path, height, width, first, r->height, r->width);
    free(first);
    return false;
}

static void sum_picture(const struct tree_reader *r, struct digest *digest)
{
    uint64_t bytes = digest->bytes;
    char sha256[DIGEST_TEXT];

    digest_finish(digest, sha256);
    tree_sum_add(r->sum, &r->list, r->next, sha256, bytes);
}

static bool read_picture(struct tree_reader *r, struct error *err)
{
    struct array_stream s = { 0 };
    struct digest digest = { 0 };
    char *path = picture_path(r, r->next, err);
    bool ok = path && (!r->sum || digest_init(&digest, DIGEST_SHA256, err)) &&
              open_picture(&s, path, r->sum ? &digest : NULL, err) &&
              check_size(r, &s.info, path, err) &&
              array_read_native(&s, r->pixels, r->height * r->width, err) >= 0;

    if (ok && r->sum)
        sum_picture(r, &digest);
    if (ok) {
        r->next++;
        r->at = 0;
    }
    array_close(&s);
    digest_release(&digest);
    free(path);
    return ok;
}

static ptrdiff_t pictures_read(struct reader *base, void *to, size_t n,
                               struct error *err)
{
    struct tree_reader *r = (struct tree_reader *)base;
    size_t bytes = r->height * r->width;

    if (r->at == bytes) {
        if (r->next == r->list.file_count)
            return 0;
        if (!interrupt_none(err) || !read_picture(r, err))
            return -1;
    }
    size_t take = bytes - r->at < n ? bytes - r->at : n;
    memcpy(to, r->pixels + r->at, take);
    r->at += take;
    return (ptrdiff_t)take;
}

static void pictures_close(struct reader *base)
{
    struct tree_reader *r = (struct tree_reader *)base;

    tree_list_release(&r->list);
    free(r->pixels);
    reader_free(base);
}

static const struct reader_ops pictures_ops = { pictures_read, pictures_close };

/* ---- the tree ---- */

/* Lists all files, and reads the first picture, which has the size of all. */
static struct tree_reader *open_reader(const char *dir, struct tree_sum *sum,
                                       struct error *err)
{
    struct tree_reader *r = reader_new(sizeof *r, &pictures_ops, dir, err);

    if (!r)
        return NULL;
    r->sum = sum;
    if (tree_list_read(&r->list, dir, err) &&
        (!sum || tree_sum_init(sum, &r->list, err)) && read_picture(r, err))
        return r;
    pictures_close(&r->base);
    return NULL;
}

static bool name_classes(struct tree *t, const struct tree_list *l,
                         struct error *err)
{
    t->classes = calloc(l->folder_count, sizeof *t->classes);
    if (!t->classes)
        return error_memory(err);
    for (size_t i = 0; i < l->folder_count; i++) {
        t->classes[i] = l->numbers ? text_format(err, "%zu", i)
                                   : text_copy(l->folder[i], err);
        if (!t->classes[i])
            return false;
        t->class_count++;
    }
    return true;
}

static bool open_labels(struct array_stream *s, const struct tree_list *l,
                        const char *dir, struct error *err)
{
    int32_t *labels = calloc(l->file_count, sizeof *labels);

    if (!labels)
        return error_memory(err);
    for (size_t i = 0; i < l->file_count; i++)
        labels[i] = (int32_t)l->file[i].label;
    struct reader *in = owned_bytes_reader_open(
        labels, l->file_count * sizeof *labels, dir, err);
    if (!in)
        return false;
    *s = (struct array_stream){ .info = { DTYPE_I32, 1, { l->file_count } },
                                .in = in,
                                .little = dtype_machine_is_little(),
                                .left = l->file_count };
    return true;
}

bool tree_open(struct tree *t, const char *dir, struct error *err)
{
    return tree_open_summed(t, dir, NULL, err);
}

bool tree_open_summed(struct tree *t, const char *dir, struct tree_sum *sum,
                      struct error *err)
{
    struct tree new = { 0 };
    struct tree_reader *r = open_reader(dir, sum, err);

    if (!r)
        return false;
    /* Fits: 2^31 pictures of 2^24 pixels at most. */
    new.images = (struct array_stream){
        .info = { DTYPE_U8, 3, { r->list.file_count, r->height, r->width } },
        .in = &r->base,
        .little = true,
        .left = (uint64_t)r->list.file_count * r->height * r->width
    };
    if (!name_classes(&new, &r->list, err) ||
        !open_labels(&new.labels, &r->list, dir, err)) {
        tree_close(&new);
        return false;
    }
    *t = new;
    return true;
}

void tree_close(struct tree *t)
{
    array_close(&t->images);
    array_close(&t->labels);
    for (size_t i = 0; i < t->class_count; i++)
        free(t->classes[i]);
    free(t->classes);
    *t = (struct tree){ 0 };
}
