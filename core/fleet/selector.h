// SPDX-License-Identifier: MIT
// Which series are meant: a metric's name and matchers of labels, as PromQL writes them
// (prometheus.io/docs/prometheus/latest/querying/basics, "Instant vector selectors").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::fleet {

struct Matcher {
    enum class Kind : std::uint8_t { equal, not_equal, matches, matches_not };
    Kind kind = Kind::equal;
    std::string name{}, value{};

    friend bool operator==(const Matcher&, const Matcher&) = default;
};

// The metric's name is a matcher of "__name__".
using Selector = std::vector<Matcher>;

// `up`, `up{job="api",pod=~"a-.*"}`, `{job='api'}`, `{"a name",job="api"}`. At most 64 matchers. An
// expression is none: bad_input, with an empty `where`.
Result<Selector> parse_selector(std::string_view text);

std::string selector_text(const Selector& selector);

// The metric's name; empty where the selector does not say exactly one.
std::string name_in(const Selector& selector);

// A regular expression that matches these and nothing else; an empty value is a label that is not there.
std::string one_of(const std::vector<std::string>& values);

}  // namespace rampwatch::fleet
