// SPDX-License-Identifier: MIT
// A pyramid with its windows: at every width, the last 17 to 32 blocks are put to the gates when a block is
// finished.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/trend/gates.h"
#include "core/trend/pyramid.h"

namespace rampwatch::trend {

inline constexpr std::array<std::size_t, 5> kWindowBlocks = {17, 20, 24, 28, 32};

// The last blocks of one width as doubles in the series' unit, oldest first, holes filled in a line.
class Stretch {
  public:
    Stretch(const Pyramid& pyramid, std::size_t level, double origin);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<const double> floors(std::size_t n) const { return {&floors_[size_ - n], n}; }
    [[nodiscard]] std::span<const double> means(std::size_t n) const { return {&means_[size_ - n], n}; }
    [[nodiscard]] std::span<const double> floors_before(std::size_t n) const {
        return {floors_.data(), size_ - n};
    }
    // At least four in five of the last n were seen, and the newest was.
    [[nodiscard]] bool usable(std::size_t n) const;
    // How many of the newest blocks nothing was seen in.
    [[nodiscard]] std::size_t unseen_since() const;

  private:
    void fill_holes();

    std::size_t size_ = 0;
    bool whole_ = true;  // nothing is missing; `missing_` is not filled in
    std::array<double, Pyramid::kDepth> floors_, means_;
    std::array<bool, Pyramid::kDepth> missing_;
};

// What a ladder knows beside its own blocks.
struct Surroundings {
    double watched_s = 0;
    double process_age_s = 0;
    std::optional<double> base{};  // in place of the ladder's own, which may be differences
    double loading_s = 0;          // of the beginning of what is held: an exec, and what is loaded after it
    bool range_before_counts = false;  // what moved before the window counts as a swing, given back or not
};

class Ladder {
  public:
    Ladder(std::size_t levels, double keep, double block_s, bool both_ways);

    // As Pyramid::push.
    std::size_t push(Block block) { return pyramid_.push(block); }
    void restart() { pyramid_.restart(); }

    [[nodiscard]] const Pyramid& pyramid() const { return pyramid_; }
    [[nodiscard]] double block_s(std::size_t level) const;
    // The narrowest width of which `span_s` is at most `most_blocks`.
    [[nodiscard]] std::size_t level_for(double span_s, std::size_t most_blocks) const;

    // The last `blocks` of `level`; `stretch` is of the same level and must outlive the window.
    [[nodiscard]] Window window(const Stretch& stretch, std::size_t level, std::size_t blocks,
                                const Surroundings& around) const;

    // Could any window of this level that ends now rise by `least`? Cheap; spares the fits.
    [[nodiscard]] bool worth_testing(std::size_t level, std::size_t blocks, double least) const;
    // From the first two floors of such a window to the last two; empty when it is not there yet, the largest
    // number when a hole hides it.
    [[nodiscard]] std::optional<double> rough_rise(std::size_t level, std::size_t blocks) const;

    template <class Archive>
    void state(Archive& archive) {
        pyramid_.state(archive);
    }

  private:
    Pyramid pyramid_;
    double block_s_;
};

}  // namespace rampwatch::trend
