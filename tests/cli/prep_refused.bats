#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# prep: wrong input, wrong options, directories and disks that refuse, signals:
# the status, one line, nothing new, the old set as it was.

# Set by prep.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load prep

# --- wrong input: the status, one line, nothing new, the old set as it was

# refuse STATUS REGEX: prep of what lies in data/gen/raw fails in this way,
# from nothing and over an old set (of another recipe, and of the same one).
refuse() {
    local recipe
    rm -rf "$prepared"
    gen -q
    assert_status "$1" || return 1
    assert_one_error_line "$2" || return 1
    assert_one_error_line '^mnistprep prep: ' || return 1
    assert_no_stdout || return 1
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared" || return 1
    rm -rf bad
    mv data/gen/raw bad
    for recipe in '--dtype f16 --no-onehot' ''; do
        gen_raw
        # shellcheck disable=SC2086 # words are meant
        gen -q $recipe
        assert_status 0 || return 1
        rm -r data/gen/raw
        cp -r bad data/gen/raw
        snapshot data ! -type d >before
        gen -q
        assert_status "$1" || return 1
        assert_one_error_line "$2" || return 1
        snapshot data ! -type d >after
        assert_same before after || return 1
        rm -r data/gen/raw
    done
}

@test "prep: swapped images and labels: 3, and says so" {
    gen_raw
    cp "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[1]}"
    cp "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[0]}"
    refuse 3 'swap|labels.*images|images.*labels'
}

@test "prep: counts that differ: 3" {
    gen_raw
    fixture rows "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[1]}" --keep 1236
    refuse 3 '1237.*1236|1236.*1237'
}

@test "prep: label 10 of 10 classes: 3, with row and value" {
    gen_raw
    fixture label "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[1]}" --row 1234 --value 10
    refuse 3 '1234.*label 10|label 10.*1234'
}

@test "prep: label 255 in the last row of the last split: 3" {
    gen_raw
    fixture label "$fixtures/gen-src/${files[3]}" "data/gen/raw/${files[3]}" --row 210 --value 255
    refuse 3 '210.*255|255.*210'
}

@test "prep --no-onehot: label 10 of 10 classes is still an error" {
    gen_raw
    fixture label "$fixtures/gen-src/${files[1]}" "data/gen/raw/${files[1]}" --row 5 --value 10
    gen -q --no-onehot
    assert_status 3
    assert_one_error_line "10"
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
}

@test "prep: a truncated gz: 3" {
    gen_raw
    fixture truncate "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}" --keep 9000
    refuse 3 "${files[0]}.*(truncated|end|short|cut)"
}

@test "prep: a gz without its last byte: 3" {
    gen_raw
    fixture truncate "$fixtures/gen-src/${files[2]}" "data/gen/raw/${files[2]}" --keep -1
    refuse 3 "${files[2]}.*(truncated|end|short|cut)"
}

@test "prep: a flipped bit in the last split: 3" {
    gen_raw
    fixture flip "$fixtures/gen-src/${files[2]}" "data/gen/raw/${files[2]}" --at 6000
    refuse 3 "${files[2]}"
}

@test "prep: a wrong CRC, which only shows at the end: 3" {
    gen_raw
    fixture badcrc "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}"
    refuse 3 "${files[0]}.*(crc|checksum|damaged|corrupt)"
}

@test "prep: a web page: 3" {
    gen_raw
    fixture html "data/gen/raw/${files[0]}"
    refuse 3 "${files[0]}.*web page"
}

@test "prep: an empty file: 3" {
    gen_raw
    fixture empty "data/gen/raw/${files[3]}"
    refuse 3 "${files[3]}.*empty"
}

@test "prep: trailing bytes after the gz: 3" {
    gen_raw
    fixture trailing "$fixtures/gen-src/${files[0]}" "data/gen/raw/${files[0]}"
    refuse 3 "${files[0]}"
}

