// SPDX-License-Identifier: MIT
// What a worker is asked, and what it answers: one type an order, each with its own settings and its own
// answer. A new kind of order is a type here, its answer, their fields in wire.cpp, and who does it in
// worker_main.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack.h"
#include "core/native/native.h"
#include "core/runtime/runtime.h"

namespace rampwatch::worker {

// Addresses in the target that passed the worker's checks: for a watcher's few bytes a tick. 0: not known.
struct Counters {
    std::uint64_t goroutine_records = 0;  // a word that never falls: records are reused, never freed
    std::uint64_t heap_marked = 0;        // bytes that the last collection found reachable

    friend bool operator==(const Counters&, const Counters&) = default;
};

namespace answer {

struct Goroutines {
    GoProgram go{};
    std::vector<Group> groups{};
    std::vector<std::string> warnings{};

    friend bool operator==(const Goroutines&, const Goroutines&) = default;
};
struct Count {
    GoProgram go{};
    Counters counters{};

    friend bool operator==(const Count&, const Count&) = default;
};
struct TaskCount {
    bool any = false;        // a runtime that has tasks is there
    std::int64_t tasks = 0;  // parked
    // Of these, seen at one place for so long; empty: they cannot be told from one another.
    std::optional<std::int64_t> aged{};
    std::string left_out{};  // why these are not all; empty when they are
    // Of all runtimes, checked: for a watcher's few bytes a tick.
    std::vector<runtime::CollectedWord> words{};

    friend bool operator==(const TaskCount&, const TaskCount&) = default;
};
struct Stacks {
    Dump dump{};

    friend bool operator==(const Stacks&, const Stacks&) = default;
};
struct Memory {
    MemoryParts parts{};

    friend bool operator==(const Memory&, const Memory&) = default;
};

}  // namespace answer

namespace order {

// All goroutines, in groups. Those that have not run for `aged_after` are counted as aged.
struct Goroutines {
    using Answer = answer::Goroutines;
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);
};
// The same without the groups.
struct Count {
    using Answer = answer::Count;
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);
};
// The parked tasks of other runtimes than Go's. Those that this worker has seen at one place for `aged_after`
// are counted as aged.
struct TaskCount {
    using Answer = answer::TaskCount;
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);
    std::chrono::nanoseconds cpu = std::chrono::seconds(1);  // of the search
};
// The program's own profile of its goroutines; where there is none, as Goroutines.
struct Profile {
    using Answer = answer::Goroutines;
    std::string place{};  // as pprof_place() has it
    std::chrono::nanoseconds time{};
};
// Of all threads, by native.h.
struct Stacks {
    using Answer = answer::Stacks;
    native::NativeSettings settings{};
};
// What its memory is made of, by memory_reading.h.
struct Memory {
    using Answer = answer::Memory;
    std::chrono::nanoseconds budget{};
};

}  // namespace order

using Task = std::variant<order::Goroutines, order::Count, order::Profile, order::Stacks, order::Memory,
                          order::TaskCount>;
using Payload =
    std::variant<Error, answer::Goroutines, answer::Count, answer::Stacks, answer::Memory, answer::TaskCount>;

// Every order says what it may cost. What takes longer is a hang: a reader that can takes a part in its time.
struct Order {
    Task task{};
    std::chrono::nanoseconds cpu = std::chrono::seconds(60);  // CPU time; beyond it the worker dies
    std::chrono::nanoseconds time = std::chrono::minutes(2);  // then its asker gives it up
    // Where the worker may change it both ways. What is counted at every tick makes way for others. A dump
    // that somebody waits for does not: on a busy host it took 11 s at 10.
    std::int32_t nice = 0;
};

struct Answer {
    Payload payload = Error{};
    std::chrono::nanoseconds cpu{};  // CPU time that the order took

    friend bool operator==(const Answer&, const Answer&) = default;
};

// Whether such a task is answered by such a payload; an Error answers all.
inline bool answers(const Payload& payload, const Task& task) {
    return std::visit(
        [&](const auto& asked) {
            using Wanted = typename std::remove_cvref_t<decltype(asked)>::Answer;
            return std::holds_alternative<Error>(payload) || std::holds_alternative<Wanted>(payload);
        },
        task);
}

// The answer to O, or why there is none. `payload` answers() it.
template <class O>
Result<typename O::Answer> take_answer(Payload payload) {
    if (auto* error = std::get_if<Error>(&payload)) return std::move(*error);
    return std::move(std::get<typename O::Answer>(payload));
}

}  // namespace rampwatch::worker
