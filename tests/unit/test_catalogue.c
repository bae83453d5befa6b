/* SPDX-License-Identifier: MIT */
/* The built-in catalogue is whole; one of one's own adds to it, and each of
 * its faults is named. */
#include "dataset/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "helpers.h"

static bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static const struct catalogue_dataset *find(const struct catalogue *c,
                                            const char *name)
{
    const struct catalogue_dataset *d = catalogue_find(c, name);

    if (!d)
        fail_msg("no %s", name);
    return d;
}

/* ---- what is built in ---- */

static void check_file(const char *dataset, const struct catalogue_file *f)
{
    if (!f->name || strchr(f->name, '/'))
        fail_msg("%s has a file without a name", dataset);
    if (!f->sha256 && !f->git_blob && !f->payload_sha256 && !f->md5 &&
        !f->sha256_seen)
        fail_msg("%s: %s is not pinned", dataset, f->name);
    if ((f->sha256 && !is_hex(f->sha256, 64)) ||
        (f->git_blob && !is_hex(f->git_blob, 40)) ||
        (f->payload_sha256 && !is_hex(f->payload_sha256, 64)))
        fail_msg("%s: %s has an odd hash", dataset, f->name);
}

static void test_built_in(void **state)
{
    (void)state;
    struct catalogue c = { 0 };
    struct error err = { 0 };

    assert_true(catalogue_load(&c, NULL, &err));
    assert_no_error(err);
    assert_true(c.count >= 2);
    for (size_t i = 0; i < c.count; i++) {
        const struct catalogue_dataset *d = &c.dataset[i];
        assert_ptr_equal(catalogue_find(&c, d->name), d);
        assert_true(d->title[0] && d->licence[0] && d->homepage[0]);
        assert_true(d->class_count >= 2 && d->mirror_count >= 1);
        for (size_t j = 0; j < d->class_count; j++)
            assert_true(d->classes[j][0] != '\0');
        assert_non_null(catalogue_find_split(d, "train"));
        for (size_t j = 0; j < d->split_count; j++) {
            const struct catalogue_split *s = &d->split[j];
            assert_ptr_equal(catalogue_find_split(d, s->name), s);
            assert_true(s->count > 0);
            check_file(d->name, &s->part[PART_IMAGES]);
            check_file(d->name, &s->part[PART_LABELS]);
            /* what the sizes of unpacked IDX files have to be */
            if (s->part[PART_LABELS].payload_bytes && !d->has_label_column)
                assert_int_equal(s->part[PART_LABELS].payload_bytes,
                                 s->count + 8);
            if (s->part[PART_IMAGES].payload_bytes)
                assert_int_equal(s->part[PART_IMAGES].payload_bytes,
                                 s->count * 28 * 28 + 16);
        }
    }
    catalogue_release(&c);
    assert_int_equal(c.count, 0);
}

static void test_mnist(void **state)
{
    (void)state;
    struct catalogue c = { 0 };
    struct error err = { 0 };

    assert_true(catalogue_load(&c, NULL, &err));
    const struct catalogue_dataset *d = find(&c, "mnist");
    const struct catalogue_split *train = catalogue_find_split(d, "train");
    const struct catalogue_split *test = catalogue_find_split(d, "test");

    assert_int_equal(d->class_count, 10);
    assert_string_equal(d->classes[7], "7");
    assert_int_equal(d->split_count, 2);
    assert_int_equal(train->count, 60000);
    assert_int_equal(test->count, 10000);
    assert_string_equal(train->part[PART_IMAGES].name,
                        "train-images-idx3-ubyte.gz");
    assert_int_equal(train->part[PART_IMAGES].bytes, 9912422);
    assert_string_equal(test->part[PART_LABELS].sha256,
                        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259"
                        "924204aec6");
    assert_string_equal(find(&c, "fashion-mnist")->classes[9], "Ankle boot");
    assert_null(catalogue_find(&c, "MNIST"));
    assert_null(catalogue_find(&c, "mnis"));
    assert_null(catalogue_find(&c, ""));
    assert_null(catalogue_find_split(d, "validation"));
    assert_string_equal(catalogue_part_name(PART_IMAGES), "images");
    assert_string_equal(catalogue_part_name(PART_LABELS), "labels");
    catalogue_release(&c);
}

