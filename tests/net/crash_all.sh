#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kill -9 at every system call of a fetch of two files, from the one after
# execve to the last. After each: what stands under a final name is right, a
# plain run gives 0 and the right files, and nothing else is left (F22).
#
# strace counts the calls of each name apart: `inject=all:when=7` is the seventh
# of whatever gets there first. So one run is traced, and then each of its calls
# is met by its name and number.
#
# Usage: tests/net/crash_all.sh [OPTION...] [PROGRAM]
#   --start STATE    what is there before: empty (default), partial (of a cut
#                    run), orphan (of a killed one), damaged (files of ours
#                    gone bad), directory (empty; the mirror is a directory)
#   --calls NAMES    only these, with commas between (default: all)
#   --every N        only each N-th call (default: 1)
#   --offset N       begin at the N-th (default: 1)
#   --jobs N         this many at a time (default: number of processors)
# PROGRAM defaults to $MNISTPREP, or build/dev/mnistprep. Without --start, all
# states are gone through. Needs strace, python3 with numpy.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${MNISTPREP_TEST_PYTHON:-/usr/bin/python3}
program=${MNISTPREP:-$(cd "$here/../.." && pwd)/build/dev/mnistprep}
states=() calls=all every=1 offset=1 jobs=$(nproc)
while [ $# -gt 0 ]; do
    case $1 in
    --start) states+=("$2") && shift ;;
    --calls) calls=$2 && shift ;;
    --every) every=$2 && shift ;;
    --offset) offset=$2 && shift ;;
    --jobs) jobs=$2 && shift ;;
    -h | --help)
        sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
        exit
        ;;
    -*)
        echo "unknown option: $1" >&2
        exit 2
        ;;
    *) program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") ;;
    esac
    shift
done
[ ${#states[@]} -gt 0 ] || states=(empty partial orphan damaged directory)

work=$(mktemp -d "${TMPDIR:-/tmp}/mnistprep-crash.XXXXXX")
server=''
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
unset MNISTPREP_DATA_DIR MNISTPREP_OFFLINE http_proxy https_proxy all_proxy
unset HTTPS_PROXY ALL_PROXY
export PYTHONDONTWRITEBYTECODE=1
# LeakSanitizer cannot work under ptrace.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz)
fixtures=$here/../cli/make_fixtures.py
"$python" "$fixtures" dataset src --train 60 --test 3 --seed 3
"$python" "$fixtures" catalogue two.json --name two --dir src
"$python" -E -S - <<'PY'
import json
doc = json.load(open('two.json'))
del doc['datasets'][0]['splits'][1]
json.dump(doc, open('two.json', 'w'))
PY
"$python" -E -S "$here/server.py" --root src --port-file port --lifetime 7200 \
    >server.out 2>&1 &
server=$!
for ((i = 0; i < 250; i++)); do
    [ ! -s port ] || break
    sleep 0.02
done
url=http://127.0.0.1:$(cat port)

# prepare STATE: makes ./template.STATE, what each run begins with.
prepare() {
    local raw=template.$1/two/raw file total tag
    mkdir -p "template.$1"
    case $1 in
    partial | orphan)
        mkdir -p "$raw"
        for file in "${files[@]}"; do
            total=$(stat -c %s "src/$file")
            tag=$(sha256sum <"src/$file")
            head -c $((total / 2)) "src/$file" >"$raw/$file.part"
            printf '{"url": "%s", "validator": "\\"%.20s\\"", "total": %d}\n' \
                "$url/ok/$file" "$tag" "$total" >"$raw/$file.part.json"
            [ "$1" = partial ] && continue
            # No process has this number: it is beyond the largest.
            mv "$raw/$file.part" "$raw/.$file.4999999-0.part"
            mv "$raw/$file.part.json" "$raw/.$file.4999999-0.part.json"
        done
        ;;
    damaged)
        "$program" -q -C "template.$1" --catalogue two.json fetch two \
            --only-mirrors --mirror src >/dev/null
        for file in "${files[@]}"; do
            printf X | dd of="$raw/$file" bs=1 seek=100 conv=notrunc 2>/dev/null
        done
        ;;
    esac
}

