#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats --report: what stands on the page, and what a browser makes of it.
# Which files appear when is in stats_files.bats.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    # A finding of every kind but one, and class names that need escaping.
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_planted.py" planted --plant all \
        --train 600 --test 200 --classes 9
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
c = json.load(open('planted/catalogue.json'))
d = c['datasets'][0]
d['title'] = 'Planted <script>alert("t")</script> & co'
d['licence'] = '<img src=x onerror=alert(1)>'
d['homepage'] = 'https://example.org/?a=1&b="2"'
names = ['"><script>alert(1)</script>', "it's <b>bold", 'a&amp;b',
         'right \u202e left', 'tab\there', '--> ]]>', '<!--', '\u6f22\u5b57',
         'x' * 120]
d['classes'] = names[:len(d['classes'])] + d['classes'][len(names):]
json.dump(c, open('catalogue.json', 'w'))
d['homepage'] = 'javascript:alert(1)'
json.dump(c, open('script.json', 'w'))
PY
    put_raw planted/raw planted
}

setup() {
    common_setup
    f=$BATS_FILE_TMPDIR
    chromium=$(command -v chromium || command -v chromium-browser ||
        command -v google-chrome) || chromium=
}

see() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/see_report.py" "$@"
}

# report PAGE ARGS...: of the planted set unless ARGS say otherwise
report() {
    local page=$1
    shift
    mp -C "$f/data" --catalogue "$f/catalogue.json" stats --report "$page" "$@"
    assert_status 0 && assert_no_stderr && assert_stdout "$page"
}

# look PAGE: in a browser nothing is asked for, nothing said, nothing cut
look() {
    [ -n "$chromium" ] || skip "no Chromium (Debian: chromium)"
    timeout 300 "$MNISTPREP_TEST_PYTHON" "$cli_dir/browser.py" "$chromium" \
        "$1" >seen.json || return 1
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
d = json.load(open('seen.json'))
assert d['console'] == [], d['console']
assert d['requests'] == [], d['requests']
assert [(v['width'], v['scheme']) for v in d['views']] == [
    (w, s) for s in ('light', 'dark') for w in (320, 400, 800, 1400)]
for v in d['views']:
    assert v['overflow'] == 0 and v['cut'] == [], v
grounds = {v['scheme']: v['ground'] for v in d['views']}
assert grounds['light'] != grounds['dark'], grounds
PY
}

@test "report: the page is whole, loads nothing, and is the same twice" {
    report a.html planted
    see page a.html 'https://example.org/?a=1&b="2"'
    LC_ALL=C TZ=Asia/Tokyo report b.html planted -j 1
    assert_same a.html b.html
    grep -q '<meta name="generator" content="mnistprep [0-9.]*"/>' a.html
}

