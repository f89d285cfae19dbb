// SPDX-License-Identifier: MIT
#include "core/probe/threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

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
    const int fd = ::openat(process_directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return ids;
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory(::fdopendir(fd), close);
    if (!directory) return ::close(fd), ids;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (entry->d_name[0] == '.') continue;
        ids.emplace_back(entry->d_name);
        if (ids.size() == kMostListed) break;
    }
    return ids;
}

}  // namespace

std::optional<ThreadAges> thread_ages(int process_directory, std::int64_t most) {
    const std::vector<std::string> ids = thread_ids(process_directory);
    const std::size_t wanted =
        std::min(ids.size(), static_cast<std::size_t>(std::max<std::int64_t>(most, 1)));
    const auto now = boot_now();
    std::vector<std::chrono::nanoseconds> ages;
    for (std::size_t i = 0; i < wanted; ++i) {
        const auto text =
            read_file(process_directory, fmt::format("task/{}/stat", ids[i * ids.size() / wanted]));
        const auto stat = text ? parse_stat(*text) : std::nullopt;
        if (stat) ages.push_back(std::max(std::chrono::nanoseconds{}, now - since_boot(stat->start_ticks)));
    }
    if (ages.empty()) return std::nullopt;
    std::sort(ages.begin(), ages.end());
    return ThreadAges{static_cast<std::int64_t>(ages.size()), ages.back(), ages[ages.size() / 2],
                      ages.front()};
}

}  // namespace rampwatch::probe
