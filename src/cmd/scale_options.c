/* SPDX-License-Identifier: MIT */
/* From words to a scale and a type. */
#include "cmd/scale_options.h"

#include <assert.h>

/* The first is the default. */
const char *const scale_dtype_names[] = { "f32",  "f64", "f16",
                                          "bf16", "u8",  NULL };

bool scale_options_resolve(const struct scale_options *o, struct scale *scale,
                           enum dtype *dtype, struct error *err)
{
    bool known = dtype_parse(scale_dtype_names[o->dtype], dtype);

    assert(known);
    (void)known;
    if (o->scale)
        return scale_parse(o->scale, scale, err) &&
               scale_check(scale, *dtype, err);
    *scale =
        (struct scale){ .mode = *dtype == DTYPE_U8 ? SCALE_NONE : SCALE_UNIT };
    return true;
}
