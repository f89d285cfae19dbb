// SPDX-License-Identifier: MIT
// Windows that were weighed, in bags: one window makes an alarm, so that what counts of a life, or of a
// stretch of a leak, is its best one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/trend/evidence.h"
#include "core/trend/judge.h"
#include "tests/score/life.h"

namespace rampwatch::learn {

struct Bag {
    bool leak = false;
    double weight = 1;
    int group = -1;  // the program of a recording; -1 of what is simulated
    std::vector<trend::Clues> rows{};
};

// Keeps the best `most` windows by a table, and as many at random; without a table 2 * `most` at random.
class Collector {
  public:
    Collector(const trend::Table* table, std::size_t most, std::uint64_t seed)
        : table_(table), most_(most), random_(seed) {}
    void add(const trend::Clues& clues);
    [[nodiscard]] std::vector<trend::Clues> take();

  private:
    const trend::Table* table_;
    std::size_t most_;
    score::Random random_;
    std::uint64_t seen_ = 0;
    std::vector<std::pair<double, trend::Clues>> best_{};
    std::vector<trend::Clues> some_{};
};

struct Recipe {
    std::uint64_t seed = 1;
    double years = 8;       // of each healthy family; leaks get a quarter
    int recordings = 3000;  // simulated, healthy; leaks get half as many
};

// Simulated lives: all families but those that are policy.
void simulate(const Recipe& recipe, const trend::Table* table, std::vector<Bag>& bags);

struct Trace {
    std::string file{}, label{}, program{};
    double leak_start_s = 0;
    int group = 0;
};
std::vector<Trace> read_labels(const std::string& folder, std::vector<std::string>& programs);
// False when the file cannot be read.
bool replay(const std::string& folder, const Trace& trace, const trend::Table* table, std::vector<Bag>& bags);

// Straight for a patience and more (tests/score/straight.h): neither taught nor counted.
bool is_aside(const std::string& folder, const Trace& trace, double patience_share);

// When a table confirms, for each of these bars, in one run: in seconds since the first look, -1 for never.
// The interval that holds zero is not asked.
std::vector<double> confirmed(const std::string& folder, const Trace& trace, const trend::Table& table,
                              const std::vector<double>& bars, double patience_share, double* length_s);
std::vector<double> confirmed(const score::Family& family, const score::Life& life, const trend::Table& table,
                              const std::vector<double>& bars);
score::Random random_of(const score::Family& family, std::uint64_t seed, std::size_t life);

}  // namespace rampwatch::learn
