# SPDX-License-Identifier: MIT
# What the tests of prep load, on top of common.bash: two generated datasets,
# gen (its sizes are no multiple of any block) and tiny, and numpy's opinion of
# what was made of gen.

# shellcheck source=cli/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

files=(train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz)
# shellcheck disable=SC2034 # read by the tests
default_set=(train-images.f32 train-labels.u8 train-onehot.f32
    test-images.f32 test-labels.u8 test-onehot.f32)

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    # Sizes that are no multiple of any block.
    fixture dataset gen-src --train 1237 --test 211 --height 20 --width 13 --seed 3
    fixture catalogue gen.json --name gen --dir gen-src --title Generated
    fixture dataset tiny-src --train 40 --test 10
    fixture catalogue tiny.json --name tiny --dir tiny-src
}

setup() {
    common_setup
    fixtures=$BATS_FILE_TMPDIR
    prepared=data/gen/prepared
}

# gen_raw: the raw files as a fetch would have left them.
gen_raw() {
    put_raw "$fixtures/gen-src" gen
}

gen() {
    mp --catalogue "$fixtures/gen.json" prep gen "$@"
}

tiny_raw() {
    put_raw "$fixtures/tiny-src" tiny
}

tiny() {
    mp --catalogue "$fixtures/tiny.json" prep tiny "$@"
}

# check_by CATALOGUE KEY=VALUE...: the set in $prepared against numpy.
check_by() {
    "$MNISTPREP_TEST_PYTHON" "$cli_dir/prep_check.py" "$prepared" data/gen/raw \
        gen "$@"
}

check() {
    check_by "$fixtures/gen.json" "$@"
}

# recipe 'KEY=VALUE...' OPTIONS...: prep with the options; the set must be that
# of the recipe.
recipe() {
    local what=$1
    shift
    gen_raw
    gen "$@"
    assert_status 0 || return 1
    # shellcheck disable=SC2086 # words are meant
    check $what || return 1
    assert_no_leftovers data/gen/raw "${files[@]}" || return 1
}
