// SPDX-License-Identifier: MIT
#include "core/runtime/holder_votes.h"

#include <algorithm>

namespace rampwatch::runtime {

void HolderVotes::add(std::uint64_t holder, std::uint64_t object, double stands_for) {
    all_ += stands_for;
    if (holders_.size() >= kMostHolders && !holders_.contains(holder)) return;
    Votes& votes = holders_[holder];
    ++votes.pointers;
    votes.weight += stands_for;
    if (votes.objects.size() < kMostObjects) votes.objects.insert(object);
}

std::optional<HolderVotes::Winner> HolderVotes::winner(std::size_t objects) const {
    const auto best = std::max_element(holders_.begin(), holders_.end(), [](const auto& a, const auto& b) {
        return a.second.weight < b.second.weight;
    });
    if (best == holders_.end() || objects == 0) return std::nullopt;
    const double one_each = best->second.weight / static_cast<double>(objects);
    return one_each >= kLeastEach && one_each <= kMostEach ? agreed(best->first) : std::nullopt;
}

std::optional<HolderVotes::Winner> HolderVotes::agreed(std::uint64_t holder) const {
    const auto found = holders_.find(holder);
    if (found == holders_.end()) return std::nullopt;
    const Votes& votes = found->second;
    if (votes.objects.size() < kLeastObjects || votes.weight < kLeastShare * all_) return std::nullopt;
    return Winner{holder, votes.pointers, votes.weight / all_};
}

double HolderVotes::each(std::uint64_t holder, std::size_t objects) const {
    const auto found = holders_.find(holder);
    return found == holders_.end() || objects == 0 ? 0 : found->second.weight / static_cast<double>(objects);
}

void HolderVotes::leave_out(std::uint64_t holder) {
    const auto found = holders_.find(holder);
    if (found == holders_.end()) return;
    all_ -= found->second.weight;
    holders_.erase(found);
}

}  // namespace rampwatch::runtime
