// SPDX-License-Identifier: MIT
#include "core/base/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <optional>
#include <utility>

#include "core/base/text.h"

namespace rampwatch {
namespace {

using std::chrono::nanoseconds;

// The number at the head of `text` (digits and at most one point), which is then cut off; empty when there is
// none.
std::optional<double> take_number(std::string_view& text) {
    const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto number = parse_number(text.substr(0, end));
    text.remove_prefix(end);
    return number;
}

constexpr std::array<std::string_view, 7> kSizeUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

// Three figures: 1.02, 10.2, 102, 1020.
std::string three_figures(double value) {
    const double size = std::fabs(value);
    const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

struct SizeUnit {
    double bytes = 1;
    std::string_view name = kSizeUnits.front();
};

// The largest one of which there is at least one, to three figures.
SizeUnit size_unit(double bytes) {
    SizeUnit unit;
    for (std::size_t at = 1; at < kSizeUnits.size() && std::fabs(bytes) / unit.bytes >= 1023.5; ++at)
        unit = {unit.bytes * 1024, kSizeUnits[at]};
    return unit;
}

// Two decimals less where they say nothing: "2.50" -> "2.5", "9.00" -> "9".
std::string short_number(double value) {
    const double size = std::fabs(value);
    std::string text = fmt::format("{:.{}f}", value, size < 9.95 ? 1 : 0);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
}

}  // namespace

Result<std::int64_t> parse_size(std::string_view text) {
    const auto refuse = [&](std::string hint) {
        return Error{Error::Kind::bad_input, "not a size: " + escape(text, 64), {}, std::move(hint)};
    };
    std::string_view rest = text;
    const auto number = take_number(rest);
    if (!number) return refuse("such as 512, 64M or 1.5G; K, M, G, T are powers of 1024");
    double scale = 1;
    if (!rest.empty() && rest != "B") {
        const auto power = std::string_view("KMGTPE").find(rest.front());
        const bool iec = rest.size() == 1 || rest.substr(1) == "iB";
        if (power == std::string_view::npos || !iec) {
            return refuse("use K, M, G or T, powers of 1024; MB means different things to different tools");
        }
        scale = std::exp2(10.0 * static_cast<double>(power + 1));
    }
    const double bytes = *number * scale;
    if (bytes >= 0x1p63) return refuse("at most 8 EiB");
    return static_cast<std::int64_t>(bytes);
}

Result<nanoseconds> parse_duration(std::string_view text) {
    struct Unit {
        std::string_view name;
        double seconds;
    };
    constexpr std::array<Unit, 6> kUnits = {
        {{"d", 86400}, {"h", 3600}, {"min", 60}, {"m", 60}, {"s", 1}, {"ms", 1e-3}}};
    const auto refuse = [&](std::string hint) {
        return Error{Error::Kind::bad_input, "not a duration: " + escape(text, 64), {}, std::move(hint)};
    };
    double seconds = 0;
    double last_unit = 1e9;
    std::string_view rest = text;
    while (true) {
        const auto number = take_number(rest);
        if (!number) return refuse("such as 30s, 5m, 2h, 9d or 1h30m; a bare number is seconds");
        const auto name = rest.substr(0, std::min(rest.find_first_of("0123456789."), rest.size()));
        rest.remove_prefix(name.size());
        double unit = 0;
        for (const Unit& known : kUnits) {
            if (known.name == name || (name.empty() && rest.empty() && last_unit > 1e8 && known.seconds == 1))
                unit = known.seconds;
        }
        if (unit == 0) return refuse("the units are d, h, m, s and ms");
        if (unit >= last_unit) return refuse("from the largest unit down, each once");
        seconds += *number * unit;
        last_unit = unit;
        if (rest.empty()) break;
    }
    if (seconds > 10000.0 * 86400) return refuse("at most 10000 days");
    return nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

std::string format_size(double bytes) {
    const SizeUnit unit = size_unit(bytes);
    if (unit.bytes <= 1) return fmt::format("{:.0f} B", bytes);
    return fmt::format("{} {}", three_figures(bytes / unit.bytes), unit.name);
}

std::string format_duration(nanoseconds duration) {
    const double s = std::chrono::duration<double>(duration).count();
    const double size = std::fabs(s);
    if (size < 0.0000005) return "0 s";
    if (size < 0.0009995) return short_number(s * 1e6) + " us";
    if (size < 0.9995) return short_number(s * 1e3) + " ms";
    if (size < 99.5) return short_number(s) + " s";
    if (size < 99.5 * 60) return short_number(s / 60) + " min";
    if (size < 47.5 * 3600) return short_number(s / 3600) + " h";
    return short_number(s / 86400) + " days";
}

std::string duration_word(nanoseconds duration) {
    constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> kUnits = {
        {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}}};
    const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(duration).count();
    for (const auto& [size, name] : kUnits) {
        if (ms != 0 && ms % size == 0) return fmt::format("{}{}", ms / size, name);
    }
    return fmt::format("{}ms", ms);
}

RateUnit rate_unit(double bytes_per_s) {
    const double per_hour = std::fabs(bytes_per_s) * 3600;
    const auto [seconds, name] = per_hour > 0x1p30                  ? std::pair(1.0, "/s")
                                 : per_hour < 1024 && per_hour != 0 ? std::pair(86400.0, "/day")
                                                                    : std::pair(3600.0, "/h");
    const SizeUnit size = size_unit(bytes_per_s * seconds);
    return {size.bytes / seconds, fmt::format(" {}{}", size.name, name)};
}

RateUnit count_rate_unit(double per_s) {
    const double size = std::fabs(per_s);
    if (size >= 1) return {1, "/s"};
    if (size * 60 >= 1) return {1.0 / 60, "/min"};
    if (size * 3600 >= 1 || per_s == 0) return {1.0 / 3600, "/h"};
    return {1.0 / 86400, "/day"};
}

std::string format_rate_in(const RateUnit& unit, double per_s) {
    const double value = per_s / unit.per_s;
    if (unit.name.starts_with(" B/")) return fmt::format("{:.0f}{}", value, unit.name);
    return three_figures(value) + unit.name;
}

std::string format_rate(double bytes_per_s) { return format_rate_in(rate_unit(bytes_per_s), bytes_per_s); }

std::string format_count_rate(double per_s) { return format_rate_in(count_rate_unit(per_s), per_s); }

std::string format_count(std::int64_t count) {
    std::string digits = fmt::format("{}", count);
    const std::size_t first = digits.front() == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
    return digits;
}

namespace {

std::tm local_time(nanoseconds wall) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(wall).count();
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
}

std::string day_of(const std::tm& parts) {
    constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{} {} {}", kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                       kMonths[static_cast<std::size_t>(parts.tm_mon)]);
}

}  // namespace

std::string format_time(nanoseconds wall) {
    const std::tm parts = local_time(wall);
    const long offset_min = parts.tm_gmtoff / 60;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       offset_min < 0 ? '-' : '+', std::labs(offset_min) / 60, std::labs(offset_min) % 60);
}

std::string format_day_second(nanoseconds wall) {
    const std::tm parts = local_time(wall);
    return fmt::format("{} {:02}:{:02}:{:02}", day_of(parts), parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string format_day_hour(nanoseconds wall) {
    const std::tm parts = local_time(wall + std::chrono::minutes(30));
    return fmt::format("{} about {:02}:00", day_of(parts), parts.tm_hour);
}

std::string format_day_minute(nanoseconds wall) {
    const std::tm parts = local_time(wall);
    return fmt::format("{} {:02}:{:02}", day_of(parts), parts.tm_hour, parts.tm_min);
}

}  // namespace rampwatch
