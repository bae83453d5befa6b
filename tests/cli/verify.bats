#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# verify: raw files by their hashes, prepared files by their manifest and, when
# the raw files are there, against what prep would make of them.

load common

files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    tiny_dataset --train 123 --test 31 --height 9 --width 7
    "$MNISTPREP" -q --catalogue tiny.json prep tiny >/dev/null
}

setup() {
    common_setup
    fixtures=$BATS_FILE_TMPDIR
    src=$fixtures/src
    cp -rp "$fixtures/data" data
    raw=data/tiny/raw
    prepared=data/tiny/prepared
}

verify() {
    mp --catalogue "$fixtures/tiny.json" verify "$@"
}

prep() {
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" prep tiny "$@" >/dev/null
}

# json FILE STATUS [PART]: what the report says about a file.
json() {
    printf '%s' "$output" | "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json, sys
report = json.load(sys.stdin)
assert report["schema"] == "mnistprep.verify/1", report
for dataset in report["datasets"]:
    assert isinstance(dataset["name"], str)
    for f in dataset["files"]:
        assert set(f) >= {"file", "part", "status", "detail"}, f
        assert f["part"] in ("raw", "prepared"), f
        assert f["status"] in ("ok", "repacked", "missing", "damaged", "size-only"), f
if len(sys.argv) > 1:
    found = [f for d in report["datasets"] for f in d["files"]
             if f["file"].split("/")[-1] == sys.argv[1]]
    assert len(found) == 1, (sys.argv[1], report)
    assert found[0]["status"] == sys.argv[2], found
    bad = [f["file"] for d in report["datasets"] for f in d["files"]
           if f is not found[0] and f["status"] not in ("ok", "repacked", "size-only")]
    assert not bad or sys.argv[3:] == ["and-others"], bad
' "$@"
}

# wrong FILE STATUS: verify exits with 3, names the file in both reports, and
# says nothing bad about any other.
wrong() {
    snapshot data >before
    verify tiny
    assert_status 3 || return 1
    [[ $output == *"$1"* ]] || seen "expected the name on standard output: $1" || return 1
    verify tiny --json
    assert_status 3 || return 1
    json "$@" || { echo "$output" >&2; return 1; }
    snapshot data >after
    assert_same before after || return 1
}

@test "verify: everything is right: 0, each file is named, nothing is touched" {
    snapshot data >before
    verify tiny
    assert_status 0
    local file
    for file in "${files[@]}" train-images.f32 train-labels.u8 train-onehot.f32 \
        test-images.f32 test-labels.u8 test-onehot.f32; do
        [[ $output == *"$file"* ]] || seen "expected the name: $file"
    done
    verify tiny --json
    assert_status 0
    for file in "${files[@]}" train-images.f32 train-labels.u8 train-onehot.f32 \
        test-images.f32 test-labels.u8 test-onehot.f32; do
        json "$file" ok
    done
    snapshot data >after
    assert_same before after
}

@test "verify: every recipe verifies" {
    local options
    for options in '--scale standard --dtype f64' '--scale signed --dtype bf16 --no-onehot' \
        '--format npy --dtype f16 --label-dtype i64' '--format bin,npy --smoothing 0.1' \
        '--dtype u8 --scale none --splits test' '--scale 0.1307,0.3081' \
        '--scale standard --splits test'; do
        # shellcheck disable=SC2086 # words are meant
        prep $options
        verify tiny
        [ "$status" -eq 0 ] || seen "$options: expected status 0"
    done
}

@test "verify: without names: all that has something on disk" {
    fixture catalogue two.json --name tiny --dir "$src" --name tony --dir "$src" --name none --dir "$src"
    put_raw "$src" tony
    mp --catalogue two.json verify --json
    assert_status 0
    printf '%s' "$output" | "$MNISTPREP_TEST_PYTHON" -E -S -c '
import json, sys
names = [d["name"] for d in json.load(sys.stdin)["datasets"]]
assert sorted(names) == ["tiny", "tony"], names'
    fixture flip "$src/${files[0]}" "data/tony/raw/${files[0]}" --at 2000
    mp --catalogue two.json verify
    assert_status 3
    [[ $output == *tony* ]] || seen "expected the name of the dataset"
    mp --catalogue two.json verify tiny
    assert_status 0
    mp --catalogue two.json verify tiny tony
    assert_status 3
}

