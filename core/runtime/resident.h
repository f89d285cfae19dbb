// SPDX-License-Identifier: MIT
// What of a program's heap is in RAM, a window at a time: pages that are not there are never read, and no
// more than a window of it is ever with us.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/runtime/runtime.h"

namespace rampwatch::runtime {

inline constexpr std::size_t kWindow = std::size_t{8} << 20;

// Private, writable, and no file, or a program's own [heap]: where objects are that malloc or the like made.
bool may_hold_objects(const probe::Mapping& mapping);

// Which mappings are looked at.
using Wanted = std::function<bool(const probe::Mapping& mapping)>;

// Called with the address and the words of pages that follow each other, in order of address.
using LookAt = std::function<void(std::uint64_t address, std::span<const std::uint64_t> words)>;

// All resident pages of the mappings that are wanted. What could not be read, or was not for want of
// budget, is left out and counted. Errors: no_permission where there is no pagemap, gone.
struct Looked {
    std::uint64_t bytes = 0;          // read
    std::uint64_t left_out = 0;       // bytes that were not
    std::uint64_t swapped_bytes = 0;  // in swap, never read
};
Result<Looked> look_at_heap(const Target& target, Budget& budget, const Wanted& wanted, const LookAt& look);

// What was not looked at, in words; empty where all was.
std::string left_out_words(const Looked& looked);

}  // namespace rampwatch::runtime
