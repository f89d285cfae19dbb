// SPDX-License-Identifier: MIT
// Who allocated what is in use: the profile that a Go program keeps of its own heap (runtime.mbuckets,
// runtime/mprof.go), read from outside and without a symbol. The runtime samples one allocation in
// MemProfileRate bytes (512 KiB), and counts it once the collection after next has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/golang/runtime.h"

namespace rampwatch::golang {

// One stack and size of object. The counts are those of the sample.
struct AllocationSite {
    std::vector<std::uint64_t> pcs{};  // return addresses, innermost first
    std::uint64_t size = 0;            // of an object, as the allocator has it; 0: not known
    std::int64_t objects = 0;          // in use
    std::int64_t bytes = 0;

    friend bool operator==(const AllocationSite&, const AllocationSite&) = default;
};

struct AllocationSites {
    std::vector<AllocationSite> sites{};  // with something in use
    std::int64_t rate = 0;                // bytes a sample, on average: runtime.MemProfileRate
    bool rate_is_known = false;           // else it is taken to be the usual one
    bool before_any_collection = false;   // then all that was allocated is counted
    std::size_t left_out = 0;             // records that could not be read, or are beyond kMostSites
};

// not_found: it keeps none, since the linker leaves the profile out of a program in which nothing asks for it
// (net/http/pprof, runtime/pprof), or nothing was sampled yet. About 1 us a site.
Result<AllocationSites> allocation_sites(const Runtime& runtime);

inline constexpr std::size_t kMostSites = std::size_t{1} << 17;
inline constexpr std::int64_t kUsualRate = 512 << 10;

// What `count` objects in a sample stand for, by their mean size: runtime/pprof's scaleHeapSample().
[[nodiscard]] double scale(std::int64_t objects, std::int64_t bytes, std::int64_t rate);

}  // namespace rampwatch::golang
