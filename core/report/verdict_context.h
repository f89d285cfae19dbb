// SPDX-License-Identifier: MIT
// What text about a verdict may use and a verdict alone does not know.
#pragma once

#include <memory>
#include <optional>

#include "core/model/sample.h"
#include "core/model/stack.h"

namespace rampwatch::report {

// All of it may be empty.
struct VerdictContext {
    std::optional<Sample> first{};  // of the life in hand
    std::optional<Sample> last{};
    std::shared_ptr<const Dump> dump{};  // the newest, with its changes since the baseline
    bool told_before = false;            // the leak is told again, because it got worse
};

}  // namespace rampwatch::report
