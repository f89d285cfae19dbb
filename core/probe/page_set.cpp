// SPDX-License-Identifier: MIT
#include "core/probe/page_set.h"

#include <algorithm>

namespace rampwatch::probe {

namespace {

constexpr std::uint64_t kMostCount = 1U << 16;

}  // namespace

// At most kMostCount pages.
bool PageSet::append(PageRun run) {
    if (runs_.size() >= kMostRuns) return false;
    runs_.push_back(run.first << kCountBits | (run.count - 1));
    pages_ += run.count;
    return true;
}

bool PageSet::add(PageRun run) {
    if (run.count == 0) return true;
    if (run.first >= kMostPage || run.count > kMostPage - run.first) return false;
    if (!runs_.empty()) {
        const PageRun last = unpacked(runs_.back());
        if (run.first < last.first + last.count) return false;
        if (run.first == last.first + last.count && last.count < kMostCount) {
            const std::uint64_t joined = std::min(run.count, kMostCount - last.count);
            runs_.back() += joined;
            pages_ += joined;
            run = {run.first + joined, run.count - joined};
        }
    }
    while (run.count > 0) {
        const std::uint64_t count = std::min(run.count, kMostCount);
        if (!append({run.first, count})) return false;
        run = {run.first + count, run.count - count};
    }
    return true;
}

std::size_t PageSet::run_at(std::uint64_t page) const {
    const auto ends_before = [](std::uint64_t packed, std::uint64_t wanted) {
        const PageRun run = unpacked(packed);
        return run.first + run.count <= wanted;
    };
    const auto found = std::lower_bound(runs_.begin(), runs_.end(), page, ends_before);
    return static_cast<std::size_t>(found - runs_.begin());
}

bool PageSet::contains(std::uint64_t page) const {
    const std::size_t index = run_at(page);
    return index < runs_.size() && unpacked(runs_[index]).first <= page;
}

}  // namespace rampwatch::probe
