/* SPDX-License-Identifier: MIT */
/* Sparse lines; the text of each value is made once and kept. */
#include "format/libsvm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "format/textfiles.h"

enum {
    /* "-1.2345678901234567e-308" has 24 characters, i64's lowest 20. */
    VALUE_BYTES = 32,
    LABEL_BYTES = 5,
    FEATURE_BYTES = 1 + 20 + 1 + VALUE_BYTES, /* " index:value" */
    FEATURES_AT_ONCE = TEXTFILES_ROOM / FEATURE_BYTES,
    /* 17 digits give back every double. */
    DIGITS_MAX = 17,
    /* Most sets have at most 256 values, but MNIST scaled pixel by pixel has
     * 139,000. What is not used of these 12 MB is never touched. */
    CACHE_BITS = 18,
};

struct cached {
    uint64_t bits; /* of the element; 0: nothing yet, as zeros are left out */
    size_t n;
    char text[VALUE_BYTES];
};

struct libsvm_writer {
    struct textfiles files;
    struct cached cache[1 << CACHE_BITS];
};

/* ---- values ---- */

/* Digits d1 d2 ... with the value d1.d2... * 10^exponent, as C's %g lays them
 * out with 17 digits. */
static char *lay_out(char *to, const char *digits, int count, int exponent)
{
    if (exponent < -4 || exponent >= DIGITS_MAX) {
        *to++ = digits[0];
        if (count > 1)
            *to++ = '.';
        memcpy(to, digits + 1, (size_t)count - 1);
        to += count - 1;
        *to++ = 'e';
        if (exponent < 0)
            *to++ = '-';
        return put_digits(to, (uint64_t)abs(exponent));
    }
    if (exponent < 0) {
        put_text(to, "0.000");
        to += 1 - exponent;
        memcpy(to, digits, (size_t)count);
        return to + count;
    }
    for (int i = 0; i < count || i <= exponent; i++) {
        if (i == exponent + 1)
            *to++ = '.';
        *to++ = i < count ? digits[i] : '0';
    }
    return to;
}

/* The value to so many digits. snprintf rounds exactly; nothing but its digits
 * is used, as the point is the locale's. */
static size_t decimal_text(char *text, double value, int count)
{
    char raw[VALUE_BYTES], digits[DIGITS_MAX] = { 0 };
    char *to = text;
    int found = 0;

    snprintf(raw, sizeof raw, "%.*e", count - 1, fabs(value));
    const char *at = raw;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            digits[found++] = *at;
    if (value < 0)
        *to++ = '-';
    to = lay_out(to, digits, count, (int)strtol(at + 1, NULL, 10));
    *to = '\0';
    return (size_t)(to - text);
}

/* The fewest digits that are this element again once they are read as a double
 * and rounded to its type. */
static size_t float_text(char *text, enum dtype type, const void *element)
{
    double value = dtype_load(type, element), back;
    unsigned char again[sizeof(double)];
    size_t n = 0;

    if (!isfinite(value))
        return (size_t)snprintf(text, VALUE_BYTES, "%s",
                                isnan(value) ? "nan"
                                : value < 0  ? "-inf"
                                             : "inf");
    for (int count = 1; count <= DIGITS_MAX; count++) {
        n = decimal_text(text, value, count);
        if (!number_parse_double(text, &back))
            continue;
        dtype_store(type, again, back);
        if (memcmp(again, element, dtype_bytes(type)) == 0)
            break;
    }
    return n;
}

static size_t whole_text(char *text, enum dtype type, const void *element)
{
    int64_t value = dtype_load_whole(type, element);
    char *to = text;

    if (value < 0)
        *to++ = '-';
    to = put_digits(to, value < 0 ? -(uint64_t)value : (uint64_t)value);
    return (size_t)(to - text);
}