/* Fifteen rows of the test set, ten of which look like something else. */
static void test_mnist_label_errors(void **state)
{
    (void)state;
    struct catalogue c = { 0 };
    struct error err = { 0 };
    size_t guesses = 0;

    assert_true(catalogue_load(&c, NULL, &err));
    for (size_t i = 0; i < c.count; i++)
        for (size_t j = 0; j < c.dataset[i].split_count; j++)
            if (strcmp(c.dataset[i].name, "mnist") != 0)
                assert_int_equal(c.dataset[i].split[j].label_error_count, 0);
    const struct catalogue_dataset *d = find(&c, "mnist");
    const struct catalogue_split *test = catalogue_find_split(d, "test");
    assert_int_equal(catalogue_find_split(d, "train")->label_error_count, 0);
    assert_int_equal(test->label_error_count, 15);
    assert_non_null(strstr(test->label_error_source, "cleanlab"));
    for (size_t i = 0; i < test->label_error_count; i++) {
        const struct catalogue_label_error *e = &test->label_error[i];
        assert_ptr_equal(catalogue_find_label_error(test, e->row), e);
        assert_null(catalogue_find_label_error(test, e->row + 1));
        guesses += e->has_guess;
    }
    assert_int_equal(guesses, 10);
    const struct catalogue_label_error *e =
        catalogue_find_label_error(test, 947);
    assert_true(e->given == 8 && e->has_guess && e->guess == 9);
    e = catalogue_find_label_error(test, 9679);
    assert_true(e->given == 6 && !e->has_guess);
    assert_null(catalogue_find_label_error(test, 0));
    assert_null(catalogue_find_label_error(test, UINT64_MAX));
    catalogue_release(&c);
}

/* ---- one of one's own ---- */

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A24 "aaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX40 "0123456789abcdef0123456789abcdef01234567"
#define HEX64 HEX40 "89abcdef0123456789abcdef"
#define HEAD "{'schema':'mnistprep.catalogue/1','datasets':["
#define TAIL "]}"
#define WORDS "'title':'T','licence':'L','homepage':'H','classes':['a','b']"
#define FILES                                        \
    "'images':{'file':'i.gz','sha256':'" HEX64 "'}," \
    "'labels':{'file':'l.gz','git_blob':'" HEX40 "'}"
#define SPLIT "{'name':'train'," FILES "}"
#define SET(name, more) \
    "{'name':'" name "'," WORDS ",'splits':[" SPLIT "]" more "}"

static bool load(struct catalogue *c, const char *text, struct error *err)
{
    *c = (struct catalogue){ 0 };
    json_put("own.json", text);
    return catalogue_load(c, "own.json", err);
}

static void test_adds_and_replaces(void **state)
{
    (void)state;
    struct catalogue built_in = { 0 }, c;
    struct error err = { 0 };

    assert_true(catalogue_load(&built_in, NULL, &err));
    assert_true(load(
        &c,
        HEAD SET("new", ",'mirrors':['/srv','https://x/']") "," SET("mnist", "")
            TAIL,
        &err));
    assert_no_error(err);
    assert_int_equal(c.count, built_in.count + 1);

    const struct catalogue_dataset *new = find(&c, "new");
    assert_ptr_equal(new, &c.dataset[c.count - 1]);
    assert_string_equal(new->title, "T");
    assert_string_equal(new->licence, "L");
    assert_string_equal(new->homepage, "H");
    assert_int_equal(new->class_count, 2);
    assert_string_equal(new->classes[1], "b");
    assert_int_equal(new->mirror_count, 2);
    assert_string_equal(new->mirrors[1], "https://x/");
    assert_int_equal(new->split_count, 1);
    assert_int_equal(new->split[0].count, 0); /* not stated */
    const struct catalogue_file *labels = &new->split[0].part[PART_LABELS];
    assert_string_equal(labels->name, "l.gz");
    assert_string_equal(labels->git_blob, HEX40);
    assert_null(labels->sha256);
    assert_null(labels->payload_sha256);
    assert_int_equal(labels->bytes, 0);
    assert_string_equal(new->split[0].part[PART_IMAGES].sha256, HEX64);

    const struct catalogue_dataset *mnist = find(&c, "mnist");
    assert_ptr_equal(mnist, &c.dataset[find(&built_in, "mnist") -
                                       built_in.dataset]); /* in its place */
    assert_string_equal(mnist->title, "T");
    assert_int_equal(mnist->mirror_count, 0);
    assert_int_equal(mnist->split_count, 1);
    assert_string_equal(find(&c, "kmnist")->title,
                        find(&built_in, "kmnist")->title);
    catalogue_release(&c);
    catalogue_release(&built_in);
}

