#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: a disk that is full, has no inodes, has a limit, or cannot be written.
# Scenario F23 of the robustness table.

load net

setup_file() {
    net_fixtures
    cd "$BATS_FILE_TMPDIR" || return 1
    # 400 KB of images: more than the smallest disk has.
    fixture dataset large-src --train 900 --test 3 --seed 4
    fixture catalogue large.json --name large --dir large-src
    one_split large.json
    fixture catalogue unknown.json --name large --dir large-src --no-gz-hash
    one_split unknown.json
}

# fetch_to DIR NAME ARGS...
fetch_to() {
    local dir=$1 name=$2
    shift 2
    patiently "$MNISTPREP" -q -C "$dir" --catalogue "$fixtures/$name.json" \
        fetch "${name/unknown/large}" --only-mirrors --retries 0 "$@"
}

@test "F23 a small disk: 1 before anything is sent, with path and both numbers" {
    start_server "$fixtures/large-src"
    mount_here disk -t tmpfs -o size=256k none
    fetch_to disk mini --mirror "$fixtures/mini-src"
    assert_status 0
    local before bytes
    before=$(snapshot disk/mini)
    bytes=$(stat -c %s "$fixtures/large-src/$images")
    fetch_to disk large --mirror "$url/ok/"
    assert_status 1
    assert_one_error_line "disk/large/raw/$images.*$bytes.*[0-9]{4,}.*available"
    assert_one_error_line 'No space left on device'
    assert_absent "disk/large/raw/$images"
    equals 'bytes sent of it' "$(sent "$images")" 0
    assert_no_leftovers disk 'mini/*' "large/raw/$labels" large/raw/receipt.json
    # What was there before is as it was.
    equals 'the other dataset' "$(snapshot disk/mini)" "$before"
}

@test "F23 a small disk and a file of unknown size: 1 when it is full" {
    start_server "$fixtures/large-src"
    mount_here disk -t tmpfs -o size=256k none
    local mirror
    for mirror in "$url/ok/" "$url/chunked/" "$fixtures/large-src"; do
        fetch_to disk unknown --mirror "$mirror"
        [ "$status" -eq 1 ] || seen "$mirror: expected status 1"
        assert_one_error_line "disk/large/raw/.*No space left on device"
        assert_absent "disk/large/raw/$images"
        rm -r disk/large
    done
    # With room, the next run goes on from what could be kept.
    fetch_to disk unknown --mirror "$url/ok/"
    assert_status 1
    mount -o remount,size=4m "$PWD/disk"
    fetch_to disk unknown --mirror "$url/ok/"
    assert_status 0
    assert_same "$fixtures/large-src/$images" "disk/large/raw/$images"
    assert_no_residue disk/large/raw "${duo_files[@]}"
}

@test "F23 a full disk does not cost the file that is there" {
    start_server "$fixtures/large-src"
    mount_here disk -t tmpfs -o size=700k none
    fetch_to disk large --mirror "$url/ok/"
    assert_status 0
    # Ours, gone bad; a new one does not fit beside it.
    printf X | dd of="disk/large/raw/$images" bs=1 seek=1000 conv=notrunc 2>/dev/null
    cp "disk/large/raw/$images" bad
    fetch_to disk large --mirror "$url/ok/"
    assert_status 1
    assert_one_error_line 'No space left on device'
    assert_same bad "disk/large/raw/$images"
    assert_no_residue disk/large/raw "${duo_files[@]}"
}

@test "F23 a file system without inodes: 1, with the path" {
    command -v mkfs.ext4 >/dev/null || PATH=$PATH:/usr/sbin:/sbin
    command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4"
    start_server "$fixtures/mini-src"
    truncate -s 2M image
    mkfs.ext4 -q -O ^has_journal -N 32 image
    mount_here disk -o loop image
    chmod 777 disk
    mkdir -p disk/mini/raw
    # One file after the other until there is no inode left.
    local i=0
    while touch "disk/filler-$i" 2>/dev/null; do
        i=$((i + 1))
        [ $i -lt 200 ] || skip "this file system makes inodes as it goes"
    done
    fetch_to disk mini --mirror "$url/ok/"
    assert_status 1
    assert_one_error_line 'disk/mini/raw.*No space left on device'
    assert_no_leftovers disk 'filler-*'
    fetch_to disk mini --mirror "$fixtures/mini-src"
    assert_status 1
    assert_one_error_line 'disk/mini/raw.*No space left on device'
    # A few are enough.
    rm disk/filler-*
    fetch_to disk mini --mirror "$url/ok/"
    assert_status 0
    assert_no_residue disk/mini/raw "${duo_files[@]}"
}

