#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats --plot and --report: files that appear whole or not at all, and what is
# said of them on which stream.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

setup() {
    common_setup
    tiny_dataset
}

stats() {
    mp --catalogue tiny.json stats tiny "$@"
}

# is_png FILE: PIL reads it, and it is grey.
is_png() {
    "$MNISTPREP_TEST_PYTHON" - "$1" <<'END'
import sys
from PIL import Image
image = Image.open(sys.argv[1])
image.load()
assert image.mode == 'L', image.mode
assert min(image.size) > 100 and image.getextrema() == (0, 255)
END
}

is_page() {
    [ "$(head -c 15 "$1")" = '<!DOCTYPE html>' ] && tail -n 1 "$1" | grep -q '</html>$'
}

@test "files: paths on standard output, in place of the text" {
    stats --plot p.png --report r.html
    assert_status 0
    assert_no_stderr
    assert_stdout $'p.png\nr.html'
    is_png p.png
    is_page r.html
    stats --plot only.png
    assert_stdout only.png
    assert_same p.png only.png
    # A command substitution is what it is for.
    file=$("$MNISTPREP" --catalogue tiny.json stats tiny --plot "odd name.png")
    [ "$file" = "odd name.png" ]
    is_png "$file"
    assert_no_leftovers . 'data/tiny/raw/*' 'src/*' tiny.json '*.png' '*.html'
}

@test "files: with --json and --tsv they are notes" {
    for form in --json --tsv; do
        stats "$form"
        want=$output
        stats "$form" --plot p.png
        assert_status 0
        assert_stdout "$want"
        assert_stderr_line_count 1
        [[ $stderr == *"wrote 'p.png'"* ]] || seen "the path"
        stats "$form" --plot p.png -f -q
        assert_stdout "$want"
        assert_no_stderr
        rm p.png
    done
    # The page has the audit, and so has the JSON beside it.
    mp_to s.json --catalogue tiny.json stats tiny --json --report r.html
    assert_status 0
    mp_to a.json --catalogue tiny.json stats tiny --json --audit
    assert_same s.json a.json
    # A table stays the one it is.
    stats --tsv
    want=$output
    stats --tsv --report r.html -f
    assert_stdout "$want"
}

@test "files: nothing is replaced without --force" {
    echo mine >p.png
    echo mine >r.html
    for option in '--plot p.png' '--report r.html' '--plot q.png --report r.html'; do
        # shellcheck disable=SC2086 # words are meant
        stats $option
        assert_status 2
        assert_no_stdout
        assert_one_error_line '(p.png|r.html).*exists.*--force|(p.png|r.html).*--force'
        [ "$(cat p.png r.html)" = $'mine\nmine' ]
        assert_absent q.png
    done
    stats --plot p.png --report r.html -f
    assert_status 0
    is_png p.png
    is_page r.html
    mkdir d
    stats --plot d -f
    assert_status 2
    assert_no_leftovers d
    stats --plot nowhere/p.png
    assert_status 1
    assert_one_error_line nowhere
    assert_absent nowhere
}

@test "files: nothing appears when something goes wrong" {
    fixture truncate src/t10k-images-idx3-ubyte.gz \
        data/tiny/raw/t10k-images-idx3-ubyte.gz --keep 500
    echo mine >p.png
    stats --plot p.png --report r.html -f
    assert_status 3
    assert_no_stdout
    assert_one_error_line t10k-images
    [ "$(cat p.png)" = mine ]
    stats --split train --plot new.png --panels labels,bogus
    assert_status 2
    assert_no_stdout
    assert_one_error_line 'bogus.*labels'
    rm -r data
    stats --plot new.png --report new.html
    assert_status 1
    assert_one_error_line 'mnistprep fetch tiny'
    assert_no_leftovers . 'src/*' tiny.json p.png
}

@test "files: - is standard output, for one of them" {
    mp_to p.png --catalogue tiny.json stats tiny --plot -
    assert_status 0
    assert_no_stderr
    is_png p.png
    mp_to r.html --catalogue tiny.json stats tiny --report -
    assert_status 0
    assert_no_stderr
    is_page r.html
    # The other one's path is a note then.
    mp_to q.png --catalogue tiny.json stats tiny --plot - --report s.html
    assert_status 0
    assert_stderr_line_count 1
    [[ $stderr == *"wrote 's.html'"* ]] || seen "the path"
    assert_same p.png q.png
    assert_same r.html s.html
    for options in '--plot - --json' '--plot - --tsv' '--plot - --report -' \
        '--report - --json'; do
        # shellcheck disable=SC2086 # words are meant
        stats $options
        assert_status 2
        assert_no_stdout
        assert_one_error_line 'standard output'
    done
    stats --plot one --report one
    assert_status 2
    assert_one_error_line "same file 'one'"
    assert_absent one
    mp_to /dev/full --catalogue tiny.json stats tiny --plot -
    assert_status 1
    assert_stderr_line_count 1
}

@test "files: - is refused on a terminal" {
    for option in --plot --report; do
        run --separate-stderr "$MNISTPREP_TEST_PYTHON" "$cli_dir/pty_run.py" \
            --output seen -- "$MNISTPREP" --catalogue tiny.json stats tiny \
            "$option" -
        [[ $output == *"end=exit 2"* ]] || seen "exit 2"
        [ "$(wc -l <seen)" -eq 1 ]
        grep -q 'standard output is a terminal' seen
    done
}

@test "files: --panels and --zoom" {
    stats --plot all.png
    stats --plot one.png --panels means
    stats --plot two.png --panels means --zoom 2
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - <<'END'
import numpy as np
from PIL import Image
whole, one, two = (np.array(Image.open(n)) for n in ('all.png', 'one.png', 'two.png'))
assert one.shape[0] < whole.shape[0]
assert np.array_equal(np.kron(one, np.ones((2, 2), np.uint8)), two)
END
    for zoom in 0 5 x; do
        stats --plot bad.png --zoom "$zoom"
        assert_status 2
        assert_one_error_line zoom
    done
    assert_absent bad.png
}

@test "files: two runs, the same bytes" {
    stats --plot a.png --report a.html
    stats --plot b.png --report b.html -j 1
    assert_same a.png b.png
    assert_same a.html b.html
}

@test "files: a pipe as a name" {
    # The table is what goes to standard output; the picture goes to its own.
    "$MNISTPREP" --catalogue tiny.json stats tiny -q --tsv \
        --plot >(cat >p.png; touch finished) >table
    for ((i = 0; i < 100; i++)); do
        [ -e finished ] && break
        sleep 0.05
    done
    is_png p.png
    [ "$(head -c 6 table)" = $'split\t' ]
}

@test "files: a name of another kind is refused" {
    for name in a.jpg A.JPG a.jpeg a.gif a.pdf a.svg a.html; do
        stats --plot "$name"
        assert_status 2
        assert_one_error_line "--plot: '$name'.*PNG"
    done
    for name in a.png a.PNG a.pdf a.svg; do
        stats --report "$name"
        assert_status 2
        assert_one_error_line "--report: '$name'.*HTML"
    done
    assert_absent a.* A.*
    # Others promise nothing.
    stats --plot p --report r.HTM
    assert_status 0
    is_png p
    is_page r.HTM
}
