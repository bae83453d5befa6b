/* SPDX-License-Identifier: MIT */
/* The table of element types, and rounding to the small floats. */
#include "format/dtype.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    size_t bytes;
} types[DTYPE_COUNT] = {
    [DTYPE_U8] = { "u8", 1 },     [DTYPE_I8] = { "i8", 1 },
    [DTYPE_I16] = { "i16", 2 },   [DTYPE_I32] = { "i32", 4 },
    [DTYPE_I64] = { "i64", 8 },   [DTYPE_F16] = { "f16", 2 },
    [DTYPE_BF16] = { "bf16", 2 }, [DTYPE_F32] = { "f32", 4 },
    [DTYPE_F64] = { "f64", 8 },   [DTYPE_U32] = { "u32", 4 },
};

const char *dtype_name(enum dtype type)
{
    return types[type].name;
}

size_t dtype_bytes(enum dtype type)
{
    return types[type].bytes;
}

bool dtype_parse(const char *name, enum dtype *to)
{
    for (unsigned i = 0; i < DTYPE_COUNT; i++) {
        if (strcmp(name, types[i].name) == 0) {
            *to = (enum dtype)i;
            return true;
        }
    }
    return false;
}

/* A 16-bit float of IEEE 754's layout: sign, exponent bits, fraction bits. */
struct small_float {
    int exponent_bits, fraction_bits;
};

static const struct small_float half = { 5, 10 };
static const struct small_float brain = { 8, 7 };

static uint16_t small_store(struct small_float kind, double value)
{
    int bias = (1 << (kind.exponent_bits - 1)) - 1;
    unsigned infinity = ((1u << kind.exponent_bits) - 1) << kind.fraction_bits;
    unsigned sign = signbit(value) ? 0x8000u : 0;
    double size = fabs(value);
    int exponent;

    if (isnan(value))
        return (uint16_t)(infinity | 1u << (kind.fraction_bits - 1));
    if (isinf(value))
        return (uint16_t)(sign | infinity);
    /* size = f * 2^exponent with f in [1, 2); below the smallest normal number
     * the exponent stays, and the fraction loses leading bits. */
    (void)frexp(size, &exponent);
    exponent -= 1;
    if (size == 0 || exponent < 1 - bias)
        exponent = 1 - bias;
    /* In units of the last place; rint rounds ties to even. A carry out of the
     * fraction lands in the exponent, where it belongs. */
    double units = rint(ldexp(size, kind.fraction_bits - exponent));
    double whole = ldexp(1, kind.fraction_bits);
    if (units < whole) /* subnormal, or zero */
        return (uint16_t)(sign | (unsigned)units);
    unsigned bits = ((unsigned)(exponent + bias - 1) << kind.fraction_bits) +
                    (unsigned)units;
    return (uint16_t)(sign | (bits > infinity ? infinity : bits));
}

static double small_load(struct small_float kind, uint16_t bits)
{
    int bias = (1 << (kind.exponent_bits - 1)) - 1;
    unsigned top = (1u << kind.exponent_bits) - 1;
    unsigned fraction = bits & ((1u << kind.fraction_bits) - 1);
    unsigned exponent = ((unsigned)bits >> kind.fraction_bits) & top;
    double size;

    if (exponent == top)
        size = fraction ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        size = ldexp(fraction, 1 - bias - kind.fraction_bits);
    else
        size = ldexp(fraction + (1u << kind.fraction_bits),
                     (int)exponent - bias - kind.fraction_bits);
    return bits & 0x8000u ? -size : size;
}

#define LOAD(to, type, from)                  \
    do {                                      \
        type loaded;                          \
        memcpy(&loaded, from, sizeof loaded); \
        (to) = (double)loaded;                \
    } while (0)

double dtype_load(enum dtype type, const void *from)
{
    double value = 0;
    uint16_t bits;

    switch (type) {
    case DTYPE_U8:
        LOAD(value, uint8_t, from);
        break;
    case DTYPE_I8:
        LOAD(value, int8_t, from);
        break;
    case DTYPE_I16:
        LOAD(value, int16_t, from);
        break;
    case DTYPE_I32:
        LOAD(value, int32_t, from);
        break;
    case DTYPE_I64:
        LOAD(value, int64_t, from);
        break;
    case DTYPE_U32:
        LOAD(value, uint32_t, from);
        break;
    case DTYPE_F32:
        LOAD(value, float, from);
        break;
    case DTYPE_F64:
        LOAD(value, double, from);
        break;
    case DTYPE_F16:
    case DTYPE_BF16:
        memcpy(&bits, from, sizeof bits);
        return small_load(type == DTYPE_F16 ? half : brain, bits);
    case DTYPE_COUNT:
        break;
    }
    return value;
}

int64_t dtype_load_whole(enum dtype type, const void *from)
{
    int64_t value;

    if (type != DTYPE_I64)
        return (int64_t)dtype_load(type, from);
    memcpy(&value, from, sizeof value);
    return value;
}

bool dtype_is_float(enum dtype type)
{
    return type == DTYPE_F16 || type == DTYPE_BF16 || type == DTYPE_F32 ||
           type == DTYPE_F64;
}

#define STORE(type, to, from)               \
    do {                                    \
        type stored = (type)(from);         \
        memcpy(to, &stored, sizeof stored); \
    } while (0)

void dtype_store(enum dtype type, void *to, double value)
{
    switch (type) {
    case DTYPE_U8:
        STORE(uint8_t, to, rint(value));
        break;
    case DTYPE_I8:
        STORE(int8_t, to, rint(value));
        break;
    case DTYPE_I16:
        STORE(int16_t, to, rint(value));
        break;
    case DTYPE_I32:
        STORE(int32_t, to, rint(value));
        break;
    case DTYPE_I64:
        STORE(int64_t, to, rint(value));
        break;
    case DTYPE_U32:
        STORE(uint32_t, to, rint(value));
        break;
    case DTYPE_F32:
        STORE(float, to, value);
        break;
    case DTYPE_F64:
        STORE(double, to, value);
        break;
    case DTYPE_F16:
        STORE(uint16_t, to, small_store(half, value));
        break;
    case DTYPE_BF16:
        STORE(uint16_t, to, small_store(brain, value));
        break;
    case DTYPE_COUNT:
        break;
    }
}

void dtype_swap(enum dtype type, void *elements, size_t count)
{
    unsigned char *p = elements;
    size_t bytes = dtype_bytes(type);

    if (bytes == 1)
        return;
    for (size_t i = 0; i < count; i++, p += bytes) {
        for (size_t a = 0, b = bytes - 1; a < b; a++, b--) {
            unsigned char kept = p[a];
            p[a] = p[b];
            p[b] = kept;
        }
    }
}

bool dtype_machine_is_little(void)
{
    const uint16_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 1;
}
