// SPDX-License-Identifier: MIT
#include "core/stacks/java_text.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/stacks/java_frame.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kState = "java.lang.Thread.State: ";
constexpr std::string_view kMounted = "Mounted virtual thread";

// Lines of a thread that say nothing of its calls.
bool is_detail(std::string_view text) {
    constexpr std::array<std::string_view, 9> kDetails = {
        "No compile task", "Compiling:", "Carrying virtual thread",      "JavaThread state:",
        "Thread: 0x",      "Native: ",   "Locked ownable synchronizers", "Number of locked",
        "Allocated: "};
    if (text.starts_with("- ") && text.find(" @bci=") == std::string_view::npos) return true;
    return std::any_of(kDetails.begin(), kDetails.end(), [&](auto word) { return text.starts_with(word); });
}

bool is_servlet_detail(std::string_view text) {
    constexpr std::array<std::string_view, 6> kDetails = {
        "State: ", "Blocked count:", "Waited count:", "Blocked by ", "Waiting on ", "Stack:"};
    return std::any_of(kDetails.begin(), kDetails.end(), [&](auto word) { return text.starts_with(word); });
}

// "0x00007f01\t__futex_abstimed_wait_common + 0xc6" of a mixed stack: the function.
std::string_view mixed_function(std::string_view text) {
    if (!text.starts_with("0x")) return {};
    const auto blank = text.find_first_of(" \t");
    if (blank == std::string_view::npos || !parse_address(text.substr(0, blank))) return {};
    std::string_view rest = trim(text.substr(blank));
    if (rest.starts_with("* ")) return rest;
    const auto offset = rest.rfind(" + 0x");
    const bool is_call = offset != std::string_view::npos || rest.starts_with("??");
    return is_call ? rest.substr(0, offset) : std::string_view();
}

// What begins behind the threads: "Found one Java-level deadlock:", "\"Thread-1\":", "Heap".
bool is_other(std::string_view text) {
    if (text.starts_with('"') && text.ends_with("\":")) return true;
    return text.starts_with("Found ") || text.starts_with("Java stack information") ||
           text.starts_with("JNI global") || text == "Heap" || text.starts_with("Full thread dump");
}

// Where threads of Java begin.
bool is_root(const Stack& stack) {
    if (stack.frames.empty() || !stack.frames.back().function) return false;
    const std::string_view last = *stack.frames.back().function;
    return last.ends_with(".run") || last.ends_with(".main") || last.ends_with(".enter") ||
           last.ends_with(".exec");
}

}  // namespace

JavaHead JavaText::head_of(std::string_view text) const {
    return form_ == Form::file ? java_file_head(text) : java_head(text);
}

Head JavaText::head(std::string_view text) const {
    text = trim(text);
    if (text.empty()) return Head::none;
    const char first = text.front();
    const bool may = form_ == Form::file
                         ? first == '#'
                         : first == '"' || first == 'T' || first == '-' || first == '(' || first == 'V';
    return may ? head_of(text).kind : Head::none;
}

bool JavaText::confirms(std::string_view next) const { return trim(next).starts_with("State: "); }

StackText::Start JavaText::start(std::string_view text) const {
    text = trim(text);
    if (text.starts_with("at ") || text.starts_with(kState) || text.starts_with(kMounted)) return Start::sure;
    if (is_detail(text) || text.starts_with("- ") || is_other(text) || head(text) != Head::none)
        return Start::sure;
    if (native_image_frame(text) || !mixed_function(text).empty()) return Start::sure;
    if (form_ == Form::print && is_servlet_detail(text)) return Start::sure;
    return (is_servlet_ || form_ == Form::file) && java_frame(text) ? Start::loose : Start::unknown;
}

bool JavaText::is_whole(std::string_view text) const {
    text = trim(text);
    if (text.starts_with('"')) {
        constexpr std::array<std::string_view, 6> kEnds = {"]",         "runnable", "sleeping",
                                                           "condition", "entry",    "wait()"};
        const bool is_print = text.find(" prio=") != std::string_view::npos;
        return !is_print ||
               std::any_of(kEnds.begin(), kEnds.end(), [&](auto end) { return text.ends_with(end); });
    }
    if (text.starts_with("at ")) return java_frame(text.substr(3)).has_value();
    if (text.starts_with(kState)) return text.find('(') == std::string_view::npos || text.ends_with(')');
    if (!text.starts_with("- ")) return true;
    if (text.find(" @bci=") != std::string_view::npos) return text.ends_with(')');
    return text.ends_with(')') || text.ends_with('>') || text.find('<') == std::string_view::npos;
}

