/* SPDX-License-Identifier: MIT */
/* From --from, --images and --labels to an input. */
#include "cmd/own_options.h"

#include <string.h>

#include "base/number.h"
#include "dataset/source.h"

bool own_words_any(const struct own_words *w)
{
    return w->from || w->images.count > 0;
}

bool own_words_check(const struct own_words *w, struct error *err)
{
    if (w->labels.count > 0 && w->images.count == 0)
        return error_set(err, FAIL_USAGE, "--labels goes with --images");
    if (w->from && w->images.count > 0)
        return error_set(err, FAIL_USAGE,
                         "--from and --images exclude each other");
    if (w->from && w->split.count > 1)
        return error_set(err, FAIL_USAGE, "several --split go with --images");
    if (w->from)
        return true;
    if ((w->labels.count > 0 && w->labels.count != w->images.count) ||
        (w->split.count != w->images.count &&
         (w->split.count > 0 || w->images.count > 1)))
        return error_set(err, FAIL_USAGE,
                         "--images, --labels and --split are needed equally "
                         "often");
    return true;
}

bool own_input(const struct own_words *w, const char *name, struct input *in,
               struct error *err)
{
    if (w->from)
        return input_of_path(in, name, w->from,
                             w->split.count ? w->split.text[0] : NULL, err);
    for (size_t i = 0; i < w->images.count; i++)
        if (!input_add_files(in, name, w->images.text[i],
                             w->labels.count ? w->labels.text[i] : NULL,
                             w->split.count ? w->split.text[i] : NULL, err))
            return false;
    return true;
}

bool own_tables_check(int label_column, const char *shape,
                      const struct input *in, struct error *err)
{
    bool asked = label_column != INPUT_LABEL_AUTO || shape;

    for (size_t i = 0; asked && i < in->split_count; i++)
        asked = in->split[i].form != INPUT_TABLE;
    return !asked ||
           error_set(err, FAIL_USAGE,
                     "--label-column and --shape are about tables, and '%s' "
                     "has none",
                     in->name);
}

bool own_size_parse(const char *option, const char *text, uint64_t *height,
                    uint64_t *width, struct error *err)
{
    const char *x = text ? strchr(text, 'x') : NULL;

    if (!text)
        return true;
    if (x && number_parse_u64_n(text, (size_t)(x - text), height) &&
        number_parse_u64(x + 1, width) && *height > 0 && *width > 0 &&
        *height <= SOURCE_IMAGE_MAX_BYTES && *width <= SOURCE_IMAGE_MAX_BYTES)
        return true;
    return error_set(err, FAIL_USAGE,
                     "%s: '%s' is no size; height and width are needed, as in "
                     "28x28",
                     option, text);
}
