// SPDX-License-Identifier: MIT
// Files that are memory alone, held open: memfds, and what was deleted from a tmpfs. Their pages are charged
// to whoever wrote them, and are in nobody's RSS until they are mapped and touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rampwatch::probe {

struct OpenMemory {
    std::string name{};        // "memfd:queue", or its path; as the target has it: hostile
    std::uint64_t device = 0;  // st_dev
    std::uint64_t inode = 0;
    std::int64_t bytes = 0;  // that exist

    friend bool operator==(const OpenMemory&, const OpenMemory&) = default;
};

// Each once, however many descriptors it has. Of at most `most` descriptors; empty where they may not be
// read. About 3 us a descriptor.
std::optional<std::vector<OpenMemory>> open_memory(int process_directory, std::size_t most = 65536);

}  // namespace rampwatch::probe
