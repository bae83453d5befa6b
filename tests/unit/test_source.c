/* SPDX-License-Identifier: MIT */
/* Images and labels in step, hashed on the way, and all that can be wrong with
 * the pair. */
#include "dataset/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "base/text.h"
#include "fixtures.h"
#include "helpers.h"

/* Nothing is to be turned or shifted. */
static const struct catalogue_dataset plain_dataset = { .name = "plain" };

enum { U8 = 0x08, I8 = 0x09, I16 = 0x0B, I32 = 0x0C, F32 = 0x0D, F64 = 0x0E };
enum { ROWS = 50, IMAGE = 12 }; /* of 3 x 4 */

static const struct catalogue_split split = {
    .name = "train", .part = { { .name = "images" }, { .name = "labels" } }
};

/* The files of ROWS samples, in memory. */
struct pair {
    unsigned char pixels[ROWS * IMAGE], labels[ROWS];
    struct made file[CATALOGUE_PARTS];
};

static void make_pair(struct pair *p)
{
    fill_noise(p->pixels, sizeof p->pixels, 1);
    for (size_t i = 0; i < ROWS; i++)
        p->labels[i] = (unsigned char)(i * 7 % 10);
    p->file[0] = idx_make(U8, "50,3,4", p->pixels, sizeof p->pixels);
    p->file[1] = idx_make(U8, "50", p->labels, sizeof p->labels);
}

static void release_pair(struct pair *p)
{
    made_release(&p->file[0]);
    made_release(&p->file[1]);
}

/* Writes both files, packed or not. */
static void put(const struct made *images, const struct made *labels)
{
    made_put("images", images);
    made_put("labels", labels);
}

static void put_idx(unsigned char image_type, const char *image_shape,
                    unsigned char label_type, const char *label_shape)
{
    static const unsigned char zeros[8192];
    struct made images = idx_make(image_type, image_shape, zeros, sizeof zeros);
    struct made labels = idx_make(label_type, label_shape, zeros, sizeof zeros);

    put(&images, &labels);
    made_release(&images);
    made_release(&labels);
}

/* Opens, reads in blocks to the end, and finishes; false at the first error.
 * pixels and labels may be NULL. */
static bool read_all(struct source *s, unsigned flags, size_t block,
                     unsigned char *pixels, int64_t *labels, struct error *err)
{
    ptrdiff_t n = 0;
    size_t done = 0;

    *s = (struct source){ 0 };
    bool ok =
        source_open_published(s, ".", &plain_dataset, &split, NULL, flags, err);
    unsigned char *images = malloc(block * (ok ? s->image_bytes : 1) + 1);
    int64_t *unwanted = malloc(block * sizeof *unwanted);
    assert_non_null(images);
    assert_non_null(unwanted);
    while (ok && (n = source_read(s, images, labels ? labels + done : unwanted,
                                  block, err)) > 0) {
        assert_true((size_t)n <= block);
        if (pixels)
            memcpy(pixels + done * s->image_bytes, images,
                   (size_t)n * s->image_bytes);
        done += (size_t)n;
        assert_int_equal(s->next_row, done);
    }
    free(images);
    free(unwanted);
    ok = ok && n == 0 && done == s->count;
    return ok && source_finish(s, err);
}

/* ---- good pairs ---- */

static void check_facts(const struct source_part *part, const struct made *file,
                        const struct made *payload, bool hashed)
{
    char hex[65] = "", payload_hex[65] = "";

    if (hashed) {
        sha256_text(file->bytes, file->n, hex);
        sha256_text(payload->bytes, payload->n, payload_hex);
    }
    assert_string_equal(part->facts.sha256, hex);
    assert_string_equal(part->facts.payload_sha256, payload_hex);
    assert_int_equal(part->facts.bytes, hashed ? file->n : 0);
    assert_int_equal(part->facts.payload_bytes, hashed ? payload->n : 0);
}