# fetch DIR COMMAND...: into DIR, by that command.
fetch() {
    local dir=$1
    shift
    "$@" "$program" -q -C "$dir" --catalogue two.json fetch two \
        --only-mirrors --mirror "$mirror"
}

# points STATE: NAME NUMBER of each call that is chosen.
points() {
    local state=$1
    cp -r "template.$state" traced
    fetch traced strace -f -qq -o calls >/dev/null || return 1
    rm -r traced
    awk -v calls=",$calls," -v every="$every" -v offset="$offset" '
        match($0, /^[0-9]+ +[a-z_0-9]+\(/) {
            name = substr($0, 1, RLENGTH - 1)
            sub(/^[0-9]+ +/, "", name)
            n[name]++
            # Before the program there is nothing to crash.
            if (name == "execve" || name ~ /^exit/)
                next
            if (calls == ",all," || index(calls, "," name ","))
                if (++chosen >= offset && (chosen - offset) % every == 0)
                    print name, n[name]
        }' calls
}

# crash STATE NAME NUMBER: 0 it was right, 1 it was wrong.
crash() {
    local state=$1 name=$2 n=$3 dir=run.$1.$2.$3 log=log.$1.$2.$3
    local what="$1, $2 number $3" file status=0 left bad=0
    rm -rf "$dir"
    cp -r "template.$state" "$dir"
    fetch "$dir" strace -f -qq -o "$log" -e "trace=$name" \
        -e "inject=$name:signal=KILL:when=$n" >"$log.out" 2>&1 || status=$?
    # 0: this time there were fewer of these calls; right it must be all the same.
    case $status in
    0 | 137) ;;
    *)
        echo "$what: status $status instead of a kill" >&2
        cat "$log.out" >&2
        bad=1
        ;;
    esac
    for file in "${files[@]}"; do
        [ -e "$dir/two/raw/$file" ] || continue
        # What was damaged before may still be there; nothing else.
        cmp -s "src/$file" "$dir/two/raw/$file" ||
            { [ "$state" = damaged ] &&
                cmp -s "template.damaged/two/raw/$file" "$dir/two/raw/$file"; } ||
            {
                echo "$what: $file is there and wrong" >&2
                bad=1
            }
    done
    status=0
    fetch "$dir" timeout 60 >"$log.out" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        echo "$what: the next run ended with $status:" >&2
        cat "$log.out" >&2
        bad=1
    fi
    for file in "${files[@]}"; do
        cmp "src/$file" "$dir/two/raw/$file" >&2 || bad=1
    done
    left=$(cd "$dir" && find . -type f | LC_ALL=C sort | tr '\n' ' ')
    if [ "$left" != "./two/raw/receipt.json ./two/raw/${files[0]} ./two/raw/${files[1]} " ]; then
        echo "$what: left in the end: $left" >&2
        bad=1
    fi
    if [ "$bad" -ne 0 ]; then
        echo "$what was: $(grep -v '+++ ' "$log" | tail -1)" >&2
    fi
    rm -rf "$dir" "$log" "$log.out"
    return "$bad"
}

# Every JOBS-th of the chosen calls.
worker() {
    local state=$1 job=$2 name n i=0 failed=0
    while read -r name n; do
        i=$((i + 1))
        [ $((i % jobs)) -eq "$job" ] || continue
        crash "$state" "$name" "$n" </dev/null || failed=$((failed + 1))
    done <"points.$state"
    echo "$failed" >"result.$state.$job"
}

total=0 failures=0
for state in "${states[@]}"; do
    mirror=$url/ok/
    [ "$state" != directory ] || mirror=src
    prepare "$state"
    points "$state" >"points.$state"
    pids=()
    for ((job = 0; job < jobs; job++)); do
        worker "$state" "$job" &
        pids+=("$!")
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || failures=$((failures + 1))
    done
    for ((job = 0; job < jobs; job++)); do
        failures=$((failures + $(cat "result.$state.$job" || echo 1)))
    done
    n=$(wc -l <"points.$state")
    echo "$state: killed at $n calls"
    total=$((total + n))
done
echo "$total crashes, $failures failures"
[ "$failures" -eq 0 ] && [ "$total" -gt 0 ]
