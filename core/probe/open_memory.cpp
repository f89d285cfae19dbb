// SPDX-License-Identifier: MIT
#include "core/probe/open_memory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <set>
#include <string_view>
#include <utility>

#include "core/base/entries.h"
#include "core/base/fd.h"
#include "core/base/file.h"

namespace rampwatch::probe {
namespace {

constexpr std::string_view kMemfd = "/memfd:", kDeleted = " (deleted)";
constexpr std::int64_t kBlock = 512;  // of st_blocks, whatever the file system's own

bool lies_in_memory(int directory, const char* entry) {
    const Fd file(::openat(directory, entry, O_PATH | O_CLOEXEC));
    struct statfs status {};
    return file && ::fstatfs(file.get(), &status) == 0 && status.f_type == TMPFS_MAGIC;
}

// The name without what the kernel adds; empty for what is no memory, or has a place where it can be found.
std::string name_of(int directory, const char* entry) {
    const auto link = read_link(directory, entry);
    if (!link || !link->ends_with(kDeleted)) return {};
    std::string_view name = *link;
    name.remove_suffix(kDeleted.size());
    if (name.starts_with(kMemfd)) return std::string(name.substr(1));
    if (!name.starts_with('/') || !lies_in_memory(directory, entry)) return {};
    return std::string(name);
}

}  // namespace

std::optional<std::vector<OpenMemory>> open_memory(int process_directory, std::size_t most) {
    const Fd directory(::openat(process_directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return std::nullopt;
    std::vector<OpenMemory> found;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    std::size_t looked = 0;
    each_entry(directory.get(), [&](const char* entry) {
        if (entry[0] == '.') return true;
        std::string name = name_of(directory.get(), entry);
        struct stat status {};
        if (!name.empty() && ::fstatat(directory.get(), entry, &status, 0) == 0 && S_ISREG(status.st_mode) &&
            seen.emplace(status.st_dev, status.st_ino).second)
            found.push_back({std::move(name), status.st_dev, status.st_ino, status.st_blocks * kBlock});
        return ++looked < most;
    });
    return found;
}

}  // namespace rampwatch::probe
