/* SPDX-License-Identifier: MIT */
/* Records and protocol buffers, by hand: all lengths are known beforehand. */
#include "format/tfexample.h"

#include <stdint.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/sizes.h"

/* ---- protocol buffers ---- */

/* A message is fields; each begins with its number and its wire type. All
 * fields here have numbers below 16, so that this takes one byte. */
enum {
    BYTES_FIELD = 2, /* a length follows, and as many bytes */
    TAG_FIRST = 1 << 3 | BYTES_FIELD,
    TAG_SECOND = 2 << 3 | BYTES_FIELD,
    TAG_THIRD = 3 << 3 | BYTES_FIELD,
};

enum { VARINT_MAX = 10 };

/* Seven bits a byte, the lowest first; a set top bit says that more follow. */
static size_t put_varint(unsigned char to[VARINT_MAX], uint64_t value)
{
    size_t n = 0;

    for (; value >= 0x80; value >>= 7)
        to[n++] = (unsigned char)(value | 0x80);
    to[n++] = (unsigned char)value;
    return n;
}

/* The bytes of a field that holds n bytes. */
static uint64_t field_bytes(uint64_t n)
{
    unsigned char unused[VARINT_MAX];

    return 1 + put_varint(unused, n) + n;
}

/* The head of such a field. */
static bool put_field(struct bytes_writer *out, unsigned char tag, uint64_t n,
                      struct error *err)
{
    unsigned char head[1 + VARINT_MAX] = { tag };

    return writer_write(&out->base, head, 1 + put_varint(head + 1, n), err);
}

/* message Feature { oneof kind { BytesList bytes_list = 1;
 *                                FloatList float_list = 2;
 *                                Int64List int64_list = 3; } }
 * whose lists have one field, `value = 1`. Appends the entry of such a feature
 * in Features' map, up to the value: map<string, Feature> feature = 1 is a list
 * of messages { string key = 1; Feature value = 2; }. */
static uint64_t entry_bytes(const char *key, uint64_t n)
{
    return field_bytes(strlen(key)) + field_bytes(field_bytes(field_bytes(n)));
}

static bool put_entry(struct bytes_writer *out, const char *key,
                      unsigned char kind, uint64_t n, struct error *err)
{
    uint64_t list = field_bytes(n), feature = field_bytes(list);

    return put_field(out, TAG_FIRST, entry_bytes(key, n), err) &&
           put_field(out, TAG_FIRST, strlen(key), err) &&
           writer_write(&out->base, key, strlen(key), err) &&
           put_field(out, TAG_SECOND, feature, err) &&
           put_field(out, kind, list, err) && put_field(out, TAG_FIRST, n, err);
}

/* message Example { Features features = 1; }, with its keys in order. */
static bool put_example(struct bytes_writer *out, const void *image, size_t n,
                        uint64_t label, struct error *err)
{
    unsigned char digits[VARINT_MAX];
    size_t digit_count = put_varint(digits, label);
    uint64_t features = field_bytes(entry_bytes("image", n)) +
                        field_bytes(entry_bytes("label", digit_count));

    return put_field(out, TAG_FIRST, features, err) &&
           put_entry(out, "image", TAG_FIRST, n, err) &&
           writer_write(&out->base, image, n, err) &&
           put_entry(out, "label", TAG_THIRD, digit_count, err) &&
           writer_write(&out->base, digits, digit_count, err);
}

/* ---- records ---- */

enum { LENGTH_BYTES = 8, CHECKSUM_BYTES = 4 };

/* Masked, as a checksum of what has a checksum in it would be weak. */
static void store_checksum(unsigned char to[CHECKSUM_BYTES], const void *bytes,
                           size_t n)
{
    uint32_t crc = crc32c(0, bytes, n);

    store_le(to, (crc >> 15 | crc << 17) + 0xA282EAD8u, CHECKSUM_BYTES);
}

bool tfexample_append(struct bytes_writer *out, const void *image, size_t n,
                      uint64_t label, size_t *example_bytes, struct error *err)
{
    unsigned char head[LENGTH_BYTES + CHECKSUM_BYTES] = { 0 };
    unsigned char tail[CHECKSUM_BYTES];
    size_t at = out->n;

    if (!writer_write(&out->base, head, sizeof head, err) ||
        !put_example(out, image, n, label, err))
        return false;
    size_t bytes = out->n - at - sizeof head;
    store_le(head, bytes, LENGTH_BYTES);
    store_checksum(head + LENGTH_BYTES, head, LENGTH_BYTES);
    memcpy(out->bytes + at, head, sizeof head);
    store_checksum(tail, out->bytes + at + sizeof head, bytes);
    *example_bytes = bytes;
    return writer_write(&out->base, tail, sizeof tail, err);
}
