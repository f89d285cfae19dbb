// SPDX-License-Identifier: MIT
#include "core/report/memory_shares.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/base/units.h"

namespace rampwatch::report {
namespace {

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }

}  // namespace

std::vector<std::string> share_texts(std::vector<MemoryShare> shares) {
    std::stable_sort(shares.begin(), shares.end(),
                     [](const MemoryShare& a, const MemoryShare& b) { return a.bytes > b.bytes; });
    std::vector<std::string> texts;
    for (const MemoryShare& share : shares)
        if (share.bytes > 0) texts.push_back(fmt::format("{} {}", size(share.bytes), share.words));
    return texts;
}

std::string division_line(std::int64_t rss_bytes, std::vector<MemoryShare> shares) {
    const std::vector<std::string> texts = share_texts(std::move(shares));
    return fmt::format("RSS {}: {}", size(rss_bytes), fmt::join(texts, ", "));
}

std::string division_growth(std::int64_t grown, std::span<const MemoryShare> now,
                            std::span<const MemoryShare> then) {
    std::vector<std::string> changes;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const std::int64_t change = now[i].bytes - then[i].bytes;
        if (change != 0 && std::abs(change) >= grown / 20)
            changes.push_back(
                fmt::format("{} {}{}", now[i].words, change < 0 ? "-" : "+", size(std::abs(change))));
    }
    return fmt::format("{} more than at the baseline: {}", size(grown), fmt::join(changes, ", "));
}

std::size_t most_grown_share(std::span<const MemoryShare> now, std::span<const MemoryShare> then) {
    std::size_t most = 0;
    for (std::size_t i = 1; i < now.size(); ++i)
        if (now[i].bytes - then[i].bytes > now[most].bytes - then[most].bytes) most = i;
    return most;
}

}  // namespace rampwatch::report
