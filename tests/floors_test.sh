#!/usr/bin/env bash
# Does floors.sh see what it is there for? Plants one fault after another in a
# copy of the sources and expects each to be named by file and line.
#
# Usage: tests/floors_test.sh SOURCE_DIR
set -euo pipefail

[ $# = 1 ] || {
    echo "usage: floors_test.sh SOURCE_DIR" >&2
    exit 2
}
source_dir=$(cd "$1" && pwd -P)
floors=$source_dir/tests/floors.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
copy="$scratch/a copy" # with a space, as a clone's path may have
bad=0

fresh() {
    rm -rf "$copy"
    mkdir "$copy"
    # -L: never the tree itself, by way of a symbolic link.
    cp -RL "$source_dir/src" "$source_dir/include" "$copy/"
}

# plant FILE LINE...: appends to FILE; the number of the last line in $at.
plant() {
    local file=$copy/$1
    shift
    mkdir -p "${file%/*}"
    printf '%s\n' "$@" >>"$file"
    at=$(($(wc -l <"$file")))
}

# names WHAT FILE:LINE TEXT: floors.sh fails and says TEXT at that place.
names() {
    local out status=0
    out=$("$floors" "$copy") || status=$?
    if [ "$status" = 1 ] && grep -qF "$2: " <<<"$out" &&
        grep -F "$2: " <<<"$out" | grep -qF "$3"; then
        printf 'ok: %s\n' "$1"
    else
        printf 'NOT SEEN: %s at %s (status %d)\n%s\n' "$1" "$2" "$status" "$out"
        bad=1
    fi
}

# quiet WHAT FILE: floors.sh has nothing to say about FILE.
quiet() {
    local out
    out=$("$floors" "$copy") || true
    if grep -qF "$2:" <<<"$out"; then
        printf 'SEEN WRONGLY: %s\n%s\n' "$1" "$out"
        bad=1
    else
        printf 'ok: %s\n' "$1"
    fi
}

fresh
plant src/base/planted.c '#include "cli/option.h"'
names "an upward include" "src/base/planted.c:$at" "upward include"

fresh
plant src/stage/planted.c '/* first */' '#  include <mnistprep.h>' \
    '#include "pipeline/x.h" // why'
names "an upward include, indented and commented" \
    "src/stage/planted.c:$at" "upward include"
quiet "an include downwards, with <>" "src/stage/planted.c:2"

fresh
plant src/format/planted.h '#include "mnistprep.h"'
names "the public header below its floor" "src/format/planted.h:$at" "upward"

fresh
plant src/base/planted.c '#include "planted.h"'
names "an include without a floor" "src/base/planted.c:$at" "names no floor"

fresh
plant include/planted.h '#include "base/error.h"'
names "a private header in a public one" "include/planted.h:$at" "public header"

fresh
plant src/helpers/planted.c 'int x;'
names "a folder that is no floor" "src/helpers/planted.c:1" "no floor"

# One source may have zlib: the real one, or while there is none, the first.
fresh
find "$copy/src" -name '*.c' -exec grep -l '#include <zlib.h>' {} + \
    >"$scratch/users" || true
if [ ! -s "$scratch/users" ]; then
    plant src/format/planted_first.c '#include <zlib.h>'
fi
quiet "one include of zlib.h" "src/format/planted_first.c"
plant src/net/planted.c '' '#include <zlib.h>'
names "a second include of zlib.h" "src/net/planted.c:$at" "zlib is included by"

fresh
plant src/format/planted.h '#include <openssl/evp.h>'
names "a library in a header" "src/format/planted.h:$at" "in a header"

fresh
for name in one two three; do
    plant "src/dataset/planted_$name.c" '#include <jansson.h>'
done
names "a third include of jansson.h" "src/dataset/planted_one.c:1" \
    "jansson is included by"

fresh
plant src/base/planted.c 'void f(void)' '{' '    printf("x");' '}'
names "printf in base" "src/base/planted.c:$((at - 1))" "prints"
for call in 'fprintf (f, "x")' 'puts("x")' 'perror("x")' 'if (x) exit(1)' \
    'fflush(stdout)'; do
    fresh
    plant src/pipeline/planted.c "    $call;"
    names "$call in pipeline" "src/pipeline/planted.c:$at" "prints"
done

fresh
plant src/base/planted.c '/* printf("x"); */' '/*' 'exit(1);' \
    '#include "cmd/x.h"' ' * stdout */' 'snprintf(a, 1, "exit(1)");' \
    'vsnprintf(a, 1, "\"stderr", args);' "c = '\"'; // puts(x)" \
    '__attribute__((format(printf, 1, 2)))' 'my_exit(1);' \
    '_exit(1);'
quiet "comments, strings, snprintf" "src/base/planted.c"

fresh
plant src/cli/planted.c 'fprintf(stderr, "x"); exit(1);'
quiet "printing in cli" "src/cli/planted.c"

fresh
plant src/draw/planted_one.h '#include "draw/planted_two.h"'
quiet "a header that another includes" "src/draw/planted_one.h"
plant src/draw/planted_two.h '#include "draw/planted_three.h"'
plant src/draw/planted_three.h '' '#include "draw/planted_one.h"'
names "a circle of headers" "src/draw/planted_three.h:$at" "circle of headers"

exit "$bad"
