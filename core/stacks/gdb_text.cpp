// SPDX-License-Identifier: MIT
#include "core/stacks/gdb_text.h"

#include <algorithm>

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

struct Thread {
    std::optional<std::int64_t> tid{};
    std::string_view name{};
};

// Also "Thread 1 (LWP 17 "name"):" and "Thread 1 (process 17):", which gdb prints without libthread_db.
Thread thread_of(std::string_view text) {
    Thread thread;
    for (const std::string_view mark : {"LWP ", "process "}) {
        const auto at = text.find(mark);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = text.substr(at + mark.size());
        thread.tid = parse_count(rest.substr(0, rest.find_first_not_of("0123456789")));
        break;
    }
    const auto open = text.find('"');
    const auto close = text.rfind('"');
    if (open != std::string_view::npos && close > open) thread.name = text.substr(open + 1, close - open - 1);
    return thread;
}

// Cuts "WORD rest" off the end of `text` and returns the rest; empty when WORD is not there behind a ")".
std::string_view cut_tail(std::string_view& text, std::string_view word) {
    const auto at = text.rfind(word);
    if (at == std::string_view::npos || at == 0 || text[at - 1] != ')') return {};
    const std::string_view tail = text.substr(at + word.size());
    text = text.substr(0, at);
    return tail;
}

// The ")" that belongs to the "(" at `open`, past strings and characters in quotes; else the text's end.
std::size_t closing(std::string_view text, std::size_t open) {
    int depth = 0;
    char quote = 0;
    for (std::size_t at = open; at < text.size(); ++at) {
        const char byte = text[at];
        if (quote != 0) {
            if (byte == '\\') ++at;
            if (byte == quote) quote = 0;
        } else if (byte == '"' || byte == '\'') {
            quote = byte;
        } else if (byte == '(') {
            ++depth;
        } else if (byte == ')' && --depth == 0) {
            return at;
        }
    }
    return text.size();
}

// "name (arguments)": the first " (" that is closed by the last ")" opens them. A name has others, as in
// "std::function<void (int)>::operator()", and so have the values, which are nobody's business.
std::string_view without_arguments(std::string_view text) {
    constexpr int kMostTries = 64;
    auto at = text.find(" (");
    const auto first = at;
    for (int tries = 0; at != std::string_view::npos && tries < kMostTries; ++tries) {
        if (closing(text, at + 1) == text.size() - 1) return text.substr(0, at);
        at = text.find(" (", at + 1);
    }
    return text.substr(0, first);
}

}  // namespace

void GdbText::line(std::string_view text) {
    if (text.starts_with("Thread ")) {  // its end may be missing: a thread's name can hold an end of line
        const Thread thread = thread_of(text);
        if (!thread.tid) return skip_line();
        return begin_stack(*thread.tid, thread.name);
    }
    if (in_stack() && text.starts_with('#')) return frame_line(text);
    if (in_stack() && text.starts_with("Backtrace stopped:")) return set_incomplete();
    if (in_stack() && !text.empty() && !text.starts_with("[Inferior ")) skip_line();
}

void GdbText::frame_line(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return skip_line();
    text = trim(text.substr(space));
    if (text.starts_with("<signal handler called>")) return add_frame({}, text, {});
    std::optional<std::uint64_t> address;
    if (text.starts_with("0x")) {
        const auto end = text.find(" in ");
        if (end == std::string_view::npos) return skip_line();
        address = parse_address(text.substr(0, end));
        text.remove_prefix(end + 4);
    }
    const std::string_view place = cut_tail(text, " at ");
    const std::string_view module = place.empty() ? cut_tail(text, " from ") : std::string_view();
    if (!text.ends_with(')')) return skip_line();
    const std::string_view function = without_arguments(text);
    add_frame(address, function == "??" ? std::string_view() : function, module);
    if (place.empty()) return;
    const auto colon = place.rfind(':');
    const auto number = colon == std::string_view::npos ? std::nullopt : parse_count(place.substr(colon + 1));
    set_source(number ? place.substr(0, colon) : place, number);
}

}  // namespace rampwatch::stacks
