/* SPDX-License-Identifier: MIT */
/* How many eighths a bar has, and their characters. */
#include "show/bars.h"

#include <string.h>

static size_t pieces(uint64_t value, uint64_t most, size_t all)
{
    size_t n = (size_t)((double)value / (double)most * (double)all + 0.5);

    return n > 0 ? n : 1;
}

void bar_text(char to[BAR_BYTES], uint64_t value, uint64_t most, size_t columns,
              bool blocks)
{
    /* From one eighth to seven. */
    static const char *const parts[] = {
        "",       "\u258f", "\u258e", "\u258d",
        "\u258c", "\u258b", "\u258a", "\u2589",
    };
    static const char whole[] = "\u2588";

    *to = '\0';
    if (value == 0)
        return;
    if (!blocks) {
        size_t n = pieces(value, most, columns);
        memset(to, '#', n);
        to[n] = '\0';
        return;
    }
    size_t eighths = pieces(value, most, 8 * columns);
    for (size_t i = 0; i < eighths / 8; i++, to += strlen(whole))
        memcpy(to, whole, sizeof whole);
    memcpy(to, parts[eighths % 8], strlen(parts[eighths % 8]) + 1);
}
