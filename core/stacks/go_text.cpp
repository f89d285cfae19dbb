// SPDX-License-Identifier: MIT
#include "core/stacks/go_text.h"

#include "core/base/text.h"
#include "core/stacks/go_head.h"
#include "core/stacks/source_place.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kUnavailable = "goroutine running on other thread; stack unavailable";
constexpr std::string_view kAncestor = "[originating from goroutine ";
constexpr std::string_view kCreated = "created by ";

// "/src/worker.go:12 +0x1d": without the offset; empty where it is no such line.
std::optional<SourcePlace> source_of(std::string_view text) {
    text = trim(text);
    if (const auto offset = text.rfind(" +0x"); offset != std::string_view::npos) {
        const auto end = text.find_first_not_of("0123456789abcdef", offset + 4);
        if (end != std::string_view::npos && !text.substr(end).starts_with(" fp=0x")) return std::nullopt;
        text = trim(text.substr(0, offset));
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto line = parse_count(text.substr(colon + 1));
    const std::string_view file = text.substr(0, colon);
    if (!line || file.find_first_of("./<") == std::string_view::npos) return std::nullopt;
    return SourcePlace{file, line};
}

// "main.(*pool).push(0xc000, {0x1, 0x2})": its function; empty where it is no call. No name has blanks but in
// the brackets of type arguments.
std::string_view function_of(std::string_view text) {
    text = trim(text);
    if (!text.ends_with(')')) return {};
    const auto open = text.rfind('(');
    if (open == 0 || open == std::string_view::npos) return {};
    const std::string_view name = text.substr(0, open);
    if (name.front() == '.' || name.front() == '(' || name.front() == '[' || name.ends_with('.')) return {};
    constexpr std::string_view kNever = " \t,=;&^?!|\\\"'`";
    int depth = 0;
    for (const char byte : name) {
        if (byte == '[') ++depth;
        if (byte == ']') --depth;
        if (depth == 0 && kNever.find(byte) != std::string_view::npos) return {};
    }
    return depth == 0 ? name : std::string_view();
}

bool is_elided(std::string_view text) {
    return text.starts_with("...") && text.find("frames elided...") != std::string_view::npos;
}

// Where the stack of a goroutine that nobody created ends.
bool is_root(const Stack& stack) {
    if (stack.frames.empty() || !stack.frames.back().function) return false;
    const std::string& last = *stack.frames.back().function;
    return last == "main.main" || last == "runtime.main" || last == "runtime.goexit" ||
           last == "testing.tRunner";
}

// Put together from what does not belong together: a place with words before it or behind it.
bool is_torn(std::string_view text) {
    if (text.starts_with(kCreated)) {
        text.remove_prefix(kCreated.size());
        const auto in = text.rfind(" in goroutine ");
        if (in != std::string_view::npos && !parse_count(text.substr(in + 14))) return true;
        return text.substr(0, in).find(' ') != std::string_view::npos;
    }
    const auto place = source_of(text);
    return place && place->file.find(' ') != std::string_view::npos;
}

bool is_beyond(std::string_view text) { return text == "runtime stack:" || text.starts_with(kAncestor); }

}  // namespace

Head GoText::head(std::string_view text) const {
    text = trim(text);
    if (text.empty() || (text.front() != 'g' && text.front() != '[' && text.front() != 'G'))
        return Head::none;
    return go_head(text).kind;
}

bool GoText::confirms(std::string_view next) const {
    return !function_of(next).empty() || trim(next) == kUnavailable;
}

StackText::Start GoText::start(std::string_view text) const {
    const bool is_tabbed = text.starts_with('\t');
    text = trim(text);
    if (text.starts_with(kCreated) || is_elided(text) || is_beyond(text) || text == kUnavailable ||
        text == "]")
        return Start::sure;
    if (head(text) != Head::none) return Start::sure;
    if (!function_of(text).empty() || source_of(text)) return Start::loose;
    return is_tabbed ? Start::loose : Start::unknown;
}

bool GoText::is_whole(std::string_view text) const {
    text = trim(text);
    if (text.starts_with(kCreated)) return text.find('.') != std::string_view::npos;
    return head(text) == Head::whole || source_of(text) || !function_of(text).empty() || is_elided(text) ||
           text.ends_with(':') || text == kUnavailable;
}

