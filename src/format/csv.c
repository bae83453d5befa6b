/* SPDX-License-Identifier: MIT */
/* Reading CSV tables of whole numbers, byte by byte, without strtol. */
#include "format/csv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/interrupt.h"
#include "base/spool.h"
#include "base/text.h"
#include "format/content.h"

enum {
    /* What is read at once, and as many values; both lie in the L2 cache. */
    BLOCK_BYTES = 128 * 1024,
    /* Of each field; what is longer is no number from 0 to 255. */
    FIELD_KEPT = 32,
    /* Three digits, and two bytes that end a line. */
    PLAIN_BYTES = 5,
};
static_assert((size_t)CSV_MAX_COLUMNS <= BLOCK_BYTES,
              "the first line is kept whole");

static const unsigned char bom[3] = { 0xEF, 0xBB, 0xBF };

static bool starts_with_bom(const unsigned char *head, size_t n)
{
    return n >= sizeof bom && memcmp(head, bom, sizeof bom) == 0;
}

/* A carriage return is a space, too, so that CRLF needs no care. */
static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* A number of any kind: "256", "-1", "12.0", "1e3". It is never a name. */
static bool is_numeric(const char *text, size_t n)
{
    size_t digits = 0;

    for (size_t i = 0; i < n; i++) {
        digits += is_digit(text[i]);
        if (text[i] == '\0' || !strchr("0123456789+-.eE", text[i]) ||
            (i == 0 && (text[i] == 'e' || text[i] == 'E')))
            return false;
    }
    return digits > 0;
}

/* ---- what a table looks like ---- */

/* One line of the first bytes. */
struct look {
    size_t numbers, names, empty, others;
    bool blanks; /* there are spaces */
};

static bool is_name_byte(unsigned char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c == '_' || c == '-' || c == '.' || c >= 0x80;
}

static void look_at_field(const unsigned char *from, const unsigned char *to,
                          struct look *l)
{
    for (; from < to && is_blank(*from); from++)
        l->blanks = l->blanks || *from != '\r';
    for (; from < to && is_blank(to[-1]); to--)
        l->blanks = l->blanks || to[-1] != '\r';
    if (from < to && *from == '"') {
        from++;
        if (from < to && to[-1] == '"')
            to--;
    }
    const unsigned char *at = from;
    while (at < to && is_name_byte(*at))
        at++;
    if (from == to)
        l->empty++;
    else if (is_numeric((const char *)from, (size_t)(to - from)))
        l->numbers++;
    else if (at == to)
        l->names++;
    else
        l->others++;
}

/* Returns where the next line begins, or the end. */
static const unsigned char *
look_at_line(const unsigned char *at, const unsigned char *end, struct look *l)
{
    for (const unsigned char *from = at;; at++) {
        if (at < end && *at != ',' && *at != '\n')
            continue;
        look_at_field(from, at, l);
        if (at == end || *at == '\n')
            return at == end ? end : at + 1;
        from = at + 1;
    }
}

bool csv_matches(const unsigned char *head, size_t n)
{
    const unsigned char *at = head, *end = head + n;
    struct look first = { 0 }, second = { 0 };

    if (starts_with_bom(head, n))
        at += sizeof bom;
    at = look_at_line(at, end, &first);
    if (first.others > 0 || first.numbers + first.names == 0)
        return false;
    if (first.names == 0 && first.numbers > 1)
        return true; /* whatever follows, it is to be read as a table */
    look_at_line(at, end, &second);
    if (second.numbers + second.names + second.others > 0)
        return second.numbers > 0;
    /* A line alone: a number, or names without the spaces of prose. */
    return first.names == 0 || (first.names > 1 && !first.blanks);
}

/* ---- reading ---- */

struct table {
    struct reader *in;             /* borrowed */
    unsigned char *block, *values; /* BLOCK_BYTES each */
    size_t at, end;                /* of the block: not yet taken */
    size_t used;                   /* of the values: not yet in the spool */
    struct spool spool;
    size_t column, columns; /* of the next field, from 0; of each line */
    uint64_t line;          /* from 1 */
    uint64_t empty_line;    /* the first of those just before; 0: none */
    uint64_t rows;          /* known in the end */
    bool ended;
};

enum { BYTE_END = -1, BYTE_FAILED = -2 };

static int next_byte(struct table *t, struct error *err)
{
    if (t->at == t->end) {
        if (!interrupt_none(err))
            return BYTE_FAILED;
        ptrdiff_t got = reader_read(t->in, t->block, BLOCK_BYTES, err);
        if (got <= 0)
            return got == 0 ? BYTE_END : BYTE_FAILED;
        t->at = 0;
        t->end = (size_t)got;
    }
    return t->block[t->at++];
}

static bool refuse(const struct table *t, struct error *err, const char *what)
{
    return error_set(err, FAIL_DATA, "'%s', line %" PRIu64 ", column %zu: %s",
                     t->in->name, t->line, t->column + 1, what);
}

