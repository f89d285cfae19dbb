// SPDX-License-Identifier: MIT
#include "core/stacks/stack_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "core/base/function_name.h"
#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

// Where a whole stack ends; `main` because gdb stops there.
constexpr std::array<std::string_view, 11> kRoots = {
    "_start",       "__clone3",       "clone3", "__clone",        "clone",         "main",
    "start_thread", "_dl_start_user", "rt0_go", "runtime.rt0_go", "runtime.mstart"};

// What Go calls on a stack of its own: behind them debuggers guess, differently for each thread.
constexpr std::array<std::string_view, 4> kGoRoots = {"runtime.mcall", "runtime.goexit", "runtime.clone",
                                                      "runtime.rt0_go"};

bool is_one_of(std::string_view function, std::span<const std::string_view> names) {
    return std::find(names.begin(), names.end(), bare_function(function)) != names.end();
}

bool is_unknown(const Frame& frame) { return !frame.function && !frame.module; }

bool ends_at_root(const std::vector<Frame>& frames) {
    if (frames.empty() || is_unknown(frames.back())) return false;
    const Frame& last = frames.back();
    if (!last.function) return true;  // without names nothing can be said against it
    return is_one_of(*last.function, kRoots) || is_one_of(*last.function, kGoRoots);
}

// Frames at one address are one call and what was inlined into it, innermost first; a recursion comes back to
// the same address with the function that it had there before.
void mark_inlined(std::vector<Frame>& frames, const std::vector<std::optional<std::uint64_t>>& addresses) {
    std::size_t first = 0;
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
        const bool same = addresses[i] && addresses[i] == addresses[i + 1];
        frames[i].inlined = same && frames[i + 1].function != frames[first].function;
        if (!frames[i].inlined) first = i + 1;
    }
}

// What a debugger guesses behind the last frame that it knows differs from thread to thread and would tear
// groups apart: it is cut behind a root of Go's, and neighbouring unknown frames become one.
void drop_guesses(std::vector<Frame>& frames) {
    const auto root = std::find_if(frames.begin(), frames.end(), [](const Frame& frame) {
        return frame.function && frame.function->starts_with("runtime.") &&
               is_one_of(*frame.function, kGoRoots);
    });
    if (root != frames.end()) frames.erase(root + 1, frames.end());
    const auto end = std::unique(frames.begin(), frames.end(), [](const Frame& a, const Frame& b) {
        return is_unknown(a) && is_unknown(b);
    });
    frames.erase(end, frames.end());
}

// Of a stripped program a debugger may print nothing else: then addresses are what tells stacks apart.
bool keep_addresses(std::vector<Frame>& frames, const std::vector<std::optional<std::uint64_t>>& addresses) {
    if (!std::all_of(frames.begin(), frames.end(), is_unknown)) return false;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (!frames[i].offset) frames[i].offset = addresses[i];
    }
    return true;
}

}  // namespace

std::optional<std::uint64_t> parse_address(std::string_view text) {
    std::uint64_t value = 0;
    if (!text.starts_with("0x")) return std::nullopt;
    text.remove_prefix(2);
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
    if (!text.starts_with('#')) return std::nullopt;
    const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    const auto number = parse_count(text.substr(1, end - 1));
    if (!number || (end < text.size() && text[end] != ' ' && text[end] != '\t')) return std::nullopt;
    text = trim(text.substr(end));
    return number;
}

void StackText::feed(std::string_view chunk) {
    while (!chunk.empty()) {
        const auto end = chunk.find('\n');
        const std::string_view part = chunk.substr(0, end);
        const std::size_t room = kMostLine - pending_.size();
        if (part.size() > room && !overlong_) {
            overlong_ = true;
            ++skipped_.cut;
        }
        pending_ += part.substr(0, std::min(part.size(), room));
        if (end == std::string_view::npos) return;
        take_pending();
        chunk.remove_prefix(end + 1);
    }
}

void StackText::take_pending() {
    std::string_view text = pending_;
    if (text.ends_with('\r')) text.remove_suffix(1);
    take_line(text);
    pending_.clear();
    overlong_ = false;
}

void StackText::take_line(std::string_view text, bool full) {
    if (text.size() > kMostLine) {
        text = text.substr(0, kMostLine);
        ++skipped_.cut;
    }
    if (trim(text).empty()) return blank();
    Start begins = start(text);
    if (begins == Start::unknown && holds_ && ends_.empty() && !goes_on()) {
        flush();  // what it says may make the line known: locals, or a servlet's calls, follow
        begins = start(text);
    }
    if (holds_ && (begins == Start::unknown || (begins == Start::loose && !is_whole(joined_))))
        return join(text, full);
    flush();
    if (begins == Start::unknown) return doubt(1, text);
    held_ = text;
    joined_ = text;
    holds_ = true;
    held_full_ = first_full_ = full;
    ends_.clear();
}

