// SPDX-License-Identifier: MIT
// Which group's growth explains the memory's: over a series of dumps, the slope of bytes against the slope of
// each group's count.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::stacks {

struct GrowthPoint {
    double t_s = 0;
    double value = 0;
};

inline constexpr std::size_t kFewestDumps = 4;  // a line through fewer says nothing of its own uncertainty

// `counts` and `bytes` are of the same moments, in order. Empty where the count, or the bytes with the count,
// do not surely rise (the lower end of a 95 % interval by Student's t is not above 0), or there are fewer
// than kFewestDumps. Two things that both rise evenly go together without one being the cause: what each
// costs (bytes_each) is for the reader to judge.
std::optional<GroupGrowth> growth_with(std::span<const GrowthPoint> counts,
                                       std::span<const GrowthPoint> bytes);

// Does it rise, by the same measure?
bool rises(std::span<const GrowthPoint> points);

// The dumps of one life. Bounded: of many dumps every second one is forgotten, and only the biggest groups of
// each are kept.
class GrowthSeries {
  public:
    // Sets `growth` of the dump's groups and its `explains_growth`. Dumps of another life or another backend
    // begin the series anew.
    void add(Dump& dump, std::int64_t memory_bytes);

    [[nodiscard]] std::size_t dumps() const { return bytes_.size(); }

  private:
    void forget_half();

    Life life_{};
    std::string level_{};
    std::vector<GrowthPoint> bytes_{};
    std::vector<std::unordered_map<std::string, std::int64_t>> counts_{};  // by identity, for each dump
};

}  // namespace rampwatch::stacks
