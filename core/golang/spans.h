// SPDX-License-Identifier: MIT
// How many objects of each size a Go program's heap holds: counted by the runtime in its spans
// (runtime.mheap, runtime.mspan of runtime/mheap.go), found without a symbol. Exact, but for what the next
// collection frees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/golang/runtime.h"

namespace rampwatch::golang {

struct SizeCount {
    std::uint64_t size = 0;     // of an object, as the allocator has it; 0: larger than any of its classes
    bool has_pointers = false;  // that the collector follows
    std::int64_t objects = 0;
    std::int64_t bytes = 0;

    friend bool operator==(const SizeCount&, const SizeCount&) = default;
};

struct SizeCounts {
    std::vector<SizeCount> sizes{};  // ascending in size
    std::int64_t span_bytes = 0;     // of spans in use
    std::int64_t free_bytes = 0;     // of those, in no object
    std::size_t torn = 0;            // spans that changed while they were read, or could not be
};

// unavailable: no layout that is known fits this version, by the name of the check. 0.3 us a span.
Result<SizeCounts> size_counts(const Runtime& runtime);

inline constexpr std::size_t kMostSpans = std::size_t{1} << 23;

}  // namespace rampwatch::golang
