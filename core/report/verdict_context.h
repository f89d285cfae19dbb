// SPDX-License-Identifier: MIT
// What text about a verdict may use and a verdict alone does not know.
#pragma once

#include <optional>

#include "core/model/sample.h"

namespace rampwatch::report {

// All of it may be empty.
struct VerdictContext {
    std::optional<Sample> first{};  // of the life in hand
    std::optional<Sample> last{};
    bool told_before = false;  // the leak is told again, because it got worse
};

}  // namespace rampwatch::report
