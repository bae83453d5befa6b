/* SPDX-License-Identifier: MIT */
/* Lists of rows, from an option's text or from the lines of a file. */
#include "pipeline/rowlist.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/number.h"
#include "base/text.h"

bool row_list_add(struct row_list *list, struct row_place place,
                  struct error *err)
{
    if (list->count == ROW_LIST_MAX)
        return error_set(err, FAIL_USAGE, "at most %d rows can be picked",
                         ROW_LIST_MAX);
    struct row_place *places = array_grow(list->place, &list->room,
                                          list->count + 1, sizeof *places, err);
    if (!places)
        return false;
    list->place = places;
    list->place[list->count++] = place;
    return true;
}

void row_list_release(struct row_list *list)
{
    free(list->place);
    free(list->file);
    *list = (struct row_list){ 0 };
}

/* ---- an option's text ---- */

static bool add_range(struct row_list *list, uint64_t first, uint64_t last,
                      size_t split, struct error *err)
{
    if (last < first)
        return error_set(err, FAIL_USAGE,
                         "rows %" PRIu64 "-%" PRIu64
                         " end before they begin; the smaller comes first",
                         first, last);
    if (last - first >= ROW_LIST_MAX - list->count)
        return error_set(err, FAIL_USAGE,
                         "rows %" PRIu64 "-%" PRIu64
                         " are not possible; at most %d rows can be picked",
                         first, last, ROW_LIST_MAX);
    for (uint64_t i = 0; i <= last - first; i++)
        if (!row_list_add(list, (struct row_place){ split, first + i, 0 }, err))
            return false;
    return true;
}

bool row_list_parse(struct row_list *list, const char *text, size_t split,
                    struct error *err)
{
    const char *at = text;

    for (;;) {
        size_t n = strcspn(at, ",");
        const char *dash = memchr(at, '-', n);
        size_t first_n = dash ? (size_t)(dash - at) : n;
        uint64_t first = 0, last = 0;

        if (!number_parse_u64_n(at, first_n, &first) ||
            (dash && !number_parse_u64_n(dash + 1, n - first_n - 1, &last)))
            return error_set(err, FAIL_USAGE,
                             "'%s' is no list of rows, as in 0,5,10-20", text);
        if (!add_range(list, first, dash ? last : first, split, err))
            return false;
        if (at[n] == '\0')
            return true;
        at += n + 1;
    }
}

/* ---- the lines of a file ---- */

/* More than a million lines of what an audit finds. */
enum { FILE_MAX = 128 << 20 };

/* A piece of a line; not terminated. */
struct field {
    const char *at;
    size_t n;
};

/* What stands before the next `end`; *rest becomes what stands behind it. */
static struct field cut(struct field *rest, char end)
{
    const char *found = rest->n ? memchr(rest->at, end, rest->n) : NULL;
    struct field first = { rest->at,
                           found ? (size_t)(found - rest->at) : rest->n };
    size_t passed = first.n + (found ? 1 : 0);

    rest->at += passed;
    rest->n -= passed;
    return first;
}

static bool field_is(struct field f, const char *text)
{
    return f.n == strlen(text) && memcmp(f.at, text, f.n) == 0;
}

/* For messages: error_set masks it. */
static int shown(struct field f)
{
    return f.n < 40 ? (int)f.n : 40;
}

static size_t find_split(const struct view *v, struct field name)
{
    size_t i = 0;

    while (i < v->split_count && !field_is(name, v->split_name[i]))
        i++;
    return i;
}

/* One line that is neither a header nor empty. */
static bool add_line(struct row_list *list, struct field line, size_t number,
                     const struct view *v, size_t plain, struct error *err)
{
    struct row_place place = { .split = plain, .line = number };
    struct field row = line;

    if (memchr(line.at, '\t', line.n)) {
        struct field name = cut(&line, '\t');
        row = cut(&line, '\t');
        place.split = find_split(v, name);
        if (row.n > 0 && place.split == v->split_count)
            return error_set(err, FAIL_USAGE,
                             "'%s', line %zu: %s has no split '%.*s'",
                             list->file, number, v->name, shown(name), name.at);
    }
    if (row.n == 0)
        return true;
    if (!number_parse_u64_n(row.at, row.n, &place.row))
        return error_set(err, FAIL_USAGE,
                         "'%s', line %zu: '%.*s' is no row; lines are "
                         "SPLIT<TAB>ROW, or ROW",
                         list->file, number, shown(row), row.at);
    return !v->only[place.split] || row_list_add(list, place, err);
}

bool row_list_read(struct row_list *list, struct reader *from,
                   const struct view *v, size_t plain, struct error *err)
{
    struct field text = { 0 };
    char *bytes = (char *)reader_rest(from, FILE_MAX, &text.n, err);
    bool ok = bytes && (list->file = text_copy(from->name, err)) != NULL;

    text.at = bytes;
    for (size_t number = 1; ok && text.n > 0; number++) {
        struct field line = cut(&text, '\n'), rest = line;
        if (line.n == 0 || line.at[0] == '#' ||
            field_is(cut(&rest, '\t'), "split"))
            continue;
        ok = add_line(list, line, number, v, plain, err);
    }
    free(bytes);
    return ok;
}
