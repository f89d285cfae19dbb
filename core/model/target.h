// SPDX-License-Identifier: MIT
// Who is watched: a target has lives, one after another.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch {

using TargetId = std::uint32_t;    // within one Session, counted from 0
using LifeNumber = std::uint32_t;  // within one target, counted from 1

// Of a service or a tree: the main process in all its lives, all its processes together, and from
// kFirstMember on the others, each in the lowest number that is free.
inline constexpr TargetId kMainTarget = 0, kSumTarget = 1, kFirstMember = 2;

// One process from its start to its end, so that a PID that the kernel gives out again is never mistaken for
// it.
struct Life {
    std::string boot_id{};                    // /proc/sys/kernel/random/boot_id; empty when not known
    std::int32_t pid = 0;                     // in the watcher's PID namespace
    std::uint64_t start_ticks = 0;            // field 22 of /proc/PID/stat, in clock ticks since boot
    std::chrono::nanoseconds started_wall{};  // since the Unix epoch; good to a second
    std::string executable{};  // /proc/PID/exe, else the comm; as the kernel gave it: escape before printing
    std::string comm{};        // at most 15 bytes
    std::optional<std::string> program{};       // what an interpreter runs, as people call it; escape it too
    std::optional<std::string> unit{};          // of systemd, when followed
    std::optional<std::string> command_line{};  // only when asked for: it can hold secrets

    friend bool operator==(const Life&, const Life&) = default;
};

// On one host, whatever else is known of either.
inline bool is_same_process(const Life& a, const Life& b) {
    return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

// What people call it: what an interpreter runs, else the base name of its executable, else its comm.
inline std::string_view called(const Life& life) {
    if (life.program) return *life.program;
    std::string_view name = life.executable.empty() ? life.comm : life.executable;
    if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    return name.empty() ? std::string_view(life.comm) : name;
}

// How a life ended, as far as it is known.
struct Ending {
    enum class Reason : std::uint8_t { unknown, exited, signalled, oom_killed };
    Reason reason = Reason::unknown;
    std::optional<int> status{};  // exit status, or the signal's number

    friend bool operator==(const Ending&, const Ending&) = default;
};

// By SIGTERM, SIGINT or SIGHUP: as a service manager, a terminal or a person asks a program to end.
inline bool was_asked(const Ending& ending) {
    return ending.reason == Ending::Reason::signalled &&
           (ending.status == 1 || ending.status == 2 || ending.status == 15);
}

// By any other signal, or by the kernel for memory: nobody planned that.
inline bool was_killed(const Ending& ending) {
    return ending.reason == Ending::Reason::oom_killed ||
           (ending.reason == Ending::Reason::signalled && !was_asked(ending));
}

}  // namespace rampwatch
