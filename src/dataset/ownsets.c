/* SPDX-License-Identifier: MIT */
/* Looking for the manifests of one's own sets. */
#include "dataset/ownsets.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "dataset/store.h"

bool own_set_exists(const char *data_dir, const char *name,
                    const struct catalogue *known)
{
    struct error ignored = { 0 };

    if (name[0] == '.' || name[0] == '\0' || strchr(name, '/') ||
        catalogue_find(known, name))
        return false;
    char *path =
        text_format(&ignored, "%s/%s/prepared/" STORE_MANIFEST, data_dir, name);
    bool there = path && file_exists(path);
    free(path);
    return there;
}

bool own_sets_list(struct listing *l, const char *data_dir,
                   const struct catalogue *known, struct error *err)
{
    size_t kept = 0;

    if (!path_is_folder(data_dir))
        return true;
    if (!listing_read(l, data_dir, err))
        return false;
    for (size_t i = 0; i < l->count; i++) {
        if (own_set_exists(data_dir, l->name[i], known))
            l->name[kept++] = l->name[i];
        else
            free(l->name[i]);
    }
    l->count = kept;
    return true;
}