# What prep leaves of data of one's own.
own_set() {
    "$MNISTPREP" -q prep mine --from "$src" "$@" >/dev/null
}

@test "verify: a prepared set of one's own, by name and without" {
    own_set
    verify mine
    assert_status 0
    [ "$(grep -c '^size-only mine/prepared/' <<<"$output")" -eq 6 ]
    own_set --checksums --force
    verify mine
    assert_status 0
    [ "$(grep -c '^ok *mine/prepared/' <<<"$output")" -eq 7 ]
    verify --json
    assert_status 0
    [[ $output == *'"mine"'* && $output == *'"tiny"'* ]] || seen "expected both"
    printf '\377' | dd of=data/mine/prepared/train-images.f32 bs=1 seek=50 conv=notrunc status=none
    verify -q mine
    assert_status 3
    assert_one_error_line "mine: prepared/train-images.f32.*prep --force mine --from"
    verify -q
    assert_status 3
    verify -q tiny
    assert_status 0
    echo '{' >data/mine/prepared/dataset.json
    verify mine
    assert_status 3
    [[ $output == *mine/prepared/dataset.json* ]] || seen "expected the name"
    verify -q ../data/mine
    assert_status 2
}

@test "verify: without names in a directory that does not exist: 1" {
    verify -q -C nowhere
    assert_status 1
    assert_one_error_line "no directory 'nowhere'"
    assert_absent nowhere
    rm -r data
    verify
    assert_status 0
}

@test "verify: nothing there of a named dataset: 1" {
    mp -q -C nowhere --catalogue "$fixtures/tiny.json" verify tiny
    assert_status 1
    assert_one_error_line 'tiny.*fetch|fetch.*tiny'
    assert_absent nowhere
    rm -r data
    mkdir -p data/tiny/raw
    verify -q tiny
    assert_status 1
    assert_one_error_line 'tiny'
}

@test "verify: unknown dataset: 2, with a suggestion" {
    verify -q tinny
    assert_status 2
    assert_one_error_line "did you mean 'tiny'"
    assert_no_stdout
}

@test "verify: a flipped bit in a raw file" {
    fixture flip "$src/${files[0]}" "$raw/${files[0]}" --at 2000
    rm -r "$prepared"
    wrong "${files[0]}" damaged
}

@test "verify: a flipped bit in a raw file, its size and time as they were" {
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --mirror "$src" >/dev/null
    rm -r "$prepared"
    touch -r "$raw/${files[0]}" stamp
    fixture flip "$src/${files[0]}" "$raw/${files[0]}" --at 2000
    touch -r stamp "$raw/${files[0]}"
    wrong "${files[0]}" damaged
}

@test "verify: a raw file that is truncated, empty, a web page" {
    rm -r "$prepared"
    fixture truncate "$src/${files[2]}" "$raw/${files[2]}" --keep 1000
    wrong "${files[2]}" damaged
    : >"$raw/${files[2]}"
    wrong "${files[2]}" damaged
    fixture html "$raw/${files[2]}"
    wrong "${files[2]}" damaged
}

@test "verify: a raw file that is missing" {
    rm -r "$prepared" "${raw:?}/${files[3]}"
    wrong "${files[3]}" missing
}

@test "verify: a raw file with right gz and other labels is not the catalogue's" {
    rm -r "$prepared"
    fixture label "$src/${files[1]}" "$raw/${files[1]}" --row 3 --value 1
    fixture label "$raw/${files[1]}" "$raw/${files[1]}" --row 4 --value 2
    verify tiny
    assert_status 3
    [[ $output == *"${files[1]}"* ]] || seen "expected the name"
}

@test "verify: repacked raw files are right, and it says so" {
    fixture regzip "$src/${files[0]}" "$raw/${files[0]}" --name other
    verify tiny
    assert_status 0
    [[ $output == *repacked* ]] || seen "expected the word repacked"
    verify tiny --json
    assert_status 0
    json "${files[0]}" repacked
    json "${files[1]}" ok
}

@test "verify: one wrong byte in each prepared file, raw files there" {
    local file size
    for file in train-images.f32 train-labels.u8 train-onehot.f32 \
        test-images.f32 test-labels.u8 test-onehot.f32; do
        cp -p "$prepared/$file" keep
        size=$(stat -c %s keep)
        # the last byte but one: of the last row
        printf '\377' | dd of="$prepared/$file" bs=1 seek=$((size - 2)) conv=notrunc status=none
        touch -r keep "$prepared/$file"
        wrong "$file" damaged
        cp -p keep "$prepared/$file"
    done
    verify tiny
    assert_status 0
}

