// SPDX-License-Identifier: MIT
#include "core/readers/time_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kEarliest_s = 1'000'000'000;  // 2001: smaller numbers are no times since the epoch
constexpr std::int64_t kLatest_s = 4'102'444'800;    // 2100

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

// What a line was read of so far; every step takes all of what it reads, or nothing.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t at() const { return at_; }
    void back_to(std::size_t at) { at_ = at; }
    [[nodiscard]] char look(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool take(char byte) {
        if (look() != byte || at_ == text_.size()) return false;
        ++at_;
        return true;
    }
    void blanks() {
        while (look() == ' ' || look() == '\t') ++at_;
    }
    // `least` to `most` digits, and not one more.
    std::optional<std::int64_t> digits(std::size_t least, std::size_t most) {
        std::size_t count = 0;
        std::int64_t number = 0;
        while (count < most && is_digit(look(count))) number = number * 10 + (look(count++) - '0');
        if (count < least || is_digit(look(count))) return std::nullopt;
        at_ += count;
        return number;
    }
    // Letters alone; empty where there are none.
    std::string_view word() const {
        std::size_t length = 0;
        while ((look(length) | 0x20) >= 'a' && (look(length) | 0x20) <= 'z') ++length;
        return text_.substr(std::min(at_, text_.size()), length);
    }
    void skip(std::size_t count) { at_ += count; }
    [[nodiscard]] bool at_border() const {
        const char next = look();
        return at_ >= text_.size() || next == ' ' || next == '\t' || next == ',' || next == ';' ||
               next == ']' || next == '"';
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

// ".123456789" or ",123": in nanoseconds; 0 without one. Further digits are passed over.
std::int64_t fraction(Cursor& cursor, bool comma_too) {
    const bool millis = is_digit(cursor.look(1)) && is_digit(cursor.look(2)) && is_digit(cursor.look(3)) &&
                        !is_digit(cursor.look(4));
    const bool there = cursor.look() == '.' || (comma_too && cursor.look() == ',' && millis);
    if (!there || !is_digit(cursor.look(1))) return 0;
    cursor.skip(1);
    std::int64_t ns = 0;
    std::int64_t scale = kSecond;
    for (std::size_t count = 0; is_digit(cursor.look()) && count < 32; ++count, cursor.skip(1)) {
        if (scale > 1) ns += (cursor.look() - '0') * (scale /= 10);
    }
    return ns;
}

struct Zone {
    std::string_view name;
    int east_min;
};
// Of names that several zones have, the one that most hosts mean: a constant shift moves no verdict.
constexpr std::array<Zone, 28> kZones = {
    {{"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"WET", 0},    {"WEST", 60},  {"BST", 60},
     {"CET", 60},   {"CEST", 120}, {"MET", 60},   {"MEST", 120}, {"EET", 120},  {"EEST", 180},
     {"MSK", 180},  {"IST", 330},  {"JST", 540},  {"KST", 540},  {"AEST", 600}, {"AEDT", 660},
     {"NZST", 720}, {"NZDT", 780}, {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
     {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}}};

// Seconds east of Greenwich: "Z", "+01:00", "+0100", "+01", "CET"; nothing is taken where there is none.
std::optional<std::int64_t> zone(Cursor& cursor) {
    const std::size_t before = cursor.at();
    cursor.blanks();
    const std::string_view name = cursor.word();
    for (const Zone& known : kZones) {
        if (name != known.name) continue;
        cursor.skip(name.size());
        return known.east_min * 60;
    }
    const char sign = cursor.look();
    if ((sign == '+' || sign == '-') && is_digit(cursor.look(1))) {
        cursor.skip(1);
        auto number = cursor.digits(2, 4);
        if (number && *number <= 14 && cursor.take(':')) {
            const auto minutes = cursor.digits(2, 2);
            number = minutes ? std::optional(*number * 100 + *minutes) : std::nullopt;
        } else if (number && *number <= 14) {
            number = *number * 100;
        }
        if (number && *number <= 1400 && *number % 100 < 60 && cursor.at_border()) {
            return (sign == '-' ? -1 : 1) * (*number / 100 * 3600 + *number % 100 * 60);
        }
    }
    cursor.back_to(before);
    return std::nullopt;
}

// "10:00", "10:00:00.5", "10:00:00 PM": nanoseconds since midnight. `seconds_too`: they must be there.
std::optional<std::int64_t> clock(Cursor& cursor, bool seconds_too) {
    const std::size_t before = cursor.at();
    const auto hour = cursor.digits(1, 2);
    std::optional<std::int64_t> minute;
    std::int64_t second = 0;
    std::int64_t ns = 0;
    bool good = hour && cursor.take(':');
    if (good) minute = cursor.digits(2, 2);
    good = good && minute && *minute < 60 && *hour < 24;
    if (good && cursor.take(':')) {
        const auto number = cursor.digits(2, 2);
        good = number && *number <= 60;  // a leap second
        second = number.value_or(0);
        ns = fraction(cursor, true);
    } else if (seconds_too) {
        good = false;
    }
    if (!good) {
        cursor.back_to(before);
        return std::nullopt;
    }
    std::int64_t hours = *hour;
    const std::size_t after = cursor.at();
    cursor.blanks();
    const std::string_view half = cursor.word();
    if (half == "AM" || half == "PM" || half == "am" || half == "pm") {
        cursor.skip(2);
        hours = hours % 12 + ((half[0] | 0x20) == 'p' ? 12 : 0);
    } else {
        cursor.back_to(after);
    }
    return (hours * 3600 + *minute * 60 + second) * kSecond + ns;
}

struct Date {
    std::int64_t year = 0, month = 0, day = 0;
};

bool is_possible(const Date& date) {
    return date.year >= 1970 && date.year < 2100 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= 31;
}

// Seconds since the epoch at that day's beginning and `clock_s` later.
std::int64_t seconds_of(const Date& date, std::int64_t clock_s, const std::optional<std::int64_t>& east_s) {
    std::tm parts{};
    parts.tm_year = static_cast<int>(date.year - 1900);
    parts.tm_mon = static_cast<int>(date.month - 1);
    parts.tm_mday = static_cast<int>(date.day);
    parts.tm_hour = static_cast<int>(clock_s / 3600);
    parts.tm_min = static_cast<int>(clock_s / 60 % 60);
    parts.tm_sec = static_cast<int>(clock_s % 60);
    parts.tm_isdst = -1;
    return east_s ? ::timegm(&parts) - *east_s : ::mktime(&parts);
}

TextTime time_of(const Date& date, std::int64_t clock_ns, const std::optional<std::int64_t>& east_s,
                 bool has_year, std::size_t length) {
    const auto kind = !has_year ? TextTime::Kind::yearless
                      : east_s  ? TextTime::Kind::absolute
                                : TextTime::Kind::local;
    const std::optional<std::int64_t> east = has_year ? east_s : std::optional<std::int64_t>(0);
    const std::int64_t seconds = seconds_of(date, clock_ns / kSecond, east);
    return {kind, nanoseconds(seconds * kSecond + clock_ns % kSecond), length};
}

std::optional<TextTime> epoch(Cursor cursor) {
    std::size_t count = 0;
    std::int64_t number = 0;
    while (count < 19 && is_digit(cursor.look(count))) number = number * 10 + (cursor.look(count++) - '0');
    if (is_digit(cursor.look(count))) return std::nullopt;
    cursor.skip(count);
    std::int64_t per_second = 0;
    for (const auto& [digits, scale] :
         {std::pair{10UL, 1L}, {13UL, 1000L}, {16UL, 1000'000L}, {19UL, kSecond}}) {
        if (count == digits) per_second = scale;
    }
    if (per_second == 0) return std::nullopt;
    if (number / per_second < kEarliest_s || number / per_second >= kLatest_s) return std::nullopt;
    const std::int64_t ns = number * (kSecond / per_second) + fraction(cursor, false) / per_second;
    if (!cursor.at_border()) return std::nullopt;
    return TextTime{TextTime::Kind::absolute, nanoseconds(ns), cursor.at()};
}

std::optional<TextTime> iso(Cursor cursor) {
    const auto year = cursor.digits(4, 4);
    const char separator = cursor.look();
    if (!year || (separator != '-' && separator != '/')) return std::nullopt;
    cursor.skip(1);
    const auto month = cursor.digits(1, 2);
    if (!month || !cursor.take(separator)) return std::nullopt;
    const auto day = cursor.digits(1, 2);
    if (!day) return std::nullopt;
    const Date date{*year, *month, *day};
    if (!is_possible(date)) return std::nullopt;
    if (!cursor.take('T') && !cursor.take('_')) cursor.blanks();
    const auto of_day = clock(cursor, false);
    if (!of_day) return std::nullopt;
    const auto east_s = zone(cursor);
    if (!cursor.at_border()) return std::nullopt;
    return time_of(date, *of_day, east_s, true, cursor.at());
}

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// Which of `words` the first three letters of `name` are, from 1; 0 for none.
template <std::size_t N>
std::int64_t which(std::string_view name, const std::array<std::string_view, N>& words) {
    if (name.size() < 3 || name.size() > 9) return 0;
    std::array<char, 3> low{};
    for (std::size_t i = 0; i < 3; ++i) low[i] = static_cast<char>(name[i] | 0x20);
    const auto found = std::find(words.begin(), words.end(), std::string_view(low.data(), 3));
    return found == words.end() ? 0 : found - words.begin() + 1;
}

// The parts of date(1)'s lines in whichever order: what is there already is not taken a second time.
class DateWords {
  public:
    bool take(Cursor& cursor) {
        const std::string_view name = cursor.word();
        if (!weekday_ && month_ == 0 && which(name, kDays) != 0) {
            weekday_ = true;
            cursor.skip(name.size());
            cursor.take(',');
            return true;
        }
        if (month_ == 0 && which(name, kMonths) != 0) {
            month_ = which(name, kMonths);
            cursor.skip(name.size());
            return true;
        }
        if (!clock_ && month_ != 0) {
            clock_ = clock(cursor, true);
            if (clock_) return true;
        }
        if (clock_ && !east_s_ && take_zone(cursor, name)) return true;
        return take_number(cursor);
    }

    [[nodiscard]] std::optional<TextTime> time(std::size_t length) const {
        const Date date{year_ != 0 ? year_ : 2024, month_, day_};
        if (!clock_ || !is_possible(date)) return std::nullopt;
        return time_of(date, *clock_, east_s_, year_ != 0, length);
    }

  private:
    bool take_zone(Cursor& cursor, std::string_view name) {
        east_s_ = zone(cursor);
        if (east_s_) return true;
        // A zone that is not known here counts as the local one; only before a year is such a word a zone.
        const std::size_t before = cursor.at();
        if (year_ != 0 || name.size() < 3 || name.size() > 5) return false;
        cursor.skip(name.size());
        cursor.blanks();
        if (cursor.digits(4, 4)) return cursor.back_to(before + name.size()), true;
        cursor.back_to(before);
        return false;
    }

    bool take_number(Cursor& cursor) {
        const std::size_t before = cursor.at();
        if (day_ == 0) {
            if (const auto number = cursor.digits(1, 2)) return day_ = *number, true;
        }
        if (year_ == 0 && month_ != 0 && day_ != 0) {
            const auto number = cursor.digits(4, 4);
            if (number && *number >= 1970 && *number < 2100 && cursor.at_border())
                return year_ = *number, true;
        }
        cursor.back_to(before);
        return false;
    }

    bool weekday_ = false;
    std::int64_t year_ = 0, month_ = 0, day_ = 0;
    std::optional<std::int64_t> clock_{};
    std::optional<std::int64_t> east_s_{};
};

std::optional<TextTime> date_words(Cursor cursor) {
    DateWords words;
    std::size_t length = 0;
    for (int parts = 0; parts < 8 && words.take(cursor); ++parts) {
        if (!cursor.at_border()) break;
        length = cursor.at();
        cursor.blanks();
    }
    return words.time(length);
}

std::optional<TextTime> bare_clock(Cursor cursor) {
    const auto of_day = clock(cursor, true);
    if (!of_day || !cursor.at_border()) return std::nullopt;
    return TextTime{TextTime::Kind::clock, nanoseconds(*of_day), cursor.at()};
}

}  // namespace

std::optional<TextTime> leading_time(std::string_view text) {
    if (text.empty()) return std::nullopt;
    if (!is_digit(text.front())) return date_words(Cursor(text));
    if (auto time = epoch(Cursor(text))) return time;
    if (auto time = iso(Cursor(text))) return time;
    if (auto time = bare_clock(Cursor(text))) return time;
    return date_words(Cursor(text));
}

std::optional<TextTime> whole_time(std::string_view text) {
    text = trim(text);
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    const auto time = leading_time(text);
    return time && time->length == text.size() ? time : std::nullopt;
}

std::optional<nanoseconds> day_of(std::string_view word) {
    Cursor cursor(word);
    const auto first = cursor.digits(1, 4);
    const char separator = cursor.look();
    if (!first || (separator != '/' && separator != '-' && separator != '.')) return std::nullopt;
    cursor.skip(1);
    const auto second = cursor.digits(1, 2);
    if (!second || !cursor.take(separator)) return std::nullopt;
    const auto third = cursor.digits(1, 4);
    if (!third || cursor.at() != word.size()) return std::nullopt;
    Date date{*third, *first, *second};
    if (*first > 31) {
        date = {*first, *second, *third};
    } else if (separator == '.' || *first > 12) {
        date = {*third, *second, *first};
    }
    if (date.year < 100) date.year += 2000;
    if (!is_possible(date)) return std::nullopt;
    return std::chrono::seconds(seconds_of(date, 0, std::nullopt));
}

std::optional<nanoseconds> elapsed_of(std::string_view word) {
    std::int64_t days = 0;
    std::string_view rest = word;
    if (const auto dash = word.find('-'); dash != std::string_view::npos) {
        const auto number = parse_count(word.substr(0, dash));
        if (!number || *number > 100'000) return std::nullopt;
        days = *number;
        rest = word.substr(dash + 1);
    }
    const auto parts = split(rest, ':');
    if (parts.size() > 3 || (days > 0 && parts.size() < 3)) return std::nullopt;
    std::int64_t seconds = 0;
    for (const std::string_view part : parts) {
        const auto number = parse_count(part);
        if (!number || *number > 10'000'000'000) return std::nullopt;
        seconds = seconds * 60 + *number;
    }
    if (seconds > 9'000'000'000) return std::nullopt;
    return std::chrono::seconds(days * 86'400 + seconds);
}

}  // namespace rampwatch::readers
