// SPDX-License-Identifier: MIT
// What is alive of a heap, out of a number that says so only just after a collection and counters of these:
// the old generation of a Java program. Until then dead objects count too, and it rises in every program.
// Serial and Parallel clean it at once. G1 marks first, and then frees what is dead in some of its young
// collections (mixed ones): what is left is the lowest that it comes down to before it rises again.
#pragma once

#include <cstdint>
#include <optional>

namespace rampwatch::dump {

class CollectedFigure {
  public:
    // As read at a tick; counters that do not exist are 0.
    struct Look {
        std::uint64_t bytes = 0;
        std::uint64_t whole = 0;  // collections that clean all of it
        std::uint64_t marks = 0;  // pauses of a marking
        std::uint64_t parts = 0;  // young collections, mixed ones among them
    };

    // What was left, in the look after a collection has ended; empty in all others, so that none is judged
    // twice.
    std::optional<std::int64_t> look(const Look& now);

    // So many young collections after the lowest, none of which came lower, the mixed ones are over.
    static constexpr std::uint64_t kSettled = 4;
    static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;

  private:
    struct Lowest {
        std::uint64_t bytes = 0;
        std::uint64_t parts = 0;  // how many there had been then
        bool parted = false;      // there was one since the marking
    };

    std::optional<Look> before_{};
    std::optional<Lowest> lowest_{};  // since a marking ended
};

}  // namespace rampwatch::dump
