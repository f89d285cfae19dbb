// SPDX-License-Identifier: MIT
#include "core/probe/proc_text.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

constexpr std::uint64_t kKernelThread = 0x0020'0000;  // PF_KTHREAD, include/linux/sched.h

// The line that begins with `start`, without it.
std::optional<std::string_view> line_after(std::string_view text, std::string_view start) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (line.starts_with(start)) return line.substr(start.size());
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return std::nullopt;
}

// Takes the next word, cut at blanks and tabs.
std::string_view next_word(std::string_view& text) {
    const auto begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos) return text = {};
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(" \t\n"));
    text.remove_prefix(word.size());
    return word;
}

}  // namespace

std::optional<ProcStat> parse_stat(std::string_view text) {
    const auto open = text.find('('), close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return std::nullopt;
    ProcStat stat;
    const auto pid = parse_count(trim(text.substr(0, open)));
    stat.comm = std::string(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);

    const std::string_view state = next_word(text);
    if (!pid || *pid > INT32_MAX || state.size() != 1) return std::nullopt;
    stat.pid = static_cast<std::int32_t>(*pid);
    stat.state = state.front();
    constexpr int kFirst = 4, kPpid = 4, kFlags = 9, kThreads = 20, kStart = 22;  // proc(5) counts from 1
    for (int field = kFirst; field <= kStart; ++field) {
        const auto value = parse_count(next_word(text));
        const bool wanted = field == kPpid || field == kFlags || field == kThreads || field == kStart;
        if (!wanted) continue;
        if (!value) return std::nullopt;
        if (field == kPpid) stat.ppid = static_cast<std::int32_t>(*value);
        if (field == kFlags) stat.flags = static_cast<std::uint64_t>(*value);
        if (field == kThreads) stat.threads = *value;
        if (field == kStart) stat.start_ticks = static_cast<std::uint64_t>(*value);
    }
    return stat;
}

bool is_kernel_thread(const ProcStat& stat) { return (stat.flags & kKernelThread) != 0; }

std::optional<std::int64_t> field_of(std::string_view text, std::string_view name) {
    auto line = line_after(text, fmt::format("{}:", name));
    if (!line) return std::nullopt;
    return parse_count(next_word(*line));
}

std::string_view text_field(std::string_view text, std::string_view name) {
    const auto line = line_after(text, fmt::format("{}:", name));
    return line ? trim(*line) : std::string_view();
}

std::optional<std::uint32_t> effective_uid(std::string_view status) {
    auto line = line_after(status, "Uid:");
    if (!line) return std::nullopt;
    next_word(*line);  // the real one
    const auto uid = parse_count(next_word(*line));
    if (!uid || *uid > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(*uid);
}

std::optional<std::int64_t> address_space_limit(std::string_view limits) {
    auto line = line_after(limits, "Max address space");
    if (!line) return std::nullopt;
    return parse_count(next_word(*line));  // "unlimited" is no number
}

std::optional<std::int64_t> open_files_limit(std::string_view limits) {
    auto line = line_after(limits, "Max open files");
    if (!line) return std::nullopt;
    return parse_count(next_word(*line));
}

std::string user_name(std::string_view passwd, std::uint32_t uid) {
    for (const std::string_view line : split(passwd, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() >= 3 && parse_count(fields[2]) == std::int64_t{uid}) return escape(fields[0], 64);
    }
    return fmt::format("uid {}", uid);
}

}  // namespace rampwatch::probe
