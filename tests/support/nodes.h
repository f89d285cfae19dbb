// SPDX-License-Identifier: MIT
// The Nodes of this machine: Debian's own, and those of the npm registry that ./run test has fetched.
#pragma once

#include <string>
#include <vector>

namespace rampwatch::test {

struct Node {
    int version = 0;  // 22
    std::string path{};
};

// One a version, ascending. Fails the test where there is none at all; where something may be missing,
// further versions may be.
std::vector<Node> nodes();

}  // namespace rampwatch::test
