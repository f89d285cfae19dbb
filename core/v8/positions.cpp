// SPDX-License-Identifier: MIT
#include "core/v8/positions.h"

#include <algorithm>

namespace rampwatch::v8 {
namespace {

constexpr std::int64_t kEntry = -1;  // where a table begins: the function is entered

// Numbers of seven bits a byte, the lowest first; the highest bit says that more follow.
class Numbers {
  public:
    explicit Numbers(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::optional<std::uint64_t> next() {
        constexpr unsigned kMostShift = 63;
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift <= kMostShift && at_ < bytes_.size(); shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(bytes_[at_++]);
            value |= (byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        return std::nullopt;
    }

  private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
};

std::uint64_t unzigzag(std::uint64_t value) { return (value >> 1) ^ (0 - (value & 1)); }

// How far the next instruction is.
std::int64_t step(std::uint64_t value, Offsets how) {
    if (how == Offsets::flagged) return static_cast<std::int64_t>(value >> 2);
    const auto difference = static_cast<std::int64_t>(unzigzag(value));
    return difference >= 0 ? difference : -(difference + 1);
}

// Calls `use` with each offset and word until it returns false; false where the table is not whole.
template <class Use>
bool for_each(std::span<const std::byte> table, Offsets how, const Use& use) {
    Numbers numbers(table);
    auto offset = static_cast<std::uint64_t>(kEntry);
    std::uint64_t word = 0;
    while (const auto first = numbers.next()) {
        const auto second = numbers.next();
        if (!second) return false;
        offset += static_cast<std::uint64_t>(step(*first, how));
        word += unzigzag(*second);
        if (!use(static_cast<std::int64_t>(offset), word)) break;
    }
    return true;
}

}  // namespace

Position position_of(std::uint64_t word) {
    const auto above = static_cast<std::uint32_t>(word >> 1 & 0x3fffffff);  // by one; 0: none is known
    return {above == 0 ? 0 : above - 1, static_cast<std::uint32_t>(word >> 31 & 0xffff)};
}

std::optional<Position> position_at(std::span<const std::byte> table, Offsets how, std::int64_t offset) {
    std::optional<Position> found;
    for_each(table, how, [&](std::int64_t at, std::uint64_t word) {
        if (at > offset) return false;
        found = position_of(word);
        return true;
    });
    return found;
}

bool fits(std::span<const std::byte> table, Offsets how, std::int64_t length) {
    bool inside = true;
    const bool whole = for_each(table, how, [&](std::int64_t at, std::uint64_t) {
        inside = at >= kEntry && at < length;
        return inside;
    });
    return whole && inside;
}

std::int64_t LineEnds::line_of(std::uint32_t offset) const {
    return std::lower_bound(ends_.begin(), ends_.end(), offset) - ends_.begin() + 1;
}

}  // namespace rampwatch::v8
