/* SPDX-License-Identifier: MIT */
/* Escaping as GNU make 4.3 reads it, found out by running it, and one small
 * file. */
#include "pipeline/depfile.h"

#include <string.h>

#include "base/outfile.h"
#include "base/sizes.h"
#include "base/writer.h"

/* A name stands on the left of a rule or on the right, and make does not read
 * both in the same way. */
enum side { TARGET = 1, PREREQUISITE = 2, BOTH = TARGET | PREREQUISITE };

/* Make searches the text of a rule for these again and again, and each time
 * takes away the backslashes that hide one, and half of those before it. What
 * no backslash hides is the result of a function: those are looked into later
 * (= and tab) or less often (;). Make looks for files that fit a name with ?,
 * * or [ in it: there, a backslash is for the pattern. */
static const struct told {
    char c;
    enum side side;
    bool halves; /* backslashes that stand before it in the name */
    const char *as;
} told[] = {
    { ' ', BOTH, true, "\\ " },
    { '#', BOTH, true, "\\#" },
    { ':', BOTH, true, "\\:" },
    { '|', PREREQUISITE, true, "\\|" },
    { '%', TARGET, true, "\\%" },
    { ';', BOTH, true, "$(subst ,,\\;)" },
    { '\t', BOTH, true, "$(subst ,,\\\t)" },
    { '=', BOTH, false, "$(subst ,,=)" },
    { '$', BOTH, false, "$$" },
    { '?', BOTH, false, "\\?" },
    { '*', BOTH, false, "\\*" },
    { '[', BOTH, false, "\\[" },
};

static const struct told *find_told(char c, enum side side)
{
    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (told[i].c == c && (told[i].side & side))
            return &told[i];
    return NULL;
}

static bool put(struct bytes_writer *to, const char *text, struct error *err)
{
    return writer_write(&to->base, text, strlen(text), err);
}

static bool put_backslashes(struct bytes_writer *to, size_t count,
                            struct error *err)
{
    while (count > 0 && put(to, "\\", err))
        count--;
    return count == 0;
}

/* As make does it. */
static const char *without_dot_slash(const char *name)
{
    while (strncmp(name, "./", 2) == 0 && name[2 + strspn(name + 2, "/")])
        name += 2 + strspn(name + 2, "/");
    return name;
}

/* What was put last: *run backslashes. */
static bool put_char(struct bytes_writer *to, char c, bool pattern,
                     enum side side, size_t *run, struct error *err)
{
    if (c == '\\') {
        const char *as = pattern ? "\\\\" : "\\";
        *run += strlen(as);
        return put(to, as, err);
    }
    const struct told *special = find_told(c, side);
    size_t more = special && special->halves ? *run : 0;

    *run = 0;
    return put_backslashes(to, more, err) &&
           (special ? put(to, special->as, err)
                    : writer_write(&to->base, &c, 1, err));
}

static bool is_pattern(const char *name)
{
    return name[0] == '~' || strpbrk(name, "?*[");
}

static bool put_name(struct bytes_writer *to, const char *name, enum side side,
                     struct error *err)
{
    const char *at = without_dot_slash(name);
    bool pattern = is_pattern(at);
    bool tilde = *at == '~'; /* a home directory, unless it is a pattern */
    size_t run = 0;
    /* A lone word such as `define` means something else. */
    bool ok = (strchr(at, '/') || put(to, "./", err)) &&
              (!tilde || put(to, "[~]", err));

    for (at += tilde; ok && *at; at++)
        ok = put_char(to, *at, pattern, side, &run, err);
    /* What comes next, a blank or a colon, halves them. */
    return ok && put_backslashes(to, run, err);
}

static char last_of(const char *name)
{
    return name[strlen(name) - 1];
}

static bool put_target(struct bytes_writer *to, const char *name,
                       struct error *err)
{
    /* "&:" would begin a rule for grouped targets. */
    const char *colon = last_of(name) == '&' ? " :" : ":";

    return put_name(to, name, TARGET, err) && put(to, colon, err);
}

/* A line for each prerequisite: on one line, names with ( and ) would run
 * together as members of one archive. */
static bool put_prerequisite(struct bytes_writer *to, const char *target,
                             const char *name, struct error *err)
{
    /* Blanks at the end of the line would be taken away: it gets another end,
     * an empty list of order-only prerequisites. */
    const char *end = strchr(" \t\\", last_of(name)) ? " |\n" : "\n";

    return put_target(to, target, err) && put(to, " ", err) &&
           put_name(to, name, PREREQUISITE, err) && put(to, end, err);
}

static bool put_empty_rule(struct bytes_writer *to, const char *name,
                           struct error *err)
{
    return put_target(to, name, err) && put(to, "\n", err);
}

/* Make takes x(y) for the member y of an archive x, however it is written. */
static bool is_archive_member(const char *name)
{
    const char *open = strchr(name, '(');
    const char *last = name + strlen(name) - 1;

    return open && open > name && *last == ')' && last > open + 1;
}

static const char *find_objection(const char *name, bool is_target)
{
    if (*name == '\0')
        return "it is empty";
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ' && *c != '\t')
            return "it has a control character";
    if (is_archive_member(without_dot_slash(name)))
        return "it would be the member of an archive";
    /* The file that fits a pattern gets no backslash before its %. */
    if (is_target && strchr(name, '%') && is_pattern(without_dot_slash(name)))
        return "it has a % beside a ?, *, [ or ~";
    return NULL;
}

static bool check_name(const char *name, bool is_target, struct error *err)
{
    const char *objection = find_objection(name, is_target);

    return !objection ||
           error_set(err, FAIL_USAGE,
                     "make cannot be told of '%s': %s; rename it, or leave "
                     "out --depfile",
                     name, objection);
}

static bool put_rules(struct bytes_writer *to, const char *target,
                      const char *const *prerequisites, size_t count,
                      struct error *err)
{
    bool ok = check_name(target, true, err);

    if (ok && count == 0)
        ok = put_empty_rule(to, target, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = check_name(prerequisites[i], false, err) &&
             put_prerequisite(to, target, prerequisites[i], err);
    for (size_t i = 0; ok && i < count; i++)
        ok = put(to, "\n", err) && put_empty_rule(to, prerequisites[i], err);
    return ok;
}

bool depfile_write(const char *path, const char *target,
                   const char *const *prerequisites, size_t count,
                   struct error *err)
{
    struct bytes_writer text = { 0 };

    bytes_writer_init(&text);
    bool ok = put_rules(&text, target, prerequisites, count, err) &&
              outfile_put(path, text.bytes, text.n,
                          OUTFILE_REPLACE | OUTFILE_DEVICE, err);
    bytes_writer_release(&text);
    return ok;
}
