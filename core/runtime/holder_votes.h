// SPDX-License-Identifier: MIT
// Is it sure who holds the objects of a type? Pointers to those that were met, counted by holder. Pure.
//
// Nothing is said unless twenty different objects were met with a pointer of one holder; eight of ten
// pointers are of that one; and these are about one an object. So a list that keeps stale pointers beside the
// true owner makes it silent, as does one that has each of them many times over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace rampwatch::runtime {

// What a pointer in the block of `size` bytes at `block` stands for, where others of that block stand for
// `stands_for`: an object that lies beside its pointer is sampled with it or not at all, so that one is one.
inline double weight_of(std::uint64_t object, std::uint64_t block, std::uint64_t size, double stands_for) {
    return object - block < size ? 1 : stands_for;
}

class HolderVotes {
  public:
    static constexpr std::size_t kLeastObjects = 20;
    static constexpr double kLeastShare = 0.8;
    // Pointers an object, as estimated. The buckets of a map hold the first object of each: two of three.
    static constexpr double kLeastEach = 0.4, kMostEach = 2;
    static constexpr std::size_t kMostHolders = 20'000;  // different ones, and
    static constexpr std::size_t kMostObjects = 1024;    // objects of each that are told apart

    // One pointer, of a holder by a number of the caller's, to an object; it is one of `stands_for`.
    void add(std::uint64_t holder, std::uint64_t object, double stands_for);

    struct Winner {
        std::uint64_t holder = 0;
        std::int64_t pointers = 0;  // that were met
        double share = 0;           // of all pointers, as estimated
    };
    // Of `objects` that were searched for.
    [[nodiscard]] std::optional<Winner> winner(std::size_t objects) const;

    // That holder, where twenty objects and eight of ten pointers are of it, however many it has to each.
    [[nodiscard]] std::optional<Winner> agreed(std::uint64_t holder) const;

    // Pointers of that holder for each of `objects`, as estimated.
    [[nodiscard]] double each(std::uint64_t holder, std::size_t objects) const;

    // It is not counted any more.
    void leave_out(std::uint64_t holder);

  private:
    struct Votes {
        std::int64_t pointers = 0;
        double weight = 0;
        std::unordered_set<std::uint64_t> objects{};
    };
    std::unordered_map<std::uint64_t, Votes> holders_{};
    double all_ = 0;
};

}  // namespace rampwatch::runtime