static void test_all_that_a_file_can_have(void **state)
{
    (void)state;
    struct catalogue c;
    struct error err = { 0 };

    assert_true(
        load(&c,
             HEAD "{'name':'new'," WORDS ",'splits':[{'name':'train',"
                  "'count':7,'note':'keys may be added',"
                  "'images':{'file':'i','bytes':12,'git_blob':'" HEX40 "',"
                  "'payload':{'bytes':34,'sha256':'" HEX64 "'}},"
                  "'labels':{'file':'L-1_2.gz','sha256':'" HEX64 "'}}]}" TAIL,
             &err));
    const struct catalogue_split *s =
        catalogue_find_split(find(&c, "new"), "train");
    assert_int_equal(s->count, 7);
    assert_int_equal(s->part[PART_IMAGES].bytes, 12);
    assert_int_equal(s->part[PART_IMAGES].payload_bytes, 34);
    assert_string_equal(s->part[PART_IMAGES].payload_sha256, HEX64);
    assert_string_equal(s->part[PART_IMAGES].git_blob, HEX40);
    assert_null(s->part[PART_IMAGES].sha256);
    assert_string_equal(s->part[PART_LABELS].name, "L-1_2.gz");
    catalogue_release(&c);
}

/* The longest names, and the highest labels: two classes end with 65535. */
static void test_as_far_as_it_goes(void **state)
{
    (void)state;
    struct catalogue c;
    struct error err = { 0 };

    assert_true(load(&c,
                     HEAD SET(A40 A24, ",'label_base':65534,"
                                       "'label_column':4095") TAIL,
                     &err));
    assert_no_error(err);
    assert_int_equal(find(&c, A40 A24)->label_base, 65534);
    assert_int_equal(find(&c, A40 A24)->label_column, 4095);
    catalogue_release(&c);
    assert_true(load(&c,
                     HEAD "{'name':'own'," WORDS ",'splits':[{'name':'train',"
                          "'images':{'file':'" A40 A40 "aaaaaaaaaaaaaaaaaaaa',"
                          "'sha256':'" HEX64 "'},'labels':{'file':'l',"
                          "'sha256':'" HEX64 "'}}]}" TAIL,
                     &err));
    assert_no_error(err);
    catalogue_release(&c);
}

/* ---- faults ---- */

#define OWN_SPLITS(splits) \
    HEAD "{'name':'own'," WORDS ",'splits':" splits "}" TAIL
#define OWN_IMAGES(images)                                       \
    OWN_SPLITS("[{'name':'train','images':" images ",'labels':{" \
               "'file':'l','sha256':'" HEX64 "'}}]")
#define OWN_NAME(name) HEAD SET(name, "") TAIL
#define PINNED ",'sha256':'" HEX64 "'"

