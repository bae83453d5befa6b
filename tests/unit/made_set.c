/* SPDX-License-Identifier: MIT */
/* Splits of noise. */
#include "made_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "format/formats.h"
#include "format/pngblock.h"

void made_set_init(struct made_set *m, const char *dataset, size_t height,
                   size_t width, size_t classes)
{
    *m = (struct made_set){ 0 };
    for (size_t i = 0; i < MADE_CLASSES; i++)
        m->classes[i] = "a class";
    m->base = (struct sink_set){ .dataset = dataset,
                                 .classes = m->classes,
                                 .class_count = classes,
                                 .height = height,
                                 .width = width,
                                 .split = m->split };
}

void made_set_release(struct made_set *m)
{
    for (size_t i = 0; i < m->base.split_count; i++) {
        free(m->rows[i].levels);
        free(m->rows[i].label);
        for (size_t kind = 0; kind < SET_ARRAYS; kind++)
            free(m->rows[i].elements[kind]);
    }
    m->base.split_count = 0;
}

static void *make_noise(size_t n, uint64_t seed)
{
    void *made = malloc(n + 1);

    if (!made)
        abort();
    fill_noise(made, n, seed);
    return made;
}

void made_set_add(struct made_set *m, const char *name, size_t rows)
{
    size_t i = m->base.split_count++;
    struct made_rows *r = &m->rows[i];

    m->split[i] = (struct sink_split){ .name = name, .rows = rows };
    r->levels = make_noise(rows * m->base.height * m->base.width, 100 + i);
    r->label = make_noise(rows * sizeof *r->label, 200 + i);
    for (size_t row = 0; row < rows; row++)
        r->label[row] = (uint16_t)(r->label[row] % m->base.class_count);
}

void made_set_array(struct made_set *m, enum set_array kind, enum dtype type)
{
    size_t i = m->base.split_count - 1;
    struct array_info *info = &m->split[i].array[kind];
    size_t n = dtype_bytes(type);

    *info = (struct array_info){ type, 1, { m->split[i].rows } };
    if (kind == SET_IMAGES) {
        info->dim[info->ndims++] = m->base.height;
        info->dim[info->ndims++] = m->base.width;
    }
    if (kind == SET_ONEHOT)
        info->dim[info->ndims++] = m->base.class_count;
    for (unsigned d = 0; d < info->ndims; d++)
        n *= (size_t)info->dim[d];
    m->rows[i].elements[kind] = make_noise(n, 300 + 10 * i + (size_t)kind);
}

static size_t row_bytes(const struct array_info *info)
{
    size_t n = dtype_bytes(info->dtype);

    for (unsigned d = 1; d < info->ndims; d++)
        n *= (size_t)info->dim[d];
    return n;
}

bool made_sink_write(struct sink *s, const struct sink_block *b,
                     struct error *err)
{
    const struct sink_set *set = s->set;
    struct pngblock png = { 0 };
    struct sink_block with_png = *b;

    if (s->format->sink->png &&
        (!pngblock_init(&png, 2, b->rows, err) ||
         !pngblock_encode(&png, b->levels, b->rows, set->width, set->height,
                          err)))
        abort();
    with_png.png = &png;
    bool ok = sink_write(s, &with_png, err);
    pngblock_release(&png);
    return ok;
}

/* Rows `first` and on of a split; false when there are none. */
static bool write_block(struct made_set *m, struct sink *s, size_t split,
                        size_t first, size_t block_rows, struct error *err)
{
    const struct made_rows *r = &m->rows[split];
    size_t left = (size_t)m->split[split].rows - first;
    struct sink_block b = {
        .split = split,
        .first = first,
        .rows = left < block_rows ? left : block_rows,
        .levels = r->levels + first * m->base.height * m->base.width,
        .label = r->label + first,
    };
    unsigned char *kept[SET_ARRAYS] = { 0 };
    size_t bytes[SET_ARRAYS] = { 0 };

    for (size_t kind = 0; kind < SET_ARRAYS; kind++) {
        const struct array_info *info = &m->split[split].array[kind];
        if (info->ndims == 0)
            continue;
        unsigned char *from = r->elements[kind] + first * row_bytes(info);
        bytes[kind] = b.rows * row_bytes(info);
        kept[kind] = malloc(bytes[kind] + 1);
        if (!kept[kind])
            abort();
        memcpy(kept[kind], from, bytes[kind]);
        b.elements[kind] = from;
    }
    bool ok = made_sink_write(s, &b, err);
    for (size_t kind = 0; kind < SET_ARRAYS; kind++) {
        if (kept[kind])
            assert_memory_equal(b.elements[kind], kept[kind], bytes[kind]);
        free(kept[kind]);
    }
    return ok;
}