/* What stands between two commas, without quotes and without the spaces on
 * both sides. */
struct field {
    char text[FIELD_KEPT + 1]; /* terminated; its first bytes at least */
    size_t n;                  /* all of its bytes */
    size_t trimmed;            /* without the spaces at its end */
    bool quoted;
    bool zero; /* has a byte of value 0 */
    bool last; /* of its line */
};

static void keep(struct field *f, int c)
{
    if (f->n == 0 && is_blank(c))
        return;
    if (f->n < FIELD_KEPT)
        f->text[f->n] = (char)c;
    f->n++;
    if (!is_blank(c))
        f->trimmed = f->n;
    f->zero = f->zero || c == 0;
}

/* One field of whatever length, wherever blocks end. */
static bool read_field(struct table *t, struct field *f, struct error *err)
{
    enum { BARE, QUOTED, CLOSED } quotes = BARE;
    int c;

    *f = (struct field){ 0 };
    while ((c = next_byte(t, err)) != '\n' && c >= 0 &&
           (c != ',' || quotes == QUOTED)) {
        if (c == '"' && quotes == BARE && f->n == 0) {
            quotes = QUOTED;
            f->quoted = true;
        } else if (c == '"' && quotes == QUOTED) {
            quotes = CLOSED;
        } else if (quotes == CLOSED && !is_blank(c)) {
            /* A quote that is doubled, or not around the field. */
            keep(f, '"');
            quotes = c == '"' ? QUOTED : BARE;
            if (c != '"')
                keep(f, c);
        } else {
            keep(f, c);
        }
    }
    if (c == BYTE_FAILED)
        return false;
    if (quotes == QUOTED)
        return refuse(t, err, "a quote is opened and not closed");
    if (f->zero)
        return refuse(t, err, "there is a byte of value 0; is this UTF-16?");
    f->n = f->trimmed;
    f->text[f->n < FIELD_KEPT ? f->n : FIELD_KEPT] = '\0';
    if (strchr(f->text, '\r'))
        return refuse(t, err,
                      "a carriage return alone ends no line; a line feed is "
                      "needed");
    f->last = c != ',';
    t->ended = c == BYTE_END;
    return true;
}

static bool refuse_field(const struct table *t, const struct field *f,
                         struct error *err)
{
    char shown[4 * FIELD_KEPT + 1], what[sizeof shown + 100];

    if (f->n == 0)
        return refuse(t, err,
                      "a whole number from 0 to 255 is needed, and the field "
                      "is empty");
    text_mask(shown, sizeof shown, f->text);
    snprintf(what, sizeof what,
             "a whole number from 0 to 255%s is needed, not '%s%s'",
             strchr(f->text, '.') && is_numeric(f->text, strlen(f->text))
                 ? ", without a point,"
                 : "",
             shown, f->n > FIELD_KEPT ? "..." : "");
    return refuse(t, err, what);
}

static bool take_value(struct table *t, const struct field *f,
                       struct error *err)
{
    unsigned value = 0;

    /* Of a field that is too long, the terminator is no digit. */
    for (size_t i = 0; i < f->n; i++) {
        if (!is_digit(f->text[i]))
            return refuse_field(t, f, err);
        value = 10 * value + (unsigned)(f->text[i] - '0');
        if (value > 255)
            return refuse_field(t, f, err);
    }
    if (f->n == 0)
        return refuse_field(t, f, err);
    t->values[t->used++] = (unsigned char)value;
    return true;
}

static bool names_label(const struct field *f)
{
    return strcasecmp(f->text, "label") == 0 ||
           strcasecmp(f->text, "class") == 0 ||
           strcasecmp(f->text, "target") == 0;
}

/* Names or numbers? That is known at the end of the line: its numbers are kept
 * until then, and the first mistake in them. */
static bool read_first_line(struct table *t, struct csv_header *h,
                            struct error *err)
{
    struct error mistake = { 0 };
    size_t label_column = SIZE_MAX;
    struct field f;

    do {
        if (t->column == CSV_MAX_COLUMNS)
            return error_set(err, FAIL_DATA,
                             "'%s', line 1 has more than %d columns, which is "
                             "enough for 256x256 pixels and a label",
                             t->in->name, CSV_MAX_COLUMNS);
        if (!read_field(t, &f, err))
            return false;
        h->present = h->present ||
                     (f.n > 0 && !is_numeric(f.text, strlen(f.text)));
        if (label_column == SIZE_MAX && names_label(&f))
            label_column = t->column;
        if (!take_value(t, &f, &mistake))
            t->values[t->used++] = 0;
        t->column++;
    } while (!f.last);

    if (!h->present && mistake.code != FAIL_NONE)
        return error_pass(err, &mistake);
    if (h->present)
        t->used = 0;
    h->columns = t->columns = t->column;
    h->label_column = label_column < t->columns ? label_column : t->columns;
    t->column = 0;
    t->line++;
    return true;
}

