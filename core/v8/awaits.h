// SPDX-License-Identifier: MIT
// Which async function awaits which: from the promise of one the way leads over its reactions to the
// generator object of the one that goes on when it is settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/v8/objects.h"

namespace rampwatch::v8 {

// Of the list that they were found in.
struct Await {
    std::uint32_t awaited = 0;  // index
    std::uint64_t by = 0;       // the object that awaits it, tagged
};

// For promised[i], the promise of an async function or the queue of an async generator, whatever awaits it
// directly, or behind a then(), catch() or finally(). Promise.all() and its like are no direct way, and end
// it. Objects that were moved meanwhile end it too. In few calls: costs some 2 us each.
std::vector<Await> find_awaits(Objects& objects, std::span<const std::uint64_t> promised,
                               std::uint32_t first);

// Who awaits whom, as chains.
class Chains {
  public:
    // `objects[i]` is the address of the i-th, ascending.
    Chains(std::span<const std::uint64_t> objects, std::span<const Await> awaits);

    // Nobody is known to await it: a chain begins there.
    [[nodiscard]] bool is_root(std::uint32_t index) const { return !awaited_[index]; }
    // From that one down to the innermost, which comes first; the innermost kMostLinks of a longer one. What
    // awaits itself, by way of others, ends before it comes again.
    [[nodiscard]] std::vector<std::uint32_t> chain(std::uint32_t root) const;

    static constexpr std::size_t kMostLinks = 64;

  private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    static constexpr int kMostSteps = 4096;
    std::vector<std::uint32_t> awaits_;  // by index: the one that it awaits
    std::vector<bool> awaited_;
};

}  // namespace rampwatch::v8