static void test_pairs(void **state)
{
    (void)state;
    static const unsigned flags[] = { 0, SOURCE_HASH, SOURCE_AHEAD,
                                      SOURCE_HASH | SOURCE_AHEAD };
    static const size_t blocks[] = { 1, 7, ROWS - 1, ROWS, 1000 };
    struct pair p;

    make_pair(&p);
    for (unsigned packed = 0; packed < 4; packed++) {
        struct made file[CATALOGUE_PARTS];
        for (unsigned i = 0; i < CATALOGUE_PARTS; i++)
            file[i] = packed >> i & 1
                          ? gzip_make(p.file[i].bytes, p.file[i].n, 6)
                          : made_copy(p.file[i].bytes, p.file[i].n);
        put(&file[0], &file[1]);
        for (size_t i = 0; i < COUNT_OF(flags) * COUNT_OF(blocks); i++) {
            unsigned flag = flags[i % COUNT_OF(flags)];
            unsigned char pixels[sizeof p.pixels];
            int64_t labels[ROWS];
            struct source s;
            struct error err = { 0 };

            assert_true(read_all(&s, flag, blocks[i / COUNT_OF(flags)], pixels,
                                 labels, &err));
            assert_no_error(err);
            assert_int_equal(s.count, ROWS);
            assert_int_equal(s.image_bytes, IMAGE);
            assert_int_equal(s.images.ndims, 3);
            assert_int_equal(s.images.dim[1], 3);
            assert_int_equal(s.images.dim[2], 4);
            assert_memory_equal(pixels, p.pixels, sizeof pixels);
            for (size_t row = 0; row < ROWS; row++)
                assert_int_equal(labels[row], p.labels[row]);
            for (int part = 0; part < CATALOGUE_PARTS; part++)
                check_facts(&s.part[part], &file[part], &p.file[part],
                            (flag & SOURCE_HASH) != 0);
            source_close(&s);
            source_close(&s);
        }
        made_release(&file[0]);
        made_release(&file[1]);
    }
    release_pair(&p);
}

/* Labels that nobody wants are passed over, and checked to the end. */
static void test_images_alone(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    static const char *const shape = "10000";
    static unsigned char pixels[MANY], found[MANY], wide[4 * MANY];
    struct source s;
    struct error err = { 0 };

    fill_noise(pixels, sizeof pixels, 2);
    struct made images = idx_make(U8, "10000,1,1", pixels, sizeof pixels);
    struct made labels = idx_make(I32, shape, wide, sizeof wide);
    put(&images, &labels);
    assert_true(read_all(&s, SOURCE_HASH, 9000, found, NULL, &err));
    assert_memory_equal(found, pixels, sizeof pixels);
    check_facts(&s.part[PART_LABELS], &labels, &labels, true);
    source_close(&s);

    labels.n -= 3;
    put(&images, &labels);
    assert_false(read_all(&s, 0, 9000, found, NULL, &err));
    assert_error(err, FAIL_DATA, "'./labels' ends early");
    source_close(&s);
    labels.n += 3;
    made_release(&labels);
    made_release(&images);
}

/* ---- label types ---- */

static void test_label_types(void **state)
{
    (void)state;
    static const struct {
        unsigned char type;
        const char *bytes; /* of three labels, big-endian */
        size_t n;
        int64_t labels[3];
    } cases[] = {
        { U8, "\x00\x09\xFF", 3, { 0, 9, 255 } },
        { I8, "\x00\x7F\x80", 3, { 0, 127, -128 } },
        { I16, "\0\x09\x7F\xFF\x80\0", 6, { 9, 32767, -32768 } },
        { I32,
          "\0\0\0\x09\x7F\xFF\xFF\xFF\x80\0\0\0",
          12,
          { 9, INT32_MAX, INT32_MIN } },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source s;
        struct error err = { 0 };
        int64_t labels[3] = { 0 };
        struct made images = idx_make(U8, "3,1,2", "abcdef", 6);
        struct made file =
            idx_make(cases[i].type, "3", cases[i].bytes, cases[i].n);

        put(&images, &file);
        assert_true(read_all(&s, 0, 2, NULL, labels, &err));
        assert_no_error(err);
        for (size_t row = 0; row < 3; row++)
            if (labels[row] != cases[i].labels[row])
                fail_msg("type %zu, row %zu: %lld", i, row,
                         (long long)labels[row]);
        source_close(&s);
        made_release(&images);
        made_release(&file);
    }
}