static void test_faults(void **state)
{
    (void)state;
    static const char plain_name[] = "\"file\" has to be a plain file name";
    static const char pinned[] =
        "own: a file needs \"sha256\", \"git_blob\", \"md5\" or";
    static const char digits[] = "own: a hash has to be lower-case hex digits";
    static const char kinds[] =
        "own: a hash has to be a text, \"bytes\" a whole";
    static const char naming[] = "a dataset needs a plain \"name\"";
    static const char label_base[] = "own: \"label_base\" and the classes";
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "", "'own.json' is not valid JSON" },
        { "{'schema':", "not valid JSON: line 1" },
        { HEAD SET("a", "") "," TAIL, "not valid JSON" },
        { "[]", "\"schema\" has to be \"mnistprep.catalogue/1\"" },
        { "{}", "\"schema\" has to be" },
        { "{'schema':1,'datasets':[]}", "\"schema\" has to be" },
        { "{'schema':'mnistprep.catalogue/2','datasets':[]}",
          "\"schema\" has" },
        { "{'schema':'mnistprep.dataset/1','datasets':[]}", "\"schema\" has" },
        { "{'schema':'mnistprep.catalogue/1'}", "\"datasets\" has to be a" },
        { "{'schema':'mnistprep.catalogue/1','datasets':7}",
          "\"datasets\" has" },
        { "{'schema':'mnistprep.catalogue/1','datasets':{'mnist':{}}}",
          "\"datasets\" has to be a list" },
        /* a dataset's own words */
        { HEAD "7" TAIL, naming },
        { HEAD "{}" TAIL, naming },
        { HEAD "{'name':7}" TAIL, naming },
        { OWN_NAME(""), naming },
        { OWN_NAME("a/b"), naming },
        { OWN_NAME(".."), naming },
        { OWN_NAME(".hidden"), naming },
        { OWN_NAME("-rf"), naming },
        { OWN_NAME("a b"), naming },
        { OWN_NAME("caf\xC3\xA9"), naming },
        { OWN_NAME("a\\\\b"), naming },
        { OWN_NAME(A40 A24 "a"), naming }, /* 65 */
        { HEAD SET("own", ",'label_base':65535") TAIL, label_base },
        { HEAD SET("own", ",'label_base':1000000000") TAIL, label_base },
        { HEAD SET("own", ",'label_base':4611686018427387904") TAIL,
          label_base },
        { HEAD SET("own", ",'label_base':9223372036854775807") TAIL,
          label_base },
        { HEAD SET("own", ",'label_column':4096") TAIL, "\"label_column\"" },
        { HEAD SET("own", ",'label_column':9223372036854775807") TAIL,
          "\"label_column\" has to be less" },
        { HEAD "{'name':'own'}" TAIL, "own: \"title\", \"licence\" and" },
        { HEAD "{'name':'own','title':'T','licence':'L'}" TAIL, "are needed" },
        { HEAD "{'name':'own','title':'T','homepage':'H'}" TAIL, "are needed" },
        { HEAD "{'name':'own','licence':'L','homepage':'H'}" TAIL,
          "are needed" },
        { HEAD "{'name':'own','title':'T','licence':'L','homepage':'H'}" TAIL,
          "own: \"classes\" has to be a list of names" },
        { HEAD "{'name':'own','title':'T','licence':'L','homepage':'H',"
               "'classes':[]}" TAIL,
          "\"classes\" has to be" },
        { HEAD "{'name':'own','title':'T','licence':'L','homepage':'H',"
               "'classes':['a',1]}" TAIL,
          "\"classes\" has to be" },
        { HEAD "{'name':'own','title':'T','licence':'L','homepage':'H',"
               "'classes':{'a':'b'}}" TAIL,
          "\"classes\" has to be" },
        { HEAD SET("own", ",'mirrors':'https://x/'") TAIL,
          "own: \"mirrors\" has to be a list of URLs" },
        { HEAD SET("own", ",'mirrors':[1]") TAIL, "\"mirrors\" has to be" },
        { HEAD SET("own", ",'mirrors':{'a':'b'}") TAIL, "\"mirrors\" has" },
        /* splits */
        { HEAD "{'name':'own'," WORDS "}" TAIL, "own: \"splits\" has to be" },
        { OWN_SPLITS("[]"), "\"splits\" has to be a list of 1 to 8" },
        { OWN_SPLITS("{'train':" SPLIT "}"), "a split needs a plain \"name\"" },
        { OWN_SPLITS("[1,2,3,4,5,6,7,8,9]"), "\"splits\" has to be a list" },
        { OWN_SPLITS("[1]"), "own: a split needs a plain \"name\"" },
        { OWN_SPLITS("[{" FILES "}]"), "a split needs a plain \"name\"" },
        { OWN_SPLITS("[{'name':'../x'," FILES "}]"), "a split needs a plain" },
        { OWN_SPLITS("[{'name':'" A40 A24 "a'," FILES "}]"),
          "a split needs a plain" },
        { OWN_SPLITS("[" SPLIT "," SPLIT "]"),
          "two splits have the same name" },
        { OWN_SPLITS("[{'name':'train','count':'7'," FILES "}]"),
          "own: \"count\" and \"first_row\" have to be whole numbers" },
        { OWN_SPLITS("[{'name':'train','count':-7," FILES "}]"), "\"count\"" },
        { OWN_SPLITS("[{'name':'train','count':7.5," FILES "}]"), "\"count\"" },
        { OWN_SPLITS("[{'name':'train'}]"), plain_name },
        /* files */
        { OWN_IMAGES("7"), plain_name },
        { OWN_IMAGES("{'sha256':'" HEX64 "'}"), plain_name },
        { OWN_IMAGES("{'file':7" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':''" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':'" A40 A40 "aaaaaaaaaaaaaaaaaaaaa'" PINNED "}"),
          plain_name }, /* 101 */
        { OWN_IMAGES("{'file':'/etc/passwd'" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':'../i'" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':'a/i'" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':'i?x'" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':'i%2F'" PINNED "}"), plain_name },
        { OWN_IMAGES("{'file':'i'}"), pinned },
        { OWN_IMAGES("{'file':'i','bytes':7}"), pinned },
        { OWN_IMAGES("{'file':'i','payload':{'bytes':7}}"), pinned },
        { OWN_IMAGES("{'file':'i','sha256':''}"), digits },
        { OWN_IMAGES("{'file':'i','sha256':'" HEX40 "'}"), digits },
        { OWN_IMAGES("{'file':'i','sha256':'" HEX64 "0'}"), digits },
        { OWN_IMAGES("{'file':'i','sha256':'" HEX40 "89ABCDEF0123456789abcdef"
                     "'}"),
          digits },
        { OWN_IMAGES("{'file':'i','git_blob':'" HEX64 "'}"), digits },
        { OWN_IMAGES("{'file':'i'" PINNED ",'git_blob':'" HEX40 "g'}"),
          digits },
        { OWN_IMAGES("{'file':'i','payload':{'sha256':'x'}}"), digits },
        { OWN_IMAGES("{'file':'i'" PINNED ",'git_blob':7}"), kinds },
        { OWN_IMAGES("{'file':'i','sha256':null}"), kinds },
        { OWN_IMAGES("{'file':'i'" PINNED ",'bytes':'7'}"), kinds },
        { OWN_IMAGES("{'file':'i'" PINNED ",'bytes':-7}"), kinds },
        { OWN_IMAGES("{'file':'i'" PINNED ",'payload':'" HEX64 "'}"), kinds },
        { OWN_IMAGES("{'file':'i'" PINNED ",'payload':{'bytes':7.0}}"), kinds },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct catalogue c;
        struct error err = { 0 };
        if (load(&c, cases[i].text, &err))
            fail_msg("row %zu was taken", i);
        if (!strstr(err.text, cases[i].part))
            print_error("row %zu\n", i);
        assert_error(err, FAIL_DATA, cases[i].part);
        assert_error(err, FAIL_DATA, "'own.json'");
        catalogue_release(&c);
    }
}

