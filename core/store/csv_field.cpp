// SPDX-License-Identifier: MIT
#include "core/store/csv_field.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/base/text.h"

namespace rampwatch::store {
namespace {

std::string unit_hint(const ColumnInfo& column) {
    switch (column.unit) {
        case Unit::seconds:
            return fmt::format("{} is in seconds", column.name.view());
        case Unit::bytes:
            return fmt::format("{} is in plain bytes", column.name.view());
        case Unit::count:
            return fmt::format("{} is a count", column.name.view());
        default:
            return fmt::format("{} is a whole number", column.name.view());
    }
}

std::string bound_hint(const ColumnInfo& column) {
    switch (column.unit) {
        case Unit::seconds:
            return fmt::format("{} is in seconds, at most 9e9", column.name.view());
        case Unit::bytes:
            return fmt::format("{} is at most 2^60; leave it empty where it is unknown or unlimited",
                               column.name.view());
        case Unit::count:
            return fmt::format("{} is at most 10^9", column.name.view());
        default:
            return fmt::format("{} is at most 2^32 - 2", column.name.view());
    }
}

}  // namespace

std::string_view bare(std::string_view text) {
    text = trim(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = trim(text.substr(1, text.size() - 2));
    }
    return text;
}

Result<std::int64_t> parse_field(std::string_view text, Column column) {
    const ColumnInfo& info = kColumns[index(column)];
    const auto refuse = [&](std::string_view what, std::string hint) {
        return Error{
            Error::Kind::bad_input, fmt::format("{}: {}", what, escape(text, 64)), {}, std::move(hint)};
    };
    const std::string_view digits = bare(text);
    std::int64_t plain = 0;
    const char* const stopped = parse_plain(digits.data(), digits.data() + digits.size(), info.unit, plain);
    if (stopped == digits.data() + digits.size()) return plain;

    // What is digits alone and not plain is too large; a double would round it down to the bound.
    if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
        return refuse("too large", bound_hint(info));
    }
    double number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    const bool out_of_range = error == std::errc::result_out_of_range && stop == end;
    if (stop != end || (error != std::errc{} && !out_of_range))
        return refuse("not a number", unit_hint(info));
    if (out_of_range) {
        return digits.front() == '-' ? refuse("negative", unit_hint(info))
                                     : refuse("too large", bound_hint(info));
    }
    if (!std::isfinite(number))
        return refuse("not a finite number", "leave the field empty where a value is unknown");
    if (number < 0) return refuse("negative", unit_hint(info));
    const double value = info.unit == Unit::seconds ? number * 1e9 : number;
    if (value > static_cast<double>(largest(info.unit))) return refuse("too large", bound_hint(info));
    if (info.unit != Unit::seconds && value != std::floor(value))
        return refuse("not a whole number", unit_hint(info));
    return static_cast<std::int64_t>(std::llround(value));
}

}  // namespace rampwatch::store
