/* SPDX-License-Identifier: MIT */
/* A reader that works one thread ahead: inflating takes as long as converting
 * and writing together, so the two overlap. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/thread.h"

enum {
    AHEAD_BLOCK_BYTES = 128 * 1024, /* all fit the L2 cache together */
    AHEAD_BLOCKS = 3,               /* with 2 each side waits for the other */
};

struct ahead_block {
    size_t n;
    unsigned char bytes[AHEAD_BLOCK_BYTES];
};

/* A ring of blocks. The thread fills block `made % AHEAD_BLOCKS` while fewer
 * than AHEAD_BLOCKS are waiting; the reader empties block `used % ...`. */
struct ahead_reader {
    struct reader base;
    struct reader *source;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t made, used;    /* under lock */
    bool ended, stop;     /* under lock */
    struct error failure; /* read only after `ended` was seen */
    size_t taken;         /* bytes of the current block; the reader's own */
    struct ahead_block blocks[AHEAD_BLOCKS];
};

static void *fill_blocks(void *argument)
{
    struct ahead_reader *r = argument;
    bool more = true;

    while (more) {
        pthread_mutex_lock(&r->lock);
        while (r->made - r->used == AHEAD_BLOCKS && !r->stop)
            pthread_cond_wait(&r->changed, &r->lock);
        bool stop = r->stop;
        struct ahead_block *block = &r->blocks[r->made % AHEAD_BLOCKS];
        pthread_mutex_unlock(&r->lock);
        if (stop)
            break;

        /* Not reader_fill: what comes before a failure is passed on, too. */
        block->n = 0;
        while (more && block->n < sizeof block->bytes) {
            ptrdiff_t got = reader_read(r->source, block->bytes + block->n,
                                        sizeof block->bytes - block->n,
                                        &r->failure);
            more = got > 0;
            block->n += more ? (size_t)got : 0;
        }
        pthread_mutex_lock(&r->lock);
        r->made += block->n > 0;
        r->ended = !more;
        pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    return NULL;
}

/* Waits for a block; false at the end of the stream. */
static bool wait_for_block(struct ahead_reader *r)
{
    pthread_mutex_lock(&r->lock);
    while (r->made == r->used && !r->ended)
        pthread_cond_wait(&r->changed, &r->lock);
    bool there = r->made > r->used;
    pthread_mutex_unlock(&r->lock);
    return there;
}

static ptrdiff_t ahead_read(struct reader *base, void *to, size_t n,
                            struct error *err)
{
    struct ahead_reader *r = (struct ahead_reader *)base;

    if (!wait_for_block(r)) {
        if (r->failure.code == FAIL_NONE)
            return 0;
        error_pass(err, &r->failure);
        return -1;
    }
    struct ahead_block *block = &r->blocks[r->used % AHEAD_BLOCKS];
    size_t left = block->n - r->taken;
    size_t take = left < n ? left : n;
    memcpy(to, block->bytes + r->taken, take);
    r->taken += take;
    if (r->taken == block->n) {
        r->taken = 0;
        pthread_mutex_lock(&r->lock);
        r->used++;
        pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    return (ptrdiff_t)take;
}

static void ahead_release(struct ahead_reader *r)
{
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    reader_close(r->source);
    reader_free(&r->base);
}

static void ahead_close(struct reader *base)
{
    struct ahead_reader *r = (struct ahead_reader *)base;

    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    ahead_release(r);
}

static const struct reader_ops ahead_ops = { ahead_read, ahead_close };

struct reader *ahead_reader_open(struct reader *source, struct error *err)
{
    struct ahead_reader *r = reader_wrap(sizeof *r, &ahead_ops, source, err);

    if (!r)
        return NULL;
    r->source = source;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    if (!thread_start(&r->thread, fill_blocks, r, err)) {
        ahead_release(r);
        return NULL;
    }
    return &r->base;
}
