// SPDX-License-Identifier: MIT
// What the kernel says of one thread in /proc/PID/task/TID: parsed only, nothing is read here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::probe {

// "syscall": a thread that does not run, and where it entered the kernel.
struct KernelEntry {
    bool running = false;                      // on a CPU or waiting for one: the kernel says no more
    std::int64_t syscall_number = -1;          // -1: blocked, but not by a system call (a page fault, a stop)
    std::array<std::uint64_t, 6> arguments{};  // rdi, rsi, rdx, r10, r8, r9, while in a system call
    std::uint64_t sp = 0;
    std::uint64_t pc = 0;

    friend bool operator==(const KernelEntry&, const KernelEntry&) = default;
};
std::optional<KernelEntry> parse_kernel_entry(std::string_view text);

// "schedstat": equal twice means that the thread did not run between (times_run is counted when it gets a
// CPU). All zero where the kernel keeps no such books.
struct RunCount {
    std::uint64_t run_ns = 0;
    std::uint64_t wait_ns = 0;
    std::uint64_t times_run = 0;

    friend bool operator==(const RunCount&, const RunCount&) = default;
};
std::optional<RunCount> parse_run_count(std::string_view text);

// The same from "status", for kernels without schedstat: only times_run is set, to the sum of both kinds of
// context switches.
std::optional<RunCount> parse_switches(std::string_view text);

// "stat": name and state letter. The name may hold anything, brackets too.
struct ThreadStat {
    std::string name{};
    char state = '?';               // R S D T t Z X I
    std::uint64_t start_ticks = 0;  // since boot

    friend bool operator==(const ThreadStat&, const ThreadStat&) = default;
};
std::optional<ThreadStat> parse_thread_stat(std::string_view text);

// True when the system call's name alone does not say what is waited for, so that "wchan" is worth its 11 us.
bool wants_wchan(const KernelEntry& entry, char state);

// What the thread waits for in one word: "futex", "epoll", "sleep", "socket", "disk", "stopped", "running".
// `wchan`: a kernel function's name, or "0" or empty where it may not be seen.
std::string wait_word(const KernelEntry& entry, char state, std::string_view wchan);

}  // namespace rampwatch::probe
