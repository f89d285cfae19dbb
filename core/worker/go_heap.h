// SPDX-License-Identifier: MIT
// A Go program's heap by allocation site, as the program's own profile has it, or where it keeps none by size
// of object: what is in use, or what of it grew.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/golang/heap_sites.h"
#include "core/golang/runtime.h"
#include "core/model/heap_types.h"
#include "core/model/target.h"

namespace rampwatch::worker {

// What a site had in use, by its stack as text: addresses change from life to life, lines do not. Or what a
// size had.
struct SiteRow {
    std::string stack{};
    std::int64_t sampled = 0;             // objects of the sample
    std::int64_t objects = 0, bytes = 0;  // that these stand for

    template <class Archive>
    void state(Archive& archive) {
        archive(stack, sampled, objects, bytes);
    }
};

// Beside the rows what a baseline is good for; the same bounds as other baselines have.
struct SiteBaseline {
    Life life{};
    std::uint64_t program = 0;  // as heap::Snapshot has it
    std::chrono::nanoseconds wall{};
    std::int64_t in_use = 0, free = 0;
    bool by_size = false;  // else by site
    std::vector<SiteRow> rows{};
};
std::vector<std::byte> to_bytes(SiteBaseline baseline);
bool is_site_baseline(std::span<const std::byte> bytes);
Result<SiteBaseline> site_baseline_of(std::span<const std::byte> bytes);  // bad_input: damaged

struct SiteReading {
    HeapTypes types{};
    SiteBaseline baseline{};  // without life and program
};

// Against `before`, where that is given; `before` of the other kind is no baseline (bad_input). Intervals are
// those of sampling: 1.96 times the root of the number of sampled objects; none of sizes, which are counted.
// not_found: neither is there.
Result<SiteReading> read_go_heap(const golang::Runtime& runtime, const SiteBaseline* before);

}  // namespace rampwatch::worker
