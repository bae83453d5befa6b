/* SPDX-License-Identifier: MIT */
/* The only file that includes libzip, when there is one. libzip inflates and
 * compares the CRC. The rest is done here, because libzip believes the best of
 * several directories, takes whatever memory one asks for, does not tell where
 * a member lies, and looks at no local header: the directory is read here
 * first, and libzip is shown no other. */
#include "format/zipfile.h"

#if MNISTPREP_HAVE_LIBZIP

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/interrupt.h"
#include "base/sizes.h"
#include "base/text.h"

enum {
    ENTRIES_MAX = 100 * 1000,
    DIRECTORY_MAX = 64 << 20, /* 670 bytes for each entry */

    /* Each record begins with its magic number and has this fixed part. */
    LOCAL_MAGIC = 0x04034B50,
    LOCAL_BYTES = 30,
    ENTRY_MAGIC = 0x02014B50,
    ENTRY_BYTES = 46,
    END64_MAGIC = 0x06064B50,
    END64_BYTES = 56,
    LOCATOR_MAGIC = 0x07064B50,
    LOCATOR_BYTES = 20,
    END_MAGIC = 0x06054B50,
    END_BYTES = 22,

    EXTRA_ZIP64 = 1,

    FLAGS_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13,
    FLAG_DESCRIPTOR = 1 << 3, /* sizes and CRC follow the data */
    DESCRIPTOR_MAX = 24,
};

/* One member, as the directory describes it. */
struct entry {
    const char *name;
    uint64_t bytes, packed_bytes, header_at;
    uint32_t crc, attributes;
    uint16_t name_bytes, flags, method;
};

struct zipfile {
    struct blob *source;
    uint64_t directory_at;
    struct entry *entries;
    size_t count;
    char *names; /* of the entries, one behind the other */

    /* What was read already and is not to be read again. */
    unsigned char *known; /* owned */
    uint64_t known_at;
    size_t known_bytes;

    struct zip *archive;
    bool opening;         /* libzip sees nothing before the directory */
    uint64_t at;          /* where libzip reads next */
    zip_error_t refusal;  /* what libzip gets when that fails */
    struct error failure; /* and why it failed; stays */
};

struct member_reader {
    struct reader base;
    struct zipfile *z;
    zip_file_t *file;
    uint64_t bytes, left;
    bool broken; /* stays */
};

static uint16_t load_le16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t load_le32(const unsigned char *p)
{
    return load_le16(p) | (uint32_t)load_le16(p + 2) << 16;
}

static uint64_t load_le64(const unsigned char *p)
{
    return load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static bool damaged(const struct zipfile *z, const char *how, struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' is a damaged zip archive: %s; get the file again",
                     z->source->name, how);
}

static bool one_part(const struct zipfile *z, struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' is one part of a zip archive; put the parts "
                     "together first",
                     z->source->name);
}

static void forget(struct zipfile *z)
{
    free(z->known);
    z->known = NULL;
    z->known_bytes = 0;
}

/* ---- where the directory lies ---- */

struct directory {
    uint64_t at, bytes, end;
    uint64_t count;
    bool is_64;
};

/* Reads from `at` up to what is known. */
static bool know_from(struct zipfile *z, uint64_t at, struct error *err)
{
    size_t more = (size_t)(z->known_at - at);
    unsigned char *known = malloc(more + z->known_bytes + 1);

    if (!known)
        return error_memory(err);
    if (!blob_read_at(z->source, at, known, more, err)) {
        free(known);
        return false;
    }
    if (z->known_bytes > 0)
        memcpy(known + more, z->known, z->known_bytes);
    free(z->known);
    z->known = known;
    z->known_at = at;
    z->known_bytes += more;
    return true;
}

/* The end record has a comment behind it, which reaches to the very end. NULL
 * when there is none. */
