// SPDX-License-Identifier: MIT
// What tells one series from another: pairs of a name and a value, as Prometheus has them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rampwatch {

// Of a series at most so many, and so many bytes of a name or a value: what parses them sees to it.
inline constexpr std::size_t kMostLabels = 32;
inline constexpr std::size_t kLongestLabel = 1024;

struct Label {
    std::string name{};
    std::string value{};  // as it came: escape before printing

    friend bool operator==(const Label&, const Label&) = default;
};

using Labels = std::vector<Label>;

}  // namespace rampwatch
