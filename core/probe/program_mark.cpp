// SPDX-License-Identifier: MIT
#include "core/probe/program_mark.h"

#include <utility>

#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kFirst = 3, kStartCode = 26, kStartStack = 28;  // proc_pid_stat(5) counts from 1

std::uint64_t place(std::string_view text) {
    const auto value = parse_count(text);
    return value && *value > 1 ? static_cast<std::uint64_t>(*value) : 0;  // 1: not for us to know
}

}  // namespace

std::optional<ProgramMark> parse_program_mark(std::string_view stat) {
    const auto open = stat.find('('), close = stat.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return std::nullopt;
    const auto fields = split(trim(stat.substr(close + 1)), ' ');
    if (fields.size() <= kStartStack - kFirst) return std::nullopt;
    ProgramMark mark{.comm = std::string(stat.substr(open + 1, close - open - 1)),
                     .start_code = place(fields[kStartCode - kFirst]),
                     .start_stack = place(fields[kStartStack - kFirst])};
    if (mark.start_code == 0 || mark.start_stack == 0) mark.start_code = mark.start_stack = 0;
    return mark;
}

bool is_other_program(const ProgramMark& before, const ProgramMark& now) {
    if (before.start_stack == 0 && now.start_stack == 0) return before.comm != now.comm;
    if (before.start_stack == 0 || now.start_stack == 0) return false;  // rights came or went
    return before.start_code != now.start_code || before.start_stack != now.start_stack;
}

bool ProgramMarks::note(ProgramMark now) {
    const bool went_dark = mark_ && mark_->start_stack != 0 && now.start_stack == 0;
    if (went_dark && !std::exchange(in_doubt_, true)) return false;
    in_doubt_ = false;
    const bool other = mark_ && is_other_program(*mark_, now);
    mark_ = std::move(now);
    return other;
}

}  // namespace rampwatch::probe