/* The text of an element whose bytes are `bits`; no text for minus zero. */
static const struct cached *find_text(struct libsvm_writer *w, enum dtype type,
                                      const void *element, uint64_t bits)
{
    /* 2^64 over the golden ratio: each bit of the value moves the high ones. */
    struct cached *c =
        &w->cache[bits * 0x9E3779B97F4A7C15u >> (64 - CACHE_BITS)];

    if (c->bits == bits)
        return c;
    c->bits = bits;
    if (dtype_load(type, element) == 0)
        c->n = 0;
    else if (dtype_is_float(type))
        c->n = float_text(c->text, type, element);
    else
        c->n = whole_text(c->text, type, element);
    return c;
}

/* All sizes that there are, each known to the compiler: no call per element. */
static uint64_t load_bits(const unsigned char *element, size_t bytes)
{
    uint64_t bits = 0;

    switch (bytes) {
    case 1:
        return *element;
    case 2:
        memcpy(&bits, element, 2);
        return bits;
    case 4:
        memcpy(&bits, element, 4);
        return bits;
    default:
        memcpy(&bits, element, sizeof bits);
        return bits;
    }
}

/* " index:value" for each of n elements that is not 0. */
static char *put_features(struct libsvm_writer *w, char *to, enum dtype type,
                          const unsigned char *element, uint64_t index,
                          size_t n)
{
    size_t bytes = dtype_bytes(type);

    for (size_t i = 0; i < n; i++, index++, element += bytes) {
        uint64_t bits = load_bits(element, bytes);
        if (bits == 0)
            continue;
        const struct cached *c = find_text(w, type, element, bits);
        if (c->n == 0)
            continue;
        *to++ = ' ';
        to = put_digits(to, index);
        *to++ = ':';
        memcpy(to, c->text, c->n);
        to += c->n;
    }
    return to;
}

/* ---- the sink ---- */

static bool write_row(struct libsvm_writer *w, size_t split, unsigned label,
                      enum dtype type, const unsigned char *element,
                      uint64_t elements, struct error *err)
{
    struct textfiles *files = &w->files;
    char *to = textfiles_room(files, split, LABEL_BYTES, err);

    if (!to)
        return false;
    files->used += (size_t)(put_digits(to, label) - to);
    for (uint64_t i = 0; i < elements; i += FEATURES_AT_ONCE) {
        uint64_t left = elements - i;
        size_t n = left < FEATURES_AT_ONCE ? (size_t)left : FEATURES_AT_ONCE;
        to = textfiles_room(files, split, n * FEATURE_BYTES, err);
        if (!to)
            return false;
        files->used +=
            (size_t)(put_features(w, to, type, element + i * dtype_bytes(type),
                                  i + 1, n) -
                     to);
    }
    to = textfiles_room(files, split, 1, err);
    if (to)
        files->buffer[files->used++] = '\n';
    return to != NULL;
}

static bool libsvm_open(struct sink *s, struct error *err)
{
    struct libsvm_writer *w = calloc(1, sizeof *w);

    s->state = w;
    if (!w)
        return error_memory(err);
    return textfiles_open(&w->files, s, "", ".libsvm", err);
}

static bool libsvm_write(struct sink *s, const struct sink_block *b,
                         struct error *err)
{
    struct libsvm_writer *w = s->state;
    const struct array_info *info = &s->set->split[b->split].array[SET_IMAGES];
    const unsigned char *element = b->elements[SET_IMAGES];
    uint64_t elements;

    if (!array_row_elements(info, &elements))
        return error_memory(err);
    for (size_t i = 0; i < b->rows; i++)
        if (!write_row(w, b->split, b->label[i], info->dtype,
                       element + i * elements * dtype_bytes(info->dtype),
                       elements, err))
            return false;
    return textfiles_flush(&w->files, b->split, err);
}

static void libsvm_close(struct sink *s)
{
    struct libsvm_writer *w = s->state;

    if (w)
        textfiles_close(&w->files);
    free(w);
    s->state = NULL;
}

const struct sink_ops libsvm_sink = {
    .needs_labels = true,
    .open = libsvm_open,
    .write = libsvm_write,
    .close = libsvm_close,
};
