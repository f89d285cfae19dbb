// SPDX-License-Identifier: MIT
// Which files' code is mapped where in a process: while that is the same, no runtime came in or went.
#pragma once

#include <cstdint>
#include <vector>

#include "core/probe/maps.h"

namespace rampwatch::worker {

struct MappedCode {
    std::uint64_t start = 0, inode = 0;

    friend bool operator==(const MappedCode&, const MappedCode&) = default;
};

inline std::vector<MappedCode> mapped_code(const probe::Maps& maps) {
    std::vector<MappedCode> code;
    for (const probe::Mapping& mapping : maps.mappings) {
        if (mapping.executable && mapping.inode != 0) code.push_back({mapping.start, mapping.inode});
    }
    return code;
}

}  // namespace rampwatch::worker
