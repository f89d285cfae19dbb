// SPDX-License-Identifier: MIT
#include "cli/options/process_list.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "cli/console/program_name.h"
#include "core/base/file.h"
#include "core/base/path.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/probe/proc_text.h"
#include "core/probe/process.h"
#include "core/probe/tree.h"

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

std::int64_t rss_of(const probe::Process& process) {
    const auto status = read_file(process.directory(), "status");
    const auto kib = status ? probe::field_of(*status, "VmRSS") : std::nullopt;
    return kib && *kib < INT64_MAX / 1024 ? *kib * 1024 : 0;
}

}  // namespace

NameMatch match_name(std::string_view name, std::string_view executable, std::string_view comm) {
    executable = executable_name(executable);
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
                         life.executable, match == NameMatch::exact, rss_of(*process)});
    }
    const auto is_exact = [](const Candidate& candidate) { return candidate.exact; };
    if (std::any_of(found.begin(), found.end(), is_exact)) std::erase_if(found, std::not_fn(is_exact));
    return found;
}

const Candidate* parent_of_all(const std::vector<Candidate>& candidates) {
    for (const Candidate& one : candidates) {
        const auto tree = probe::process_tree(one.pid);
        const bool has_all = std::ranges::all_of(candidates, [&](const Candidate& other) {
            return std::ranges::find(tree, other.pid) != tree.end();
        });
        if (has_all && candidates.size() > 1) return &one;
    }
    return nullptr;
}

std::string candidate_table(const std::vector<Candidate>& candidates, const Candidate* parent) {
    constexpr std::size_t kMost = 12, kLongestPath = 32;
    std::string text;
    for (std::size_t i = 0; i < candidates.size() && i < kMost; ++i) {
        const Candidate& one = candidates[i];
        const std::string path = escape(one.executable, 128);
        text += fmt::format("    {:>7}  {:<10.10} {:>9}  up {:<8} {}\n", one.pid, one.user,
                            format_size(static_cast<double>(one.rss_bytes)), format_duration(one.age),
                            &one == parent               ? "parent of the others"
                            : path.size() > kLongestPath ? ".." + path.substr(path.size() - kLongestPath + 2)
                                                         : path);
    }
    if (candidates.size() > kMost) text += fmt::format("    and {} more\n", candidates.size() - kMost);
    if (parent == nullptr) return text;
    return text +
           fmt::format("  {} watch --tree {}   all of them, and their sum\n", program_name(), parent->pid);
}

}  // namespace rampwatch::cli
