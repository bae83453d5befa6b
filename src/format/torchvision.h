/* SPDX-License-Identifier: MIT */
/* The tree that torchvision's dataset classes open with download=False:
 * <Class>/raw/train-images-idx3-ubyte and its like, not packed. */
#ifndef MP_FORMAT_TORCHVISION_H
#define MP_FORMAT_TORCHVISION_H

#include "format/sink.h"

/* File names and checks are those of torchvision/datasets/mnist.py, where
 * nothing but the presence of files is checked:
 *
 *   fashion-mnist, kmnist    FashionMNIST, KMNIST: train-*, t10k-*
 *   emnist-letters, ...      EMNIST: emnist-letters-train-*, -test-*. The class
 *                            takes published files, whose pictures are
 *                            transposed and whose letters are labelled from 1;
 *                            so these files have that, too. (Labels of letters
 *                            stay from 0 on when there are not 26 classes.)
 *   qmnist                   QMNIST: qmnist-train-*, qmnist-test-*. Labels are
 *                            tables of 8 columns: the label, and zeros in place
 *                            of the writer and all else.
 *   all others               MNIST: train-*, t10k-*
 *
 * A split that is neither train nor test has a tree of its own, <split>/MNIST
 * and so on, where it stands as train: MNIST("val") opens it. MNIST and the
 * classes like it open nothing unless files of both train and test are there;
 * where one has no rows to hold, there is one of 0 rows.
 *
 * FAIL_USAGE for more classes than u8 labels can tell apart (not of QMNIST). */
extern const struct sink_ops torchvision_sink;

#endif
