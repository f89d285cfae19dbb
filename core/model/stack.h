// SPDX-License-Identifier: MIT
// What a process was doing at one moment.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/frame.h"
#include "core/model/go.h"
#include "core/model/heap_types.h"
#include "core/model/memory_parts.h"
#include "core/model/target.h"

namespace rampwatch {

// task: what a language runtime keeps without a thread of its own, such as a coroutine that awaits something.
enum class StackKind : std::uint8_t { thread, goroutine, task };

// One thread, goroutine or task.
struct Stack {
    StackKind kind = StackKind::thread;
    std::int64_t id = 0;  // TID, goroutine id, or what a task is told from others by; 0: not known
    std::string name{};   // of the thread; empty when not known
    std::optional<std::string> state{};  // what it waits for: "futex", "chan send", "running"
    std::vector<Frame> frames{};
    bool truncated = false;             // ends without a known root
    bool damaged = false;               // the text had lines in it that were not understood: frames may lack
    std::int64_t count = 1;             // more where the text had them counted already
    std::vector<std::string> labels{};  // "key=value", of pprof

    friend bool operator==(const Stack&, const Stack&) = default;
};

// How the count of a group moved with the memory over several dumps; given only where it surely grew.
struct GroupGrowth {
    int dumps = 0;
    double per_s = 0, per_s_low = 0, per_s_high = 0;  // of the count, with its 95 % interval
    // What the memory grew by for each further one, with its 95 % interval.
    double bytes_each = 0, bytes_each_low = 0, bytes_each_high = 0;
    double explains = 0;  // the share of the memory's movement that went with the count, 0 to 1

    friend bool operator==(const GroupGrowth&, const GroupGrowth&) = default;
};

// What one of several processes has of a group.
struct GroupMember {
    std::int32_t pid = 0;
    std::int64_t count = 0;
    std::vector<std::int64_t> ids{};  // as of a Group; kMostIds in all members of a group together

    friend bool operator==(const GroupMember&, const GroupMember&) = default;
};

// Identical stacks.
struct Group {
    StackKind kind = StackKind::thread;
    std::int64_t count = 0;
    std::optional<std::string> state{};
    std::vector<std::int64_t> ids{};   // TIDs, goids or ids of tasks, at most kMostIds, smallest first
    std::vector<std::string> names{};  // distinct thread names, most frequent first, at most kMostNames
    std::vector<Frame> frames{};
    std::size_t own_frame = 0;  // the first frame of the user's own code; 0 when all are foreign
    bool truncated = false;
    bool damaged = false;  // of a stack whose text was not all understood: it is in no group with others
    std::optional<std::int64_t> change{};  // of `count` since the baseline; empty without one
    std::optional<GroupGrowth> growth{};
    // Of those that the dump before had in it, the share that is in it still, 0 to 1: near 1 in what leaks
    // and in a pool, near 0 in load, which comes and goes. Empty where there was none.
    std::optional<double> stayed{};

    std::string task{};  // of tasks, what they are: "coroutine", "async generator"

    // Of goroutines.
    std::optional<Frame> created_by{};          // the go statement that started them
    std::optional<std::int64_t> parent{};       // goid of the one that started one of them
    std::optional<Frame> parent_frame{};        // where that one is now, in its own code
    std::optional<std::int64_t> stack_bytes{};  // held by their stacks
    std::vector<std::string> labels{};          // "key=value", of pprof, that all that were looked at have
    // How many of them can never go on, by the runtime's own word; empty where it was not asked.
    std::optional<std::int64_t> leaked{};
    // How long the one of them that waits longest has waited: at least, by our own sightings, and at most, by
    // what the runtime noted, which is the end of the collection before it was first seen parked.
    std::optional<std::chrono::nanoseconds> waited_at_least{};
    std::optional<std::chrono::nanoseconds> waited_at_most{};
    bool runtime_own = false;  // the Go runtime's own: neither its count nor its dumps show them

    // In a dump of several processes: whose these are, most first. Then `ids` is empty, since an id that is
    // no TID means nothing without its process.
    std::vector<GroupMember> members{};

    friend bool operator==(const Group&, const Group&) = default;
};
inline constexpr std::size_t kMostIds = 1000;
inline constexpr std::size_t kMostNames = 8;
inline constexpr std::size_t kMostRuntimes = 8;

// A thread that was held while its registers were read.
struct ThreadStop {
    std::int64_t id = 0;
    std::chrono::nanoseconds held{};

