/* SPDX-License-Identifier: MIT */
/* Arrays and manifests, by hand. */
#include "made_prepared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures.h"
#include "helpers.h"
#include "pipeline/view.h"

unsigned char level_at(size_t row, size_t pixel)
{
    return (unsigned char)(row * 31 + pixel * 7);
}

int64_t label_at(size_t row)
{
    return (int64_t)(row * row % 3);
}

/* Elements by dtype_store, turned round by hand for the other byte order. */
void put_numbers(const char *path, enum dtype type, size_t header, bool big,
                 const double *value, size_t count)
{
    size_t bytes = dtype_bytes(type);
    unsigned char *file = malloc(header + count * bytes);

    assert_non_null(file);
    memset(file, 'h', header);
    for (size_t i = 0; i < count; i++) {
        unsigned char element[8], *to = file + header + i * bytes;
        dtype_store(type, element, value[i]);
        for (size_t b = 0; b < bytes; b++)
            to[b] =
                element[big == dtype_machine_is_little() ? bytes - 1 - b : b];
    }
    file_make(path, file, header + count * bytes);
    free(file);
}

static enum dtype image_dtype(const struct wish *w)
{
    return w->dtype == DTYPE_U8 ? DTYPE_F32 : w->dtype;
}

void put_arrays(const struct wish *w)
{
    double *value = malloc(ROWS * PIXELS * sizeof *value);
    double factor = w->factor != 0 ? w->factor : 1;

    assert_non_null(value);
    for (size_t i = 0; i < (size_t)ROWS * PIXELS; i++)
        value[i] =
            level_at(i / PIXELS, i % PIXELS) / 255.0 * factor + w->offset;
    put_numbers(w->file ? w->file : "i", image_dtype(w), w->header, w->big,
                value, (size_t)ROWS * PIXELS);
    for (size_t i = 0; i < ROWS; i++)
        value[i] = (double)label_at(i);
    put_numbers("l", w->label_dtype, 0, w->big, value, ROWS);
    free(value);
}

/* dataset.json of one split, with ' for ". */
void put_manifest(const struct wish *w)
{
    const char *order = w->big ? "big" : "little";
    enum dtype type = image_dtype(w);
    char labels[300] = "", text[3000];

    if (!w->no_labels)
        snprintf(labels, sizeof labels,
                 ",'labels':{'file':'l','dtype':'%s','shape':[%d],"
                 "'byte_order':'%s','offset':0,'bytes':%zu}",
                 dtype_name(w->label_dtype), ROWS, order,
                 ROWS * dtype_bytes(w->label_dtype));
    snprintf(text, sizeof text,
             "{'schema':'mnistprep.dataset/1','tool':'test','dataset':'tiny',"
             "'classes':['zero','one','two'],'recipe':{%s,'seed':null,"
             "'dtype':'%s','label_dtype':'u8','onehot':false,'smoothing':0,"
             "'shuffle':false,'layout':'%s','classes':[],'formats':['bin'],"
             "'splits':['train']},'sources':[],'splits':{'%s':{'count':%d,"
             "'images':{'file':'%s','dtype':'%s','shape':[%d,%s],"
             "'byte_order':'%s','offset':%zu,'bytes':%zu}%s%s}}%s}",
             w->scale ? w->scale : "'scale':'unit','mean':null,'std':null",
             dtype_name(type), w->layout ? w->layout : "hw",
             w->split ? w->split : "train", ROWS, w->file ? w->file : "i",
             dtype_name(type), ROWS, w->shape ? w->shape : "3,5", order,
             w->header, w->header + ROWS * PIXELS * dtype_bytes(type), labels,
             w->more ? w->more : "", w->end ? w->end : "");
    json_put("dataset.json", text);
}

void put_set(const struct wish *w)
{
    put_arrays(w);
    put_manifest(w);
}

void expect_refusal(const struct wish *w, enum fail code, const char *part)
{
    struct view v = { 0 };
    struct view_rows r = { 0 };
    unsigned char images[2 * PIXELS];
    int64_t labels[2];
    struct error err = { 0 };
    ptrdiff_t n = 1;

    put_manifest(w);
    bool ok = view_of_prepared(&v, ".", NULL, 0, &err) &&
              view_rows_open(&r, &v, 0, &err);
    while (ok && (n = view_rows_read(&r, images, labels, 2, &err)) > 0)
        ;
    if (ok && n == 0)
        fail_msg("it was taken: %s", part);
    assert_error(err, code, part);
    view_rows_close(&r);
    view_release(&v);
}
