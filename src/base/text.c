/* SPDX-License-Identifier: MIT */
/* Masking of foreign text, formatting into memory of its own, paths. */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes one UTF-8 character; 0 when the bytes are none (overlong forms and
 * surrogates included), else its length. */
static size_t utf8_decode(const unsigned char *p, uint32_t *code)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = p[0] < 0x80             ? 1
               : (p[0] & 0xE0) == 0xC0 ? 2
               : (p[0] & 0xF0) == 0xE0 ? 3
               : (p[0] & 0xF8) == 0xF0 ? 4
                                       : 0;

    if (n == 0)
        return 0;
    if (n == 1) {
        *code = p[0];
        return 1;
    }
    uint32_t value = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3Fu);
    }
    if (value < smallest[n] || value > 0x10FFFF ||
        (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code = value;
    return n;
}

static bool needs_mask(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) ||
           code == 0x061C ||                     /* Arabic letter mark */
           (code >= 0x200E && code <= 0x200F) || /* direction marks */
           (code >= 0x2028 && code <= 0x202E) || /* separators, embeddings */
           (code >= 0x2066 && code <= 0x2069) || /* isolates */
           code == 0xFEFF;
}

void text_mask(char *to, size_t size, const char *from)
{
    const unsigned char *p = (const unsigned char *)from;
    size_t used = 0;

    while (*p != '\0') {
        char shown[16];
        uint32_t code = 0;
        size_t n = utf8_decode(p, &code);

        if (n == 0 || (n == 1 && needs_mask(code)))
            snprintf(shown, sizeof shown, "\\x%02x", *p);
        else if (needs_mask(code))
            snprintf(shown, sizeof shown, "\\u%04x", (unsigned)code);
        else
            snprintf(shown, sizeof shown, "%.*s", (int)n, (const char *)p);
        size_t length = strlen(shown);
        if (used + length + 1 > size)
            break;
        memcpy(to + used, shown, length);
        used += length;
        p += n == 0 ? 1 : n;
    }
    to[used] = '\0';
}

char *text_vformat(struct error *err, const char *fmt, va_list args)
{
    va_list again;

    va_copy(again, args);
    int length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (!text)
        error_memory(err);
    else
        vsnprintf(text, (size_t)length + 1, fmt, args);
    return text;
}

char *text_format(struct error *err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *text = text_vformat(err, fmt, args);
    va_end(args);
    return text;
}

char *text_copy(const char *from, struct error *err)
{
    return text_format(err, "%s", from);
}

bool text_next_word(const char **list, char word[TEXT_WORD_BYTES])
{
    if (!*list)
        return false;
    size_t n = strcspn(*list, ",");
    size_t kept = n < TEXT_WORD_BYTES ? n : TEXT_WORD_BYTES - 1;
    memcpy(word, *list, kept);
    word[kept] = '\0';
    *list = (*list)[n] == ',' ? *list + n + 1 : NULL;
    return true;
}

/* The bytes of the first character; there is one. */
static size_t character_bytes(const char *text)
{
    size_t n = 1;

    while ((unsigned char)text[0] >= 0x80 &&
           ((unsigned char)text[n] & 0xC0) == 0x80)
        n++;
    return n;
}

size_t text_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text += character_bytes(text))
        count++;
    return count;
}

size_t text_first_bytes(const char *text, size_t characters)
{
    size_t n = 0;

    for (; characters > 0 && text[n] != '\0'; characters--)
        n += character_bytes(text + n);
    return n;
}

char *path_join(const char *dir, const char *name, struct error *err)
{
    const char *slash = text_ends_with(dir, "/") ? "" : "/";
    return text_format(err, "%s%s%s", dir, slash, name);
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool text_ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}