static const unsigned char *find_end(const unsigned char *tail, size_t n)
{
    for (size_t i = n < END_BYTES ? 0 : n - END_BYTES + 1; i-- > 0;)
        if (load_le32(tail + i) == END_MAGIC &&
            load_le16(tail + i + 20) == n - i - END_BYTES)
            return tail + i;
    return NULL;
}

/* Numbers that are too large for the end record stand in that of zip64, to
 * which the locator points. */
static bool load_end64(struct zipfile *z, const unsigned char *locator,
                       uint64_t locator_at, struct directory *d,
                       struct error *err)
{
    unsigned char record[END64_BYTES];
    uint64_t at = load_le64(locator + 8);

    if (at > locator_at || locator_at - at < END64_BYTES)
        return damaged(z, "its zip64 end record lies elsewhere", err);
    if (!blob_read_at(z->source, at, record, sizeof record, err))
        return false;
    if (load_le32(record) != END64_MAGIC ||
        load_le64(record + 4) != locator_at - at - 12)
        return damaged(z, "its zip64 end record lies elsewhere", err);
    if (load_le32(locator + 4) != 0 || load_le32(locator + 16) > 1 ||
        load_le32(record + 16) != 0 || load_le32(record + 20) != 0 ||
        load_le64(record + 24) != load_le64(record + 32))
        return one_part(z, err);
    d->count = load_le64(record + 32);
    d->bytes = load_le64(record + 40);
    d->at = load_le64(record + 48);
    d->end = at;
    d->is_64 = true;
    return true;
}

/* Finds the directory, and knows all from there to the archive's end. */
static bool find_directory(struct zipfile *z, struct directory *d,
                           struct error *err)
{
    uint64_t all = z->source->bytes;
    size_t most = LOCATOR_BYTES + END_BYTES + UINT16_MAX;

    z->known_at = all;
    if (all > INT64_MAX)
        return error_set(err, FAIL_DATA, "'%s' is too large", z->source->name);
    if (!know_from(z, all < most ? 0 : all - most, err))
        return false;
    const unsigned char *end = find_end(z->known, z->known_bytes);
    if (!end)
        return error_set(err, FAIL_DATA,
                         "'%s' is no zip archive, or a truncated one: it has "
                         "no directory at its end; get the file again",
                         z->source->name);
    size_t before = (size_t)(end - z->known);
    *d = (struct directory){ .at = load_le32(end + 16),
                             .bytes = load_le32(end + 12),
                             .end = z->known_at + before,
                             .count = load_le16(end + 10) };
    if (load_le16(end + 4) != load_le16(end + 6) ||
        load_le16(end + 8) != d->count)
        return one_part(z, err);
    if (before >= LOCATOR_BYTES &&
        load_le32(end - LOCATOR_BYTES) == LOCATOR_MAGIC &&
        !load_end64(z, end - LOCATOR_BYTES, d->end - LOCATOR_BYTES, d, err))
        return false;
    if (d->at > d->end || d->bytes != d->end - d->at)
        return damaged(z, "its directory lies elsewhere", err);
    if (d->count > ENTRIES_MAX || all - d->at > DIRECTORY_MAX)
        return error_set(err, FAIL_DATA,
                         "'%s' has too large a directory; at most %d members "
                         "and %d MiB are read",
                         z->source->name, ENTRIES_MAX, DIRECTORY_MAX >> 20);
    return d->at >= z->known_at || know_from(z, d->at, err);
}

/* ---- what the directory says ---- */

/* Numbers that are too large for 32 bits stand in an extra field, only those,
 * and in this order. False when they do not. */
