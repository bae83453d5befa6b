/* SPDX-License-Identifier: MIT */
/* IDX headers, read with distrust. */
#include "format/idx.h"

#include <string.h>

#include "base/sizes.h"

static const struct {
    unsigned char code;
    enum dtype type;
} idx_types[] = {
    { 0x08, DTYPE_U8 },  { 0x09, DTYPE_I8 },  { 0x0B, DTYPE_I16 },
    { 0x0C, DTYPE_I32 }, { 0x0D, DTYPE_F32 }, { 0x0E, DTYPE_F64 },
};

static bool find_type(unsigned char code, enum dtype *to)
{
    for (size_t i = 0; i < COUNT_OF(idx_types); i++) {
        if (idx_types[i].code == code) {
            *to = idx_types[i].type;
            return true;
        }
    }
    return false;
}

bool idx_matches(const unsigned char *head, size_t n)
{
    /* Any type and count: a wrong one gets a message of its own. */
    return n >= 4 && head[0] == 0 && head[1] == 0 && head[2] >= 0x08 &&
           head[2] <= 0x0F;
}

bool idx_open(struct array_stream *s, struct error *err)
{
    const char *name = s->in->name;
    unsigned char raw[4 + 4 * ARRAY_MAX_DIMS];
    struct array_info got = { 0 };
    uint64_t bytes;

    if (!reader_exact(s->in, raw, 4, err))
        return false;
    if (raw[0] != 0 || raw[1] != 0 || !find_type(raw[2], &got.dtype))
        return error_set(err, FAIL_DATA,
                         "'%s' has no IDX header: it begins with %02x %02x "
                         "%02x %02x",
                         name, raw[0], raw[1], raw[2], raw[3]);
    got.ndims = raw[3];
    if (got.ndims < 1 || got.ndims > ARRAY_MAX_DIMS)
        return error_set(err, FAIL_DATA,
                         "'%s' announces %u dimensions; 1 to %d are possible",
                         name, got.ndims, ARRAY_MAX_DIMS);
    if (!reader_exact(s->in, raw, 4 * got.ndims, err))
        return false;
    for (unsigned i = 0; i < got.ndims; i++) {
        got.dim[i] = load_be32(raw + 4 * i);
        if (i > 0 && got.dim[i] == 0)
            return error_set(err, FAIL_DATA,
                             "'%s' announces rows of size 0 (dimension %u)",
                             name, i + 1);
    }
    if (!array_bytes(&got, &bytes))
        return error_set(err, FAIL_DATA,
                         "'%s' announces more bytes than can exist", name);
    s->info = got;
    s->little = false;
    s->left = bytes / dtype_bytes(got.dtype);
    return true;
}

bool idx_write_header(struct writer *w, const struct array_info *info,
                      struct error *err)
{
    unsigned char raw[4 + 4 * ARRAY_MAX_DIMS] = { 0 };

    for (size_t i = 0; i < COUNT_OF(idx_types); i++)
        if (idx_types[i].type == info->dtype)
            raw[2] = idx_types[i].code;
    if (raw[2] == 0)
        return error_set(err, FAIL_USAGE,
                         "IDX has no type for %s; use --format npy or bin",
                         dtype_name(info->dtype));
    raw[3] = (unsigned char)info->ndims;
    for (unsigned i = 0; i < info->ndims; i++) {
        if (info->dim[i] > UINT32_MAX)
            return error_set(err, FAIL_USAGE,
                             "IDX cannot hold more than 4294967295 rows; use "
                             "--format npy or bin");
        store_be32(raw + 4 + 4 * i, (uint32_t)info->dim[i]);
    }
    return writer_write(w, raw, 4 + 4 * info->ndims, err);
}
