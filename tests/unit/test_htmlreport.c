/* SPDX-License-Identifier: MIT */
/* The whole page, of surveys made by hand. Numbers are compared with those of
 * stats --json in tests/cli/report.bats. */
#include "show/htmlreport.h"

#include <stdlib.h>
#include <string.h>

#include "base/sizes.h"
#include "fixtures.h"
#include "format/jsondoc.h"
#include "helpers.h"
#include "well_formed.h"

enum { SIDE = 2, PIXELS = SIDE * SIDE, CLASSES = 3, ROWS = 4 };

/* Two splits of four pictures of 2x2; class 2 has no rows. */
struct world {
    struct view view;
    const char *class_name[CLASSES];
    struct catalogue_dataset dataset;
    struct survey survey;
    struct survey_figures figures[2][CLASSES];
    double mean[PIXELS], std[PIXELS];
    struct finding finding[FINDING_KINDS + 2];
    struct audit_row row[32];
    unsigned char pixels[PIXELS];
    struct exhibits exhibits;
    struct exhibit sample[4], found[FINDING_KINDS][4];
    struct htmlreport_source source[2];
    struct htmlreport_facts facts;
};

static struct survey_figures figures_of(struct world *w, uint64_t *histogram,
                                        uint64_t count)
{
    struct error err = { 0 };
    struct survey_figures f = { .count = count,
                                .share = (double)count / ROWS,
                                .histogram = histogram };

    if (count == 0)
        return f;
    f.mean = w->mean;
    assert_true(pixel_stats_of(histogram, &f.pixels, &err));
    return f;
}

static void make_split(struct world *w, size_t i, const char *name)
{
    static uint64_t histogram[256] = { [0] = 10, [128] = 4, [255] = 2 };
    struct survey_split *s = &w->survey.split[i];

    *s = (struct survey_split){ .name = name,
                                .height = SIDE,
                                .width = SIDE,
                                .has_labels = true,
                                .all = figures_of(w, histogram, ROWS),
                                .classes = w->figures[i],
                                .constant = 2,
                                .blank = 1 };
    s->all.std = w->std;
    w->view.split_name[i] = name;
    for (size_t c = 0; c < CLASSES; c++)
        w->figures[i][c] = figures_of(w, histogram, c == 2 ? 0 : 3 - 2 * c);
}

static struct world *world_make(const char *const names[CLASSES])
{
    static struct world w;

    w = (struct world){ .mean = { 0, 0.25, 0.5, 1 },
                        .std = { 0, 0, 0.5, 0.25 },
                        .pixels = { 0, 99, 200, 255 } };
    memcpy(w.class_name, names, sizeof w.class_name);
    w.view = (struct view){ .name = "made",
                            .class_name = w.class_name,
                            .class_count = CLASSES,
                            .split_count = 2 };
    w.survey = (struct survey){ .view = &w.view,
                                .class_count = CLASSES,
                                .split_count = 2 };
    make_split(&w, 0, "train");
    make_split(&w, 1, "test");
    for (size_t i = 0; i < COUNT_OF(w.sample); i++)
        w.sample[i] = (struct exhibit){ .row = i,
                                        .label = i == 3,
                                        .height = SIDE,
                                        .width = SIDE,
                                        .pixels = w.pixels };
    w.exhibits = (struct exhibits){ .sample = w.sample,
                                    .sample_count = 4,
                                    .per_class = 24,
                                    .classes_shown = CLASSES };
    w.facts = (struct htmlreport_facts){ .tool = "mnistprep 1.2.3",
                                         .exhibits = &w.exhibits };
    return &w;
}

static const char *const digits[CLASSES] = { "0", "1", "2" };

/* The page; the caller frees it. */
static char *page_of(const struct world *w)
{
    struct bytes_writer bytes;
    struct error err = { 0 };

    bytes_writer_init(&bytes);
    assert_true(htmlreport_write(&w->survey, &w->facts, &bytes.base, &err));
    assert_no_error(err);
    assert_true(writer_write(&bytes.base, "", 1, &err));
    assert_well_formed((const char *)bytes.bytes);
    return (char *)bytes.bytes;
}

