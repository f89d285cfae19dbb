// SPDX-License-Identifier: MIT
#include "core/store/dump_dir.h"

#include <dirent.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/base/whole_file.h"
#include "core/model/words.h"

namespace rampwatch::store {
namespace {

constexpr std::string_view kPrefix = "rampwatch-";

// UTC, so that names sort by time through a change of the clocks.
std::string stamp(std::chrono::nanoseconds wall) {
    const auto seconds =
        static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(wall).count());
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    return fmt::format("{:%Y%m%dT%H%M%SZ}", utc);
}

// "rampwatch-20261124T031005Z-4711-growing.json", exactly: nothing else in the directory is ours.
bool is_ours(std::string_view name) {
    if (!name.starts_with(kPrefix)) return false;
    const auto parts = split(name.substr(kPrefix.size()), '-');
    if (parts.size() != 3 || parts[0].size() != 16 || parts[0][8] != 'T' || parts[0][15] != 'Z') return false;
    const std::string_view reason = parts[2].substr(0, parts[2].find('.'));
    constexpr DumpReason kReasons[] = {DumpReason::asked, DumpReason::baseline, DumpReason::growing,
                                       DumpReason::leak, DumpReason::limit_near};
    return parse_count(parts[1]) && std::any_of(std::begin(kReasons), std::end(kReasons),
                                                [&](DumpReason known) { return word(known) == reason; });
}

std::vector<std::string> our_files(const std::string& path) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    while (directory) {
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr) break;
        if (is_ours(entry->d_name)) names.emplace_back(entry->d_name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Error failed(const std::string& path, const char* what) {
    return {Error::Kind::io, fmt::format("{}: {}", what, std::strerror(errno)), escape(path, 256), {}};
}

}  // namespace

Result<DumpDir> DumpDir::open(const std::string& path) {
    struct stat found {};
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(path, "cannot be made");
    if (::stat(path.c_str(), &found) != 0) return failed(path, "cannot be read");
    if (!S_ISDIR(found.st_mode))
        return Error{Error::Kind::bad_input, "not a directory", escape(path, 256), {}};
    if (::access(path.c_str(), W_OK | X_OK) != 0) return failed(path, "cannot be written to");
    return DumpDir(path);
}

Result<std::string> DumpDir::save(const Dump& dump, std::string_view text, std::string_view ending) const {
    const std::string name =
        fmt::format("{}{}-{}-{}.{}", kPrefix, stamp(dump.wall), dump.life.pid, word(dump.reason), ending);
    const std::string file = path_ + "/" + name;
    if (auto written = write_whole(file, text, 0600); !written) return written.error();
    std::vector<std::string> names = our_files(path_);
    const auto is_baseline = [](const std::string& one) {
        return one.find("-baseline.") != std::string::npos;
    };
    const auto kept = std::find_if(names.rbegin(), names.rend(), is_baseline);
    const std::string baseline = kept == names.rend() ? std::string() : *kept;
    std::size_t count = names.size();
    for (const std::string& old : names) {
        if (count <= kMostFiles) break;
        if (old == baseline || old == name) continue;
        if (::unlink((path_ + "/" + old).c_str()) == 0) --count;
    }
    return file;
}

}  // namespace rampwatch::store
