// SPDX-License-Identifier: MIT
#include "core/readers/mprof_text.h"

#include <cmath>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

using std::chrono::nanoseconds;

constexpr double kMiB = 1024.0 * 1024;
constexpr double kMostMiB = 1e9;

struct Value {
    std::string_view child{};
    double mib = 0;
    double time_s = 0;
};

std::optional<Value> value_of(std::string_view text) {
    const auto words = split(trim(text), ' ');
    Value value;
    std::size_t at = 1;
    if (words[0] == "CHLD" && words.size() >= 4) {
        value.child = words[at++];
    } else if (words[0] != "MEM" || words.size() < 3) {
        return std::nullopt;
    }
    const auto mib = parse_number(words[at]);
    const auto time = parse_number(words[at + 1]);
    if (!mib || !time || *mib < 0 || *mib > kMostMiB || *time < 0 || *time > 4.2e9) return std::nullopt;
    value.mib = *mib;
    value.time_s = *time;
    return value;
}

}  // namespace

bool MprofText::is_line(std::string_view text) {
    return text.starts_with("CMDLINE ") || value_of(text).has_value();
}

std::optional<Error> MprofText::line(std::string_view text, std::int64_t number, SeriesBook& book) {
    text = trim(text);
    if (text.starts_with("CMDLINE ")) {
        new_life_ = has_run_;
        return std::nullopt;
    }
    if (text.empty() || text.starts_with("FUNC ")) return std::nullopt;
    const auto value = value_of(text);
    if (!value) return book.not_understood(number), std::nullopt;
    NewLook look;
    const std::string key = "child " + std::string(value->child.substr(0, 32));
    look.key = value->child.empty() ? std::string_view("main") : std::string_view(key);
    if (!value->child.empty()) look.labels = {{"child", std::string(value->child.substr(0, 32))}};
    look.new_life = new_life_ && value->child.empty();
    if (value->child.empty()) new_life_ = false;
    has_run_ = true;
    look.sample.mono = look.sample.wall = nanoseconds(std::llround(value->time_s * 1e9));
    look.sample.rss_bytes = std::llround(value->mib * kMiB);
    return book.add(std::move(look), number);
}

}  // namespace rampwatch::readers
