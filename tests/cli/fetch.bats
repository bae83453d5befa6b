#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: from a directory, by a file: URL, by http; under its final name only
# when it is right; a second time; repacked files; the receipt.

# Set by net.bash, fetch.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load fetch

# The same sources for all tests: they are only read.
setup_file() {
    net_fixtures
    mkdir repacked
    local file
    for file in "${tiny_files[@]}"; do
        fixture regzip "src/$file" "repacked/$file" --level 1
        if cmp -s "src/$file" "repacked/$file"; then
            fixture regzip "src/$file" "repacked/$file" --name other
        fi
    done
}

# --- the three kinds of mirrors

@test "fetch: from a directory" {
    tiny --mirror "$src"
    assert_status 0
    assert_paths
    assert_tiny
    assert_no_control_bytes
}

@test "fetch: from a directory given with a slash at the end, and relative" {
    cp -r "$src" here
    tiny --mirror here/
    assert_status 0
    assert_tiny
}

@test "fetch: from a directory with a space, a percent sign and UTF-8 in its name" {
    cp -r "$src" 'a %41 é'
    tiny --mirror 'a %41 é'
    assert_status 0
    assert_tiny
}

@test "fetch: from a file: URL" {
    tiny --mirror "$(file_url "$src")/"
    assert_status 0
    assert_paths
    assert_tiny
}

@test "fetch: from a file: URL with percent escapes" {
    cp -r "$src" 'a b'
    [[ $(file_url "$PWD/a b") == *a%20b ]]
    tiny --mirror "$(file_url "$PWD/a b")/"
    assert_status 0
    assert_tiny
}

@test "fetch: from http on loopback, one request for each file" {
    start_server
    tiny --mirror "$url/ok/"
    assert_status 0
    assert_paths
    assert_tiny
    assert_no_control_bytes
    [ "$(requests '')" -eq 4 ]
    local file
    for file in "${tiny_files[@]}"; do
        [ "$(requests "/ok/$file\$")" -eq 1 ]
    done
    # Who asks, and for the bytes as they are.
    grep -q '"user-agent": "mnistprep/' requests
    no_match '"accept-encoding": "[^"]*(gzip|deflate)' requests
}

@test "fetch: an http mirror without a slash at the end" {
    start_server
    tiny --mirror "$url/ok"
    assert_status 0
    assert_tiny
}

@test "fetch: http://localhost is loopback, too" {
    start_server
    getent hosts localhost >/dev/null || skip "localhost does not resolve here"
    tiny --mirror "http://localhost:$port/ok/"
    assert_status 0
    assert_tiny
}

@test "fetch: bodies without a length: chunked, and ended by closing" {
    start_server
    tiny --mirror "$url/chunked/"
    assert_status 0
    assert_tiny
    rm -r data
    tiny --mirror "$url/close-delimited/"
    assert_status 0
    assert_tiny
}

@test "fetch: a redirect is followed" {
    start_server
    tiny --mirror "$url/redirect-ok/"
    assert_status 0
    assert_tiny
}

@test "fetch: the catalogue's own mirrors are used, after --mirror" {
    start_server
    fixture catalogue own.json --name tiny --dir "$src" \
        --mirror "$url/ok/"
    mp --catalogue own.json fetch tiny
    assert_status 0
    assert_tiny
    [ "$(requests /ok/)" -eq 4 ]
    rm -r data
    mp --catalogue own.json fetch tiny --mirror "$src"
    assert_status 0
    assert_tiny
    [ "$(requests /ok/)" -eq 4 ]
    rm -r data
    mp --catalogue own.json fetch tiny --mirror "$url/404/"
    assert_status 0
    assert_tiny
    [ "$(requests /ok/)" -eq 8 ]
}

@test "fetch: --only-mirrors leaves the catalogue's own mirrors out" {
    start_server
    fixture catalogue own.json --name tiny --dir "$src" \
        --mirror "$url/ok/"
    mp -q --catalogue own.json fetch tiny --only-mirrors \
        --mirror "$url/404/"
    assert_status 4
    assert_one_error_line 404
    [ "$(requests /ok/)" -eq 0 ]
    assert_nothing
}

