#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What README.md shows is run as it stands there: every command line of its
# indented blocks that starts with mnistprep (or feeds it), in their order, in a
# directory where the genuine files lie ready, so that nothing is downloaded.

load common

setup() {
    common_setup
    tree=$(cd "$cli_dir/../.." && pwd)
    readme=$tree/README.md
    [ -e "$readme" ] || skip "no README.md"
    mkdir bin
    ln -s "$MNISTPREP" bin/mnistprep
    PATH=$PWD/bin:$PATH
}

# The command lines, without their indentation and trailing remarks.
# But for EMNIST's, which is on the network alone (net/archive.bats has the like).
commands() {
    sed -n 's/^    \(mnistprep .*\|zcat .*\)$/\1/p' "$readme" |
        sed -e '/emnist/d' -e 's/ \{2,\}#.*//'
}

# indented FIRST: the indented block whose first line starts with FIRST.
indented() {
    awk -v first="$1" '
        !inside && index($0, "    " first) == 1 { inside = 1 }
        inside && /^[^ ]/ { exit }
        inside { sub(/^    /, ""); print }' "$readme"
}

# mnist in data/mnist/raw and in the working directory, and a dataset of one's own.
everything() {
    need_mnist
    need_fashion
    mkdir -p data/mnist/raw
    cp "$mnist"/*.gz data/mnist/raw
    ln -s "$mnist"/*.gz .
    fixture dataset own
    fixture catalogue mine.json --name my-digits --dir own --mirror "$PWD/own"
}

@test "README: its commands work as they stand there" {
    everything
    [ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ] ||
        skip "dataset-fashion-mnist is not installed"
    local command count=0 again=0
    while IFS= read -r command; do
        count=$((count + 1))
        run --separate-stderr bash -c "set -o pipefail; $command" </dev/null
        [ "$status" -eq 0 ] || seen "this command of README.md fails: $command"
    done < <(commands)
    # So that an edit of README.md does not empty this test.
    [ "$count" -ge 12 ]

    # Those that leave single files, once more: what is there is not in the way
    while IFS= read -r command; do
        again=$((again + 1))
        run --separate-stderr bash -c "set -o pipefail; $command" </dev/null
        [ "$status" -eq 0 ] || seen "it cannot be repeated: $command"
    done < <(commands | grep -E 'mnistprep (decode|normalize|onehot|stats|dump)' |
        grep -E -e '-o |--plot |--report ')
    [ "$again" -ge 7 ]

    # What the first block promises
    [ "$(stat -c %s data/mnist/prepared/train-images.f32)" -eq $((60000 * 28 * 28 * 4)) ]
    [ "$(stat -c %s data/mnist/prepared/train-labels.u8)" -eq 60000 ]
    [ "$(stat -c %s data/mnist/prepared/train-onehot.f32)" -eq $((60000 * 10 * 4)) ]
    [ "$(stat -c %s data/mnist/prepared/test-images.f32)" -eq $((10000 * 28 * 28 * 4)) ]
    # and the filters
    assert_same train.f32 data/mnist/prepared/train-images.f32
    [ "$(stat -c %s onehot.f32)" -eq 400000 ]
    oracle check-npy labels.npy "$mnist/t10k-labels-idx1-ubyte.gz"
    # and the pictures: the fifteen label errors, a hundred samples, each its row
    [ -s sheet.png ]
    [ -s doubtful.png ]
    local samples=(samples/train-*-*.png) row
    [ ${#samples[@]} -eq 100 ]
    row=${samples[0]#samples/train-}
    row=${row%-*.png}
    oracle check-png "${samples[0]}" "$mnist/train-images-idx3-ubyte.gz" \
        --index $((10#$row))
    assert_same own/train-images-idx3-ubyte.gz data/my-digits/raw/train-images-idx3-ubyte.gz

    # In Python
    {
        echo 'import numpy'
        indented 'x = numpy'
        echo 'assert x.shape == (60000, 28, 28) and y.shape == (60000,)'
        echo 'assert 0 <= x.min() and x.max() == 1 and list(y[:5]) == [5, 0, 4, 1, 9]'
    } >example.py
    "$MNISTPREP_TEST_PYTHON" example.py
}

@test "README: its pictures are what the commands below them draw" {
    need_mnist
    need_fashion
    mkdir docs
    put_raw "$mnist" mnist
    put_raw "$fashion" fashion-mnist
    local command count=0
    while IFS= read -r command; do
        count=$((count + 1))
        run --separate-stderr bash -c "$command"
        [ "$status" -eq 0 ] || seen "this command of README.md fails: $command"
        # Pixels: other versions of zlib pack them otherwise.
        "$MNISTPREP_TEST_PYTHON" -c '
import sys
from PIL import Image, ImageChops
a, b = map(Image.open, sys.argv[1:])
assert (a.mode, a.size) == (b.mode, b.size), (a.size, b.size)
assert ImageChops.difference(a, b).getbbox() is None, "other pixels"
' "$output" "$tree/$output" || seen "draw it again: $command"
    done < <(tr '\n' ' ' <"$readme" | grep -o '`mnistprep [^`]*docs/[^`]*`' |
        tr -d '\140')
    [ "$count" -eq "$(grep -c '^!\[' "$readme")" ]
}

@test "README: its Makefile rule makes once" {
    command -v make >/dev/null || skip "no make"
    everything
    indented 'data/mnist/prepared/dataset.json:' >Makefile
    grep -q mnistprep Makefile
    # A stand-in for the trainer: it notes that it ran.
    cat >train <<'TRAIN'
#!/bin/sh
test -s "$1/train-images.f32" && echo run >>"$2"
TRAIN
    chmod +x train
    run --separate-stderr make model.bin
    assert_status 0
    [ "$(wc -l <model.bin)" -eq 1 ]
    run --separate-stderr make model.bin
    assert_status 0
    [ "$(wc -l <model.bin)" -eq 1 ]
}

@test "README: its links and the help it names are there" {
    local link topic option
    while IFS= read -r link; do
        [ -e "$tree/$link" ] || seen "README.md links to $link, which is not there"
    done < <(grep -oE '\]\([^)#:]+\)' "$readme" | sed 's/^](//; s/)$//')
    # shellcheck disable=SC2016 # backquotes are meant
    for topic in $(grep -oE '`mnistprep help [a-z]+`|`(environment|exit-status)`' "$readme" |
        tr -d '\140' | sed 's/^mnistprep help //'); do
        mp help "$topic"
        assert_status 0
        [ -n "$output" ]
    done
    # The options of its table are known to the commands it names.
    mp prep --help
    for option in --scale --dtype --label-dtype --format; do
        grep -q -- "$option" "$readme"
        [[ $output == *"$option"* ]] || seen "prep --help does not have $option"
    done
    # The picture is small.
    while IFS= read -r link; do
        [ "$(stat -c %s "$tree/$link")" -lt 102400 ]
    done < <(grep -oE '!\[[^]]*\]\([^)]+\)' "$readme" | sed 's/.*](//; s/)$//')
}
