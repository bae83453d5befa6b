/* SPDX-License-Identifier: MIT */
/* A trainer's first lines: opens a prepared set, and prints the mean and the
 * number of rows of each label. Run: reader_example data/mnist/prepared */
#include <mnistprep.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char why[256];
    struct mnistprep_dataset *set =
        argc == 2 ? mnistprep_open(argv[1], why, sizeof why) : NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: reader_example DIRECTORY\n");
        return 2;
    }
    if (!set) {
        fprintf(stderr, "reader_example: %s\n", why);
        return 1;
    }
    const struct mnistprep_split *train = mnistprep_find_split(set, "train");
    if (!train || train->images.dtype != MNISTPREP_F32 ||
        train->labels.dtype != MNISTPREP_U8) {
        fprintf(stderr, "reader_example: f32 images and u8 labels needed\n");
        mnistprep_close(set);
        return 1;
    }

    const float *pixels = train->images.data;
    const unsigned char *labels = train->labels.data;
    size_t count = (size_t)(train->images.bytes / sizeof *pixels);
    size_t per_label[256] = { 0 };
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pixels[i];
    for (size_t i = 0; i < train->count; i++)
        per_label[labels[i]]++;

    printf("%s train: %zu rows, mean %.6f\n", mnistprep_name(set),
           (size_t)train->count, sum / (double)count);
    for (size_t c = 0; c < mnistprep_class_count(set); c++)
        printf("%s %zu\n", mnistprep_class_name(set, c), per_label[c]);
    mnistprep_close(set);
    return 0;
}
