// SPDX-License-Identifier: MIT
// The JDKs of this machine whose versions are read: Debian's default, and what lies beside it in
// /usr/lib/jvm.
#pragma once

#include <string>
#include <vector>

namespace rampwatch::test {

struct Jdk {
    int version = 0;
    std::string java{}, jstack{};  // paths of its programs
};

// One a version, oldest first. None: the caller says so and skips (see have()).
std::vector<Jdk> jdks();

}  // namespace rampwatch::test
