// SPDX-License-Identifier: MIT
#include "core/report/text_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/stack_kind.h"
#include "core/report/dump_head.h"
#include "core/report/frame_text.h"
#include "core/report/go_text.h"
#include "core/report/group_words.h"
#include "core/report/grown_groups.h"
#include "core/report/heap_section.h"
#include "core/report/memory_text.h"
#include "core/report/task_text.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kMostNamesShown = 3, kMostIdsShown = 4;

std::string dim(std::string text, const DumpTextStyle& style) {
    return style.colours ? "\033[2m" + text + "\033[0m" : text;
}
std::string bold(std::string text, const DumpTextStyle& style) {
    return style.colours ? "\033[1m" + text + "\033[0m" : text;
}

std::size_t width_of(const DumpTextStyle& style) { return std::max<std::size_t>(style.width, 40); }

// Escaped text in at most `width` characters.
std::string clip(std::string text, std::size_t width) {
    if (text.size() > width) text = text.substr(0, width - 2) + "..";
    return text;
}

// Words in lines of at most `width` characters, the later ones below the end of `head`.
std::string wrapped(const std::string& head, std::string_view words, std::size_t width) {
    std::string text, line = head;
    for (const std::string_view word : split(words, ' ')) {
        if (line.size() > head.size() && line.size() + word.size() > width) {
            text += line.substr(0, line.size() - 1) + "\n";
            line = std::string(head.size(), ' ');
        }
        line += std::string(word) + " ";
    }
    return text + line.substr(0, line.size() - 1) + "\n";
}

// A line of what is only said beside.
std::string aside(std::string text, const DumpTextStyle& style) {
    return dim(clip(std::move(text), width_of(style)), style) + "\n";
}

// "+98.0/h".
std::string pace(std::int64_t change, std::chrono::nanoseconds since) {
    return "+" +
           format_count_rate(static_cast<double>(change) / std::chrono::duration<double>(since).count());
}

// "all leaked, says the runtime": what its own leak profile found can never go on.
std::string leaked_words(const Group& group) {
    const bool all = *group.leaked >= group.count;
    return fmt::format("{} leaked, says the runtime", all ? std::string("all") : format_count(*group.leaked));
}

// A few that stand elsewhere than before, while there are as many as before, are no change worth a word.
bool is_told(const Group& group, std::int64_t change_in_all) {
    const std::int64_t change = group.change.value_or(0);
    return change != 0 && (!is_few(change) || change_in_all != 0);
}

// "50 threads  93 %  +37  futex"
std::string group_head(const Group& group, std::int64_t total, std::int64_t change_in_all,
                       std::optional<std::chrono::nanoseconds> since, const DumpTextStyle& style) {
    std::string head = bold(fmt::format("{} {}", format_count(group.count), task_noun(group)), style);
    if (total > 0 && group.count > 0) {
        const double share = 100.0 * static_cast<double>(group.count) / static_cast<double>(total);
        head += share < 1 ? ", under 1 %" : fmt::format(", {:.0f} %", share);
    }
    if (is_told(group, change_in_all)) {
        const std::string change =
            fmt::format("{}{}", *group.change > 0 ? "+" : "-", format_count(std::abs(*group.change)));
        head += ", " + (*group.change > 0 ? bold(change, style) : change);
        const std::string speed = since && *group.change > 0 ? " (" + pace(*group.change, *since) + ")" : "";
        if (width_of(style) >= 80) head += speed;
    }
    if (group.kind == StackKind::task) {
        if (const std::string state = task_state_text(group); !state.empty()) head += ", " + state;
    } else if (row_of(group.kind).is_task) {
        if (group.state || group.waited_at_most) head += ", [" + wait_text(group) + "]";
        if (group.leaked.value_or(0) > 0) head += ", " + bold(leaked_words(group), style);
        if (group.stack_bytes)
            head += fmt::format(", {} of stacks", format_size(static_cast<double>(*group.stack_bytes)));
    } else if (group.state) {
        const bool waits =
            *group.state != "running" && *group.state != "runnable" && *group.state != "stopped";
        head += waits ? ", waiting: " + escape(*group.state, 64) : ", " + escape(*group.state, 64);
    }
    return head + "\n";
}

