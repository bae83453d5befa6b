#!/usr/bin/env bash
# The public reader from outside: a dataset that mnistprep prepared comes out
# of the example as numpy sees it; the header is C99 and C++11; the library
# exports nothing else; and what is installed is enough to build against.
#
# Usage: tests/reader/reader_test.sh MNISTPREP READER_EXAMPLE SOURCE_DIR BUILD
#
# CC and CFLAGS are honoured; MNISTPREP_TEST_PYTHON is a python3 with numpy.
set -euo pipefail

[ $# = 4 ] || {
    echo "usage: reader_test.sh MNISTPREP READER_EXAMPLE SOURCE_DIR BUILD" >&2
    exit 2
}
mnistprep=$1
example=$2
source_dir=$(cd "$3" && pwd -P)
build_dir=$(cd "$4" && pwd -P)
python=${MNISTPREP_TEST_PYTHON:-python3}
compiler=${CC:-cc}
read -r -a flags <<<"${CFLAGS-}"
export PYTHONDONTWRITEBYTECODE=1
unset MNISTPREP_DATA_DIR DESTDIR
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
bad=0

# check WHAT COMMAND...: says whether the command, which is quiet, succeeds.
check() {
    local what=$1
    shift
    if "$@" >output 2>&1; then
        printf 'ok: %s\n' "$what"
    else
        printf 'FAILED: %s\n' "$what"
        cat output
        bad=1
    fi
}

# ---- what is read ----

fixture() {
    "$python" "$source_dir/tests/cli/make_fixtures.py" "$@"
}

prepare() {
    fixture dataset raw --train 57 --test 11 &&
        fixture catalogue tiny.json --name tiny --dir raw &&
        mkdir -p data/tiny && cp -R raw data/tiny/raw &&
        "$mnistprep" -q --catalogue tiny.json prep tiny &&
        "$mnistprep" -q --catalogue tiny.json prep tiny --dtype f64 -o f64
}

# The example's output as numpy computes it from the raw files.
expect() {
    "$python" - <<'END'
import gzip
import json
import numpy as np

def idx(name, header):
    with gzip.open('raw/' + name) as f:
        return np.frombuffer(f.read()[header:], np.uint8)

pixels = idx('train-images-idx3-ubyte.gz', 16) / np.float32(255)
labels = idx('train-labels-idx1-ubyte.gz', 8)
with open('tiny.json') as f:
    classes = json.load(f)['datasets'][0]['classes']
assert pixels.dtype == np.float32 and len(pixels) == 57 * 28 * 28
print('tiny train: %d rows, mean %.6f' % (
    len(labels), pixels.sum(dtype=np.float64) / len(pixels)))
for i, name in enumerate(classes):
    print(name, np.count_nonzero(labels == i))
END
}

# reads_right PROGRAM: prints what is expected.
reads_right() {
    "$1" data/tiny/prepared >got && diff expected got
}

# fails_with STATUS TEXT PROGRAM ARGS...: one line on standard error, no output.
fails_with() {
    local status=0 want=$1 text=$2
    shift 2
    "$@" >got 2>message || status=$?
    cat message
    [ "$status" = "$want" ] && [ ! -s got ] &&
        [ "$(wc -l <message)" = 1 ] && grep -qF -e "$text" message
}

check 'a small dataset is prepared' prepare
expect >expected
check 'the example prints what numpy computes' reads_right "$example"
check 'not a dataset' fails_with 1 "'raw/dataset.json'" "$example" raw
check 'no such directory' fails_with 1 "'none/dataset.json'" "$example" none
check 'another type' fails_with 1 'f32 images and u8' "$example" f64
check 'no argument' fails_with 2 'usage: ' "$example"
printf x >>data/tiny/prepared/train-images.f32
check 'a file of another size' fails_with 1 'another size' "$example" \
    data/tiny/prepared
check 'made again' "$mnistprep" -q --catalogue tiny.json prep tiny

# ---- the header ----

header=$source_dir/include/mnistprep.h
check 'the header is C99' "$compiler" -std=c99 -pedantic -Wall -Wextra \
    -Wstrict-prototypes -Wundef -Werror -fsyntax-only -x c "$header"
if command -v g++ >/dev/null; then
    check 'the header is C++11' g++ -std=c++11 -pedantic -Wall -Wextra \
        -Wundef -Werror -fsyntax-only -x c++ "$header"
else
    echo 'skipped: the header in C++, for want of g++'
fi

# ---- the library ----

library=
for name in libmnistprep.so libmnistprep.dylib; do
    if [ -e "$build_dir/$name" ]; then library=$build_dir/$name; fi
done

declared() {
    grep -oE 'mnistprep_[a-z_]+\(' "$header" | tr -d '(' | sort -u
}

exports_its_functions_alone() {
    nm -D --defined-only "$library" | awk '{ print $NF }' |
        sed 's/@.*//' | sort -u >exported
    declared | diff - exported
}

if [ "${library##*.}" = so ] && command -v nm >/dev/null; then
    check 'the library exports what the header declares, and no more' \
        exports_its_functions_alone
else
    echo 'skipped: the exported names, for want of nm or an ELF library'
fi

# ---- installed, and moved away from where it was installed ----

install_and_move() {
    cmake --install "$build_dir" --prefix "$scratch/first" &&
        mv first 'an installed tree' &&
        "an installed tree/bin/mnistprep" version
}

tree="$scratch/an installed tree"

with_pkg_config() {
    local words
    PKG_CONFIG_PATH=$(dirname "$(find "$tree" -name mnistprep.pc)")
    export PKG_CONFIG_PATH
    words=$(pkg-config --cflags --libs mnistprep) || return 1
    # pkg-config quotes for the shell: the path has a space in it.
    eval "set -- $words"
    "$compiler" -std=c99 ${flags[@]+"${flags[@]}"} \
        "$source_dir/tests/reader/example.c" "$@" -o by-pkg-config
}

with_cmake() {
    mkdir project
    cp "$source_dir/tests/reader/example.c" project/
    cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.21)
project(trainer LANGUAGES C)
find_package(mnistprep REQUIRED)
add_executable(trainer example.c)
target_link_libraries(trainer PRIVATE mnistprep::mnistprep)
END
    cmake -S project -B made -DCMAKE_PREFIX_PATH="$tree" \
        -DCMAKE_C_COMPILER="$compiler" && cmake --build made
}

# installed_as FILE WORD...: FILE has what `mnistprep help WORD...` prints.
installed_as() {
    local file=$tree/share/$1
    shift
    "$tree/bin/mnistprep" help "$@" | diff - "$file"
}

check 'it installs, and runs where it is moved to' install_and_move
check 'the manual' installed_as man/man1/mnistprep.1 --man
check 'completion in bash' installed_as \
    bash-completion/completions/mnistprep --completion bash
check 'completion in zsh' installed_as \
    zsh/site-functions/_mnistprep --completion zsh
check 'completion in fish' installed_as \
    fish/vendor_completions.d/mnistprep.fish --completion fish
LD_LIBRARY_PATH=$(dirname "$(find "$tree" -name 'libmnistprep.*' | head -n 1)")
DYLD_LIBRARY_PATH=$LD_LIBRARY_PATH
export LD_LIBRARY_PATH DYLD_LIBRARY_PATH
check 'the example builds with pkg-config' with_pkg_config
check 'and reads right' reads_right ./by-pkg-config
check 'the example builds with the CMake package' with_cmake
check 'and reads right, too' reads_right made/trainer
[ "$bad" = 0 ]
