/* SPDX-License-Identifier: MIT */
/* Hashing of published files and the judgement over them. */
#include "dataset/rawfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/reader.h"
#include "base/text.h"
#include "format/content.h"
#include "format/formats.h"

/* Hashes what the reader gives; takes it, and NULL is a failure. */
static bool hash_reader(struct reader *in, enum digest_kind kind,
                        const void *head, size_t head_bytes, uint64_t most,
                        char hex[DIGEST_TEXT], uint64_t *bytes,
                        struct error *err)
{
    struct digest digest = { 0 };

    if (!in || !digest_init(&digest, kind, err)) {
        reader_close(in);
        return false;
    }
    digest_add(&digest, head, head_bytes);
    in = digest_reader_open(in, &digest, err);
    bool ok = in && reader_copy(in, NULL, most, err);
    reader_close(in);
    if (ok) {
        *bytes = digest.bytes - head_bytes;
        digest_finish(&digest, hex);
    }
    digest_release(&digest);
    return ok;
}

bool rawfile_hash_file(const char *path, struct raw_facts *facts,
                       struct error *err)
{
    *facts = (struct raw_facts){ 0 };
    return hash_reader(file_reader_open(path, err), DIGEST_SHA256, "", 0,
                       UINT64_MAX, facts->sha256, &facts->bytes, err);
}

bool rawfile_hash_payload(const char *path, uint64_t most,
                          struct raw_facts *facts, struct error *err)
{
    return hash_reader(content_unpack(file_reader_open(path, err), err),
                       DIGEST_SHA256, "", 0, most, facts->payload_sha256,
                       &facts->payload_bytes, err);
}

enum rawfile_verdict rawfile_judge(const struct catalogue_file *published,
                                   const struct raw_facts *facts)
{
    const char *sha256 = published->sha256 ? published->sha256
                                           : published->sha256_seen;

    if (sha256 && strcmp(sha256, facts->sha256) == 0)
        return RAWFILE_EXACT;
    if (published->payload_sha256 &&
        strcmp(published->payload_sha256, facts->payload_sha256) == 0)
        return RAWFILE_REPACKED;
    return !published->sha256 && published->sha256_seen ? RAWFILE_UNSEEN
                                                        : RAWFILE_OTHER;
}

/* The text of <title>, as far as it stands in these bytes. */
static void web_page_title(const unsigned char *head, size_t n, char *to,
                           size_t size)
{
    static const char open[] = "<title>";
    size_t used = 0;

    to[0] = '\0';
    for (size_t i = 0; i + sizeof open <= n; i++) {
        if (strncasecmp((const char *)head + i, open, sizeof open - 1) != 0)
            continue;
        for (i += sizeof open - 1; i < n && head[i] != '<' && used + 1 < size;
             i++)
            to[used++] = (char)(head[i] == '\0' ? ' ' : head[i]);
        to[used] = '\0';
        return;
    }
}

/* Of `head` (n bytes) and the file; "" when it cannot be read. */
static void hash_file(const char *path, enum digest_kind kind, const void *head,
                      size_t n, char hex[DIGEST_TEXT])
{
    struct error unreadable = { 0 };
    uint64_t bytes;

    hex[0] = '\0';
    (void)!hash_reader(file_reader_open(path, &unreadable), kind, head, n,
                       UINT64_MAX, hex, &bytes, &unreadable);
}

/* git hashes a header and the bytes. */
static bool is_git_blob(const char *path, const char *blob)
{
    char hex[DIGEST_TEXT], header[32];
    unsigned long long bytes = 0;

    file_size(path, &bytes);
    int n = snprintf(header, sizeof header, "blob %llu", bytes);
    hash_file(path, DIGEST_SHA1, header, (size_t)n + 1, hex); /* with its NUL */
    return strcmp(hex, blob) == 0;
}

static bool is_md5(const char *path, const char *md5)
{
    char hex[DIGEST_TEXT];

    hash_file(path, DIGEST_MD5, "", 0, hex);
    return strcmp(hex, md5) == 0;
}

enum rawfile_verdict rawfile_judge_file(const char *path,
                                        const struct catalogue_file *published,
                                        const struct raw_facts *facts)
{
    enum rawfile_verdict verdict = rawfile_judge(published, facts);

    /* Weaker hashes are asked only where SHA-256 says nothing against it. */
    bool against = published->payload_sha256 && verdict == RAWFILE_OTHER;
    if (verdict == RAWFILE_EXACT || published->sha256 || against)
        return verdict;
    if ((published->git_blob && is_git_blob(path, published->git_blob)) ||
        (published->md5 && is_md5(path, published->md5)))
        return RAWFILE_EXACT;
    return verdict;
}