/* NPY has labels of 64 bits; all of them come through, also where a double
 * would not do. */
static void test_npy(void **state)
{
    (void)state;
    static const int64_t want[] = { 9, INT64_MAX, INT64_MIN,
                                    (INT64_C(1) << 53) + 1, -1 };
    char text[128 + sizeof want] = "\x93NUMPY\x01\0\x76\0";
    struct source s;
    struct error err = { 0 };
    int64_t labels[5] = { 0 };
    unsigned char pixels[10];

    memset(text + 10, ' ', 118);
    text[127] = '\n';
    static const char dict[] =
        "{'descr': '<i8', 'fortran_order': False, 'shape': (5,), }";
    memcpy(text + 10, dict, sizeof dict - 1);
    for (size_t i = 0; i < 8 * COUNT_OF(want); i++)
        text[128 + i] = (char)((uint64_t)want[i / 8] >> 8 * (i % 8));
    file_make("labels", text, sizeof text);
    struct made images = idx_make(U8, "5,2", "abcdefghij", 10);
    made_put("images", &images); /* rows of two, as of 784 */
    assert_true(read_all(&s, SOURCE_HASH, 3, pixels, labels, &err));
    assert_no_error(err);
    assert_memory_equal(labels, want, sizeof want);
    assert_memory_equal(pixels, "abcdefghij", 10);
    source_close(&s);
    made_release(&images);
}

/* ---- no rows ---- */

static void test_no_rows(void **state)
{
    (void)state;
    struct made images = idx_make(U8, "0,28,28", "", 0);
    struct made labels = idx_make(U8, "0", "", 0);

    put(&images, &labels);
    for (unsigned flags = 0; flags < 4; flags++) {
        struct source s;
        struct error err = { 0 };
        assert_true(read_all(&s, flags, 10, NULL, NULL, &err));
        assert_no_error(err);
        assert_int_equal(s.count, 0);
        assert_int_equal(s.image_bytes, 784);
        check_facts(&s.part[PART_IMAGES], &images, &images,
                    (flags & SOURCE_HASH) != 0);
        source_close(&s);
    }
    /* what stands behind the header of an empty file is seen, too */
    file_make("labels", "\0\0\x08\x01\0\0\0\0x", 9);
    struct source s;
    struct error err = { 0 };
    assert_false(read_all(&s, 0, 10, NULL, (int64_t[1]){ 0 }, &err));
    assert_error(err, FAIL_DATA, "'./labels'");
    source_close(&s);

    /* also when nobody read at all */
    for (int good = 0; good < 2; good++) {
        s = (struct source){ 0 };
        err = (struct error){ 0 };
        assert_true(source_open_published(&s, ".", &plain_dataset, &split, NULL,
                                          SOURCE_HASH, &err));
        assert_int_equal(source_finish(&s, &err), good);
        if (good)
            check_facts(&s.part[PART_LABELS], &labels, &labels, true);
        else
            assert_error(err, FAIL_DATA, "'./labels' goes on after the end");
        source_close(&s);
        made_put("labels", &labels);
    }
    made_release(&images);
    made_release(&labels);
}

/* ---- wrong pairs ---- */