@test "prep: an IDX with fewer bytes than its header says, in a good gz: 3" {
    gen_raw
    fixture idxheader "data/gen/raw/${files[0]}" --hex 00000803000004d5000000140000000d --payload 1000 --gz
    refuse 3 "${files[0]}"
}

@test "prep: floats instead of bytes, three dimensions of labels: 3" {
    gen_raw
    fixture idx "data/gen/raw/${files[0]}" --type f32 --shape 1237,20,13 --gz
    refuse 3 "${files[0]}"
    gen_raw
    fixture idx "data/gen/raw/${files[1]}" --shape 1237,1,1 --values labels:10 --gz
    refuse 3 "${files[1]}"
}

@test "prep: a header that claims 2^96 bytes: 3, at once" {
    gen_raw
    fixture idxheader "data/gen/raw/${files[0]}" --hex 00000803ffffffffffffffffffffffff --payload 1000 --gz
    refuse 3 "${files[0]}"
}

@test "prep: raw files that are missing: 1, with the command to run" {
    mp -q --catalogue "$fixtures/gen.json" prep gen
    assert_status 1
    assert_one_error_line 'mnistprep fetch gen'
    assert_absent data
    gen_raw
    rm "data/gen/raw/${files[3]}"
    refuse 1 "${files[3]}.*mnistprep fetch gen"
}

@test "prep --splits train needs no file of test" {
    gen_raw
    rm "data/gen/raw/${files[2]}" "data/gen/raw/${files[3]}"
    gen --splits train
    assert_status 0
    gen -q --splits test
    assert_status 1
    assert_one_error_line 'mnistprep fetch gen'
}