/* Splits of ten rows and two classes. */
#define OWN_ERRORS(errors)                                                    \
    OWN_SPLITS("[{'name':'train','count':10,'label_errors':" errors "," FILES \
               "}]")
#define OWN_ERROR(error) OWN_ERRORS("[{" error "}]")

static void test_label_errors(void **state)
{
    (void)state;
    static const char *const right[] = {
        OWN_ERRORS("[]"),
        OWN_ERROR("'row':0,'given':1,'guess':0"),
        OWN_ERROR("'row':9,'given':0,'guess':null,'remark':'added'"),
        OWN_ERRORS("[{'row':0,'given':1,'guess':0},{'row':1,'given':1,"
                   "'guess':null},{'row':9,'given':0,'guess':1}],"
                   "'label_errors_source':'me'"),
        OWN_SPLITS("[{'name':'train','label_errors':[{'row':4000000000,"
                   "'given':1,'guess':0}]," FILES "}]"),
    };
    static const char *const wrong[] = {
        OWN_ERRORS("null"),
        OWN_ERRORS("{}"),
        OWN_ERRORS("7"),
        OWN_ERRORS("[7]"),
        OWN_ERROR(""),
        OWN_ERROR("'given':1,'guess':0"),
        OWN_ERROR("'row':0,'guess':0"),
        OWN_ERROR("'row':0,'given':1"),
        OWN_ERROR("'row':10,'given':1,'guess':0"),
        OWN_ERROR("'row':-1,'given':1,'guess':0"),
        OWN_ERROR("'row':'0','given':1,'guess':0"),
        OWN_ERROR("'row':0,'given':2,'guess':0"),
        OWN_ERROR("'row':0,'given':null,'guess':0"),
        OWN_ERROR("'row':0,'given':1,'guess':2"),
        OWN_ERROR("'row':0,'given':1,'guess':-1"),
        OWN_ERROR("'row':0,'given':1,'guess':'0'"),
        OWN_ERROR("'row':0,'given':1,'guess':1"),
        OWN_ERRORS("[{'row':2,'given':1,'guess':0},{'row':2,'given':1,"
                   "'guess':0}]"),
        OWN_ERRORS("[{'row':2,'given':1,'guess':0},{'row':1,'given':1,"
                   "'guess':0}]"),
    };
    struct error err = { 0 };
    struct catalogue c;

    for (size_t i = 0; i < COUNT_OF(right); i++) {
        if (!load(&c, right[i], &err))
            fail_msg("row %zu: %s", i, err.text);
        const struct catalogue_split *s = &find(&c, "own")->split[0];
        assert_int_equal(s->label_error_count, i == 0 ? 0 : i == 3 ? 3 : 1);
        assert_int_equal(s->label_error_source != NULL, i == 3);
        catalogue_release(&c);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        err = (struct error){ 0 };
        if (load(&c, wrong[i], &err))
            fail_msg("row %zu was taken", i);
        assert_error(err, FAIL_DATA,
                     "own: \"label_errors\" has to be a list of objects");
        catalogue_release(&c);
    }
    err = (struct error){ 0 };
    assert_false(load(&c, OWN_ERRORS("[],'label_errors_source':['me']"), &err));
    assert_error(err, FAIL_DATA, "\"label_errors_source\" has to be a text");
    catalogue_release(&c);
}

