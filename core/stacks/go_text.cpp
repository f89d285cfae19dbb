// SPDX-License-Identifier: MIT
#include "core/stacks/go_text.h"

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kHead = "goroutine ";
constexpr std::string_view kMinutes = " minutes";

// "chan send, 5 minutes, locked to thread": without how long, which is another in every goroutine.
std::string_view state_of(std::string_view brackets) {
    const auto comma = brackets.find(", ");
    if (comma == std::string_view::npos) return brackets;
    const std::string_view behind = brackets.substr(comma + 2);
    const bool is_time = behind.find(kMinutes) != std::string_view::npos;
    return is_time || behind.starts_with("locked to thread") ? brackets.substr(0, comma) : brackets;
}

}  // namespace

void GoText::head_line(std::string_view text) {
    text.remove_prefix(kHead.size());
    const auto number = parse_count(text.substr(0, text.find(' ')));
    const auto open = text.find('['), close = text.rfind("]:");
    if (!number || open == std::string_view::npos || close == std::string_view::npos || close < open)
        return skip_line();
    begin_stack(*number, {});
    set_kind(StackKind::goroutine);
    set_state(state_of(text.substr(open + 1, close - open - 1)));
    set_rooted();
    created_ = over_ = false;
}

void GoText::line(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.starts_with(kHead) && text.ends_with(':')) return head_line(text);
    over_ = over_ || text.empty();
    if (over_) return;
    if (text.starts_with("created by ")) {
        created_ = true;
    } else if (text.starts_with("...")) {
        set_incomplete();  // "...additional frames elided..."
    } else if (text.starts_with('\t')) {
        if (created_) return;
        text = trim(text);
        if (const auto offset = text.rfind(" +0x"); offset != std::string_view::npos)
            text = text.substr(0, offset);
        const auto colon = text.rfind(':');
        if (colon == std::string_view::npos) return skip_line();
        set_source(text.substr(0, colon), parse_count(text.substr(colon + 1)));
    } else if (text.ends_with(')') && text.rfind('(') != 0) {
        add_frame(std::nullopt, text.substr(0, text.rfind('(')), {});
    } else {
        skip_line();
    }
}

}  // namespace rampwatch::stacks
