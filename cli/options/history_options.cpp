// SPDX-License-Identifier: MIT
#include "cli/options/history_options.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "cli/console/command.h"
#include "core/base/path.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/store/history_absence.h"

namespace rampwatch::cli {
namespace {

constexpr const char* kSystemDirectory = "/var/lib/rampwatch";

const char* environment(const char* name) { return std::getenv(name); }

bool has_histories(const std::string& directory) {
    const auto targets = store::targets_in(directory);
    return targets && !targets->empty();
}

}  // namespace

void add_history_dir(Command& command, std::optional<std::string>& directory) {
    command.add("--history-dir DIR", &directory,
                "directory of histories [$STATE_DIRECTORY, else /var/lib/rampwatch for root, else "
                "$XDG_STATE_HOME/rampwatch]");
}

void add_history_options(Command& command, HistoryOptions& options) {
    command.heading = "What is kept";
    add_history_dir(command, options.directory);
    command.add("--history-name NAME", &options.name,
                "what the target is called there [the word of --name, else its executable]");
    command.add("--history-group GROUP", &options.group, "let this group read the history");
    command.add("--history-keep AGES", &options.keep,
                "ages at which samples become minutes, minutes become ten minutes, and those are deleted "
                "[48h,30d,400d]");
}

Result<store::Retention> parse_retention(const std::string& text) {
    using namespace std::chrono_literals;
    const auto refuse = [&](const char* what) {
        return Error{Error::Kind::bad_input, std::string(what) + ": " + escape(text, 64), "--history-keep",
                     "three rising durations, such as 48h,30d,400d"};
    };
    const auto parts = split(text, ',');
    if (parts.size() != 3) return refuse("not three ages");
    std::array<std::chrono::nanoseconds, 3> ages{};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto age = parse_duration(trim(parts[i]));
        if (!age || *age < 1min) return refuse("not an age of a minute or more");
        if (i > 0 && *age < ages[i - 1]) return refuse("ages that fall");
        ages[i] = *age;
    }
    return store::Retention{ages[0], ages[1], ages[2]};
}

std::string target_name(const Life& who) {
    std::string_view name = executable_name(who.unit ? *who.unit : who.executable);
    if (name.empty()) name = who.comm;
    return name.empty() ? "unknown" : std::string(name);
}

Result<bool> note_absence(const HistoryOptions& options, std::string target) {
    const auto history = read_history_options(options, std::move(target));
    if (!history) return history.error();
    return store::note_absence(history->place, history->target, wall_now());
}

Result<store::HistorySettings> read_history_options(const HistoryOptions& options, std::string target) {
    store::HistorySettings settings;
    settings.target = options.name.value_or(std::move(target));
    if (settings.target.empty() || settings.target.find('/') != std::string::npos) {
        return Error{Error::Kind::bad_input, "not a name: " + escape(settings.target, 64), "--history-name",
                     "a word without a slash"};
    }
    if (options.directory) {
        if (options.directory->empty())
            return Error{Error::Kind::bad_input, "no directory named", "--history-dir", {}};
        settings.place.directory = *options.directory;
    } else {
        auto directory = store::default_history_directory(environment, ::geteuid() == 0);
        if (!directory) return directory.error();
        settings.place.directory = std::move(*directory);
    }
    if (options.group) {
        const auto group = store::group_number(*options.group);
        if (!group) return group.error();
        settings.place.group = *group;
    }
    if (options.keep) {
        const auto keep = parse_retention(*options.keep);
        if (!keep) return keep.error();
        settings.keep = *keep;
    }
    return settings;
}

Result<std::string> directory_to_read(const std::optional<std::string>& given) {
    if (given) return *given;
    auto directory = store::default_history_directory(environment, ::geteuid() == 0);
    if (directory && has_histories(*directory)) return directory;
    if (has_histories(kSystemDirectory)) return std::string(kSystemDirectory);
    return directory;
}

}  // namespace rampwatch::cli
