// SPDX-License-Identifier: MIT
// The name of what is seen, and what makes it that.
#pragma once

#include <optional>

#include "core/model/verdict.h"
#include "core/trend/floors.h"
#include "core/trend/policy.h"

namespace rampwatch::trend {

struct ShapeFound {
    Shape shape = Shape::too_short;
    std::optional<double> levels_off_at{};  // plateau, warmup: in the series' unit
    std::optional<double> swing{};     // sawtooth, periodic, and ramps on them: height of a tooth or wave
    std::optional<double> period_s{};  // of the same
};

// Teeth: at least three rises at one width that were given back, each `least` or more, further apart than
// four blocks and closer than a day.
struct Teeth {
    double height = 0;
    double period_s = 0;
};
[[nodiscard]] std::optional<Teeth> teeth(const Floors& floors, const Times& times, double least);

// The height of a daily wave of at least `least`, once two days were seen and the second was like the first.
[[nodiscard]] std::optional<double> daily_wave(const Floors& floors, double least);

// What healthy (or undecided) memory looks like; `material` is the smallest rise that is worth a name.
[[nodiscard]] ShapeFound shape_at_rest(const Floors& floors, const Times& times, double material);

// What growth looks like that began at `onset_ns` and was found on `kind`.
[[nodiscard]] ShapeFound shape_of_growth(const Floors& floors, const Times& times, Kind kind,
                                         std::int64_t onset_ns);

}  // namespace rampwatch::trend
