/* SPDX-License-Identifier: MIT */
/* Reading the directory of a zip archive with distrust: libzip by itself lets
 * pass sizes that lie, members that overlap, and headers that disagree. */
#include "format/zipdir.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"

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
    METHOD_STORED = 0,
    METHOD_DEFLATED = 8,

    FLAG_DESCRIPTOR = 1 << 3, /* sizes and CRC follow the data */
    DESCRIPTOR_MAX = 24,
};

bool zipdir_damaged(const struct zipdir *z, const char *how, struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' is a damaged zip archive: %s; get the file again",
                     z->source->name, how);
}

static bool one_part(const struct zipdir *z, struct error *err)
{
    return error_set(err, FAIL_DATA,
                     "'%s' is one part of a zip archive; put the parts "
                     "together first",
                     z->source->name);
}

void zipdir_forget(struct zipdir *z)
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
static bool know_from(struct zipdir *z, uint64_t at, struct error *err)
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
static bool load_end64(struct zipdir *z, const unsigned char *locator,
                       uint64_t locator_at, struct directory *d,
                       struct error *err)
{
    unsigned char record[END64_BYTES];
    uint64_t at = load_le64(locator + 8);

    if (at > locator_at || locator_at - at < END64_BYTES)
        return zipdir_damaged(z, "its zip64 end record lies elsewhere", err);
    if (!blob_read_at(z->source, at, record, sizeof record, err))
        return false;
    if (load_le32(record) != END64_MAGIC ||
        load_le64(record + 4) != locator_at - at - 12)
        return zipdir_damaged(z, "its zip64 end record lies elsewhere", err);
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
static bool find_directory(struct zipdir *z, struct directory *d,
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
        return zipdir_damaged(z, "its directory lies elsewhere", err);
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
static size_t load_entry(const struct zipdir *z, const unsigned char *p,
                         size_t left, struct zipdir_entry *e, char *name,
                         struct error *err)
{
    if (left < ENTRY_BYTES || load_le32(p) != ENTRY_MAGIC) {
        zipdir_damaged(z, "its directory holds something else", err);
        return 0;
    }
    size_t extra_bytes = load_le16(p + 30);
    size_t comment_bytes = load_le16(p + 32);
    *e = (struct zipdir_entry){ .name = name,
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
        zipdir_damaged(z, "its directory ends within an entry", err);
        return 0;
    }
    memcpy(name, p + ENTRY_BYTES, e->name_bytes);
    name[e->name_bytes] = '\0';
    if (strlen(name) != e->name_bytes) {
        zipdir_damaged(z, "it has a name with a NUL in it", err);
        return 0;
    }
    if (load_le16(p + 34) != 0) {
        one_part(z, err);
        return 0;
    }
    uint64_t end = LOCAL_BYTES + (uint64_t)e->name_bytes;
    if (!size_add(&end, e->packed_bytes) || !size_add(&end, e->header_at) ||
        end > z->directory_at) {
        zipdir_damaged(z, "it has a member that lies outside", err);
        return 0;
    }
    return used;
}

static bool load_entries(struct zipdir *z, const struct directory *d,
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
        struct zipdir_entry *e = &z->entries[z->count];
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
        return zipdir_damaged(z, "its end record miscounts the members", err);
    return true;
}

/* Another end record within the directory, or in the comment, is there to
 * show other members to other programs. */
static bool one_end(const struct zipdir *z, struct error *err)
{
    const unsigned char *p = z->known + (z->directory_at - z->known_at);
    size_t n = z->known_bytes - (size_t)(p - z->known), found = 0;

    for (size_t i = 0; i + 4 <= n; i++)
        found += load_le32(p + i) == END_MAGIC;
    return found == 1 || zipdir_damaged(z, "it has several end records", err);
}

bool zipdir_load(struct zipdir *z, struct blob *source, struct error *err)
{
    struct directory d = { 0 };

    *z = (struct zipdir){ .source = source };
    return find_directory(z, &d, err) && load_entries(z, &d, err) &&
           one_end(z, err);
}

void zipdir_release(struct zipdir *z)
{
    zipdir_forget(z);
    free(z->entries);
    free(z->names);
    *z = (struct zipdir){ 0 };
}

/* ---- members ---- */

/* False with the reason unless the member can be read as a file. */
static bool check_entry(const struct zipdir *z, const struct zipdir_entry *e,
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
    else if ((e->flags & ZIPDIR_ENCRYPTED) != 0)
        is = "encrypted, which cannot be read";
    else if (e->method != METHOD_STORED && e->method != METHOD_DEFLATED)
        is = "packed by a method that cannot be read; pack it again with zip";
    /* libzip would not notice these two. */
    else if ((e->method == METHOD_STORED && e->bytes != e->packed_bytes) ||
             (e->packed_bytes == 0 && (e->bytes != 0 || e->crc != 0)))
        is = "damaged: its sizes do not fit each other; get the file again";
    if (!is)
        return true;
    return error_set(err, FAIL_DATA, "'%s' in '%s' is %s", e->name,
                     z->source->name, is);
}

const struct zipdir_entry *zipdir_find(const struct zipdir *z, const char *name,
                                       struct error *err)
{
    const struct zipdir_entry *found = NULL;

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

/* ---- local headers ---- */

/* A member ends where the next one begins, at the latest. */
static bool find_limit(const struct zipdir *z, const struct zipdir_entry *e,
                       uint64_t *limit)
{
    *limit = z->directory_at;
    for (size_t i = 0; i < z->count; i++) {
        const struct zipdir_entry *o = &z->entries[i];
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
static bool same_entry(const struct zipdir_entry *e,
                       const unsigned char *header, size_t extra_bytes)
{
    uint16_t flags = load_le16(header + 6);
    bool later = (flags & FLAG_DESCRIPTOR) != 0; /* than the local header */
    uint32_t crc = load_le32(header + 14);
    uint64_t packed_bytes = load_le32(header + 18);
    uint64_t bytes = load_le32(header + 22);
    uint64_t *const numbers[] = { &bytes, &packed_bytes };

    return (flags & ZIPDIR_ENCRYPTED) == 0 &&
           load_le16(header + 8) == e->method &&
           memcmp(header + LOCAL_BYTES, e->name, e->name_bytes) == 0 &&
           load_zip64(header + LOCAL_BYTES + e->name_bytes, extra_bytes,
                      numbers, COUNT_OF(numbers)) &&
           (crc == e->crc || (later && crc == 0)) &&
           (packed_bytes == e->packed_bytes || (later && packed_bytes == 0)) &&
           (bytes == e->bytes || (later && bytes == 0));
}

/* Reads the local header and keeps it for libzip, which looks at it again. */
bool zipdir_know_header(struct zipdir *z, const struct zipdir_entry *e,
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
    zipdir_forget(z);
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
