// SPDX-License-Identifier: MIT
#include "cli/options/process_list.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/probe/process.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kCommBytes = 15;  // TASK_COMM_LEN, less its end

std::vector<std::int32_t> all_pids() {
    std::vector<std::int32_t> pids;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const auto pid = parse_count(entry->path().filename().string());
        if (pid && *pid <= INT32_MAX) pids.push_back(static_cast<std::int32_t>(*pid));
    }
    std::sort(pids.begin(), pids.end());
    return pids;
}

}  // namespace

NameMatch match_name(std::string_view name, std::string_view executable, std::string_view comm) {
    constexpr std::string_view kDeleted = " (deleted)";  // appended by the kernel
    if (executable.ends_with(kDeleted)) executable.remove_suffix(kDeleted.size());
    if (const auto slash = executable.rfind('/'); slash != std::string_view::npos)
        executable.remove_prefix(slash + 1);
    if (name == executable || name == comm) return NameMatch::exact;
    return name.size() > kCommBytes && name.substr(0, kCommBytes) == comm ? NameMatch::cut : NameMatch::none;
}

std::vector<Candidate> processes_named(std::string_view name) {
    std::vector<Candidate> found;
    for (const std::int32_t pid : all_pids()) {
        if (pid == ::getpid()) continue;
        const auto process = probe::Process::open(pid);
        if (!process) continue;
        const Life& life = process->life();
        const NameMatch match = match_name(name, life.executable, life.comm);
        if (match == NameMatch::none) continue;
        found.push_back({pid, probe::user_name(process->uid()), probe::age_of(life, boot_now()),
                         life.executable, match == NameMatch::exact});
    }
    const auto is_exact = [](const Candidate& candidate) { return candidate.exact; };
    if (std::any_of(found.begin(), found.end(), is_exact)) std::erase_if(found, std::not_fn(is_exact));
    return found;
}

std::string candidate_words(const std::vector<Candidate>& candidates) {
    constexpr std::size_t kMost = 12;
    std::string words;
    for (std::size_t i = 0; i < candidates.size() && i < kMost; ++i) {
        const Candidate& one = candidates[i];
        words += fmt::format("{}{} of {} (up {}: {})", i == 0 ? "" : ", ", one.pid, one.user,
                             format_duration(one.age), escape(one.executable, 128));
    }
    return candidates.size() > kMost ? words + fmt::format(" and {} more", candidates.size() - kMost) : words;
}

}  // namespace rampwatch::cli
