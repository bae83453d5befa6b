#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# decode: anything readable becomes an uncompressed array file, or is refused
# with its reason and leaves nothing.

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load common

setup_file() {
    # The sweeps rest on it.
    "${MNISTPREP_TEST_PYTHON:-/usr/bin/python3}" \
        "$BATS_TEST_DIRNAME/oracle.py" selftest
}

@test "decode: all six IDX types to idx, npy and bin, and back" {
    oracle sweep-types
}

@test "decode: one to eight dimensions, and no rows" {
    oracle sweep-dims
}

@test "decode: NPY of all versions, types and byte orders; damaged ones" {
    oracle sweep-npy
}

@test "decode: gzip said in other ways is accepted, damaged gzip refused" {
    oracle sweep-gzip
}

@test "decode: a flipped bit anywhere is noticed, or changes nothing" {
    oracle sweep-flips
}

@test "decode: a file cut anywhere is refused" {
    oracle sweep-truncate
}

@test "decode: headers that lie and bombs are refused in little memory" {
    oracle sweep-headers
}

@test "decode: the default is IDX on standard output" {
    fixture idx a.idx --shape 5,28,28
    gzip -nk a.idx
    mp_to out decode a.idx.gz
    assert_status 0
    assert_no_stderr
    assert_same a.idx out
    mp_to out decode a.idx.gz -o -
    assert_status 0
    assert_same a.idx out
}

@test "decode: standard input, from a pipe and from a file" {
    fixture idx a.idx --shape 5,28,28
    gzip -nk a.idx
    # shellcheck disable=SC2002 # a pipe is meant
    cat a.idx.gz | "$MNISTPREP" decode - >out
    assert_same a.idx out
    zcat a.idx.gz | "$MNISTPREP" decode - -o - | cmp - a.idx
    "$MNISTPREP" decode - -o out2 <a.idx.gz
    assert_same a.idx out2
}

@test "decode: the kind is told by content, never by the name" {
    fixture idx a.idx --shape 5,28,28
    gzip -nk a.idx
    cp a.idx raw.gz
    cp a.idx.gz packed.idx
    cp a.idx.gz picture.png
    fixture png page.html --shape 9,7
    for f in raw.gz packed.idx picture.png; do
        mp_to out decode "$f"
        assert_status 0
        assert_same a.idx out
    done
    mp_to out decode page.html
    assert_status 0
    oracle payload page.html want
    assert_same want out
}

@test "decode: PNG in grey, also of one bit and inside gzip" {
    fixture png grey.png --shape 28,28
    fixture png wide.png --shape 3,200
    fixture png bits.png --shape 11,13 --mode 1
    gzip -nk grey.png
    for f in grey.png wide.png bits.png grey.png.gz; do
        oracle payload "${f%.gz}" want
        mp_to out decode "$f"
        assert_status 0
        assert_same want out
        oracle payload "${f%.gz}" want --format bin
        mp_to out decode "$f" --format bin
        assert_status 0
        assert_same want out
    done
}

@test "decode: PNG in colour, with transparency or 16 bits is refused" {
    for mode in RGB RGBA LA 'I;16'; do
        fixture png bad.png --mode "$mode"
        mp decode bad.png -o out
        assert_status 3
        assert_one_error_line 'bad\.png'
        assert_absent out
    done
}

@test "decode: NPY output is what numpy reads" {
    fixture idx a.idx --shape 5,4,3 --type i32
    mp decode a.idx --format npy -o a.npy
    assert_status 0
    oracle check-npy a.npy a.idx
}

@test "decode: bin is the elements alone, little-endian" {
    fixture idx a.idx --shape 5,4 --type f64
    oracle payload a.idx want --format bin
    mp_to out decode --format=bin a.idx
    assert_status 0
    oracle same want out --dtype f64
    [ "$(wc -c <out)" -eq 160 ]
}

