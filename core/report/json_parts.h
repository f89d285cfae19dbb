// SPDX-License-Identifier: MIT
// The pieces that every JSON writer here is made of. Only report/json*.cpp may include this.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/model/heap_types.h"
#include "core/model/stack.h"
#include "core/model/verdict.h"

namespace rampwatch::report {

using Json = nlohmann::ordered_json;

// What is unknown is null. Numbers with a fraction go through json_number, which knows that they may not be
// finite.
template <class T>
Json json_known(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

// JSON has no NaN and no infinity: they become null, as does what is unknown.
Json json_number(double value);
Json json_number(const std::optional<double>& value);

// In seconds, exact to the microsecond over thirty years.
Json json_seconds(std::chrono::nanoseconds time);
Json json_seconds(const std::optional<std::chrono::nanoseconds>& time);

Json json_interval(const std::optional<Interval>& interval);  // [low, high]
Json json_evidence(const SeriesVerdict& series);              // gates in the order in which they are asked
Json json_weighing(const std::optional<Weighing>& weighing);  // null when nothing was weighed
Json json_series(const SeriesVerdict& series);                // one member of all_series
Json json_forecast(const std::optional<Forecast>& forecast);
Json json_limit(const std::optional<Limit>& limit);
Json json_count_limit(Series series, const std::optional<CountLimit>& limit);
Json json_count_forecast(Series series, const std::optional<CountForecast>& forecast);

Json json_claims(const Verdict& verdict);  // as `analyze` has it, without its source; in json_verdict.cpp

Json json_of(const Dump& dump);                          // "rampwatch.dump/1", in json_dump.cpp
Json json_of(const HeapTypes& types, const Life& life);  // "rampwatch.heap/1", in json_heap.cpp

// One line without its end; bytes that are not UTF-8 are replaced by U+FFFD.
std::string json_line(const Json& json);

}  // namespace rampwatch::report
