/* SPDX-License-Identifier: MIT */
/* Whether this build has ISA-L, which inflates about twice as fast as zlib. */
#ifndef MP_FORMAT_ISAL_H
#define MP_FORMAT_ISAL_H

/* "2.30.0"; NULL when this build does without it. */
const char *isal_library_version(void);

#endif
