// SPDX-License-Identifier: MIT
#include "cli/console/exit.h"

#include <fmt/format.h>

#include <cstdio>

namespace rampwatch::cli {

int complain(const Error& error) {
    fmt::print(stderr, "rampwatch: {}\n", to_string(error));
    return static_cast<int>(Exit::trouble);
}

}  // namespace rampwatch::cli
