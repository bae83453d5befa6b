/* SPDX-License-Identifier: MIT */
/* Words and suffixes. */
#include "dataset/filename.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "format/dtype.h"

static bool is_plain(const char *name, size_t most)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    return n > 0 && n <= most && name[n] == '\0' && name[0] != '.' &&
           name[0] != '-';
}

bool filename_is_plain(const char *name)
{
    return is_plain(name, FILENAME_PLAIN_MAX);
}

bool filename_is_plain_file(const char *name)
{
    return is_plain(name, FILENAME_FILE_MAX);
}

/* ---- suffixes ---- */

static const char *const packings[] = { ".gz", ".xz", NULL };
static const char *const arrays[] = { "-idx3-ubyte", ".idx3-ubyte",
                                      "-idx1-ubyte", ".idx1-ubyte",
                                      ".idx",        ".npy",
                                      NULL };
static const char *const tables[] = { ".csv", NULL };
static const char *const archives[] = { ".npz", NULL };

/* Cuts one of them off, unless nothing would be left. */
static bool cut_suffix(char *name, const char *const *suffixes)
{
    for (; *suffixes; suffixes++) {
        size_t n = strlen(name), m = strlen(*suffixes);
        if (n > m && text_ends_with(name, *suffixes)) {
            name[n - m] = '\0';
            return true;
        }
    }
    return false;
}

static bool cut_dtype(char *name)
{
    char *dot = strrchr(name, '.');
    enum dtype dtype;

    if (!dot || !dtype_parse(dot + 1, &dtype))
        return false;
    *dot = '\0';
    return true;
}

char *filename_stem(const char *path, struct error *err)
{
    char *copy = text_copy(path, err);

    if (!copy)
        return NULL;
    for (size_t n = strlen(copy); n > 0 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    char *stem = text_copy(path_base(copy), err);
    free(copy);
    if (stem) {
        cut_suffix(stem, packings);
        if (!cut_suffix(stem, tables) && !cut_suffix(stem, archives))
            cut_suffix(stem, arrays);
    }
    return stem;
}

bool filename_is_table(const char *path)
{
    static const char *const suffixes[] = { ".csv", ".csv.gz", ".csv.xz" };
    bool found = false;

    for (size_t i = 0; i < COUNT_OF(suffixes); i++)
        found = found || text_ends_with(path, suffixes[i]);
    return found;
}

/* ---- splits ---- */

/* Those that circulate, and those of the catalogue. */
static const char *const words[] = {
    "train",      "test", "t10k",    "val",     "valid",
    "validation", "dig",  "test10k", "test50k", "nist",
};

const char *filename_split(const char *word)
{
    return strcmp(word, "t10k") == 0 ? "test" : word;
}

/* The well-known word that `text` ends in, or is; else NULL. */
static const char *find_word(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n = strlen(text), m = strlen(words[i]);
        if (text_ends_with(text, words[i]) &&
            (n == m || strchr("-_.", text[n - m - 1])))
            return words[i];
    }
    return NULL;
}

/* ---- roles ---- */

/* "train-images" becomes "train". */
static bool cut_part(char *stem, enum catalogue_part *part)
{
    for (int i = 0; i < CATALOGUE_PARTS; i++) {
        const char *word = catalogue_part_name((enum catalogue_part)i);
        size_t n = strlen(stem), m = strlen(word);
        if (n < m + 2 || !text_ends_with(stem, word) ||
            !strchr("-_", stem[n - m - 1]))
            continue;
        stem[n - m - 1] = '\0';
        *part = (enum catalogue_part)i;
        return true;
    }
    return false;
}

static void read_table(char *stem, struct filename_role *to)
{
    const char *word = find_word(stem);

    if (!word)
        return;
    to->kind = FILENAME_TABLE;
    snprintf(to->split, sizeof to->split, "%s", filename_split(word));
}

static void read_array(char *stem, enum filename_kind kind,
                       struct filename_role *to)
{
    if (!cut_part(stem, &to->part))
        return;
    const char *word = find_word(stem);

    to->kind = kind;
    snprintf(to->split, sizeof to->split, "%s",
             word ? filename_split(word) : stem);
}

void filename_read_role(const char *file, struct filename_role *to)
{
    char stem[FILENAME_SPLIT_SIZE];

    *to = (struct filename_role){ .kind = FILENAME_OTHER };
    snprintf(stem, sizeof stem, "%s", file);
    bool packed = cut_suffix(stem, packings);
    if (cut_suffix(stem, tables))
        read_table(stem, to);
    else if (!packed && cut_dtype(stem))
        read_array(stem, FILENAME_HEADERLESS, to);
    else {
        cut_suffix(stem, arrays);
        read_array(stem, FILENAME_ARRAY, to);
    }
}