@test "decode: genuine MNIST decodes to the known payloads" {
    need_mnist
    while read -r name digest; do
        "$MNISTPREP" decode "$mnist/$name-ubyte.gz" >out
        assert_sha256 "$digest" out
        zcat "$mnist/$name-ubyte.gz" | "$MNISTPREP" decode - >out
        assert_sha256 "$digest" out
        "$MNISTPREP" decode - <"$mnist/$name-ubyte.gz" >out
        assert_sha256 "$digest" out
    done <<'END'
train-images-idx3 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
train-labels-idx1 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
t10k-images-idx3 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
t10k-labels-idx1 ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
END
}

@test "decode: genuine MNIST as bin is the known pixels and labels" {
    need_mnist
    while read -r name digest; do
        "$MNISTPREP" decode "$mnist/$name-ubyte.gz" --format bin >out
        assert_sha256 "$digest" out
    done <<'END'
train-images-idx3 741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757
t10k-images-idx3 6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161
train-labels-idx1 1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13
t10k-labels-idx1 ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5
END
}

@test "decode: genuine Fashion-MNIST, as Debian packed it, decodes too" {
    need_fashion
    "$MNISTPREP" decode "$fashion/train-images-idx3-ubyte.gz" >out
    assert_sha256 \
        c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888 out
    "$MNISTPREP" decode "$fashion/t10k-labels-idx1-ubyte.gz" >out
    assert_sha256 \
        0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34 out
}

@test "decode: the memory does not grow with the data" {
    need_limits
    fixture bomb big.gz --shape 200000,28,28 --bytes 156800000
    (
        ulimit -d 32768
        "$MNISTPREP" decode big.gz >big.idx
    )
    [ "$(wc -c <big.idx)" -eq 156800016 ]
}

@test "decode: an existing file is kept without --force" {
    fixture idx a.idx --shape 5,28,28
    echo precious >out
    mp decode a.idx -o out
    assert_status 2
    assert_no_stdout
    assert_one_error_line 'out.*(--force|-f)'
    [ "$(cat out)" = precious ]
    mp decode a.idx -o out --force
    assert_status 0
    assert_same a.idx out
    echo precious >out
    mp decode -f a.idx -o out
    assert_status 0
    assert_same a.idx out
    assert_no_leftovers . a.idx out
}

@test "decode: --force and bad input keep the old file" {
    fixture idx a.idx --shape 5,28,28
    gzip -nk a.idx
    fixture badcrc a.idx.gz bad.gz
    echo precious >out
    mp decode bad.gz -o out --force
    assert_status 3
    assert_one_error_line 'bad\.gz'
    [ "$(cat out)" = precious ]
    assert_no_leftovers . a.idx a.idx.gz bad.gz out
}

@test "decode: the input is never its own output" {
    fixture idx a.idx --shape 5,28,28 --gz
    cp a.idx before
    ln -s a.idx link
    ln a.idx hard
    for out in a.idx ./a.idx link hard "$PWD/a.idx"; do
        for force in '' --force; do
            # shellcheck disable=SC2086 # nothing, or a word
            mp decode a.idx -o "$out" $force
            assert_status 2
            assert_one_error_line 'input'
            assert_same before a.idx
        done
    done
    [ -L link ]
}

@test "decode: --force replaces a symbolic link, not what it points to" {
    fixture idx a.idx --shape 5,28,28
    echo precious >target
    ln -s target out
    mp decode a.idx -o out
    assert_status 2
    mp decode a.idx -o out --force
    assert_status 0
    [ "$(cat target)" = precious ]
    [ ! -L out ]
    assert_same a.idx out
}

@test "decode: devices and fifos are written as they are" {
    fixture idx a.idx --shape 5,28,28
    mkfifo p
    timeout 10 cat p >got &
    mp decode a.idx -o p
    assert_status 0
    wait
    [ -p p ]
    assert_same a.idx got
    # /dev/stdout is a pipe here.
    "$MNISTPREP" decode a.idx -o /dev/stdout | cmp - a.idx
    mp decode a.idx -o /dev/null
    assert_status 0
    [ -c /dev/null ]
    assert_no_leftovers . a.idx p got
}

@test "decode: -o /dev/stdout is standard output, where that is a file, too" {
    fixture idx a.idx --shape 5,28,28
    mp_to out decode a.idx -o /dev/stdout
    assert_status 0
    assert_same a.idx out
}