static void test_wrong_pairs(void **state)
{
    (void)state;
    static const struct {
        unsigned char image_type;
        const char *images;
        unsigned char label_type;
        const char *labels;
        const char *part;
    } cases[] = {
        { U8, "50", U8, "50,3,4",
          "'./images' holds labels (50), not images; were images and labels "
          "swapped?" },
        { U8, "50", U8, "50", "'./images' holds labels" },
        { U8, "50,3,4", U8, "50,3,4",
          "'./labels' holds 50x3x4 of u8, not a list of labels; were images "
          "and labels swapped?" },
        { U8, "50,3,4", U8, "50,1", "not a list of labels" },
        { U8, "50,3,4", U8, "49",
          "'./images' has 50 images, but './labels' has 49 labels; they do not "
          "belong together" },
        { U8, "50,3,4", I32, "51", "has 51 labels" },
        { U8, "0,3,4", U8, "1", "has 0 images" },
        { I8, "50,3,4", U8, "50", "'./images' has pixels of type i8; u8 is" },
        { I32, "50,3,4", U8, "50", "pixels of type i32" },
        { F32, "50,3,4", U8, "50", "pixels of type f32" },
        { U8, "50,3,4", F32, "50",
          "'./labels' has labels of type f32; whole numbers are needed" },
        { U8, "50,3,4", F64, "50", "labels of type f64" },
        { U8, "1,1025,1024", U8, "1",
          "'./images' has images of 1x1025x1024; more than 1048576 pixels" },
        { U8, "1,65536,65536,65536", U8, "1", "more than 1048576 pixels" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source s = { 0 };
        struct error err = { 0 };

        put_idx(cases[i].image_type, cases[i].images, cases[i].label_type,
                cases[i].labels);
        if (source_open_published(&s, ".", &plain_dataset, &split, NULL,
                                  SOURCE_HASH | SOURCE_AHEAD, &err))
            fail_msg("row %zu was taken", i);
        if (!strstr(err.text, cases[i].part))
            print_error("row %zu\n", i);
        assert_error(err, FAIL_DATA, cases[i].part);
        source_close(&s);
    }
}

static void test_missing(void **state)
{
    (void)state;
    static const char *const missing[] = { "images", "labels" };
    char paths[][9] = { "./images", "./labels" };
    char name[] = "train";
    const struct input_split own = { .name = name,
                                     .path = { paths[0], paths[1] },
                                     .published = &split };
    struct source s = { 0 };

    for (size_t i = 0; i < COUNT_OF(missing); i++) {
        struct error err = { 0 }, exists = { 0 };
        put_idx(U8, "50,3,4", U8, "50");
        assert_true(source_exists(&own, &err));
        remove(missing[i]);
        assert_false(source_open_published(&s, ".", &plain_dataset, &split,
                                           NULL, 0, &err));
        assert_error(err, FAIL_SYSTEM, missing[i]);
        assert_true(text_ends_with(err.text, SOURCE_MISSING));
        source_close(&s);
        assert_false(source_exists(&own, &exists));
        assert_error(exists, FAIL_SYSTEM, err.text);
    }
}

/* ---- damage ---- */

enum damage { CUT, CUT_PACKED, TRAILING, TRAILING_PACKED, BAD_CRC, NOT_IDX };

static void test_damage(void **state)
{
    (void)state;
    static const struct {
        enum damage damage;
        const char *part;
    } cases[] = {
        { CUT, "ends early" },
        { CUT_PACKED, "is truncated" },
        { TRAILING, "after the end that its header announces" },
        { TRAILING_PACKED, "trailing bytes" },
        { BAD_CRC, "is damaged" },
        { NOT_IDX, "is no array file: it is a web page" },
    };
    static const char *const names[] = { "images", "labels" };
    struct pair p;

    make_pair(&p);
    for (size_t i = 0; i < COUNT_OF(cases) * CATALOGUE_PARTS * 4; i++) {
        size_t part = i / 4 % CATALOGUE_PARTS;
        enum damage damage = cases[i / 4 / CATALOGUE_PARTS].damage;
        bool packed = damage == CUT_PACKED || damage == TRAILING_PACKED ||
                      damage == BAD_CRC;
        const struct made *file = &p.file[part];
        struct made plain = made_copy(file->bytes, file->n + 1);
        struct made broken = packed ? gzip_make(file->bytes, file->n, 6)
                                    : made_copy(plain.bytes, plain.n - 1);
        struct source s;
        struct error err = { 0 };
        int64_t labels[ROWS];

        if (damage == CUT || damage == CUT_PACKED)
            broken.n--;
        if (damage == BAD_CRC)
            broken.bytes[broken.n - 5] ^= 1;
        if (damage == NOT_IDX)
            memcpy(broken.bytes, "<html>", 6);
        put(&p.file[0], &p.file[1]);
        made_put(names[part], &broken);
        if (damage == TRAILING || damage == TRAILING_PACKED) {
            FILE *f = fopen(names[part], "ab");
            assert_true(f && fputc('x', f) == 'x' && fclose(f) == 0);
        }
        if (read_all(&s, i % 4, 7, NULL, labels, &err))
            fail_msg("damage %d of %s was taken", (int)damage, names[part]);
        assert_error(err, FAIL_DATA, cases[i / 4 / CATALOGUE_PARTS].part);
        assert_error(err, FAIL_DATA, names[part]);
        source_close(&s);
        made_release(&plain);
        made_release(&broken);
    }
    release_pair(&p);
}

/* ---- receipts ---- */

/* What the receipt knows of an unchanged file is not computed again. */
static void test_receipt(void **state)
{
    (void)state;
    struct raw_facts noted = { 0 };
    struct receipt receipt = { 0 };
    struct source s = { 0 };
    struct error err = { 0 };
    struct pair p;
    unsigned char pixels[sizeof p.pixels];
    int64_t ignored[ROWS];

    make_pair(&p);
    put(&p.file[0], &p.file[1]);
    noted.bytes = p.file[0].n;
    memset(noted.sha256, 'a', 64); /* to be told from what is computed */
    memset(noted.payload_sha256, 'b', 64);
    assert_true(receipt_open(&receipt, ".", &err));
    assert_true(receipt_note(&receipt, "./images", &noted, NULL, &err));
    assert_true(source_open_published(&s, ".", &plain_dataset, &split, &receipt,
                                      SOURCE_HASH, &err));
    assert_int_equal(source_read(&s, pixels, ignored, ROWS, &err), ROWS);
    assert_true(source_finish(&s, &err));
    assert_string_equal(s.part[PART_IMAGES].facts.sha256, noted.sha256);
    assert_string_equal(s.part[PART_IMAGES].facts.payload_sha256,
                        noted.payload_sha256);
    check_facts(&s.part[PART_LABELS], &p.file[1], &p.file[1], true);
    source_close(&s);

    /* a changed file is hashed, whatever the receipt says */
    struct made longer = gzip_make(p.file[0].bytes, p.file[0].n, 9);
    s = (struct source){ 0 };
    made_put("images", &longer);
    assert_true(source_open_published(&s, ".", &plain_dataset, &split, &receipt,
                                      SOURCE_HASH, &err));
    assert_int_equal(source_read(&s, pixels, ignored, ROWS, &err), ROWS);
    assert_true(source_finish(&s, &err));
    check_facts(&s.part[PART_IMAGES], &longer, &p.file[0], true);
    source_close(&s);
    assert_no_error(err);
    made_release(&longer);
    receipt_release(&receipt);
    release_pair(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_pairs),       IN_TEMP_DIR(test_images_alone),
        IN_TEMP_DIR(test_label_types), IN_TEMP_DIR(test_npy),
        IN_TEMP_DIR(test_no_rows),     IN_TEMP_DIR(test_wrong_pairs),
        IN_TEMP_DIR(test_missing),     IN_TEMP_DIR(test_damage),
        IN_TEMP_DIR(test_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
