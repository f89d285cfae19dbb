// SPDX-License-Identifier: MIT
#include "core/base/moment.h"

#include <array>
#include <cctype>
#include <ctime>
#include <optional>

#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// `count` digits at the beginning; they are cut off.
std::optional<int> digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return number;
}

bool cut(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// What is left behind date and time: empty for the local zone, else seconds east of Greenwich.
bool read_zone(std::string_view text, std::optional<int>& east_s) {
    if (text.empty()) return true;
    if (text == "Z") {
        east_s = 0;
        return true;
    }
    const int sign = text.front() == '-' ? -1 : 1;
    if (!cut(text, "+-")) return false;
    const auto hours = digits(text, 2);
    cut(text, ":");
    const auto minutes = digits(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return false;
    east_s = sign * (*hours * 3600 + *minutes * 60);
    return true;
}

std::optional<nanoseconds> parse_date(std::string_view text) {
    std::tm parts{};
    const auto year = digits(text, 4);
    if (!year || !cut(text, "-")) return std::nullopt;
    const auto month = digits(text, 2);
    if (!month || !cut(text, "-")) return std::nullopt;
    const auto day = digits(text, 2);
    if (!day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
    std::array<int, 3> clock{};
    if (cut(text, "T ")) {
        for (std::size_t i = 0; i < clock.size(); ++i) {
            if (i > 0 && !cut(text, ":")) {
                if (i == 1) return std::nullopt;
                break;
            }
            const auto number = digits(text, 2);
            if (!number || *number > (i == 0 ? 23 : 59)) return std::nullopt;
            clock[i] = *number;
        }
    }
    std::optional<int> east_s;
    if (!read_zone(text, east_s)) return std::nullopt;
    parts.tm_year = *year - 1900;
    parts.tm_mon = *month - 1;
    parts.tm_mday = *day;
    parts.tm_hour = clock[0];
    parts.tm_min = clock[1];
    parts.tm_sec = clock[2];
    parts.tm_isdst = -1;
    const std::time_t time = east_s ? ::timegm(&parts) - *east_s : ::mktime(&parts);
    if (parts.tm_mday != *day) return std::nullopt;  // 31 April
    return std::chrono::seconds(time);
}

Result<nanoseconds> parse(std::string_view text, nanoseconds now, int sign) {
    if (const auto date = parse_date(text)) return *date;
    const auto duration = parse_duration(text);
    if (duration) return now + sign * *duration;
    return Error{Error::Kind::bad_input, "not a time: " + escape(text, 64), "",
                 "such as 24h, 9d or 2026-11-20T04:00"};
}

}  // namespace

Result<nanoseconds> parse_moment(std::string_view text, nanoseconds now) { return parse(text, now, -1); }

Result<nanoseconds> parse_moment_ahead(std::string_view text, nanoseconds now) { return parse(text, now, 1); }

}  // namespace rampwatch
