// SPDX-License-Identifier: MIT
#include "core/report/memory_hint.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/grown_groups.h"
#include "core/report/heap_text.h"
#include "core/report/memory_text.h"

namespace rampwatch::report {
namespace {

constexpr std::int64_t kWorthAWord = 4 << 20;  // of growth

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }

bool uses(const MemoryParts& memory, std::string_view allocator) {
    return std::find(memory.allocators.begin(), memory.allocators.end(), allocator) !=
           memory.allocators.end();
}

std::int64_t grown(const MemoryParts& memory) {
    return memory.before ? held_bytes(memory.total) - held_bytes(*memory.before) : 0;
}

std::int64_t given_back(const MemoryParts& memory) {
    return memory.total.lazy_free - (memory.before ? memory.before->lazy_free : 0);
}

// Nobody holds what is given back: then who would is not asked.
bool is_given_back(const MemoryParts& memory) {
    return grown(memory) > 0 && given_back(memory) >= grown(memory) / 4 * 3;
}

// What is counted as resident and is no loss.
void add_false_ramps(const MemoryParts& memory, std::vector<std::string>& hints) {
    const std::int64_t growth = memory.before ? grown(memory) : held_bytes(memory.total);
    if (growth < kWorthAWord) return;
    const MemoryFigures then = memory.before.value_or(MemoryFigures());
    const std::int64_t lazy = given_back(memory);
    if (lazy >= growth / 4) {
        hints.push_back(fmt::format(
            "{} of it was already given back (LazyFree): the kernel takes it when it needs memory. It is "
            "not a leak, although RSS counts it.",
            size(lazy)));
    }
    const std::int64_t huge = memory.total.huge - then.huge;
    if (memory.before && huge >= growth / 2) {
        hints.push_back(fmt::format(
            "{} of it is in huge pages (AnonHugePages), which count in full even where only a little of "
            "each is used: compare with transparent_hugepage=madvise.",
            size(huge)));
    }
}

// The part that makes most of the growth; null where none makes half.
const MemoryPart* main_part(const MemoryParts& memory) {
    if (grown(memory) < kWorthAWord) return nullptr;
    const MemoryPart* most = nullptr;
    for (const MemoryPart& part : memory.parts) {
        if (most == nullptr || part.change_bytes.value_or(0) > most->change_bytes.value_or(0)) most = &part;
    }
    return most != nullptr && most->change_bytes.value_or(0) * 2 >= grown(memory) ? most : nullptr;
}

bool reads_java(const Dump& dump) {
    return std::any_of(dump.runtimes.begin(), dump.runtimes.end(), [](const LanguageRuntime& runtime) {
        return runtime.name == "Java" && runtime.refused.empty();
    });
}

bool reads_v8(const Dump& dump) {
    return dump.heap && dump.heap->reader == "Node.js" && dump.heap->since && dump.heap->missing.empty();
}

// Heaps of a runtime of its own, and allocators beside libc's: asked by their own means.
std::string hint_for_runtime(const Dump& dump) {
    const MemoryParts& memory = *dump.memory;
    if (dump.go)
        return "Go: see the line about its heap above; go tool pprof on a heap profile shows what allocated "
               "it.";
    if (uses(memory, "JVM") && reads_java(dump)) {
        const bool told = dump.heap && dump.heap->since && dump.heap->missing.empty();
        return std::string(told ? "Java: what grew in its heap is listed with it, by class; "
                                : "Java: rampwatch heap --for 10m PID shows what grows in its heap, by "
                                  "class; ") +
               "jcmd PID VM.native_memory (with -XX:NativeMemoryTracking=summary) shows the rest. "
               "Neither triggers a collection.";
    }
    if (uses(memory, "JVM"))
        return "a JVM: jcmd PID GC.class_histogram -all shows its heap without a collection, and "
               "VM.native_memory (with -XX:NativeMemoryTracking=summary) the rest.";
    if (uses(memory, "Node.js") && reads_v8(dump))
        return is_mostly_free(*dump.heap)
                   ? "free rather than leaked: most of what V8's heap grew by is free in its pages, which "
                     "are used again, and go back to the kernel where a whole page is free."
                   : "Node.js: what grew in its heap is listed with it, by constructor.";
    if (uses(memory, "Node.js"))
        return "Node.js: kill -USR1 PID opens its inspector; two heap snapshots, compared, show what holds "
               "it.";
    if (uses(memory, "jemalloc"))
        return "jemalloc: MALLOC_CONF=prof:true and jeprof show what allocates; free memory that it keeps "
               "goes back with background_thread:true, or a shorter dirty_decay_ms.";
    if (uses(memory, "tcmalloc"))
        return "tcmalloc: HEAPPROFILE and pprof show what allocates; MallocExtension::ReleaseFreeMemory() "
               "gives back the free memory that it keeps.";
    if (uses(memory, "Python")) return "Python: memray attach PID, or tracemalloc, shows what allocates.";
    return {};
}

// In all: a thread that moved from one group to another has not come to be.
bool threads_grew(const Dump& dump) { return is_growth(change_of(dump, StackKind::thread), dump.threads); }

// The tasks of a language runtime, in all.
bool tasks_grew(const Dump& dump) {
    constexpr std::int64_t kFew = 5;
    std::int64_t count = 0;
    for (const LanguageRuntime& runtime : dump.runtimes) count += runtime.tasks.value_or(0);
    const std::int64_t more = change_of(dump, StackKind::task);
    return more >= kFew && more * 20 >= count;
}

// Where the heap was read: leak, or fragmentation?
std::string hint_by_types(const Dump& dump) {
    if (!dump.heap || !dump.heap->since || !dump.heap->missing.empty()) return {};
    if (is_mostly_free(*dump.heap) && dump.heap->reader == "Python")
        return "fragmentation rather than a leak: most of what the heap grew by is free in Python's pools, "
               "which "
               "go back to the kernel only where a whole arena is free; a restart gives the rest back.";
    if (is_mostly_free(*dump.heap))
        return "fragmentation rather than a leak: most of what the heap grew by is held free by malloc; "
               "malloc_trim(0), called by the program, or MALLOC_ARENA_MAX=2, gives it back.";
    return fmt::format("held by the program, not kept free by {}: what grew is listed with it, by type.",
                       free_holder(*dump.heap));
}

std::string hint_for_heap(const Dump& dump, const MemoryPart& part) {
    if (tasks_grew(dump)) return "waiting tasks grew with it: look first at what each of them holds.";
    if (threads_grew(dump))
        return "threads grew with it: look first at what each of them allocated, and at the arena that it "
               "may have.";
    if (std::string own = hint_for_runtime(dump); !own.empty()) return own;
    if (std::string known = hint_by_types(dump); !known.empty()) return known;
    const bool arenas_grew = part.kind == MemoryKind::arenas && part.change_mappings.value_or(0) > 1;
    return fmt::format(
        "held by the program, or kept by malloc after free(): heaptrack -p PID, or memleak-bpfcc -p PID, "
        "show what allocates memory that stays; malloc_trim(0), called by the program, gives back what is "
        "free.{}",
        arenas_grew ? " MALLOC_ARENA_MAX=2 limits the arenas." : "");
}

std::string hint_for(const Dump& dump, const MemoryPart& part) {
    switch (part.kind) {
        case MemoryKind::heap:
        case MemoryKind::arenas:
            return hint_for_heap(dump, part);
        case MemoryKind::anonymous:
            // A runtime's heap is mappings.
            if (part.change_mappings.value_or(0) > 8 && hint_for_runtime(dump).empty())
                return "many mappings more: big allocations, each mapped by itself, or mmap() without "
                       "munmap(): "
                       "perf trace -e mmap -p PID shows who asks for them.";
            return hint_for_heap(dump, part);
        case MemoryKind::stacks:
            return "stacks of threads: look at the group of threads that grew.";
        case MemoryKind::file:
            return "pages of a file: the kernel takes those that were not written to when it needs memory.";
        case MemoryKind::shared:
            return "shared memory: ls -l /proc/PID/map_files, ipcs -m and df /dev/shm say whose; it outlives "
                   "those who only unmap it.";
        case MemoryKind::unmapped:
            return "files that are memory alone, held open and not mapped: ls -l /proc/PID/fd shows them; "
                   "they "
                   "are counted in nobody's RSS, and go when the last descriptor is closed.";
        case MemoryKind::named:
            if (part.figures.hugetlb > 0)
                return "huge pages of hugetlbfs: RSS does not count them; grep Huge /proc/meminfo shows how "
                       "many "
                       "the host has left.";
            break;
        case MemoryKind::other:
            break;
    }
    return {};
}

}  // namespace

