// SPDX-License-Identifier: MIT
#include "core/stacks/python_text.h"

#include <algorithm>
#include <charconv>

#include "core/base/text.h"
#include "core/stacks/source_place.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kRecent = "(most recent call first):";

struct PythonHead {
    Head kind = Head::none;
    std::int64_t tid = 0;
    std::uint64_t key = 0;
    std::string_view name{}, state{};
};

// A thread's number: the kernel's in decimal, that of pthread in hexadecimal.
bool take_id(std::string_view& text, PythonHead& head) {
    const auto end = std::min(text.find(' '), text.size());
    std::string_view number = text.substr(0, end);
    text = trim(text.substr(end));
    if (number.starts_with("0x")) {
        number.remove_prefix(2);
        const auto [stop, error] =
            std::from_chars(number.data(), number.data() + number.size(), head.key, 16);
        return error == std::errc{} && stop == number.data() + number.size();
    }
    const auto tid = parse_count(number);
    head.tid = tid.value_or(0);
    return tid.has_value();
}

PythonHead fault_head(std::string_view text) {
    PythonHead head;
    if (text.starts_with("Current thread ")) {
        text.remove_prefix(15);
        head.state = "running";
    } else if (text.starts_with("Thread ")) {
        text.remove_prefix(7);
    } else {
        if (text == "Stack (most recent call first):") head.kind = Head::whole;
        return head;
    }
    if (!text.starts_with("0x") || !take_id(text, head)) return {};
    text.remove_suffix(kRecent.size());
    text = trim(text);
    if (text.starts_with('[') && text.ends_with(']')) head.name = text.substr(1, text.size() - 2);
    head.kind = Head::whole;
    return head;
}

PythonHead spy_head(std::string_view text) {
    PythonHead head;
    if (!text.starts_with("Thread ")) return {};
    text.remove_prefix(7);
    if (!take_id(text, head) || !text.starts_with('(')) return {};
    const auto close = text.find(')');
    if (close == std::string_view::npos) return {};
    head.state = text.substr(1, close - 1);
    const std::string_view word = head.state.substr(0, head.state.find('+'));
    if (word != "active" && word != "idle") return {};
    if (word == "active") head.state = "running";
    text = text.substr(close + 1);
    if (!text.empty() && !text.starts_with(": \"")) return {};
    if (!text.empty() && !text.ends_with('"')) return {};
    if (text.size() > 4) head.name = text.substr(3, text.size() - 4);
    head.kind = Head::whole;
    return head;
}

PythonHead head_of(std::string_view text) {
    return text.ends_with(kRecent) ? fault_head(text) : spy_head(text);
}

// "Thread 0x00007f01 (most recent ca"
bool is_cut_head(std::string_view text) {
    const auto number = text.find("hread 0x");
    if (number == std::string_view::npos || number > 8) return false;
    const auto blank = text.find(' ', number + 8);
    return blank != std::string_view::npos && blank + 2 < text.size() &&
           kRecent.starts_with(text.substr(blank + 1));
}

struct SpyFrame {
    std::string_view function{}, place{};
};

// "fetch (store/quotes.py:33)" where what was before it is lost: no word more.
bool is_bare_spy_frame(std::string_view text) {
    const auto open = text.find(" (");
    return open != std::string_view::npos && text.find(' ') == open && text.ends_with(')') &&
           source_place(text.substr(open + 2, text.size() - open - 3)).line;
}

// "self: <Quotes at 0x7f>"
bool is_local(std::string_view text) {
    const auto colon = text.find(": ");
    return colon != std::string_view::npos && colon > 0 && text.find(' ') == colon + 1;
}

std::optional<SpyFrame> spy_frame_of(std::string_view text) {
    const auto open = text.rfind(" (");
    if (open == std::string_view::npos || open == 0 || !text.ends_with(')')) return std::nullopt;
    const std::string_view place = text.substr(open + 2, text.size() - open - 3);
    if (place.empty() || place.find('.') == std::string_view::npos) {
        if (!place.starts_with('<') && !source_place(place).line) return std::nullopt;
    }
    return SpyFrame{text.substr(0, open), place};
}

}  // namespace

Head PythonText::head(std::string_view text) const {
    text = trim(text);
    if (text.empty() || std::string_view("TCS").find(text.front()) == std::string_view::npos)
        return Head::none;
    if (const Head kind = head_of(text).kind; kind != Head::none) return kind;
    return is_cut_head(text) ? Head::part : Head::none;
}

