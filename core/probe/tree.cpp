// SPDX-License-Identifier: MIT
#include "core/probe/tree.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostThreads = 1024;  // of one process, looked at for children

// A child belongs to the thread that started it.
void add_children(std::int32_t pid, const Roots& roots, std::size_t most, std::vector<std::int32_t>& found) {
    const std::string tasks = fmt::format("{}/{}/task", roots.proc, pid);
    const auto close = [](DIR* opened) { ::closedir(opened); };
    const std::unique_ptr<DIR, decltype(close)> entries(::opendir(tasks.c_str()), close);
    if (!entries) return;
    std::size_t threads = 0;
    while (const dirent* entry = ::readdir(entries.get())) {
        if (entry->d_name[0] == '.') continue;
        if (++threads > kMostThreads) return;
        const auto text = read_file(tasks + "/" + entry->d_name + "/children");
        if (!text) continue;
        for (const std::string_view word : split(*text, ' ')) {
            const auto child = parse_count(word);
            if (!child || *child <= 0 || *child > INT32_MAX || found.size() >= most) continue;
            const auto number = static_cast<std::int32_t>(*child);
            if (std::find(found.begin(), found.end(), number) == found.end()) found.push_back(number);
        }
    }
}

}  // namespace

std::vector<std::int32_t> process_tree(std::int32_t pid, const Roots& roots, std::size_t most) {
    if (!read_file(fmt::format("{}/{}/stat", roots.proc, pid), 16)) return {};
    std::vector<std::int32_t> found = {pid};
    for (std::size_t at = 0; at < found.size(); ++at) add_children(found[at], roots, most, found);
    return found;
}

}  // namespace rampwatch::probe
