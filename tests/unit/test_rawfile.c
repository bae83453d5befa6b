/* SPDX-License-Identifier: MIT */
/* Is it the published file? And the words for what it is instead. */
#include "dataset/rawfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

static bool hash_both(const char *path, struct raw_facts *facts,
                      struct error *err)
{
    return rawfile_hash_file(path, facts, err) &&
           rawfile_hash_payload(path, 1 << 20, facts, err);
}

enum { LABELS = 300000 }; /* several blocks of the hashing loop */

/* A published file, and all that is known of it. */
struct published {
    struct made payload, packed;
    char sha256[65], payload_sha256[65], git_blob[41];
    struct catalogue_file file;
};

static struct published make(void)
{
    struct published p = { 0 };
    unsigned char *labels = malloc(LABELS);

    assert_non_null(labels);
    fill_noise(labels, LABELS, 3);
    p.payload = idx_make(0x08, "300000", labels, LABELS);
    p.packed = gzip_make(p.payload.bytes, p.payload.n, 6);
    free(labels);
    sha256_text(p.packed.bytes, p.packed.n, p.sha256);
    sha256_text(p.payload.bytes, p.payload.n, p.payload_sha256);
    git_blob_text(p.packed.bytes, p.packed.n, p.git_blob);
    p.file = (struct catalogue_file){ .name = "labels.gz",
                                      .bytes = p.packed.n,
                                      .payload_bytes = p.payload.n };
    return p;
}

static void release(struct published *p)
{
    made_release(&p->payload);
    made_release(&p->packed);
}

static void test_hash(void **state)
{
    (void)state;
    struct published p = make();
    struct raw_facts facts = { 0 };
    struct error err = { 0 };

    made_put("packed", &p.packed);
    assert_true(hash_both("packed", &facts, &err));
    assert_int_equal(facts.bytes, p.packed.n);
    assert_int_equal(facts.payload_bytes, p.payload.n);
    assert_string_equal(facts.sha256, p.sha256);
    assert_string_equal(facts.payload_sha256, p.payload_sha256);

    /* without gzip the file is its own payload */
    made_put("plain", &p.payload);
    assert_true(hash_both("plain", &facts, &err));
    assert_int_equal(facts.bytes, p.payload.n);
    assert_int_equal(facts.payload_bytes, p.payload.n);
    assert_string_equal(facts.sha256, p.payload_sha256);
    assert_string_equal(facts.payload_sha256, p.payload_sha256);

    file_make("empty", "", 0);
    assert_true(hash_both("empty", &facts, &err));
    assert_int_equal(facts.bytes, 0);
    assert_string_equal(facts.sha256,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49599"
                        "1b7852b855");
    assert_no_error(err);
    release(&p);
}

static void test_hash_refused(void **state)
{
    (void)state;
    struct published p = make();
    struct raw_facts facts = { .bytes = 4711 };
    struct error err = { 0 };

    assert_false(hash_both("missing", &facts, &err));
    assert_error(err, FAIL_SYSTEM, "'missing'");
    err = (struct error){ 0 };
    file_make("cut", p.packed.bytes, p.packed.n - 1);
    assert_false(hash_both("cut", &facts, &err));
    assert_error(err, FAIL_DATA, "'cut' is truncated");
    err = (struct error){ 0 };
    p.packed.bytes[p.packed.n - 5] ^= 1; /* the CRC */
    made_put("bad", &p.packed);
    assert_false(hash_both("bad", &facts, &err));
    assert_error(err, FAIL_DATA, "'bad' is damaged");
    release(&p);
}

/* ---- judgement by what is pinned ---- */

enum { SHA = 1, PAYLOAD = 2, BLOB = 4 };
enum copy { PUBLISHED, PACKED_AGAIN, UNPACKED, ANOTHER, COPIES };