void StackText::join(std::string_view text, bool full) {
    constexpr std::size_t kMostPieces = 64;
    if (ends_.size() >= kMostPieces || joined_.size() + text.size() >= kMostLine) return doubt(1, text);
    const bool blank_before = joined_.ends_with(' ') || text.starts_with(' ') || text.starts_with('\t');
    if (blank_before) {
        joined_.erase(joined_.find_last_not_of(" \t") + 1);
        text = trim(text);
    }
    if (blank_before || !held_full_) joined_ += ' ';
    joined_ += text;
    ends_.push_back(joined_.size());
    held_full_ = full;
}

// Whether the held line may have its rest in the next ones.
bool StackText::goes_on() const { return first_full_ || !is_whole(held_) || may_go_on(held_); }

// As many of the pieces as make a whole line; what is left over is of something else.
void StackText::flush() {
    if (!holds_) return;
    holds_ = false;
    const auto pieces = static_cast<std::int64_t>(ends_.size());
    if (pieces > 0 && goes_on()) {
        for (auto taken = pieces; taken > 0; --taken) {
            joined_.resize(ends_[static_cast<std::size_t>(taken - 1)]);
            if (!line(joined_, true)) continue;
            return doubt(pieces - taken, joined_);
        }
    }
    if (line(held_, false)) return doubt(pieces, joined_);
    if (in_stack()) return doubt(1 + pieces, joined_);
    skip_lines(1);
}

void StackText::doubt(std::int64_t lines, std::string_view text) {
    if (lines == 0) return;
    if (!in_stack() || is_over()) has_between_ = true;
    if (in_stack()) {
        doubted_ += lines;
        if (!is_over()) settle_doubt();
    }
    stray(text);
}

void StackText::settle_doubt() {
    if (doubted_ == 0) return;
    stack_.damaged = true;
    skipped_.lines += doubted_;
    doubted_ = 0;
}

bool StackText::is_over() const {
    if (incomplete_ || stack_.frames.empty()) return incomplete_;
    const auto& last = stack_.frames.back().function;
    return last && *last != "start_thread" && ends_at_root(stack_.frames);  // clone is to come yet
}

void StackText::finish() {
    if (!pending_.empty()) take_pending();
    flush();
    end_stack();
}

std::string StackText::bounded(std::string_view text) {
    if (text.size() > kMostName) ++skipped_.cut;
    return std::string(text.substr(0, kMostName));
}

void StackText::begin_stack(std::int64_t id, std::string_view name, std::uint64_t key) {
    end_stack();
    is_apart_ = std::exchange(has_between_, false);
    open_ = true;
    key_ = key != 0 ? key : static_cast<std::uint64_t>(id);
    stack_.id = id;
    stack_.name = bounded(name);
}

void StackText::add_frame(std::optional<std::uint64_t> address, std::string_view function,
                          std::string_view module) {
    settle_doubt();
    has_between_ = false;
    if (address == 0U && function.empty()) return;  // the end of the chain, which gdb prints as a frame
    if (stack_.frames.size() >= kMostFrames) {
        if (!full_) ++skipped_.cut;
        full_ = incomplete_ = true;
        return;
    }
    Frame frame;
    if (!function.empty()) frame.function = bounded(function);
    if (!module.empty()) frame.module = bounded(module);
    if (address) {
        // A return address is the one behind the call, which may be the last of its function or file.
        const std::uint64_t call = stack_.frames.empty() || *address == 0 ? *address : *address - 1;
        const Module* mapped = modules_->find(call);
        if (mapped != nullptr && !mapped->path.empty()) {
            frame.module = mapped->path;  // the text has names of symbolic links
            if (!frame.function) frame.offset = *address - mapped->base;
        }
    }
    stack_.frames.push_back(std::move(frame));
    addresses_.push_back(address);
}

void StackText::set_source(std::string_view file, std::optional<std::int64_t> number) {
    if (full_ || stack_.frames.empty()) return;
    if (!file.empty()) stack_.frames.back().file = bounded(file);
    stack_.frames.back().line = number;
}

void StackText::set_place(std::uint64_t module_offset, std::string_view build_id) {
    if (full_ || stack_.frames.empty() || stack_.frames.back().function) return;
    Frame& frame = stack_.frames.back();
    if (!frame.offset) frame.offset = module_offset;
    if (!build_id.empty()) frame.build_id = bounded(build_id);
}

void StackText::add_label(std::string_view label) {
    constexpr std::size_t kMostLabels = 32;
    if (stack_.labels.size() < kMostLabels) stack_.labels.push_back(bounded(label));
}

void StackText::drop_frames() {
    stack_.frames.clear();
    addresses_.clear();
}

void StackText::end_stack() {
    if (open_) {
        closing();
        if (!is_over()) settle_doubt();
        mark_inlined(stack_.frames, addresses_);
        if (!keep_addresses(stack_.frames, addresses_)) drop_guesses(stack_.frames);
        stack_.truncated = incomplete_ || (!rooted_ && !ends_at_root(stack_.frames));
        ++stacks_;
        sink_(std::move(stack_));
    }
    stack_ = Stack{};
    addresses_.clear();
    doubted_ = 0;
    key_ = 0;
    open_ = incomplete_ = full_ = rooted_ = false;
}

}  // namespace rampwatch::stacks
