#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep: every recipe against numpy, and the same bytes however it is run.

# Set by prep.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load prep

# --- recipes, against numpy

@test "prep: the default set, its paths on standard output, its manifest" {
    recipe ''
    assert_stdout "$(printf "$prepared/%s\n" "${default_set[@]}" dataset.json)"
}

@test "prep: --scale signed" { recipe scale=signed --scale signed; }
@test "prep: --scale none" { recipe scale=none --scale none; }
@test "prep: --scale MEAN,STD" { recipe scale=0.1307,0.3081 --scale 0.1307,0.3081; }
@test "prep: --scale MEAN,STD, negative and with exponents" { recipe scale=-1e-3,2.5E1 --scale=-1e-3,2.5E1; }
@test "prep: --scale standard" { recipe scale=standard --scale standard; }
@test "prep: --scale unit --dtype f64" { recipe dtype=f64 --dtype f64; }
@test "prep: --scale unit --dtype f16" { recipe dtype=f16 --dtype f16; }
@test "prep: --scale unit --dtype bf16" { recipe dtype=bf16 --dtype bf16; }
@test "prep: --scale signed --dtype f64" { recipe 'scale=signed dtype=f64' --scale signed --dtype f64; }
@test "prep: --scale signed --dtype f16" { recipe 'scale=signed dtype=f16' --scale signed --dtype f16; }
@test "prep: --scale signed --dtype bf16" { recipe 'scale=signed dtype=bf16' --scale signed --dtype bf16; }
@test "prep: --scale MEAN,STD --dtype f64" { recipe 'scale=0.2860,0.3530 dtype=f64' --scale 0.2860,0.3530 --dtype f64; }
@test "prep: --scale MEAN,STD --dtype f16" { recipe 'scale=0.2860,0.3530 dtype=f16' --scale 0.2860,0.3530 --dtype f16; }
@test "prep: --scale MEAN,STD --dtype bf16" { recipe 'scale=0.2860,0.3530 dtype=bf16' --scale 0.2860,0.3530 --dtype bf16; }
@test "prep: --scale standard --dtype f64" { recipe 'scale=standard dtype=f64' --scale standard --dtype f64; }
@test "prep: --scale standard --dtype f16" { recipe 'scale=standard dtype=f16' --scale standard --dtype f16; }
@test "prep: --scale standard --dtype bf16" { recipe 'scale=standard dtype=bf16' --scale standard --dtype bf16; }
@test "prep: --scale none --dtype f64" { recipe 'scale=none dtype=f64' --scale none --dtype f64; }
@test "prep: --scale none --dtype f16" { recipe 'scale=none dtype=f16' --scale none --dtype f16; }
@test "prep: --scale none --dtype bf16" { recipe 'scale=none dtype=bf16' --scale none --dtype bf16; }
@test "prep: --scale none --dtype u8" { recipe 'scale=none dtype=u8' --scale none --dtype u8; }
@test "prep: --label-dtype i32" { recipe label_dtype=i32 --label-dtype i32; }
@test "prep: --label-dtype i64" { recipe label_dtype=i64 --label-dtype i64; }
@test "prep: --smoothing 0.1" { recipe smoothing=0.1 --smoothing 0.1; }
@test "prep: --smoothing 1/3" { recipe smoothing=0.3333333333333333 --smoothing 0.3333333333333333; }
@test "prep: --no-onehot" { recipe onehot=0 --no-onehot; }
@test "prep: --splits train" { recipe splits=train --splits train; }
@test "prep: --splits test" { recipe splits=test --splits test; }
@test "prep: --splits test,train" { recipe splits=test,train --splits test,train; }
@test "prep: --scale standard --splits test: still train's constants" { recipe 'scale=standard splits=test' --scale standard --splits test; }
@test "prep: --format npy" { recipe format=npy --format npy; }
@test "prep: --format bin,npy" { recipe format=bin,npy --format bin,npy; }
@test "prep: --format npy --dtype f16 --label-dtype i64" { recipe 'format=npy dtype=f16 label_dtype=i64' --format npy --dtype f16 --label-dtype i64; }
@test "prep: --format npy --dtype u8 --scale none --no-onehot" { recipe 'format=npy dtype=u8 scale=none onehot=0' --format npy --dtype u8 --scale none --no-onehot; }
@test "prep: --format bin,npy --dtype f64 --smoothing 0.25 --splits train" { recipe 'format=bin,npy dtype=f64 smoothing=0.25 splits=train' --format bin,npy --dtype f64 --smoothing 0.25 --splits train; }
@test "prep: --sync makes the same" { recipe '' --sync; }

@test "prep: syncs each file with --sync, and none without" {
    command -v strace >/dev/null || skip "no strace"
    strace -f -o /dev/null true 2>/dev/null || skip "strace (ptrace) is refused here"
    # LeakSanitizer cannot work under ptrace.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    gen_raw
    run --separate-stderr strace -f -o trace -e trace=fsync,fdatasync,sync,syncfs,msync \
        "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen
    assert_status 0
    [ "$(grep -c '(' trace)" -eq 0 ]
    rm -r "$prepared"
    run --separate-stderr strace -f -y -o trace -e trace=fsync,fdatasync \
        "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen --sync
    assert_status 0
    [ "$(grep -c 'prepared/' trace)" -ge 7 ]
}

@test "prep: --dtype u8 implies --scale none" {
    recipe 'scale=none dtype=u8' --dtype u8
}