// "/src/a.go:12" goes on with "+0x1d", "created by main.x" with "in goroutine 1".
bool GoText::may_go_on(std::string_view text) const {
    text = trim(text);
    if (text.starts_with(kCreated)) return text.find(" in ") == std::string_view::npos;
    return source_of(text) && text.find(" +0x") == std::string_view::npos;
}

bool GoText::begin(std::string_view text) {
    const GoHead head = go_head(text);
    // goleak's older text has the runtime's own line behind its own.
    const bool is_same = in_stack() && may_be_spaced_ && current().id == head.id && head.id != 0;
    if (!is_same) {
        if (head.state == "running") stand_apart();  // who asks for the dump stands first in it
        begin_stack(head.id, {});
    }
    set_kind(StackKind::goroutine);
    if (head.kind != Head::whole) {  // its rest is lost
        skip_lines();
        set_damaged();
    }
    if (!head.state.empty()) set_state(head.state);
    set_rooted();
    for (const std::string& label : head.labels) add_label(label);
    at_ = At::frames;
    wants_source_ = after_blank_ = is_spaced_ = false;
    may_be_spaced_ = true;
    unsure_.clear();
    return true;
}

void GoText::blank() {
    flush();
    if (may_be_spaced_) is_spaced_ = true;
    after_blank_ = !is_spaced_;
    const bool is_done = at_ == At::beyond || (at_ == At::creator && !wants_source_);
    if (after_blank_ && is_done) at_ = At::nothing;
}

void GoText::stray(std::string_view) {
    // A call of a package's function where no goroutine is, and not its source behind it: both may be of one
    // whose first line is lost.
    if (at_ == At::nothing && unsure_.find('.') != std::string::npos) skip_lines();
    if (at_ == At::nothing) unsure_.clear();
    if (after_blank_ && !wants_source_) at_ = At::nothing;
}

void GoText::closing() {
    if (wants_source_ && at_ != At::nothing) set_damaged();  // the text ends in the middle of a call
    wants_source_ = false;
}

bool GoText::is_over() const {
    return at_ == At::nothing || at_ == At::beyond || (at_ == At::creator && !wants_source_) ||
           (after_blank_ && !wants_source_) || (is_root(current()) && !wants_source_);
}

bool GoText::call_line(std::string_view text) {
    const std::string_view function = function_of(text);
    if (function.empty()) return false;
    if (at_ == At::beyond) return true;
    if (at_ != At::frames || after_blank_) {
        unsure_ = function;
        return true;
    }
    if (wants_source_) set_damaged();  // the source of the call before is lost
    add_frame(std::nullopt, function, {});
    wants_source_ = true;
    return true;
}

bool GoText::source_line(std::string_view text) {
    const auto place = source_of(text);
    if (!place) return false;
    if (at_ == At::beyond) return true;
    if (!unsure_.empty()) {
        const std::string function = std::move(unsure_);
        unsure_.clear();
        // A call where no goroutine is, or behind one's end: some goroutine's first line is lost.
        if (at_ != At::frames || is_root(current())) {
            at_ = At::nothing;
            skip_lines(2);
            return true;
        }
        after_blank_ = false;
        add_frame(std::nullopt, function, {});
        set_source(place->file, place->line);
        return true;
    }
    if (at_ == At::creator && wants_source_) {
        wants_source_ = false;
        return true;
    }
    if (at_ != At::frames || !wants_source_) return at_ == At::nothing;
    wants_source_ = false;
    set_source(place->file, place->line);
    return true;
}

bool GoText::line(std::string_view text, bool joined) {
    text = trim(text);
    if (joined && is_torn(text)) return false;
    if (head(text) != Head::none) return begin(text);
    const bool was_first = may_be_spaced_;
    may_be_spaced_ = false;
    if (is_beyond(text)) {
        at_ = At::beyond;
        return true;
    }
    if (at_ == At::nothing && unsure_.empty()) return call_line(text) || !joined;
    if (text.starts_with(kCreated)) {
        if (at_ == At::beyond || at_ == At::nothing) return true;
        if (wants_source_) set_damaged();
        at_ = At::creator;
        wants_source_ = true;
        after_blank_ = false;
        return true;
    }
    if (text == "]") return true;  // the end of goleak's list
    if (is_elided(text) || text == kUnavailable) {
        if (at_ == At::frames) set_incomplete();
        return true;
    }
    if (source_line(text) || call_line(text)) return true;
    may_be_spaced_ = was_first;
    return false;
}

}  // namespace rampwatch::stacks
