// SPDX-License-Identifier: MIT
#include "core/report/cause.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "core/base/units.h"
#include "core/report/frame_text.h"
#include "core/report/grown_groups.h"
#include "core/report/heap_section.h"
#include "core/report/task_text.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Series, 7> kCounts = {
    Series::aged_goroutines, Series::goroutines, Series::aged_tasks, Series::tasks,
    Series::aged_threads,    Series::threads,    Series::fds};

bool grows(const SeriesVerdict& series) {
    return series.claim == Claim::growing || series.claim == Claim::leak;
}

bool is_tasks(const SeriesVerdict* count) {
    return count != nullptr && (count->series == Series::tasks || count->series == Series::aged_tasks);
}

std::optional<Series> plain_of(Series series) {
    if (series == Series::aged_goroutines) return Series::goroutines;
    if (series == Series::aged_tasks) return Series::tasks;
    return series == Series::aged_threads ? std::optional(Series::threads) : std::nullopt;
}

// What is counted from a certain age on rises from 0 in every program that is watched from its start: it says
// something only beside a plain count that rises too.
bool ages_alone(const Verdict& verdict, Series series) {
    const auto plain = plain_of(series);
    if (!plain) return false;
    const auto& count = verdict.series[index(*plain)];
    return count && !grows(*count) && !rose_visibly(*count);
}

template <class Fits>
const SeriesVerdict* first_count(const Verdict& verdict, Fits fits) {
    for (const Series series : kCounts) {
        const auto& found = verdict.series[index(series)];
        if (found && fits(*found) && !ages_alone(verdict, series)) return &*found;
    }
    return nullptr;
}

const SeriesVerdict* growing_count(const Verdict& verdict) { return first_count(verdict, grows); }

// What rose once and is level since does not rise with the memory.
bool rises_still(const SeriesVerdict& series) {
    switch (series.shape) {
        case Shape::too_short:
        case Shape::ramp:
        case Shape::staircase:
        case Shape::ramp_on_sawtooth:
        case Shape::ramp_on_periodic:
            return true;
        default:
            return rises_in_a_line(series) || rises_slowly(series);
    }
}

// Below the smallest growth that counts, but there for everyone to see.
const SeriesVerdict* risen_count(const Verdict& verdict) {
    return first_count(verdict, [](const SeriesVerdict& series) {
        return rose_visibly(series) && rises_still(series) &&
               (series.shape != Shape::flat || rises_slowly(series));
    });
}

// "2,250 more goroutines at main.askSupplier (main.go:22), counted 3.1 min ago": the stacks that grew, where
// a dump shows them. The one that an alarm asks for comes after it, so that its count is often that of a dump
// before.
std::string grown_stacks(const Verdict& verdict, const VerdictContext& context) {
    const Group* group = context.dump ? most_grown(*context.dump) : nullptr;
    if (group == nullptr) return {};
    const Frame& frame = group->frames[group->own_frame];
    const std::string place = frame_place(frame, context.dump->life.executable);
    Group more = {.kind = group->kind, .count = *group->change, .task = group->task};
    const std::chrono::nanoseconds age = verdict.wall - context.dump->wall;
    return fmt::format("{} more {} at {}{}{}", format_count(more.count), task_noun(more),
                       frame_name(frame, 48), place.empty() ? "" : " (" + place + ")",
                       age >= 1s ? fmt::format(", counted {} ago", format_duration(age)) : "");
}

// "threads rose with it, from 8 to 41 (425 KiB each)".
std::string small_company(const SeriesVerdict& memory, const SeriesVerdict& count) {
    std::string text = fmt::format("{} rose with it, from {} to {}", people_word(count.series),
                                   amount(count.series, count.first), amount(count.series, count.current));
    const double each = (memory.current - memory.first) / (count.current - count.first);
    if (each > 0 && is_bytes(memory.series)) text += fmt::format(" ({} each)", format_size(each));
    return text + ": what they hold may be the cause";
}

// "threads grow too, +98.0/h: 45.0 KiB each".
std::string company(const SeriesVerdict& memory, const SeriesVerdict& count) {
    std::string text = fmt::format("{} grow with it", people_word(count.series));
    if (!memory.slope_per_s || !count.slope_per_s || *count.slope_per_s <= 0) return text;
    text += fmt::format(", {}", rate(count.series, *count.slope_per_s));
    const double each = *memory.slope_per_s / *count.slope_per_s;
    if (each > 0 && is_bytes(memory.series)) text += fmt::format(" ({} each)", format_size(each));
    return text + ": evidence that what they hold is the cause";
}

// A recording of RSS alone, as ps and most monitoring have it.
bool has_parts(const VerdictContext& context) {
    if (!context.last) return true;
    const Sample& last = *context.last;
    return last.anon_bytes || last.file_bytes || last.shmem_bytes || last.swap_bytes;
}

