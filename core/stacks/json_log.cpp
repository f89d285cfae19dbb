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

std::optional<std::string> JsonLog::message(std::string_view line) {
    line = trim(line);
    if (!line.ends_with('}')) return std::nullopt;
    const auto open = line.find("{\"");
    if (open == std::string_view::npos || (name_.empty() && !may_have_head(line))) return std::nullopt;
    return member(line.substr(open));
}

}  // namespace rampwatch::stacks