static bool load_zip64(const unsigned char *extra, size_t n,
                       uint64_t *const numbers[], size_t count)
{
    size_t missing = 0;

    for (size_t i = 0; i < count; i++)
        missing += *numbers[i] == UINT32_MAX;
    while (missing > 0) {
        if (n < 4 || load_le16(extra + 2) > n - 4)
            return false;
        size_t field_bytes = load_le16(extra + 2);
        if (load_le16(extra) == EXTRA_ZIP64) {
            n = field_bytes;
            extra += 4;
            break;
        }
        n -= 4 + field_bytes;
        extra += 4 + field_bytes;
    }
    if (n / 8 < missing)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (*numbers[i] == UINT32_MAX) {
            *numbers[i] = load_le64(extra);
            extra += 8;
        }
    }
    return true;
}

/* Reads one entry and copies its name; returns its length, 0 with *err set. */
static size_t load_entry(const struct zipfile *z, const unsigned char *p,
                         size_t left, struct entry *e, char *name,
                         struct error *err)
{
    if (left < ENTRY_BYTES || load_le32(p) != ENTRY_MAGIC) {
        damaged(z, "its directory holds something else", err);
        return 0;
    }
    size_t extra_bytes = load_le16(p + 30);
    size_t comment_bytes = load_le16(p + 32);
    *e = (struct entry){ .name = name,
                         .bytes = load_le32(p + 24),
                         .packed_bytes = load_le32(p + 20),
                         .header_at = load_le32(p + 42),
                         .crc = load_le32(p + 16),
                         .attributes = load_le32(p + 38),
                         .name_bytes = load_le16(p + 28),
                         .flags = load_le16(p + 8),
                         .method = load_le16(p + 10) };
    size_t used = ENTRY_BYTES + e->name_bytes + extra_bytes + comment_bytes;
    uint64_t *const numbers[] = { &e->bytes, &e->packed_bytes, &e->header_at };
    if (used > left || !load_zip64(p + ENTRY_BYTES + e->name_bytes, extra_bytes,
                                   numbers, COUNT_OF(numbers))) {
        damaged(z, "its directory ends within an entry", err);
        return 0;
    }
    memcpy(name, p + ENTRY_BYTES, e->name_bytes);
    name[e->name_bytes] = '\0';
    if (strlen(name) != e->name_bytes) {
        damaged(z, "it has a name with a NUL in it", err);
        return 0;
    }
    if (load_le16(p + 34) != 0) {
        one_part(z, err);
        return 0;
    }
    uint64_t end = LOCAL_BYTES + (uint64_t)e->name_bytes;
    if (!size_add(&end, e->packed_bytes) || !size_add(&end, e->header_at) ||
        end > z->directory_at) {
        damaged(z, "it has a member that lies outside", err);
        return 0;
    }
    return used;
}

static bool load_entries(struct zipfile *z, const struct directory *d,
                         struct error *err)
{
    const unsigned char *p = z->known + (d->at - z->known_at);
    size_t left = (size_t)d->bytes;
    size_t room = left / ENTRY_BYTES;
    char *name = malloc(left + 1); /* 46 bytes are more than a NUL */

    if (room > ENTRIES_MAX)
        room = ENTRIES_MAX;
    z->directory_at = d->at;
    z->names = name;
    z->entries = calloc(room + 1, sizeof *z->entries);
    if (!z->names || !z->entries)
        return error_memory(err);
    while (left > 0) {
        if (z->count == room && room == ENTRIES_MAX)
            return error_set(err, FAIL_DATA,
                             "'%s' has more than %d members; so many are not "
                             "read",
                             z->source->name, ENTRIES_MAX);
        struct entry *e = &z->entries[z->count];
        size_t used = load_entry(z, p, left, e, name, err);
        if (used == 0)
            return false;
        p += used;
        left -= used;
        name += e->name_bytes + 1;
        z->count++;
    }
    /* Without zip64, some write more than 65535 entries all the same. */
    if (d->is_64 ? z->count != d->count : z->count % 65536 != d->count)
        return damaged(z, "its end record miscounts the members", err);
    return true;
}

/* Another end record within the directory, or in the comment, is there to
 * show other members to other programs. */
