// SPDX-License-Identifier: MIT
// Where things lie in the runtime's own structures, by Go version. Computed from the runtime's sources, each
// row confirmed by running programs; what can be checked in a target is (runtime.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/golang/build_info.h"

namespace rampwatch::golang {

// Byte offsets into runtime.g; stack.lo and stack.hi are at 0 and 8 in all of them.
struct GLayout {
    std::uint16_t m = 48;
    std::uint16_t sched_sp = 56, sched_pc = 64, sched_g = 72;
    std::uint16_t sched_lr = 96;  // only read on arm64
    std::uint16_t syscall_sp = 0, syscall_pc = 0;
    std::uint16_t status = 0, goid = 0, wait_since = 0, wait_reason = 0;
    std::uint16_t parent_goid = 0;  // 0: there is none before Go 1.21
    std::uint16_t gopc = 0, startpc = 0, waiting = 0;
    std::uint16_t labels = 0;

    friend bool operator==(const GLayout&, const GLayout&) = default;
};

// Byte offsets into runtime.gcController.
struct HeapLayout {
    std::uint16_t last_goal = 0, live = 0, marked = 0, in_use = 0, released = 0, free = 0, mapped_ready = 0;
};

struct Layout {
    GLayout g{};
    std::optional<HeapLayout> heap{};  // empty for Go 1.18 and 1.20: not tabulated
    bool label_list = false;           // g.labels is a list: since 1.24
    bool frames = true;                // false for 1.17 and older: counts by state only
    bool guessed = false;              // newer than any that was tried: shown only if every check passes
    int guessed_from = 0;              // the minor version that it was taken from
};

// Empty for what is too old to read at all (before Go 1.16).
std::optional<Layout> layout_of(const Version& version);

inline constexpr int kNewestKnownMinor = 27;

// Status of a goroutine (runtime2.go), without the scan bit.
enum class Status : std::uint8_t {
    idle = 0,
    runnable = 1,
    running = 2,
    syscall = 3,
    waiting = 4,
    dead = 6,
    copystack = 8,
    preempted = 9,
    leaked = 10,      // Go 1.26 and later: the runtime's own leak profile said so
    dead_extra = 11,  // Go 1.26 and later
};
inline constexpr std::uint32_t kScanBit = 0x1000;
inline constexpr std::uint32_t kLastStatus = 11;

}  // namespace rampwatch::golang
