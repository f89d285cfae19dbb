// SPDX-License-Identifier: MIT
// Ids of the members of a group, of which only some are kept.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::stacks {

// Keeps the smallest kMostIds of all that are added, as a heap with the largest in front; std::sort_heap puts
// them in order at the end. An id of 0 or less is not known, and left out. O(log kMostIds).
inline void add_id(std::vector<std::int64_t>& ids, std::int64_t id) {
    if (id <= 0) return;
    if (ids.size() < kMostIds) {
        ids.push_back(id);
        std::push_heap(ids.begin(), ids.end());
    } else if (id < ids.front()) {
        std::pop_heap(ids.begin(), ids.end());
        ids.back() = id;
        std::push_heap(ids.begin(), ids.end());
    }
}

}  // namespace rampwatch::stacks
