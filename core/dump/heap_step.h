// SPDX-License-Identifier: MIT
// What the target's heap is made of by type, or what of it grew, as a step of a dump.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/dump/heap_baselines.h"
#include "core/dump/step.h"
#include "core/model/target.h"

namespace rampwatch::dump {

struct HeapSettings {
    std::uint64_t sample_bytes = 0;  // so much of it is read; 0: it is not looked at
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);
    std::shared_ptr<HeapBaselines> baselines{};       // none: what there is, never what grew
    std::optional<std::chrono::nanoseconds> onset{};  // wall time since when it grows
};

// Once stacks were read, by a child of its own. What cannot be read is said in `missing`; a reading that had
// nothing to be compared with is kept for the next one.
std::unique_ptr<DumpStep> heap_step(Life life, HeapSettings settings);

}  // namespace rampwatch::dump
