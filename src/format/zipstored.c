/* SPDX-License-Identifier: MIT */
/* Records of a zip archive, field by field; the numbers of their sections are
 * those of APPNOTE 6.3.10. */
#include "format/zipstored.h"

#include <string.h>

#include "base/sizes.h"

enum {
    LOCAL_BYTES = 30,     /* 4.3.7, without name and extra fields */
    DIRECTORY_BYTES = 46, /* 4.3.12, likewise */
    END64_BYTES = 56,     /* 4.3.14 */

    ZIP64_ID = 0x0001,      /* 4.5.3 */
    ZIP64_LOCAL_BYTES = 20, /* both sizes, in this order, in a local header */

    /* The extra field by which Android's zipalign moves a member's bytes: the
     * alignment, then zeros. */
    ALIGN_ID = 0xD935,
    ALIGN_BYTES = 6, /* without the zeros */

    VERSION_PLAIN = 20,
    VERSION_ZIP64 = 45,
    MADE_ON_UNIX = 3 << 8,
    FLAG_UTF8 = 1 << 11,
    DATE_1980_01_01 = 1 << 5 | 1, /* the first one there is */
};

#define MODE_FILE (0100644u << 16) /* the file's mode, for those who unpack */

/* These values say that the number stands in a field of zip64. */
#define FULL16 UINT16_MAX
#define FULL32 UINT32_MAX

/* Does a number have to stand elsewhere? */
static bool is_large(uint64_t v)
{
    return v >= FULL32;
}

/* ---- fields ---- */

struct fields {
    unsigned char *at;
};

static void put(struct fields *f, uint64_t v, unsigned bytes)
{
    store_le(f->at, v, bytes);
    f->at += bytes;
}

static void put16(struct fields *f, uint64_t v)
{
    put(f, v < FULL16 ? v : FULL16, 2);
}

static void put32(struct fields *f, uint64_t v)
{
    put(f, v < FULL32 ? v : FULL32, 4);
}

static void put64(struct fields *f, uint64_t v)
{
    put(f, v, 8);
}

/* Bit 11 tells that a name is UTF-8, which names of ASCII need not tell. */
static unsigned name_flags(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name >= 0x80)
            return FLAG_UTF8;
    return 0;
}

/* What a local header and an entry of the directory have in common: from the
 * version that is needed to the length of the name. */
static void put_member(struct fields *f, const struct zipstored_member *m,
                       bool zip64)
{
    put16(f, zip64 ? VERSION_ZIP64 : VERSION_PLAIN);
    put16(f, name_flags(m->name));
    put16(f, 0); /* stored */
    put16(f, 0); /* midnight */
    put16(f, DATE_1980_01_01);
    put(f, m->crc, 4); /* any value is one: there is nothing to cap */
    put32(f, m->bytes);
    put32(f, m->bytes); /* unpacked */
    put16(f, strlen(m->name));
}

/* ---- layout ---- */

/* Bytes of a local header before the field that aligns. */
static uint64_t header_begin_bytes(const struct zipstored_member *m)
{
    return LOCAL_BYTES + strlen(m->name) +
           (is_large(m->bytes) ? ZIP64_LOCAL_BYTES : 0);
}

bool zipstored_layout(struct zipstored_member *members, size_t count,
                      uint64_t *directory_at, struct error *err)
{
    uint64_t at = 0;

    for (size_t i = 0; i < count; i++) {
        struct zipstored_member *m = &members[i];
        uint64_t end;

        m->header_at = end = at;
        if (strlen(m->name) >= FULL16 ||
            !size_add(&end, header_begin_bytes(m) + ALIGN_BYTES) ||
            !size_add(&end, -end % ZIPSTORED_ALIGNMENT))
            goto bad;
        m->bytes_at = at = end;
        if (!size_add(&at, m->bytes))
            goto bad;
    }
    /* No file is larger; and so the directory has room behind. */
    if (at > INT64_MAX)
        goto bad;
    *directory_at = at;
    return true;
bad:
    return error_set(err, FAIL_USAGE,
                     "the arrays are too large for a zip archive; use --format "
                     "npy or bin");
}

/* ---- records ---- */

