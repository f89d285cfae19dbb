// SPDX-License-Identifier: MIT
#include "core/fleet/restart_signs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch::fleet;

namespace {

constexpr std::size_t kPatience = 540;  // looks

// Which looks begin a life; all of them have to be decided in the end.
std::vector<std::size_t> begins(RestartSigns signs, std::size_t count,
                                const std::function<RestartSigns::Look(std::size_t)>& look) {
    std::vector<std::size_t> found;
    std::size_t decided = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto decision = signs.add(look(i));
        if (decision.begins) found.push_back(decided);
        decided += decision.looks;
        CHECK(i + 1 - decided <= signs.fill() + 1);
    }
    decided += signs.finish().looks;
    CHECK(decided == count);
    return found;
}

RestartSigns::Look bytes(double value) { return {.bytes = value}; }

// Up from 100 to 120 within ten looks, then on in a line to 300, each day anew.
double deployed(std::size_t at) {
    const auto age = static_cast<double>(at % 1440);
    return 100 + 20 * std::min(1.0, age / 10) + age / 8;
}

}  // namespace

TEST_CASE("a drop to the start that fills as a start does is a restart", "[fleet]") {
    const auto found = begins({kPatience, false}, 5000, [](std::size_t i) { return bytes(deployed(i)); });
    CHECK(found == std::vector<std::size_t>{1440, 2880, 4320});
}

TEST_CASE("a sawtooth has no restarts, however slow and deep it is", "[fleet]") {
    for (const std::size_t period : {2U, 30U, 200U, 700U, 2880U}) {
        const auto found = begins({kPatience, false}, 9000, [&](std::size_t i) {
            return bytes(100 + 200 * static_cast<double>(i % period) / static_cast<double>(period));
        });
        CHECK(found.empty());
    }
}

TEST_CASE("neither has one with a faster one upon it", "[fleet]") {
    const auto found = begins({kPatience, false}, 9000, [](std::size_t i) {
        return bytes(100 + 200 * static_cast<double>(i % 1440) / 1440 + 3 * static_cast<double>(i % 8));
    });
    CHECK(found.empty());
}

TEST_CASE("CPU time that falls is a restart, and where it does not fall no drop is one", "[fleet]") {
    const auto with_cpu = [](std::size_t i, std::size_t period) {
        return RestartSigns::Look{.bytes = deployed(i), .cpu_s = 7.0 * static_cast<double>(i % period)};
    };
    CHECK(begins({kPatience, false}, 5000, [&](std::size_t i) { return with_cpu(i, 2000); }) ==
          std::vector<std::size_t>{2000, 4000});
    CHECK(begins({kPatience, false}, 5000, [&](std::size_t i) { return with_cpu(i, 100'000); }).empty());
}

TEST_CASE("a drop after silence is a restart where the start level is known", "[fleet]") {
    const auto teeth = [](double least, bool silent) {
        return [=](std::size_t i) {
            const std::size_t age = i % 50;
            return RestartSigns::Look{.bytes = (i < 50 ? 100 : least) + 4 * static_cast<double>(age),
                                      .after_silence = silent && age == 0 && i > 0};
        };
    };
    CHECK(begins({kPatience, true}, 149, teeth(105, true)) == std::vector<std::size_t>{50, 100});
    CHECK(begins({kPatience, false}, 149, teeth(105, true)).empty());
    CHECK(begins({kPatience, true}, 149, teeth(105, false)).empty());
    CHECK(begins({kPatience, true}, 149, teeth(140, true)).empty());
}

TEST_CASE("a series that ends soon after a drop is told to its end", "[fleet]") {
    for (std::size_t more = 0; more < 40; ++more)
        begins({kPatience, false}, 1440 + more, [](std::size_t i) { return bytes(deployed(i)); });
}