/* As many numbers as stand there in their plainest form, whole within the
 * block: nearly all of them. What is not so plain is left to take_field. */
static void take_plain(struct table *t)
{
    const unsigned char *at = t->block + t->at, *end = t->block + t->end;
    unsigned char *to = t->values + t->used, *room = t->values + BLOCK_BYTES;
    size_t left = t->columns - t->column; /* of the line; 0 if it is too long */

    while (end - at >= PLAIN_BYTES && to < room) {
        const unsigned char *next = at;
        unsigned value = *next++ - (unsigned)'0';
        if (value > 9)
            break;
        if (is_digit(*next))
            value = 10 * value + *next++ - '0';
        if (is_digit(*next))
            value = 10 * value + *next++ - '0';
        if (value > 255)
            break;
        if (*next == ',' && left > 1) {
            left--;
        } else {
            if (*next == '\r')
                next++;
            if (*next != '\n' || left != 1)
                break;
            left = t->columns;
            t->line++;
        }
        *to++ = (unsigned char)value;
        at = next + 1;
    }
    t->column = t->columns - left;
    t->used = (size_t)(to - t->values);
    t->at = (size_t)(at - t->block);
}

static bool take_field(struct table *t, struct error *err)
{
    struct field f;

    if (!read_field(t, &f, err))
        return false;
    if (t->column == 0 && f.last && f.n == 0 && !f.quoted) {
        if (t->empty_line == 0)
            t->empty_line = t->line;
        t->line++;
        return true;
    }
    if (t->empty_line > 0)
        return error_set(err, FAIL_DATA,
                         "'%s', line %" PRIu64
                         ": the line is empty, and others "
                         "follow",
                         t->in->name, t->empty_line);
    if (t->column == t->columns)
        return refuse(t, err, "the line goes on, and the first one ends here");
    if (!take_value(t, &f, err))
        return false;
    t->column++;
    if (!f.last)
        return true;
    if (t->column < t->columns)
        return refuse(t, err, "the line ends, and the first one goes on");
    t->column = 0;
    t->line++;
    return true;
}

static bool read_lines(struct table *t, struct error *err)
{
    while (!t->ended) {
        if (t->used == BLOCK_BYTES) {
            if (!spool_append(&t->spool, t->values, t->used, err))
                return false;
            t->used = 0;
        }
        if (t->empty_line == 0)
            take_plain(t);
        if (t->used < BLOCK_BYTES && !take_field(t, err))
            return false;
    }
    return spool_append(&t->spool, t->values, t->used, err);
}

/* What is surely something else is not read; text is, as only reading tells
 * what is wrong with a table. */
static bool check_content(struct reader *in, enum content *content,
                          struct error *err)
{
    unsigned char head[READER_PEEK_MAX];
    ptrdiff_t got = reader_peek(in, head, sizeof head, err);

    if (got < 0)
        return false;
    *content = content_recognise(head, (size_t)got);
    if (*content != CONTENT_CSV && *content != CONTENT_TEXT &&
        *content != CONTENT_UNKNOWN)
        return error_set(err, FAIL_DATA, "'%s' is no CSV table: it is %s",
                         in->name, content_phrase(*content));
    return !starts_with_bom(head, (size_t)got) ||
           reader_exact(in, head, sizeof bom, err);
}

static bool read_table(struct table *t, struct csv_header *h, struct error *err)
{
    enum content content;

    if (!check_content(t->in, &content, err) ||
        !spool_init(&t->spool, SPOOL_MEMORY, NULL, err) ||
        !read_first_line(t, h, err) || !read_lines(t, err))
        return false;
    t->rows = t->spool.bytes / t->columns;
    if (t->rows == 0 && content != CONTENT_CSV)
        return error_set(err, FAIL_DATA, "'%s' is no CSV table: it is %s",
                         t->in->name, content_phrase(content));
    return true;
}

bool csv_open_table(struct array_stream *s, struct csv_header *h,
                    struct error *err)
{
    struct table t = { .in = s->in, .line = 1 };
    struct csv_header header = { 0 };
    struct reader *values = NULL;

    t.block = malloc(BLOCK_BYTES);
    t.values = malloc(BLOCK_BYTES);
    if (!t.block || !t.values)
        error_memory(err);
    else if (read_table(&t, &header, err))
        values = spool_reader_open(&t.spool, s->in->name, err);
    if (values) {
        reader_close(s->in);
        s->in = values;
        s->info = (struct array_info){ DTYPE_U8, 2, { t.rows, t.columns } };
        s->left = t.rows * t.columns;
        if (h)
            *h = header;
    }
    spool_release(&t.spool);
    free(t.values);
    free(t.block);
    return values != NULL;
}

bool csv_open(struct array_stream *s, struct error *err)
{
    struct csv_header header;

    if (!csv_open_table(s, &header, err))
        return false;
    s->labelled = header.label_column < header.columns;
    return true;
}
