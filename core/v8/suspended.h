// SPDX-License-Identifier: MIT
// Generator objects in what is read of a heap: V8 makes one for each call of an async function or a generator
// and keeps in it where the call goes on. Found by their shape, with no look at anything else: three small
// integers in a row behind three pointers, and a map that says so. What a free block of the heap still holds
// of dead objects is passed over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/v8/objects.h"

namespace rampwatch::v8 {

enum class Call : std::uint8_t { async_function, async_generator, generator };

// One that is suspended, as it was when its page was read.
struct Suspended {
    std::uint64_t object = 0;    // tagged
    std::uint64_t function = 0;  // its closure, tagged
    std::uint64_t receiver = 0;  // what it was called on, tagged
    std::uint64_t promised = 0;  // an async function's promise; an async generator's queue of requests
    std::int32_t offset = 0;     // in the bytecode
    Call call = Call::async_function;
    bool not_started = false;  // a generator of which nobody asked for a value yet
    bool yields = false;       // at a yield, not at an await
};

class Search {
  public:
    using Found = std::function<void(const Suspended&)>;

    Search(Objects& objects, Found found) : objects_(objects), found_(std::move(found)) {}

    // Words of pages, in order of address. What goes on from one to the next is found too.
    void look(std::uint64_t address, std::span<const std::uint64_t> words);

    // After the last.
    void finish();

    static constexpr std::size_t kObjectWords = 12;  // of one that are looked at

  private:
    void look_at(std::uint64_t address, std::span<const std::uint64_t> words, std::size_t count);
    void take(std::uint64_t address, const std::uint64_t* words);
    void learn_free(std::uint64_t map);

    Objects& objects_;
    Found found_;
    std::uint64_t free_map_ = 0;  // of blocks that nobody uses; 0: not known yet; 1: not to be found
    int tries_ = 0;               // to find it
    std::uint64_t skip_to_ = 0;   // address of the first byte behind such a block
    std::array<std::uint64_t, 2 * kObjectWords> seam_{};
    std::uint64_t end_ = 0;  // of what was shown last; its last words are in the seam
};

}  // namespace rampwatch::v8