bool zipstored_write_header(struct writer *to, const struct zipstored_member *m,
                            struct error *err)
{
    static const unsigned char zeros[ZIPSTORED_ALIGNMENT] = { 0 };
    unsigned char begin[LOCAL_BYTES], extra[ZIP64_LOCAL_BYTES + ALIGN_BYTES];
    struct fields f = { begin }, e = { extra };
    bool zip64 = is_large(m->bytes);
    uint64_t aligned = m->bytes_at - m->header_at - header_begin_bytes(m);

    put(&f, 0x04034B50, 4);
    put_member(&f, m, zip64);
    put16(&f, (zip64 ? ZIP64_LOCAL_BYTES : 0) + aligned);
    if (zip64) {
        put16(&e, ZIP64_ID);
        put16(&e, ZIP64_LOCAL_BYTES - 4);
        put64(&e, m->bytes);
        put64(&e, m->bytes);
    }
    put16(&e, ALIGN_ID);
    put16(&e, aligned - 4);
    put16(&e, ZIPSTORED_ALIGNMENT);
    return writer_write(to, begin, sizeof begin, err) &&
           writer_write(to, m->name, strlen(m->name), err) &&
           writer_write(to, extra, (size_t)(e.at - extra), err) &&
           writer_write(to, zeros, (size_t)aligned - ALIGN_BYTES, err);
}

/* One entry; *bytes grows by its length. */
static bool write_entry(struct writer *to, const struct zipstored_member *m,
                        uint64_t *bytes, struct error *err)
{
    unsigned char begin[DIRECTORY_BYTES], extra[4 + 3 * 8];
    struct fields f = { begin }, e = { extra + 4 };

    if (is_large(m->bytes)) {
        put64(&e, m->bytes);
        put64(&e, m->bytes);
    }
    if (is_large(m->header_at))
        put64(&e, m->header_at);
    size_t numbers = (size_t)(e.at - extra) - 4;
    size_t extra_bytes = numbers > 0 ? 4 + numbers : 0;
    e.at = extra;
    put16(&e, ZIP64_ID);
    put16(&e, numbers);

    put(&f, 0x02014B50, 4);
    put16(&f, MADE_ON_UNIX | (numbers ? VERSION_ZIP64 : VERSION_PLAIN));
    put_member(&f, m, numbers > 0);
    put16(&f, extra_bytes);
    put16(&f, 0); /* no comment */
    put16(&f, 0); /* disk */
    put16(&f, 0); /* not known to be text */
    put32(&f, MODE_FILE);
    put32(&f, m->header_at);
    *bytes += sizeof begin + strlen(m->name) + extra_bytes;
    return writer_write(to, begin, sizeof begin, err) &&
           writer_write(to, m->name, strlen(m->name), err) &&
           writer_write(to, extra, extra_bytes, err);
}

bool zipstored_write_directory(struct writer *to,
                               const struct zipstored_member *members,
                               size_t count, uint64_t directory_at,
                               struct error *err)
{
    unsigned char end[END64_BYTES + 20 + 22];
    struct fields f = { end };
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        if (!write_entry(to, &members[i], &bytes, err))
            return false;
    if (count >= FULL16 || is_large(bytes) || is_large(directory_at)) {
        put(&f, 0x06064B50, 4); /* 4.3.14: the end, in zip64 */
        put64(&f, END64_BYTES - 12);
        put16(&f, MADE_ON_UNIX | VERSION_ZIP64);
        put16(&f, VERSION_ZIP64);
        put32(&f, 0); /* this disk */
        put32(&f, 0); /* the directory's disk */
        put64(&f, count);
        put64(&f, count);
        put64(&f, bytes);
        put64(&f, directory_at);
        put(&f, 0x07064B50, 4); /* 4.3.15: and where to find it */
        put32(&f, 0);
        put64(&f, directory_at + bytes);
        put32(&f, 1);
    }
    put(&f, 0x06054B50, 4); /* 4.3.16: the end */
    put16(&f, 0);
    put16(&f, 0);
    put16(&f, count);
    put16(&f, count);
    put32(&f, bytes);
    put32(&f, directory_at);
    put16(&f, 0); /* no comment */
    return writer_write(to, end, (size_t)(f.at - end), err);
}
