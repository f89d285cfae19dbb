// SPDX-License-Identifier: MIT
// Pages of V8's heap: 256 KiB each, aligned, with a header that says what lies in them. An object that is
// larger has one of its own, which goes on behind that (src/heap/memory-chunk.h). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rampwatch::v8 {

inline constexpr unsigned kPageShift = 6;  // log2 of the pages of 4 KiB in one
inline constexpr std::uint64_t kPageBytes = std::uint64_t{1} << 18;
inline constexpr std::size_t kHeadWords = 3;

struct PageHead {
    bool young = false;  // of the young generation: what is in it is moved or dropped soon

    friend bool operator==(const PageHead&, const PageHead&) = default;
};

// Of the page at `address` by its first words; empty: it does not look like one. Up to V8 11 these are its
// size and flags, in 12 its flags, address and size, from 13 on its flags, a pointer and the first object.
std::optional<PageHead> page_head(std::uint64_t address, std::span<const std::uint64_t> words);

}  // namespace rampwatch::v8
