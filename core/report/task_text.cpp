// SPDX-License-Identifier: MIT
#include "core/report/task_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/stack_kind.h"
#include "core/model/task_words.h"
#include "core/report/runtime_heap_text.h"

namespace rampwatch::report {
namespace {

struct Known {
    std::string_view function;  // innermost, as far as its name goes
    std::string_view hint;
};

// asyncio's and trio's own names for a wait.
constexpr Known kKnown[] = {
    {"Queue.get", "awaits a queue that nobody fills?"},
    {"Queue.put", "awaits room in a queue that nobody empties?"},
    {"Lock.acquire", "awaits a lock that some path, an error's perhaps, does not release?"},
    {"Semaphore.acquire", "awaits a semaphore that some path, an error's perhaps, does not release?"},
    {"Condition.wait", "awaits a condition that nobody notifies?"},
    {"Event.wait", "awaits an event that nobody sets?"},
    {"StreamReader.", "awaits a peer that sends nothing, without a timeout?"},
    {"StreamWriter.drain", "awaits a peer that reads nothing, without a timeout?"},
    {"sleep", "sleeps: does anything end the loop around it?"},
};
// Which of the two it is cannot be seen from one look: a task has not begun either before its first turn.
constexpr std::string_view kNotStarted =
    "made and never run: is an await or create_task() missing, or is the event loop held up?";
constexpr std::string_view kAsk = "In one sentence: what makes this coroutine return?";

constexpr std::string_view kAskThread = "In one sentence: what makes this virtual thread go on?";

constexpr std::string_view kNode = "Node.js";
constexpr std::string_view kAskPromise = "In one sentence: what settles the promise that this awaits?";
constexpr std::string_view kUpperBound =
    "note: calls that nothing can resume count until the next full collection";
constexpr std::string_view kAskGenerator = "In one sentence: what reads on, or calls return()?";

bool is_javascript(const Group& group) {
    return !group.frames.empty() && group.frames.front().language == "javascript";
}

std::string tasks_of(const Dump& dump, const LanguageRuntime& runtime, std::int64_t count) {
    if (runtime.name == "Java") return std::string(task_word::virtual_thread) + (count == 1 ? "" : "s");
    const auto is_generator = [](const Group& group) {
        return group.task == task_word::generator || group.task == task_word::async_generator;
    };
    if (runtime.name == kNode && std::any_of(dump.groups.begin(), dump.groups.end(), is_generator))
        return "async functions and generators";
    const auto first = std::find_if(dump.groups.begin(), dump.groups.end(),
                                    [](const Group& group) { return group.kind == StackKind::task; });
    const bool known = first != dump.groups.end() && !first->task.empty();
    const std::string_view unknown = runtime.name == kNode ? task_word::async_function : task_word::coroutine;
    return (known ? escape(first->task, 32) : std::string(unknown)) + (count == 1 ? "" : "s");
}

std::string count_of(const LanguageRuntime& runtime) {
    if (*runtime.tasks == 0) return "no";
    return (runtime.left_out.empty() ? "" : "at least ") + format_count(*runtime.tasks);
}

// "; TID 4712 holds the GIL"; it is told only of Python, the one language here that has such a lock.
std::string lock_text(const LanguageRuntime& runtime) {
    if (!runtime.lock_known) return {};
    const auto& holders = runtime.lock_holders;
    if (holders.empty())
        return runtime.lock_moves ? "; the GIL passes between threads" : "; nobody holds the GIL";
    std::string text;
    constexpr std::size_t kMostShown = 3;
    for (std::size_t i = 0; i < std::min(kMostShown, holders.size()); ++i)
        text += fmt::format("{} {}", i > 0 ? "," : "; TID", holders[i]);
    if (holders.size() > kMostShown) text += fmt::format(" and {} more", holders.size() - kMostShown);
    return text + (holders.size() == 1 ? " holds the GIL" : " hold their GILs");
}

}  // namespace

std::string task_state_text(const Group& group) {
    if (!group.state || group.state->empty()) return {};
    if (group.task == task_word::virtual_thread) return "waiting: " + escape(*group.state, 64);
    if (*group.state == task_word::not_started) return "never started";
    if (*group.state == task_word::at_yield) return "at a yield";
    return "awaits " + escape(*group.state, 64);
}

std::string task_noun(const Group& group) {
    if (group.kind != StackKind::task || group.task.empty())
        return std::string(noun(group.kind, group.count));
    return escape(group.task, 32) + (group.count == 1 ? "" : "s");
}

std::string task_hint(const Group& group) {
    if (group.frames.empty() || !group.frames.front().function) return {};
    if (is_javascript(group))
        return std::string(group.state == task_word::at_yield || group.state == task_word::not_started
                               ? kAskGenerator
                               : kAskPromise);
    if (group.state == task_word::not_started) return std::string(kNotStarted);
    if (group.state == task_word::at_yield) return {};
    if (group.task == task_word::virtual_thread) return std::string(kAskThread);
    const std::string_view leaf = *group.frames.front().function;
    const auto known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                    [&](const Known& it) { return leaf.starts_with(it.function); });
    if (known == std::end(kKnown)) return std::string(kAsk);
    return std::string(known->hint) + " " + std::string(kAsk);
}

std::string task_count_text(const Dump& dump) {
    LanguageRuntime all;
    for (const LanguageRuntime& runtime : dump.runtimes) {
        if (!runtime.tasks) continue;
        all.tasks = all.tasks.value_or(0) + *runtime.tasks;
        all.left_out += runtime.left_out;
        all.name = runtime.name;
    }
    if (all.tasks.value_or(0) == 0) return {};
    return count_of(all) + " " + tasks_of(dump, all, *all.tasks);
}

std::vector<std::string> runtime_lines(const Dump& dump) {
    std::vector<std::string> lines;
    for (const LanguageRuntime& runtime : dump.runtimes) {
        if (!runtime.refused.empty()) {
            lines.push_back("note: " + runtime.refused + ": its threads are shown in native frames");
            continue;
        }
        std::string text = runtime.name + " " + escape(runtime.version, 32);
        if (runtime.tasks)
            text += fmt::format(": {} {} parked", count_of(runtime), tasks_of(dump, runtime, *runtime.tasks));
        if (runtime.torn > 0)
            text += fmt::format(", {} of them moving and not shown", format_count(runtime.torn));
        text += lock_text(runtime);
        lines.push_back(std::move(text));
        if (!runtime.left_out.empty()) lines.push_back("note: " + runtime.left_out);
        for (std::string& line : runtime_heap_lines(dump, runtime)) lines.push_back(std::move(line));
        if (runtime.name == kNode && runtime.tasks.value_or(0) > 0) lines.emplace_back(kUpperBound);
    }
    return lines;
}

}  // namespace rampwatch::report
