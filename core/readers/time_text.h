// SPDX-License-Identifier: MIT
// A time at the beginning of a line, in the ways in which tools and people write one.
//
// Seconds, milliseconds, microseconds or nanoseconds since the Unix epoch (told by their size: the years 2001
// to 2099); ISO 8601 with a blank or a T, with or without a zone; what date(1) prints, in the C and the
// English locales, and with -R; syslog's "Mar  2 10:00:00"; a bare "10:00:00", also with AM or PM.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rampwatch::readers {

struct TextTime {
    enum class Kind : std::uint8_t {
        absolute,  // since the Unix epoch
        local,     // since the Unix epoch, by the zone of this process: none was written
        yearless,  // month, day and time of day, as if it were 2024
        clock,     // since midnight
    };
    Kind kind = Kind::absolute;
    std::chrono::nanoseconds value{};
    std::size_t length = 0;  // bytes of the text that it took

    friend bool operator==(const TextTime&, const TextTime&) = default;
};

// Empty where `text` does not begin with a time that a blank, a comma, a semicolon or the end follows.
std::optional<TextTime> leading_time(std::string_view text);

// The whole of `text`, blanks and a pair of brackets around it left out; else empty.
std::optional<TextTime> whole_time(std::string_view text);

// "11/29/26", "2026-11-29", "29.11.2026", "29/11/2026": midnight in the local zone. Where both readings of a
// date with slashes are possible, the month comes first, as in the C locale.
std::optional<std::chrono::nanoseconds> day_of(std::string_view word);

// "2-03:04:05", "03:04:05", "04:05", and plain seconds: how long a process has been there, as ps prints it.
std::optional<std::chrono::nanoseconds> elapsed_of(std::string_view word);

}  // namespace rampwatch::readers
