#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats --plot and --report: files that appear whole or not at all.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031,SC2094

load stats

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src --train 300 --test 70
    fixture catalogue tiny.json --name tiny --dir src
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import os
import numpy as np
r = np.random.RandomState(4)
os.mkdir('bare')  # without labels
np.save('bare/train-images.npy', r.randint(0, 9, (50, 4, 4)).astype('u1'))
os.mkdir('gaps')  # classes without rows
np.save('gaps/train-images.npy', r.randint(0, 256, (50, 6, 9)).astype('u1'))
np.save('gaps/train-labels.npy', r.choice([0, 3, 6], 50).astype('u1'))
np.save('dot.npy', np.full((1, 1, 1), 200, 'u1'))
PY
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
    put_raw "$f/src" tiny
}

refused() {
    local want=$1 regex=$2
    shift 2
    stats "$@"
    assert_status "$want" || return 1
    assert_no_stdout || return 1
    assert_one_error_line "$regex"
}

# sizes FILE...: W H of each PNG, which has to be grey
sizes() {
    "$MNISTPREP_TEST_PYTHON" - "$@" <<'PY'
import sys
from PIL import Image
for path in sys.argv[1:]:
    image = Image.open(path)
    image.load()
    assert image.format == 'PNG' and image.mode == 'L', (path, image.mode)
    assert image.getextrema()[0] < image.getextrema()[1], path
    print(*image.size)
PY
}

@test "plot: panels, sizes, twice the same" {
    stats tiny --plot p.png
    assert_status 0
    assert_no_stderr
    assert_stdout p.png
    read -r w h <<<"$(sizes p.png)"
    for zoom in 1 2 3 4; do
        stats tiny --plot "$zoom.png" --zoom "$zoom"
        assert_status 0
        [ "$(sizes "$zoom.png")" = "$((zoom * w)) $((zoom * h))" ]
    done
    assert_same p.png 1.png
    stats tiny --plot all.png --panels labels,levels,means,deviation
    assert_same p.png all.png
    stats tiny --plot a.png --panels labels,means
    stats tiny --plot b.png --panels means,labels
    [ "$(sizes a.png)" = "$(sizes b.png)" ]
    run -1 cmp -s a.png b.png
    for panel in labels levels means deviation; do
        stats tiny --plot "$panel.png" --panels "$panel" --split test
        assert_status 0
        sizes "$panel.png"
    done
    [ "$(sha256sum {labels,levels,means,deviation}.png | cut -d' ' -f1 |
        sort -u | wc -l)" -eq 4 ]
    for name in - /dev/stdout; do
        mp_to out.png --catalogue "$f/tiny.json" stats tiny --plot $name
        assert_status 0
        assert_no_stderr
        assert_same p.png out.png
        "$MNISTPREP" --catalogue "$f/tiny.json" stats tiny --plot $name |
            cmp - p.png
    done
    LC_ALL=C stats tiny --plot c.png -j 1
    assert_same p.png c.png
}

@test "plot: without labels, one pixel, classes without rows" {
    for words in "--from $f/bare" "--images $f/dot.npy" \
        "--from $f/gaps"; do
        read -ra args <<<"$words"
        mp stats mine "${args[@]}" --plot p.png -f
        assert_status 0
        sizes p.png
    done
}

@test "plot, report: paths, and what goes with --json and --tsv" {
    stats tiny --plot p.png --report r.html
    assert_status 0
    assert_no_stderr
    [ "$(sort <<<"$output")" = $'p.png\nr.html' ]
    # A report implies the audit.
    for form in '--json --audit' '--tsv --table classes' \
        '--tsv --table findings --audit'; do
        read -ra words <<<"$form"
        stats_to want tiny "${words[@]}"
        mp_to got --catalogue "$f/tiny.json" stats tiny "${words[@]}" -f \
            --plot p.png --report r.html
        assert_status 0
        assert_same want got
        [[ $stderr = *p.png* && $stderr = *r.html* ]] || seen 'the paths'
    done
    head -1 r.html | grep -qi '<!doctype html>'
    cp r.html first.html
    LC_ALL=C stats tiny --report r.html -f
    assert_status 0
    assert_same first.html r.html
}

@test "plot, report: what is refused leaves nothing" {
    for option in --plot --report; do
        # A name that promises nothing; those of other kinds are refused anyhow.
        echo precious >x
        refused 2 "'x' exists.*(-f|--force)" tiny "$option" x
        [ "$(cat x)" = precious ]
        rm x
        stats tiny "$option" no/dir/x
        assert_status 1
        assert_no_stdout
        assert_one_error_line 'no/dir'
        mkdir d
        stats tiny "$option" d -f
        [ "$status" -ne 0 ]
        assert_one_error_line "\bd\b|$option"
        rmdir d
        refused 2 . tiny "$option" ''
        oracle pty run --catalogue "$f/tiny.json" stats tiny "$option" - >out
        grep -aq '^status 2' out
    done
    for name in - /dev/stdout; do
        refused 2 'one standard output' tiny --plot $name --json
        refused 2 'one standard output' tiny --report $name --json
        refused 2 'one standard output' tiny --plot $name --tsv
        refused 2 'one standard output' tiny --plot - --report $name
    done
    for panels in '' nothing 'labels,' ,labels labels,,means; do
        refused 2 panels tiny --plot p.png --panels "$panels"
    done
    for zoom in 0 5 x -1 1.5; do
        refused 2 zoom tiny --plot p.png --zoom "$zoom"
    done
    fixture label "$f/src/train-labels-idx1-ubyte.gz" \
        data/tiny/raw/train-labels-idx1-ubyte.gz --row 17 --value 10
    refused 3 '\b17\b' tiny --plot p.png
    fixture truncate "$f/src/train-images-idx3-ubyte.gz" \
        data/tiny/raw/train-images-idx3-ubyte.gz --keep 20000
    refused 3 'train-images' tiny --plot p.png
    refused 3 'train-images' tiny --report r.html
    assert_no_leftovers . 'data/*/raw/*' out
}