@test "decode: the mode of the output follows the umask" {
    fixture idx a.idx --shape 5,28,28
    (umask 022 && "$MNISTPREP" decode a.idx -o open)
    (umask 077 && "$MNISTPREP" decode a.idx -o closed)
    [ "$(stat -c %a open)" = 644 ]
    [ "$(stat -c %a closed)" = 600 ]
}

@test "decode: outputs that cannot be are refused" {
    fixture idx a.idx --shape 5,28,28
    mkdir dir
    touch file
    mp decode a.idx -o dir
    assert_status 2
    assert_one_error_line "dir"
    mp decode a.idx -o missing/out
    assert_status 1
    assert_one_error_line "missing"
    mp decode a.idx -o file/out
    assert_status 1
    assert_one_error_line "file/out"
    mp decode a.idx -o /proc/out
    assert_status 1
    assert_one_error_line "/proc/out"
    mp decode a.idx -o "$(printf '%0300d' 0)"
    assert_status 1
    assert_one_error_line "00000"
    mp decode a.idx -o ''
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "an empty name"
    assert_stderr_line_count 1
    assert_no_leftovers . a.idx file
}

@test "decode: a directory that is not writable" {
    fixture idx a.idx --shape 5,28,28
    mkdir -m 555 closed
    if [ "$(id -u)" -ne 0 ]; then
        mp decode a.idx -o closed/out
    else
        # Root may write anywhere, so it becomes somebody else; who may have
        # no way to the program or to this directory.
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        chmod a+rx . "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" \
            "$BATS_RUN_TMPDIR"/test "$BATS_RUN_TMPDIR"/file 2>/dev/null || true
        "${as[@]}" "$MNISTPREP" decode a.idx >/dev/null 2>&1 ||
            skip "another user cannot run the program here"
        run --separate-stderr \
            "${as[@]}" "$MNISTPREP" decode a.idx -o closed/out
    fi
    assert_status 1
    assert_one_error_line 'closed/out'
    assert_no_leftovers . a.idx
}

@test "decode: inputs that cannot be read" {
    mkdir dir
    mp decode missing -o out
    assert_status 1
    assert_one_error_line "^mnistprep decode: .*missing"
    mp decode dir -o out
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "a directory"
    assert_one_error_line "dir"
    mp decode '' -o out
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ] || seen "an empty name"
    assert_stderr_line_count 1
    assert_absent out
}

@test "decode: what stands on standard output of bad input ends with 3" {
    fixture idx a.idx --shape 500,28,28
    gzip -nk a.idx
    fixture truncate a.idx.gz cut.gz --keep -100
    mp_to out decode cut.gz
    assert_status 3
    assert_one_error_line 'cut\.gz'
    # What came before the cut may be there, but nothing else.
    cmp -n "$(wc -c <out)" out a.idx
}

@test "decode: the error names the defect and what to do" {
    fixture html page.gz
    mp decode page.gz
    assert_status 3
    assert_no_stdout
    assert_one_error_line '^mnistprep decode: .*page\.gz.*web page'
    fixture empty empty.gz
    mp decode empty.gz
    assert_status 3
    assert_one_error_line "^mnistprep decode: .*empty\.gz.*empty"
    fixture npz mnist.npz
    mp decode mnist.npz
    assert_status 3
    assert_one_error_line 'mnist\.npz.*(zip|npz)'
    fixture idx a.gz --shape 5,28,28 --gz
    fixture truncate a.gz cut.gz --keep 100
    mp decode cut.gz -o out
    assert_status 3
    assert_one_error_line 'cut\.gz.*(early|trunc|cut|incomplete)'
    assert_absent out
}

@test "decode: wrong use" {
    fixture idx a.idx --shape 5,28,28
    mp decode
    assert_status 2
    assert_one_error_line '^mnistprep decode: '
    mp decode a.idx a.idx
    assert_status 2
    assert_one_error_line '^mnistprep decode: '
    mp decode a.idx --format csv
    assert_status 2
    assert_one_error_line 'csv.*(idx|npy|bin)'
    mp decode a.idx --format
    assert_status 2
    assert_one_error_line 'format'
    mp decode a.idx --scale unit
    assert_status 2
    assert_one_error_line 'scale'
    assert_no_stdout
}
