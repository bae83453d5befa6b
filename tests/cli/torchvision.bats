#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The torchvision tree, opened by torchvision itself: slow, as it is large.

load common

setup() {
    common_setup
    [ "${MNISTPREP_TEST_SLOW-0}" = 1 ] ||
        skip "slow; scripts/test --slow runs it"
    "$MNISTPREP_TEST_PYTHON" -c 'import torchvision' 2>/dev/null ||
        skip "no torchvision (Debian: python3-torchvision)"
}

@test "torchvision's FashionMNIST opens the tree with download=False" {
    need_fashion
    mp fetch -q fashion-mnist --mirror "$fashion" --only-mirrors
    assert_status 0
    mp prep -q fashion-mnist --format torchvision -o out
    assert_status 0
    "$MNISTPREP_TEST_PYTHON" - "$fashion" <<'PY'
import gzip, sys
import numpy as np
from torchvision.datasets import FashionMNIST

for train, stem in ((True, "train"), (False, "t10k")):
    read = FashionMNIST("out", train=train, download=False)
    for part, skip, got in (("images-idx3", 16, read.data), ("labels-idx1", 8, read.targets)):
        with gzip.open("%s/%s-%s-ubyte.gz" % (sys.argv[1], stem, part)) as f:
            want = np.frombuffer(f.read(), np.uint8, offset=skip)
        assert np.array_equal(got.numpy().reshape(-1), want), (stem, part)
PY
}
