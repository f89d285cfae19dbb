// SPDX-License-Identifier: MIT
#include "core/probe/cgroup.h"

#include <sys/stat.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

bool is_directory(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

// "/../.." is what a cgroup outside our namespace looks like.
std::string path_below(const std::string& root, std::string_view path) {
    const bool usable =
        path.starts_with('/') && path.size() > 1 && path.find("/..") == std::string_view::npos;
    if (!usable || !is_directory(root + std::string(path))) return {};
    return std::string(path);
}

struct Lines {
    std::optional<std::string_view> v1{}, v2{};  // paths
};

Lines lines_of(std::string_view text, std::string_view controller) {
    Lines lines;
    for (const std::string_view line :
         split(text, '\n')) {  // "4:memory:/path", "0::/path"; a path may hold ':'
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const auto controllers = split(line.substr(first + 1, second - first - 1), ',');
        const std::string_view path = line.substr(second + 1);
        if (line.substr(0, first) == "0") lines.v2 = path;
        if (std::ranges::find(controllers, controller) != controllers.end()) lines.v1 = path;
    }
    return lines;
}

// `v1_file`: what v1's hierarchy of the controller is known by, where it is mounted.
std::optional<MemoryCgroup> accounted(std::string_view text, const Roots& roots, std::string_view controller,
                                      std::string_view v1_file) {
    const Lines lines = lines_of(text, controller);
    const std::string v1_root = roots.cgroup + "/" + std::string(controller);
    if (lines.v1 && exists(v1_root + "/" + std::string(v1_file)))
        return MemoryCgroup{false, v1_root, path_below(v1_root, *lines.v1)};
    if (!lines.v2) return std::nullopt;
    for (const std::string& root : {roots.cgroup, roots.cgroup + "/unified"}) {
        const auto controllers = read_file(root + "/cgroup.controllers", 4096);
        if (!controllers) continue;
        const auto words = split(trim(*controllers), ' ');
        if (std::ranges::find(words, controller) == words.end()) continue;
        return MemoryCgroup{true, root, path_below(root, *lines.v2)};
    }
    return std::nullopt;
}

}  // namespace

std::optional<MemoryCgroup> memory_cgroup(std::string_view text, const Roots& roots) {
    return accounted(text, roots, "memory", "memory.usage_in_bytes");
}

std::optional<MemoryCgroup> pids_cgroup(std::string_view text, const Roots& roots) {
    return accounted(text, roots, "pids", "cgroup.procs");
}

std::optional<std::int64_t> oom_kills(const MemoryCgroup& cgroup) {
    const char* file = cgroup.v2 ? "/memory.events" : "/memory.oom_control";
    const auto text = read_file(cgroup.root + cgroup.path + file, 4096);
    if (!text) return std::nullopt;
    for (const std::string_view line : split(*text, '\n')) {
        if (line.starts_with("oom_kill ")) return parse_count(trim(line.substr(9)));
    }
    return std::nullopt;
}

}  // namespace rampwatch::probe
