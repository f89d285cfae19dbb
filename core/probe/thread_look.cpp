// SPDX-License-Identifier: MIT
#include "core/probe/thread_look.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

std::string_view read_at(int fd, std::span<char> into) {
    ssize_t got = 0;
    do got = ::pread(fd, into.data(), into.size(), 0);
    while (got < 0 && errno == EINTR);
    return got <= 0 ? std::string_view{} : std::string_view(into.data(), static_cast<std::size_t>(got));
}

Fd open_below(int tasks, pid_t tid, const char* name) {
    std::array<char, 64> path{};
    fmt::format_to_n(path.data(), path.size() - 1, "{}/{}", tid, name);
    return Fd(::openat(tasks, path.data(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

Look look_at(int tasks, pid_t tid, ThreadFds& files) {
    Look look;
    std::array<char, 512> text;
    if (!files.runs) files.runs = open_below(tasks, tid, "schedstat");
    if (!files.entry) files.entry = open_below(tasks, tid, "syscall");
    if (!files.entry) {
        look.refused = errno == EPERM || errno == EACCES;  // the file itself is its owner's alone
        return look;
    }
    auto runs = files.runs ? parse_run_count(read_at(files.runs.get(), text)) : std::nullopt;
    errno = 0;
    const std::string_view line = read_at(files.entry.get(), text);
    if (line.empty()) {
        look.refused = errno == EPERM || errno == EACCES;
        return look;
    }
    const auto entry = parse_kernel_entry(line);
    if (!entry) return look;
    if (!runs || runs->times_run == 0) {  // a kernel without schedstat
        std::array<char, 8192> status;
        runs = parse_switches(read_below(tasks, tid, "status", status));
    }
    if (!runs) return look;
    look.there = true;
    look.entry = *entry;
    look.runs = *runs;
    return look;
}

bool same_state(const Look& look, const KernelEntry& entry, const RunCount& runs) {
    return look.there && !look.entry.running && look.entry == entry && look.runs == runs;
}

std::string_view read_below(int tasks, pid_t tid, const char* name, std::span<char> into) {
    const Fd file = open_below(tasks, tid, name);
    return file ? read_at(file.get(), into) : std::string_view{};
}

std::string waits_for(int tasks, pid_t tid, const KernelEntry& entry, char state) {
    std::array<char, 128> text;
    if (!wants_wchan(entry, state)) return wait_word(entry, state, {});
    return wait_word(entry, state, read_below(tasks, tid, "wchan", text));
}

pid_t tracer_of(int tasks, pid_t tid) {
    constexpr std::string_view kKey = "\nTracerPid:";
    std::array<char, 8192> text;
    const std::string_view status = read_below(tasks, tid, "status", text);
    const auto at = status.find(kKey);
    if (at == std::string_view::npos) return 0;
    const auto line = status.substr(at + kKey.size());
    return static_cast<pid_t>(parse_count(trim(line.substr(0, line.find('\n')))).value_or(0));
}

}  // namespace rampwatch::probe
