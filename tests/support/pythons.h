// SPDX-License-Identifier: MIT
// The Pythons of a machine: Debian's own, and those that are found beside it.
#pragma once

#include <string>
#include <vector>

namespace rampwatch::test {

// Paths of the interpreters themselves, one a version, ascending, at least one: python3.6 to python3.13 on
// PATH and below ~/.pyenv/versions, as far as each runs. Versions that are not there are no failure.
std::vector<std::string> pythons();

}  // namespace rampwatch::test
