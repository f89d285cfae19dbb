// SPDX-License-Identifier: MIT
// Which metrics there are, as plain values; and read back from the files that others of us wrote.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/prometheus/snapshot.h"

namespace rampwatch::prometheus {

struct Point {
    std::vector<std::pair<std::string, std::string>> labels{};
    double value = 0;

    friend bool operator==(const Point&, const Point&) = default;
};

struct Family {
    std::string name{};  // begins with rampwatch_, ends in its unit, of a counter in _total
    std::string help{};
    bool is_counter = false;
    std::vector<Point> points{};

    friend bool operator==(const Family&, const Family&) = default;
};

// At most kMostGroups groups of a target's newest dump, so that the label values that are there at a time are
// few.
inline constexpr std::size_t kMostGroups = 5;
std::vector<Family> families_of(const Snapshot& snapshot);

// Texts in format 0.0.4 as metrics_text() writes them, the families of all joined by name. What is not ours,
// not well-formed, or beyond 10,000 lines of a text is left out.
std::vector<Family> read_families(const std::vector<std::string>& texts);

}  // namespace rampwatch::prometheus
