// SPDX-License-Identifier: MIT
#include "core/stacks/coredump_text.h"

#include <algorithm>

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kHead = "Stack trace of thread ";

std::optional<std::int64_t> thread_of(std::string_view text) {
    if (!text.starts_with(kHead) || !text.ends_with(':')) return std::nullopt;
    return parse_count(text.substr(kHead.size(), text.size() - kHead.size() - 1));
}

std::string_view known(std::string_view text) { return text == "n/a" ? std::string_view() : text; }

}  // namespace

Head CoredumpText::head(std::string_view text) const {
    return thread_of(trim(text)) ? Head::whole : Head::none;
}

StackText::Start CoredumpText::start(std::string_view text) const {
    text = trim(text);
    if (take_number(text) || text.starts_with(kHead) || text.starts_with("ELF object")) return Start::sure;
    return Start::unknown;
}

void CoredumpText::blank() {
    flush();
    if (may_be_spaced_) is_spaced_ = true;
    after_blank_ = !is_spaced_;
}

bool CoredumpText::line(std::string_view text, bool /*joined*/) {
    text = trim(text);
    if (const auto thread = thread_of(text)) {
        begin_numbered(*thread, {});
        after_blank_ = is_spaced_ = false;
        may_be_spaced_ = true;
        return true;
    }
    may_be_spaced_ = false;
    if (text.starts_with("ELF object")) {
        end_stack();
        return true;
    }
    const auto number = take_number(text);
    const auto blank_at = std::min(text.find(' '), text.size());
    const auto address = parse_address(text.substr(0, blank_at));
    const auto open = text.rfind(" (");
    if (!number || !address || !in_stack() || open == std::string_view::npos || open < blank_at ||
        !text.ends_with(')'))
        return false;
    const std::string_view place = text.substr(open + 2, text.size() - open - 3);
    const auto plus = place.rfind(" + 0x");
    const auto offset = plus == std::string_view::npos ? std::nullopt : parse_address(place.substr(plus + 3));
    if (!offset) return false;
    reach(*number);
    after_blank_ = false;
    add_frame(address, known(trim(text.substr(blank_at, open - blank_at))), known(place.substr(0, plus)));
    if (!known(place.substr(0, plus)).empty()) set_place(*offset, {});
    return true;
}

}  // namespace rampwatch::stacks
