// SPDX-License-Identifier: MIT
// Objects of V8's heap by their tagged addresses: what type they are of, their words, their strings. Small
// integers ("Smis") are words too, with a clear lowest bit and the number above 32 zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/probe/memory_reader.h"
#include "core/v8/layout.h"

namespace rampwatch::v8 {

// That of an object: not a Smi, not a weak reference, and in the user's half.
inline bool is_object(std::uint64_t word) {
    return (word & 7) == 1 && word >= 0x10000 && word < (std::uint64_t{1} << 47);
}
inline bool is_smi(std::uint64_t word) { return (word & 0xffffffff) == 0; }
inline constexpr std::int32_t kNoType = -1;
inline std::int32_t smi_of(std::uint64_t word) { return static_cast<std::int32_t>(word >> 32); }

class Objects {
  public:
    explicit Objects(const Layout& layout) : layout_(layout) {}

    // Maps may have died since, and others lie in their place.
    void begin(const probe::MemoryReader& memory);
    [[nodiscard]] const probe::MemoryReader& memory() const { return *memory_; }
    [[nodiscard]] const Layout& layout() const { return layout_; }

    // The instance type that the map says, or kNoType where it is no map: the map of a map's map is itself.
    std::int32_t type_by_map(std::uint64_t map);
    std::int32_t type_of(std::uint64_t object);
    // 0 where it cannot be read.
    [[nodiscard]] std::uint64_t word(std::uint64_t object, std::int32_t offset) const;

    // UTF-8, cut at about `most` bytes; empty where it is no string.
    std::optional<std::string> text(std::uint64_t string, std::size_t most = 1024);

    // The characters of a string, a piece at a time, in order: of one byte each, or of two. False where it
    // is none, is longer than `most` characters, or a part of it could not be read.
    struct Use {
        std::function<void(std::span<const std::uint8_t>)> one{};
        std::function<void(std::span<const char16_t>)> two{};
    };
    bool characters(std::uint64_t string, std::size_t most, const Use& use);

    // The bytes of an array of bytes; empty where it is none, or larger than a MiB.
    std::vector<std::byte> bytes(std::uint64_t array);

    static constexpr std::size_t kMostMaps = 1 << 18;  // known at a time

  private:
    struct Part {
        std::uint64_t from = 0, count = 0;  // characters of it
    };
    bool characters(std::uint64_t string, Part part, int depth, const Use& use);
    bool stored(std::uint64_t address, std::uint64_t count, bool one_byte, const Use& use) const;
    [[nodiscard]] std::int32_t read_type(std::uint64_t map) const;
    [[nodiscard]] std::optional<std::uint32_t> length_of(std::uint64_t string) const;

    const Layout& layout_;
    const probe::MemoryReader* memory_ = nullptr;
    std::unordered_map<std::uint64_t, std::int32_t> types_{};  // by map
    int parts_left_ = 0;                                       // of the string that is read
};

}  // namespace rampwatch::v8
