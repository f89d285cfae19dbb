// SPDX-License-Identifier: MIT
// The counters that a HotSpot keeps of itself for jstat: named numbers and texts, one entry behind the other
// (jdk.internal.perf, format 2.0; src/hotspot/share/runtime/perfMemory.hpp). Read from the target's memory,
// never from the file that they may be mapped from: that belongs to the target, which may cut or replace it.
// With -XX:+PerfDisableSharedMem there is no such file, and they are here all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/hotspot/heap_layout.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

class PerfCounters {
  public:
    // Two reads of some 32 KiB. Errors: not_found (it keeps none), bad_input (the check that failed).
    static Result<PerfCounters> read(const probe::MemoryReader& memory, const CounterLayout& layout);

    // Where the 8 bytes of a number lie; 0: there is none of that name.
    [[nodiscard]] std::uint64_t address(std::string_view name) const;
    // As it was read; empty for what is less than 0 too.
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;

    static constexpr std::uint64_t kMostBytes = 1 << 20;
    static constexpr std::size_t kMostEntries = 8192;

  private:
    struct Number {
        std::uint64_t address = 0;
        std::int64_t value = 0;
    };
    std::map<std::string, Number, std::less<>> numbers_{};
};

}  // namespace rampwatch::hotspot
