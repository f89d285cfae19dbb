// SPDX-License-Identifier: MIT
// A line a target, fields by tabs: name (as a history's file name has it), time, flags, rise, eta, silent
// until;
// "-" is unknown. Times in nanoseconds since the Unix epoch.
#include "core/store/told_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/whole_file.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kHead = "rampwatch-told 1";
constexpr std::size_t kMostBytes = 4U << 20;
constexpr std::size_t kFields = 6;

std::string quoted(std::string_view name) {
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte <= 0x20 || c == '%' || byte == 0x7f ? fmt::format("%{:02X}", byte) : std::string(1, c);
    }
    return text;
}

std::optional<int> hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? std::optional(c - 'A' + 10) : std::nullopt;
}

std::string unquoted(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto high = text[i] == '%' && i + 2 < text.size() ? hex(text[i + 1]) : std::nullopt;
        const auto low = high ? hex(text[i + 2]) : std::nullopt;
        if (low) {
            name += static_cast<char>(*high * 16 + *low);
            i += 2;
        } else {
            name += text[i];
        }
    }
    return name;
}

std::string time_field(const std::optional<nanoseconds>& time) {
    return time ? fmt::format("{}", time->count()) : "-";
}

std::optional<nanoseconds> time_of(std::string_view field) {
    const auto count = parse_count(field);
    return count ? std::optional(nanoseconds(*count)) : std::nullopt;
}

std::optional<Told> parse(const std::vector<std::string_view>& fields) {
    if (fields.size() != kFields) return std::nullopt;
    const auto has = [&](char flag) { return fields[2].find(flag) != std::string_view::npos; };
    Told told{.told_wall = time_of(fields[1]),
              .leak = has('l'),
              .growing_through_restarts = has('r'),
              .limit_near = has('n'),
              .silent_until_wall = time_of(fields[5])};
    const auto rise = parse_number(fields[3]);
    if (!rise) return std::nullopt;
    told.rise = *rise;
    told.eta_s = parse_number(fields[4]);
    return told;
}

}  // namespace

Result<ToldBook> load_told(const std::string& path) {
    ToldBook book;
    const auto text = read_file(path, kMostBytes);
    if (!text) {
        if (text.error().kind == Error::Kind::not_found) return book;
        return text.error();
    }
    const auto lines = split(*text, '\n');
    const auto damaged = [&](std::size_t line) {
        return Error{Error::Kind::bad_input, "not a file that rampwatch wrote",
                     fmt::format("{}:{}", escape(path, 256), line),
                     "remove it to have everything reported again"};
    };
    if (lines.front() != kHead) return damaged(1);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (lines[i].empty()) continue;
        const auto fields = split(lines[i], '\t');
        const auto told = parse(fields);
        if (!told) return damaged(i + 1);
        book[unquoted(fields[0])] = *told;
    }
    return book;
}

Result<void> save_told(const std::string& path, const ToldBook& book) {
    std::string text(kHead);
    text += '\n';
    for (const auto& [name, told] : book) {
        std::string flags;
        if (told.leak) flags += 'l';
        if (told.growing_through_restarts) flags += 'r';
        if (told.limit_near) flags += 'n';
        text += fmt::format(
            "{}\t{}\t{}\t{}\t{}\t{}\n", quoted(name), time_field(told.told_wall), flags.empty() ? "-" : flags,
            told.rise, told.eta_s ? fmt::format("{}", *told.eta_s) : "-", time_field(told.silent_until_wall));
    }
    return write_whole(path, text, 0600);
}

}  // namespace rampwatch::store
