// SPDX-License-Identifier: MIT
// Where the objects of each type lie that were met while a heap was walked, as far as there is room, and a
// table in which words are looked up that may be pointers to some of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/runtime/runtime.h"

namespace rampwatch::runtime {

class MetObjects {
  public:
    static constexpr std::size_t kEach = std::size_t{1} << 16;  // of a type, at random
    static constexpr std::size_t kAll = std::size_t{1} << 19;   // of all types: 4 MiB

    // Each object is offered once.
    void offer(TypeId type, std::uint64_t address);
    // Of a type, in no order.
    [[nodiscard]] std::span<const std::uint64_t> of(TypeId type) const;
    void clear();

  private:
    struct OfType {
        std::vector<std::uint64_t> addresses{};
        std::uint64_t offered = 0;
    };
    std::unordered_map<TypeId, OfType> types_{};
    std::size_t all_ = 0;
    std::minstd_rand random_{1};
};

// Addresses and a number for each: what most words of a heap are not in costs two comparisons.
class AddressTable {
  public:
    // `address`: not 0. A later number for the same address is left out.
    void add(std::uint64_t address, std::uint32_t number);
    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t word) const;
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    struct Slot {
        std::uint64_t address = 0;
        std::uint32_t number = 0;
    };
    [[nodiscard]] std::size_t place_of(std::uint64_t address) const;
    void grow();

    std::vector<Slot> slots_{};  // a power of two of them, at most half of them used
    std::size_t size_ = 0;
    std::uint64_t least_ = ~std::uint64_t{0}, most_ = 0;
};

}  // namespace rampwatch::runtime