// "4 library frames: read .. main loop", folded into one line.
std::string folded_line(std::span<const Frame> frames, bool innermost, const DumpTextStyle& style) {
    // The outer one says more: what the program's own code called.
    const std::size_t room = width_of(style) - 34;
    const std::string last = frame_name(frames.back(), std::min<std::size_t>(room * 3 / 4, 40));
    const std::string first = frame_name(frames.front(), std::min(room - std::min(room, last.size()), room));
    if (frames.size() == 1) return aside(fmt::format("      {} {}", innermost ? "in" : "..", first), style);
    const std::string inner_out =
        innermost ? fmt::format("in {}, by {}", first, last) : fmt::format(".. {} .. {}", first, last);
    return aside(fmt::format("      {} ({} library frames)", inner_out, frames.size()), style);
}

std::string frame_line(const Frame& frame, const std::string& program, const DumpTextStyle& style) {
    const std::size_t room = width_of(style) - 4;
    const std::string place = clip(frame_place(frame, program), room / 2);
    const std::size_t name_room = place.empty() ? room : room - place.size() - 2;
    const std::string name = clip(frame_name(frame, name_room), name_room);
    if (place.empty()) return "    " + name + "\n";
    return fmt::format("    {:<{}}  {}\n", name, std::min<std::size_t>(38, name_room), place);
}

// Unknown frames count with the machinery: nothing can be read from them.
bool is_folded(const Frame& frame) { return frame.library || (!frame.function && !frame.module); }

std::string frames_text(const Group& group, const std::string& program, const DumpTextStyle& style) {
    const std::span<const Frame> frames(group.frames);
    if (frames.empty()) return aside("    no frames could be read", style);
    const bool own = !is_folded(frames[group.own_frame]);
    if (!own) return frame_line(frames[0], program, style) + aside("      only library frames", style);
    std::string text = frame_line(frames[group.own_frame], program, style);
    if (group.own_frame > 0) text += folded_line(frames.first(group.own_frame), true, style);
    std::size_t shown = 1, at = group.own_frame + 1;
    while (at < frames.size()) {
        std::size_t end = at;
        while (end < frames.size() && is_folded(frames[end])) ++end;
        if (shown >= style.most_frames && at < frames.size()) {
            return text + aside(fmt::format("      .. and {} more frames", frames.size() - at), style);
        }
        ++shown;
        if (end > at) {
            // What starts every thread tells nothing.
            if (end < frames.size()) text += folded_line(frames.subspan(at, end - at), false, style);
            at = end;
        } else {
            text += frame_line(frames[at++], program, style);
        }
    }
    if (group.truncated) text += aside("      .. the stack could not be read to its end", style);
    if (group.damaged)
        text += aside("      .. lines of it were not understood: frames may be missing", style);
    return text;
}

// "price-0, price-1, price-2 and others; TID 4712, 4713, 4714 and 47 more"
std::string names_line(const Group& group, const DumpTextStyle& style) {
    std::string text;
    for (std::size_t i = 0; i < std::min(kMostNamesShown, group.names.size()); ++i)
        text += (i > 0 ? ", " : "named ") + escape(group.names[i], 64);
    if (group.names.size() > kMostNamesShown) text += ", ..";
    if (!group.members.empty()) {
        return aside("    " + text + (text.empty() ? "" : "; ") + holders_text(group), style);
    }
    if (group.ids.empty() || group.kind == StackKind::task)
        return text.empty() ? text : aside("    " + text, style);
    if (!text.empty()) text += "; ";
    text += row_of(group.kind).id;
    const std::size_t shown = std::min(kMostIdsShown, group.ids.size());
    for (std::size_t i = 0; i < shown; ++i) text += fmt::format("{} {}", i > 0 ? "," : "", group.ids[i]);
    const std::int64_t rest = group.count - static_cast<std::int64_t>(shown);
    if (rest > 0) text += fmt::format(" and {} more", format_count(rest));
    return aside("    " + text, style);
}

std::int64_t total_of_all(const Dump& dump) {
    return std::accumulate(dump.groups.begin(), dump.groups.end(), std::int64_t{0},
                           [](std::int64_t sum, const Group& group) { return sum + group.count; });
}