static bool one_end(const struct zipfile *z, struct error *err)
{
    const unsigned char *p = z->known + (z->directory_at - z->known_at);
    size_t n = z->known_bytes - (size_t)(p - z->known), found = 0;

    for (size_t i = 0; i + 4 <= n; i++)
        found += load_le32(p + i) == END_MAGIC;
    return found == 1 || damaged(z, "it has several end records", err);
}

/* ---- what libzip reads ---- */

static zip_int64_t serve_bytes(struct zipfile *z, void *to, zip_uint64_t most)
{
    uint64_t left = z->source->bytes - z->at;
    size_t n = most < left ? (size_t)most : (size_t)left;

    if (z->opening && z->at < z->directory_at) {
        uint64_t hidden = z->directory_at - z->at;
        if (n > hidden)
            n = (size_t)hidden;
        memset(to, 0, n);
    } else if (z->at >= z->known_at && z->at - z->known_at < z->known_bytes) {
        size_t from = (size_t)(z->at - z->known_at);
        if (n > z->known_bytes - from)
            n = z->known_bytes - from;
        memcpy(to, z->known + from, n);
    } else if (z->failure.code != FAIL_NONE || !interrupt_none(&z->failure) ||
               !blob_read_at(z->source, z->at, to, n, &z->failure)) {
        zip_error_set(&z->refusal, ZIP_ER_READ, EIO);
        return -1;
    }
    z->at += n;
    return (zip_int64_t)n;
}

