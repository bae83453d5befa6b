/* SPDX-License-Identifier: MIT */
/* NPY headers: a strict reader of the dict that numpy writes, and a writer of
 * the same bytes. */
#include "format/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/sizes.h"

static const unsigned char magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };

/* numpy's own headers are 118 bytes; a longer one is not one of ours. */
enum { HEADER_MAX = 4096, PREFIX_BYTES = 10 };

static const struct {
    const char *descr; /* after the byte-order sign */
    enum dtype type;
} npy_types[] = {
    { "u1", DTYPE_U8 },  { "i1", DTYPE_I8 },  { "i2", DTYPE_I16 },
    { "i4", DTYPE_I32 }, { "i8", DTYPE_I64 }, { "f2", DTYPE_F16 },
    { "f4", DTYPE_F32 }, { "f8", DTYPE_F64 }, { "u4", DTYPE_U32 },
};

bool npy_matches(const unsigned char *head, size_t n)
{
    return n >= sizeof magic && memcmp(head, magic, sizeof magic) == 0;
}

/* A cursor over the dict literal. */
struct cursor {
    const char *at;
};

static void skip_space(struct cursor *c)
{
    c->at += strspn(c->at, " \t\n");
}

static bool take(struct cursor *c, char wanted)
{
    skip_space(c);
    if (*c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);

    skip_space(c);
    if (strncmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* 'text', without escapes; to holds at most size - 1 characters. */
static bool take_quoted(struct cursor *c, char *to, size_t size)
{
    skip_space(c);
    char quote = *c->at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *end = strchr(c->at + 1, quote);
    if (!end || (size_t)(end - c->at - 1) >= size)
        return false;
    memcpy(to, c->at + 1, (size_t)(end - c->at - 1));
    to[end - c->at - 1] = '\0';
    c->at = end + 1;
    return true;
}

static bool take_shape(struct cursor *c, struct array_info *info)
{
    info->ndims = 0;
    if (!take(c, '('))
        return false;
    while (!take(c, ')')) {
        skip_space(c);
        size_t digits = strspn(c->at, "0123456789");
        if (info->ndims == ARRAY_MAX_DIMS ||
            !number_parse_u64_n(c->at, digits, &info->dim[info->ndims]))
            return false;
        info->ndims++;
        c->at += digits;
        if (!take(c, ',')) /* (5) is a number in Python, not a shape */
            return info->ndims > 1 && take(c, ')');
    }
    return true;
}

static bool parse_descr(const char *descr, struct array_info *info,
                        bool *little)
{
    if (descr[0] == '\0' || strchr("<>|", descr[0]) == NULL)
        return false;
    *little = descr[0] != '>';
    for (size_t i = 0; i < COUNT_OF(npy_types); i++) {
        if (strcmp(descr + 1, npy_types[i].descr) == 0) {
            info->dtype = npy_types[i].type;
            return true;
        }
    }
    return false;
}

/* The three keys, in any order, each once; nothing else. */
static bool parse_dict(const char *text, struct array_stream *s,
                       const char *name, struct error *err)
{
    struct cursor c = { text };
    struct array_info info = { 0 };
    char key[32], descr[32] = "";
    bool fortran = false, shaped = false, ordered = false;

    if (!take(&c, '{'))
        goto bad;
    while (!take(&c, '}')) {
        if (!take_quoted(&c, key, sizeof key) || !take(&c, ':'))
            goto bad;
        if (strcmp(key, "descr") == 0 && descr[0] == '\0') {
            if (!take_quoted(&c, descr, sizeof descr))
                return error_set(err, FAIL_DATA,
                                 "'%s' holds records; a plain array is needed",
                                 name);
        } else if (strcmp(key, "fortran_order") == 0 && !ordered) {
            ordered = true;
            fortran = take_word(&c, "True");
            if (!fortran && !take_word(&c, "False"))
                goto bad;
        } else if (strcmp(key, "shape") == 0 && !shaped) {
            shaped = take_shape(&c, &info);
            if (!shaped)
                goto bad;
        } else {
            goto bad;
        }
        if (!take(&c, ',')) {
            if (!take(&c, '}'))
                goto bad;
            break;
        }
    }
    skip_space(&c);
    if (*c.at != '\0' || !shaped || !ordered || descr[0] == '\0')
        goto bad;
    if (!parse_descr(descr, &info, &s->little))
        return error_set(err, FAIL_DATA,
                         "'%s' has elements of type '%s'; u1, i1, i2, i4, i8, "
                         "f2, f4 and f8 are possible",
                         name, descr);
    if (fortran && info.ndims > 1)
        return error_set(err, FAIL_DATA,
                         "'%s' is in Fortran order; save it with "
                         "numpy.ascontiguousarray",
                         name);
    if (info.ndims == 0)
        return error_set(err, FAIL_DATA, "'%s' is a single number, no array",
                         name);
    s->info = info;
    return true;
bad:
    return error_set(err, FAIL_DATA, "'%s' has a damaged NPY header", name);
}

bool npy_open(struct array_stream *s, struct error *err)
{
    const char *name = s->in->name;
    unsigned char prefix[8], raw[4] = { 0 };
    uint64_t bytes;

    if (!reader_exact(s->in, prefix, sizeof prefix, err))
        return false;
    unsigned version = prefix[6];
    if (!npy_matches(prefix, sizeof prefix) || version < 1 || version > 3 ||
        prefix[7] != 0)
        return error_set(err, FAIL_DATA,
                         "'%s' is no NPY file of version 1.0, 2.0 or 3.0",
                         name);
    if (!reader_exact(s->in, raw, version == 1 ? 2 : 4, err))
        return false;
    uint32_t length = load_le32(raw);
    if (length > HEADER_MAX)
        return error_set(err, FAIL_DATA, "'%s' has an NPY header of %u bytes",
                         name, (unsigned)length);
    char text[HEADER_MAX + 1];
    if (!reader_exact(s->in, text, length, err))
        return false;
    text[length] = '\0';
    if (strlen(text) < length)
        return error_set(err, FAIL_DATA, "'%s' has a damaged NPY header", name);
    if (!parse_dict(text, s, name, err))
        return false;
    for (unsigned i = 1; i < s->info.ndims; i++)
        if (s->info.dim[i] == 0)
            return error_set(err, FAIL_DATA, "'%s' announces rows of size 0",
                             name);
    if (!array_bytes(&s->info, &bytes))
        return error_set(err, FAIL_DATA,
                         "'%s' announces more bytes than can exist", name);
    s->left = bytes / dtype_bytes(s->info.dtype);
    return true;
}

bool npy_write_header(struct writer *w, const struct array_info *info,
                      struct error *err)
{
    const char *descr = NULL;
    char text[512]; /* eight dimensions of 20 digits fit */
    size_t used;

    for (size_t i = 0; i < COUNT_OF(npy_types); i++)
        if (npy_types[i].type == info->dtype)
            descr = npy_types[i].descr;
    if (!descr)
        return error_set(err, FAIL_USAGE,
                         "NPY has no type for %s; use --format bin",
                         dtype_name(info->dtype));
    used = PREFIX_BYTES;
    used +=
        (size_t)snprintf(text + used, sizeof text - used,
                         "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
                         dtype_bytes(info->dtype) == 1 ? '|' : '<', descr);
    int first_digits = 0;
    for (unsigned i = 0; i < info->ndims; i++) {
        int n = snprintf(text + used, sizeof text - used, "%s%" PRIu64,
                         i ? ", " : "", info->dim[i]);
        first_digits = i == 0 ? n : first_digits;
        used += (size_t)n;
    }
    used += (size_t)snprintf(text + used, sizeof text - used, "%s), }",
                             info->ndims == 1 ? "," : "");
    /* numpy leaves room for the first dimension to grow to 21 characters, then
     * pads with spaces so that the elements begin at a multiple of 64: by 64
     * where they would anyway. */
    size_t end = used + (size_t)(21 - first_digits) + 1;
    end += 64 - end % 64;
    memset(text + used, ' ', end - used - 1);
    text[end - 1] = '\n';
    memcpy(text, magic, sizeof magic);
    text[6] = 1;
    text[7] = 0;
    store_le((unsigned char *)text + 8, end - PREFIX_BYTES, 2);
    return writer_write(w, text, end, err);
}