#define assert_has(page, text)                    \
    do {                                          \
        if (!strstr(page, text))                  \
            fail_msg("the page has no %s", text); \
    } while (0)
#define assert_has_not(page, text) assert_null(strstr(page, text))

static void test_plain(void **state)
{
    (void)state;
    struct world *w = world_make(digits);
    char *page = page_of(w), *again = page_of(w);

    assert_string_equal(page, again);
    assert_has(page, "<!DOCTYPE html>\n<html lang=\"en\">");
    assert_has(page, "content=\"default-src 'none'; img-src data:");
    assert_has(page, "<meta name=\"generator\" content=\"mnistprep 1.2.3\"/>");
    assert_has(page, "<h1>made</h1>");
    assert_has(page, "<td class=\"n\">10 (62.5%)</td>");
    assert_has(page, "<td class=\"n\">0.250490196078</td>");
    assert_has(page, "1, train: 1 (25.00%)");
    assert_has(page, "alt=\"3 samples of class 0\"");
    assert_has(page, "files of one&#39;s own");
    assert_has(page, "white: 127.5 levels");
    assert_has_not(page, "id=\"sources\"");
    assert_has_not(page, "id=\"recipe\"");
    assert_has_not(page, "id=\"audit\"");
    assert_has_not(page, "nan");
    assert_has_not(page, "<script");
    free(page);
    free(again);
}

static void test_catalogue(void **state)
{
    (void)state;
    struct world *w = world_make(digits);

    w->view.dataset = &w->dataset;
    w->dataset = (struct catalogue_dataset){
        .title = "Digits & more",
        .licence = "CC <BY>",
        .homepage = "https://example.org/?a=1&b=\"2\"",
    };
    char *page = page_of(w);
    assert_has(page, "Digits &amp; more");
    assert_has(page, "CC &lt;BY&gt;");
    assert_has(page, "href=\"https://example.org/?a=1&amp;b=&quot;2&quot;\"");
    assert_has(page, "<dd>the raw files</dd>");
    free(page);
    w->dataset = (struct catalogue_dataset){ .homepage = "javascript:alert()" };
    w->view.flags = SOURCE_AS_PUBLISHED;
    page = page_of(w);
    assert_has(page, "<dd>javascript:alert()</dd>");
    assert_has_not(page, "href=\"j");
    assert_has(page, "as published");
    free(page);
}

static void test_sources(void **state)
{
    (void)state;
    struct world *w = world_make(digits);

    w->source[0] = (struct htmlreport_source){
        .split = "train",
        .part = "images",
        .file = "<a>.gz",
        .facts = { .bytes = 9912422,
                   .sha256 = "0123abc",
                   .payload_sha256 = "def4567" },
        .verdict = "not <the> one",
    };
    w->source[1] = (struct htmlreport_source){ .split = "test",
                                               .part = "labels",
                                               .file = "b" };
    w->facts.source = w->source;
    w->facts.source_count = 2;
    char *page = page_of(w);
    assert_has(page, "&lt;a&gt;.gz<br/>");
    assert_has(page, ">not &lt;the&gt; one</span>");
    assert_has(page, "<div>b</div></td>");
    assert_has(page, ">9912422</td>");
    assert_has(page, "<code class=\"hash\">0123abc</code>");
    assert_has(page, "<code class=\"hash\">def4567</code>");
    assert_has(page, ">not noted</td>");
    free(page);
}

