// SPDX-License-Identifier: MIT
#include "core/cxx/chunk_chain.h"

#include <algorithm>
#include <cstring>

namespace rampwatch::cxx {

namespace {

constexpr std::uint64_t kBefore = 1, kMapped = 2, kOther = 4, kFlags = 7;
constexpr std::size_t kStep = 16;  // headers lie at multiples of it

// Slots of 16 bytes; slot n is {prev_size, size} of a header that may begin there.
class Slots {
  public:
    Slots(std::span<const std::byte> piece, std::span<const std::byte> ahead)
        : piece_(piece), ahead_(ahead), count_(piece.size() / kStep) {}

    [[nodiscard]] std::size_t count() const { return count_; }  // in the piece
    // Slots whose header can be seen: those ahead too.
    [[nodiscard]] bool seen(std::uint64_t slot) const { return slot < count_ + ahead_.size() / kStep; }
    [[nodiscard]] std::uint64_t before(std::uint64_t slot) const { return word(slot, 0); }
    [[nodiscard]] std::uint64_t size(std::uint64_t slot) const { return word(slot, 8) & ~kFlags; }
    [[nodiscard]] std::uint64_t flags(std::uint64_t slot) const { return word(slot, 8) & kFlags; }
    // Nothing was ever there: behind the top of a heap.
    [[nodiscard]] bool nothing(std::uint64_t slot) const {
        return seen(slot) && word(slot, 0) == 0 && word(slot, 8) == 0;
    }
    // The header there says that the chunk before it, of `size`, is free, and agrees with that size.
    [[nodiscard]] bool calls_free(std::uint64_t slot) const {
        return seen(slot) && (flags(slot) & kBefore) == 0;
    }

  private:
    [[nodiscard]] std::uint64_t word(std::uint64_t slot, std::size_t offset) const {
        std::uint64_t value = 0;
        const bool inside = slot < count_;
        const std::byte* from =
            inside ? piece_.data() + slot * kStep : ahead_.data() + (slot - count_) * kStep;
        std::memcpy(&value, from + offset, sizeof value);
        return value;
    }

    std::span<const std::byte> piece_, ahead_;
    std::size_t count_;
};

// By itself and by what the next header says of it, as far as that can be seen.
bool plausible(const Slots& slots, std::uint64_t slot, bool main_arena) {
    const std::uint64_t size = slots.size(slot), flags = slots.flags(slot);
    if (size < kLeastChunk || size % kStep != 0 || size > kMostChunk || (flags & kMapped) != 0) return false;
    const std::uint64_t next = slot + size / kStep;
    const bool free = slots.calls_free(next) && !slots.nothing(next);
    if (free && slots.before(next) != size) return false;
    if (main_arena) return (flags & kOther) == 0;
    // free chunks of other arenas lack the flag
    return (flags & kOther) != 0 || free || !slots.seen(next);
}

}  // namespace

std::vector<Chunk> chunk_chain(std::span<const std::byte> piece, std::span<const std::byte> ahead,
                               bool main_arena) {
    const Slots slots(piece, ahead);
    std::vector<std::uint32_t> links(slots.count());  // headers from here to the end; 0: not believable
    std::size_t best = 0;
    for (std::size_t slot = slots.count(); slot-- > 0;) {
        if (!plausible(slots, slot, main_arena)) continue;
        const std::uint64_t next = slot + slots.size(slot) / kStep;
        const bool ends = next >= slots.count() || slots.nothing(next);
        if (!ends && links[next] == 0) continue;
        links[slot] = ends ? 1 : links[next] + 1;
        if (links[slot] >= links[best]) best = slot;
    }
    std::vector<Chunk> chunks;
    if (slots.count() == 0 || links[best] < kLeastChain) return chunks;
    for (std::uint64_t slot = best; slot < slots.count() && !slots.nothing(slot);) {
        const std::uint64_t size = slots.size(slot);
        const std::uint64_t next = slot + size / kStep;
        chunks.push_back(
            {static_cast<std::uint32_t>(slot * kStep), size, slots.calls_free(next), slots.seen(next)});
        slot = next;
    }
    return chunks;
}

}  // namespace rampwatch::cxx
