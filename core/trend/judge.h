// SPDX-License-Identifier: MIT
// The streaming judge of one target: all its lives, all its series.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/model/sample.h"
#include "core/model/verdict.h"
#include "core/trend/evidence.h"
#include "core/trend/tuning.h"

namespace rampwatch::trend {

// Every inner time is a share of `patience`; there is no other time knob.
struct Settings {
    std::chrono::nanoseconds patience = std::chrono::hours(9);
    std::optional<std::int64_t>
        min_growth_bytes{};  // empty: 16 MiB, or 5 % of the nearest limit where that is less, at least 1 MiB
    std::int64_t min_count = 50;  // its twin for threads, descriptors, goroutines
    Tuning tuning{};
    WeighedListener weighed{};     // hears of every window that is weighed; for learning
    const Table* table = nullptr;  // of evidence, in place of the learned one; outlives the Judge
};

// Pure: no clock, no allocation in add() after the first sample, at most 64 KiB a series. Times must not go
// back; a look that is not later than the one before is left out. Nothing after the look in hand changes what
// was said.
class Judge {
  public:
    explicit Judge(const Settings& settings);
    ~Judge();
    Judge(Judge&&) noexcept;
    Judge& operator=(Judge&&) noexcept;

    void add(const Sample& sample);
    void add(const Bucket& bucket);

    // A new life of the same target begins with the next look: floors start anew, what was learned (swings
    // that were given back, age, the day) stays.
    void restart();

    // Cheap: the claim alone, after the last look.
    [[nodiscard]] Claim claim() const;
    [[nodiscard]] Claim claim(Series series) const;

    // Cheap too: the limit notice that holds after the last look; equal to verdict().limit_near.
    [[nodiscard]] std::optional<Forecast> limit_near() const;

    // The series whose limit notice holds, those of counts too; equal to limits_near(verdict()).
    [[nodiscard]] SeriesSet limits_near() const;

    // With all evidence; allocates. Equal whenever it is asked after the same looks.
    [[nodiscard]] Verdict verdict() const;

    // Everything that was learned, as bytes: at most 64 KiB a series. Restored, the Judge goes on as if it
    // had not been away. An earlier version: Error::Kind::unavailable, to be learned anew. A later version,
    // another patience, a damaged or foreign file: Error::Kind::bad_input with an empty `where`. The other
    // settings may differ; they hold from then on.
    [[nodiscard]] std::vector<std::byte> save() const;
    [[nodiscard]] static Result<Judge> load(std::span<const std::byte> bytes, const Settings& settings);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::trend