StackText::Start PythonText::start(std::string_view text) const {
    const bool is_indented = text.starts_with("  ") || text.starts_with('\t');
    text = trim(text);
    if (head(text) != Head::none || text.starts_with("File \"")) return Start::sure;
    if (text.starts_with("Process ") || text.starts_with("Python v") ||
        text.starts_with("Extension modules:") || text.starts_with("Current thread's C stack"))
        return Start::sure;
    if (text.starts_with("<no Python frame>") || text == "..." || text == "Arguments:" || text == "Locals:")
        return Start::sure;
    if (in_stack() && is_spy_ && (is_bare_spy_frame(text) || (has_locals_ && is_local(text))))
        return Start::sure;
    return is_indented && (has_locals_ || spy_frame_of(text)) ? Start::sure : Start::unknown;
}

bool PythonText::is_whole(std::string_view text) const {
    text = trim(text);
    if (!text.starts_with("File \"")) return true;
    const auto line = text.rfind("\", line ");
    return line != std::string_view::npos && text.find(" in ", line) != std::string_view::npos;
}

void PythonText::blank() {
    flush();
    if (may_be_spaced_) is_spaced_ = true;
    after_blank_ = !is_spaced_;
}

// A call behind the end of a thread: the first line of another one is lost.
bool PythonText::is_lost() {
    const bool has_root = !current().frames.empty() && current().frames.back().function &&
                          current().frames.back().function->ends_with("_bootstrap");
    if (!after_blank_ && !has_root) return false;
    is_outside_ = true;
    skip_lines();
    return true;
}

void PythonText::stray(std::string_view) {
    if (after_blank_) is_outside_ = true;
}

// "File "/srv/jobs.py", line 40 in run"
bool PythonText::fault_frame(std::string_view text, bool joined) {
    const auto mark = text.rfind("\", line ");
    if (mark == std::string_view::npos || mark < 6) return false;
    const std::string_view rest = text.substr(mark + 8);
    const auto in = rest.find(" in ");
    if (in == std::string_view::npos) return false;
    if (joined && rest.find(' ', in + 4) != std::string_view::npos) return false;
    const auto line = parse_count(rest.substr(0, in));
    if (!line && rest.substr(0, in) != "???") return false;
    if (is_lost()) return true;
    add_frame(std::nullopt, rest.substr(in + 4), {});
    set_source(text.substr(6, mark - 6), line);
    return true;
}

bool PythonText::spy_frame(std::string_view text) {
    const auto frame = spy_frame_of(text);
    if (!frame) return has_locals_;
    const SourcePlace place = source_place(frame->place);
    if (has_locals_ && !place.line) return true;
    has_locals_ = false;
    if (is_lost()) return true;
    const bool is_object = place.file.find(".so") != std::string_view::npos;
    const auto address = parse_address(frame->function);
    add_frame(address, address ? std::string_view() : frame->function,
              is_object ? place.file : std::string_view());
    if (!is_object) set_source(place.file, place.line);
    return true;
}

bool PythonText::line(std::string_view text, bool joined) {
    text = trim(text);
    if (const PythonHead head = head_of(text); head.kind != Head::none) {
        begin_stack(head.tid, head.name, head.key);
        if (!head.state.empty()) set_state(head.state);
        set_rooted();
        is_spy_ = !text.ends_with(kRecent);
        has_locals_ = is_outside_ = after_blank_ = is_spaced_ = false;
        may_be_spaced_ = true;
        return true;
    }
    may_be_spaced_ = false;
    if (text.starts_with("Process ") || text.starts_with("Python v") ||
        text.starts_with("Extension modules:") || text.starts_with("Current thread's C stack")) {
        stand_apart();
        is_outside_ = true;
        return true;
    }
    if (is_outside_) {
        if (text.starts_with("File \"") || (is_spy_ && is_bare_spy_frame(text))) skip_lines();
        return true;
    }
    if (text == "...") {
        set_incomplete();
        return true;
    }
    if (text.starts_with("<no Python frame>")) return true;
    if (!is_spy_) return text.starts_with("File \"") && fault_frame(text, joined);
    if (text == "Arguments:" || text == "Locals:") {
        has_locals_ = true;
        return true;
    }
    return spy_frame(text);
}

}  // namespace rampwatch::stacks
