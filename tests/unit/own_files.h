/* SPDX-License-Identifier: MIT */
/* For the tests of input and discover: small files of every kind, and what is
 * made of them, as text. */
#ifndef MP_TESTS_UNIT_OWN_FILES_H
#define MP_TESTS_UNIT_OWN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/input.h"

/* Heads are enough: nothing here reads further. */
#define IDX "\0\0\x08\x01\0\0\0\1\7"
#define NPY "\x93NUMPY\1\0"
#define CSV "label,pixel0,pixel1\n5,0,255\n"
#define PNG "\x89PNG\r\n\x1A\n\0\0\0\rIHDR"
#define HTML "<!DOCTYPE html><html></html>"

/* Makes a file and the directories above it; g packs it by gzip. */
void put(const char *path, const void *bytes, size_t n, bool g);

/* Makes files, their names between spaces, each what its suffix says: x.csv.gz
 * is a packed table, x without one is IDX, and x/ a directory. */
void put_all(const char *paths);

/* All that is in the working directory. */
void remove_all(void);

/* The text is "dataset: train arrays IMAGES LABELS; test npz FILE:MEMBER". */
void assert_described(const struct input *in, const char *want);

/* Of input_of_path. */
void expect_path(const char *name, const char *path, const char *split,
                 const char *want);
void expect_refusal(const char *name, const char *path, const char *split,
                    enum fail code, const char *part);

#endif