static bool write_rows(struct made_set *m, struct sink *s, size_t block_rows,
                       struct error *err)
{
    bool left = true;

    for (size_t first = 0; left; first += block_rows) {
        left = false;
        for (size_t i = 0; i < m->base.split_count; i++) {
            if (first >= m->split[i].rows)
                continue;
            left = true;
            if (!write_block(m, s, i, first, block_rows, err))
                return false;
        }
    }
    return true;
}

bool made_set_write(struct made_set *m, const char *format,
                    struct memory_files *files, size_t block_rows,
                    struct error *err)
{
    const struct format *f = format_find_sink(format, err);
    struct sink s = { 0 };

    bool ok = f && sink_open(&s, f, &m->base, &files->base, err) &&
              write_rows(m, &s, block_rows, err) && sink_finish(&s, err);
    sink_close(&s);
    sink_close(&s);
    return ok;
}

void made_set_write_well(struct made_set *m, const char *format,
                         struct memory_files *files, size_t block_rows)
{
    struct error err = { 0 };
    bool ok = made_set_write(m, format, files, block_rows, &err);

    assert_no_error(err);
    assert_true(ok);
    memory_files_check(files);
}

void made_set_expect(const struct made_set *m, size_t split,
                     enum set_array kind, bool little, struct bytes_writer *to)
{
    const struct array_info *info = &m->split[split].array[kind];
    const unsigned char *from = m->rows[split].elements[kind];
    size_t n = dtype_bytes(info->dtype);
    size_t all = (size_t)info->dim[0] * row_bytes(info);
    struct error err = { 0 };

    for (size_t at = 0; at < all; at += n) {
        uint64_t value = 0;
        unsigned char bytes[8];
        uint16_t v16;
        uint32_t v32;

        switch (n) {
        case 1:
            value = from[at];
            break;
        case 2:
            memcpy(&v16, from + at, 2);
            value = v16;
            break;
        case 4:
            memcpy(&v32, from + at, 4);
            value = v32;
            break;
        default:
            memcpy(&value, from + at, 8);
        }
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)(value >> 8 * (little ? i : n - 1 - i));
        if (!writer_write(&to->base, bytes, n, &err))
            abort();
    }
}

void made_set_check_stable(struct made_set *m, const char *format)
{
    static const size_t block_rows[] = { 1, 2, 5 };
    struct memory_files want, have;

    memory_files_init(&want);
    made_set_write_well(m, format, &want, 1000);
    for (size_t i = 0; i < COUNT_OF(block_rows); i++) {
        memory_files_init(&have);
        made_set_write_well(m, format, &have, block_rows[i]);
        assert_int_equal(have.count, want.count);
        for (size_t k = 0; k < want.count; k++)
            memory_files_check_bytes(&have, want.file[k].name,
                                     want.file[k].bytes, want.file[k].n);
        memory_files_release(&have);
    }
    memory_files_release(&want);
}

/* Fails after no, one, two, ... calls of one kind, until nothing fails. */
static void check_each_failure(struct made_set *m, const char *format,
                               bool opens)
{
    size_t calls = 0;
    bool ok = false;

    for (; !ok; calls++) {
        struct memory_files files;
        struct error err = { 0 };

        memory_files_init(&files);
        *(opens ? &files.fail_opens_after : &files.fail_after) = calls;
        ok = made_set_write(m, format, &files, 2, &err);
        if (!ok)
            assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
        else
            assert_no_error(err);
        memory_files_release(&files);
    }
    assert_true(calls > 1); /* something could fail */
}

void made_set_check_failures(struct made_set *m, const char *format)
{
    check_each_failure(m, format, true);
    check_each_failure(m, format, false);
}

void made_set_check_refusals(const char *format)
{
    struct memory_files files;
    struct error err = { 0 };
    struct made_set m;
    char wanted[64];

    memory_files_init(&files);
    made_set_init(&m, "mnist", 4, 3, 10);
    made_set_add(&m, "train", 3);
    assert_false(made_set_write(&m, format, &files, 1, &err));
    snprintf(wanted, sizeof wanted, "--format %s needs labels", format);
    assert_error(err, FAIL_USAGE, wanted);
    made_set_array(&m, SET_LABELS, DTYPE_U8);
    m.base.width = m.base.height = 0;
    err = (struct error){ 0 };
    assert_false(made_set_write(&m, format, &files, 1, &err));
    snprintf(wanted, sizeof wanted, "--format %s holds grey pictures", format);
    assert_error(err, FAIL_USAGE, wanted);
    made_set_release(&m);
    assert_int_equal(files.count, 0);
    memory_files_release(&files);
}
