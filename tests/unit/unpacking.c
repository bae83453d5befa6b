/* SPDX-License-Identifier: MIT */
/* Checks of readers that unpack. */
#include "unpacking.h"

#include "base/sizes.h"

const char sample_text[] = "the quick brown fox jumps over the lazy dog";
_Static_assert(sizeof sample_text == SAMPLE_TEXT_BYTES + 1, "its length");

struct outcome unpack(open_unpacker *open, const void *packed, size_t n,
                      size_t step, size_t part)
{
    struct error err = { 0 };
    struct reader *r = open(memory_source_open(packed, n, step, NEVER), &err);

    assert_no_error(err);
    assert_string_equal(r->name, "source");
    return outcome_read(r, part);
}

void unpacking_check(open_unpacker *open, const void *packed, size_t packed_n,
                     const void *bytes, size_t n)
{
    static const size_t steps[] = { 1, 7, 1000, 1 << 20 };
    static const size_t parts[] = { 100000, 1, 65536, 13 };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct outcome o = unpack(open, packed, packed_n, steps[i], parts[i]);
        assert_no_error(o.err);
        assert_int_equal(o.n, n);
        if (n > 0)
            assert_memory_equal(o.bytes, bytes, n);
        outcome_release(&o);
    }
    assert_int_equal(sources_left_open(), 0);
}

void unpacking_check_refused(open_unpacker *open, const void *packed, size_t n,
                             const char *part)
{
    static const size_t steps[] = { 1, 1 << 20 };

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct outcome o = unpack(open, packed, n, steps[i], 50);
        assert_error(o.err, FAIL_DATA, part);
        assert_error(o.err, FAIL_DATA, "'source'");
        outcome_release(&o);
    }
    assert_int_equal(sources_left_open(), 0);
}

void unpacking_check_bomb(open_unpacker *open, const void *packed, size_t n,
                          size_t zeros)
{
    unsigned char to[4096];
    struct error err = { 0 };
    size_t sum = 0;
    ptrdiff_t got;
    struct reader *r = open(bytes_reader_open(packed, n, "bomb", &err), &err);

    while ((got = reader_read(r, to, sizeof to, &err)) > 0)
        sum += (size_t)got;
    assert_int_equal(got, 0);
    assert_int_equal(sum, zeros);
    reader_close(r);
}

void unpacking_check_end(open_unpacker *open, const void *packed, size_t n)
{
    unsigned char to[100];
    struct error err = { 0 };
    struct reader *r = open(memory_source_open(packed, n, 9, NEVER), &err);

    assert_int_equal(reader_peek(r, to, 9, &err), 9);
    assert_memory_equal(to, sample_text, 9);
    assert_true(reader_exact(r, to, SAMPLE_TEXT_BYTES, &err));
    for (int i = 0; i < 3; i++)
        assert_int_equal(reader_read(r, to, 1, &err), 0);
    assert_true(reader_at_end(r, &err));
    assert_no_error(err);
    reader_close(r);
}

void unpacking_check_source_errors(open_unpacker *open, const void *packed,
                                   size_t n)
{
    for (size_t at = 0; at <= n; at++) {
        for (size_t step = 1; step <= 1000; step += 999) {
            struct error err = { 0 };
            struct outcome o = outcome_read(
                open(memory_source_open(packed, n, step, at), &err), 30);
            assert_error(o.err, FAIL_NETWORK, SOURCE_FAILURE);
            outcome_release(&o);
        }
    }
    assert_int_equal(sources_left_open(), 0);
}
