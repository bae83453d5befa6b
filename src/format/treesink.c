/* SPDX-License-Identifier: MIT */
/* Trees of pictures, written: one small file per row. */
#include "format/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "format/pngblock.h"

enum { ROW_DIGITS = 5 }; /* at least, as most trees of MNIST have it */

/* How many digits the numbers below `count` need. */
static int digits_below(uint64_t count)
{
    int digits = 1;

    for (uint64_t largest = count > 0 ? count - 1 : 0; largest >= 10;
         largest /= 10)
        digits++;
    return digits;
}

static bool tree_sink_open(struct sink *s, struct error *err)
{
    return s->files->folder(s->files, "png", err);
}

/* "train/07/00042.png", malloc'd. */
static char *picture_name(const struct sink *s, size_t split, uint16_t label,
                          uint64_t row, struct error *err)
{
    const struct sink_split *of = &s->set->split[split];
    int digits = digits_below(of->rows);

    return text_format(err, "%s/%0*u/%0*" PRIu64 ".png", of->name,
                       digits_below(s->set->class_count), (unsigned)label,
                       digits > ROW_DIGITS ? digits : ROW_DIGITS, row);
}

static bool tree_sink_write(struct sink *s, const struct sink_block *b,
                            struct error *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < b->rows; i++) {
        char *name = picture_name(s, b->split, b->label[i], b->first + i, err);
        size_t n;
        const unsigned char *png = pngblock_at(b->png, i, &n);
        ok = name && s->files->put(s->files, "png", name, png, n, err);
        free(name);
    }
    return ok;
}

const struct sink_ops tree_sink = { .levels = true,
                                    .png = true,
                                    .needs_labels = true,
                                    .open = tree_sink_open,
                                    .write = tree_sink_write };
