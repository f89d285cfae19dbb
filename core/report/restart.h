// SPDX-License-Identifier: MIT
// What a restart would buy.
#pragma once

#include <optional>

#include "core/model/verdict.h"

namespace rampwatch::report {

// Seconds from the last look until a process restarted now would meet the limit, at the same rate, beginning
// at the floor where this life was first seen: what it had grown by then already counts as its needs, so that
// the true figure is this or more.
struct RestartGain {
    double until_limit_s = 0;
    bool beyond = false;  // further than 20 times what was observed: `until_limit_s` is that horizon

    friend bool operator==(const RestartGain&, const RestartGain&) = default;
};

// Empty without a forecast, and where a restart would buy nothing.
std::optional<RestartGain> restart_gain(const Verdict& verdict);

}  // namespace rampwatch::report