@test "prep: a raw file that cannot be read, or is a directory" {
    gen_raw
    rm "data/gen/raw/${files[0]}"
    mkdir "data/gen/raw/${files[0]}"
    gen -q
    [ "$status" -ne 0 ] || seen "expected an error"
    assert_one_error_line "${files[0]}"
    [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
}

@test "prep: wrong options: 2, one line, nothing written" {
    gen_raw
    local options
    while IFS= read -r options; do
        # shellcheck disable=SC2086 # words are meant
        gen -q $options
        [ "$status" -eq 2 ] || seen "$options: expected status 2"
        assert_one_error_line . || { echo "options: $options" >&2; return 1; }
        [ ! -e "$prepared" ] || assert_no_leftovers "$prepared"
    done <<'OPTIONS'
--scale half
--scale 0.5
--scale 0.5,
--scale ,0.5
--scale 0.5,0
--scale 0.5,nan
--scale inf,1
--scale 0.5,1e-320
--scale 0,5,0,5
--dtype f8
--dtype u8 --scale unit
--dtype u8 --scale standard
--dtype bf16 --format npy
--dtype bf16 --format bin,npy
--label-dtype u16
--label-dtype f32
--smoothing 1.5
--smoothing -0.1
--smoothing nan
--smoothing x
--splits nope
--splits train,,test
--format csvx
-j 0
-j -1
-j x
-j 99999999999999999999
--no-such-option
train
OPTIONS
    local empty
    for empty in --scale --dtype --label-dtype --smoothing --splits --format -o -j; do
        gen -q "$empty" ''
        [ "$status" -eq 2 ] || seen "$empty '': expected status 2"
    done
}

@test "prep: unknown dataset: 2, with a suggestion" {
    mp -q prep fashion-mnits
    assert_status 2
    assert_one_error_line "did you mean 'fashion-mnist'"
    assert_absent data
}

@test "prep: a directory that cannot be written: 1" {
    gen_raw
    local dir=ro/set
    mkdir ro
    chmod 555 ro
    # root may write there all the same; sysfs takes no new files.
    [ "$(id -u)" -ne 0 ] || dir=/sys/kernel/mnistprep-test
    gen -q -o "$dir"
    chmod 755 ro
    assert_status 1
    assert_one_error_line "$dir"
}

@test "prep: an existing directory that cannot be written: 1" {
    gen_raw
    local dir=ro
    mkdir ro
    chmod 555 ro
    [ "$(id -u)" -ne 0 ] || dir=/sys/kernel
    gen -q -o "$dir"
    chmod 755 ro
    assert_status 1
    assert_one_error_line "$dir"
    assert_no_leftovers ro
}

@test "prep: an old set in a directory that became read-only stays whole" {
    gen_raw
    gen
    assert_status 0
    hashes "$prepared" >before
    if [ "$(id -u)" -eq 0 ]; then
        # Own mount namespace: nothing to undo.
        unshare -m true 2>/dev/null || skip "root, and no mount namespace"
        run --separate-stderr unshare -m bash -c '
            mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 77
            shift; exec "$@"' - "$prepared" \
            "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen --dtype f16
        [ "$status" -ne 77 ] || skip "root, and mounting is refused"
    else
        chmod 555 "$prepared"
        gen -q --dtype f16
        chmod 755 "$prepared"
    fi
    assert_status 1
    assert_one_error_line prepared
    hashes "$prepared" >after
    assert_same before after
    check
}

@test "prep: -o is a file, or a name too long" {
    gen_raw
    echo x >file
    gen -q -o file
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line file
    [ "$(cat file)" = x ]
    gen -q -o "$(printf 'n%.0s' {1..300})"
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line .
    gen -q -o "$(printf 'd%.0s/' {1..3000})"
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "expected status 1 or 2"
    assert_one_error_line .
}

@test "prep: a file size limit: 1, nothing left, an old set as it was" {
    gen_raw
    gen --dtype u8 --scale none --no-onehot
    assert_status 0
    hashes "$prepared" >before
    run --separate-stderr bash -c 'ulimit -f 500; exec "$@"' - "$MNISTPREP" -q \
        --catalogue "$fixtures/gen.json" prep gen
    assert_status 1
    assert_one_error_line 'large|limit|space|full'
    hashes "$prepared" >after
    assert_same before after
}

@test "prep: a disk that is full: 1, nothing left" {
    gen_raw
    unshare -m true 2>/dev/null || skip "no mount namespace"
    mkdir small
    run --separate-stderr unshare -m bash -c '
        mount -t tmpfs -o size=700k none small || exit 77
        "$@" -o small/set
        status=$?
        find small -type f
        exit $status' - "$MNISTPREP" -q --catalogue "$fixtures/gen.json" prep gen
    [ "$status" -ne 77 ] || skip "mounting is refused"
    assert_status 1
    assert_one_error_line 'space'
    assert_no_stdout
}

@test "prep > /dev/full: 1" {
    gen_raw
    run --separate-stderr bash -c 'exec "$@" >/dev/full' - "$MNISTPREP" -q \
        --catalogue "$fixtures/gen.json" prep gen
    assert_status 1
    assert_one_error_line 'standard output|stdout|space'
}

# python starts it: a shell's background job would ignore SIGINT.
@test "prep: SIGINT and SIGTERM: cleans up, keeps the old set, dies by the signal" {
    fixture dataset big-src --train 12000 --test 10
    fixture catalogue big.json --name gen --dir big-src
    mkdir -p data/gen
    mv big-src data/gen/raw
    mp --catalogue big.json prep gen --splits test
    assert_status 0
    hashes data/gen/prepared >before
    "$MNISTPREP_TEST_PYTHON" - "$MNISTPREP" -q --catalogue big.json prep gen --dtype f64 <<'PY'
import glob, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    end = time.monotonic() + 20
    while time.monotonic() < end and p.poll() is None:
        if glob.glob('data/gen/prepared/.mnistprep-tmp-*'):
            break
        time.sleep(0.001)
    p.send_signal(number)
    _, stderr = p.communicate(timeout=30)
    print(number, p.returncode, stderr, file=sys.stderr)
    assert p.returncode == -number, p.returncode
PY
    hashes data/gen/prepared >after
    assert_same before after
    assert_no_leftovers data/gen/prepared test-images.f32 test-labels.u8 test-onehot.f32 dataset.json
}
