/* SPDX-License-Identifier: MIT */
/* Damerau-Levenshtein distance (optimal string alignment), and its use. */
#include "cli/suggest.h"

#include <stdio.h>
#include <string.h>

/* No name of ours is longer; longer words are near to none. */
enum { WORD_MAX = 48 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t cost[WORD_MAX + 1][WORD_MAX + 1];

    if (n > WORD_MAX || m > WORD_MAX)
        return n > m ? n : m;
    for (size_t i = 0; i <= n; i++)
        cost[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            size_t best = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, cost[i - 1][j] + 1);
            best = least(best, cost[i][j - 1] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, cost[i - 2][j - 2] + 1);
            cost[i][j] = best;
        }
    }
    return cost[n][m];
}

/* ASCII alone, whatever the locale; what does not fit is cut. */
static void lower(char to[WORD_MAX + 2], const char *from)
{
    size_t n = 0;

    for (; n < WORD_MAX + 1 && from[n]; n++)
        to[n] = (char)(from[n] >= 'A' && from[n] <= 'Z' ? from[n] - 'A' + 'a'
                                                        : from[n]);
    to[n] = '\0';
}

/* A third of the letters may be wrong, and one always. A beginning counts as
 * near, too: "norm" for "normalize". Case does not matter. */
static size_t nearness(const char *word_as_typed, const char *name_as_known)
{
    char word[WORD_MAX + 2] = "", name[WORD_MAX + 2] = "";

    lower(word, word_as_typed);
    lower(name, name_as_known);
    size_t n = strlen(word);
    if (strcmp(word, name) == 0)
        return 0;
    if (n >= 3 && n <= WORD_MAX && strncmp(word, name, n) == 0)
        return 1;
    size_t distance = suggest_distance(word, name);
    size_t most = n / 3 > 1 ? n / 3 : 1;
    return distance <= most ? distance : WORD_MAX;
}

static void append(char *to, size_t size, const char *a, const char *b,
                   const char *c, const char *d)
{
    size_t used = strlen(to);
    snprintf(to + used, size - used, "%s%s%s%s", a, b, c, d);
}

void suggest_nearest(char *to, size_t size, const char *word,
                     const char *prefix, const char *const *names, size_t count)
{
    size_t best = WORD_MAX;

    to[0] = '\0';
    for (size_t i = 0; i < count; i++)
        best = least(best, nearness(word, names[i]));
    if (best == WORD_MAX)
        return;
    for (size_t i = 0; i < count; i++)
        if (nearness(word, names[i]) == best)
            append(to, size, to[0] ? " or '" : "; did you mean '", prefix,
                   names[i], "'");
    append(to, size, "?", "", "", "");
}

void suggest_all(char *to, size_t size, const char *word,
                 const char *const *names, size_t count)
{
    suggest_nearest(to, size, word, "", names, count);
    if (to[0] != '\0')
        return;
    for (size_t i = 0; i < count; i++)
        append(to, size,
               i == 0           ? "; there are "
               : i + 1 == count ? " and "
                                : ", ",
               names[i], "", "");
}