// Of counts that leak: what each of them holds, and where they are.
std::string of_counts(const Verdict& verdict, const SeriesVerdict& count, const VerdictContext& context) {
    if (count.series == Series::fds)
        return "rampwatch look PID says what the descriptors are: sockets and to whom, files and where";
    const auto& memory = verdict.series[index(Series::memory)];
    const double rise = count.rise.value_or(count.current - count.first);
    const double held = memory ? memory->rise.value_or(memory->current - memory->first) : 0;
    std::string text = grown_stacks(verdict, context);
    if (text.empty()) text = "their stacks say what they wait for: rampwatch dump PID";
    if (held > 0 && rise >= 1) text += fmt::format("; memory rose by {} for each", format_size(held / rise));
    return text;
}

// Where the runtime says what its collector leaves: in its heap, or beside it?
std::string of_collected_heap(const Verdict& verdict) {
    const SeriesVerdict* heap = collected_heap(verdict);
    if (heap == nullptr) return {};
    const std::string_view name = people_word(heap->series);
    if (grows(*heap)) return fmt::format("{} grows with it: objects that are still reachable", name);
    if (heap_rose_with_memory(verdict))
        return fmt::format("{} rose with it, from {} to {}: objects that are still reachable", name,
                           format_size(heap->first), format_size(heap->last));
    if (heap->claim != Claim::healthy) return {};
    if (heap->series == Series::java_old)
        return fmt::format(
            "{} does not grow: memory outside it (direct buffers, threads, native code), or heap kept for "
            "new objects",
            name);
    return fmt::format("{} does not grow: memory outside it (cgo, stacks), or kept by the runtime", name);
}

std::string of_anonymous(const Verdict& verdict, const VerdictContext& context) {
    const std::string types = context.dump ? heap_cause(*context.dump) : "";
    if (!types.empty() && grown_stacks(verdict, context).empty()) return types;
    const auto& memory = verdict.series[index(Series::memory)];
    if (memory && memory->missing == Missing::collection)
        return "a Java heap that no collection has looked at since: what came into it is alive, or garbage";
    if (const std::string heap = of_collected_heap(verdict); !heap.empty()) return heap;
    if (const std::string stacks = grown_stacks(verdict, context); !stacks.empty()) return stacks;
    const auto& threads = verdict.series[index(Series::threads)];
    if (!threads && !has_parts(context)) {
        return "not known: this recording has only RSS, not what it consists of";
    }
    if (!threads) return "anonymous memory: the heap, or an allocator that keeps what was freed";
    const bool any_rises = std::ranges::any_of(std::array{Series::threads, Series::fds}, [&](Series one) {
        const auto& count = verdict.series[index(one)];
        return count && rises_slowly(*count);
    });
    return std::string(any_rises ? "" : "threads and descriptors do not grow: ") +
           "the heap, a cache without bound, or an allocator that keeps what was freed";
}

// RSS that grew in file pages or shared memory while what is judged did not.
std::string of_healthy(const Verdict& verdict, const VerdictContext& context) {
    if (!context.first || !context.last) return {};
    const auto& memory = verdict.series[index(Series::memory)];
    const auto grown = [](const auto& before, const auto& now) {
        return before && now ? static_cast<double>(*now - *before) : 0.0;
    };
    const double file = grown(context.first->file_bytes, context.last->file_bytes);
    const double own = memory ? memory->current - memory->first : 0;
    if (file < 16 * 1024 * 1024 || file < 2 * own) return {};
    return fmt::format("RSS grew by {} in file pages: no leak, the kernel takes them back when it needs them",
                       format_size(file));
}

}  // namespace

std::string likely_cause(const Verdict& verdict, const VerdictContext& context) {
    if (verdict.claim == Claim::healthy) return of_healthy(verdict, context);
    const SeriesVerdict* lead = leader(verdict);
    if (lead == nullptr || !grows(*lead)) return {};
    const SeriesVerdict* count = growing_count(verdict);
    if (!is_bytes(lead->series)) return of_counts(verdict, *lead, context);
    if (lead->series == Series::shmem) {
        return "shared memory: a pool that is touched for the first time ends when it is full; a JVM's ZGC "
               "heap does not";
    }
    const SeriesVerdict* risen = count == nullptr ? risen_count(verdict) : nullptr;
    // Which tasks those are, where a dump shows it, says more than that there are more of them.
    const std::string stacks = grown_stacks(verdict, context);
    if ((is_tasks(count) || is_tasks(risen)) && !stacks.empty()) return stacks;
    const std::string where = stacks.empty() ? "" : "; " + stacks;
    if (count != nullptr) return company(*lead, *count) + where;
    if (risen != nullptr) return small_company(*lead, *risen) + where;
    return of_anonymous(verdict, context);
}

}  // namespace rampwatch::report