@test "verify: a wrong byte in npy files, in the header and in the data" {
    prep --format npy
    printf '\377' | dd of="$prepared/test-images.npy" bs=1 seek=500 conv=notrunc status=none
    wrong test-images.npy damaged
    prep --force --format npy
    printf ' ' | dd of="$prepared/test-images.npy" bs=1 seek=20 conv=notrunc status=none
    wrong test-images.npy damaged
}

@test "verify: prepared files that are too short, too long, missing" {
    truncate -s -4 "$prepared/train-images.f32"
    wrong train-images.f32 damaged
    truncate -s +8 "$prepared/train-images.f32"
    wrong train-images.f32 damaged
    rm "$prepared/train-images.f32"
    wrong train-images.f32 missing
}

@test "verify: without raw files the prepared ones are judged by size, and it says so" {
    rm -r "$raw"
    verify tiny
    assert_status 0
    [[ $stderr == *'no SHA-256 of 6 prepared files'* ]] || seen "expected the note"
    [ "$(grep -c '^size-only tiny/prepared/' <<<"$output")" -eq 6 ]
    [ "$(grep -c '^ok' <<<"$output")" -eq 0 ]
    verify tiny -q
    assert_status 0
    [ -z "$output$stderr" ] || seen "expected silence"
    verify tiny --json
    assert_status 0
    json train-images.f32 size-only
    # a changed byte cannot be seen
    printf '\377' | dd of="$prepared/test-images.f32" bs=1 seek=500 conv=notrunc status=none
    verify tiny
    assert_status 0
    truncate -s -4 "$prepared/train-onehot.f32"
    wrong train-onehot.f32 damaged
    rm "$prepared/train-onehot.f32"
    wrong train-onehot.f32 missing
}

@test "verify: without raw files the hashes of --checksums judge" {
    local file
    prep --checksums --format bin,csv
    rm -r "$raw"
    verify tiny
    assert_status 0
    [ "$(grep -c '^ok ' <<<"$output")" -eq 9 ] || seen "expected 9 files, SHA256SUMS among them"
    [ "$(grep -vc '^ok ' <<<"$output")" -eq 0 ] || seen "expected ok alone"
    [[ $stderr == *'SHA-256 in dataset.json'* ]] || seen "expected the note"
    for file in train-images.f32 test-onehot.f32 train.csv SHA256SUMS; do
        cp -p "$prepared/$file" keep
        printf '\377' | dd of="$prepared/$file" bs=1 seek=50 conv=notrunc status=none
        wrong "$file" damaged
        cp -p keep "$prepared/$file"
    done
    verify tiny
    assert_status 0
}

@test "verify: without raw files SHA256SUMS judges a folder of pictures" {
    local first
    prep --checksums --format png,bin
    rm -r "$raw"
    verify tiny
    assert_status 0
    [ "$(grep -c '^size-only' <<<"$output")" -eq 0 ] || seen "expected hashes"
    grep -q '^ok *tiny/prepared/png$' <<<"$output" || seen "expected png"
    first=$(find "$prepared/png" -name '*.png' | LC_ALL=C sort | head -n 1)
    cp -p "$first" keep
    printf '\377' | dd of="$first" bs=1 seek=50 conv=notrunc status=none
    wrong png damaged
    verify -q tiny
    grep -q "'$first' has not the SHA-256 that SHA256SUMS says" <<<"$output" ||
        seen "expected the name of the picture"
    # One more in the place of one less.
    mv "$first" "${first%/*}/other.png"
    cp -p keep "${first%/*}/other.png"
    wrong png damaged
    rm "${first%/*}/other.png"
    cp -p keep "$first"
    verify tiny
    assert_status 0
    # A list that is not right itself proves nothing.
    printf '0' | dd of="$prepared/SHA256SUMS" bs=1 seek=700 conv=notrunc status=none
    printf '1' | dd of="$prepared/SHA256SUMS" bs=1 seek=701 conv=notrunc status=none
    wrong SHA256SUMS damaged
    verify tiny
    grep -q '^size-only tiny/prepared/png$' <<<"$output" || seen "expected the size alone"
}