@test "fetch: mirrors are tried in the order given" {
    start_server
    tiny --mirror "$url/ok:1/" \
        --mirror "$url/ok:2/"
    assert_status 0
    assert_tiny
    [ "$(requests ok:1/)" -eq 4 ]
    [ "$(requests ok:2/)" -eq 0 ]
}

# --- under its final name only when it is right

@test "fetch: a file that is not right never gets its final name" {
    need_strace
    start_server
    run --separate-stderr strace -f -y -o trace \
        -e trace=open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat \
        "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "$url/wrong-bytes/"
    assert_status 3
    # Neither renamed to, nor linked to, nor created under the name.
    if grep -E "(rename|link)[a-z0-9]*\(.*-ubyte\.gz\"" trace ||
        grep -E "open(at)?\(.*-ubyte\.gz\".*O_(WRONLY|RDWR|CREAT)" trace; then
        echo "the final name was used" >&2
        return 1
    fi
}

@test "fetch: a right file is synced and then renamed, once" {
    need_strace
    start_server
    run --separate-stderr strace -f -y -o trace \
        -e trace=open,openat,creat,fsync,fdatasync,rename,renameat,renameat2,link,linkat \
        "$MNISTPREP" --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors \
        --mirror "$url/ok/"
    assert_status 0
    assert_tiny
    local file rename sync
    for file in "${tiny_files[@]}"; do
        [ "$(grep -cE "(rename|link)[a-z0-9]*\(.*$file\"" trace)" -eq 1 ]
        no_match "open(at)?\(.*/$file\".*O_(WRONLY|RDWR|CREAT)" trace
    done
    # Before the first rename to a data file there is a sync.
    rename=$(grep -nE "(rename|link)[a-z0-9]*\(.*-ubyte\.gz\"" trace | head -n 1)
    sync=$(grep -nE "(fsync|fdatasync)\(" trace | head -n 1)
    [ -n "$sync" ]
    [ "${sync%%:*}" -lt "${rename%%:*}" ]
    [ "$(grep -cE "(fsync|fdatasync)\(" trace)" -ge 4 ]
}

@test "fetch: while a download runs, its final name is not there" {
    start_server
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "$url/slow:0.6/" >out 2>err 3>&- &
    local client=$! early=0 file n
    while kill -0 "$client" 2>/dev/null; do
        for file in "${tiny_files[@]}"; do
            if [ -e "$raw/$file" ] && ! cmp -s "$src/$file" "$raw/$file"; then
                early=1
            fi
        done
        sleep 0.02
    done
    wait "$client"
    [ "$early" -eq 0 ]
    assert_tiny
    n=$(requests slow)
    [ "$n" -eq 4 ]
}

# --- again

@test "fetch: a second time: no request, no change, the same paths" {
    start_server
    tiny --mirror "$url/ok/"
    assert_status 0
    snapshot data >before
    : >requests
    tiny --mirror "$url/ok/"
    assert_status 0
    assert_paths
    [ "$(requests '')" -eq 0 ]
    snapshot data >after
    assert_same before after
}

@test "fetch: a second time with a dead mirror: still done" {
    tiny --mirror "$src"
    assert_status 0
    tiny --mirror "http://127.0.0.1:$(closed_port)/"
    assert_status 0
    assert_paths
}

@test "fetch: right files without a receipt, or with other times, are not fetched again" {
    start_server
    mkdir -p data/tiny
    cp -r "$src" "$raw"
    tiny --mirror "$url/ok/"
    assert_status 0
    assert_tiny
    [ "$(requests '')" -eq 0 ]
    touch -d 2001-01-01 "$raw"/*.gz
    tiny --mirror "$url/ok/"
    assert_status 0
    [ "$(requests '')" -eq 0 ]
    assert_tiny
}

@test "fetch: a receipt that is rubbish does not matter" {
    tiny --mirror "$src"
    assert_status 0
    local rubbish
    for rubbish in '' '{' '[]' '{"schema":"x","files":7}' 'null'; do
        printf '%s' "$rubbish" >"$raw/receipt.json"
        tiny --mirror "$src"
        assert_status 0
        assert_tiny
        receipt_is_right dir
    done
}

@test "fetch: a raw file that was damaged afterwards is noticed" {
    tiny --mirror "$src"
    assert_status 0
    local damage
    for damage in flip truncate; do
        if [ "$damage" = flip ]; then
            fixture flip "$src/${tiny_files[0]}" "$raw/${tiny_files[0]}" --at 3000
        else
            fixture truncate "$src/${tiny_files[0]}" "$raw/${tiny_files[0]}" --keep 3000
        fi
        cp "$raw/${tiny_files[0]}" damaged
        tiny --mirror "$src"
        # Either it knows its own file and makes it right, or it takes it for
        # a foreign one and leaves it alone. Never "up to date".
        if [ "$status" -ne 0 ]; then
            assert_status 2
            assert_same damaged "$raw/${tiny_files[0]}"
            tiny --mirror "$src" --force
            assert_status 0
        fi
        assert_tiny
    done
}

# --- repacked

@test "fetch: repacked files are right, and it says so" {
    tiny --mirror "$fixtures/repacked"
    assert_status 0
    assert_paths
    [[ $stderr == *"payload verified"* ]] || seen "expected: payload verified"
    assert_tiny "$fixtures/repacked"
    receipt_is_right dir "$fixtures/repacked"
    # and they stay right
    snapshot data >before
    tiny --mirror "http://127.0.0.1:$(closed_port)/"
    assert_status 0
    snapshot data >after
    assert_same before after
}

@test "fetch: repacked files from http" {
    start_server "$fixtures/repacked"
    tiny --mirror "$url/ok/"
    assert_status 0
    [[ $stderr == *"payload verified"* ]] || seen "expected: payload verified"
    assert_tiny "$fixtures/repacked"
}

@test "fetch: a gz of several members, and one with zero padding, are right by their payload" {
    cp -r "$src" other
    fixture multimember "$src/${tiny_files[0]}" "other/${tiny_files[0]}" --parts 3
    fixture pad "$src/${tiny_files[2]}" "other/${tiny_files[2]}" --bytes 512
    tiny --mirror other
    assert_status 0
    assert_tiny other
}

@test "fetch: repacked, but with a wrong payload: 3" {
    cp -r "$src" other
    fixture label "$src/${tiny_files[1]}" "other/${tiny_files[1]}" --row 3 --value 9
    fixture label "other/${tiny_files[1]}" "other/${tiny_files[1]}" --row 4 --value 0
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror other
    assert_status 3
    assert_one_error_line "${tiny_files[1]}"
    assert_absent "$raw/${tiny_files[1]}"
}

@test "fetch: a catalogue with gz hashes only refuses repacked files" {
    fixture catalogue gz.json --name tiny --dir "$src" --no-payload
    mp --catalogue gz.json fetch tiny --only-mirrors --mirror "$src"
    assert_status 0
    assert_tiny
    rm -r data
    mp -q --catalogue gz.json fetch tiny --only-mirrors --mirror "$fixtures/repacked"
    assert_status 3
    assert_one_error_line .
    assert_nothing
}

@test "fetch: a catalogue with payload hashes only takes either" {
    fixture catalogue payload.json --name tiny --dir "$src" --no-gz-hash
    mp --catalogue payload.json fetch tiny --only-mirrors --mirror "$src"
    assert_status 0
    assert_tiny
    rm -r data
    mp --catalogue payload.json fetch tiny --only-mirrors --mirror "$fixtures/repacked"
    assert_status 0
    assert_tiny "$fixtures/repacked"
    rm -r data
    cp -r "$src" bad
    fixture flip "$src/${tiny_files[0]}" "bad/${tiny_files[0]}" --at 3000
    mp -q --catalogue payload.json fetch tiny --only-mirrors --mirror bad
    assert_status 3
    assert_one_error_line "${tiny_files[0]}"
}

# --- the receipt

# receipt_is_right KIND [DIR]: whatever its keys are named, there is one object
# for each file with its size, both hashes, its time and where it came from.
receipt_is_right() {
    "$MNISTPREP_TEST_PYTHON" - "$raw" "$1" "${2-$src}" "${tiny_files[@]}" <<'PY'
import gzip, hashlib, json, os, sys
raw, kind, source = sys.argv[1:4]
with open(raw + '/receipt.json', encoding='utf-8') as f:
    receipt = json.load(f)
assert isinstance(receipt, dict) and receipt.get('schema', '').startswith('mnistprep.'), receipt

def objects(node, key=None):
    if isinstance(node, dict):
        yield key, node
        for k, v in node.items():
            yield from objects(v, k)
    elif isinstance(node, list):
        for v in node:
            yield from objects(v)

def leaves(node):
    if isinstance(node, dict):
        for v in node.values():
            yield from leaves(v)
    elif isinstance(node, list):
        for v in node:
            yield from leaves(v)
    else:
        yield node

for name in sys.argv[4:]:
    path = raw + '/' + name
    data = open(path, 'rb').read()
    found = [o for key, o in objects(receipt)
             if (key == name or name in [v for v in o.values() if isinstance(v, str)])]
    assert found, '%s is not in the receipt: %r' % (name, receipt)
    values = list(leaves(found[-1]))
    want = {'size': len(data), 'gz sha256': hashlib.sha256(data).hexdigest(),
            'payload sha256': hashlib.sha256(gzip.decompress(data)).hexdigest()}
    for what, value in want.items():
        assert value in values, '%s: no %s %r in %r' % (name, what, value, values)
    st = os.stat(path)
    texts = [str(v) for v in values if v is not None and not isinstance(v, bool)]
    seconds, nano = divmod(st.st_mtime_ns, 10**9)
    assert any(str(st.st_mtime_ns) in t or
               (str(seconds) in t) for t in texts), '%s: no mtime %d in %r' % (name, st.st_mtime_ns, texts)
    if kind == 'url':
        assert any(t.startswith('http://127.0.0.1:') and t.endswith('/' + name) for t in texts), texts
PY
}

@test "fetch: the receipt has sizes, times, both hashes and the URL of each file" {
    start_server
    tiny --mirror "$url/ok/"
    assert_status 0
    receipt_is_right url
}

@test "fetch: the receipt of files from a directory" {
    tiny --mirror "$src"
    assert_status 0
    receipt_is_right dir
}

# --- what is already there

@test "fetch: a foreign file is not overwritten without --force" {
    mkdir -p "$raw"
    echo 'my own notes' >"$raw/${tiny_files[2]}"
    cp "$raw/${tiny_files[2]}" mine
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror "$src"
    assert_status 2
    assert_one_error_line "${tiny_files[2]}.*force"
    assert_same mine "$raw/${tiny_files[2]}"
    tiny --mirror "$src" --force
    assert_status 0
    assert_tiny
}

@test "fetch: --force replaces a symbolic link, not what it points to" {
    mkdir -p "$raw"
    echo 'my own notes' >mine
    cp mine copy
    ln -s "$PWD/mine" "$raw/${tiny_files[0]}"
    mp -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 --mirror "$src"
    assert_status 2
    assert_same copy mine
    [ -L "$raw/${tiny_files[0]}" ]
    tiny --mirror "$src" --force
    assert_status 0
    assert_same copy mine
    [ ! -L "$raw/${tiny_files[0]}" ]
    assert_tiny
}

@test "fetch: a directory or a FIFO under the name of a file: refused, left alone" {
    mkdir -p "$raw/${tiny_files[0]}"
    run --separate-stderr timeout 5 "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" \
        fetch tiny --only-mirrors --mirror "$src"
    [ "$status" -eq 2 ] || [ "$status" -eq 1 ] || seen "expected status 2 or 1"
    assert_one_error_line "${tiny_files[0]}"
    [ -d "$raw/${tiny_files[0]}" ]
    rmdir "$raw/${tiny_files[0]}"
    mkfifo "$raw/${tiny_files[0]}"
    run --separate-stderr timeout 5 "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" \
        fetch tiny --only-mirrors --mirror "$src"
    [ "$status" -eq 2 ] || [ "$status" -eq 1 ] || seen "expected status 2 or 1"
    assert_one_error_line "${tiny_files[0]}"
    [ -p "$raw/${tiny_files[0]}" ]
}

@test "fetch: leftovers of a killed run are cleared away" {
    mkdir -p "$raw"
    tiny --mirror "$src"
    assert_status 0
    # A name as the program itself makes it, learnt from a killed run.
    rm -r data
    start_server
    "$MNISTPREP" -q --catalogue "$fixtures/tiny.json" fetch tiny --only-mirrors --retries 0 \
        --mirror "$url/stall/" >out 2>err 3>&- &
    local client=$! i
    for ((i = 0; i < 100; i++)); do
        [ -z "$(find data -name '.mnistprep-tmp-*' -size +0 2>/dev/null)" ] || break
        sleep 0.05
    done
    kill -KILL "$client"
    wait "$client" || true
    [ -n "$(find data -type f)" ] || skip "the killed run had nothing on disk yet"
    assert_absent "$raw/${tiny_files[0]}"
    tiny --mirror "$src"
    assert_status 0
    assert_tiny
}

# --- the genuine files

@test "fetch: genuine MNIST from its directory" {
    need_mnist
    mp fetch mnist --mirror "$mnist" --only-mirrors
    assert_status 0
    assert_stdout "$(printf 'data/mnist/raw/%s\n' "${tiny_files[@]}")"
    [[ $stderr != *"payload verified"* ]] || seen "the genuine files are not repacked"
    # catalogue.md 1.1
    assert_sha256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609 "data/mnist/raw/${tiny_files[0]}"
    assert_sha256 3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c "data/mnist/raw/${tiny_files[1]}"
    assert_sha256 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6 "data/mnist/raw/${tiny_files[2]}"
    assert_sha256 f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6 "data/mnist/raw/${tiny_files[3]}"
    assert_no_leftovers data mnist/raw/receipt.json "${tiny_files[@]/#/mnist/raw/}"
    # mnist is the default
    mp fetch --mirror "$mnist" --only-mirrors
    assert_status 0
    assert_stdout "$(printf 'data/mnist/raw/%s\n' "${tiny_files[@]}")"
}

@test "fetch: Fashion-MNIST from Debian's package: repacked, and right" {
    need_fashion
    mp fetch fashion-mnist --mirror "$fashion" --only-mirrors
    assert_status 0
    if [ "$(stat -c %s "$fashion/${tiny_files[0]}")" -ne 26421880 ]; then
        [[ $stderr == *"payload verified"* ]] || seen "expected: payload verified"
    fi
    assert_same "$fashion/${tiny_files[0]}" "data/fashion-mnist/raw/${tiny_files[0]}"
}

@test "fetch: Debian's package is found without an option" {
    [ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ] ||
        skip "dataset-fashion-mnist is not installed"
    need_strace
    run --separate-stderr strace -f -o trace -e trace=connect "$MNISTPREP" fetch fashion-mnist
    assert_status 0
    assert_same "/usr/share/datasets/fashion-mnist/${tiny_files[3]}" "data/fashion-mnist/raw/${tiny_files[3]}"
    no_match AF_INET trace
}

@test "fetch: Fashion-MNIST offered as MNIST is refused" {
    need_fashion
    mp -q fetch mnist --mirror "$fashion" --only-mirrors
    assert_status 3
    assert_one_error_line "${tiny_files[0]}"
    [ ! -e data ] || assert_no_leftovers data
}
