// SPDX-License-Identifier: MIT
#include "core/stacks/json_log.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/stacks/json_scan.h"

namespace rampwatch::stacks {
namespace {

// A cheap look before a line is taken apart: without one of these there is no stack's beginning in it.
bool may_have_head(std::string_view text) {
    constexpr std::array<std::string_view, 7> kWords = {"oroutine ", "hread ", "TID ",   "id=0x",
                                                        "virtual",   " @ 0x",  "MESSAGE"};
    return std::any_of(kWords.begin(), kWords.end(),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// "timestamp": "2026-03-03T04:11:09Z",
bool is_member(std::string_view line) {
    if (!line.starts_with('"')) return false;
    const auto quote = line.find('"', 1);
    if (quote == std::string_view::npos) return false;
    const std::string_view rest = trim(line.substr(quote + 1));
    return rest.starts_with(": ") || (rest.starts_with(':') && rest.size() > 1);
}

// level=ERROR
bool is_pair(std::string_view word) {
    const auto sign = word.find('=');
    return sign != std::string_view::npos && sign > 0 &&
           std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(sign), [](char byte) {
               return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                      (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '@';
           });
}

// journalctl writes what is not plain text as an array of bytes.
std::string bytes_of(JsonScan& scan) {
    std::string bytes;
    while (true) {
        if (scan.next() != JsonScan::Token::other) return bytes;
        const auto value = parse_count(scan.text());
        if (!value || *value > 255) return {};
        bytes += static_cast<char>(*value);
    }
}

}  // namespace

bool JsonLog::has_head(std::string_view text) const {
    for (const std::string_view line : split(text, '\n')) {
        if (is_head_(line)) return true;
    }
    return false;
}

std::optional<std::string> JsonLog::member(std::string_view object) {
    JsonScan scan(object);
    std::string key;
    std::optional<std::string> found;
    while (true) {
        const JsonScan::Token token = scan.next();
        if (token == JsonScan::Token::done) break;
        if (token == JsonScan::Token::broken) return std::nullopt;
        if (token == JsonScan::Token::key) {
            key = scan.text();
            continue;
        }
        std::string value;
        if (token == JsonScan::Token::string) value = scan.text();
        if (token == JsonScan::Token::array && key == "MESSAGE") value = bytes_of(scan);
        if (found || (token != JsonScan::Token::string && value.empty())) continue;
        if (name_.empty() && has_head(value)) name_ = key;
        if (!name_.empty() && key == name_) found = std::move(value);
    }
    if (scan.at() != object.size()) return std::nullopt;
    return found;
}

std::optional<std::string> JsonLog::of_object(std::string_view line) {
    const auto open = line.ends_with('}') ? line.find("{\"") : std::string_view::npos;
    return open == std::string_view::npos ? std::nullopt : member(line.substr(open));
}

// "textPayload": "goroutine 7 [select]:",
std::optional<std::string> JsonLog::of_member(std::string_view line) {
    if (!is_member(line)) return std::nullopt;
    if (line.ends_with(',')) line.remove_suffix(1);
    auto found = member("{" + std::string(line) + "}");
    is_array_ = is_array_ || found;
    return found;
}

// time=2026-03-03T04:11:09Z level=ERROR msg="goroutine 7 [select]:"; a word without blanks has no quotes.
std::optional<std::string> JsonLog::of_pairs(std::string_view line) {
    while (!(line = trim(line)).empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(word.size());
        if (!is_pair(word)) continue;
        const auto sign = word.find('=');
        const std::string_view key = word.substr(0, sign);
        std::string value(word.substr(sign + 1));
        if (value.starts_with('"')) {
            line = std::string_view(word.data() + sign + 1, word.size() - sign - 1 + line.size());
            JsonScan scan(line);
            if (scan.next() != JsonScan::Token::string) break;
            value = scan.text();
            line.remove_prefix(scan.at());
            if (name_.empty() && has_head(value)) name_ = key;
        }
        if (!name_.empty() && key == name_) return value;
    }
    return std::nullopt;
}

std::optional<std::string> JsonLog::message(std::string_view line) {
    line = trim(line);
    const bool may = line.ends_with('}') || line.starts_with('"') || line.find('=') != std::string_view::npos;
    if (!may || (name_.empty() && !may_have_head(line))) return std::nullopt;
    if (auto found = of_object(line)) return found;
    if (auto found = of_member(line)) return found;
    return of_pairs(line);
}

bool JsonLog::is_between(std::string_view line) const {
    line = trim(line);
    if (line.ends_with(',')) line.remove_suffix(1);
    const bool is_bracket = line == "{" || line == "}" || line == "[" || line == "]";
    return is_array_ && (is_bracket || is_member(line));
}

}  // namespace rampwatch::stacks
