#!/usr/bin/env bash
# Configures the tree as others do: without what only tests need, without each
# optional library, and with all of them left out.
#
# Usage: tests/build.sh SOURCE-DIR
set -euo pipefail

source_dir=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A pkg-config that knows no cmocka.
real=$(command -v pkg-config)
cat >"$work/pkg-config" <<EOF
#!/bin/sh
case "\$*" in *cmocka*) exit 1 ;; esac
exec '$real' "\$@"
EOF
chmod +x "$work/pkg-config"

# configure NAME OPTION...: the release preset, into a folder of its own.
configure() {
    local name=$1
    shift
    if ! (cd "$source_dir" && PKG_CONFIG=$work/pkg-config \
        cmake --preset release -B "$work/$name" "$@") \
        >"$work/$name.log" 2>&1; then
        echo "build.sh: $name does not configure:"
        tail -n 20 "$work/$name.log"
        exit 1
    fi
}

says() {
    grep -q "Optional library $2: $3" "$work/$1.log" || {
        echo "build.sh: $1 does not say '$2: $3'"
        grep Optional "$work/$1.log" || true
        exit 1
    }
}

configure release
configure bare -DMNISTPREP_WITH_ISAL=OFF -DMNISTPREP_WITH_LZMA=OFF \
    -DMNISTPREP_WITH_LIBZIP=OFF
for library in libisal liblzma libzip; do
    says bare "$library" "left out"
done
# A program for another system does not run here, unless something runs it.
configure foreign -DCMAKE_SYSTEM_NAME=Linux
grep -q 'Manual and completions: left out' "$work/foreign.log" || {
    echo "build.sh: foreign does not say that it leaves out the manual"
    exit 1
}
configure emulated -DCMAKE_SYSTEM_NAME=Linux \
    -DCMAKE_CROSSCOMPILING_EMULATOR=env
if grep -q 'left out, as the program' "$work/emulated.log"; then
    echo "build.sh: emulated leaves out the manual"
    exit 1
fi

if [ -e "$work/release/tests" ]; then
    echo "build.sh: the release preset builds tests"
    exit 1
fi