// "- acme.Shop.take(int)", whose " @bci=4, line=12 (Interpreted frame)" was put into the next line.
bool JavaText::may_go_on(std::string_view text) const {
    text = trim(text);
    return text.starts_with("- ") && text.find_first_of("<@") == std::string_view::npos &&
           text.find('(') != std::string_view::npos;
}

bool JavaText::begin(const JavaHead& head) {
    constexpr std::uint64_t kOfJava = std::uint64_t{1} << 62;  // its own numbers, not the kernel's
    // jhsdb has a line of dashes before the thread's own.
    const bool is_same = in_stack() && may_be_spaced_ && !head.name.empty() && current().name.empty() &&
                         current().id == head.tid && head.tid != 0;
    if (is_same)
        set_name(head.name);
    else
        begin_stack(head.tid, head.name, head.tid != 0 || head.key == 0 ? 0 : head.key | kOfJava);
    if (!head.state.empty()) set_state(java_state(head.state));
    if (head.kind == Head::part) {  // its rest is lost
        skip_lines();
        set_damaged();
    }
    set_rooted();
    is_servlet_ = head.kind == Head::maybe;
    is_outside_ = after_blank_ = is_spaced_ = is_trace_ = false;
    may_be_spaced_ = true;
    return true;
}

void JavaText::blank() {
    flush();
    if (may_be_spaced_) is_spaced_ = true;
    after_blank_ = !is_spaced_;
    is_trace_ = false;
}

void JavaText::stray(std::string_view text) {
    if (after_blank_) is_outside_ = true;
    for (const std::string_view word : {"Exception", "Error", "Throwable", "Caused by"})
        is_trace_ = is_trace_ || text.find(word) != std::string_view::npos;
}

bool JavaText::is_over() const { return is_outside_ || after_blank_ || is_root(current()); }

bool JavaText::call(const JavaFrame& frame) {
    // Behind the end of a thread: the first line of another one is lost, unless it is a log's exception.
    if (after_blank_ && is_root(current())) is_outside_ = true;
    if (is_outside_) {
        if (!is_trace_) skip_lines();
        return true;
    }
    after_blank_ = false;
    add_frame(std::nullopt, frame.function, {});
    if (frame.line) set_source(frame.file, frame.line);
    return true;
}

bool JavaText::detail(std::string_view text) {
    if (is_outside_) return true;
    if (text.starts_with(kMounted)) {
        drop_frames();
        return true;
    }
    if (text.starts_with("State: ")) set_state(java_state(trim(text.substr(7))));
    if (!text.starts_with(kState)) return true;
    if (!current().frames.empty()) {  // of a thread whose first line is lost
        is_outside_ = true;
        skip_lines();
        return true;
    }
    set_state(java_state(text.substr(kState.size())));
    return true;
}

bool JavaText::line(std::string_view text, bool joined) {
    text = trim(text);
    if (const JavaHead head = head_of(text); head.kind != Head::none) return begin(head);
    if (is_other(text)) {
        stand_apart();
        is_outside_ = true;
        is_trace_ = true;
        return true;
    }
    const bool was_first = may_be_spaced_;
    may_be_spaced_ = false;
    const bool has_at = text.starts_with("at ");
    const bool may_lack_at = is_servlet_ || form_ == Form::file;
    if (has_at || may_lack_at) {
        const auto frame = java_frame(has_at ? text.substr(3) : text);
        const bool is_torn = joined && frame && frame->function.find(' ') != std::string::npos;
        if (frame && !is_torn) return call(*frame);
    }
    if (const auto frame = native_image_frame(text)) return call(*frame);
    if (text.starts_with("- ")) {
        if (const auto frame = java_bci_frame(text.substr(2))) return call(*frame);
    }
    if (text.starts_with(kState) || text.starts_with(kMounted) || is_detail(text) ||
        (is_servlet_ && is_servlet_detail(text)))
        return detail(text);
    if (const std::string_view function = mixed_function(text); !function.empty()) {
        if (function.starts_with("* "))
            return call({std::string(function.substr(2, function.find('(') - 2)), {}, {}});
        if (!is_outside_) add_frame(std::nullopt, function, {});
        return true;
    }
    may_be_spaced_ = was_first;
    return false;
}

}  // namespace rampwatch::stacks
