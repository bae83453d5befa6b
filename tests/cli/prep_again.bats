#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep: what a second run does, of the same recipe and of another, and where a
# set is written to.

# Set by prep.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load prep

# --- again

@test "prep: a second time it does nothing and says so" {
    gen_raw
    gen
    assert_status 0
    local paths=$output
    snapshot data ! -type d >before
    gen
    assert_status 0
    assert_stdout "$paths"
    [[ $stderr == *'up to date'* ]] || seen "expected: up to date"
    snapshot data ! -type d >after
    assert_same before after
    gen -q
    assert_status 0
    assert_no_stderr
    assert_stdout "$paths"
    snapshot data ! -type d >after
    assert_same before after
}

@test "prep: the same after a fetch with a receipt, also when only times changed" {
    mp -q --catalogue "$fixtures/gen.json" fetch gen --only-mirrors --mirror "$fixtures/gen-src"
    assert_status 0
    gen
    assert_status 0
    check
    snapshot "$prepared" ! -type d >before
    touch -d 2001-02-03 data/gen/raw/*.gz
    gen
    assert_status 0
    [[ $stderr == *'up to date'* ]] || seen "expected: up to date"
    snapshot "$prepared" ! -type d >after
    assert_same before after
}

@test "prep: every other recipe replaces the set and leaves nothing of the old one" {
    gen_raw
    local options
    gen
    assert_status 0
    gen --dtype f16
    assert_status 0
    check dtype=f16
    gen --dtype f16 --no-onehot
    assert_status 0
    check dtype=f16 onehot=0
    gen --dtype f16 --no-onehot --splits train
    assert_status 0
    check dtype=f16 onehot=0 splits=train
    gen --format npy
    assert_status 0
    check format=npy
    # the same names and sizes, other numbers
    gen --format npy --scale signed
    assert_status 0
    check format=npy scale=signed
    gen --format npy --scale signed --smoothing 0.1
    assert_status 0
    check format=npy scale=signed smoothing=0.1
    gen --label-dtype i64
    assert_status 0
    check label_dtype=i64
    gen
    assert_status 0
    check
    [[ $stderr != *'up to date'* ]] || seen "it was not up to date"
    for options in '--scale standard' '--scale 0.1,0.2' '--scale 0.1,0.25' '--scale none'; do
        # shellcheck disable=SC2086 # words are meant
        gen $options
        assert_status 0
        [[ $stderr != *'up to date'* ]] || seen "$options: it was not up to date"
        check "scale=${options#--scale }"
    done
}

@test "prep: changed sources of the same size are noticed" {
    gen_raw
    gen
    assert_status 0
    # Other labels, stored so that the size is the same.
    "$MNISTPREP_TEST_PYTHON" - "data/gen/raw/${files[1]}" <<'PY'
import gzip, sys, zlib
path = sys.argv[1]
old = open(path, 'rb').read()
p = bytearray(gzip.decompress(old))
for i in range(8, len(p) - 1):
    for value in range(10):
        q = bytearray(p)
        q[i], q[i + 1] = value, q[i]
        z = zlib.compressobj(6, zlib.DEFLATED, 31)
        new = z.compress(bytes(q)) + z.flush()
        if q != p and len(new) == len(old):
            open(path, 'wb').write(new)
            sys.exit()
raise SystemExit('no file of the same size found')
PY
    [ "$(stat -c %s "data/gen/raw/${files[1]}")" -eq "$(stat -c %s "$fixtures/gen-src/${files[1]}")" ]
    gen
    # Either prep refuses a source that is not the catalogue's, or makes the
    # set of the new source. It must not say that the old one is up to date.
    [[ $stderr != *'up to date'* ]] || seen "it was not up to date"
    if [ "$status" -eq 0 ]; then
        check
    else
        assert_status 3
        assert_error_line "${files[1]}"
    fi
}

@test "prep: changed sources, the old time put back, no receipt: still noticed" {
    gen_raw
    # A catalogue without hashes of the gz, so that another gz is no error.
    fixture catalogue payload.json --name gen --dir "$fixtures/gen-src" --title Generated --no-gz-hash
    mp --catalogue payload.json prep gen
    assert_status 0
    # The gz header's time field: the same size and payload, other bytes.
    touch -r "data/gen/raw/${files[0]}" stamp
    printf '\1\2\3\4' | dd of="data/gen/raw/${files[0]}" bs=1 seek=4 conv=notrunc status=none
    touch -r stamp "data/gen/raw/${files[0]}"
    mp --catalogue payload.json prep gen
    assert_status 0
    check_by payload.json
}

@test "prep: a prepared file that is missing or too short is made again" {
    gen_raw
    gen
    assert_status 0
    rm "$prepared/test-labels.u8"
    gen
    assert_status 0
    check
    truncate -s -4 "$prepared/train-images.f32"
    gen
    assert_status 0
    check
    # Without a manifest they may be anybody's: made again, or left alone.
    rm "$prepared/dataset.json"
    snapshot "$prepared" ! -type d >before
    gen -q
    if [ "$status" -ne 0 ]; then
        assert_status 2
        assert_one_error_line force
        snapshot "$prepared" ! -type d >after
        assert_same before after
        gen --force
        assert_status 0
    fi
    check
    local rubbish
    for rubbish in '' '{' '[]' 'null' '{"schema":"mnistprep.dataset/1"}' '{"schema":"mnistprep.dataset/2"}'; do
        printf '%s' "$rubbish" >"$prepared/dataset.json"
        gen --force
        assert_status 0
        check
    done
}

@test "prep -n writes nothing and says what it would do" {
    gen_raw
    gen -n
    assert_status 0
    [[ $stderr == *would*gen* ]] || seen "expected what it would do"
    assert_absent "$prepared"
    gen
    assert_status 0
    snapshot data ! -type d >before
    gen --dry-run --dtype f16
    assert_status 0
    [[ $stderr == *would*gen* ]] || seen "expected what it would do"
    gen --dry-run
    assert_status 0
    [[ $stderr != *would* ]] || seen "there is nothing to do"
    snapshot data ! -type d >after
    assert_same before after
}

# --- where to

@test "prep -o DIR" {
    gen_raw
    prepared='out put/é'
    gen -o "$prepared"
    assert_status 0
    [ "${lines[0]}" = "$prepared/train-images.f32" ]
    check
    assert_absent data/gen/prepared
    # Up to date there, too.
    snapshot "$prepared" ! -type d >before
    gen --output "$prepared/"
    assert_status 0
    snapshot "$prepared" ! -type d >after
    assert_same before after
}

@test "prep -o DIR with a foreign file of a name it would write: 2" {
    gen_raw
    prepared=mine
    mkdir mine
    echo 'my own data' >mine/train-images.f32
    echo 'my own notes' >mine/notes.txt
    snapshot mine ! -type d >before
    gen -q -o mine
    assert_status 2
    assert_one_error_line 'train-images.f32.*force'
    snapshot mine ! -type d >after
    assert_same before after
    gen -o mine --force
    assert_status 0
    [ "$(cat mine/notes.txt)" = 'my own notes' ]
    rm mine/notes.txt
    check
}

@test "prep: what lies beside the set and is not of it stays" {
    gen_raw
    gen
    assert_status 0
    echo 'my own notes' >"$prepared/notes.txt"
    gen --dtype f16
    assert_status 0
    [ "$(cat "$prepared/notes.txt")" = 'my own notes' ]
    rm "$prepared/notes.txt"
    check dtype=f16
}

@test "prep: a manifest that names files elsewhere removes nothing there" {
    gen_raw
    gen
    assert_status 0
    echo precious >precious
    cp precious "$prepared/../precious"
    "$MNISTPREP_TEST_PYTHON" - "$prepared/dataset.json" "$PWD/precious" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    m = json.load(f)
m['splits']['test']['onehot']['file'] = '../precious'
m['splits']['test']['labels']['file'] = sys.argv[2]
with open(sys.argv[1], 'w') as f:
    json.dump(m, f)
PY
    gen --dtype f16 --force
    [ "$(cat precious)" = precious ]
    [ "$(cat "$prepared/../precious")" = precious ]
}

@test "prep: a symbolic link under a name of the set is replaced, not followed" {
    gen_raw
    mkdir -p "$prepared"
    echo precious >precious
    ln -s "$PWD/precious" "$prepared/train-images.f32"
    gen
    if [ "$status" -ne 0 ]; then
        assert_status 2
        gen --force
        assert_status 0
    fi
    [ "$(cat precious)" = precious ]
    [ ! -L "$prepared/train-images.f32" ]
    check
}

@test "prep: leftovers of a killed run are cleared away" {
    gen_raw
    mkdir -p "$prepared"
    gen
    assert_status 0
    echo half >"$prepared/.mnistprep-tmp-4194303-0"
    gen --dtype f16
    assert_status 0
    check dtype=f16
}