    friend bool operator==(const ThreadStop&, const ThreadStop&) = default;
};

// A language runtime in the process, beside Go's.
// What a runtime with a heap of its own says of it; empty is what it does not say.
struct RuntimeHeap {
    std::string collector{};                          // "G1"
    std::optional<std::int64_t> used{};               // as its last collection had it
    std::optional<std::int64_t> committed{}, most{};  // that it may touch now, and ever
    std::optional<std::int64_t> resident{};           // of its address range, in RAM
    std::optional<std::int64_t> old_used{};           // of `used`, in its old generation
    std::optional<std::int64_t> classes{}, code{};    // beside the heap: what it knows of classes, and what
                                                      // it compiled
    std::optional<std::int64_t> collections{};        // since it began
    std::string missing{};                            // why not all is known, in words

    friend bool operator==(const RuntimeHeap&, const RuntimeHeap&) = default;
};

struct LanguageRuntime {
    std::string name{};                   // "Python"
    std::string version{};                // "3.11.2"; hostile
    bool frames = false;                  // threads are shown in its frames
    std::optional<std::int64_t> tasks{};  // that are parked; empty where they were not looked for
    std::int64_t torn = 0;                // of these, in no group: they changed while they were read
    std::string left_out{};               // why not all tasks were read, in words; empty when all were
    std::string refused{};                // why nothing of it was read, in words; empty when it was
    // The lock without which no thread runs code of the language, as Python's GIL, at two looks, one before
    // and one after the threads were read: known, passed on between them, or held by these TIDs, none or one
    // a process.
    bool lock_known = false, lock_moves = false;
    std::vector<std::int64_t> lock_holders{};
    std::optional<RuntimeHeap> heap{}, heap_before{};  // now, and in the dump that this is compared with

    friend bool operator==(const LanguageRuntime&, const LanguageRuntime&) = default;
};

// One of several processes that were read at about one moment.
struct DumpMember {
    Life life{};
    std::int64_t threads = 0;
    std::int64_t tasks = 0;  // goroutines and parked tasks
    std::string missing{};   // why nothing of it is here, in words; empty when it was read

    friend bool operator==(const DumpMember&, const DumpMember&) = default;
};
inline constexpr std::size_t kMostDumpMembers = 64;

enum class DumpReason : std::uint8_t { asked, baseline, growing, leak, limit_near };

struct Dump {
    std::chrono::nanoseconds mono{};
    std::chrono::nanoseconds wall{};
    Life life{};
    DumpReason reason = DumpReason::asked;
    std::string backend{};  // "eu-stack", "gdb", later "native"
    std::optional<std::chrono::nanoseconds>
        stop_time{};  // how long the target was held, all stops together; empty when not measured
    std::vector<ThreadStop> stops{};  // where it was measured for each thread: only those that were held
    std::chrono::nanoseconds took{};  // wall time of the dump itself
    std::int64_t threads = 0;         // stacks read, before grouping
    bool timed_out = false;           // whoever read was ended before it had shown all
    std::optional<GoProgram> go{};    // of a Go program
    std::vector<LanguageRuntime> runtimes{};  // of other languages, at most kMostRuntimes
    // Of a service or a tree: its processes, the main one, whose life stands above, first. Empty: one
    // process.
    std::vector<DumpMember> members{};
    std::vector<std::string> warnings{};                 // whole sentences, foreign text escaped
    std::vector<Group> groups{};                         // biggest first
    std::optional<std::chrono::nanoseconds> baseline{};  // wall time of the dump that `change` compares with
    // Whether the count of any group grows with the memory; empty where the memory does not grow, or the
    // dumps are too few to tell.
    std::optional<bool> explains_growth{};
    std::optional<std::int64_t> rss_bytes{};           // of the last look before it
    std::optional<std::int64_t> baseline_rss_bytes{};  // the same of the baseline
    std::optional<GoProgram> baseline_go{};            // and what was known of the Go program then
    std::optional<MemoryParts> memory{};               // what it is made of, where that was asked for
    std::optional<HeapTypes> heap{};                   // the same by type, or what of it grew

    friend bool operator==(const Dump&, const Dump&) = default;
};

}  // namespace rampwatch