static void test_recipe(void **state)
{
    (void)state;
    struct world *w = world_make(digits);
    struct error err = { 0 };
    char *text = json_text("{'scale':'<unit>','mean':0.1,'std':null,"
                           "'onehot':true,'shuffle':false,'limit':70000,"
                           "'formats':['bin','npy'],'classes':[],"
                           "'<key>':-1}");

    w->facts.recipe = jsondoc_parse(text, strlen(text), "recipe", &err);
    assert_no_error(err);
    w->view.prepared = true;
    char *page = page_of(w);
    assert_has(page, "<code>scale</code></dt><dd>&lt;unit&gt;</dd>");
    assert_has(page, "<code>mean</code></dt><dd>0.10000000000000001</dd>");
    assert_has(page, "<code>std</code></dt><dd>-</dd>");
    assert_has(page, "<code>onehot</code></dt><dd>yes</dd>");
    assert_has(page, "<code>shuffle</code></dt><dd>no</dd>");
    assert_has(page, "<code>limit</code></dt><dd>70000</dd>");
    assert_has(page, "<code>formats</code></dt><dd>bin, npy</dd>");
    assert_has(page, "<code>classes</code></dt><dd>-</dd>");
    assert_has(page, "<code>&lt;key&gt;</code></dt><dd>-1</dd>");
    assert_has(page, "a prepared set");
    free(page);
    free(text);
    jsondoc_release(w->facts.recipe);
}

/* ---- findings ---- */

static struct finding *add_finding(struct world *w, enum finding_kind kind,
                                   size_t rows)
{
    struct audit *a = &w->survey.audit;
    struct exhibits *e = &w->exhibits;
    struct finding *f = &w->finding[a->count++];

    w->survey.audited = true;
    a->finding = w->finding;
    a->row = w->row;
    a->searched[kind] = true;
    a->of_kind[kind]++;
    a->rows_of_kind[kind] += rows;
    *f = (struct finding){ .kind = kind,
                           .label = -1,
                           .guess = -1,
                           .first_row = a->row_count,
                           .row_count = rows };
    e->found[kind] = w->found[kind];
    for (size_t i = 0; i < rows; i++) {
        struct exhibit shown = { .split = i % 2,
                                 .row = 40 + i,
                                 .label = 1,
                                 .source_row = -1,
                                 .height = SIDE,
                                 .width = SIDE,
                                 .pixels = w->pixels };
        w->row[a->row_count++] =
            (struct audit_row){ .split = i % 2, .row = 40 + i, .label = 1 };
        if (e->found_count[kind] < COUNT_OF(w->found[kind]))
            w->found[kind][e->found_count[kind]++] = shown;
    }
    return f;
}

static void test_nothing_found(void **state)
{
    (void)state;
    struct world *w = world_make(digits);

    w->survey.audited = true;
    for (unsigned k = 0; k < FINDING_KINDS; k++)
        w->survey.audit.searched[k] = true;
    char *page = page_of(w);
    assert_has(page, "<section id=\"audit\">");
    assert_has(page, "Nothing was found.");
    for (unsigned k = 0; k < FINDING_KINDS; k++)
        assert_has(page, finding_title((enum finding_kind)k));
    assert_has_not(page, "not looked for");
    free(page);
    w->survey.audit.searched[FINDING_LABEL_ERROR] = false;
    page = page_of(w);
    assert_has(page, "known label errors</th><td class=\"n\" colspan=\"2\">"
                     "not looked for");
    free(page);
}

