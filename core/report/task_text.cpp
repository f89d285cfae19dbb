// SPDX-License-Identifier: MIT
#include "core/report/task_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/stack_kind.h"

namespace rampwatch::report {
namespace {

struct Known {
    std::string_view function;  // innermost, as far as its name goes
    std::string_view hint;
};

// asyncio's and trio's own names for a wait.
constexpr Known kKnown[] = {
    {"Queue.get", "it awaits a queue: does anybody still fill it, and who stops the readers?"},
    {"Queue.put", "it awaits room in a queue: does anybody still empty it?"},
    {"Lock.acquire", "it awaits a lock: is it released on every path, errors too?"},
    {"Semaphore.acquire", "it awaits a semaphore: is it released on every path, errors too?"},
    {"Condition.wait", "it awaits a condition: does anybody still notify it?"},
    {"Event.wait", "it awaits an event: does anybody still set it?"},
    {"StreamReader.", "it awaits a peer that sends nothing: is there a timeout?"},
    {"StreamWriter.drain", "it awaits a peer that reads nothing: is there a timeout?"},
    {"sleep", "it sleeps: what ends the loop around it, and is it started once or again and again?"},
};
constexpr std::string_view kNotStarted =
    "made, and neither awaited nor given to create_task(): is an await missing?";
constexpr std::string_view kAny = "in one sentence: what makes this coroutine return?";

std::string tasks_of(const Dump& dump) {
    const auto first = std::find_if(dump.groups.begin(), dump.groups.end(),
                                    [](const Group& group) { return group.kind == StackKind::task; });
    return first == dump.groups.end() || first->task.empty() ? "coroutine" : first->task;
}

}  // namespace

std::string task_state_text(const Group& group) {
    if (!group.state || group.state->empty()) return {};
    if (*group.state == "not started") return "never started";
    if (*group.state == "yield") return "at a yield";
    return "awaits " + escape(*group.state, 64);
}

std::string task_noun(const Group& group) {
    if (group.kind != StackKind::task || group.task.empty())
        return std::string(noun(group.kind, group.count));
    return escape(group.task, 32) + (group.count == 1 ? "" : "s");
}

std::string_view task_hint(const Group& group) {
    if (group.frames.empty() || !group.frames.front().function) return {};
    if (group.state == "not started") return kNotStarted;
    if (group.state == "yield") return {};
    const std::string_view leaf = *group.frames.front().function;
    const auto known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                    [&](const Known& it) { return leaf.starts_with(it.function); });
    return known == std::end(kKnown) ? kAny : known->hint;
}

std::vector<std::string> runtime_lines(const Dump& dump) {
    std::vector<std::string> lines;
    for (const LanguageRuntime& runtime : dump.runtimes) {
        if (!runtime.refused.empty()) {
            lines.push_back("note: " + runtime.refused + ": its threads are shown in native frames");
            continue;
        }
        std::string text = runtime.name + " " + escape(runtime.version, 32);
        if (runtime.tasks) {
            const std::string what = tasks_of(dump);
            text += fmt::format(": {} {}{} parked", *runtime.tasks == 0 ? "no" : format_count(*runtime.tasks),
                                what, *runtime.tasks == 1 ? "" : "s");
        }
        if (runtime.torn > 0)
            text += fmt::format(", {} of them moving and not shown", format_count(runtime.torn));
        lines.push_back(std::move(text));
        if (!runtime.left_out.empty()) lines.push_back("note: " + runtime.left_out);
    }
    return lines;
}

}  // namespace rampwatch::report
