// SPDX-License-Identifier: MIT
// Some objects of each type, kept while a heap is walked, a few words of each: where their pointers lead is
// looked at afterwards. Wiped with this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/runtime/runtime.h"

namespace rampwatch::runtime {

class KeptObjects {
  public:
    static constexpr std::size_t kWords = 32;        // of an object
    static constexpr std::size_t kEach = 256;        // objects of a type, at random
    static constexpr std::size_t kObjects = 40'000;  // of all types: 11 MiB

    KeptObjects() = default;
    KeptObjects(const KeptObjects&) = delete;
    KeptObjects& operator=(const KeptObjects&) = delete;
    ~KeptObjects() { wipe(); }

    // An object's own words, as many as were read.
    void offer(TypeId type, std::span<const std::uint64_t> words);

    // The words of each that was kept of that type.
    [[nodiscard]] std::vector<std::span<const std::uint64_t>> of(TypeId type) const;

    void wipe();

  private:
    struct Object {
        std::array<std::uint64_t, kWords> words{};
        std::uint8_t count = 0;
    };
    struct OfType {
        std::vector<std::uint32_t> objects{};  // indices in objects_
        std::uint64_t offered = 0;
    };

    std::vector<Object> objects_{};
    std::unordered_map<TypeId, OfType> types_{};
    std::minstd_rand random_{1};
};

// Of an object that was kept: where in it, and where to.
struct KeptPointer {
    std::size_t offset = 0;
    std::uint64_t to = 0;
};
// Each target once; what is met twice belongs to nobody alone.
void keep_owned(std::vector<KeptPointer>& pointers);
// The offsets at which at least so many have one.
void keep_common(std::vector<KeptPointer>& pointers, double least);

}  // namespace rampwatch::runtime
