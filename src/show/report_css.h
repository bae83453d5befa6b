/* SPDX-License-Identifier: MIT */
/* report.css as bytes; the .c file is made by cmake/embed.cmake. */
#ifndef MP_SHOW_REPORT_CSS_H
#define MP_SHOW_REPORT_CSS_H

#include <stddef.h>

extern const unsigned char report_css[];
extern const size_t report_css_bytes;

#endif
