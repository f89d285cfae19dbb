// SPDX-License-Identifier: MIT
#include "core/report/go_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/grown_groups.h"
#include "core/report/memory_shares.h"

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
     "none of its cases has come true; is there one for ctx.Done(), and does anybody cancel that context?"},
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

// What resident memory is divided into.
struct Part {
    std::string_view words{};
    std::string_view meaning{};  // of growth that is mostly this
};
constexpr std::array<Part, 6> kParts = {{
    {"live heap", "objects that are still reachable grow: a leak in Go code, or a cache without bound"},
    {"garbage or new",
     "what grows is not yet collected: more is allocated between two collections, not more kept; see GOGC "
     "and "
     "GOMEMLIMIT"},
    {"unused in the heap's spans",
     "holes between live objects grow: after a peak, objects of many sizes keep its spans"},
    {"free but held", "the runtime holds memory that is free: after a peak it gives it back in minutes"},
    {"goroutine stacks", "stacks grow: more goroutines, or deeper ones"},
    {"the rest (code, runtime, cgo, mmap)",
     "what grows lies outside Go's heap: C code (cgo), mmap, or the runtime's own records"},
}};
constexpr std::size_t kGarbage = 1;

// Only where the heap's figures are known. They are read at other moments than RSS: the rest may come out
// below 0, and is then 0.
std::vector<MemoryShare> shares_of(const GoProgram& go, std::int64_t rss_bytes) {
    const GoHeap& heap = *go.heap;
    const std::int64_t marked = std::min(heap.marked, heap.live);
    const std::array<std::int64_t, kParts.size() - 1> known = {
        marked, heap.live - marked, std::max<std::int64_t>(heap.in_use - heap.live, 0), heap.free,
        go.stack_bytes};
    std::vector<MemoryShare> shares;
    std::int64_t rest = rss_bytes;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const bool collected = i != kGarbage || heap.marked > 0;
        shares.push_back({collected ? kParts[i].words : "heap, not yet collected", known[i]});
        rest -= known[i];
    }
    shares.push_back({kParts.back().words, std::max<std::int64_t>(rest, 0)});
    return shares;
}

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }

std::string lower_case(std::string text) {
    for (char& letter : text)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
}

}  // namespace

std::string go_count_text(const GoProgram& go) {
    std::string text = format_count(go.goroutines);
    if (!go.version.empty()) text += " (" + escape(go.version, 64) + ")";
    if (!go.source.empty()) text += ", as its own profile has them (" + escape(go.source, 128) + ")";
    if (go.guessed)
        text += " (newer than any that is known here: its layout is a guess that passed all checks)";
    if (!go.frames) text += " (too old for their stacks to be read)";
    if (go.system > 0) text += fmt::format(", {} more of the runtime", format_count(go.system));
    if (go.leaked) text += fmt::format("; {} leaked, by the runtime's own word", format_count(*go.leaked));
    if (go.stack_bytes > 0) text += fmt::format("; their stacks hold {}", size(go.stack_bytes));
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
    return go.heap ? share_texts(shares_of(go, rss_bytes)) : std::vector<std::string>();
}

std::vector<std::string> go_memory_lines(const Dump& dump) {
    if (!dump.go || !dump.go->heap || !dump.rss_bytes) return {};
    const auto now = shares_of(*dump.go, *dump.rss_bytes);
    std::vector<std::string> lines = {division_line(*dump.rss_bytes, now)};
    if (!dump.baseline_go || !dump.baseline_go->heap || !dump.baseline_rss_bytes) return lines;
    const auto then = shares_of(*dump.baseline_go, *dump.baseline_rss_bytes);
    const std::int64_t grown = *dump.rss_bytes - *dump.baseline_rss_bytes;
    if (grown < kLeastDivided) return lines;
    lines.push_back(division_growth(grown, now, then));
    // Where a group of goroutines has grown, what they hold is the matter, and not how it is collected.
    if (most_grown(dump) != nullptr) return lines;
    // Garbage grows with what is live: the next collection waits for twice as much.
    const std::size_t most = now[0].bytes - then[0].bytes >= grown / 4 ? 0 : most_grown_share(now, then);
    if (most == 0 || now[most].bytes - then[most].bytes >= grown / 2)
        lines.emplace_back(kParts[most].meaning);
    return lines;
}

std::vector<std::string> readers_of(const Dump& dump) {
    std::vector<std::string> readers;
    if (dump.go && dump.backend != "go") readers.emplace_back("go");
    for (const LanguageRuntime& runtime : dump.runtimes)
        if (runtime.refused.empty()) readers.push_back(lower_case(escape(runtime.name, 32)));
    readers.push_back(escape(dump.backend, 32));
    return readers;
}

std::string taken_by(const Dump& dump) {
    const std::vector<std::string> readers = readers_of(dump);
    std::string text;
    for (std::size_t i = 0; i < readers.size(); ++i)
        text += (i == 0 ? "" : i + 1 == readers.size() ? " and " : ", ") + readers[i];
    return text;
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
