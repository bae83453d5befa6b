# SPDX-License-Identifier: MIT
# For the tests of what all commands share. Loads common.

# shellcheck source=cli/common.bash
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

# A dataset that was fetched and prepared, as commands leave it.
ready() {
    # shellcheck disable=SC2119 # the usual one
    tiny_dataset
    "$MNISTPREP" -q --catalogue tiny.json fetch tiny --mirror src \
        --only-mirrors >/dev/null
    "$MNISTPREP" -q --catalogue tiny.json prep tiny >/dev/null
}
