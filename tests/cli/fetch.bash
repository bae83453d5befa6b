# SPDX-License-Identifier: MIT
# What the tests of fetch load, on top of ../net/net.bash: the datasets tiny and
# mini of net_fixtures from mirrors of three kinds. Every http server is
# tests/net/server.py on 127.0.0.1; nothing leaves the machine.
#
#   $raw                where tiny's files go
#   file_url PATH       its file: URL
#   assert_tiny [DIR]   tiny's four files are there and those of DIR (default:
#                       $src), with a receipt and nothing else
#   assert_paths        their paths are on standard output

# shellcheck source=net/net.bash
. "$(dirname "${BASH_SOURCE[0]}")/../net/net.bash"

setup_file() {
    net_fixtures
}

setup() {
    net_setup
    raw=data/tiny/raw
}

file_url() {
    "$MNISTPREP_TEST_PYTHON" -E -S -c '
import sys, urllib.parse
print("file://" + urllib.parse.quote(sys.argv[1]))' "$1"
}

assert_tiny() {
    local file
    for file in "${tiny_files[@]}"; do
        assert_same "${1-$src}/$file" "$raw/$file" || return 1
    done
    assert_no_leftovers data tiny/raw/receipt.json \
        "${tiny_files[@]/#/tiny/raw/}" || return 1
}

assert_paths() {
    assert_stdout "$(printf "$raw/%s\n" "${tiny_files[@]}")"
}
