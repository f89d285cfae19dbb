// SPDX-License-Identifier: MIT
// A heap read by sample: what it is made of, and against a snapshot what grew.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/error.h"
#include "core/heap/snapshot.h"
#include "core/model/heap_types.h"
#include "core/runtime/runtime.h"

namespace rampwatch::heap {

struct Settings {
    std::uint64_t sample_bytes = std::uint64_t{64} << 20;
    std::chrono::nanoseconds cpu = std::chrono::seconds(10);
    std::chrono::nanoseconds wall = std::chrono::seconds(30);
    std::uint64_t seed = 1;
    bool holders = true;  // who holds what is biggest: reads the sample a second time
};

struct Reading {
    Snapshot snapshot{};
    HeapTypes types{};
};

// What there is now. `runtime` was refreshed with `target`. Errors: no_permission (no pagemap), not_found (it
// samples no heap), gone.
Result<Reading> read_now(runtime::Runtime& runtime, const runtime::Target& target, const Settings& settings);

// What grew since `before`, which must be of the same life and reader (bad_input). In three parts that do not
// overlap: blocks that were not there then, by a sample of their own; those sampled then, read again; and
// those of them that are gone, as nothing. What did not change cancels, so that a leak of a thousandth of a
// heap is seen, and one that fills memory which was free before. Never the difference of two samples.
Result<HeapTypes> read_growth(runtime::Runtime& runtime, const runtime::Target& target,
                              const Snapshot& before, const Settings& settings);

}  // namespace rampwatch::heap