static void test_missing(void **state)
{
    (void)state;
    struct catalogue c = { 0 };
    struct error err = { 0 };

    assert_false(catalogue_load(&c, "nowhere.json", &err));
    assert_error(err, FAIL_SYSTEM, "'nowhere.json'");
    catalogue_release(&c);
    catalogue_release(&c); /* may be called again */
}

/* As many as there is room for, and one more. */
static void test_many(void **state)
{
    (void)state;
    struct catalogue c = { 0 };
    struct error err = { 0 };
    static char text[128 * 1024];

    assert_true(catalogue_load(&c, NULL, &err));
    size_t room = CATALOGUE_DATASETS_MAX - c.count;
    catalogue_release(&c);
    for (size_t more = 0; more < 2; more++) {
        size_t n = (size_t)snprintf(text, sizeof text, "%s", HEAD);
        for (size_t i = 0; i < room + more; i++)
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "%s{'name':'n%zu',%s", i ? "," : "", i,
                                  WORDS ",'splits':[" SPLIT "]}");
        assert_true(n + 3 < sizeof text);
        snprintf(text + n, sizeof text - n, "%s", TAIL);
        assert_int_equal(load(&c, text, &err), more == 0);
        assert_int_equal(c.count, CATALOGUE_DATASETS_MAX);
        catalogue_release(&c);
    }
    assert_error(err, FAIL_DATA, "no room for more than 64");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_mnist),
        cmocka_unit_test(test_mnist_label_errors),
        IN_TEMP_DIR(test_adds_and_replaces),
        IN_TEMP_DIR(test_all_that_a_file_can_have),
        IN_TEMP_DIR(test_as_far_as_it_goes),
        IN_TEMP_DIR(test_faults),
        IN_TEMP_DIR(test_label_errors),
        IN_TEMP_DIR(test_missing),
        IN_TEMP_DIR(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
