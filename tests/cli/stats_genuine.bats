#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# stats of the genuine files: every form says what numpy does. (stats_forms.bats
# has more of them, of small sets.)

# Set by common.bash and by `run`:
# shellcheck disable=SC2154,SC2030,SC2031

load stats

digits=0,1,2,3,4,5,6,7,8,9
garments='T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    fixture dataset src
    fixture catalogue tiny.json --name tiny --dir src
}

setup() {
    common_setup
    # shellcheck disable=SC2034 # stats.bash reads it
    f=$BATS_FILE_TMPDIR
}

@test "forms: genuine MNIST" {
    need_mnist
    put_raw "$mnist" mnist
    forms mnist --raw "$mnist" --dataset mnist --classes "$digits"
    # The catalogue's numbers (constant columns: 67 and 116).
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
d = json.load(open('s.json'))['splits']
for split, blank, top in ('train', 67, 314282), ('test', 116, 56835):
    p = d[split]['pixels']
    assert p['blank'] == p['constant'] == blank, p
    assert p['histogram'][255] == top, p
PY
}

@test "forms: genuine Fashion-MNIST" {
    need_fashion
    put_raw "$fashion" fashion-mnist
    forms fashion-mnist --raw "$fashion" --dataset fashion-mnist \
        --classes "$garments"
    "$MNISTPREP_TEST_PYTHON" - <<'PY'
import json
d = json.load(open('s.json'))['splits']
for split, top in ('train', 379088), ('test', 62787):
    p = d[split]['pixels']
    assert p['blank'] == p['constant'] == 0, p
    assert p['histogram'][255] == top, p
PY
}