@test "F23 a limit on the size of files: 1, no death by SIGXFSZ" {
    start_server "$fixtures/large-src"
    local mirror
    for mirror in "$url/ok/" "$url/chunked/" "$fixtures/large-src"; do
        rm -rf data
        # 1024 bytes each: below the images.
        patiently bash -c 'ulimit -f 100; exec "$@"' - "$MNISTPREP" -q \
            --catalogue "$fixtures/large.json" fetch large --only-mirrors \
            --retries 0 --mirror "$mirror"
        [ "$status" -eq 1 ] || seen "$mirror: expected status 1"
        assert_one_error_line "data/large/raw/.*File too large"
        assert_absent "data/large/raw/$images"
    done
    # Without the limit it goes on.
    patiently "$MNISTPREP" -q --catalogue "$fixtures/large.json" fetch large \
        --only-mirrors --mirror "$url/ok/"
    assert_status 0
    assert_no_residue data/large/raw "${duo_files[@]}"
}

@test "F23 a read-only mount: 1, with the path and the reason" {
    start_server "$fixtures/mini-src"
    mkdir disk
    mount_here disk --bind disk
    fetch_to disk mini --mirror "$url/ok/"
    assert_status 0
    rm "disk/mini/raw/$labels"
    local why before
    why=$(mount -o remount,ro,bind "$PWD/disk" 2>&1) ||
        skip "a read-only mount is refused here: $why"
    before=$(snapshot disk)
    fetch_to disk mini --mirror "$url/ok/"
    assert_status 1
    assert_one_error_line "disk/mini/raw.*Read-only file system"
    equals disk "$(snapshot disk)" "$before"
    fetch_to disk/new mini --mirror "$url/ok/"
    assert_status 1
    assert_one_error_line "disk/new.*Read-only file system"
    # What needs no writing is done all the same.
    mount -o remount,rw,bind "$PWD/disk"
    fetch_to disk mini --mirror "$url/ok/"
    assert_status 0
    mount -o remount,ro,bind "$PWD/disk"
    fetch_to disk mini --mirror "$url/ok/"
    assert_status 0
}

# as_nobody COMMAND...: without the powers of root.
as_nobody() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    else
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    fi
}

@test "F23 a directory of mode 555, as an ordinary user: 1, with path and reason" {
    [ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null || skip "no setpriv"
    # bats' own directories are closed to others.
    local place
    place=$(mktemp -d /tmp/mnistprep-disk.XXXXXX)
    echo "$place" >place
    chmod 755 "$place"
    cp "$MNISTPREP" "$fixtures/mini.json" "$place"
    cp -r "$fixtures/mini-src" "$place"
    mkdir -p "$place/data/mini/raw" "$place/closed"
    chmod 555 "$place/data/mini/raw" "$place/closed"
    local base dir
    base=$(basename "$MNISTPREP")
    if ! as_nobody "$place/$base" --version >/dev/null 2>&1; then
        rm -rf "$place"
        skip "another user cannot run the program here"
    fi
    for dir in "$place/data" "$place/closed"; do
        status=0
        # shellcheck disable=SC2034 # read by the assertions
        stderr=$(as_nobody "$place/$base" -q -C "$dir" --catalogue \
            "$place/mini.json" fetch mini --only-mirrors \
            --mirror "$place/mini-src" 2>&1 >out) || status=$?
        output=$(cat out)
        assert_status 1
        assert_one_error_line "$dir/.*Permission denied"
        assert_no_leftovers "$dir"
    done
}

teardown() {
    net_teardown
    [ ! -s "$BATS_TEST_TMPDIR/work/place" ] ||
        rm -rf "$(cat "$BATS_TEST_TMPDIR/work/place")"
}

@test "F23 the directory is a file: 2" {
    echo mine >data
    mini -q --mirror "$fixtures/mini-src"
    assert_status 2
    assert_one_error_line "'data.*not a directory"
    equals data "$(cat data)" mine
    rm data
    mkdir -p data/mini
    echo mine >data/mini/raw
    mini -q --mirror "$fixtures/mini-src"
    assert_status 2
    assert_one_error_line "data/mini/raw.*not a directory"
    equals data/mini/raw "$(cat data/mini/raw)" mine
}
