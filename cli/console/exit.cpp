// SPDX-License-Identifier: MIT
#include "cli/console/exit.h"

#include <fmt/format.h>

#include <cstdio>

namespace rampwatch::cli {

int complain(const Error& error) {
    fmt::print(stderr, "rampwatch: {}\n", to_string(error));
    return static_cast<int>(Exit::trouble);
}

Error placed(Error error, std::string where) {
    error.where = std::move(where);
    return error;
}

}  // namespace rampwatch::cli
