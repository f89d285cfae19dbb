// SPDX-License-Identifier: MIT
#include "core/probe/namespace_tids.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/probe/errno_error.h"

namespace rampwatch::probe {

namespace {

using Pairs = std::vector<std::pair<pid_t, pid_t>>;

std::optional<pid_t> tid_of(std::string_view text) {
    const auto number = parse_count(text);
    if (!number || *number <= 0 || *number > std::numeric_limits<pid_t>::max()) return std::nullopt;
    return static_cast<pid_t>(*number);
}

std::optional<pid_t> own_tid(const std::string& directory) {
    const Fd file(::open((directory + "/status").c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::array<char, 8192> text;  // with many groups and processors the line may lie far back
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    return parse_own_tid({text.data(), size});
}

std::optional<pid_t> second_of(const Pairs& pairs, pid_t first) {
    const auto found = std::lower_bound(pairs.begin(), pairs.end(), std::pair(first, pid_t{0}));
    if (found == pairs.end() || found->first != first) return std::nullopt;
    return found->second;
}

}  // namespace

std::optional<pid_t> parse_own_tid(std::string_view status) {
    constexpr std::string_view kName = "\nNSpid:";
    const auto at = status.find(kName);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view line = status.substr(at + kName.size());
    if (line.find('\n') == std::string_view::npos) return std::nullopt;  // cut
    line = trim(line.substr(0, line.find('\n')));
    const auto last = line.find_last_of("\t ");
    return tid_of(last == std::string_view::npos ? line : line.substr(last + 1));
}

NamespaceTids::NamespaceTids(Pairs pairs) : same_(pairs.empty()), by_ours_(std::move(pairs)) {
    for (const auto& [ours, theirs] : by_ours_) by_theirs_.emplace_back(theirs, ours);
    std::sort(by_ours_.begin(), by_ours_.end());
    std::sort(by_theirs_.begin(), by_theirs_.end());
}

Result<NamespaceTids> NamespaceTids::read(pid_t pid) {
    const auto own = own_tid(fmt::format("/proc/{}", pid));
    if (own.value_or(pid) == pid) return NamespaceTids();
    const std::string path = fmt::format("/proc/{}/task", pid);
    const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir(path.c_str()), ::closedir);
    if (!tasks) return errno_error(errno == ENOENT ? ESRCH : errno, path);
    Pairs pairs;
    while (const dirent* entry = ::readdir(tasks.get())) {
        const auto ours = tid_of(entry->d_name);
        const auto theirs = ours ? own_tid(fmt::format("{}/{}", path, *ours)) : std::nullopt;
        if (theirs) pairs.emplace_back(*ours, *theirs);
        if (pairs.size() >= kMost) break;
    }
    if (pairs.empty()) return errno_error(ESRCH, path);
    return NamespaceTids(std::move(pairs));
}

std::optional<pid_t> NamespaceTids::ours(pid_t theirs) const {
    return same_ ? std::optional(theirs) : second_of(by_theirs_, theirs);
}

std::optional<pid_t> NamespaceTids::theirs(pid_t ours) const {
    return same_ ? std::optional(ours) : second_of(by_ours_, ours);
}

}  // namespace rampwatch::probe
