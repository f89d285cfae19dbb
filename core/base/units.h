// SPDX-License-Identifier: MIT
// Sizes, durations, rates and times: read as a person types them, printed as a person reads them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch {

// Reads a size such as "512", "64M", "64MiB" or "1.5G"; the value is in bytes, 0 to 2^63-1, fractions of a
// byte cut off. K, M, G, T are powers of 1024, as systemd has it; "64MB" is refused, since tools disagree
// on what it means. Anything else is Error::Kind::bad_input, with an empty `where`.
Result<std::int64_t> parse_size(std::string_view text);

// Reads a duration: "30" and "30s" are seconds, then "5m", "2h", "9d", "250ms", and sums of them from the
// largest unit down, as in "1h30m". Fractions are taken ("1.5h"). 0 to 10,000 days; else bad_input.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

// "1.02 GiB", "104 MiB", "812 B": three figures; negative sizes keep their sign.
std::string format_size(double bytes);

// "9 days", "2.5 h", "12 min", "40 s", "250 ms": two or three figures, for a sentence.
std::string format_duration(std::chrono::nanoseconds duration);

// "9h", "90s", "250ms": in the largest unit that says it exactly, to be read again by parse_duration().
// Fractions of a millisecond are cut off.
std::string duration_word(std::chrono::nanoseconds duration);

// "4.40 MiB/h": per hour from 1 KiB/h up to 1 GiB/h, else per second or per day; with a sign. `per_s` in
// bytes.
std::string format_rate(double bytes_per_s);

// "400/h", "1.2/min": the same for counts.
std::string format_count_rate(double per_s);

// What rates that stand beside one another are said in, so that the eye compares numbers and not units.
struct RateUnit {
    double per_s = 1;    // one such unit, in bytes or counts a second
    std::string name{};  // " MiB/h", "/min"
};
RateUnit rate_unit(double bytes_per_s);  // the one that format_rate() says this rate in
RateUnit count_rate_unit(double per_s);  // and format_count_rate()
std::string format_rate_in(const RateUnit& unit, double per_s);  // "0.12 MiB/s"; with a sign where negative

// "41,032": a count with thousands separators.
std::string format_count(std::int64_t count);

// "2026-11-24T03:10:05+01:00": ISO 8601 in the local zone of the process, with its offset. `wall` is since
// the Unix epoch.
std::string format_time(std::chrono::nanoseconds wall);

// "Thu 3 Dec about 14:00" rounded to the hour, or "Thu 3 Dec 14:07" rounded to the minute: for forecasts.
std::string format_day_second(std::chrono::nanoseconds wall);  // "Thu 3 Dec 14:07:32", cut off
std::string format_day_hour(std::chrono::nanoseconds wall);
std::string format_day_minute(std::chrono::nanoseconds wall);

}  // namespace rampwatch