/* A zip_source_callback: a file that can be read anywhere. */
static zip_int64_t serve(void *zipfile, void *data, zip_uint64_t n,
                         zip_source_cmd_t command)
{
    struct zipfile *z = zipfile;
    zip_int64_t at;

    switch (command) {
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_READ:
        return serve_bytes(z, data, n);
    case ZIP_SOURCE_SEEK:
        at = zip_source_seek_compute_offset(z->at, z->source->bytes, data, n,
                                            &z->refusal);
        if (at < 0)
            return -1;
        z->at = (uint64_t)at;
        return 0;
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)z->at;
    case ZIP_SOURCE_STAT:
        zip_stat_init(data);
        ((struct zip_stat *)data)->size = z->source->bytes;
        ((struct zip_stat *)data)->valid = ZIP_STAT_SIZE;
        return sizeof(struct zip_stat);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&z->refusal, data, n);
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
            ZIP_SOURCE_SUPPORTS, -1);
    default:
        zip_error_set(&z->refusal, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* What made libzip fail: the source, the memory, or the archive's bytes. */
static bool explain(const struct zipfile *z, const char *name,
                    zip_error_t *error, struct error *err)
{
    if (z->failure.code != FAIL_NONE)
        return error_set(err, z->failure.code, "%s", z->failure.text);
    if (zip_error_code_zip(error) == ZIP_ER_MEMORY)
        return error_memory(err);
    return error_set(err, FAIL_DATA,
                     "'%s' is damaged (%s, says libzip); get the file again",
                     name, zip_error_strerror(error));
}

/* libzip reads the directory once more, from what is known. */
static bool open_archive(struct zipfile *z, struct error *err)
{
    zip_error_t error;

    zip_error_init(&error);
    zip_source_t *source = zip_source_function_create(serve, z, &error);
    z->opening = true;
    if (source)
        z->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
    z->opening = false;
    if (!z->archive) {
        explain(z, z->source->name, &error, err);
        if (source)
            zip_source_free(source);
    }
    zip_error_fini(&error);
    return z->archive != NULL;
}

/* Both of us must have read the same. */
static bool agree(const struct zipfile *z, struct error *err)
{
    bool same = zip_get_num_entries(z->archive, 0) == (zip_int64_t)z->count;

    for (size_t i = 0; same && i < z->count; i++) {
        const struct entry *e = &z->entries[i];
        struct zip_stat s;
        same = zip_stat_index(z->archive, i, ZIP_FL_UNCHANGED, &s) == 0 &&
               s.size == e->bytes && s.comp_size == e->packed_bytes &&
               ((e->flags & FLAGS_ENCRYPTED) != 0 ||
                (s.crc == e->crc && s.comp_method == e->method));
    }
    return same || damaged(z, "its directory can be read in two ways", err);
}

struct zipfile *zipfile_open(struct blob *source, struct error *err)
{
    struct zipfile *z = source ? calloc(1, sizeof *z) : NULL;
    struct directory d = { 0 };

    if (!z) {
        blob_close(source);
        error_memory(err);
        return NULL;
    }
    z->source = source;
    zip_error_init(&z->refusal);
    if (find_directory(z, &d, err) && load_entries(z, &d, err) &&
        one_end(z, err) && open_archive(z, err) && agree(z, err)) {
        forget(z);
        return z;
    }
    zipfile_close(z);
    return NULL;
}

void zipfile_close(struct zipfile *z)
{
    if (!z)
        return;
    if (z->archive)
        zip_discard(z->archive);
    zip_error_fini(&z->refusal);
    forget(z);
    free(z->entries);
    free(z->names);
    blob_close(z->source);
    free(z);
}

/* ---- members ---- */

size_t zipfile_count(const struct zipfile *z)
{
    return z->count;
}

static struct zipfile_member member_of(const struct entry *e)
{
    return (struct zipfile_member){ e->name, e->bytes, e->packed_bytes,
                                    e->crc };
}

bool zipfile_member_at(const struct zipfile *z, size_t i,
                       struct zipfile_member *to)
{
    if (i >= z->count)
        return false;
    *to = member_of(&z->entries[i]);
    return true;
}

/* False with the reason unless the member can be read as a file. */
static bool check_entry(const struct zipfile *z, const struct entry *e,
                        struct error *err)
{
    enum { UNIX_KIND = 0170000, UNIX_FILE = 0100000, UNIX_LINK = 0120000 };
    enum { DOS_FOLDER = 0x10 };
    /* Zero from systems that are not Unix. */
    uint32_t kind = e->attributes >> 16 & UNIX_KIND;
    const char *is = NULL;

    if (kind == UNIX_LINK)
        is = "a symbolic link, not a file";
    else if ((kind != 0 && kind != UNIX_FILE) ||
             (e->attributes & DOS_FOLDER) != 0 || e->name_bytes == 0 ||
             e->name[e->name_bytes - 1] == '/')
        is = "a directory or a device, not a file";
    else if ((e->flags & FLAGS_ENCRYPTED) != 0)
        is = "encrypted, which cannot be read";
    else if (e->method != ZIP_CM_STORE && e->method != ZIP_CM_DEFLATE)
        is = "packed by a method that cannot be read; pack it again with zip";
    /* libzip would not notice these two. */
    else if ((e->method == ZIP_CM_STORE && e->bytes != e->packed_bytes) ||
             (e->packed_bytes == 0 && (e->bytes != 0 || e->crc != 0)))
        is = "damaged: its sizes do not fit each other; get the file again";
    if (!is)
        return true;
    return error_set(err, FAIL_DATA, "'%s' in '%s' is %s", e->name,
                     z->source->name, is);
}

static const struct entry *find_entry(const struct zipfile *z, const char *name,
                                      struct error *err)
{
    const struct entry *found = NULL;

    for (size_t i = 0; i < z->count; i++) {
        if (strcmp(z->entries[i].name, name) != 0)
            continue;
        if (found) {
            error_set(err, FAIL_DATA, "'%s' stands in '%s' twice", name,
                      z->source->name);
            return NULL;
        }
        found = &z->entries[i];
    }
    if (!found)
        error_set(err, FAIL_DATA, "'%s' is not in '%s'", name, z->source->name);
    return found && check_entry(z, found, err) ? found : NULL;
}

bool zipfile_find(const struct zipfile *z, const char *name,
                  struct zipfile_member *to, struct error *err)
{
    const struct entry *e = find_entry(z, name, err);

    if (!e)
        return false;
    *to = member_of(e);
    return true;
}

/* ---- local headers ---- */

/* A member ends where the next one begins, at the latest. */
static bool find_limit(const struct zipfile *z, const struct entry *e,
                       uint64_t *limit)
{
    *limit = z->directory_at;
    for (size_t i = 0; i < z->count; i++) {
        const struct entry *o = &z->entries[i];
        if (o == e)
            continue;
        if (o->header_at <= e->header_at &&
            o->header_at + LOCAL_BYTES + o->name_bytes + o->packed_bytes >
                e->header_at)
            return false;
        if (o->header_at > e->header_at && o->header_at < *limit)
            *limit = o->header_at;
    }
    return true;
}

/* Compares what stands before the data with the directory. */
static bool same_entry(const struct entry *e, const unsigned char *header,
                       size_t extra_bytes)
{
    uint16_t flags = load_le16(header + 6);
    bool later = (flags & FLAG_DESCRIPTOR) != 0; /* than the local header */
    uint32_t crc = load_le32(header + 14);
    uint64_t packed_bytes = load_le32(header + 18);
    uint64_t bytes = load_le32(header + 22);
    uint64_t *const numbers[] = { &bytes, &packed_bytes };

    return (flags & FLAGS_ENCRYPTED) == 0 &&
           load_le16(header + 8) == e->method &&
           memcmp(header + LOCAL_BYTES, e->name, e->name_bytes) == 0 &&
           load_zip64(header + LOCAL_BYTES + e->name_bytes, extra_bytes,
                      numbers, COUNT_OF(numbers)) &&
           (crc == e->crc || (later && crc == 0)) &&
           (packed_bytes == e->packed_bytes || (later && packed_bytes == 0)) &&
           (bytes == e->bytes || (later && bytes == 0));
}

/* Reads the local header and keeps it for libzip, which looks at it again. */
static bool know_header(struct zipfile *z, const struct entry *e,
                        const char *name, struct error *err)
{
    unsigned char fixed[LOCAL_BYTES];
    uint64_t limit;

    if (!find_limit(z, e, &limit))
        return error_set(err, FAIL_DATA,
                         "'%s' shares bytes with another member; get the file "
                         "again",
                         name);
    uint64_t most = e->packed_bytes + LOCAL_BYTES + e->name_bytes + UINT16_MAX +
                    DESCRIPTOR_MAX;
    blob_expect(z->source, e->header_at,
                limit - e->header_at < most ? limit - e->header_at : most);
    if (!blob_read_at(z->source, e->header_at, fixed, sizeof fixed, err))
        return false;
    size_t extra_bytes = load_le16(fixed + 28);
    size_t rest = e->name_bytes + extra_bytes;
    if (load_le32(fixed) != LOCAL_MAGIC ||
        load_le16(fixed + 26) != e->name_bytes)
        return error_set(err, FAIL_DATA,
                         "'%s' is damaged: the directory points elsewhere; "
                         "get the file again",
                         name);
    if (limit - e->header_at < LOCAL_BYTES + rest + e->packed_bytes)
        return error_set(err, FAIL_DATA,
                         "'%s' is damaged: it runs into what follows it; get "
                         "the file again",
                         name);
    forget(z);
    z->known = malloc(LOCAL_BYTES + rest);
    if (!z->known)
        return error_memory(err);
    z->known_at = e->header_at;
    z->known_bytes = LOCAL_BYTES + rest;
    memcpy(z->known, fixed, sizeof fixed);
    if (!blob_read_at(z->source, e->header_at + LOCAL_BYTES,
                      z->known + LOCAL_BYTES, rest, err))
        return false;
    return same_entry(e, z->known, extra_bytes) ||
           error_set(err, FAIL_DATA,
                     "'%s' is damaged: its header and the directory disagree; "
                     "get the file again",
                     name);
}

/* ---- reading ---- */

static ptrdiff_t member_fail(struct member_reader *r, const char *how,
                             struct error *err)
{
    r->broken = true;
    error_set(err, FAIL_DATA,
              "'%s' is damaged: it %s the %" PRIu64 " bytes that it is to "
              "have; get the file again",
              r->base.name, how, r->bytes);
    return -1;
}

static ptrdiff_t member_read(struct reader *base, void *to, size_t n,
                             struct error *err)
{
    struct member_reader *r = (struct member_reader *)base;
    unsigned char extra;
    /* The byte behind the last one: asking for it makes libzip compare. */
    bool ask = r->left == 0;

    if (r->broken)
        return member_fail(r, "does not have", err);
    zip_int64_t got = zip_fread(r->file, ask ? &extra : to,
                                ask ? 1 : (n < r->left ? n : r->left));
    if (got < 0) {
        explain(r->z, base->name, zip_file_get_error(r->file), err);
        return -1;
    }
    if (!ask && got == 0)
        return member_fail(r, "ends before", err);
    if (ask && got > 0)
        return member_fail(r, "goes on after", err);
    r->left -= (uint64_t)got;
    return (ptrdiff_t)got;
}

static void member_close(struct reader *base)
{
    struct member_reader *r = (struct member_reader *)base;

    if (r->file)
        zip_fclose(r->file);
    reader_release(base);
    free(r);
}

static const struct reader_ops member_ops = { member_read, member_close };

struct reader *zipfile_reader_open(struct zipfile *z, const char *name,
                                   struct error *err)
{
    const struct entry *e = find_entry(z, name, err);
    char *full_name = e ? text_format(err, "%s in %s", name, z->source->name)
                        : NULL;
    struct member_reader *r = full_name ? calloc(1, sizeof *r) : NULL;

    if (!r || !reader_init(&r->base, &member_ops, full_name, err)) {
        free(r);
        free(full_name);
        error_memory(err);
        return NULL;
    }
    free(full_name);
    r->z = z;
    r->bytes = r->left = e->bytes;
    if (know_header(z, e, r->base.name, err)) {
        r->file = zip_fopen_index(z->archive, (zip_uint64_t)(e - z->entries),
                                  ZIP_FL_UNCHANGED);
        if (!r->file)
            explain(z, r->base.name, zip_get_error(z->archive), err);
    }
    forget(z);
    if (r->file)
        return &r->base;
    member_close(&r->base);
    return NULL;
}

const char *zipfile_header_version(void)
{
    return LIBZIP_VERSION;
}

const char *zipfile_library_version(void)
{
    return zip_libzip_version();
}

#else

static bool missing(struct error *err)
{
    return error_set(err, FAIL_USAGE,
                     "this build cannot read zip archives (libzip was "
                     "missing)");
}

struct zipfile *zipfile_open(struct blob *source, struct error *err)
{
    blob_close(source);
    missing(err);
    return NULL;
}

/* There is no zipfile for any of these. */

void zipfile_close(struct zipfile *z)
{
    (void)z;
}

size_t zipfile_count(const struct zipfile *z)
{
    (void)z;
    return 0;
}

bool zipfile_member_at(const struct zipfile *z, size_t i,
                       struct zipfile_member *to)
{
    (void)z;
    (void)i;
    (void)to;
    return false;
}

bool zipfile_find(const struct zipfile *z, const char *name,
                  struct zipfile_member *to, struct error *err)
{
    (void)z;
    (void)name;
    (void)to;
    return missing(err);
}

struct reader *zipfile_reader_open(struct zipfile *z, const char *name,
                                   struct error *err)
{
    (void)z;
    (void)name;
    missing(err);
    return NULL;
}

const char *zipfile_header_version(void)
{
    return NULL;
}

const char *zipfile_library_version(void)
{
    return NULL;
}

#endif