static void test_findings(void **state)
{
    (void)state;
    struct world *w = world_make(digits);

    add_finding(w, FINDING_LABEL_CONFLICT, 2);
    add_finding(w, FINDING_NEAR_DUPLICATE, 2)->measure = 3.25;
    add_finding(w, FINDING_BLANK, 7);
    add_finding(w, FINDING_NO_LABELS, 0)->split = 1;
    add_finding(w, FINDING_EMPTY_CLASS, 0)->label = 2;
    add_finding(w, FINDING_IMBALANCE, 0)->measure = 12.5;
    add_finding(w, FINDING_LABEL_ERROR, 1)->guess = 2;
    add_finding(w, FINDING_LABEL_ERROR, 1)->source = "Smith & <Co>";
    w->survey.audit.unlike_listed = 3;
    w->survey.audit.rules.near = 6.5;
    w->found[FINDING_LABEL_CONFLICT][1].label = 250;
    w->found[FINDING_LABEL_CONFLICT][0].source_row = 70;
    char *page = page_of(w);
    assert_has(page, "<a href=\"#audit-blank\">");
    assert_has(page, "<h3 id=\"audit-blank\">");
    assert_has(page, "alt=\"train 40\"");
    assert_has(page, "test 41<br/>label 250</figcaption>");
    assert_has(page, "train 40<br/>source row 70<br/>label 1</figcaption>");
    assert_has(page, "3.25 levels apart");
    assert_has(page, "hardly differ: by at most 6.5 grey levels");
    assert_has(page, "The first 4 of 7 rows are shown");
    assert_has(page, "<li>test</li>");
    assert_has(page, "<li>train: no rows of class 2</li>");
    assert_has(page, "<li>train: the largest class has 12.50 times");
    assert_has(page, "looks like 2");
    assert_has(page, "there is no agreement");
    assert_has(page, "According to Smith &amp; &lt;Co&gt;</p>");
    assert_has(page, "another label here, and are left out: 3</p>");
    assert_has_not(page, "id=\"audit-duplicate\"");
    assert_has_not(page, "Nothing was found.");
    free(page);
}

/* ---- what is strange ---- */

static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const hostile[CLASSES] = {
        "\"><script>alert(1)</script>", "a & \x1B\xFF", "--> ]]>"
    };
    struct world *w = world_make(hostile);

    w->view.name = "<script>name</script>";
    w->facts.tool = "<tool>";
    w->survey.split[0].name = w->view.split_name[0] = "<b>\"train'";
    add_finding(w, FINDING_DUPLICATE, 2);
    add_finding(w, FINDING_EMPTY_CLASS, 0);
    char *page = page_of(w);
    assert_has_not(page, "<script");
    assert_has_not(page, "<tool");
    assert_has_not(page, "<b>");
    assert_has(page, "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_has(page, "a &amp; \\x1b\\xff");
    assert_has(page, "&lt;b&gt;&quot;train&#39; 40");
    free(page);
}

static void test_without_labels_and_rows(void **state)
{
    (void)state;
    struct world *w = world_make(digits);

    w->view.class_count = w->survey.class_count = 0;
    for (size_t i = 0; i < 2; i++) {
        w->survey.split[i].has_labels = false;
        w->survey.split[i].classes = NULL;
    }
    for (size_t i = 0; i < 4; i++)
        w->sample[i].label = -1;
    char *page = page_of(w);
    assert_has(page, "none: there are no labels");
    assert_has(page, "alt=\"4 samples\"");
    assert_has_not(page, "id=\"labels\"");
    free(page);

    for (size_t i = 0; i < 2; i++)
        w->survey.split[i].all =
            (struct survey_figures){ .histogram =
                                         w->survey.split[i].all.histogram };
    w->exhibits.sample_count = 0;
    page = page_of(w);
    assert_has_not(page, "nan");
    assert_has_not(page, "<img");
    assert_has_not(page, "id=\"levels\"");
    free(page);
}

/* A disk that is full at any byte. */
static void test_full(void **state)
{
    (void)state;
    struct world *w = world_make(digits);
    char *page = page_of(w);
    size_t n = strlen(page);

    add_finding(w, FINDING_DUPLICATE, 2);
    for (size_t left = 0; left < n; left += 97) {
        struct full_writer full;
        struct error err = { 0 };
        full_writer_init(&full, left);
        assert_false(htmlreport_write(&w->survey, &w->facts, &full.base, &err));
        assert_error(err, FAIL_SYSTEM, SINK_FAILURE);
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_catalogue),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_recipe),
        cmocka_unit_test(test_nothing_found),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_without_labels_and_rows),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
