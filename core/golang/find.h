// SPDX-License-Identifier: MIT
// Where the runtime's variables are, without a symbol: from the operands of its code, or by their looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/golang/layout.h"
#include "core/golang/module.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::golang {

struct AllGs {
    std::uint64_t address = 0;                     // of the slice {pointer, length, capacity}
    std::optional<std::uint16_t> status_offset{};  // of g.atomicstatus, as the code has it
};

// From the operands of runtime.allgadd (x86-64); empty when there is no such code.
std::optional<AllGs> allgs_by_code(const Module& module);

// A slice of believable goroutine records in .bss.
std::optional<AllGs> allgs_by_looks(const probe::MemoryReader& memory, const Module& module,
                                    const GLayout& layout);

// True when the slice at `address` begins with believable goroutine records, the first of them number 1.
bool believable_allgs(const probe::MemoryReader& memory, std::uint64_t address, const GLayout& layout);

// runtime.buildVersion: "go1.24.4", at most 256 bytes; empty when there is none.
std::string build_version(const probe::MemoryReader& memory, const Module& module);

// runtime.waitReasonStrings, by number; empty when not found.
std::vector<std::string> wait_reasons(const probe::MemoryReader& memory, const Module& module);

// runtime.gcController; empty when there is none, or more than one candidate.
std::optional<std::uint64_t> gc_controller(const probe::MemoryReader& memory, const Module& module);

// runtime.MemProfileRate: what the code looks at that chooses the next allocation to be sampled (x86-64);
// empty when there is no such code, or no believable number.
std::optional<std::int64_t> memory_profile_rate(const probe::MemoryReader& memory, const Module& module);

}  // namespace rampwatch::golang
