// SPDX-License-Identifier: MIT
// What others do, as far as it is published: rules on the same samples, each with the settings it is usually
// given. None is tuned here, and none is handicapped: rules without a floor of their own get ours.
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace rampwatch::score {

class Rule {
  public:
    virtual ~Rule() = default;
    // One value a minute: the mean and the least of it. True once the rule would alarm.
    virtual bool add(double mean, double least) = 0;
};

struct Comparator {
    std::string_view name{};
    std::string_view what{};
    std::unique_ptr<Rule> (*make)() = nullptr;
};

std::span<const Comparator> comparators();

}  // namespace rampwatch::score
