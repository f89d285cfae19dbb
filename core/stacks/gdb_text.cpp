// SPDX-License-Identifier: MIT
#include "core/stacks/gdb_text.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/stacks/source_place.h"

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
    if (!thread.tid) {  // a remote target's: "Thread 2 (Thread 1711.1717):"
        const auto at = text.find("(Thread ");
        const auto dot = at == std::string_view::npos ? at : text.find('.', at);
        if (dot != std::string_view::npos) {
            const std::string_view rest = text.substr(dot + 1);
            thread.tid = parse_count(rest.substr(0, rest.find_first_not_of("0123456789")));
        }
    }
    const auto open = text.find('"');
    const auto close = text.rfind('"');
    if (open != std::string_view::npos && close > open) thread.name = text.substr(open + 1, close - open - 1);
    return thread;
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

// "name (arguments)": the first " (" that is closed by the last ")" opens them; npos where there is none. A
// name has others, as in "std::function<void (int)>::operator()", and so have the values, which are nobody's
// business.
std::size_t arguments_at(std::string_view text) {
    constexpr int kMostTries = 64;
    auto at = text.find(" (");
    for (int tries = 0; at != std::string_view::npos && tries < kMostTries; ++tries) {
        if (closing(text, at + 1) == text.size() - 1) return at;
        at = text.find(" (", at + 1);
    }
    return std::string_view::npos;
}

struct ParsedFrame {
    std::optional<std::uint64_t> address{};
    std::string_view function{}, module{}, arguments{};
    SourcePlace source{};
};

// Cuts "WORD rest" off the end of `text`; empty when it is not there. Values of arguments may hold the word:
// it counts behind the ")" that closes them, or where the rest is what it announces.
std::string_view cut_tail(std::string_view& text, std::string_view word) {
    const auto at = text.rfind(word);
    if (at == std::string_view::npos || at == 0) return {};
    const std::string_view tail = text.substr(at + word.size());
    const bool is_place = word == " at " ? source_place(tail).line.has_value() : tail.starts_with('/');
    if (text[at - 1] != ')' && !(is_place && tail.find(' ') == std::string_view::npos)) return {};
    text = text.substr(0, at);
    return tail;
}

// What stands behind a frame's number. `strict`: all of it must be read, as of a line put together.
std::optional<ParsedFrame> parse_frame(std::string_view text, bool strict) {
    ParsedFrame frame;
    if (text.starts_with('<')) {  // "<signal handler called>"
        if (text.find('>') == std::string_view::npos) return std::nullopt;
        if (!strict || text.ends_with('>')) return ParsedFrame{{}, text, {}, {}, {}};
    }
    if (text.starts_with("0x")) {
        const auto end = text.find(" in ");
        if (end == std::string_view::npos) return std::nullopt;
        frame.address = parse_address(text.substr(0, end));
        if (!frame.address) return std::nullopt;
        text = trim(text.substr(end + 4));
    }
    const std::string_view place = cut_tail(text, " at ");
    if (place.empty()) frame.module = cut_tail(text, " from ");
    if (!place.empty()) frame.source = source_place(place);
    if (strict && !place.empty() && !frame.source.line) return std::nullopt;
    if (strict && frame.module.find(' ') != std::string_view::npos) return std::nullopt;
    if (!text.ends_with(')') || text.find(" (") == std::string_view::npos) {
        // pt-eustack-resolver: "#1 0x7f01 in run at file.cc:12:3"; gdb has arguments in brackets, behind a
        // blank
        const bool is_told = frame.address && (frame.source.line || !frame.module.empty());
        if (!is_told || text.empty() || text.find(" (") != std::string_view::npos) return std::nullopt;
        frame.function = text;
        return frame;
    }
    const auto arguments = arguments_at(text);
    if (strict && arguments == std::string_view::npos && text.find(" (") != std::string_view::npos)
        return std::nullopt;
    const std::string_view name = text.substr(0, text.find(" ("));
    if (strict && name.find(' ') != std::string_view::npos &&
        name.find_first_of("(<") == std::string_view::npos)
        return std::nullopt;
    frame.function = text.substr(0, arguments == std::string_view::npos ? text.find(" (") : arguments);
    if (arguments != std::string_view::npos) frame.arguments = text.substr(arguments + 1);
    return frame;
}

// What gdb says between or behind stacks.
bool is_note(std::string_view text) {
    constexpr std::array<std::string_view, 20> kNotes = {
        "Backtrace stopped:", "(More stack frames",  "[Inferior ",      "[New ",
        "[Thread ",           "[Switching ",         "[Current ",       "Detaching from",
        "Quit anyway",        "A debugging session", "warning:",        "Using host ",
        "Reading sym",        "Missing separate",    "Continuing.",     "Attaching to",
        "Script done",        "Downloading",         "Download failed", "Type <return>"};
    return std::any_of(kNotes.begin(), kNotes.end(), [&](auto note) { return text.starts_with(note); });
}

