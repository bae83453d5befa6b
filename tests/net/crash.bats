#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: kill -9 at system calls, and errors of the kernel. Scenario F22 of the
# robustness table. The calls are sampled here; with MNISTPREP_TEST_SLOW=1, or
# by tests/net/crash_all.sh, all of them.

load net

setup_file() {
    net_fixtures
}

# crash STATE N: every call that changes something on the disk, and of all
# others one in N, other ones each day.
crash() {
    need_strace
    if [ "${MNISTPREP_TEST_SLOW-0}" = 1 ]; then
        "$net_dir/crash_all.sh" --start "$1"
        return
    fi
    "$net_dir/crash_all.sh" --start "$1" --calls "$changing"
    "$net_dir/crash_all.sh" --start "$1" --every "$2" \
        --offset $((1 + 10#$(date +%j) % $2))
}

changing=rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,write,pwrite64
changing+=,ftruncate,fallocate,fsync,fdatasync,flock,link,linkat

@test "F22 kill -9 anywhere, from an empty directory" {
    crash empty 5
}

@test "F22 kill -9 anywhere, over the partial of a run that was cut" {
    crash partial 5
}

@test "F22 kill -9 anywhere, over the partial of a run that was killed" {
    crash orphan 20
}

@test "F22 kill -9 anywhere, over files of ours gone bad" {
    crash damaged 20
}

@test "F22 kill -9 anywhere, from a directory" {
    crash directory 20
}

# injected CALL ERROR: at each call of this name, once; the message may go nowhere when it is
# its own writing that fails.
injected() {
    local call=$1 error=$2 n
    start_server "$fixtures/mini-src"
    for ((n = 1; n < 60; n++)); do
        rm -rf data
        patiently strace -f -qq -o trace -e "trace=$call" \
            -e "inject=$call:error=$error:when=$n" "$MNISTPREP" \
            --progress none --catalogue "$fixtures/mini.json" fetch mini \
            --only-mirrors --retries 0 --mirror "$url/ok/"
        grep -q INJECTED trace || break
        case $status in
        0 | 1) ;;
        *) seen "$call $n, $error: expected status 0 or 1" ;;
        esac
        if [ "$status" -eq 1 ]; then
            assert_error_line '(no space|input/output|permission)'
        fi
        mini --mirror "$url/ok/"
        [ "$status" -eq 0 ] || seen "after $call $n: expected status 0"
        assert_fetched mini || seen "after $call $n, $error"
    done
    [ "$n" -gt 1 ] || skip "the program makes no call named $call here"
}

@test "F22 a failing write at each call: 0 or 1, and the next run is well" {
    need_strace
    injected write ENOSPC
}

@test "F22 a failing fsync at each call: 0 or 1, and the next run is well" {
    need_strace
    injected fsync EIO
}

@test "F22 a failing rename at each call: 0 or 1, and the next run is well" {
    need_strace
    injected rename EIO
}

@test "F22 a failing unlink at each call: 0 or 1, and the next run is well" {
    need_strace
    injected unlink EACCES
}