@test "verify: it says what helps, and that helps" {
    local file=$prepared/train-images.f32
    printf '\377' | dd of="$file" bs=1 seek=50 conv=notrunc status=none
    verify tiny -q
    assert_status 3
    assert_one_error_line "mnistprep prep --force tiny"
    prep
    verify tiny -q
    assert_status 3
    prep --force
    verify tiny
    assert_status 0
    fixture flip "$src/${files[0]}" "$raw/${files[0]}" --at 2000
    verify tiny -q
    assert_status 3
    assert_one_error_line "mnistprep fetch --force tiny"
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --force --only-mirrors --mirror "$src" >/dev/null
    verify tiny
    assert_status 0
}

@test "verify: files without a manifest, a manifest that is rubbish" {
    local rubbish
    for rubbish in '{' '[]' '{"schema":"mnistprep.dataset/1"}' '{"schema":"else/9","splits":{}}'; do
        printf '%s' "$rubbish" >"$prepared/dataset.json"
        verify tiny
        assert_status 3
        [[ $output$stderr == *dataset.json* ]] || seen "expected the name"
    done
}

@test "verify: a manifest that names files elsewhere" {
    echo precious >precious
    "$MNISTPREP_TEST_PYTHON" -E -S - "$prepared/dataset.json" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    m = json.load(f)
m['splits']['test']['onehot']['file'] = '../../../precious'
m['splits']['test']['onehot']['bytes'] = 9
with open(sys.argv[1], 'w') as f:
    json.dump(m, f)
PY
    verify tiny
    assert_status 3
}

@test "verify: control characters in a manifest are not printed" {
    "$MNISTPREP_TEST_PYTHON" -E -S - "$prepared/dataset.json" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    m = json.load(f)
m['splits']['test']['onehot']['file'] = 'a\x1b]0;x\x07\x9b31m\u202e.f32'
with open(sys.argv[1], 'w') as f:
    json.dump(m, f)
PY
    local option
    for option in --verbose --json; do
        verify tiny "$option"
        assert_status 3
        if printf '%s' "$output$stderr" | LC_ALL=C grep -qP '[\x01-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae'; then
            seen "a control character was printed"
        fi
    done
}

@test "verify > /dev/full: 1" {
    run --separate-stderr bash -c 'exec "$@" >/dev/full' - "$MNISTPREP" \
        --catalogue "$fixtures/tiny.json" verify tiny
    assert_status 1
    assert_error_line 'standard output|stdout|space'
}

@test "verify: a truncated raw file and what was made of it before" {
    fixture truncate "$src/${files[2]}" "$raw/${files[2]}" --keep 1000
    verify tiny --json
    assert_status 3
    json "${files[2]}" damaged and-others
}

@test "verify: genuine MNIST, raw and prepared" {
    need_mnist
    rm -r data
    mkdir -p data/mnist
    ln -s "$mnist" data/mnist/raw
    mp -q prep mnist --dtype u8 --scale none
    assert_status 0
    mp verify
    assert_status 0
    mp verify mnist --json
    assert_status 0
    json "${files[0]}" ok
    json train-images.u8 ok
    printf '\1' | dd of=data/mnist/prepared/train-images.u8 bs=1 seek=47039999 conv=notrunc status=none
    mp verify
    assert_status 3
    [[ $output == *train-images.u8* ]] || seen "expected the name"
}

# --- memory

@test "verify: memory runs out while JSON is made: 1, and it is said" {
    local compiler what call
    compiler=$(command -v "${CC:-cc}" || command -v gcc) ||
        skip "no C compiler for the LD_PRELOAD shim"
    "$compiler" -shared -fPIC -o preload.so "$cli_dir/preload_json.c" -ldl
    if [ "${MNISTPREP_SANITIZED-0}" = 1 ]; then
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
    fi
    for what in FAIL_JSON_AT FAIL_TEXT_AT; do
        for call in 1 2 3 4 5 6 8 12 20 30 40 50 1000; do
            run --separate-stderr timeout 20 env \
                "LD_PRELOAD=$PWD/preload.so" "$what=$call" "$MNISTPREP" -q \
                --catalogue "$fixtures/tiny.json" verify tiny --json
            [ "$call" -lt 1000 ] || break
            [ "$status" -eq 1 ] || seen "$what=$call: expected status 1"
            assert_one_error_line 'out of memory' || seen "$what=$call"
        done
        assert_status 0 # more than there are
        json "${files[0]}" ok
    done
}
