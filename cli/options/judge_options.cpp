// SPDX-License-Identifier: MIT
#include "cli/options/judge_options.h"

#include <chrono>

#include "cli/console/command.h"
#include "cli/console/exit.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::cli {
namespace {

constexpr std::int64_t kMostGrowthBytes = std::int64_t{1} << 60;
constexpr std::int64_t kMostCount = 1'000'000'000;
constexpr std::chrono::hours kMostPatience{24 * 1000};

Error refuse(std::string_view option, std::string_view text, std::string what, std::string hint) {
    return {Error::Kind::bad_input, std::move(what) + ": " + escape(text, 64), std::string(option),
            std::move(hint)};
}

}  // namespace

void add_judge_options(Command& command, JudgeOptions& options) {
    command.heading = "How it is judged";
    command.add("--patience DURATION", &options.patience,
                "how long a rise must last before it is called a leak; every other time scales with it");
    command.add("--min-growth SIZE", &options.min_growth,
                "smallest growth of memory that counts [16M, or 5 % of the nearest limit where that is "
                "less, at least 1M]");
    command.add("--min-count N", &options.min_count,
                "smallest growth of threads, descriptors and goroutines that counts [50]");
}

void add_explain(Command& command, std::string& how) {
    command
        .add("--explain", &how,
             "add the evidence to a verdict, in four lines; --explain=all: every reason and gate")
        .one_of({"brief", "all"})
        .or_bare("brief");
}

std::optional<report::Detail> explain_of(std::string_view how) {
    if (how.empty()) return std::nullopt;
    return how == "all" ? report::Detail::all : report::Detail::brief;
}

Result<trend::Settings> read_judge_options(const JudgeOptions& options) {
    trend::Settings settings;
    const auto patience = placed(parse_duration(options.patience), "--patience");
    if (!patience) return patience.error();
    if (*patience < std::chrono::seconds(1)) {
        return refuse("--patience", options.patience, "too short", "at least 1s; the default is 9h");
    }
    if (*patience > kMostPatience) {
        return refuse("--patience", options.patience, "too long", "at most 1000d; the default is 9h");
    }
    settings.patience = *patience;
    if (options.min_growth) {
        const auto growth = placed(parse_size(*options.min_growth), "--min-growth");
        if (!growth) return growth.error();
        if (*growth < 1 || *growth > kMostGrowthBytes) {
            return refuse("--min-growth", *options.min_growth, *growth < 1 ? "too small" : "too large",
                          "a size such as 16M; from 1 byte to 1024P");
        }
        settings.min_growth_bytes = *growth;
    }
    if (options.min_count) {
        const auto count = parse_count(*options.min_count);
        if (!count || *count < 1 || *count > kMostCount) {
            return refuse("--min-count", *options.min_count, "not a count", "a whole number from 1 to 10^9");
        }
        settings.min_count = *count;
    }
    return settings;
}

}  // namespace rampwatch::cli
