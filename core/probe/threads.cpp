// SPDX-License-Identifier: MIT
#include "core/probe/threads.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/entries.h"
#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/probe/proc_text.h"
#include "core/probe/process.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostListed = 200'000;

std::vector<std::string> thread_ids(int process_directory) {
    std::vector<std::string> ids;
    const Fd tasks(::openat(process_directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    each_entry(tasks.get(), [&](const char* name) {
        ids.emplace_back(name);
        return ids.size() < kMostListed;
    });
    return ids;
}

// Empty when that thread has ended.
std::optional<std::chrono::nanoseconds> age_of_thread(int process_directory, const std::string& id,
                                                      std::chrono::nanoseconds now) {
    const auto text = read_file(process_directory, fmt::format("task/{}/stat", id));
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    if (!stat) return std::nullopt;
    return std::max(std::chrono::nanoseconds{}, now - since_boot(stat->start_ticks));
}

}  // namespace

std::optional<ThreadAges> thread_ages(int process_directory, std::int64_t most) {
    const std::vector<std::string> ids = thread_ids(process_directory);
    const std::size_t wanted =
        std::min(ids.size(), static_cast<std::size_t>(std::max<std::int64_t>(most, 1)));
    const auto now = boot_now();
    std::vector<std::chrono::nanoseconds> ages;
    for (std::size_t i = 0; i < wanted; ++i) {
        if (const auto age = age_of_thread(process_directory, ids[i * ids.size() / wanted], now))
            ages.push_back(*age);
    }
    if (ages.empty()) return std::nullopt;
    std::sort(ages.begin(), ages.end());
    return ThreadAges{static_cast<std::int64_t>(ages.size()), ages.back(), ages[ages.size() / 2],
                      ages.front()};
}

std::optional<std::int64_t> threads_older_than(int process_directory, std::chrono::nanoseconds age) {
    std::vector<std::string> ids = thread_ids(process_directory);
    if (ids.empty() || ids.size() == kMostListed) return std::nullopt;
    const auto now = boot_now();
    // All before `low` are old, none from `high` on is; one that has ended meanwhile is taken off the list.
    std::size_t low = 0, high = ids.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const auto found = age_of_thread(process_directory, ids[middle], now);
        if (!found) {
            ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(middle));
            --high;
        } else if (*found >= age) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return ids.empty() ? std::nullopt : std::optional(static_cast<std::int64_t>(low));
}

}  // namespace rampwatch::probe