// The threads that a language runtime keeps for itself, in a line.
std::string own_threads_line(const Group& group, const DumpTextStyle& style) {
    std::string text = fmt::format("and {} of the runtime's own", format_count(group.count));
    for (std::size_t i = 0; i < std::min(kMostNamesShown, group.names.size()); ++i)
        text += (i > 0 ? ", " : ": ") + escape(group.names[i], 32);
    return aside(text + (group.names.size() > kMostNamesShown ? ", .." : ""), style);
}

std::string rest_lines(const Dump& dump, const std::vector<const Group*>& shown, const DumpTextStyle& style) {
    std::size_t groups = dump.groups.size() - shown.size();
    std::int64_t count = total_of_all(dump);
    for (const Group* group : shown) count -= group->count;
    std::string own;
    for (const Group& group : dump.groups) {
        if (!group.runtime_own || group.kind != StackKind::thread) continue;
        own += own_threads_line(group, style);
        count -= group.count;
        --groups;
    }
    if (groups == 0) return own;
    return aside(fmt::format("and {} more in {} other {}", format_count(count), groups,
                             groups == 1 ? "stack" : "stacks"),
                 style) +
           own;
}

// One line where nothing of it has grown; empty where something has.
std::string unchanged_line(const Dump& dump) {
    if (!dump.baseline || dump.explains_growth == true) return {};
    for (const Group& group : dump.groups) {
        if (has_grown(group) && is_growth(change_of(dump, group.kind), total_of(dump, group.kind))) return {};
    }
    std::string text = dump.go ? format_count(dump.go->goroutines) + " goroutines and " : "";
    const std::string tasks = task_count_text(dump);
    if (!tasks.empty()) text += tasks + " and ";
    return text + fmt::format("{} {} in {} {}, as at the baseline: {} not what leaks\n",
                              format_count(dump.threads), noun(StackKind::thread, dump.threads),
                              dump.groups.size(), dump.groups.size() == 1 ? "group" : "groups",
                              text.empty() ? "threads are" : "they are");
}

}  // namespace

std::string text_groups(const Dump& dump, const DumpTextStyle& style) {
    std::vector<const Group*> shown = ranked_groups(dump, style.most_groups);
    if (style.only_grown && dump.baseline) {
        if (const std::string line = unchanged_line(dump); !line.empty()) return line;
        std::erase_if(shown, [](const Group* group) { return !has_grown(*group); });
    }
    const auto since = dump.baseline && dump.wall > *dump.baseline ? std::optional(dump.wall - *dump.baseline)
                                                                   : std::nullopt;
    GroupSpeaker speaker(dump);
    const auto beside = [&](const std::string& words) {
        return words.empty() ? words : aside("    " + words, style);
    };
    std::string text;
    for (const Group* group : shown) {
        const GroupWords words = speaker.words_of(*group);
        if (!text.empty()) text += "\n";
        text += group_head(*group, total_of(dump, group->kind), change_of(dump, group->kind), since, style);
        if (!words.growth.empty()) text += bold("    " + words.growth, style) + "\n";
        text += frames_text(*group, dump.life.executable, style);
        text += beside(words.creator) + beside(words.labels) + beside(words.stayed) + beside(words.follows);
        if (!words.hint.empty()) text += wrapped("    hint: ", words.hint, width_of(style));
        text += names_line(*group, style);
        for (const std::string& line : lock_lines(dump, *group)) text += bold("    " + line, style) + "\n";
    }
    if (dump.explains_growth == false)
        text += "\nno group grows with the memory: threads are not what leaks\n";
    const std::string rest = rest_lines(dump, shown, style);
    return rest.empty() ? text : text + "\n" + rest;
}

std::string text_dump(const Dump& dump, const DumpTextStyle& style) {
    std::string text = head_lines(dump);
    if (dump.life.command_line) text += "command line: " + escape(*dump.life.command_line) + "\n";
    for (const std::string& warning : dump.warnings) text += "note: " + warning + "\n";
    for (const std::string& line : memory_lines(dump)) text += line + "\n";
    text += "\n" + text_groups(dump, style);
    if (const std::string types = heap_section(dump); !types.empty()) text += "\n" + types;
    return text;
}

}  // namespace rampwatch::report
