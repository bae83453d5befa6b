/* SPDX-License-Identifier: MIT */
/* The sections of the HTML report, each a <section>, and what they share. For
 * the files html*.c alone. */
#ifndef MP_SHOW_HTMLPARTS_H
#define MP_SHOW_HTMLPARTS_H

#include "show/htmlreport.h"
#include "show/markup.h"

/* A page being written. */
struct page {
    struct pen pen;
    const struct survey *survey;
    const struct htmlreport_facts *facts;
};

/* Each says whether there is something to show, and shows it. */
bool html_has_sources(const struct page *p);
bool html_has_recipe(const struct page *p);
bool html_has_labels(const struct page *p);
bool html_has_pictures(const struct page *p);
bool html_has_samples(const struct page *p);
bool html_has_audit(const struct page *p);
void html_about(struct page *p);
void html_sources(struct page *p);
void html_recipe(struct page *p);
void html_figures(struct page *p);
void html_labels(struct page *p);
void html_levels(struct page *p);
void html_means(struct page *p);
void html_samples(struct page *p);
void html_audit(struct page *p);

/* ---- pictures ---- */

/* How wide a picture is shown so that it is at most `most` pixels wide and
 * high: its own width times a whole number, as long as that is possible. */
size_t html_shown(size_t width, size_t height, size_t most);

/* An <img> of grey levels, `shown` pixels wide on the page. Its alt text is
 * written between the two. */
void html_image_open(struct page *p);
void html_image_close(struct page *p, const unsigned char *pixels, size_t width,
                      size_t height, size_t shown);

/* "7", or "7 Sneaker"; "no class" for a label that is none. */
void html_class(struct page *p, int64_t label);

/* Whether a class has a name of its own, and not just its number. */
bool html_is_named(const struct view *v, size_t class);

#endif