std::string part_name(const MemoryPart& part) {
    switch (part.kind) {
        case MemoryKind::heap:
            return "heap";
        case MemoryKind::arenas:
            return "malloc arenas (of threads)";
        case MemoryKind::stacks:
            return "thread stacks";
        case MemoryKind::anonymous:
            return "anonymous";
        case MemoryKind::named:
        case MemoryKind::file:
        case MemoryKind::shared:
        case MemoryKind::other:
            break;
        case MemoryKind::unmapped:
            return escape(part.name) + ", open and not mapped";
    }
    return part.name.empty() ? "without a name" : escape(part.name);
}

std::string clip_middle(std::string text, std::size_t width) {
    if (text.size() <= width || width < 8) return text;
    const std::size_t front = (width - 2) / 3;
    return text.substr(0, front) + ".." + text.substr(text.size() - (width - 2 - front));
}

std::vector<std::string> memory_hints(const Dump& dump) {
    std::vector<std::string> hints;
    if (!dump.memory) return hints;
    add_false_ramps(*dump.memory, hints);
    if (is_given_back(*dump.memory)) return hints;
    if (const MemoryPart* part = main_part(*dump.memory)) {
        if (std::string hint = hint_for(dump, *part); !hint.empty()) hints.push_back(std::move(hint));
    }
    return hints;
}

}  // namespace rampwatch::report
