// SPDX-License-Identifier: MIT
// What the guard is told and what it tells, as words; guard.cpp acts.
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/helper/guard.h"

namespace rampwatch::helper {

std::vector<std::string> guard_argv(const std::string& program, const GuardOrder& order) {
    std::vector<std::string> argv = {program,
                                     std::string(kGuardWord),
                                     std::to_string(order.pid),
                                     std::to_string(order.start_ticks),
                                     std::to_string(order.deadline.count()),
                                     std::to_string(order.linger.count())};
    argv.insert(argv.end(), order.helper.begin(), order.helper.end());
    return argv;
}

std::optional<GuardOrder> parse_guard_argv(const std::vector<std::string>& argv) {
    if (argv.size() < 6 || argv[1] != kGuardWord) return std::nullopt;
    const auto pid = parse_count(argv[2]), start = parse_count(argv[3]);
    const auto deadline = parse_count(argv[4]), linger = parse_count(argv[5]);
    constexpr std::int64_t kMostMs = 24LL * 3600 * 1000;
    if (!pid || *pid < 1 || *pid > (1 << 30) || !start || !deadline || !linger) return std::nullopt;
    if (*deadline > kMostMs || *linger > kMostMs) return std::nullopt;
    GuardOrder order;
    order.pid = static_cast<pid_t>(*pid);
    order.start_ticks = static_cast<std::uint64_t>(*start);
    order.deadline = std::chrono::milliseconds(*deadline);
    order.linger = std::chrono::milliseconds(*linger);
    order.helper.assign(argv.begin() + 6, argv.end());
    return order;
}

std::string format_end(const HelperEnd& end) {
    if (!end.failure.empty()) return fmt::format("guard: failed {}\n", end.failure);
    return fmt::format("guard: {} {}{} continued {}\n", end.signalled ? "signal" : "exit", end.number,
                       end.timed_out ? " timeout" : "", end.continued);
}

std::optional<HelperEnd> parse_end(std::string_view line) {
    HelperEnd end;
    constexpr std::string_view kFailed = "guard: failed ";
    if (line.starts_with(kFailed)) {
        end.failure = trim(line.substr(kFailed.size()));
        return end;
    }
    const auto words = split(trim(line), ' ');
    const bool timed_out = words.size() == 6 && words[3] == "timeout";
    if (words.size() != (timed_out ? 6U : 5U) || words[0] != "guard:") return std::nullopt;
    const auto number = parse_count(words[2]), continued = parse_count(words.back());
    if (!number || *number > 255 || !continued || *continued > 1'000'000) return std::nullopt;
    end.signalled = words[1] == "signal";
    end.number = static_cast<int>(*number);
    end.timed_out = timed_out;
    end.continued = static_cast<int>(*continued);
    return end;
}

}  // namespace rampwatch::helper