/* By the first bytes: true when they may begin the file. */
static bool begins_right(const char *path, const char *name,
                         unsigned long long bytes, struct error *err)
{
    struct reader *in = file_reader_open(path, err);
    unsigned char head[READER_PEEK_MAX];
    ptrdiff_t got = in ? reader_peek(in, head, sizeof head, err) : -1;

    reader_close(in);
    if (got < 0)
        return false;
    enum content content = content_recognise(head, (size_t)got);
    if (content == CONTENT_GZIP || content == CONTENT_IDX ||
        (content == CONTENT_XZ && text_ends_with(name, ".xz")) ||
        (content == CONTENT_ZIP && text_ends_with(name, ".npz")))
        return true;
    if (content != CONTENT_WEB_PAGE)
        return error_set(err, FAIL_DATA, "not the file: it is %s (%llu bytes)",
                         content_phrase(content), bytes);
    char title[80];
    web_page_title(head, (size_t)got, title, sizeof title);
    return error_set(err, FAIL_DATA,
                     "a web page%s%s%s, not data (does the network ask for a "
                     "login?)",
                     title[0] ? " (\"" : "", title, title[0] ? "\")" : "");
}

/* What is wrong with an intact or broken file that is not the one. */
static bool diagnose(const char *path, const struct catalogue_file *published,
                     const struct catalogue *known,
                     const struct raw_facts *facts, struct error *err)
{
    struct catalogue_match other;
    unsigned long long bytes = 0;

    file_size(path, &bytes);
    if (known && catalogue_find_payload(known, facts->payload_sha256, &other))
        return error_set(err, FAIL_DATA,
                         "another file: these are the %s %s of %s",
                         other.split->name, catalogue_part_name(other.part),
                         other.dataset->name);
    if (!begins_right(path, published->name, bytes, err))
        return false;
    if (published->bytes && bytes < published->bytes)
        return error_set(err, FAIL_DATA,
                         "truncated or another file: %llu bytes of %" PRIu64,
                         bytes, published->bytes);
    if (published->bytes && bytes != published->bytes)
        return error_set(err, FAIL_DATA,
                         "another file: %llu bytes instead of %" PRIu64, bytes,
                         published->bytes);
    return error_set(err, FAIL_DATA,
                     "damaged or another file: its SHA-256 is not the "
                     "published one");
}

/* Without a hash that is sure, it has at least to be an array, and nothing else
 * of the catalogue. */
static bool is_plausible(const char *path, const struct catalogue *known,
                         const struct raw_facts *facts)
{
    struct array_stream stream = { 0 };
    struct catalogue_match other;
    struct error ignored = { 0 };
    bool array =
        array_open(&stream, file_reader_open(path, &ignored), &ignored);

    array_close(&stream);
    return array && !(known && catalogue_find_payload(
                                   known, facts->payload_sha256, &other));
}

/* What a file may unpack to when nobody wrote its size down. */
static const uint64_t UNKNOWN_PAYLOAD_MAX = (uint64_t)2 << 30;

/* By the bytes as they are, when these decide and the payload is known; else
 * by what they unpack to. */
static bool judge(const char *path, const struct catalogue_file *published,
                  struct raw_facts *facts, enum rawfile_verdict *verdict,
                  struct error *err)
{
    if (!rawfile_hash_file(path, facts, err))
        return false;
    *verdict = rawfile_judge_file(path, published, facts);
    if (*verdict == RAWFILE_EXACT && published->payload_sha256 &&
        published->payload_bytes) {
        snprintf(facts->payload_sha256, DIGEST_TEXT, "%s",
                 published->payload_sha256);
        facts->payload_bytes = published->payload_bytes;
        return true;
    }
    uint64_t most = published->payload_bytes ? published->payload_bytes
                                             : UNKNOWN_PAYLOAD_MAX;
    if (!rawfile_hash_payload(path, most, facts, err))
        return false;
    *verdict = rawfile_judge_file(path, published, facts);
    return true;
}

bool rawfile_check(const char *path, const struct catalogue_file *published,
                   const struct catalogue *known, struct raw_facts *facts,
                   enum rawfile_verdict *verdict, struct error *err)
{
    struct error unreadable = { 0 };
    enum rawfile_verdict found = RAWFILE_OTHER;

    /* Opening anything else, such as a FIFO, may wait for ever. */
    if (path_is_taken(path) && !file_is_regular(path))
        return error_set(err, FAIL_DATA, "not a file");
    if (!judge(path, published, facts, &found, &unreadable)) {
        if (unreadable.code == FAIL_USAGE)
            return error_set(err, FAIL_USAGE,
                             "'%s' needs a library that this build lacks (see "
                             "'mnistprep version')",
                             published->name);
        if (unreadable.code != FAIL_DATA)
            return error_pass(err, &unreadable);
        found = RAWFILE_OTHER;
    }
    if (found == RAWFILE_UNSEEN && !is_plausible(path, known, facts))
        found = RAWFILE_OTHER;
    if (found == RAWFILE_OTHER)
        return diagnose(path, published, known, facts, err);
    *verdict = found;
    return true;
}
