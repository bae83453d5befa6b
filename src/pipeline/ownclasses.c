/* SPDX-License-Identifier: MIT */
/* Counting classes, and naming them. */
#include "pipeline/ownclasses.h"

#include <stdlib.h>

#include "base/text.h"

void own_classes_free(char **name, size_t count)
{
    for (size_t i = 0; name && i < count; i++)
        free(name[i]);
    free(name);
}

void own_classes_release(struct own_classes *c)
{
    own_classes_free(c->name, c->count);
    own_classes_free(c->named, c->named_count);
    *c = (struct own_classes){ 0 };
}

void own_classes_add(struct own_classes *c, uint64_t label)
{
    if (label >= c->count)
        c->count = (size_t)label + 1;
}

bool own_classes_add_tree(struct own_classes *c, const struct tree *tree,
                          struct error *err)
{
    size_t count = tree->class_count;

    if (count > c->count)
        c->count = count;
    if (count <= c->named_count)
        return true;
    own_classes_free(c->named, c->named_count);
    c->named_count = count;
    c->named = calloc(count, sizeof *c->named);
    if (!c->named)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!(c->named[i] = text_copy(tree->classes[i], err)))
            return false;
    return true;
}

bool own_classes_finish(struct own_classes *c, struct error *err)
{
    if (c->count == 0)
        c->count = 1;
    c->name = calloc(c->count, sizeof *c->name);
    if (!c->name)
        return error_memory(err);
    for (size_t i = 0; i < c->count; i++) {
        c->name[i] = i < c->named_count ? text_copy(c->named[i], err)
                                        : text_format(err, "%zu", i);
        if (!c->name[i])
            return false;
    }
    return true;
}
