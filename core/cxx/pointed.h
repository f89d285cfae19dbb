// SPDX-License-Identifier: MIT
// Where do the pointers of kept objects lead, and what do most of them point to?
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/cxx/chunk_types.h"
#include "core/cxx/modules.h"
#include "core/runtime/kept_objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

class Kept {
  public:
    // An object's own bytes, as many as were read.
    void offer(runtime::TypeId type, std::span<const std::uint64_t> words) { objects_.offer(type, words); }

    // What the pointers lead to that are found, at one offset, in half of the objects or more. `is_heap`
    // says whether an address lies in malloc's heap. Chunks that several pointers lead to are left out.
    std::vector<runtime::Edge> edges(runtime::TypeId type, const probe::MemoryReader& memory,
                                     const std::function<bool(std::uint64_t)>& is_heap, ChunkTypes& types,
                                     runtime::Budget& budget) const;

    // The commonest word of a module at one offset, where half of the objects have it: "tls_ops at +8".
    std::string hint(runtime::TypeId type, Modules& modules) const;

    void wipe() { objects_.wipe(); }

  private:
    runtime::KeptObjects objects_{};
};

}  // namespace rampwatch::cxx
