/* SPDX-License-Identifier: MIT */
/* Streams to read from: the calls that all share, memory, files, hashing. */
#include "base/reader.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/interrupt.h"
#include "base/sizes.h"
#include "helpers.h"

static const char text[] = "the quick brown fox";
enum { TEXT_BYTES = sizeof text - 1 };

/* ---- what all share ---- */

static void test_read_and_fill(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char to[64];

    for (size_t step = 1; step <= TEXT_BYTES + 1; step++) {
        struct reader *r = memory_source_open(text, TEXT_BYTES, step, NEVER);
        size_t first = step < 4 ? step : 4;
        assert_int_equal(reader_read(r, to, 0, &err), 0);
        assert_int_equal(reader_read(r, to, 4, &err), first);
        assert_int_equal(reader_fill(r, to + first, 5, &err), 5);
        assert_int_equal(reader_fill(r, to, 0, &err), 0);
        assert_int_equal(reader_fill(r, to + first + 5, 50, &err),
                         TEXT_BYTES - first - 5);
        assert_memory_equal(to, text, TEXT_BYTES);
        assert_int_equal(reader_fill(r, to, 5, &err), 0);
        assert_int_equal(reader_read(r, to, 5, &err), 0);
        reader_close(r);
    }
    assert_no_error(err);
    assert_int_equal(sources_left_open(), 0);
}

static void test_exact(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char to[64];
    struct reader *r = memory_source_open(text, TEXT_BYTES, 3, NEVER);

    assert_true(reader_exact(r, to, TEXT_BYTES - 1, &err));
    assert_memory_equal(to, text, TEXT_BYTES - 1);
    assert_true(reader_exact(r, to, 0, &err));
    assert_false(reader_exact(r, to, 2, &err));
    assert_error(err, FAIL_DATA, "'source' ends early");
    reader_close(r);
}

static void test_at_end(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char to[64];
    struct reader *r = memory_source_open(text, TEXT_BYTES, 3, NEVER);

    assert_true(reader_exact(r, to, TEXT_BYTES, &err));
    assert_true(reader_at_end(r, &err));
    assert_no_error(err);
    reader_close(r);

    r = memory_source_open(text, TEXT_BYTES, 3, NEVER);
    assert_true(reader_exact(r, to, TEXT_BYTES - 1, &err));
    assert_false(reader_at_end(r, &err));
    assert_error(err, FAIL_DATA, "'source' goes on");
    reader_close(r);

    /* Bytes that were only peeked at are still there. */
    err = (struct error){ 0 };
    r = memory_source_open(text, 1, 1, NEVER);
    assert_int_equal(reader_peek(r, to, 10, &err), 1);
    assert_false(reader_at_end(r, &err));
    reader_close(r);
}

static void test_peek(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char bytes[2000], to[2000];

    fill_noise(bytes, sizeof bytes, 1);
    for (size_t step = 1; step <= 700; step += 233) {
        struct reader *r = memory_source_open(bytes, sizeof bytes, step, NEVER);
        assert_int_equal(reader_peek(r, to, 4, &err), 4);
        assert_memory_equal(to, bytes, 4);
        assert_int_equal(reader_peek(r, to, 8, &err), 8);
        assert_memory_equal(to, bytes, 8);
        assert_int_equal(reader_peek(r, to, 0, &err), 0);
        assert_true(reader_exact(r, to, 3, &err));
        assert_memory_equal(to, bytes, 3);
        /* more than it holds: as much as it holds, from where we are */
        assert_int_equal(reader_peek(r, to, sizeof to, &err), READER_PEEK_MAX);
        assert_memory_equal(to, bytes + 3, READER_PEEK_MAX);
        assert_true(reader_exact(r, to, sizeof bytes - 3 - 5, &err));
        assert_memory_equal(to, bytes + 3, sizeof bytes - 3 - 5);
        /* fewer are left than are asked for, twice */
        assert_int_equal(reader_peek(r, to, 100, &err), 5);
        assert_int_equal(reader_peek(r, to, 100, &err), 5);
        assert_memory_equal(to, bytes + sizeof bytes - 5, 5);
        assert_int_equal(reader_fill(r, to, 100, &err), 5);
        assert_memory_equal(to, bytes + sizeof bytes - 5, 5);
        assert_int_equal(reader_peek(r, to, 100, &err), 0);
        assert_true(reader_at_end(r, &err));
        reader_close(r);
    }
    assert_no_error(err);
}

