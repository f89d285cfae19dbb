// SPDX-License-Identifier: MIT
#include "core/stacks/jstack_text.h"

#include <charconv>
#include <string>

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kState = "java.lang.Thread.State: ";
constexpr std::string_view kAt = "at ";

// "nid=0x1a03", or since JDK 19 "nid=6659".
std::int64_t native_id(std::string_view head) {
    const auto at = head.rfind(" nid=");
    if (at == std::string_view::npos) return 0;
    std::string_view number = head.substr(at + 5);
    number = number.substr(0, number.find(' '));
    const bool is_hex = number.starts_with("0x");
    if (is_hex) number.remove_prefix(2);
    std::int64_t id = 0;
    const auto [stop, error] =
        std::from_chars(number.data(), number.data() + number.size(), id, is_hex ? 16 : 10);
    return error == std::errc{} && stop == number.data() + number.size() && id > 0 ? id : 0;
}

}  // namespace

void JstackText::head_line(std::string_view text) {
    // A name may hold quotes; what follows it does not.
    const auto quote = text.rfind("\" ");
    if (quote == std::string_view::npos || quote == 0) return skip_line();
    begin_stack(native_id(text.substr(quote)), text.substr(1, quote - 1));
    set_rooted();
    over_ = false;
}

void JstackText::call_line(std::string_view text) {
    const auto open = text.rfind('(');
    if (open == std::string_view::npos || !text.ends_with(')')) return skip_line();
    std::string_view function = text.substr(0, open), place = text.substr(open + 1);
    place.remove_suffix(1);
    std::string name(function);
    if (const auto lambda = name.find("$$Lambda"); lambda != std::string::npos) {
        const auto number = name.find('/', lambda), method = name.find('.', lambda);  // another in every run
        if (number < method && method != std::string::npos) name.erase(number, method - number);
    }
    if (const auto loader = name.rfind('/'); loader != std::string::npos)
        name.erase(0, loader + 1);  // "app//", "java.base@17.0.9/"
    add_frame(std::nullopt, name, {});
    if (const auto module = place.rfind('/'); module != std::string_view::npos)
        place.remove_prefix(module + 1);
    const auto colon = place.rfind(':');
    const auto number = colon == std::string_view::npos ? std::nullopt : parse_count(place.substr(colon + 1));
    if (number) set_source(place.substr(0, colon), *number);
}

void JstackText::line(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.starts_with('"')) return head_line(text);
    over_ = over_ || text.empty();
    if (over_) return;
    text = trim(text);
    if (text.starts_with(kState))
        set_state(text == "java.lang.Thread.State: RUNNABLE" ? "runnable" : text.substr(kState.size()));
    else if (text.starts_with(kAt))
        call_line(text.substr(kAt.size()));
    else if (!text.empty() && !text.starts_with('-') && text != "No compile task")
        skip_line();
}

}  // namespace rampwatch::stacks
