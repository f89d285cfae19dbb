// SPDX-License-Identifier: MIT
#include "core/probe/limits.h"

#include <unistd.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/probe/proc_text.h"

namespace rampwatch::probe {
namespace {

constexpr std::int64_t kUnlimited = std::int64_t{1}
                                    << 60;  // v1 says "none" as the largest multiple of a page
constexpr int kMostLevels = 64;

std::optional<std::int64_t> number_in(const std::string& path) {
    const auto text = read_file(path, 64);
    if (!text) return std::nullopt;
    return parse_count(trim(*text));  // "max" is no number
}

void offer(std::optional<Limit>& best, const Limit& limit) {
    if (limit.limit_bytes >= kUnlimited) return;
    const auto room = [](const Limit& of) { return of.limit_bytes - of.used_bytes; };
    if (!best || room(limit) < room(*best)) best = limit;
}

// The limits of one level, its use read only where there is one.
void offer_level(std::optional<Limit>& best, const std::string& directory, bool v2) {
    const auto max = number_in(directory + (v2 ? "/memory.max" : "/memory.limit_in_bytes"));
    const auto high = v2 ? number_in(directory + "/memory.high") : std::nullopt;
    if (max.value_or(kUnlimited) >= kUnlimited && !high) return;
    const auto usage = number_in(directory + (v2 ? "/memory.current" : "/memory.usage_in_bytes"));
    if (!usage) return;
    const auto stat = read_file(directory + "/memory.stat");
    const std::int64_t droppable = stat ? droppable_bytes(*stat, v2) : 0;
    const std::int64_t used = std::max<std::int64_t>(0, *usage - droppable);
    if (max) offer(best, {LimitKind::cgroup_max, *max, used});
    if (high) offer(best, {LimitKind::cgroup_high, *high, used});
}

void offer_cgroup(std::optional<Limit>& best, int process_directory, const Roots& roots) {
    const auto text = read_file(process_directory, "cgroup");
    auto cgroup = text ? memory_cgroup(*text, roots) : std::nullopt;
    if (!cgroup) return;
    for (int level = 0; level < kMostLevels; ++level) {  // a parent's limit binds its children
        offer_level(best, cgroup->root + cgroup->path, cgroup->v2);
        if (cgroup->path.empty()) return;
        cgroup->path.resize(cgroup->path.rfind('/'));
    }
}

void offer_rlimit(std::optional<Limit>& best, int process_directory) {
    const auto limits = read_file(process_directory, "limits");
    const auto most = limits ? address_space_limit(*limits) : std::nullopt;
    if (!most) return;
    const auto statm = read_file(process_directory, "statm", 256);
    const auto pages = statm ? parse_count(split(*statm, ' ').front()) : std::nullopt;
    static const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
    if (pages && *pages < kUnlimited / page_bytes)
        offer(best, {LimitKind::rlimit_as, *most, *pages * page_bytes});
}

void offer_physical(std::optional<Limit>& best, const Roots& roots) {
    const auto text = read_file(roots.proc + "/meminfo");
    if (!text) return;
    const auto total = field_of(*text, "MemTotal"), available = field_of(*text, "MemAvailable");
    if (!total || !available || *total > kUnlimited / 1024) return;
    offer(best, {LimitKind::physical, *total * 1024, std::max<std::int64_t>(0, *total - *available) * 1024});
}

void offer_pids(CountBounds& bounds, const std::string& directory) {
    const auto most = number_in(directory + "/pids.max"), used = number_in(directory + "/pids.current");
    if (!most || !used || *most >= kUnlimited || *used >= kUnlimited) return;
    if (bounds.pids && *bounds.pids - *bounds.pids_used <= *most - *used) return;
    bounds.pids = most;
    bounds.pids_used = used;
}

}  // namespace

std::int64_t droppable_bytes(std::string_view memory_stat, bool v2) {
    std::int64_t bytes = 0;
    for (const std::string_view line : split(memory_stat, '\n')) {
        for (std::string_view name : {"total_inactive_file ", "total_active_file "}) {
            if (v2) name.remove_prefix(std::string_view("total_").size());
            if (!line.starts_with(name)) continue;
            const auto value = parse_count(trim(line.substr(name.size())));
            if (value && *value < kUnlimited) bytes += *value;
        }
    }
    return bytes;
}

std::optional<Limit> nearest_limit(int process_directory, const Roots& roots) {
    std::optional<Limit> best;
    offer_cgroup(best, process_directory, roots);
    offer_rlimit(best, process_directory);
    offer_physical(best, roots);
    return best;
}

CountBounds count_bounds(int process_directory, const Roots& roots) {
    CountBounds bounds;
    if (const auto limits = read_file(process_directory, "limits")) bounds.fds = open_files_limit(*limits);
    const auto text = read_file(process_directory, "cgroup");
    auto cgroup = text ? pids_cgroup(*text, roots) : std::nullopt;
    for (int level = 0; cgroup && level < kMostLevels; ++level) {
        offer_pids(bounds, cgroup->root + cgroup->path);
        if (cgroup->path.empty()) break;
        cgroup->path.resize(cgroup->path.rfind('/'));
    }
    return bounds;
}

}  // namespace rampwatch::probe
