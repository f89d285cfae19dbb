// SPDX-License-Identifier: MIT
// What is said of one group of stacks beside its frames: sentences without layout, the same for text and
// pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::report {

struct GroupWords {
    std::string growth{};   // how its count moved with the memory, over the dumps so far
    std::string creator{};  // what created its members, and where that stands now
    std::string labels{};   // of pprof, the first eight
    std::string stayed{};   // what those that were there before say of growth
    std::string follows{};  // what memory grew by meanwhile, for each that came; of the first group alone
    std::string hint{};     // what to look for, where so many wait that it may be the matter
};

// All of it escaped, empty where there is nothing to say; each hint is said once.
class GroupSpeaker {
  public:
    explicit GroupSpeaker(const Dump& dump) : dump_(dump) {}  // the dump outlives it

    // In the order in which they are shown.
    GroupWords words_of(const Group& group);

  private:
    const Dump& dump_;
    bool is_first_ = true;
    std::vector<std::string> said_{};
};

// What grew most first, then the biggest, at most `most` of them (0: all), the one that grew most always
// among them; those that a runtime keeps for itself are left out.
std::vector<const Group*> ranked_groups(const Dump& dump, std::size_t most);

// How many tasks or threads of that kind there are in all groups.
std::int64_t total_of(const Dump& dump, StackKind kind);

}  // namespace rampwatch::report