/* An error of the source comes out of every call, as it is. */
static void test_errors_pass(void **state)
{
    (void)state;
    unsigned char to[64];
    size_t n;

    for (int call = 0; call < 6; call++) {
        struct error err = { 0 };
        struct reader *r = memory_source_open(text, TEXT_BYTES, 2, 4);
        assert_true(call == 3 || reader_exact(r, to, 4, &err));
        assert_no_error(err);
        if (call == 0)
            assert_int_equal(reader_read(r, to, 1, &err), -1);
        else if (call == 1)
            assert_int_equal(reader_fill(r, to, 10, &err), -1);
        else if (call == 2)
            assert_false(reader_exact(r, to, 10, &err));
        else if (call == 3)
            assert_int_equal(reader_peek(r, to, 10, &err), -1);
        else if (call == 4)
            assert_false(reader_at_end(r, &err));
        else
            assert_null(reader_rest(r, 100, &n, &err));
        assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
        reader_close(r);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_rest(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0,    1,    4095, 4096,  4097,
                                    8191, 8192, 8193, 100000 };
    static unsigned char bytes[100000];

    fill_noise(bytes, sizeof bytes, 2);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct error err = { 0 };
        size_t n = 7, wanted = sizes[i];
        struct reader *r = memory_source_open(bytes, wanted, 1000, NEVER);
        unsigned char *rest = reader_rest(r, wanted, &n, &err);
        assert_non_null(rest);
        assert_int_equal(n, wanted);
        assert_memory_equal(rest, bytes, n);
        free(rest);
        reader_close(r);
        if (wanted == 0)
            continue;
        r = memory_source_open(bytes, wanted, 1000, NEVER);
        assert_null(reader_rest(r, wanted - 1, &n, &err));
        assert_error(err, FAIL_DATA, "'source' is longer than");
        reader_close(r);
    }
}

/* Around the size of a block, and with the limit at the end and before it. */
static void test_copy(void **state)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };
    static unsigned char bytes[200000];

    (void)state;
    fill_noise(bytes, sizeof bytes, 3);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct error err = { 0 };
        struct bytes_writer out;
        size_t n = sizes[i];
        struct reader *r = memory_source_open(bytes, n, 70000, NEVER);

        bytes_writer_init(&out);
        assert_true(reader_copy(r, &out.base, n, &err));
        assert_no_error(err);
        assert_int_equal(out.n, n);
        if (n > 0)
            assert_memory_equal(out.bytes, bytes, n);
        reader_close(r);
        bytes_writer_release(&out);

        r = memory_source_open(bytes, n, 70000, NEVER);
        assert_true(reader_copy(r, NULL, UINT64_MAX, &err));
        assert_true(reader_at_end(r, &err));
        reader_close(r);
        if (n == 0)
            continue;
        bytes_writer_init(&out);
        r = memory_source_open(bytes, n, 70000, NEVER);
        assert_false(reader_copy(r, &out.base, n - 1, &err));
        assert_error(err, FAIL_DATA, "'source' holds more than it should");
        assert_true(out.n < n);
        reader_close(r);
        bytes_writer_release(&out);
    }
    assert_int_equal(sources_left_open(), 0);
}

/* What the source or the writer has to say comes out as it is. */
static void test_copy_fails(void **state)
{
    struct error err = { 0 };
    struct full_writer full;
    struct reader *r = memory_source_open(text, TEXT_BYTES, 2, 4);

    (void)state;
    assert_false(reader_copy(r, NULL, UINT64_MAX, &err));
    assert_error(err, FAIL_NETWORK, SOURCE_FAILURE);
    reader_close(r);

    err = (struct error){ 0 };
    full_writer_init(&full, 3);
    r = memory_source_open(text, TEXT_BYTES, 2, NEVER);
    assert_false(reader_copy(r, &full.base, UINT64_MAX, &err));
    assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    reader_close(r);
}

