/* SPDX-License-Identifier: MIT */
/* Changes that a comparison of manifests has to see. */
#include "manifest_checks.h"

#include "helpers.h"

static bool differ(const struct manifest *a, const struct manifest *b)
{
    return !manifest_equal(a, b) && !manifest_equal(b, a);
}

void manifest_check_texts(const struct manifest *a, const struct manifest *b,
                          char *const texts[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(manifest_equal(a, b));
        texts[i][0] ^= 1;
        if (!differ(a, b))
            fail_msg("text %zu", i);
        texts[i][0] ^= 1;
    }
}

void manifest_check_numbers(const struct manifest *a, const struct manifest *b,
                            uint64_t *const numbers[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(manifest_equal(a, b));
        ++*numbers[i];
        if (!differ(a, b))
            fail_msg("number %zu", i);
        --*numbers[i];
    }
}