@test "prep: test is scaled with the constants of train, not with its own" {
    # A test split that is much darker than train.
    fixture dataset dark --train 100 --test 50 --height 5 --width 4
    fixture idx dark/t10k-images-idx3-ubyte.gz --shape 50,5,4 --values labels:9 --gz
    fixture catalogue dark.json --name gen --dir dark --title Dark
    put_raw dark gen
    mp --catalogue dark.json prep gen --scale standard --dtype f64
    assert_status 0
    check_by dark.json \
        scale=standard dtype=f64
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import numpy as np
train = np.fromfile('data/gen/prepared/train-images.f64')
test = np.fromfile('data/gen/prepared/test-images.f64')
assert abs(train.mean()) < 1e-12 and abs(train.std() - 1) < 1e-12, (train.mean(), train.std())
assert test.mean() < -0.3, test.mean()
PY
}

@test "prep: a catalogue with two classes makes one-hot rows of two" {
    fixture dataset two --train 37 --test 5 --height 3 --width 3 --classes 2
    fixture catalogue two.json --name gen --dir two
    put_raw two gen
    mp --catalogue two.json prep gen --smoothing 0.5
    assert_status 0
    check_by two.json smoothing=0.5
    [ "$(stat -c %s "$prepared/train-onehot.f32")" -eq $((37 * 2 * 4)) ]
}

@test "prep: repacked raw files give the same" {
    gen_raw
    gen
    assert_status 0
    sha256sum "$prepared"/*.f32 "$prepared"/*.u8 >before
    rm -r "$prepared"
    fixture regzip "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}" --name x
    fixture multimember "$fixtures/gen-src/${files[2]}" "data/gen/raw/${files[2]}" --parts 5
    gen
    assert_status 0
    sha256sum -c before
}

@test "prep: one row, and one pixel" {
    local shape
    for shape in '1 1 28 28' '1 1 1 1' '2 1 1 1' '3 2 1 300'; do
        # shellcheck disable=SC2086 # words are meant
        set -- $shape
        rm -rf small data
        fixture dataset small --train "$1" --test "$2" --height "$3" --width "$4"
        fixture catalogue small.json --name gen --dir small --classes 10
        put_raw small gen
        mp --catalogue small.json prep gen --format bin,npy
        assert_status 0
        check_by small.json format=bin,npy
    done
}

@test "prep: no rows at all is a dataset, too: empty files and their shapes" {
    fixture dataset none --train 0 --test 0
    fixture catalogue none.json --name gen --dir none --classes 10
    put_raw none gen
    mp --catalogue none.json prep gen --format bin,npy
    assert_status 0
    check_by none.json format=bin,npy
    # There is no mean of nothing.
    mp -q --catalogue none.json prep gen --scale standard
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || seen "expected status 2 or 3"
    assert_one_error_line .
    [[ $stderr != *nan* ]] || seen "this says nothing to a reader"
}

@test "prep: --scale standard of constant pixels: refused, they have no spread" {
    fixture dataset flat --train 20 --test 5
    fixture idx flat/train-images-idx3-ubyte.gz --shape 20,28,28 --values zeros --gz
    fixture catalogue flat.json --name gen --dir flat --classes 10
    put_raw flat gen
    mp -q --catalogue flat.json prep gen --scale standard
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || seen "expected status 2 or 3"
    assert_one_error_line 'spread|std|deviation|constant|equal'
    assert_absent "$prepared/dataset.json"
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
}

# --- the same bytes, however it is run

@test "prep: the same bytes with -j, locale, time zone, umask, directory" {
    gen_raw
    gen --scale standard --dtype f64 --format bin,npy
    assert_status 0
    hashes "$prepared" >reference
    local bin=$MNISTPREP
    again() {
        hashes "$prepared" | assert_same reference - || return 1
        rm -r "$prepared"
    }
    rm -r "$prepared"
    gen -j 1 --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    gen -j 4 --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    gen --jobs=2 --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    TZ=Asia/Kolkata gen --scale standard --dtype f64 --format bin,npy
    assert_status 0
    again
    (umask 077 && "$bin" -q --catalogue "$fixtures/gen.json" prep gen --scale standard \
        --dtype f64 --format bin,npy >/dev/null)
    [ "$(stat -c %a "$prepared/dataset.json")" = 600 ]
    [ "$(stat -c %a "$prepared/train-images.f64")" = 600 ]
    again
    (umask 022 && "$bin" -q --catalogue "$fixtures/gen.json" prep gen --scale standard \
        --dtype f64 --format bin,npy >/dev/null)
    [ "$(stat -c %a "$prepared/dataset.json")" = 644 ]
    [ "$(stat -c %a "$prepared/train-images.f64")" = 644 ]
    again
    mkdir elsewhere
    (cd elsewhere && "$bin" -q -C ../data --catalogue "$fixtures/gen.json" prep gen \
        --scale standard --dtype f64 --format bin,npy >/dev/null)
    again
}

@test "prep: the same bytes in a locale with a decimal comma" {
    need_comma_locale
    gen_raw
    LC_ALL=$comma_locale gen --scale 0.25,0.5
    assert_status 0
    check scale=0.25,0.5
    LC_ALL=$comma_locale gen --scale standard --smoothing 0.1
    assert_status 0
    check scale=standard smoothing=0.1
}

@test "prep: equals decode | normalize - and decode | onehot -" {
    gen_raw
    gen
    assert_status 0
    "$MNISTPREP" decode "data/gen/raw/${files[0]}" | "$MNISTPREP" normalize - >x.f32
    assert_same x.f32 "$prepared/train-images.f32"
    "$MNISTPREP" decode "data/gen/raw/${files[1]}" | "$MNISTPREP" onehot - >y.f32
    assert_same y.f32 "$prepared/train-onehot.f32"
    zcat "data/gen/raw/${files[2]}" | "$MNISTPREP" decode - | "$MNISTPREP" normalize - >t.f32
    assert_same t.f32 "$prepared/test-images.f32"
}
