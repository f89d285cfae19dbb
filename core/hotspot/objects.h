// SPDX-License-Identifier: MIT
// Java objects: what class one is of, and where a field of one leads to. Only objects with compressed class
// pointers; references are compressed or not.
#pragma once

#include <cstdint>

#include "core/hotspot/layout.h"
#include "core/hotspot/words.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

inline constexpr std::uint64_t kCompressedClass = 8, kArrayLength = 12, kArrayData = 16;  // of an object

// How many collections there were, and whether one goes on: objects stay where they are while that is equal.
struct Collections {
    std::uint32_t count = 0;
    bool running = true;

    friend bool operator==(const Collections&, const Collections&) = default;
};

class Objects {
  public:
    explicit Objects(const Layout& layout) : layout_(layout) {}

    // What may have moved since the order before is looked up anew.
    void begin(const probe::MemoryReader& memory);

    [[nodiscard]] Collections collections() const;
    [[nodiscard]] std::uint64_t class_of(std::uint64_t object) const;
    // Of the class, or of one that extends it.
    [[nodiscard]] bool is_a(std::uint64_t object, std::uint64_t klass) const;
    // A class as objects have it in their second word; 0: it is none that they can have.
    [[nodiscard]] std::uint32_t narrow(std::uint64_t klass) const;

    // The object that the field at `field` leads to, whichever way of reading it passes the check; 0: none.
    template <class Check>
    [[nodiscard]] std::uint64_t follow(std::uint64_t field, const Check& check) const {
        const std::uint64_t narrow = read_number<std::uint32_t>(*memory_, field);
        const std::uint64_t object = oop_base_ + (narrow << oop_shift_);
        if (narrow != 0 && is_pointer(object) && check(object)) return object;
        const std::uint64_t whole = read_number(*memory_, field);
        return is_pointer(whole) && check(whole) ? whole : 0;
    }

    // Where a reference of 32 bits leads; 0: nowhere.
    [[nodiscard]] std::uint64_t reference(std::uint32_t narrow) const {
        return narrow == 0 ? 0 : oop_base_ + (std::uint64_t{narrow} << oop_shift_);
    }

    // Start of the heap, and its end; both 0 where a collector tells none.
    [[nodiscard]] std::uint64_t heap_start() const { return heap_start_; }
    [[nodiscard]] std::uint64_t heap_end() const { return heap_end_; }

    [[nodiscard]] const probe::MemoryReader& memory() const { return *memory_; }

  private:
    const Layout& layout_;
    const probe::MemoryReader* memory_ = nullptr;
    std::uint64_t heap_ = 0, heap_start_ = 0, heap_end_ = 0, klass_base_ = 0, oop_base_ = 0;
    std::uint32_t klass_shift_ = 0, oop_shift_ = 0;
};

}  // namespace rampwatch::hotspot
