// SPDX-License-Identifier: MIT
// The chunks of glibc's malloc in a piece of its heap, found without walking there from the arena: a chunk's
// size leads to the next one's header, so that real headers form long chains and stray numbers do not. Pure.
//
// Source of the format: glibc, malloc/malloc.c, "struct malloc_chunk": {prev_size, size | flags}, 16-aligned;
// flags: 1 the chunk before is used, 2 mapped by itself, 4 not of the main arena. A chunk is free when the
// next one says so, and then the next one's prev_size repeats its size; the top, behind which there is
// nothing, is free as well.
//
// A freed chunk does not come back as a used one: free() either clears the flag of the next header, or merges
// and makes an earlier header lead past it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rampwatch::cxx {

struct Chunk {
    std::uint32_t offset = 0;  // of its header in the piece, in bytes
    std::uint64_t size = 0;    // with the header: may reach beyond the piece
    bool free = false;
    bool sure = true;  // false: the next header lies beyond what was read, so that `free` is not known

    friend bool operator==(const Chunk&, const Chunk&) = default;
};

inline constexpr std::uint64_t kLeastChunk = 32;
inline constexpr std::uint64_t kMostChunk = std::uint64_t{1} << 30;
inline constexpr std::size_t kLeastChain = 3;  // headers that lead to one another before they are believed

// Ascending and without gaps up to the end of `piece`, or of the heap; empty where no kLeastChain headers fit
// together, as inside of a large chunk. `ahead`: 64 bytes behind the piece, or fewer. The piece begins at a
// multiple of 16.
std::vector<Chunk> chunk_chain(std::span<const std::byte> piece, std::span<const std::byte> ahead,
                               bool main_arena);

}  // namespace rampwatch::cxx
