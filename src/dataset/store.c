/* SPDX-License-Identifier: MIT */
/* The paths of a dataset. */
#include "dataset/store.h"

#include <stdlib.h>

#include "base/text.h"

bool store_init(struct store *s, const char *data_dir, const char *dataset,
                struct error *err)
{
    s->raw = text_format(err, "%s/%s/raw", data_dir, dataset);
    s->prepared = text_format(err, "%s/%s/prepared", data_dir, dataset);
    s->samples = text_format(err, "%s/%s/samples", data_dir, dataset);
    return s->raw && s->prepared && s->samples;
}

void store_release(struct store *s)
{
    free(s->raw);
    free(s->prepared);
    free(s->samples);
    *s = (struct store){ 0 };
}
