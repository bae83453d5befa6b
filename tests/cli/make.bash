# SPDX-License-Identifier: MIT
# What the tests of prep under make load, on top of ../net/net.bash: a dataset
# in two versions, and the program with its catalogue.
#
#   make_fixtures   for setup_file: src and tiny.json of net_fixtures, and src2
#                   and tiny2.json, the same but for one label
#   make_setup      for setup: $CATALOGUE is the first of them, and there is a
#                   GNU make, 4.3 or later
#   raw_there       puts what fetch would bring into ./data
#   prepare ARGS... prep of tiny, from there
#   tick            what is made after it is newer, by all clocks

# shellcheck source=net/net.bash
. "$(dirname "${BASH_SOURCE[0]}")/../net/net.bash"

make_fixtures() {
    net_fixtures
    cp -r src src2
    fixture label "src/$labels" "src2/$labels" --row 3 --value "$(other_label)"
    fixture catalogue tiny2.json --name tiny --dir src2
}

# Not the one that row 3 has.
other_label() {
    gzip -dc "src/$labels" | od -A n -t u1 -j 11 -N 1 |
        awk '{ print ($1 + 1) % 10 }'
}

make_setup() {
    net_setup
    need_make
    unset MAKEFLAGS MFLAGS MAKELEVEL
    export CATALOGUE=$fixtures/tiny.json
}

need_make() {
    local version
    version=$(make --version 2>/dev/null | sed -n '1s/^GNU Make //p')
    [ -n "$version" ] || skip "no GNU make"
    printf '4.3\n%s\n' "$version" | sort -V -C ||
        skip "make is $version, older than 4.3"
}

prepare() {
    mp --catalogue "$CATALOGUE" prep tiny "$@"
}

raw_there() {
    put_raw "$src" tiny
}

tick() {
    sleep 0.05
}
