// SPDX-License-Identifier: MIT
// What a window of floors says for or against a leak, as numbers that a table can weigh (evidence.h). Each
// clue is free of units: shares, ratios, logarithms of ratios. Which of them carry how much was learned, not
// thought out: docs/detector.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/trend/gates.h"

namespace rampwatch::trend {

enum class Clue : std::uint8_t {
    lasted,           // ln of the window's span in patiences
    means,            // ln of the z of the means
    line_over_fill,   // fill.h on the window and twice as much before it; signed ln(1 + x)
    line_in_window,   // the same on the window alone
    scatter,          // ln(1 - R^2) of a line through all that this width holds
    share,            // ln of the rise over where the window begins
    growths,          // ln of the rise over min-growth
    line_over_step,   // ln of what one step leaves over to what the line leaves over
    line_over_steps,  // the same of two steps
    line_over_log,    // the same of a logarithm of the time since the start
    pace_kept,        // how far the slope of all that is held differs from the window's, as a share
    eighths,          // as the gate
    over_swing,       // ln of the rise over the largest swing at this width that was given back
    over_fine_swing,  // ... at narrower ones
    half_patiences,   // how many in a row, up to now, rose by a fifth of their share
    last_patience,    // growth of the last patience over that of the one before
    least_half,       // the least growth of the last four half patiences, as a share of the usual
    record,           // how far the last quarter is above all before the window, as a share of the rise
    context,          // blocks before the window over its own
    jump,             // the largest step that stayed, as a share of the rise
    fall,             // the largest fall in all that is held, as a share of the rise
    teeth,            // means over floors, as a share of the rise
    rarer,            // how much longer the last gaps between steps are than the first
    slowing,          // slope before the window over the slope in it
    wander,           // ln of the gate's value
    even,             // as the gate
    day_before,       // what of the rise is left when the day before is subtracted, as a share
    day_decline,      // by what share the growth since the day before falls in a day, less its error
    all_gates,        // the window passes every gate of gates.h
};
inline constexpr std::size_t kClues = 29;
constexpr std::size_t index(Clue clue) { return static_cast<std::size_t>(clue); }
[[nodiscard]] std::string_view word(Clue clue);
[[nodiscard]] ReasonGroup group_of(Clue clue);

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();  // a clue that there is not

struct Clues {
    std::array<float, kClues> value{};
    bool young = false;       // as Trial::young
    bool from_level = false;  // what came before was level, and left out: it speaks neither for nor against

    float& operator[](Clue clue) { return value[index(clue)]; }
    float operator[](Clue clue) const { return value[index(clue)]; }
};

// Of a trial that could_be_growth(). About ten times the cost of the gates: ask it last. Every value is
// finite but those of what cannot be known yet, which are kUnknown.
[[nodiscard]] Clues clues_of(const Trial& trial, const Policy& confirm, double patience_s);

}  // namespace rampwatch::trend
