/* SPDX-License-Identifier: MIT */
/* The tables. */
#include "cli/topics.h"

#include <stdio.h>
#include <string.h>

/* FAIL_PIPE and FAIL_INTERRUPTED end by their signal, and have no row. */
const struct exit_status exit_statuses[] = {
    { FAIL_NONE, 0, "done, or already up to date" },
    { FAIL_SYSTEM, 1,
      "the system refused: I/O, memory, permissions, disk full" },
    { FAIL_USAGE, 2,
      "wrong use: option, argument, environment, or a foreign file that\n"
      "would have been overwritten" },
    { FAIL_DATA, 3,
      "damaged or unexpected data: not gzip, bad IDX, wrong hash on every\n"
      "mirror, label out of range, counts that differ" },
    { FAIL_NETWORK, 4,
      "network: unreachable, timed out, refused, offline and not on disk,\n"
      "or locked by another process; worth another try" },
    { FAIL_STALE, 10, "only from --check: something would change" },
    { .help = NULL },
};

static const struct topic_row variables[] = {
    { "MNISTPREP_DATA_DIR", "where datasets lie, as --data-dir" },
    { "MNISTPREP_OFFLINE", "1: as fetch --offline" },
    { "MNISTPREP_PROGRESS", "auto, bar, plain, json or none, as --progress" },
    { "NO_COLOR", "not empty: no colours, as --color never" },
    { "COLUMNS", "how wide the terminal is, whatever it says itself" },
    { "TERM", "which terminal it is; dumb: neither colours nor bars" },
    { "LC_ALL, LC_CTYPE, LANG", "UTF-8: pictures by block characters" },
    { "TMPDIR", "for what does not fit into memory (default: /tmp)" },
    { "CURL_CA_BUNDLE, SSL_CERT_FILE", "as fetch --cacert" },
    { "SSL_CERT_DIR", "a directory of certificates to trust" },
    { "http_proxy, https_proxy, ALL_PROXY, NO_PROXY", "as for curl" },
    { .help = NULL },
};

static const struct topic_row files[] = {
    { "DATA/NAME/raw/", "the published files, as published" },
    { "DATA/NAME/raw/receipt.json", "what was verified, and when" },
    { "DATA/NAME/raw/*.part", "what came before a download was cut" },
    { "DATA/NAME/prepared/",
      "what prep made: headerless arrays, rows in C order,\n"
      "little-endian; of the split train, and so of others:" },
    { "  train-images.f32", "rows x height x width" },
    { "  train-labels.u8", "one per row" },
    { "  train-onehot.f32", "rows x classes" },
    { "  train-rows.u32",
      "the published row of each, where rows were chosen or\n"
      "put in another order" },
    { "  train-folds.u8", "the fold of each, with --folds" },
    { "  train-copies.u8", "which deformed copy of its row each is, with\n"
                           "--augment; 0: the row itself" },
    { "  SHA256SUMS", "of each file, with --checksums" },
    { "  dataset.json",
      "shapes, types, recipe and source hashes; written last" },
    { "DATA/NAME/samples/", "pictures that dump made" },
    { .help = NULL },
};

const struct topic topics[] = {
    { "environment", "ENVIRONMENT", variables,
      "An option wins over the environment; an empty variable is unset." },
    { "files", "FILES", files,
      "DATA is what --data-dir names, NAME is a dataset." },
    { "exit-status", "EXIT STATUS", NULL,
      "With several files the most severe failure decides. After SIGINT,\n"
      "SIGTERM and SIGPIPE it cleans up and dies by the signal itself." },
    { .name = NULL },
};

const struct topic *topic_find(const char *name)
{
    for (const struct topic *t = topics; t->name; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

bool topic_row(const struct topic *t, size_t i, struct topic_row *to)
{
    if (t->rows) {
        *to = t->rows[i];
    } else {
        snprintf(to->word, sizeof to->word, "%d", exit_statuses[i].number);
        to->help = exit_statuses[i].help;
    }
    return to->help != NULL;
}