@test "report: hostile names are text" {
    report a.html planted
    see text a.html 'Planted <script>alert("t")</script> & co' \
        '"><script>alert(1)</script>' "it's <b>bold" 'a&amp;b' \
        'right \u202e left' 'tab\x09here' '--> ]]>' '<!--'
    # A link that would run is none.
    mp -C "$f/data" --catalogue "$f/script.json" stats planted --report b.html
    assert_status 0
    see page b.html
    see facts b.html about 'Homepage=javascript:alert(1)'
    # Files and folders of one's own.
    mkdir -p 'own/<b>&"' 'own/<img src=x onerror=alert(1)>'
    for folder in own/*; do
        for i in 1 2 3; do fixture png "$folder/$i.png" --shape 8,8; done
    done
    cp "$f/planted/raw/train-images-idx3-ubyte.gz" \
        $'<i>"\xff\x1b[31m&.gz'
    mp stats mine --from own --report c.html
    assert_status 0
    see page c.html
    see text c.html '<b>&"' '<img src=x onerror=alert(1)>'
    mp stats mine --images $'<i>"\xff\x1b[31m&.gz' --report d.html
    assert_status 0
    see page d.html
    see text d.html '<i>"\xff\x1b[31m&.gz'
}

@test "report: its numbers are those of --json, its pictures those of the rows" {
    report a.html planted
    mp_to s.json -C "$f/data" --catalogue "$f/catalogue.json" stats planted \
        --json --audit
    assert_status 0
    see numbers a.html s.json
    see samples a.html "$f/planted/raw" 9
    report b.html planted --split test --near off
    mp_to s.json -C "$f/data" --catalogue "$f/catalogue.json" stats planted \
        --json --audit --split test --near off
    see numbers b.html s.json
    see facts b.html about 'Split=test (191), of 2 that there are'
}

# hashes PAGE FILE...: of each file, and of what it holds
hashes() {
    local page=$1 name
    shift
    for name in "$@"; do
        cp "$name" unpacked
        [[ $name != *.gz ]] || gunzip -c "$name" >unpacked
        see text "$page" "$(sha256sum <"$name" | cut -d ' ' -f 1)" \
            "$(sha256sum <unpacked | cut -d ' ' -f 1)" || return 1
    done
    run -1 grep -q 'not noted' "$page"
}

@test "report: where it came from" {
    # Nobody fetched these, so that they are hashed now.
    report a.html planted
    see text a.html "train images train-images-idx3-ubyte.gz the published \
        file $(stat -c %s "$f/planted/raw/train-images-idx3-ubyte.gz")"
    hashes a.html "$f"/planted/raw/*.gz
    # The receipt's word is taken while it is about this file.
    mkdir fetched
    mp -C fetched --catalogue "$f/catalogue.json" fetch planted \
        --mirror "file://$f/planted/raw/"
    assert_status 0
    mp -C fetched --catalogue "$f/catalogue.json" stats planted --report b.html
    assert_status 0
    hashes b.html "$f"/planted/raw/*.gz
    raw=fetched/planted/raw
    sed -i "s/$(sha256sum <$raw/t10k-labels-idx1-ubyte.gz | cut -c 1-64)/$(
        printf 'e%.0s' {1..64})/" $raw/receipt.json
    mp -C fetched --catalogue "$f/catalogue.json" stats planted --report c.html
    assert_status 0
    see text c.html "$(printf 'e%.0s' {1..64})"
    touch -d '2001-02-03' $raw/t10k-labels-idx1-ubyte.gz
    mp -C fetched --catalogue "$f/catalogue.json" stats planted --report d.html
    assert_status 0
    hashes d.html "$f"/planted/raw/*.gz
}

@test "report: what is not, or not quite, the published file" {
    mkdir -p odd/planted
    cp -r "$f/planted/raw" odd/planted/raw
    fixture regzip "$f/planted/raw/train-images-idx3-ubyte.gz" \
        odd/planted/raw/train-images-idx3-ubyte.gz --level 9
    fixture label "$f/planted/raw/t10k-labels-idx1-ubyte.gz" \
        odd/planted/raw/t10k-labels-idx1-ubyte.gz --row 17 --value 3
    "$MNISTPREP_TEST_PYTHON" - "$f" <<'PY'
import gzip, hashlib, json, sys
c = json.load(open(sys.argv[1] + '/catalogue.json'))
images = c['datasets'][0]['splits'][0]['images']
with gzip.open(sys.argv[1] + '/planted/raw/' + images['file']) as f:
    data = f.read()
images['payload'] = {'bytes': len(data),
                     'sha256': hashlib.sha256(data).hexdigest()}
json.dump(c, open('catalogue.json', 'w'))
PY
    mp -C odd --catalogue catalogue.json stats planted --report a.html
    assert_status 0
    see text a.html \
        'train-images-idx3-ubyte.gz the published data, packed again' \
        'train-labels-idx1-ubyte.gz the published file' \
        't10k-labels-idx1-ubyte.gz not the published file'
}

@test "report: where one's own came from" {
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import numpy as np
x = np.arange(160).reshape(10, 4, 4).astype('u1')
y = np.arange(10).astype('u1')
np.savez('set.npz', x_train=x, y_train=y, x_test=x[:5], y_test=y[:5])
np.savetxt('train.csv', np.column_stack([y, x.reshape(10, 16)]), '%d', ',')
PY
    for name in set.npz train.csv; do
        mp stats mine --from $name --report a.html -f
        assert_status 0
        see page a.html
        hashes a.html $name
    done
    # A folder has neither size nor hash.
    mkdir -p own/a
    for i in 1 2 3; do fixture png "own/a/$i.png" --shape 8,8; done
    mp stats mine --from own --report b.html
    assert_status 0
    see page b.html
    see text b.html 'train folder own - not noted not noted'
    run -1 grep -q published b.html
}

@test "report: a prepared set, its recipe and its sources" {
    # prep refuses a label that is no class, so there is none.
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/make_planted.py" made --train 300 \
        --classes 8 --plant duplicate,across,blank
    put_raw made/raw planted
    mp --catalogue made/catalogue.json -q prep planted --limit 100 --val 30 \
        --shuffle --seed 7 --scale standard --format npy \
        --classes 0,1,2,3,4,5
    assert_status 0
    mp --catalogue made/catalogue.json stats planted --prepared --report a.html
    assert_status 0
    see page a.html https://example.org/
    mp_to s.json --catalogue made/catalogue.json stats planted --prepared \
        --json --audit
    see numbers a.html s.json
    manifest=data/planted/prepared/dataset.json
    mean=$("$MNISTPREP_TEST_PYTHON" -c 'import json, sys
print("%.17g" % json.load(open(sys.argv[1]))["recipe"]["mean"])' "$manifest")
    see facts a.html recipe scale=standard "mean=$mean" seed=7 shuffle=yes \
        onehot=yes limit=100 val=30 formats=npy smoothing=0 stratify=no \
        'classes=0, 1, 2, 3, 4, 5'
    see text a.html 'a prepared set' "$(grep -o '"sha256": "[0-9a-f]*"' \
        "$manifest" | head -1 | cut -d '"' -f 4)"
}

@test "report: without labels, without rows, one pixel" {
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import os
import numpy as np
os.mkdir('bare')
np.save('bare/train-images.npy', np.arange(640).reshape(40, 4, 4).astype('u1'))
np.save('dot.npy', np.full((1, 1, 1), 200, 'u1'))
os.mkdir('none')
np.save('none/train-images.npy', np.ones((5, 3, 3), 'u1'))
np.save('none/train-labels.npy', np.zeros(5, 'u1'))
np.save('none/test-images.npy', np.zeros((0, 3, 3), 'u1'))
np.save('none/test-labels.npy', np.zeros(0, 'u1'))
PY
    mp stats mine --from bare --report bare.html
    assert_status 0
    see page bare.html
    see text bare.html 'none: there are no labels'
    mp stats mine --images dot.npy --report dot.html
    assert_status 0
    see page dot.html
    # A split without rows may be refused, but never shown wrong.
    mp stats mine --from none --report none.html
    if [ "$status" -eq 0 ]; then
        see page none.html
        run -1 grep -qiE '\b(nan|inf)\b' none.html
    else
        assert_absent none.html
    fi
}

@test "report: in a browser, with findings and hostile names" {
    [ -n "$chromium" ] || skip "no Chromium (Debian: chromium)"
    report a.html planted
    look a.html
}

@test "report: in a browser, many classes and long names" {
    [ -n "$chromium" ] || skip "no Chromium (Debian: chromium)"
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import os
import numpy as np
r = np.random.RandomState(1)
os.mkdir('own')
for split, n in ('train', 400), ('test', 100), ('an-unusually-long-name', 50):
    np.save(f'own/{split}-images.npy', r.randint(0, 256, (n, 40, 70)).astype('u1'))
    np.save(f'own/{split}-labels.npy', r.randint(0, 62, n).astype('u1'))
PY
    name=$(printf 'a%.0s' {1..64})
    mp stats "$name" --from own --report a.html
    assert_status 0
    look a.html
}

@test "report: genuine MNIST, in a browser, too" {
    need_mnist
    put_raw "$mnist" mnist
    mp stats --report a.html --near off # is looked for in audit.bats
    assert_status 0
    see page a.html http://yann.lecun.com/exdb/mnist/
    mp_to s.json stats --json --audit --near off
    see numbers a.html s.json
    see samples a.html "$mnist" 10
    see text a.html 1567298545 342590800147 0.130660476274 0.308107803856
    look a.html
}