static int copy_interrupted(void *unused)
{
    struct error err = { 0 };
    struct reader *r = bytes_reader_open("abc", 3, "abc", &err);

    (void)unused;
    interrupt_install();
    raise(SIGTERM);
    bool copied = r && reader_copy(r, NULL, UINT64_MAX, &err);
    reader_close(r);
    return !copied && err.code == FAIL_INTERRUPTED ? 0 : 1;
}

static void test_copy_interrupted(void **state)
{
    (void)state;
    assert_int_equal(child_run(copy_interrupted, NULL), 0);
}

static void test_close_nothing(void **state)
{
    (void)state;
    reader_close(NULL);
}

/* ---- memory ---- */

static void test_bytes(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct reader *r = bytes_reader_open(text, TEXT_BYTES, "a name", &err);

    assert_string_equal(r->name, "a name");
    struct outcome o = outcome_read(r, 5);
    assert_no_error(o.err);
    assert_int_equal(o.n, TEXT_BYTES);
    assert_memory_equal(o.bytes, text, TEXT_BYTES);
    outcome_release(&o);

    r = bytes_reader_open(NULL, 0, "nothing", &err);
    assert_true(reader_at_end(r, &err));
    reader_close(r);
    assert_no_error(err);
}

/* The leak checker tells whether the memory was freed, and once. */
static void test_owned_bytes(void **state)
{
    (void)state;
    struct error err = { 0 };
    char *copy = malloc(TEXT_BYTES);

    assert_non_null(copy);
    memcpy(copy, text, TEXT_BYTES);
    struct outcome o = outcome_read(
        owned_bytes_reader_open(copy, TEXT_BYTES, "owned", &err), 100);
    assert_int_equal(o.n, TEXT_BYTES);
    assert_memory_equal(o.bytes, text, TEXT_BYTES);
    outcome_release(&o);
    assert_no_error(err);
}

/* ---- files ---- */

static void test_file(void **state)
{
    (void)state;
    struct error err = { 0 };
    static unsigned char bytes[70001];

    fill_noise(bytes, sizeof bytes, 3);
    file_make("f", bytes, sizeof bytes);
    struct reader *r = file_reader_open("f", &err);
    assert_string_equal(r->name, "f");
    struct outcome o = outcome_read(r, 4096);
    assert_no_error(o.err);
    assert_int_equal(o.n, sizeof bytes);
    assert_memory_equal(o.bytes, bytes, sizeof bytes);
    outcome_release(&o);

    file_make("-", "dash", 4); /* a file of that name needs "./-" */
    o = outcome_read(file_reader_open("./-", &err), 10);
    assert_int_equal(o.n, 4);
    outcome_release(&o);
    assert_no_error(err);
}

static void test_file_refused(void **state)
{
    (void)state;
    static const struct path_refused cases[] = {
        { "missing", FAIL_SYSTEM, "cannot open 'missing': No such file" },
        { "d", FAIL_USAGE, "'d' is a directory" },
        { "f/below", FAIL_SYSTEM, "cannot open 'f/below'" },
        { "", FAIL_SYSTEM, "cannot open ''" },
    };

    assert_int_equal(mkdir("d", 0777), 0);
    file_make("f", "x", 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct error err = { 0 };
        assert_null(file_reader_open(cases[i].path, &err));
        assert_error(err, cases[i].code, cases[i].part);
    }
}

static int read_standard_input(void *argument)
{
    struct error err = { 0 };
    char got[64];
    (void)argument;

    if (!freopen("f", "rb", stdin))
        return 1;
    struct reader *r = file_reader_open("-", &err);
    if (!r || strcmp(r->name, "standard input") != 0 ||
        reader_fill(r, got, sizeof got, &err) != TEXT_BYTES ||
        memcmp(got, text, TEXT_BYTES) != 0)
        return 2;
    reader_close(r);
    /* It was not ours to close. */
    return lseek(STDIN_FILENO, 0, SEEK_SET) == 0 ? 0 : 3;
}

static int read_closed_input(void *argument)
{
    struct error err = { 0 };
    (void)argument;

    close(STDIN_FILENO);
    return file_reader_open("-", &err) == NULL && err.code == FAIL_SYSTEM &&
                   strstr(err.text, "standard input") != NULL
               ? 0
               : 1;
}

