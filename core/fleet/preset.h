// SPDX-License-Identifier: MIT
// Which metrics tell of one target's memory and what goes with it, by the names that exporters use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/fleet/selector.h"

namespace rampwatch::fleet {

// What a metric's value is to its target.
enum class Role : std::uint8_t {
    memory,    // bytes: what is judged
    resident,  // bytes: what is shown; judged where the target has no `memory`
    threads,
    fds,
    goroutines,
    start,         // seconds since the Unix epoch at which its life began
    cpu,           // seconds used since then
    limit,         // bytes that `resident` may reach; 0 and less: none
    memory_limit,  // bytes that `memory` may reach
    only_series,   // the one metric of a query: what it is, its name says
};
inline constexpr std::size_t kRoleCount = static_cast<std::size_t>(Role::only_series) + 1;
constexpr std::size_t index(Role role) { return static_cast<std::size_t>(role); }

struct Metric {
    std::string_view name{};
    Role role = Role::resident;
    std::string_view label{}, pattern{};  // a further matcher: label=~"pattern"; empty: none
    bool elsewhere = false;  // another exporter's, of the same namespace, pod and container: matchers of
                             // other labels do not hold for it
    bool spare = false;      // of use for targets without a start time alone; stands behind that
};

struct Preset {
    std::string_view name{};
    std::string_view about{};
    std::span<const Metric> metrics{};
    std::string_view base{};  // matchers where the query says nothing, as parse_selector() has them; or empty
};

std::span<const Preset> presets();

// Null where there is none of that name.
const Preset* preset_named(std::string_view name);

// The one to which the metric belongs as memory; null where none has it.
const Preset* preset_of(std::string_view metric);

}  // namespace rampwatch::fleet
