/* SPDX-License-Identifier: MIT */
/* The list of a tree's files, hashed. */
#include "format/treesum.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/reader.h"
#include "base/text.h"

bool tree_sum_init(struct tree_sum *s, const struct tree_list *l,
                   struct error *err)
{
    *s = (struct tree_sum){ 0 };
    if (!digest_init(&s->list, DIGEST_SHA256, err))
        return false;
    for (size_t i = 0; i < l->folder_count; i++) {
        if (!l->folder[i])
            continue;
        digest_add(&s->list, l->folder[i], strlen(l->folder[i]));
        digest_add(&s->list, "/", 2);
    }
    return true;
}

void tree_sum_add(struct tree_sum *s, const struct tree_list *l, size_t i,
                  const char sha256[DIGEST_TEXT], uint64_t bytes)
{
    const struct tree_file *file = &l->file[i];
    const char *folder = l->folder[file->label];

    digest_add(&s->list, sha256, strlen(sha256));
    digest_add(&s->list, "  ", 2);
    digest_add(&s->list, folder, strlen(folder));
    digest_add(&s->list, "/", 1);
    digest_add(&s->list, file->name, strlen(file->name) + 1);
    s->bytes += bytes;
}

void tree_sum_finish(struct tree_sum *s, char sha256[DIGEST_TEXT])
{
    digest_finish(&s->list, sha256);
}

void tree_sum_release(struct tree_sum *s)
{
    digest_release(&s->list);
}

/* ---- a tree on the disk ---- */

static bool hash_picture(const char *path, char sha256[DIGEST_TEXT],
                         uint64_t *size, struct error *err)
{
    unsigned char bytes[16 * 1024];
    struct digest digest = { 0 };
    ptrdiff_t n = -1;

    struct reader *in = file_reader_open(path, err);
    if (in && digest_init(&digest, DIGEST_SHA256, err)) {
        while (interrupt_none(err) &&
               (n = reader_read(in, bytes, sizeof bytes, err)) > 0)
            digest_add(&digest, bytes, (size_t)n);
        *size = digest.bytes;
        digest_finish(&digest, sha256);
    }
    reader_close(in);
    return n == 0;
}

bool tree_sum_of(const char *dir, char sha256[DIGEST_TEXT], uint64_t *bytes,
                 struct error *err)
{
    struct tree_list l = { 0 };
    struct tree_sum sum = { 0 };
    bool ok = tree_list_read(&l, dir, err) && tree_sum_init(&sum, &l, err);

    for (size_t i = 0; ok && i < l.file_count; i++) {
        char one[DIGEST_TEXT];
        uint64_t size = 0;
        char *path = text_format(err, "%s/%s/%s", dir,
                                 l.folder[l.file[i].label], l.file[i].name);
        ok = path && hash_picture(path, one, &size, err);
        if (ok)
            tree_sum_add(&sum, &l, i, one, size);
        free(path);
    }
    if (ok)
        tree_sum_finish(&sum, sha256);
    *bytes = sum.bytes;
    tree_sum_release(&sum);
    tree_list_release(&l);
    return ok;
}
