// SPDX-License-Identifier: MIT
#include "core/probe/service_group.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

bool is_directory(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

constexpr int kMostLevels = 8;
constexpr std::size_t kMostGroups = 1024;  // looked into, of one

struct Walk {
    std::vector<std::int32_t> pids{};
    std::size_t most = 0, groups = 0;
};

void walk(const std::string& directory, int level, Walk& found) {
    if (++found.groups > kMostGroups || found.pids.size() >= found.most) return;
    const auto text = read_file(directory + "/cgroup.procs", 1U << 20);
    if (!text) return;  // of a threaded group it cannot be read
    for (const std::string_view line : split(*text, '\n')) {
        const auto pid = parse_count(line);
        if (pid && *pid > 0 && *pid <= INT32_MAX && found.pids.size() < found.most)
            found.pids.push_back(static_cast<std::int32_t>(*pid));
    }
    if (level >= kMostLevels) return;
    const auto close = [](DIR* opened) { ::closedir(opened); };
    const std::unique_ptr<DIR, decltype(close)> entries(::opendir(directory.c_str()), close);
    if (!entries) return;
    while (const dirent* entry = ::readdir(entries.get())) {
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            walk(directory + "/" + entry->d_name, level + 1, found);
    }
}

}  // namespace

std::optional<std::string> unit_of(std::string_view cgroup_text) {
    constexpr std::size_t kLongestName = 255;
    for (const std::string_view line : split(cgroup_text, '\n')) {
        // v2's only line, or v1's named hierarchy, which is systemd's own.
        const bool is_systemd =
            line.starts_with("0::") || line.find(":name=systemd:") != std::string_view::npos;
        if (!is_systemd) continue;
        std::optional<std::string> unit;
        for (const std::string_view part : split(line.substr(line.rfind(':') + 1), '/')) {
            const bool is_service = part.ends_with(".service") && !part.starts_with("user@");
            if (is_service && part.size() <= kLongestName) unit = std::string(part);
        }
        if (unit) return unit;
    }
    return std::nullopt;
}

std::optional<CgroupMemory> cgroup_memory(const MemoryCgroup& cgroup) {
    const std::string directory = cgroup.root + cgroup.path;
    const auto text = read_file(directory + "/memory.stat");
    if (!text) return std::nullopt;
    const auto value = [&](std::string_view v1, std::string_view v2) -> std::optional<std::int64_t> {
        const std::string_view name = cgroup.v2 ? v2 : v1;
        for (const std::string_view line : split(*text, '\n')) {
            if (line.starts_with(name) && line.substr(name.size()).starts_with(' '))
                return parse_count(trim(line.substr(name.size())));
        }
        return std::nullopt;
    };
    const auto anon = value("total_rss", "anon"), mapped = value("total_mapped_file", "file_mapped");
    if (!anon || !mapped) return std::nullopt;
    CgroupMemory memory{*anon, *mapped, value("total_shmem", "shmem"), value("total_swap", "")};
    if (cgroup.v2) {
        const auto swap = read_file(directory + "/memory.swap.current", 64);
        memory.swap_bytes = swap ? parse_count(trim(*swap)) : std::nullopt;
    }
    return memory;
}

std::vector<std::int32_t> cgroup_processes(const std::string& path, const Roots& roots, std::size_t most) {
    const bool usable = path.starts_with('/') && path.size() > 1 && path.find("/..") == std::string::npos;
    if (!usable) return {};
    // Where systemd keeps its groups: v2 alone, beside v1 (hybrid), or v1 with a hierarchy of its own.
    for (const char* hierarchy : {"", "/unified", "/systemd"}) {
        const std::string directory = roots.cgroup + hierarchy + path;
        if (!is_directory(directory)) continue;
        Walk found{.most = most};
        walk(directory, 0, found);
        std::sort(found.pids.begin(), found.pids.end());
        return found.pids;
    }
    return {};
}

}  // namespace rampwatch::probe
