// SPDX-License-Identifier: MIT
// Resident memory divided by what a language's runtime says of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rampwatch::report {

struct MemoryShare {
    std::string_view words{};  // "live heap"
    std::int64_t bytes = 0;
};

// Growth below which nothing is said of its shares.
inline constexpr std::int64_t kLeastDivided = std::int64_t{4} << 20;

// "38.1 MiB live heap", biggest first, without those of no bytes.
std::vector<std::string> share_texts(std::vector<MemoryShare> shares);

// "RSS 72.0 MiB: 38.1 MiB live heap, ...".
std::string division_line(std::int64_t rss_bytes, std::vector<MemoryShare> shares);

// "40.0 MiB more than at the baseline: live heap +30.2 MiB, ...". `then` has the same shares as `now`, in
// their order, as the next one too; those that changed by less than a twentieth of it are left out.
std::string division_growth(std::int64_t grown, std::span<const MemoryShare> now,
                            std::span<const MemoryShare> then);
// Index of the share that grew by the most bytes.
std::size_t most_grown_share(std::span<const MemoryShare> now, std::span<const MemoryShare> then);

}  // namespace rampwatch::report
