/* SPDX-License-Identifier: MIT */
/* A table by hash. */
#include "stage/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "base/entropy.h"
#include "base/grow.h"
#include "base/interrupt.h"
#include "base/sizes.h"

/* ---- hashing ---- */

/* Both halves of a product of 128 bits, in which every bit of either factor
 * counts: the idea of Wang Yi's wyhash. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Odd, and with no pattern: the fractions of the square roots of 2, 3, 5, 7. */
static const uint64_t constant[4] = {
    0x6a09e667f3bcc909,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
};

/* Two sums that do not wait for each other's products. */
struct sums {
    uint64_t a, b;
};

enum { STEP_BYTES = 32 };

static struct sums step(struct sums s, uint64_t key, const unsigned char *bytes)
{
    uint64_t word[STEP_BYTES / 8];

    memcpy(word, bytes, sizeof word);
    s.a = mix(word[0] ^ constant[0] ^ key, word[1] ^ s.a);
    s.b = mix(word[2] ^ constant[1] ^ key, word[3] ^ s.b);
    return s;
}

uint64_t row_hash(uint64_t key, const unsigned char *row, size_t n)
{
    struct sums s = { constant[2], constant[3] };
    unsigned char last[STEP_BYTES] = { 0 };
    const uint64_t length = n;

    for (; n >= STEP_BYTES; row += STEP_BYTES, n -= STEP_BYTES)
        s = step(s, key, row);
    memcpy(last, row, n);
    s = step(s, key, last);
    return mix(s.a ^ length, s.b ^ constant[0]);
}

/* ---- rows ---- */

void duplicates_release(struct duplicates *d)
{
    free(d->hash);
    free(d->first);
    *d = (struct duplicates){ 0 };
}

static bool make_room(struct duplicates *d, struct error *err)
{
    size_t needed = (size_t)d->rows + 1, room = d->room;
    uint64_t *hash = array_grow(d->hash, &room, needed, sizeof *hash, err);

    if (!hash)
        return false;
    d->hash = hash;
    uint32_t *first =
        array_grow(d->first, &d->room, needed, sizeof *first, err);
    if (!first)
        return false;
    d->first = first;
    return true;
}

bool duplicates_add(struct duplicates *d, uint64_t hash, struct error *err)
{
    if (d->rows == UINT32_MAX)
        return error_set(err, FAIL_USAGE,
                         "duplicates are looked for among at most %u rows",
                         UINT32_MAX);
    if (d->rows == d->room && !make_room(d, err))
        return false;
    d->hash[d->rows++] = hash;
    return true;
}

bool duplicates_add_row(struct duplicates *d, const unsigned char *row,
                        size_t n, struct error *err)
{
    if (d->rows == 0)
        d->key = entropy_u64();
    return duplicates_add(d, row_hash(d->key, row, n), err);
}

/* Open addressing: a row's place is the first free one from its hash on, and
 * at least half of them stay free. Only rows without an equal one before them
 * are in it, as row + 1; 0 is a free place. */
struct table {
    uint32_t *place; /* owned: mask + 1, a power of two */
    uint64_t mask;
};

static bool table_init(struct table *t, uint64_t rows, struct error *err)
{
    uint64_t places = 2;

    while (places < 2 * rows)
        places *= 2;
    t->mask = places - 1;
    t->place = calloc((size_t)places, sizeof *t->place);
    return t->place || error_memory(err);
}

/* Finds the row that is equal to `row`, or puts `row` in. Rows of the same hash
 * that differ all have places, one behind the other, so the search goes on
 * behind one that is not equal. */
static bool look_up(struct table *t, struct duplicates *d, uint64_t row,
                    duplicates_same *same, void *context, struct error *err)
{
    uint64_t at = d->hash[row] & t->mask;

    for (; t->place[at] != 0; at = (at + 1) & t->mask) {
        uint64_t other = t->place[at] - 1;
        int equal =
            d->hash[other] == d->hash[row] ? same(context, other, row, err) : 0;
        if (equal < 0)
            return false;
        if (equal) {
            d->first[row] = (uint32_t)other;
            return true;
        }
    }
    t->place[at] = (uint32_t)row + 1;
    d->first[row] = (uint32_t)row;
    return true;
}

bool duplicates_find(struct duplicates *d, duplicates_same *same, void *context,
                     struct error *err)
{
    struct table table = { 0 };
    bool ok = table_init(&table, d->rows, err);

    for (uint64_t row = 0; ok && row < d->rows; row++)
        ok = interrupt_none(err) && look_up(&table, d, row, same, context, err);
    free(table.place);
    return ok;
}
