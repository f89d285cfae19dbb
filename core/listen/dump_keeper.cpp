// SPDX-License-Identifier: MIT
#include "core/listen/dump_keeper.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <regex>
#include <system_error>
#include <vector>

#include "core/base/text.h"
#include "core/base/whole_file.h"
#include "core/model/words.h"
#include "core/report/json_dump.h"

namespace rampwatch::listen {
namespace {

namespace fs = std::filesystem;

Error cannot(std::string_view what, int number, const std::string& directory) {
    return {number == EACCES || number == EROFS ? Error::Kind::no_permission : Error::Kind::io,
            fmt::format("{}: {}", what, std::strerror(number)),
            escape(directory, 256),
            {}};
}

// The moment is in the name, so that names in order are dumps in order.
bool is_ours(const std::string& name) {
    static const std::regex kName(
        R"(rampwatch-\d+-\d{8}T\d{6}Z-(asked|baseline|growing|leak|limit_near)\.json)");
    return std::regex_match(name, kName);
}

std::string moment_of(const std::string& name) { return name.substr(name.find('-', 10) + 1); }

}  // namespace

std::string dump_file_name(const Dump& dump) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(dump.wall).count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("rampwatch-{}-{:04}{:02}{:02}T{:02}{:02}{:02}Z-{}.json", dump.life.pid,
                       parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                       parts.tm_sec, word(dump.reason));
}

Result<DumpKeeper> DumpKeeper::open(const std::string& directory, Say say) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return cannot("cannot be made", errno, directory);
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return cannot("cannot be looked at", errno, directory);
    if (!S_ISDIR(status.st_mode)) return cannot("no directory", ENOTDIR, directory);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return cannot("cannot be written in", errno, directory);
    return DumpKeeper(directory, std::move(say));
}

void DumpKeeper::on_event(const Event& event, const watch::Session&) {
    if (event.kind != Event::Kind::dump || !event.dump) return;
    const std::string path = directory_ + "/" + dump_file_name(*event.dump);
    const auto written = write_whole(path, report::json_dump(*event.dump) + "\n", 0600);
    if (!written) {
        say_(to_string(written.error()));
        return;
    }
    remove_oldest();
}

void DumpKeeper::remove_oldest() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory_, error)) {
        std::string name = entry.path().filename().string();
        if (is_ours(name) && entry.is_regular_file(error)) names.push_back(std::move(name));
    }
    if (names.size() <= kMostKeptDumps) return;
    std::sort(names.begin(), names.end(),
              [](const std::string& a, const std::string& b) { return moment_of(a) > moment_of(b); });
    for (std::size_t i = kMostKeptDumps; i < names.size(); ++i)
        fs::remove(directory_ + "/" + names[i], error);
}

}  // namespace rampwatch::listen
