// SPDX-License-Identifier: MIT
#include "core/runtime/met_objects.h"

#include <algorithm>
#include <utility>

namespace rampwatch::runtime {

void MetObjects::offer(TypeId type, std::uint64_t address) {
    OfType& met = types_[type];
    ++met.offered;
    if (met.addresses.size() < kEach) {
        if (all_ >= kAll) return;
        ++all_;
        met.addresses.push_back(address);
        return;
    }
    const auto place = static_cast<std::size_t>(random_() % met.offered);
    if (place < kEach) met.addresses[place] = address;
}

std::span<const std::uint64_t> MetObjects::of(TypeId type) const {
    const auto found = types_.find(type);
    return found == types_.end() ? std::span<const std::uint64_t>() : std::span(found->second.addresses);
}

void MetObjects::clear() {
    types_.clear();
    all_ = 0;
}

std::size_t AddressTable::place_of(std::uint64_t address) const {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // Knuth 1973, 6.4: multiplicative hashing
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = static_cast<std::size_t>(address * kGolden >> 32) & mask;
    while (slots_[place].address != 0 && slots_[place].address != address) place = (place + 1) & mask;
    return place;
}

void AddressTable::grow() {
    std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(64, 2 * slots_.size())));
    for (const Slot& slot : old) {
        if (slot.address != 0) slots_[place_of(slot.address)] = slot;
    }
}

void AddressTable::add(std::uint64_t address, std::uint32_t number) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place_of(address)];
    if (slot.address != 0) return;
    slot = {address, number};
    ++size_;
    least_ = std::min(least_, address);
    most_ = std::max(most_, address);
}

std::optional<std::uint32_t> AddressTable::find(std::uint64_t word) const {
    if (word < least_ || word > most_ || slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[place_of(word)];
    return slot.address == 0 ? std::nullopt : std::optional(slot.number);
}

}  // namespace rampwatch::runtime
