// SPDX-License-Identifier: MIT
#include "cli/options/reader_state.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "cli/console/command.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/store/history_place.h"

namespace rampwatch::cli {
namespace {

// The name service is not asked: it can hang when it is needed most.
std::string home_in_passwd(uid_t uid) {
    const auto text = read_file("/etc/passwd", 1U << 20);
    if (!text) return {};
    for (const std::string_view line : split(*text, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() > 5 && parse_count(fields[2]) == static_cast<std::int64_t>(uid))
            return std::string(fields[5]);
    }
    return {};
}

}  // namespace

void add_state_dir(Command& command, std::optional<std::string>& directory) {
    command.add(
        "--state-dir DIR", &directory,
        "directory of acknowledgements and of what was reported [reports/ below your own directory of "
        "histories]");
}

Result<std::string> told_path(const std::optional<std::string>& directory) {
    if (directory) return *directory + "/told";
    const std::string home = home_in_passwd(::geteuid());
    const auto get = [&](const char* name) -> const char* {
        const char* value = std::getenv(name);
        if (value == nullptr && std::string_view(name) == "HOME" && !home.empty()) return home.c_str();
        return value;
    };
    auto place = store::default_history_directory(get, ::geteuid() == 0);
    if (!place) {
        Error error = place.error();
        error.what = "no directory to keep what was reported";
        error.hint = "--state-dir DIR";
        return error;
    }
    return *place + "/reports/told";
}

Result<void> save_told_at(const std::string& path, const store::ToldBook& book) {
    if (auto made = store::make_place({.directory = path.substr(0, path.rfind('/'))}); !made) return made;
    return store::save_told(path, book);
}

}  // namespace rampwatch::cli
