// SPDX-License-Identifier: MIT
// A heap as it was sampled once: what growth is later measured from.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/heap/estimate.h"
#include "core/model/target.h"
#include "core/probe/page_set.h"
#include "core/runtime/runtime.h"

namespace rampwatch::heap {

struct Snapshot {
    Life life{};                // of which it is: PID, start time, boot and executable
    std::uint64_t program = 0;  // where its stack begins, which each execve puts elsewhere; 0: not known
    std::string reader{};       // name of the runtime
    std::chrono::nanoseconds wall{};
    unsigned block_shift = 0;
    std::uint64_t resident_pages = 0;
    std::uint64_t swapped_pages = 0;
    probe::PageSet blocks{};               // that had a page in RAM
    std::uint64_t covered = 0;             // of those, from the first on, that the sample stands for
    std::vector<std::uint64_t> sampled{};  // of those, ascending
    std::vector<runtime::TypeName>
        types{};                // by the keys of the cells: by name, so that it outlives the reader
    std::vector<Cell> cells{};  // key: index in `types`; sample: index in `sampled`
};

// As bytes, and back; `kMostSnapshot` at most. One that would be larger is coarsened first: every other
// sampled block is left out until it fits. bad_input: no such file, another version, or damaged.
inline constexpr std::size_t kMostSnapshot = std::size_t{4} << 20;
std::vector<std::byte> to_bytes(Snapshot snapshot);
Result<Snapshot> snapshot_of(std::span<const std::byte> bytes);

}  // namespace rampwatch::heap