static void test_verdicts(void **state)
{
    (void)state;
    static const struct {
        unsigned pinned; /* which of the hashes are known */
        unsigned wrong;  /* and which of those are another file's */
        enum rawfile_verdict of[COPIES];
    } cases[] = {
#define OTHER RAWFILE_OTHER
#define EXACT RAWFILE_EXACT
#define AGAIN RAWFILE_REPACKED
        { SHA, 0, { EXACT, OTHER, OTHER, OTHER } },
        { SHA | PAYLOAD, 0, { EXACT, AGAIN, AGAIN, OTHER } },
        { PAYLOAD, 0, { AGAIN, AGAIN, AGAIN, OTHER } },
        { BLOB, 0, { EXACT, OTHER, OTHER, OTHER } },
        { BLOB | PAYLOAD, 0, { EXACT, AGAIN, AGAIN, OTHER } },
        { SHA | BLOB, 0, { EXACT, OTHER, OTHER, OTHER } },
        { SHA | PAYLOAD | BLOB, 0, { EXACT, AGAIN, AGAIN, OTHER } },
        /* a weaker hash does not outvote a stronger one */
        { SHA | BLOB, SHA, { OTHER, OTHER, OTHER, OTHER } },
        { SHA | PAYLOAD | BLOB, SHA | PAYLOAD, { OTHER, OTHER, OTHER, OTHER } },
        { PAYLOAD | BLOB, PAYLOAD, { OTHER, OTHER, OTHER, OTHER } },
        { PAYLOAD | BLOB, BLOB, { AGAIN, AGAIN, AGAIN, OTHER } },
        { SHA | PAYLOAD, SHA, { AGAIN, AGAIN, AGAIN, OTHER } },
        { SHA | PAYLOAD, PAYLOAD, { EXACT, OTHER, OTHER, OTHER } },
        { BLOB, BLOB, { OTHER, OTHER, OTHER, OTHER } },
    };
    static const char *const paths[] = { "a", "b", "c", "d" };
    static const char wrong64[] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    struct published p = make();
    struct made again = gzip_make(p.payload.bytes, p.payload.n, 1);

    made_put(paths[PUBLISHED], &p.packed);
    made_put(paths[PACKED_AGAIN], &again);
    made_put(paths[UNPACKED], &p.payload);
    p.payload.bytes[p.payload.n - 1] ^= 1;
    made_put_gzip(paths[ANOTHER], &p.payload);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned pinned = cases[i].pinned, wrong = cases[i].wrong;
        struct catalogue_file file = { .name = "f" };
        if (pinned & SHA)
            file.sha256 = wrong & SHA ? wrong64 : p.sha256;
        if (pinned & PAYLOAD)
            file.payload_sha256 = wrong & PAYLOAD ? wrong64 : p.payload_sha256;
        if (pinned & BLOB)
            file.git_blob = wrong & BLOB ? wrong64 + 24 : p.git_blob;
        for (int copy = 0; copy < COPIES; copy++) {
            struct raw_facts facts, checked = { 0 };
            enum rawfile_verdict want = cases[i].of[copy];
            enum rawfile_verdict verdict = RAWFILE_OTHER;
            struct error err = { 0 };
            assert_true(hash_both(paths[copy], &facts, &err));
            bool ok = rawfile_check(paths[copy], &file, NULL, &checked,
                                    &verdict, &err);
            if (rawfile_judge_file(paths[copy], &file, &facts) != want ||
                ok != (want != RAWFILE_OTHER) || verdict != want)
                fail_msg("row %zu, copy %d: %d", i, copy, (int)verdict);
            if (ok)
                assert_string_equal(checked.payload_sha256,
                                    facts.payload_sha256);
            else
                assert_int_equal(err.code, FAIL_DATA);
            /* from facts alone a blob cannot be told */
            if (!(pinned & BLOB))
                assert_int_equal(rawfile_judge(&file, &facts), want);
        }
    }
    made_release(&again);
    release(&p);
}

/* Facts that are not known are no match for hashes that are not pinned. */
static void test_nothing_is_known(void **state)
{
    (void)state;
    static const struct catalogue_file nothing = { .name = "f" };
    static const struct raw_facts empty = { 0 };

    assert_int_equal(rawfile_judge(&nothing, &empty), RAWFILE_OTHER);
    assert_int_equal(rawfile_judge_file("missing", &nothing, &empty),
                     RAWFILE_OTHER);
}

/* ---- words ---- */

