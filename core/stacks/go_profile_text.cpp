// SPDX-License-Identifier: MIT
#include "core/stacks/go_profile_text.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/stacks/go_head.h"
#include "core/stacks/source_place.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kProfile = " profile: total ";

bool is_profile(std::string_view text) {
    const auto at = text.find(kProfile);
    return at != std::string_view::npos && text.substr(0, at).find(' ') == std::string_view::npos &&
           parse_count(trim(text.substr(at + kProfile.size())));
}

// "512 @ 0x43e2d6 0x40a25c": the count.
std::optional<std::int64_t> record_count(std::string_view text) {
    const auto at = text.find(" @");
    if (at == std::string_view::npos || at > 15) return std::nullopt;
    const std::string_view rest = trim(text.substr(at + 2));
    if (!rest.empty() && !rest.starts_with("0x")) return std::nullopt;
    if (rest.find_first_not_of("0123456789abcdefx ") != std::string_view::npos) return std::nullopt;
    return parse_count(text.substr(0, at));
}

std::string_view take_word(std::string_view& text) {
    text = trim(text);
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text = trim(text.substr(end));
    return word;
}

}  // namespace

Head GoProfileText::head(std::string_view text) const {
    text = trim(text);
    return is_profile(text) || record_count(text) ? Head::whole : Head::none;
}

StackText::Start GoProfileText::start(std::string_view text) const {
    text = trim(text);
    return text.starts_with('#') || head(text) == Head::whole ? Start::sure : Start::unknown;
}

// Of a frame the place is last; of a record any address.
bool GoProfileText::is_whole(std::string_view text) const {
    text = trim(text);
    if (!text.starts_with('#')) return true;
    text = trim(text.substr(1));
    if (text.starts_with("labels: ")) return text.ends_with('}');
    if (!parse_address(take_word(text)) || text.empty()) return true;
    take_word(text);
    return source_place(text).line.has_value();
}

bool GoProfileText::may_go_on(std::string_view text) const { return record_count(trim(text)).has_value(); }

void GoProfileText::blank() {
    flush();
    after_blank_ = true;
}

void GoProfileText::closing() {
    if (current().frames.empty()) {
        for (const std::uint64_t address : addresses_) add_frame(address, {}, {});
    }
    addresses_.clear();
}

bool GoProfileText::record_line(std::string_view text) {
    const auto count = record_count(text);
    if (!count) return false;
    if (is_foreign_ || *count == 0) return true;
    begin_stack(0, {});
    set_kind(StackKind::goroutine);
    set_count(*count);
    set_rooted();
    after_blank_ = false;
    std::string_view rest = text.substr(text.find('@') + 1);
    while (!(rest = trim(rest)).empty() && addresses_.size() < kMostFrames) {
        if (const auto address = parse_address(take_word(rest))) addresses_.push_back(*address);
    }
    return true;
}

// Behind the '#'.
bool GoProfileText::frame_line(std::string_view text, bool joined) {
    const auto address = parse_address(take_word(text));
    if (!address) return false;
    if (text.empty()) return true;  // "0x0": no function there
    std::string_view function = take_word(text);
    const SourcePlace place = source_place(text);
    if (!place.line || (joined && place.file.find(' ') != std::string_view::npos)) return false;
    if (const auto plus = function.rfind("+0x"); plus != std::string_view::npos)
        function = function.substr(0, plus);
    add_frame(std::nullopt, function, {});
    set_source(place.file, place.line);
    return true;
}

bool GoProfileText::line(std::string_view text, bool joined) {
    text = trim(text);
    if (is_profile(text)) {
        end_stack();
        is_foreign_ = !text.starts_with("goroutine");
        if (!is_foreign_) begin_dump();
        return true;
    }
    if (!text.starts_with('#')) return record_line(text);
    if (is_foreign_) return true;
    text = trim(text.substr(1));
    constexpr std::string_view kLabels = "labels: ";
    if (!text.starts_with(kLabels)) return in_stack() && frame_line(text, joined);
    for (const std::string& label : go_labels(text.substr(kLabels.size()))) add_label(label);
    return true;
}

}  // namespace rampwatch::stacks