static void test_standard_input(void **state)
{
    (void)state;
    file_make("f", text, TEXT_BYTES);
    assert_int_equal(child_run(read_standard_input, NULL), 0);
    assert_int_equal(child_run(read_closed_input, NULL), 0);
}

static void test_file_read_error(void **state)
{
    (void)state;
    struct error err = { 0 };
    unsigned char to[8];

    if (access("/proc/self/mem", R_OK) != 0)
        skip(); /* not Linux; there, nothing is mapped at 0, hence EIO */
    struct reader *r = file_reader_open("/proc/self/mem", &err);
    assert_non_null(r);
    assert_int_equal(reader_read(r, to, sizeof to, &err), -1);
    assert_error(err, FAIL_SYSTEM, "cannot read '/proc/self/mem': ");
    reader_close(r);
}

/* Exit status 0: it ended with FAIL_INTERRUPTED. */
static int read_from_pipe(void *argument)
{
    struct error err = { 0 };
    unsigned char to;
    struct reader *r = file_reader_open("pipe", &err);
    (void)argument;

    if (r && reader_read(r, &to, 1, &err) != -1)
        return 1;
    reader_close(r);
    return err.code == FAIL_INTERRUPTED ? 0 : 2;
}

/* What waits comes back for a signal that ends the program; a read goes on
 * waiting for any other one. */
static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0666), 0);
    /* in open: there is no writer */
    assert_int_equal(child_interrupt(read_from_pipe, NULL, false), 0);
    int keep = open("pipe", O_RDWR);
    assert_true(keep >= 0);
    /* in read: there is one, and it never writes */
    assert_int_equal(child_interrupt(read_from_pipe, NULL, true), 0);
    close(keep);
}

/* ---- hashing ---- */

static void test_digest(void **state)
{
    (void)state;
    /* printf 'the quick brown fox' | sha256sum */
    static const char want[] =
        "9ecb36561341d18eb65484e833efea61edc74b84cf5e6ae1b81c63533e25fc8f";

    for (size_t step = 1; step <= TEXT_BYTES; step++) {
        struct error err = { 0 };
        struct digest digest = { 0 };
        char hex[DIGEST_TEXT];
        assert_true(digest_init(&digest, DIGEST_SHA256, &err));
        struct reader *r = digest_reader_open(
            memory_source_open(text, TEXT_BYTES, step, NEVER), &digest, &err);
        assert_string_equal(r->name, "source");
        unsigned char head[4];
        assert_int_equal(reader_peek(r, head, 4, &err), 4);
        struct outcome o = outcome_read(r, 7);
        assert_no_error(o.err);
        assert_int_equal(o.n, TEXT_BYTES);
        assert_memory_equal(o.bytes, text, TEXT_BYTES);
        outcome_release(&o);
        digest_finish(&digest, hex);
        assert_string_equal(hex, want);
    }
    assert_int_equal(sources_left_open(), 0);
}

static void test_digest_of_failures(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct digest digest = { 0 };

    assert_true(digest_init(&digest, DIGEST_SHA256, &err));
    struct outcome o = outcome_read(
        digest_reader_open(memory_source_open(text, TEXT_BYTES, 3, 7), &digest,
                           &err),
        5);
    assert_int_equal(o.n, 7);
    assert_error(o.err, FAIL_NETWORK, SOURCE_FAILURE);
    outcome_release(&o);

    /* A failed open passes through, and its error stays. */
    error_set(&err, FAIL_USAGE, "the cause");
    assert_null(digest_reader_open(NULL, &digest, &err));
    assert_error(err, FAIL_USAGE, "the cause");
    digest_release(&digest);
    assert_int_equal(sources_left_open(), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_and_fill),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_at_end),
        cmocka_unit_test(test_peek),
        cmocka_unit_test(test_errors_pass),
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_fails),
        cmocka_unit_test(test_copy_interrupted),
        cmocka_unit_test(test_close_nothing),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_owned_bytes),
        IN_TEMP_DIR(test_file),
        IN_TEMP_DIR(test_file_refused),
        IN_TEMP_DIR(test_standard_input),
        cmocka_unit_test(test_file_read_error),
        IN_TEMP_DIR(test_interrupted),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_digest_of_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