// "        count = 3" of `backtrace full`.
bool is_local(std::string_view text) {
    const bool is_indented = text.starts_with("    ") || text.starts_with('\t');
    text = trim(text);
    if (text == "No locals." || text.starts_with("No symbol table info available.")) return true;
    const auto equals = text.find(" = ");
    return is_indented && equals != std::string_view::npos && equals > 0 &&
           text.substr(0, equals).find_first_of(" (),\"") == std::string_view::npos;
}

// "Thread 2 (", "Thread 1.2 (": what stands in the brackets; empty where it is none.
std::string_view in_brackets(std::string_view text) {
    if (!text.starts_with("Thread ")) return {};
    const auto digits = text.find_first_not_of("0123456789.", 7);
    if (digits == 7 || digits == std::string_view::npos || !text.substr(digits).starts_with(" (")) return {};
    return text.substr(digits + 2);
}

}  // namespace

Head GdbText::head(std::string_view text) const {
    text = trim(text);
    const std::string_view inner = in_brackets(text);
    if (inner.empty()) return Head::none;
    const bool is_sure =
        inner.starts_with("Thread ") || inner.starts_with("LWP ") || inner.starts_with("process ");
    if (is_sure && text.ends_with("):")) return Head::whole;
    const auto count = [&](char byte) { return std::count(text.begin(), text.end(), byte); };
    if (is_sure)
        return count('(') > count(')') || count('"') % 2 == 1 || text.ends_with(')') ? Head::part
                                                                                     : Head::none;
    return text.ends_with("):") ? Head::maybe : Head::none;
}

bool GdbText::confirms(std::string_view next) const {
    next = trim(next);
    return take_number(next).has_value();
}

bool GdbText::is_first_frame(std::string_view text) {
    text = trim(text);
    if (!text.starts_with("#0") || take_number(text) != 0) return false;
    const auto frame = parse_frame(text, true);
    // A leak report's frames end in "(/path/program+0x1234)".
    return frame && !frame->function.empty() && frame->arguments.find("+0x") == std::string_view::npos &&
           frame->arguments.find(" + 0x") == std::string_view::npos && !frame->arguments.empty();
}

StackText::Start GdbText::start(std::string_view text) const {
    std::string_view rest = trim(text);
    if (head(rest) != Head::none || is_note(rest) || take_number(rest)) return Start::sure;
    const bool is_value = has_locals_ && (text.starts_with("    ") || text.starts_with('\t'));
    return is_value || is_local(text) ? Start::loose : Start::unknown;
}

bool GdbText::is_whole(std::string_view text) const {
    text = trim(text);
    if (head(text) == Head::part) return false;
    return !take_number(text) || parse_frame(text, true).has_value();
}

// "#1  0x01 in f ()" goes on with "from /lib/libc.so.6" or "at a.c:1"; a note and a value with more words.
bool GdbText::may_go_on(std::string_view text) const {
    text = trim(text);
    if (text.starts_with("Backtrace stopped:") || is_local(text)) return true;
    if (!take_number(text)) return false;
    const auto frame = parse_frame(text, true);
    return frame && frame->source.file.empty() && frame->module.empty();
}

bool GdbText::note_line(std::string_view text) {
    if (text.starts_with("Backtrace stopped:") || text.starts_with("(More stack frames"))
        set_incomplete();
    else
        stand_apart();
    return true;
}

// gdb goes down to thread 1, or up from it: a dump ends or begins there.
void GdbText::count_threads(std::string_view head) {
    const std::string_view digits = head.substr(7, head.find_first_not_of("0123456789", 7) - 7);
    const std::int64_t number = parse_count(digits).value_or(0);
    if ((last_thread_ == 1 && number != 2) || (number == 1 && last_thread_ != 2)) stand_apart();
    last_thread_ = number;
}

bool GdbText::line(std::string_view text, bool joined) {
    if (has_locals_ && !trim(text).starts_with('#') && is_local(text)) return in_stack();
    const bool is_indented = text.starts_with("    ") || text.starts_with('\t');
    const std::string_view whole = text;
    text = trim(text);
    if (const Head kind = head(text); kind != Head::none && !(joined && kind == Head::part)) {
        const Thread thread = thread_of(text);
        const bool must_have = kind == Head::part || !in_brackets(text).starts_with("Thread ");
        if (!thread.tid && must_have && kind != Head::maybe) return false;
        count_threads(text);
        begin_numbered(thread.tid.value_or(0), thread.name);
        has_locals_ = false;
        return true;
    }
    if (is_note(text)) return !joined || text.starts_with("Backtrace stopped:") ? note_line(text) : false;
    if (const auto number = take_number(text)) {
        const auto frame = parse_frame(text, joined);
        if (!frame || (!in_stack() && *number != 0)) return false;
        reach(*number);
        has_locals_ = false;
        add_frame(frame->address, frame->function == "??" ? std::string_view() : frame->function,
                  frame->module);
        if (!frame->source.file.empty()) set_source(frame->source.file, frame->source.line);
        return true;
    }
    if (!in_stack() || !(is_local(whole) || (has_locals_ && is_indented))) return false;
    has_locals_ = true;
    return true;
}

}  // namespace rampwatch::stacks