static bool check(const char *path, const struct catalogue_file *file,
                  struct error *err)
{
    struct raw_facts facts;
    enum rawfile_verdict verdict;

    return rawfile_check(path, file, NULL, &facts, &verdict, err);
}

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *part;
    } cases[] = {
        { "", "not the file: it is empty (0 bytes)" },
        { "<!DOCTYPE html><html>", "a web page, not data" },
        { "\r\n  <HTML lang=en>", "(does the network ask for a login?)" },
        { "\xEF\xBB\xBF<html>", "a web page, not data" },
        { "<?xml version='1.0'?><Error>", "it is XML (an error message of" },
        { "{\"message\":\"Not Found\"}",
          "JSON (an error message of a server?)" },
        { "PK\x03\x04rest", "not the file: it is a zip archive (or npz) (8 b" },
        { "version https://git-lfs.github.com/spec/v1\n", "it is text (43 b" },
        { "\x93NUMPY\x01", "not the file: it is NPY (7 bytes)" },
        { "\x01\x02\x03", "not the file: it is of an unknown kind (3 bytes)" },
        { "\x1F\x8B\x08", "truncated or another file: 3 bytes of " },
    };
    struct published p = make();

    p.file.sha256 = p.sha256;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        file_make("f", cases[i].bytes, strlen(cases[i].bytes));
        if (check("f", &p.file, &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_DATA, cases[i].part);
    }
    release(&p);
}

/* In rising order of size: short, as long, longer; the cause is told by the
 * size while that can tell it. */
static void test_words_by_size(void **state)
{
    (void)state;
    struct published p = make();
    struct error err = { 0 };
    size_t n = p.packed.n;
    char part[96];

    p.file.sha256 = p.sha256;
    p.file.payload_sha256 = p.payload_sha256;
    file_make("f", p.packed.bytes, n - 1);
    assert_false(check("f", &p.file, &err));
    snprintf(part, sizeof part, "truncated or another file: %zu bytes of %zu",
             n - 1, n);
    assert_error(err, FAIL_DATA, part);

    struct made longer = made_copy(p.packed.bytes, n + 1);
    longer.bytes[n] = 'x';
    err = (struct error){ 0 };
    made_put("f", &longer);
    assert_false(check("f", &p.file, &err));
    snprintf(part, sizeof part, "another file: %zu bytes instead of %zu", n + 1,
             n);
    assert_error(err, FAIL_DATA, part);
    assert_int_equal(strncmp(err.text, "another", 7), 0);
    made_release(&longer);

    p.packed.bytes[n / 2] ^= 0x10;
    err = (struct error){ 0 };
    made_put("f", &p.packed);
    assert_false(check("f", &p.file, &err));
    assert_error(err, FAIL_DATA, "damaged or another file: its SHA-256 is not");

    /* where no size is published, none is compared */
    p.file.bytes = 0;
    err = (struct error){ 0 };
    file_make("f", p.packed.bytes, 100);
    assert_false(check("f", &p.file, &err));
    assert_error(err, FAIL_DATA, "damaged or another file: its SHA-256 is not");
    release(&p);
}

static void test_not_there(void **state)
{
    (void)state;
    struct published p = make();
    struct error err = { 0 };

    p.file.sha256 = p.sha256;
    assert_false(check("missing", &p.file, &err));
    assert_error(err, FAIL_SYSTEM, "'missing'");
    err = (struct error){ 0 };
    assert_int_equal(mkdir("d", 0777), 0);
    assert_false(check("d", &p.file, &err));
    assert_error(err, FAIL_DATA, "not a file");
    err = (struct error){ 0 };
    assert_int_equal(mkfifo("pipe", 0666), 0);
    assert_false(check("pipe", &p.file, &err)); /* and nobody waits for it */
    assert_error(err, FAIL_DATA, "not a file");
    release(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_hash),      IN_TEMP_DIR(test_hash_refused),
        IN_TEMP_DIR(test_verdicts),  IN_TEMP_DIR(test_nothing_is_known),
        IN_TEMP_DIR(test_words),     IN_TEMP_DIR(test_words_by_size),
        IN_TEMP_DIR(test_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
