// SPDX-License-Identifier: MIT
// A small heap of V8's, as words in an image.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "core/probe/memory_image.h"
#include "core/v8/layout.h"

namespace rampwatch::test {

// Of Node 22, as far as it is needed.
inline v8::Layout layout_of_22() {
    v8::Layout layout;
    layout.version = {12, 4, 254};
    layout.map_type = 12;
    layout.function_shared = 32;
    layout.function_context = 40;
    layout.reaction_next = 16;
    layout.first_no_string = 128;
    layout.string_shape = 7;
    layout.string_one_byte = 8;
    layout.string_length = 12;
    layout.string_characters = 16;
    layout.shape_cons = 1;
    layout.shape_external = 2;
    layout.shape_sliced = 3;
    layout.shape_thin = 5;
    layout.cons_first = layout.thin_actual = layout.sliced_parent = 16;
    layout.cons_second = layout.sliced_offset = 24;
    layout.async_function = 2108;
    layout.first_function = 2066;
    layout.last_function = 2082;
    layout.fixed_array = 174;
    layout.promise = 2063;
    layout.reaction = 163;
    layout.generator_request = 146;
    layout.free_space = 260;
    return layout;
}

inline std::uint64_t smi(std::int32_t value) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(value)) << 32;
}

// Objects are made one after the other from `start`, maps on a page of their own.
class HeapImage {
  public:
    explicit HeapImage(std::uint64_t start = 0x10000000) : next_(start) {
        const std::vector<std::byte> none(4096);
        memory.put(kMeta & ~std::uint64_t{0xfff}, none);
        put(kMeta - 1, {kMeta, 0, 0, 0, 0});
    }

    std::uint64_t map(std::uint32_t type) {
        const std::uint64_t at = next_map_;
        next_map_ += 64;
        put(at, {kMeta, std::uint64_t{type} << 32, 0, 0, 0});
        return at + 1;
    }
    // Tagged.
    std::uint64_t object(const std::vector<std::uint64_t>& words) {
        const std::uint64_t at = next_;
        next_ += 8 * words.size();
        for (std::size_t i = 0; i < words.size(); ++i) memory.put_word(at + 8 * i, words[i]);
        return at + 1;
    }
    [[nodiscard]] std::uint64_t next() const { return next_; }

    probe::MemoryImage memory{};

    static constexpr std::uint64_t kMeta = 0x20000011;

  private:
    void put(std::uint64_t at, std::initializer_list<std::uint64_t> words) {
        for (const std::uint64_t word : words) {
            memory.put_word(at, word);
            at += 8;
        }
    }
    std::uint64_t next_, next_map_ = 0x20000100;
};

}  // namespace rampwatch::test
