// SPDX-License-Identifier: MIT
#include "core/report/go_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::report {
namespace {

// A wait reason of the runtime (runtime2.go, waitReasonStrings), by its beginning; the first that fits.
struct Hint {
    std::string_view reason{};
    std::string_view words{};
};
constexpr std::array<Hint, 14> kHints = {{
    {"chan send (nil chan)", "the channel is nil: nobody can ever receive; was it made?"},
    {"chan send",
     "nobody receives any more; does the collector return early? Make the send a select with ctx.Done(), or "
     "give the channel a buffer. In one sentence: what makes this goroutine return?"},
    {"chan receive (nil chan)", "the channel is nil: nobody can ever send; was it made?"},
    {"chan receive", "nobody sends or closes any more; who closes this channel, on every path, errors too?"},
    {"select (no cases)", "select {} never returns; is one started for each request?"},
    {"select",
     "no case comes true any more; is there one for ctx.Done(), and does anybody cancel that context?"},
    {"sync.Mutex.Lock", "the lock is held and not given back; who holds it, on an early return or a panic?"},
    {"sync.RWMutex", "the lock is held and not given back; who holds it, on an early return or a panic?"},
    {"semacquire", "a lock or a WaitGroup that is not released; is Done or Unlock deferred on every path?"},
    {"sync.WaitGroup.Wait", "not every Done comes; is it deferred first thing in each goroutine?"},
    {"sync.Cond.Wait", "nobody signals any more; does every change of the condition call Broadcast?"},
    {"IO wait",
     "the peer says nothing and keeps the connection; set deadlines, and close what is no longer used (a "
     "response's Body too)"},
    {"sleep", "many sleep; is one started for each request, or does a retry never give up?"},
    {"C call", "C code does not return; its stack is in the threads of the dump"},
}};

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }

}  // namespace

std::string go_count_text(const GoProgram& go) {
    std::string text = fmt::format("{}, by {}", format_count(go.goroutines), escape(go.version, 64));
    if (go.guessed)
        text += " (newer than any that is known here: its layout is a guess that passed all checks)";
    if (!go.frames) text += " (too old for their stacks to be read)";
    if (go.system > 0) text += fmt::format("; {} more of the runtime's own", format_count(go.system));
    text += fmt::format("; their stacks hold {}", size(go.stack_bytes));
    const auto note = [&](std::int64_t count, std::string_view words) {
        if (count > 0) text += fmt::format("; {} {}", format_count(count), words);
    };
    note(go.moving, "moved while they were read");
    note(go.partial, "with a part of their stack only");
    note(go.unread, "could not be read");
    note(go.ungrouped, "in no group");
    return text;
}

std::vector<std::string> go_memory_parts(const GoProgram& go, std::int64_t rss_bytes) {
    if (!go.heap) return {};
    const GoHeap& heap = *go.heap;
    const std::int64_t marked = std::min(heap.marked, heap.live);
    std::vector<std::pair<std::int64_t, std::string_view>> parts = {
        {marked, "live heap"},
        {heap.live - marked, marked > 0 ? "garbage or new" : "heap, not yet collected"},
        {std::max<std::int64_t>(heap.in_use - heap.live, 0), "unused in the heap's spans"},
        {heap.free, "free but held"},
        {go.stack_bytes, "goroutine stacks"}};
    std::int64_t rest = rss_bytes;
    for (const auto& [bytes, words] : parts) rest -= bytes;
    if (rest > 0) parts.emplace_back(rest, "the rest (code, runtime, cgo, mmap)");
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> texts;
    for (const auto& [bytes, words] : parts) {
        if (bytes > 0) texts.push_back(fmt::format("{} {}", size(bytes), words));
    }
    return texts;
}

std::string wait_text(const Group& group) {
    std::string text = escape(group.state.value_or("unknown"), 64);
    const auto shown = [](const std::optional<std::chrono::nanoseconds>& time) {
        return time && *time >= std::chrono::seconds(1);
    };
    const bool least = shown(group.waited_at_least), most = shown(group.waited_at_most);
    if (least && most && *group.waited_at_least < *group.waited_at_most) {
        return fmt::format("{}, {} .. {}", text, format_duration(*group.waited_at_least),
                           format_duration(*group.waited_at_most));
    }
    if (most) return fmt::format("{}, at most {}", text, format_duration(*group.waited_at_most));
    if (least) return fmt::format("{}, at least {}", text, format_duration(*group.waited_at_least));
    return text;
}

std::string_view wait_hint(std::string_view state) {
    for (const Hint& hint : kHints) {
        if (state.starts_with(hint.reason)) return hint.words;
    }
    return {};
}

}  // namespace rampwatch::report
