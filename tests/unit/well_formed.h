/* SPDX-License-Identifier: MIT */
/* Is a text well-formed, as XML has it? Of that language, what we write. */
#ifndef MP_TESTS_UNIT_WELL_FORMED_H
#define MP_TESTS_UNIT_WELL_FORMED_H

/* Fails the test, showing where, unless every element is closed in its turn,
 * every attribute is in double quotes and there once, and < & > ' " stand for
 * nothing but markup, in references known to XML. */
void assert_well_formed(const char *text);

#endif
