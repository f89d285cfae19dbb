// SPDX-License-Identifier: MIT
// What is known of a family after its lives were run, and how it is shown.
#pragma once

#include <string>
#include <vector>

#include "tests/score/run_life.h"

namespace rampwatch::score {

struct Played {
    Family family{};
    std::vector<Life> lives{};
    std::vector<Outcome> outcomes{};  // as many

    [[nodiscard]] double years() const;
    [[nodiscard]] int false_alarms() const;       // leaks: those before the onset
    [[nodiscard]] int found() const;              // leaks: alarms after the onset
    [[nodiscard]] double median_delay_h() const;  // leaks: infinite when half are not found
};

// Healthy families, worst first: alarms per process-year with the exact one-sided 95 % Poisson bound.
std::string alarm_table(std::vector<Played> played, bool compare);
// Leaks: found, delay, leaked, interval.
std::string delay_table(const std::vector<Played>& played, bool compare);
// A line a life, with a heading.
std::string log_lines(const Played& played);

}  // namespace rampwatch::score
