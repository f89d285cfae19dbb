// SPDX-License-Identifier: MIT
// Where a series without a start time begins anew, by what a restart alone does to it. A collector that gives
// back must not be taken for one: lives that look alike are a leak that restarts hide.
//
// A drop to the start level alone will not do: a slow collector's teeth are that. What is asked for beside
// it, any one of these:
// - the CPU time that was used fell: sure, and where it is known nothing else counts;
// - it was silent before, and the start level is known, since its start was seen;
// - it fills as a program does that has begun: within a sixteenth of the patience by more than 5 times the
// pace of the rise
//   before, and by twice what that rose in so short a time once it was settled.
// Rejected: threads or descriptors that fall along (a burst's pool does that too), and the drop alone, which
// cuts each tooth of a collector. Measured: docs/fleet.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace rampwatch::fleet {

class RestartSigns {
  public:
    struct Look {
        double bytes = 0;
        std::optional<double> cpu_s{};  // used since its start
        bool after_silence = false;
    };

    // Looks that were added and were not decided on yet: of so many it is known now; where `begins`, the
    // first of them is the first of a life.
    struct Decision {
        std::size_t looks = 1;
        bool begins = false;
    };

    // So many looks are a patience. `start_seen`: the first look is soon after a start, not in mid-life.
    RestartSigns(std::size_t patience_looks, bool start_seen);

    // At most fill() + 1 looks are undecided at once.
    Decision add(const Look& look);

    // The series ends, or its start is known otherwise: all is decided.
    Decision finish();

    [[nodiscard]] std::size_t fill() const { return fill_; }

  private:
    void begin_life(double bytes);
    void begin_rise(double bytes);
    void note(double bytes);  // one more look of this rise
    [[nodiscard]] bool fills(double bytes) const;

    std::size_t fewest_;  // looks of a rise before a drop that silence does not explain
    std::size_t fill_;    // looks in which a program that has begun fills up
    bool start_seen_;
    double lowest_ = 0;         // of all lives
    double start_level_ = 0;    // of the newest start that was seen; 0: of none
    std::size_t starting_ = 0;  // looks that are still to be taken into it
    // Since the newest drop, whatever it was:
    std::size_t age_ = 0;  // looks
    double first_ = 0, last_ = 0;
    std::vector<double> ring_{};         // the newest fill_
    double most_ = 0, most_before_ = 0;  // rises over fill_ looks: since the age was last a power of two,
                                         // and in the span before
    std::vector<double> undecided_{};    // from a drop that is in question on
    std::optional<double> cpu_s_{};
};

}  // namespace rampwatch::fleet
