// SPDX-License-Identifier: MIT
// A Python string of a target, as UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/cpython/layout.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::cpython {

inline constexpr std::size_t kMostText = 4096;  // characters; longer ones are none of ours

// Empty where there is no compact string of at most kMostText characters (Include/cpython/unicodeobject.h).
// Hostile: escape before printing.
std::optional<std::string> read_text(const probe::MemoryReader& memory, const Layout& layout,
                                     std::uint64_t address);

// Characters of `width` bytes (1, 2 or 4) as UTF-8; what is no character becomes U+FFFD.
std::string to_utf8(std::span<const std::byte> characters, std::size_t width);

}  // namespace rampwatch::cpython
